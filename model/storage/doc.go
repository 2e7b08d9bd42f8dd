// Package storage answers: what may a disk be, and how long does it take for what it
// is asked to read and write?
//
// # Vocabulary
//
// A [Spec] is an EBS volume as its owner ordered it; [Kinds] are the types and what AWS
// allows of each. [Limits] are what a disk does: I/Os and bytes a second, how an I/O
// counts, and how long it takes by itself. An [Allowance] is one of those rates with the
// credit that lets it exceed its base. A [Link] is what an instance can do with all its
// volumes together.
//
// A [Queue] is one disk at work: first come, first served, each batch of I/Os at the
// lowest rate that its allowances, and those of its link, leave. As nothing that comes
// later delays what came before, it says at once when a batch will be done.
//
// # Guarantees and costs
//
// A queue's clock is kept to a fraction of a nanosecond and its credits by package
// bucket, exactly; an end is the first whole nanosecond. A batch costs a division or two
// and no allocation, some tens of nanoseconds more with credits.
//
// # How to extend it
//
// Another type of volume is a row of [Kinds] and a case in Spec.Limits. rules.md has the
// rules with their sources; the notebooks of testdata show them.
package storage
