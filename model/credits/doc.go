// Package credits answers: how many CPU credits does a burstable instance have, and
// what does it owe?
//
// # Vocabulary
//
// An [Account] is that of one instance of a T family. It earns credits all the time
// that the instance runs, up to 24 hours' worth, and spends one for each vCPU-minute of
// CPU. What a launch gives is spent first and does not count in that limit. In standard
// mode an instance whose balance is 0 gets no more CPU than it earns, its baseline; in
// unlimited mode it goes on and owes the surplus, which later earnings pay back; what
// it owes beyond 24 hours' worth is charged at once, the rest when it stops.
//
// The owner of an account says with [Account.Use] at which rate the instance computes
// from an instant on, in millionths of a vCPU, and schedules [Account.OutAt], at which
// the rate has to fall to [Account.Baseline].
//
// [Mode], [Earn], [Launch], [Keeps] and [Refusal] are the rules by instance type,
// [Quota] the limit on launches that are given credits.
//
// # Guarantees and costs
//
// Amounts are exact, in vCPU-nanoseconds: an account is two buckets (package bucket) that
// lose nothing, whoever looks when. Every verb takes constant time, some ten
// nanoseconds, and allocates nothing; an account has 300 bytes.
//
// # How to extend it
//
// A family with other rules is a case in rules.go. rules.md has the rules with their
// sources; the notebooks of testdata show them.
package credits
