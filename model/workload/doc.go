// Package workload answers: when does the next request arrive?
//
// A [Process] is a specification: validated, immutable, shared by all
// replications. Its Start returns a [Source], the arrivals of one replication,
// from a stream of random numbers. A [Rate] is a piecewise-linear function of
// virtual time, and [ReadTable] reads the trace files that people have.
//
// Guarantees. Instants never decrease and are below [sim.Horizon]; the same
// stream gives the same instants. A time-varying Poisson process is a time
// change of one of rate 1, never thinned: each arrival consumes one random
// number, and a higher rate moves the same arrivals closer together.
// Constructors return an error for whatever a user can get wrong.
//
// Costs. Next takes amortised constant time and does not allocate: some 20 ns
// for a Poisson process. A rate takes 48 bytes a piece, a trace 8 bytes a
// request, counts 16 bytes a bin.
//
// To add a process, write its file with a constructor, Start and Mean, a line
// in [Processes] and one in the battery of process_test.go.
//
// rules.md has the rules with their sources; the notebooks of testdata show them.
package workload
