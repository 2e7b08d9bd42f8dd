// Package batch answers: how do many independent replications share the cores?
//
// [Map] runs a function once per index, on several workers, and returns the
// results in index order. It knows nothing about simulation: a replication
// builds all that it changes, so that replications share only what is
// immutable.
//
// # Vocabulary
//
// A replication is one call of the function; its index is its name and the
// seed of its randomness. A worker is a goroutine that runs one replication at
// a time.
//
// # Guarantees and costs
//
// Results and errors do not depend on the number of workers or on who finishes
// first. Indices are handed out in ascending order; after a failure no more are
// handed out, but the replications under way finish. So every index below the
// one that failed first has a result, and the error reported is that of the
// lowest failing index. Indices above it are dropped: what is returned is the
// same in every run. A panic is caught and becomes the [Panic] of its index.
//
// Cancelling the context keeps what has finished. Which replications those are
// depends on the machine, so such a result is for looking at, not for a paper. A
// call that does not notice is left behind after 0.4 s: whoever interrupts is
// answered within a second, whatever a call does, and most often the program ends.
//
// Values are kept for all indices until the end: return small ones. The cost
// besides is two uncontended locks a replication.
//
// # How to extend it
//
// Another way to run replications, such as a cluster of machines, is a package
// below this one with the same promises: index order, the first error by index,
// and finished results kept.
package batch
