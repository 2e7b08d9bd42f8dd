// Package memory answers: how much memory may this process take, and has it?
//
// [Usual] is a share of what the machine gives the process. [Watch] makes a context
// that is cancelled when the process has taken more than its limit, so that all
// which a user can interrupt ends in the same way, with what it has finished.
//
// # Guarantees and costs
//
// The limit counts everything that Go has from the system: heap, stacks and what the
// runtime needs. Before it is reached the garbage collector works harder; what is
// only garbage never ends a run. The process is looked at forty times a second,
// from aside: the simulation pays nothing. What takes more than the margin between
// two looks can still make the system kill the process; whoever knows how much
// something will take should ask [Watcher.Limit] before.
//
// Linux tells the memory of the machine, control groups of both versions and
// ulimit -v; macOS the machine's. On other systems [Machine] is an assumption.
//
// # How to extend it
//
// Another bound that a system sets is one more minimum in machine_linux.go, or a
// file like it.
package memory
