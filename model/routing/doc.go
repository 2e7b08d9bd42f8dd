// Package routing answers: which rule and which target serve a request?
//
// [Rules] are the rules of a listener: the first whose conditions on host, path,
// method, query, headers and source address are all met names an action. A forward action divides requests among target groups
// with a [Weighted] rotation. A [Policy] is the algorithm of one target group:
// it picks a target among those in rotation, for one node of the load balancer.
// With cross-zone balancing off the nodes have different targets, and each
// takes a policy of its own.
//
// A target is a small number that the caller gives out densely from 0. Who is in
// rotation, be it for health, draining or fail-open, is the caller's business:
// [Policy.Add] and [Policy.Remove].
//
// Guarantees: the same calls give the same targets. Ties and rotations follow
// the target numbers, not the order of additions. Policies keep counting the
// requests of a target out of rotation, so that it returns with the true count.
//
// [SlowStart] is the one policy that looks at the clock: it is made where a target group
// has a slow start, and in no registry.
//
// Costs: a pick with its Began and Ended takes 10 to 60 ns at 10 to 10 000
// targets and allocates nothing, once the counts have reached their highest. A
// rule match is linear in the number of patterns and in each pattern times the
// text; workloads have few kinds of requests, so match each kind once and keep the
// action.
//
// To add an algorithm for your own program: write a type that is a [Policy], and
// put the [Entry] that makes it among the algorithms of a simulated cloud. To give
// it to all users: write one file with its type and one line in [Policies].
//
// rules.md has the rules with their sources; the notebooks of testdata show them.
package routing
