// Package stat answers: what did a run measure, and how sure are we of it?
//
// # Vocabulary
//
// An accumulator takes observations one by one and keeps no list of them:
//
//   - [Tally] keeps count, sum, sum of squares, minimum and maximum.
//   - [Level] is a number that holds over time: its area, mean and extremes.
//   - [Histogram] keeps the distribution, for quantiles.
//
// An [Estimate] is a value with the half-width of its confidence interval and
// the number of observations behind it: [Interval] makes one from the values
// of independent replications. [MSER5] says where a warm-up ends, [EnoughFor]
// whether a sample is large enough for a quantile.
//
// Durations are recorded as nanoseconds: h.Record(int64(wait)).
//
// # Guarantees and costs
//
// Accumulators hold integers only. Sums are exact ([Sum], 128 bits; squares
// 192 bits) and cannot overflow, so Merge is associative and commutative to
// the last bit: a result never depends on who merged what first. Means and
// variances are rounded once, when read. The zero value of every accumulator
// is ready to use.
//
// Recording costs 3 to 6 ns and allocates nothing, but for a [Histogram] that
// meets a value beyond the largest so far: it may grow by some octaves of 1 KiB
// each. Quantiles are within 0.79 % of the order statistic that they stand for.
// Accumulators are not safe for concurrent use.
//
// # Extending
//
// A new accumulator keeps integers, merges exactly, and joins the tests that
// compare it with a dumb twin, check that merging equals recording the union,
// and count allocations. What needs all values at once takes a []float64.
package stat
