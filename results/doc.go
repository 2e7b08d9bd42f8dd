// Package results answers: what did the replications of a scenario show, and
// how sure are we of it?
//
// A [Meter] reads the metrics of one scenario: the values of a replication, which
// [Compare] pairs with those of another scenario, or all that a [Summary] is made
// of: estimates with 95 % Student intervals, the mean invoice, in which what is
// paid upfront is spread over its term, verdicts on thresholds, and warnings that
// travel with the numbers. [Metrics] is the registry of all metrics. Package run
// simulates the replications, and package report writes summaries down. Nothing
// here runs anything.
//
// # Vocabulary
//
//   - A metric is a name, a unit and a meaning. A key is a metric for a [Part] of
//     the scenario: latency.p99{target_group=web}; without a part, for the whole.
//   - A value is the mean over replications of what each of them measured. Also a
//     quantile: the mean of the replications' quantiles, so that its interval is
//     one between independent runs.
//   - A metric that no replication could observe (the latency of no requests) is
//     absent. N of a value counts the replications that observed it.
//
// # Guarantees and costs
//
// Which keys a scenario has depends on its config alone, so thresholds are
// checked before anything runs. Replications are folded in the order of their
// index: the same scenario gives the same summary, to the bit, with any number of
// workers. What is kept of a replication is a number per key and the lines of its
// invoice; the series by minute and the activities are kept of replication 0
// only. A summary is for reading: looking up a key scans the metrics.
//
// # How to extend it
//
// A metric is one line of the table in metric.go: what it reads is a part, which
// hands out the outcomes that belong to it. Another kind of part is a label and
// a line in scopes.
package results
