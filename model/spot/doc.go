// Package spot answers: what does the Spot market do next?
//
// A pool is one (instance type, zone, platform). Its market has two sides that
// know nothing of each other:
//
//   - [Prices] are the successive prices that the pool publishes, made by a
//     mean-reverting [Walk] or taken from a trace by [Replay];
//   - a [Hazard] says how often the cloud takes instances back: [Shocks] that
//     strike the whole pool, and an own event of each instance.
//
// Guarantees: a published price is positive, finite and never above On-Demand;
// publications are strictly later than time 0 and strictly increase; every
// instance's total hazard is exactly the one of its Spot Advisor bucket.
//
// Randomness comes only from the [Draws] that the caller hands in, one normal
// per step of a walk and one uniform or exponential per interruption draw, so
// two policies under the same stream face the same market. A walk costs tens of
// nanoseconds a step, and steps are not publications: with the defaults about one
// step in six is worth publishing.
//
// What is decided elsewhere: which request is open, what a maximum price does to
// a running instance, and how notices become reclaims, which is the cloud's
// mechanism. Another kind of market is a file with one type that implements
// [Prices] and one line in [Kinds].
//
// rules.md has the rules with their sources; the notebooks of testdata show them.
package spot
