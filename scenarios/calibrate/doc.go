// Package calibrate answers: how much does a request take, by what was measured?
//
// [Match] pairs the requests of a period with the CPU utilization of the group that served
// them, [Utilization] fits the demand to them by the utilization law, [FitLaw] the
// distribution of the demand to latencies at low load.
//
// The utilization law: of c vCPUs, requests that come at rate X and take D seconds of CPU
// each keep U = X·D/c busy, whatever their distribution, their order and their queue; U0 is
// what is busy without them. So the slope of U against X/c is D.
// Source: P. J. Denning and J. P. Buzen, The Operational Analysis of Queueing Network
// Models, 1978.
//
// # Guarantees and costs
//
// Intervals are those of 95 %. What cannot be told from the data is an error that says why
// and what to measure: a load that hardly varies, a group that was saturated, latencies in
// which there is waiting.
//
// # How to extend it
//
// A law of demands is a line in law.go: candidates.
package calibrate
