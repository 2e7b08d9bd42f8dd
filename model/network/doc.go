// Package network answers: may a packet pass?
//
// # Vocabulary
//
// A security group is a list of rules for what comes in and one for what goes out; all
// rules allow. An [End] is a kind of network interfaces: those with the same groups and
// addresses. A [Flow] is a connection from one end to a port of another, and a [Sender]
// all flows of one kind from one end. A [Policy] is the groups at an instant, and a
// [Matrix] what it says about every sender and every end.
//
// # Guarantees and costs
//
// [Policy.Allows] looks at every rule of both ends; [Matrix.Says], at one bit. A matrix
// is compiled when a run begins and when a rule changes, never for a packet. An end is
// one class: a rule must cover all of its addresses, by one CIDR block or by several
// together.
//
// # How to extend it
//
// What else a rule may look at is a field of [Rule] and [Flow] and a term of Rule.takes.
// rules.md has the rules with their sources; the notebooks of testdata show them.
package network
