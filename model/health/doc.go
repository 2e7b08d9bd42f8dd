// Package health answers: is a target fit to serve?
//
// A [Check] is how a target group examines its targets, a [Counter] turns the
// outcomes of one target's checks into a [State], and a [Minimum] says when so
// few are healthy that the load balancer sends to all (fail open) or leaves the
// zone.
//
// Guarantees: everything is a value without a clock. The caller schedules the
// checks, an interval after the registration and after each other, and observes a failure when it counts: at once where the
// target refuses, at the end of the timeout where it hangs; so detection takes what AWS takes.
//
// Costs: a counter is four bytes and every method a few comparisons.
//
// To add a kind of load balancer: one line in [Kind], one case in [Default].
//
// rules.md has the rules with their sources; the notebooks of testdata show them.
package health
