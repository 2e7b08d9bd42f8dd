package model

import "headroom/sim"

// Credits is an amount of CPU credits, in vCPU-nanoseconds at full speed.
type Credits int64

// Credit is one CPU credit: a vCPU for a minute.
const Credit = Credits(sim.Minute)

// Float64 returns the amount in credits.
func (c Credits) Float64() float64 { return float64(c) / float64(Credit) }

// CreditMode says what a burstable instance does when its credits are spent.
type CreditMode uint8

// Modes.
const (
	CreditsStandard  CreditMode = iota + 1 // it falls to its baseline
	CreditsUnlimited                       // it goes on, for money
)

// String returns Terraform's name of the mode.
func (m CreditMode) String() string { return [...]string{"", "standard", "unlimited"}[m] }

// CreditTerms are by what an instance earns and spends CPU credits. The zero
// CreditTerms are those of an instance that has none.
type CreditTerms struct {
	Mode   CreditMode // 0: no credits
	Earn   Credits    // an hour
	Start  Credits    // earned before
	Launch Credits    // given at each launch and start
	Keeps  sim.Time   // how long it keeps its balance while it is stopped
}

// BurstUse is what a burstable instance has made of its credits so far, and what its
// host has made of it.
type BurstUse struct {
	Balance   Credits  // that it could spend now
	Surplus   Credits  // that it owes and may pay back with what it earns
	Charged   Credits  // surplus that is to be paid with money
	Least     Credits  // smallest balance that it had
	Throttled sim.Time // at its baseline while it had more to do
	Contended sim.Time // with less than it asked its host for
}
