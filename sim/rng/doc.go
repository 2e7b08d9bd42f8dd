// Package rng answers: which random number comes next?
//
// A [Stream] is a named sequence of uniforms. It is a hash of the seed, the
// replication and the name of what it decides ("workload/browsers/demand"), so
// adding a subject disturbs no other. A [Distribution] is an immutable law that
// turns one uniform into one variate; [Stream.Draw] always uses exactly one.
//
// Guarantees. Every variate is drawn by inversion of one uniform strictly
// inside (0, 1), so two runs that share a stream see variates of the same rank
// (common random numbers) whatever the laws. Quantiles never are negative, NaN
// or infinite, and never decrease but by the rounding of their last digits.
// Constructors refuse bad parameters with an error that names them; nothing
// panics on user input.
//
// Costs. A uniform takes about 2 ns, a draw about 10 and never allocates. The
// exponential law takes a logarithm of its own, exact to the last digits. The
// other continuous laws but [Uniform] look their quantile up in a table of cubics
// that is made when the first variate is drawn: 24 KiB, and 80 more in some milliseconds
// when one is drawn far out (one of 4096 is). It is off by less than 10⁻⁷ of the
// probability of the tail. Where a cubic is not that good, as between the branches of a
// hyperexponential whose means are a billion apart, the quantile is solved for, in
// microseconds.
//
// [LengthBiased] gives the law of what is seen at a random instant, of things
// that last as another law says.
//
// To add a law, write its file with a constructor and the three methods of
// [Distribution], and add a line to the battery in distribution_test.go.
package rng
