// Package design answers: which points of the unit cube does a sampled design
// try?
//
// A [Sampler] gives each point by its index alone: no state, no list, so that
// any machine can compute any point and a million points take no memory.
//
// # Vocabulary
//
//   - Random: independent uniforms.
//   - LatinHypercube: one point in each of n equal slices of every axis.
//   - Sobol: a low-discrepancy sequence; its first 2ᵏ points fill the cube evenly
//     for every k. A seed other than 0 shifts its digits at random.
//   - Saltelli: blocks of two Sobol points A and B, and A with one coordinate of B
//     for each axis, from which first-order and total Sobol indices come.
//
// # Guarantees and costs
//
// Coordinates lie in [0, 1). They depend on seed, axis and index (and, for a
// Latin hypercube, on the number of points), so designs but the Latin hypercube
// grow without moving a point. A coordinate takes some ten nanoseconds.
//
// # How to extend it
//
// A design is a file with a constructor and the method of [Sampler]; the battery
// in design_test.go ranges over all of them.
package design
