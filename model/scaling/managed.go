package scaling

import (
	"math"

	"headroom/sim"
)

// Managed is the managed scaling of an ECS capacity provider: target tracking of
// CapacityProviderReservation, 100 M / N, with the group's instances as N. It scales out
// after a minute above the target, by MinStep to MaxStep instances, and in after 15
// minutes below, by half of the group at a time (Amazon ECS API Reference,
// "ManagedScaling"; AWS Containers Blog, "Deep Dive on Amazon ECS Cluster Auto Scaling" and
// "Faster Scaling-in for Amazon ECS Cluster Auto Scaling").
type Managed struct {
	Target           float64 // percent of the instances that are in use, above 0 to 100
	MinStep, MaxStep int
	Warmup           sim.Time
}

// Bounds and defaults of managed scaling.
const (
	MostManagedStep   = 10_000
	MostManagedWarmup = 10_000 // seconds
)

// Mechanism implements [Spec].
func (p Managed) Mechanism() Mechanism {
	return Mechanism{
		Warms: true, WarmupTime: p.Warmup, Unanimous: true, Fresh: true, Reservation: p.Target,
		Alarms: []Alarm{{High, p.Target, 1, sim.Minute}, {Low, p.Target, 15, sim.Minute}},
	}
}

// New implements [Spec]: there is no state.
func (p Managed) New(Setup) Policy { return p }

// Decide implements [Policy]: desired is N, for the metric counts what is on its way.
func (p Managed) Decide(v View) Decision {
	if !v.HasMetric || math.IsNaN(v.Metric) {
		return Decision{}
	}
	if v.Breach == Low {
		atOnce := max(1, v.Desired/2) // it may remove
		return v.Lower(max(ceil(float64(v.Desired)*v.Metric/p.Target), v.Desired-atOnce))
	}
	more := p.MinStep
	if v.Desired > 0 {
		more = max(more, ceil(float64(v.Desired)*v.Metric/p.Target)-v.Desired)
	}
	return v.Raise(v.Desired + min(more, p.MaxStep))
}

// Validate implements [Spec].
func (p Managed) Validate() []error {
	var f faults
	if !(p.Target > 0 && p.Target <= 100) {
		f.add("target_capacity", "must be above 0 and at most 100, got %v", p.Target)
	}
	if p.MinStep < 1 || p.MinStep > p.MaxStep {
		f.add("minimum_scaling_step_size", "must be 1 to maximum_scaling_step_size (%d), got %d", p.MaxStep, p.MinStep)
	}
	if p.MaxStep > MostManagedStep {
		f.add("maximum_scaling_step_size", "must be at most %d, got %d", MostManagedStep, p.MaxStep)
	}
	f.duration("instance_warmup_period", p.Warmup)
	return f
}
