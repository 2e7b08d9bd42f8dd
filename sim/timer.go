package sim

import "fmt"

// Timer schedules events that all wait the same time: timeouts, notices,
// health intervals. What starts first is due first, so its events wait in a
// ring of which only the head competes with the other pending events.
// A Start costs the same whether ten or ten million events wait.
type Timer[E any] struct {
	kernel *Kernel[E]
	delay  Time
	rank   Rank
	ring   []entry[E] // its length is a power of two
	head   int        // index in the ring of the event due first
	count  int        // events waiting
}

// firstRing is the room for events in a new timer.
const firstRing = 8

// NewTimer returns a timer whose events fire delay after they are started. It
// panics if delay is negative or the rank unknown. A kernel should have a timer
// per delay, not per customer: each timer that has events waiting takes part in
// a heap.
func (k *Kernel[E]) NewTimer(delay Time, rank Rank) *Timer[E] {
	if delay < 0 {
		panic(fmt.Sprintf("sim: a timer with the negative delay %v", delay))
	}
	if rank >= rankCount {
		panic(fmt.Sprintf("sim: unknown rank %d", rank))
	}
	return &Timer[E]{kernel: k, delay: delay, rank: rank, ring: make([]entry[E], firstRing)}
}

// Start schedules e one delay from now. The order among the events of an
// instant is the same as if [Kernel.After] had scheduled it. Start panics if
// that is beyond [Horizon].
func (t *Timer[E]) Start(e E) {
	k := t.kernel
	if t.delay > Horizon-k.now {
		panic(refusal(k.now, Never, t.rank))
	}
	t.StartAt(k.now+t.delay, e)
}

// StartAt schedules e at an instant that is no earlier than that of any event
// waiting in t: the way of a source that knows its events in order, such as the
// arrivals of a workload, which then never enter the queue. It panics if the
// instant is in the past, before one that waits, or beyond [Horizon].
func (t *Timer[E]) StartAt(at Time, e E) { t.StartAtPlace(at, t.kernel.Reserve(), e) }

// StartAtPlace is [Timer.StartAt] for an event that has a reserved place.
func (t *Timer[E]) StartAtPlace(at Time, place Place, e E) {
	k := t.kernel
	if at < k.now || at > Horizon {
		panic(refusal(k.now, at, t.rank))
	}
	if t.count == len(t.ring) {
		t.grow()
	}
	key := uint64(at)<<rankBits | uint64(t.rank)
	if t.count > 0 && key < t.ring[(t.head+t.count-1)&(len(t.ring)-1)].key {
		panic(fmt.Sprintf("sim: %v started in a timer after a later instant", at))
	}
	t.ring[(t.head+t.count)&(len(t.ring)-1)] = entry[E]{key: key, sequence: place.sequence, event: e}
	t.count++
	if t.count == 1 {
		k.head(dueHead[E]{key: key, sequence: place.sequence, timer: t})
	}
}

// head adds the head of a ring that was empty. That is often the ring whose event is
// being handled: an arrival that starts the next one.
func (k *Kernel[E]) head(d dueHead[E]) {
	if !k.hollow {
		k.due.push(d)
		return
	}
	k.hollow = false
	if k.due[0].timer == d.timer {
		k.due.sink(d)
		return
	}
	k.due.drop()
	k.due.push(d)
}

// Pending returns the number of events that wait in t.
func (t *Timer[E]) Pending() int { return t.count }

// grow doubles the ring.
func (t *Timer[E]) grow() {
	ring := make([]entry[E], 2*len(t.ring))
	n := copy(ring, t.ring[t.head:])
	copy(ring[n:], t.ring[:t.head])
	t.ring, t.head = ring, 0
}

// dueHead is the head of a ring that is not empty.
type dueHead[E any] struct {
	key      uint64
	sequence uint64
	timer    *Timer[E]
}

// dueHeads is a binary heap of the heads of all rings that are not empty.
type dueHeads[E any] []dueHead[E]

// least returns the smallest key, or noKey.
func (h dueHeads[E]) least() uint64 {
	if len(h) == 0 {
		return noKey
	}
	return h[0].key
}

// push adds the head of a ring that was empty.
func (h *dueHeads[E]) push(d dueHead[E]) {
	*h = append(*h, d)
	s := *h
	i := len(s) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if !d.before(&s[parent]) {
			break
		}
		s[i] = s[parent]
		i = parent
	}
	s[i] = d
}

// take removes the first event of the first ring, and puts the ring's next event in its
// place. If there is none the ring keeps its place, and emptied is true.
func (h dueHeads[E]) take() (e E, emptied bool) {
	t := h[0].timer
	e = t.ring[t.head].event
	t.head = (t.head + 1) & (len(t.ring) - 1)
	t.count--
	if t.count == 0 {
		return e, true
	}
	next := &t.ring[t.head]
	h.sink(dueHead[E]{key: next.key, sequence: next.sequence, timer: t})
	return e, false
}

// drop removes the first ring.
func (h *dueHeads[E]) drop() {
	s := *h
	last := len(s) - 1
	moved := s[last]
	s[last] = dueHead[E]{}
	*h = s[:last]
	if last > 0 {
		h.sink(moved)
	}
}

// sink puts d in place of the root.
func (h dueHeads[E]) sink(d dueHead[E]) {
	i := 0
	for child := 1; child < len(h); child = 2*i + 1 {
		if child+1 < len(h) && h[child+1].before(&h[child]) {
			child++
		}
		if !h[child].before(&d) {
			break
		}
		h[i] = h[child]
		i = child
	}
	h[i] = d
}

// before reports whether d comes first in the order (instant, rank, sequence).
func (d *dueHead[E]) before(other *dueHead[E]) bool {
	if d.key != other.key {
		return d.key < other.key
	}
	return d.sequence < other.sequence
}
