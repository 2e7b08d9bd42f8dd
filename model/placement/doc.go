// Package placement answers: which host receives an instance?
//
// [Hosts] are the hosts of one pool: one zone, one family, one shape. A [Need]
// is what one instance takes from its host, a [Policy] chooses the host, and
// [Hosts.Place] reserves. A T family counts slots instead of threads: its
// overcommit is in the unit, and the arithmetic here never overcommits.
//
// Guarantees: what is reserved on a host never exceeds its shape, in CPU and in
// memory. A disabled host (failed, draining, not allocated) receives nothing,
// and keeps what it has until released. Every policy is exact and has a total
// order, so that the same calls choose the same hosts.
//
// Costs: the pool is never scanned. Hosts with equal free CPU and free memory
// share a cell, and a query walks cells. The sizes of one family keep these
// few, whatever the number of hosts: at 100 000 hosts 0.2 to 0.4 µs a placement
// (spread and random 1 to 2.5 µs) and 4 MB. Thousands of distinct memory sizes
// make thousands of cells, and moving a host then costs a copy of its row of
// cells. An index is built when a policy first asks for it, and only then kept
// up to date.
//
// To add a policy: write one file with its type and Choose, in terms of the
// queries of [Hosts], and one line in [Policies].
//
// rules.md has the rules with their sources; the notebooks of testdata show them.
package placement
