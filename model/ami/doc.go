// Package ami answers: what does an instance boot from, and what does its first boot do?
//
// An AMI is of a Region and an architecture and is copied to others by [CopyDuration]; [Mismatch]
// says why a type cannot boot one. A [Script] is user data: what it does on a [Machine] is a
// [Run], how long it takes and with which code it exits. [CheckScript] and [CheckNote] judge
// its text.
//
// Guarantees: everything is a value without a clock, and nothing is random: who launches
// draws how long the script's own work takes.
//
// Costs: a run is a handful of multiplications; nothing is allocated but the texts of faults.
//
// To add what a script may need: a field of [Script] and a case of [Script.On].
//
// rules.md has the rules with their sources; the notebooks of testdata show them.
package ami
