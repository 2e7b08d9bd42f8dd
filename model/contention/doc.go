// Package contention answers: how much of a host's CPU does each instance get, when
// they want more than it has?
//
// # Vocabulary
//
// A [Claim] is what one instance wants of the host: no more than its vCPUs, or than its
// baseline when it is out of CPU credits. [Level] is how much each may have for a unit
// of its weight, its vCPUs, so that the host is not asked for more than it has: the
// shares min(wants, weight × level) are max-min fair. Who wants less than its share
// gets it all, and what it leaves is for the others, by weight; no instance can get
// more but by taking from one that has less for its weight.
//
// Source: D. Bertsekas and R. Gallager, "Data Networks", 2nd ed., section 6.5.2; that
// hosts of T families are overcommitted is AWS's (EC2 User Guide, "Dedicated Hosts"),
// that their threads are shared so is ours.
//
// # Guarantees and costs
//
// Claims are whole numbers, in millionths of a thread, and so are shares, rounded down.
// A level is found in a few passes over the claims, as many as there are claims at
// worst, and allocates nothing.
package contention
