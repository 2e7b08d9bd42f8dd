package scaling

import (
	"fmt"
	"math"

	"headroom/sim"
)

// TargetTracking keeps a metric that moves inversely with capacity near a
// target. Its high alarm fires above the target, its low alarm below
// LowThreshold; Cadence says after how many datapoints (Amazon EC2 Auto Scaling
// User Guide, "Target tracking scaling policies").
type TargetTracking struct {
	Target         float64 // in the metric's unit, above 0
	LowFactor      float64 // the low alarm's threshold as a share of the target
	ScaleIn        ScaleInMode
	DisableScaleIn bool
	Cadence        Cadence
	// EstimatedInstanceWarmup is that of what it launches; Unset: the group's.
	EstimatedInstanceWarmup sim.Time
}

// trackingKind is the line of [Policies].
func trackingKind() Kind {
	return Kind{
		Name: "TargetTrackingScaling", Short: "target tracking",
		Description: "keeps a metric near a target: proportional out, gradual in",
		Parameters: []Parameter{
			{
				Name: "target_value", Form: Number, Low: -mostNumber, High: mostNumber, Required: true,
				Meaning: "percent, bytes or requests per minute and target",
			},
			{Name: "disable_scale_in", Form: Flag, Default: false, Meaning: "only ever scale out"},
			{
				Name: "low_factor", Form: Number, Low: -mostNumber, High: mostNumber, Default: LowFactorDefault,
				Words:   []Word{{"ec2-recent", LowFactorRecentEC2, "0.7"}},
				Meaning: `threshold of the low alarm / target; "ec2-recent" is 0.7`,
			},
			{
				Name: "cadence", Form: Choice, Words: []Word{{Name: "legacy", Meaning: "3 datapoints of a minute out, 15 in"}, {Name: "responsive", Meaning: "1 datapoint out, 15 in"}}, Default: "legacy",
				Meaning: "datapoints until an alarm, 3 and 15 or 1 and 15",
			},
			{
				Name: "scale_in_mode", Form: Choice, Default: Proportional.String(),
				Words:   []Word{{Name: Proportional.String(), Meaning: "to what the formula says"}, {Name: Conservative.String(), Meaning: "by a tenth of desired at most, but by one"}},
				Meaning: "how far one scale-in goes",
			},
			warmupParameter(),
		},
		Example: TargetTracking{
			Target: 50, LowFactor: LowFactorDefault, ScaleIn: Proportional, Cadence: LegacyCadence(),
			EstimatedInstanceWarmup: Unset,
		},
		construct: func(s settings) Spec {
			p := TargetTracking{
				Target: s.number("target_value"), LowFactor: s.number("low_factor"), DisableScaleIn: s.flag("disable_scale_in"),
				EstimatedInstanceWarmup: s.orUnset("estimated_instance_warmup"),
			}
			p.Cadence, _ = ParseCadence(s.word("cadence"))
			p.ScaleIn, _ = ParseScaleInMode(s.word("scale_in_mode"))
			return p
		},
	}
}

// Mechanism implements [Spec]. Its alarms repeat every minute while they last, so
// that only a fresh datapoint may move the group again; AWS says of scale-in no
// more than that it is gradual. One that never scales in has no say in whether
// others do.
func (p TargetTracking) Mechanism() Mechanism {
	alarms := []Alarm{{High, p.Target, p.Cadence.HighPeriods, p.Cadence.Period}}
	if !p.DisableScaleIn {
		alarms = append(alarms, Alarm{Low, p.LowThreshold(), p.Cadence.LowPeriods, p.Cadence.Period})
	}
	return Mechanism{
		Warms: true, WarmupTime: p.EstimatedInstanceWarmup,
		Unanimous: !p.DisableScaleIn, Fresh: true, Alarms: alarms,
	}
}

// New implements [Spec]: there is no state.
func (p TargetTracking) New(Setup) Policy { return p }

// Low factors seen on alarms that AWS made; neither is documented.
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

// ResponsiveCadence is the faster one since then; AWS does not publish its
// numbers.
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
func (p TargetTracking) Decide(v View) Decision {
	if !v.HasMetric || math.IsNaN(v.Metric) {
		return Decision{}
	}
	if v.Base <= 0 {
		if v.Breach == High && v.Desired == 0 {
			return v.Raise(1)
		}
		return Decision{}
	}
	proposed := ceil(float64(v.Base) * v.Metric / p.Target)
	switch v.Breach {
	case High:
		return v.Raise(proposed)
	case Low:
		if p.DisableScaleIn {
			return Decision{}
		}
		if p.ScaleIn == Conservative {
			proposed = max(proposed, v.Desired-max(1, v.Desired/conservativeShare))
		}
		return v.Lower(proposed)
	default:
		panic("scaling: target tracking was asked without a breach")
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
		f.add("scale_in_mode", "must be proportional or conservative, got %d", p.ScaleIn)
	}
	if p.Cadence.HighPeriods < 1 || p.Cadence.LowPeriods < 1 || p.Cadence.Period <= 0 {
		f.add("cadence", "must count at least one datapoint on either side, got %+v", p.Cadence)
	}
	f.duration("estimated_instance_warmup", p.EstimatedInstanceWarmup)
	return f
}
