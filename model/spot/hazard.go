package spot

import (
	"fmt"
	"math"

	"headroom/sim"
)

// NoticeDuration is the time between an interruption notice and the reclaim.
const NoticeDuration = 120 * sim.Second

const (
	monthHours = 720  // the month of a Spot Advisor bucket
	shockShare = 0.92 // part of all interruptions that strike the whole pool within minutes: measured, rules.md
)

// LongestNoticeDelay is the time over which the notices of a shock are spread.
const LongestNoticeDelay = 180 * sim.Second

// Bucket is an interruption bucket of the Spot Advisor: 0 is under 5 % a month,
// 4 is over 20 %.
type Bucket int

// BucketWords are the buckets as the Spot Advisor writes them.
func BucketWords() []string { return []string{"<5%", "5-10%", "10-15%", "15-20%", ">20%"} }

// midpoints are the monthly interruption probabilities of the buckets: their
// middles, and 25 % for the last one.
var midpoints = [...]float64{0.025, 0.075, 0.125, 0.175, 0.25}

// Hazard is how often instances of a pool are interrupted, whatever the price.
type Hazard struct {
	perHour float64
}

// NewHazard returns the hazard −ln(1−p)/720 per hour of a bucket with monthly
// probability p, times intensity: 1 is the market as published, 0 is a market
// that never interrupts, 500 a storm.
func NewHazard(bucket Bucket, intensity float64) (Hazard, error) {
	if bucket < 0 || int(bucket) >= len(midpoints) {
		return Hazard{}, fmt.Errorf("interruption bucket: must be 0..%d, got %d", len(midpoints)-1, bucket)
	}
	if !(intensity >= 0) || math.IsInf(intensity, 1) {
		return Hazard{}, fmt.Errorf("interruption intensity: must be at least 0, got %v", intensity)
	}
	return Hazard{perHour: -math.Log1p(-midpoints[bucket]) / monthHours * intensity}, nil
}

// PerHour returns the rate at which any one instance is interrupted.
func (h Hazard) PerHour() float64 { return h.perHour }

// OwnEvent draws how long after its launch an instance receives a notice of its
// own; [sim.Never] if not within [sim.Horizon]. It takes one draw in any case.
func (h Hazard) OwnEvent(draws Draws) sim.Time {
	return wait(draws, (1-shockShare)*h.perHour)
}

// Shocks returns the instants at which the whole pool is struck.
func (h Hazard) Shocks(draws Draws) *Shocks {
	return &Shocks{draws: draws, perHour: shockShare * h.perHour}
}

// Shocks is the Poisson process of events that strike every instance of a pool
// that is there at that instant: each receives its notice [NoticeDelay] later.
type Shocks struct {
	draws   Draws
	perHour float64
	now     sim.Time
}

// Next returns the instant of the next shock, [sim.Never] when there is none
// within [sim.Horizon].
func (s *Shocks) Next() sim.Time {
	if s.now == sim.Never {
		return sim.Never
	}
	gap := wait(s.draws, s.perHour)
	if gap > sim.Horizon-s.now {
		s.now = sim.Never
		return sim.Never
	}
	s.now += gap
	return s.now
}

// NoticeDelay draws the time from a shock to one instance's notice, uniform over
// three minutes.
func NoticeDelay(draws Draws) sim.Time {
	return sim.Time(draws.Uniform() * float64(LongestNoticeDelay))
}

// wait draws the time to the next event of a Poisson process.
func wait(draws Draws, perHour float64) sim.Time {
	draw := draws.Exponential()
	if perHour == 0 {
		return sim.Never
	}
	if t := sim.Seconds(draw / perHour * 3600); t < sim.Horizon {
		return t
	}
	return sim.Never
}
