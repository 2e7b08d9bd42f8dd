// Package buying answers: what would this have cost under each way of buying it,
// and what should one commit to?
//
// [Compare] simulates a scenario once per way of launching it (all On-Demand, all
// Spot, both), under the same random numbers, and folds the ledgers of all
// replications into a [Row] per plan of [pricing.Plans]. [Recommend] sizes the
// commitments to the demand of the scenario as it is.
//
// # Vocabulary
//
// A plan is a way of buying; its cost is that of the run, with what is paid
// upfront spread over its term. A saving is relative to the plan on-demand in the
// same replication, so that its interval is one of paired differences. The
// break-even utilization is that at which commitments cost what they replace.
//
// # Guarantees and costs
//
// The same scenario gives the same comparison, to the bit, with any number of
// workers. Commitment plans are sized to the least cost over all replications
// together, or to a [Size] that is given. What has no price is listed with its
// plan, and what stays On-Demand because nobody sells it otherwise is a warning.
//
// All ledgers stay in memory until the last plan is billed: some hundred bytes an
// instance launched, times replications, times ways of launching.
//
// # How to extend it
//
// A plan is an entry in [pricing.Plans]; one that changes what is launched also
// needs a Config of its own in [Variants].
package buying
