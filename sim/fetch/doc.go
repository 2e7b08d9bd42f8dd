// Package fetch answers: which memory is about to be read?
//
// [Line] asks the machine for a cache line and does not wait for it, so that who reads the line
// some hundred instructions later finds it near. It changes nothing that anybody can see but time.
//
// # Guarantees and costs
//
// Line never faults, whatever it is given, and costs a call of two instructions. It pays where a
// line comes from beyond the second cache (some 25 ns of the 350 that a request takes), and only
// for who knows in time what comes next. On machines for which it is not written it does nothing.
package fetch
