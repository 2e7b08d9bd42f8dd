// Package run answers: how does a scenario become results?
//
// In one way, whoever asks: config → [cloud.World] → outcome → bill → values.
// An [Experiment] is a scenario with the plan that bills it. [Simulate] plays its
// replications on all cores; [Summarize] and [Scenario] make a summary of them;
// [Compare] pairs those of two experiments, and [Pair] makes a summary of each. Who
// decides between replications whether to go on, as sweeps and searches do, takes them
// one at a time from [Experiment.Replicate].
//
// # Guarantees and costs
//
// Replications are independent and depend on the config and their index alone:
// the same experiment gives the same results, to the bit, with any number of
// workers. What is not kept of a replication is free for the next; a world lives
// no longer than its replication.
//
// # How to extend it
//
// Another use of replications is another function that [Simulate] hands each of
// them to. What is read from one belongs in package results.
package run
