// Package login answers: who can log in to an instance, and what do they see if they cannot?
//
// An [Attempt] is one person with one program: a [Protocol], the keys that both sides have, and
// what became of the first packet ([Delivery]). Its [Attempt.Outcome] is what the person sees, and
// after how long.
//
// Guarantees: everything is a value without a clock; the symptom is the one that the real
// programs show.
//
// Costs: nothing is done per request.
//
// To add a protocol: a constant, a row of [protocols], and what serves it in [Protocol.ServedBy].
//
// rules.md has the rules with their sources; the notebook of testdata shows them.
package login
