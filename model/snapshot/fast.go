package snapshot

import (
	"headroom/sim"
	"headroom/sim/bucket"
)

// Fast is the fast restore of one snapshot in one zone. It is ready some time after it
// was asked for, and then earns the credits that volumes take; it has none at first.
type Fast struct {
	Ready   sim.Time // when it is enabled, after enabling and optimizing
	gib     int64    // of the snapshot's volume
	credits bucket.Bucket
}

// Limits of fast snapshot restore (Amazon EBS User Guide).
const (
	MostFast     = 5      // snapshots of a Region with it
	MostFastGiB  = 16_384 // size of the snapshot
	optimizeTiB  = sim.Hour
	gibOfTiB     = 1024
	mostCredits  = 10
	leastCredits = 1
)

// NewFast enables fast restore for the snapshot of a volume of a size.
func NewFast(now sim.Time, gib int64) *Fast {
	ready := now + sim.Time(gib)*(optimizeTiB/gibOfTiB)
	return &Fast{Ready: ready, gib: gib, credits: bucket.New(ready, bucket.Spec{Capacity: Credits(gib) * gib, Per: sim.Hour})}
}

// EnabledFast is fast restore that is enabled already, with no credits yet.
func EnabledFast(now sim.Time, gib int64) *Fast {
	f := NewFast(now, gib)
	f.Ready = now
	f.credits = bucket.New(now, bucket.Spec{Capacity: Credits(gib) * gib, Per: sim.Hour})
	f.credits.SetEarn(now, refill(gib))
	return f
}

// Credits returns how many credits fast restore can have.
func Credits(gib int64) int64 { return max(leastCredits, min(mostCredits, gibOfTiB/gib)) }

// refill is what is earned an hour, in parts of a credit, of which it has as many as the
// volume GiB: min(10, 1024/GiB) credits.
func refill(gib int64) int64 { return min(mostCredits*gib, gibOfTiB) }

// Take takes a credit for a volume, which then needs no initialization, and reports
// whether there was a whole one.
func (f *Fast) Take(now sim.Time) bool {
	f.settle(now)
	return now >= f.Ready && f.credits.Take(now, f.gib)
}

// At returns the whole credits that there are.
func (f *Fast) At(now sim.Time) int64 {
	f.settle(now)
	if now < f.Ready {
		return 0
	}
	return f.credits.At(now) / f.gib
}

// settle begins to earn once it is ready.
func (f *Fast) settle(now sim.Time) {
	if now >= f.Ready && f.credits.Earns() == 0 {
		f.credits.SetEarn(f.Ready, refill(f.gib))
	}
}
