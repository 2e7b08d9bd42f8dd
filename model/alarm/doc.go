// Package alarm answers: in which state is a CloudWatch alarm, given the latest
// datapoints of its metric?
//
// A [Config] is what a user writes about an alarm: the period of the metric,
// how many of the last datapoints must breach, the [Comparison] with the
// threshold and how [Missing] datapoints count. A [Window] is the ring of the
// latest datapoints, each a value or missing; whoever owns the metric pushes
// one datapoint a period. [Evaluate] turns it, and the state before, into the
// next [State].
//
// The package holds no clock and no actions. Its caller evaluates an alarm once
// every [EvaluationInterval], acts on changes of state, and repeats Auto
// Scaling actions at each evaluation while the state lasts.
//
// Evaluate is pure and allocates nothing. It takes the same time for every alarm while no
// datapoint is missing, and else one pass over the window: two
// datapoints more than the alarm's evaluation periods, at most 8,642.
//
// A new way to treat missing data is a constant of Missing, its name, and a
// branch in Evaluate. rules.md has the rules with their sources,
// and testdata notebooks that show them.
package alarm
