package sim

import "fmt"

// Kernel holds the clock of one run and its pending events, small values of
// type E. The model pulls the events one by one with [Kernel.Next]; the kernel
// calls nobody. It is not safe for concurrent use: a run has one goroutine.
type Kernel[E any] struct {
	now       Time
	sequence  uint64 // events scheduled so far
	processed int64
	due       dueHeads[E]
	hollow    bool // the first of due was emptied by the event returned last
	horizon   Time // of the last Next
	next      front[E]
	queue     trie[E]
}

// NewKernel returns a kernel at instant 0 with nothing pending.
func NewKernel[E any]() *Kernel[E] { return &Kernel[E]{} }

// Now returns the instant of the event last returned by Next, or the horizon
// if Next has found nothing more before it.
func (k *Kernel[E]) Now() Time { return k.now }

// Pending returns the number of events scheduled and not yet returned, those
// of timers included.
func (k *Kernel[E]) Pending() int { return int(int64(k.sequence) - k.processed) }

// Processed returns the number of events that Next has returned.
func (k *Kernel[E]) Processed() int64 { return k.processed }

// At schedules e at an instant. Now is allowed, even with an earlier rank than
// the event that is being processed: e simply comes next. At panics if the
// instant is in the past or beyond [Horizon], or if the rank is unknown.
func (k *Kernel[E]) At(at Time, rank Rank, e E) {
	if at < k.now || at > Horizon || rank >= rankCount {
		panic(refusal(k.now, at, rank))
	}
	key, sequence := uint64(at)<<rankBits|uint64(rank), k.sequence
	k.sequence++
	switch {
	case key >= k.next.bound:
		*k.queue.place(key) = entry[E]{key, sequence, e}
	case !k.next.full():
		k.next.put(key, sequence, e)
	default:
		k.putWhereFull(key, sequence, e)
	}
}

// putWhereFull takes in an event of a key and a sequence, below the bound of a front that is full.
func (k *Kernel[E]) putWhereFull(key, sequence uint64, e E) {
	k.next.makeRoom(&k.queue)
	if key < k.next.bound {
		k.next.put(key, sequence, e)
		return
	}
	*k.queue.place(key) = entry[E]{key, sequence, e}
}

// least returns the smallest key of the events that no timer has, or noKey.
func (k *Kernel[E]) least() uint64 {
	if k.next.empty() {
		return k.queue.least()
	}
	return k.next.least()
}

// After schedules e a duration from now, like [Kernel.At]. It panics if d is
// negative or leads beyond [Horizon].
func (k *Kernel[E]) After(d Time, rank Rank, e E) {
	if d > Horizon-k.now {
		panic(refusal(k.now, Never, rank))
	}
	k.At(k.now+d, rank, e)
}

// Next removes the next event in the order (instant, rank, sequence of
// scheduling) and moves the clock to its instant. If no event is left at or
// before the horizon, it returns false and moves the clock on to the horizon.
// A horizon beyond [Horizon], such as [Never], means until nothing is pending;
// the clock then stays at the last event.
func (k *Kernel[E]) Next(horizon Time) (E, bool) {
	if key := k.next.least(); !k.hollow && !k.next.empty() && key < k.due.least() && Time(key>>rankBits) <= horizon {
		k.horizon, k.now = horizon, Time(key>>rankBits)
		k.processed++
		return k.next.pop(), true
	}
	return k.nextOfAll(horizon)
}

// Tied reports whether [Kernel.NextTied] may find an event that no timer has: mostly not.
func (k *Kernel[E]) Tied() bool { return k.next.empty() || Time(k.next.least()>>rankBits) <= k.now }

// NextTied is [Kernel.Next] for an event of a rank that is due now, if the next one is such an event: for who
// puts those of one instant in an order of its own.
func (k *Kernel[E]) NextTied(rank Rank) (e E, ok bool) {
	if k.hollow {
		k.due.drop()
		k.hollow = false
	}
	if min(k.least(), k.due.least()) != uint64(k.now)<<rankBits|uint64(rank) {
		return e, false
	}
	return k.nextOfAll(k.horizon)
}

