// Package memory answers: does what a server holds fit into its memory, and what
// becomes of it if it does not?
//
// # Vocabulary
//
// A server holds its base, a part for each request that has begun, and a part for each
// connection of a request, in line or not. What there is for that is the RAM less what
// the operating system keeps; what does not fit there lies in the swap, and a request
// that begins then has page faults, each a read of one page of the swap's volume. What does
// not fit there either is the end of the application: the kernel kills it.
//
// [Terms] say what a server has and holds, [Level] is one at work, [Kills] remembers
// when the kernel has killed, and [RecommendedSwap] is the rule for how large swap ought
// to be.
//
// # Guarantees and costs
//
// Amounts are whole bytes, and the area under a level is exact. Every verb takes constant
// time and allocates nothing.
//
// # How to extend it
//
// What else takes memory is a field of [Terms] and a term of [Level.Holds]. rules.md has the
// rules with their sources; the notebooks of testdata show them.
package memory
