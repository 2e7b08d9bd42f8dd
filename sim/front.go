package sim

import "math/bits"

const (
	frontRoom = 64 // places of a front: as many as a word has bits
	frontFull = 32 // events that it holds at most, so that they move up seldom
	frontNear = 16 // events that are enough to fill it
)

// front holds the events of a kernel that come next, in order: all whose keys are below
// its bound, while the trie holds the others. Where few events are pending they pass
// it once, and the trie deals none of them from level to level.
type front[E any] struct {
	bound     uint64
	free      uint64            // bit s is set if entries[s] is free
	head, end uint              // of keys and at, which are in order
	keys      [frontRoom]uint64 // in ascending order
	at        [frontRoom]uint8  // where in entries the event of a key is
	entries   [frontRoom]entry[E]
}

// empty reports whether nothing is pending below the bound.
func (f *front[E]) empty() bool { return f.head == f.end }

// first returns the first event. The front must not be empty.
func (f *front[E]) first() *entry[E] { return &f.entries[f.at[f.head%frontRoom]%frontRoom] }

// least returns the key of the first event. The front must not be empty.
func (f *front[E]) least() uint64 { return f.keys[f.head%frontRoom] }

// pop removes the first event. The front must not be empty.
func (f *front[E]) pop() E {
	s := f.at[f.head%frontRoom] % frontRoom
	f.head++
	f.free |= 1 << s
	return f.entries[s].event
}

// put takes in an event of a key and a sequence, after those of its key. There must be room.
func (f *front[E]) put(key, sequence uint64, e E) {
	s := uint(bits.TrailingZeros64(f.free)) % frontRoom
	f.free &= f.free - 1
	var i uint
	if f.head > 0 && key < f.keys[(f.head+f.end)/2%frontRoom] {
		i = f.sink(key)
	} else {
		i = f.rise(key)
	}
	f.keys[i%frontRoom], f.at[i%frontRoom] = key, uint8(s)
	f.entries[s] = entry[E]{key, sequence, e}
}

// rise moves the events after a key up, and returns the place that is free then.
func (f *front[E]) rise(key uint64) uint {
	i := f.end
	for i > f.head && f.keys[(i-1)%frontRoom] > key {
		f.keys[i%frontRoom], f.at[i%frontRoom] = f.keys[(i-1)%frontRoom], f.at[(i-1)%frontRoom]
		i--
	}
	f.end++
	return i
}

// sink moves the events up to a key, which is not the greatest, down, and returns the
// place that is free then.
func (f *front[E]) sink(key uint64) uint {
	f.head--
	i := f.head
	for f.keys[(i+1)%frontRoom] <= key {
		f.keys[i%frontRoom], f.at[i%frontRoom] = f.keys[(i+1)%frontRoom], f.at[(i+1)%frontRoom]
		i++
	}
	return i
}

// full reports whether there is no room for one more event before [front.makeRoom].
func (f *front[E]) full() bool { return f.end-f.head >= frontFull || f.end == frontRoom }

// makeRoom makes room for one more event. A front that is full passes its last key to
// the trie, with all its events, and lowers its bound.
func (f *front[E]) makeRoom(t *trie[E]) {
	if f.end-f.head >= frontFull {
		last := f.keys[f.end-1]
		from := f.end
		for from > f.head && f.keys[from-1] == last {
			from--
		}
		for _, s := range f.at[from:f.end] {
			*t.place(last) = f.entries[s]
			f.free |= 1 << s
		}
		f.bound, f.end = last, from
	}
	if f.end == frontRoom {
		n := copy(f.keys[:], f.keys[f.head:f.end])
		copy(f.at[:], f.at[f.head:f.end])
		f.head, f.end = 0, uint(n)
	}
}

// fill takes over the first events of a trie that is not empty. The front must be.
func (f *front[E]) fill(t *trie[E]) {
	f.head, f.end, f.free = frontRoom/4, frontRoom/4, 1<<frontRoom-1
	events, bound, level := t.shift()
	for len(events) > 0 {
		for i := range events {
			f.put(events[i].key, events[i].sequence, events[i].event)
		}
		f.bound = bound
		if f.end-f.head >= frontNear {
			return
		}
		events, bound = t.follow(level)
	}
}
