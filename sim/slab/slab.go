package slab

import (
	"fmt"
	"iter"
)

// Handle names a value in a slab: index in the lower, generation in the upper
// 32 bits. The zero Handle names nothing.
type Handle uint64

// Index returns the index of the slot that h names, live or not.
func (h Handle) Index() int { return int(uint32(h)) }

// String formats h as index#generation.
func (h Handle) String() string { return fmt.Sprintf("%d#%d", uint32(h), h>>32) }

// Slab is a dense pool of values addressed by handles. The zero Slab is empty
// and ready. It is not safe for concurrent use.
type Slab[T any] struct {
	slots []slot[T]
	free  []uint32 // indices of the slots without a tenant, reused from the end
}

// slot is a place for a value. Its generation is odd while it is live; it stands
// first, in the cache line of the value's first fields.
type slot[T any] struct {
	generation uint32
	value      T
}

// Alloc makes a slot live and returns its handle and its value, which is zero.
// The pointer, like every pointer into s, is good until the next Alloc.
func (s *Slab[T]) Alloc() (Handle, *T) {
	if last := len(s.free) - 1; last >= 0 {
		i := s.free[last]
		s.free = s.free[:last]
		sl := &s.slots[i]
		sl.generation++
		return handle(i, sl.generation), &sl.value
	}
	i := len(s.slots)
	s.slots = Room(s.slots)[:i+1]
	s.slots[i].generation = 1
	return handle(uint32(i), 1), &s.slots[i].value
}

// leastRoom is the room of a list that had none.
const leastRoom = 8

// Room returns a list with room for one more after its end, which is zero in one that has never
// been longer. When it has none it gets as much again as it has, so that less than two values are
// copied for each that is added, where append, which makes long lists longer by a quarter, copies
// some four.
func Room[T any](list []T) []T {
	n := len(list)
	if n < cap(list) {
		return list
	}
	longer := make([]T, n, max(leastRoom, 2*n))
	copy(longer, list)
	return longer
}

// Get returns the value that h names, or nil if h is zero or stale.
func (s *Slab[T]) Get(h Handle) *T {
	if i := int(uint32(h)); i < len(s.slots) {
		if sl := &s.slots[i]; sl.generation == uint32(h>>32) {
			return &sl.value
		}
	}
	return nil
}

// At returns the handle and the value of the slot of an index, or zero and nil
// if it is not live. It panics if there is no such slot.
func (s *Slab[T]) At(index int) (Handle, *T) {
	sl := &s.slots[index]
	if sl.generation&1 == 0 {
		return 0, nil
	}
	return handle(uint32(index), sl.generation), &sl.value
}

// Value returns the value in a slot without looking whether it is live: for an
// index that is known to be.
func (s *Slab[T]) Value(index uint32) *T { return &s.slots[index].value }

// Free gives up the slot that h names and sets its value to zero. It panics if
// h is stale.
func (s *Slab[T]) Free(h Handle) {
	s.live(h)
	s.FreeAt(uint32(h))
}

// FreeAt is [Slab.Free] for an index that is known to be live.
func (s *Slab[T]) FreeAt(index uint32) {
	sl := &s.slots[index]
	var zero T
	sl.value = zero
	sl.generation++
	if sl.generation == 0 { // after 2³¹ tenants; the zero handle must stay invalid
		sl.generation = 2
	}
	s.free = append(s.free, index)
}

// Bump makes h and its copies stale but keeps the value, and returns its new
// handle. It panics if h is stale.
func (s *Slab[T]) Bump(h Handle) Handle {
	sl := s.live(h)
	sl.generation += 2 // odd, so never 0
	return handle(uint32(h), sl.generation)
}

// Slots returns the number of slots, live or not: all indices are below it.
func (s *Slab[T]) Slots() int { return len(s.slots) }

// Len returns the number of live slots.
func (s *Slab[T]) Len() int { return len(s.slots) - len(s.free) }

// All ranges over the live slots in the order of their indices. The loop may
// free any of them; it reaches a slot allocated meanwhile if its index is still
// to come.
func (s *Slab[T]) All() iter.Seq2[Handle, *T] {
	return func(yield func(Handle, *T) bool) {
		for i := 0; i < len(s.slots); i++ {
			sl := &s.slots[i]
			if sl.generation&1 == 1 && !yield(handle(uint32(i), sl.generation), &sl.value) {
				return
			}
		}
	}
}

// live returns the slot that h names.
func (s *Slab[T]) live(h Handle) *slot[T] {
	if i := int(uint32(h)); i < len(s.slots) && s.slots[i].generation == uint32(h>>32) && h>>32&1 == 1 {
		return &s.slots[i]
	}
	panic(fmt.Sprintf("slab: stale handle %v", h))
}

func handle(index, generation uint32) Handle {
	return Handle(generation)<<32 | Handle(index)
}
