package scaling

import "headroom/sim"

// Cooldowns are those of a policy of Application Auto Scaling.
type Cooldowns struct{ In, Out sim.Time }

// Pause is where a policy of Application Auto Scaling stands in its cooldown. A scale-out
// does not keep it from another: what was added counts as part of the next, which has to
// be larger. A scale-in keeps it from another, and any scale-out ends that (Application
// Auto Scaling API Reference, "StepScalingPolicyConfiguration"). The zero Pause is none.
type Pause struct {
	state pauseState
	base  int      // capacity before the scale-out that it is of
	until sim.Time // of a change that is complete; Never before
}

type pauseState uint8

const (
	noPause pauseState = iota
	afterOut
	afterIn
)

// Begin is told that the policy changes capacity. The cooldown runs from when the change
// is complete.
func (p *Pause) Begin(now sim.Time, from, to int) {
	switch {
	case to < from:
		*p = Pause{state: afterIn, until: sim.Never}
	case p.state == afterOut && now < p.until: // a larger one: it begins anew, from the same base
		p.until = sim.Never
	default:
		*p = Pause{state: afterOut, base: from, until: sim.Never}
	}
}

// Complete is told that what the policy has changed is complete.
func (p *Pause) Complete(now sim.Time, c Cooldowns) {
	switch p.state {
	case afterOut:
		p.until = sim.Sum(now, c.Out)
	case afterIn:
		p.until = sim.Sum(now, c.In)
	}
}

// ScaledOut is told that any policy has scaled out: a cooldown after a scale-in ends.
func (p *Pause) ScaledOut() {
	if p.state == afterIn {
		*p = Pause{}
	}
}

// Base returns the capacity from which the policy computes what it wants.
func (p *Pause) Base(now sim.Time, desired int) int {
	if p.state == afterOut && now < p.until {
		return min(p.base, desired)
	}
	return desired
}

// Holds reports whether the cooldown keeps the policy from scaling in, and until when;
// Never while the change before is not complete.
func (p *Pause) Holds(now sim.Time) (until sim.Time, holds bool) {
	return p.until, p.state == afterIn && now < p.until
}
