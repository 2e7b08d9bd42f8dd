// Package placement answers: which host receives an instance?
//
// [Hosts] are the hosts of one pool: one zone, one family, one shape. A [Need]
// is what one instance takes from its host, a [Policy] chooses the host, and
// [Hosts.Allocate] reserves. A T family counts slots instead of threads: its
// overcommit is in the unit, and the arithmetic here never overcommits.
//
// Hosts may be divided into NUMA nodes ([NewDivided]): then a [Allocation] tells where
// on its host an instance lies, and a [NodePolicy] chooses the node too. A
// [Reservation] holds room that only its own instances take. [Hosts.Beside]
// gives the same hosts to another tenancy, which shares none that is in use.
//
// Guarantees: what is reserved and held on a host never exceeds its shape, in
// CPU and in memory, nor that of any of its nodes. A disabled host (failed,
// draining, not allocated) receives nothing, and keeps what it has until released. Every
// policy is exact and has a total order, or draws of a stream of its own, so that the same
// calls choose the same hosts.
//
// Costs: the pool is never scanned. Hosts with equal free CPU and free memory
// share a cell, and a query walks cells. The sizes of one family keep these
// few, whatever the number of hosts. A million placements fill 100 000 hosts in 0.04 s
// (first-fit, balance-fit) to 0.15 s (spread) of CPU; where each follows a release one
// costs 0.6 to 1 µs, most of it waiting for memory, and the pool takes 4 MB. Thousands of distinct memory sizes
// make thousands of cells, and moving a host then costs a copy of its row of
// cells. An index is built when a policy first asks for it, and only then kept
// up to date; random asks for one where few hosts fit.
//
// Hosts of several nodes divide the cells by the room in each node, and cost two
// to six times as much. One search may take longer: the lowest host for an
// instance larger than a node looks at each that has one node free for a part.
//
// To add a policy for your own program: write a type with Choose, in terms of the
// queries of [Hosts], and put the [Entry] that makes it among the placements of a
// simulated cloud. To give it to all users: write one file with the type and one
// line in [Policies].
//
// rules.md has the rules with their sources; the notebooks of testdata show them.
package placement
