// Package space answers: which scenarios does one file with a [sweep] or a
// [search] stand for?
//
// A [Space] has axes, each a key with its values or its range, in designs; it puts
// the values of a point into a copy of the tree as it was written ([Space.Tree]).
// A [Sweep] says besides how often each point is replicated, a [Search] which
// candidates are near each other. Package design says where the points of sampled
// designs are. Whoever turns trees into scenarios gives the space a function to
// try one ([Space.Adopt]), and its values are verified with that.
//
// # Guarantees
//
// A point is found by its index alone, on any machine. A value that is wrong in
// every point is a fault of the file, at its line; one that is wrong in some is
// the error of these points. Huge grids are counted, not walked.
//
// # Costs
//
// A point costs a copy of the tree, some ten microseconds.
//
// # Extending
//
// A kind of axis is a case of readAxis; a design is a constant of sweep.go with
// its cases in block.go.
package space