// nextOfAll is [Kernel.Next] where the next event is not the first of the front, or may not be.
func (k *Kernel[E]) nextOfAll(horizon Time) (E, bool) {
	if k.hollow { // its handler started no other
		k.due.drop()
		k.hollow = false
	}
	k.horizon = horizon
	queued, timed := k.next.least(), k.due.least()
	if k.next.empty() {
		queued = k.queue.least()
	}
	key := min(queued, timed)
	at := Time(key >> rankBits)
	if key == noKey || at > horizon {
		if horizon > k.now && horizon <= Horizon {
			k.now = horizon
		}
		var none E
		return none, false
	}
	k.now = at
	k.processed++
	if queued <= timed {
		if k.next.empty() {
			k.next.fill(&k.queue)
		}
		if queued < timed || k.next.first().sequence < k.due[0].sequence {
			return k.next.pop(), true
		}
	}
	e, emptied := k.due.take()
	k.hollow = emptied
	return e, true
}

// Place is the position of an event among those of the same instant and rank.
type Place struct{ sequence uint64 }

// Reserve takes the next place for an event that the caller will either pass to
// [Timer.StartAtPlace] or play itself by [Kernel.Advance].
func (k *Kernel[E]) Reserve() Place {
	k.sequence++
	return Place{k.sequence - 1}
}

// Advance moves the clock to an instant as [Kernel.Next] does for an event of a reserved
// place, so that the caller may play that event at once, if no other comes before it:
// none is pending until then, and the horizon of the last Next is not before it.
// Otherwise it returns false and does nothing.
func (k *Kernel[E]) Advance(at Time, rank Rank) bool {
	if k.hollow {
		k.due.drop()
		k.hollow = false
	}
	key := uint64(at)<<rankBits | uint64(rank)
	if k.least() <= key || k.due.least() <= key || at > k.horizon {
		return false
	}
	k.now = at
	k.processed++
	return true
}

// Lead is how far the clock may move until another event comes: see [Kernel.Follow].
type Lead struct {
	until Time // up to and including
	rank  Rank
	next  uint64 // the place that is reserved next if nobody schedules anything
}

// Lead returns how far the clock may move for events of a rank.
func (k *Kernel[E]) Lead(rank Rank) Lead {
	l := Lead{rank: rank}
	k.look(&l)
	return l
}

// Follow is [Kernel.Advance] for an event of the place that was reserved last, one of many in
// a row: it looks at what is pending only if that has changed since the last.
func (k *Kernel[E]) Follow(l *Lead, at Time) bool {
	if l.next++; k.sequence != l.next { // each sequence is taken once: nobody else took one
		k.look(l)
	}
	if at > l.until {
		return false
	}
	k.now = at
	k.processed++
	return true
}

// Still returns the instant up to and including which nothing pending comes before an event
// of the rank of a lead, after one place was reserved since that was found.
func (k *Kernel[E]) Still(l *Lead) Time {
	if k.sequence != l.next+1 {
		k.look(l)
		l.next--
	}
	return l.until
}

// look finds how far the clock may move.
func (k *Kernel[E]) look(l *Lead) {
	if k.hollow {
		k.due.drop()
		k.hollow = false
	}
	l.next = k.sequence
	first := min(k.least(), k.due.least())
	if first <= uint64(l.rank) {
		l.until = -1
		return
	}
	l.until = min(Time((first-1-uint64(l.rank))>>rankBits), k.horizon)
}

// refusal says why an event cannot be scheduled.
func refusal(now, at Time, rank Rank) string {
	switch {
	case rank >= rankCount:
		return fmt.Sprintf("sim: unknown rank %d", rank)
	case at < now:
		return fmt.Sprintf("sim: scheduled at %v, in the past of %v", at, now)
	}
	return fmt.Sprintf("sim: scheduled at %v, beyond the horizon %v", at, Horizon)
}
