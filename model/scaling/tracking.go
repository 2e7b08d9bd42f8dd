package scaling

import (
	"fmt"
	"math"

	"headroom/sim"
)

// TargetTracking keeps a metric that moves inversely with capacity near a
// target. Its high alarm fires above the target, its low alarm below
// LowThreshold; Cadence says after how many datapoints (rules.md).
type TargetTracking struct {
	Target         float64 // in the metric's unit, above 0
	LowFactor      float64 // the low alarm's threshold as a share of the target
	ScaleIn        ScaleInMode
	DisableScaleIn bool
	Cadence        Cadence
}

// Low factors seen on alarms of AWS; neither is documented.
const (
	LowFactorDefault   = 0.9
	LowFactorRecentEC2 = 0.7
)

// Cadence is the shape of the two alarms of a target tracking policy: all of so
// many datapoints must breach. With basic monitoring the group's metric has
// periods of 300 s instead.
type Cadence struct {
	HighPeriods, LowPeriods int
	Period                  sim.Time
}

// LegacyCadence is what target tracking had until November 2024.
func LegacyCadence() Cadence {
	return Cadence{HighPeriods: 3, LowPeriods: 15, Period: sim.Minute}
}

// ResponsiveCadence is the faster one since then; AWS has published no
// numbers of it.
func ResponsiveCadence() Cadence {
	return Cadence{HighPeriods: 1, LowPeriods: 15, Period: sim.Minute}
}

// ParseCadence returns the cadence of that name.
func ParseCadence(name string) (Cadence, error) {
	switch name {
	case "legacy":
		return LegacyCadence(), nil
	case "responsive":
		return ResponsiveCadence(), nil
	}
	return Cadence{}, fmt.Errorf("unknown cadence %q", name)
}

// ScaleInMode says how far one scale-in of a target tracking policy goes. AWS
// documents no more than "gradually".
type ScaleInMode uint8

// Scale-in modes.
const (
	Proportional ScaleInMode = iota + 1 // to what the formula says
	Conservative                        // by a tenth of desired at most, but by one
)

// scaleInNames are the names in scenarios by ScaleInMode.
var scaleInNames = [...]string{"", "proportional", "conservative"}

// String returns the mode's name in scenarios.
func (m ScaleInMode) String() string { return scaleInNames[m] }

// ParseScaleInMode returns the mode of that name.
func ParseScaleInMode(name string) (ScaleInMode, error) {
	for m := Proportional; m <= Conservative; m++ {
		if scaleInNames[m] == name {
			return m, nil
		}
	}
	return 0, fmt.Errorf("unknown scale-in mode %q", name)
}

// conservativeShare is the part of desired that a conservative scale-in takes
// off, as a divisor.
const conservativeShare = 10

// LowThreshold returns the threshold of the low alarm.
func (p TargetTracking) LowThreshold() float64 { return p.Target * p.LowFactor }

// Decide implements [Policy]: capacity in proportion to metric and target,
// rounded up. Nothing warmed means no metric to trust and no action, except
// that a breach of the high alarm wakes a group of desired capacity 0.
func (p TargetTracking) Decide(s Signal) (int, bool) {
	if !s.HasMetric || math.IsNaN(s.Metric) {
		return s.Desired, false
	}
	if s.Base <= 0 {
		if s.Breach == High && s.Desired == 0 {
			return s.raise(1)
		}
		return s.Desired, false
	}
	proposed := ceil(float64(s.Base) * s.Metric / p.Target)
	switch s.Breach {
	case High:
		return s.raise(proposed)
	case Low:
		if p.DisableScaleIn {
			return s.Desired, false
		}
		if p.ScaleIn == Conservative {
			proposed = max(proposed, s.Desired-max(1, s.Desired/conservativeShare))
		}
		return s.lower(proposed)
	default:
		panic("scaling: unknown breach")
	}
}

// Validate implements [Spec].
func (p TargetTracking) Validate() []error {
	var f faults
	if !(p.Target > 0) || math.IsInf(p.Target, 0) {
		f.add("target_value", "must be above 0, got %v", p.Target)
	}
	if !(p.LowFactor > 0 && p.LowFactor <= 1) {
		f.add("low_factor", "must be above 0 and at most 1, got %v", p.LowFactor)
	}
	if p.ScaleIn != Proportional && p.ScaleIn != Conservative {
		f.add("scale_in", "must be proportional or conservative, got %d", p.ScaleIn)
	}
	if p.Cadence.HighPeriods < 1 || p.Cadence.LowPeriods < 1 || p.Cadence.Period <= 0 {
		f.add("cadence", "must count at least one datapoint on either side, got %+v", p.Cadence)
	}
	return f
}
