// Package snapshot answers: what does a snapshot of a volume hold, what of it is stored
// beside the others, and how long do snapshots take?
//
// # Vocabulary
//
// A volume is counted in blocks of 512 KiB. A [Chain] is the snapshots of one volume, in
// the order in which they were taken: each holds the blocks as they were at its time, and
// stores those that no earlier one has. A block version is what a block held between two
// writes; who needs it are the snapshots taken between them. [Writes] are what was written
// since the last snapshot, of which a chain finds how many blocks they dirtied. A [Fast]
// is a fast snapshot restore in one zone, with the credits that volumes take from it. A
// [Bin] says how long what was deleted is kept.
//
// # Guarantees and costs
//
// A chain counts blocks in integers and loses none: what its snapshots store is what they
// need, whatever is deleted in which order. Its memory grows with the square of the
// snapshots that are kept, not with the blocks nor the snapshots that there were. It knows how
// many blocks were written, not which: writes fall evenly on the written part.
//
// # How to extend it
//
// rules.md has the rules with their sources; the notebook of testdata shows them.
package snapshot
