// Package slab answers: which entity does this event still mean?
//
// A [Slab] is a dense pool of values of one type. A [Handle] names one of them:
// the index of its slot and the generation of the slot's tenant. Whoever frees
// a slot, or bumps its generation, makes every handle given out before stale;
// [Slab.Get] then answers nil. So an event need not be cancelled: it carries a
// handle, and the handle tells that the event has been overtaken.
//
// # Vocabulary
//
// A slot is a place in the pool, its index dense and small: it may also index
// tables that run parallel to the slab. A live slot has a tenant.
//
// # Guarantees and costs
//
// The zero Handle is never valid. Freed slots are reused last in, first out, so
// the same calls give the same handles in every run. Get costs one to two
// nanoseconds and is inlined. Alloc, Free and Bump take constant time; nothing
// is allocated unless more slots are live than ever before. The slots grow like
// a slice, to twice as many ([Room]): a pointer into the slab is good only until the next Alloc.
// Memory is the value and 4 bytes a slot, rounded up to the alignment of the value, and
// is not given back; of slots that were never live the machine has given none.
//
// A slot can have 2³¹ tenants and bumps before a handle could recur.
//
// # How to extend it
//
// Keep further columns of an entity in slices indexed by [Handle.Index], sized
// by [Slab.Slots].
package slab
