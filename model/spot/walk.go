package spot

import (
	"errors"
	"fmt"
	"math"

	"headroom/sim"
)

// leastShare is the floor of a published price as a share of On-Demand, and
// logLeastShare its logarithm. The ceiling is On-Demand itself.
const (
	leastShare    = 0.1
	logLeastShare = -math.Ln10
)

// WalkSpec is the recipe of a [Walk]. With x = ln(price/OnDemand) and dt the
// Step in hours, each step does
//
//	x += Reversion·(ln(Mean/OnDemand) − x)·dt + Volatility·√dt·z,  z standard normal,
//
// x is held to prices of 0.1 to 1 times OnDemand, and the price is published if
// it differs from the last published one by more than Threshold.
type WalkSpec struct {
	OnDemand   float64  // dollars an hour; the ceiling of the price
	Mean       float64  // long-run price, dollars an hour; the walk starts there
	Reversion  float64  // per hour
	Volatility float64  // per square root of an hour
	Step       sim.Time // time between two moves
	Threshold  float64  // relative change that is worth publishing
	Until      sim.Time // moves after this instant are not made
}

// DefaultWalk returns the walk around mean that rules.md tells: its price wanders some
// ±10 %.
func DefaultWalk(onDemand, mean float64) WalkSpec {
	return WalkSpec{
		OnDemand: onDemand, Mean: mean,
		Reversion: 0.02, Volatility: 0.02,
		Step: 5 * sim.Minute, Threshold: 0.01,
		Until: sim.Horizon,
	}
}

// Validate returns all faults of s, joined.
func (s WalkSpec) Validate() error {
	var faults []error
	fault := func(bad bool, name, rule string, got any) {
		if bad {
			faults = append(faults, fmt.Errorf("%s: must be %s, got %v", name, rule, got))
		}
	}
	fault(!positive(s.OnDemand), "on-demand price", "positive", s.OnDemand)
	fault(!positive(s.Mean), "mean price", "positive", s.Mean)
	fault(!(s.Reversion >= 0) || math.IsInf(s.Reversion, 1), "reversion", "at least 0", s.Reversion)
	fault(!(s.Volatility >= 0) || math.IsInf(s.Volatility, 1), "volatility", "at least 0", s.Volatility)
	fault(s.Step < sim.Second, "step", "at least 1s", s.Step)
	fault(s.Reversion*hours(s.Step) > 1, "reversion", "at most one per step", s.Reversion)
	fault(!(s.Threshold >= 0) || math.IsInf(s.Threshold, 1), "threshold", "at least 0", s.Threshold)
	return errors.Join(faults...)
}

// Walk is a price that wanders around a long-run mean. It implements [Prices].
type Walk struct {
	spec      WalkSpec
	draws     Draws
	mean      float64 // of x
	x         float64
	pull      float64 // Reversion·dt
	noise     float64 // Volatility·√dt
	start     float64
	published float64
	now       sim.Time
}

// NewWalk returns a fresh walk of a valid spec that takes one normal draw a step.
func NewWalk(spec WalkSpec, draws Draws) (*Walk, error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	dt := hours(spec.Step)
	mean := clampShare(math.Log(spec.Mean / spec.OnDemand))
	price := max(leastShare*spec.OnDemand, min(spec.Mean, spec.OnDemand))
	return &Walk{
		spec: spec, draws: draws,
		mean: mean, x: mean,
		pull: spec.Reversion * dt, noise: spec.Volatility * math.Sqrt(dt),
		start: price, published: price,
	}, nil
}

// Start implements [Prices]: the long-run mean.
func (w *Walk) Start() float64 { return w.start }

// Next implements [Prices]. It takes as many steps as it needs to find a change
// that is worth publishing, and gives up after Until.
func (w *Walk) Next() (at sim.Time, usd float64, ok bool) {
	for w.noise > 0 && w.now <= w.spec.Until-w.spec.Step {
		w.now += w.spec.Step
		w.x = clampShare(w.x + w.pull*(w.mean-w.x) + w.noise*w.draws.Normal())
		price := min(w.spec.OnDemand*math.Exp(w.x), w.spec.OnDemand)
		if math.Abs(price-w.published) > w.spec.Threshold*w.published {
			w.published = price
			return w.now, price, true
		}
	}
	return 0, 0, false
}

// clampShare holds the logarithm of a share of On-Demand to its bounds.
func clampShare(x float64) float64 {
	return max(logLeastShare, min(x, 0))
}

func hours(t sim.Time) float64 { return float64(t) / float64(sim.Hour) }

func positive(x float64) bool { return x > 0 && !math.IsInf(x, 1) }
