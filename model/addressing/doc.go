// Package addressing answers: which address has whom, and how many are left?
//
// # Vocabulary
//
// A [Block] is a range of addresses in the notation of CIDR. A [Pool] hands out the
// private addresses of one subnet, of which AWS keeps five for itself. The [Internet]
// hands out public addresses, none twice. [Block.Check] says what the block of a VPC must be.
// [Limits] is how many interfaces an instance may have, and how many addresses on each.
// [RoundTrip] is how long a packet takes to another Region and back.
//
// # Guarantees and costs
//
// A pool gives no address twice before it is given back, and knows at once how many are
// left; a taking costs a few words of a bitmap. Addresses are taken in turn, so that one
// that was given back is the last to be taken again. A pool has a bit for each address.
//
// # How to extend it
//
// rules.md has the rules with their sources; the notebook of testdata shows them.
package addressing
