// Package fork answers: how does one simulation become two that go on from the same
// instant?
//
// [Of] copies all that a value reaches: pointers, slices with what is beyond their
// length, maps and interfaces, exported or not. What was one thing stays one: two slices
// of an array, a pointer into a struct or into the element of a slice lead to the same
// memory of the copy as they do in the original. Functions are not copied, nor what has a
// lock in it, which others share already, nor what the caller says is shared; so that a function that a value keeps must not have a state of
// the value's in it: store an interface instead. A channel or an unsafe.Pointer is a
// panic.
//
// A copy costs about one pass over the memory for what holds no pointers, and some tens
// of nanoseconds for each field of what does.
package fork
