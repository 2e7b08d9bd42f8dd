package scaling

import "headroom/sim"

// Simple changes capacity by one amount. Its caller asks it only when no
// activity is in progress and the cooldown is over; the base of
// its changes is the desired capacity.
type Simple struct {
	Type                   AdjustmentType
	Adjustment             int
	MinAdjustmentMagnitude int      // least change of a percentage; 0: none
	Cooldown               sim.Time // Unset: the group's default
}

// Decide implements [Policy]. It needs no metric: the alarm is reason enough.
func (p Simple) Decide(s Signal) (int, bool) {
	return p.adjustment().apply(s, s.Desired)
}

// Validate implements [Spec].
func (p Simple) Validate() []error {
	var f faults
	p.adjustment().validateKind(&f)
	p.adjustment().validate(&f, "scaling_adjustment")
	if p.Cooldown < 0 && p.Cooldown != Unset {
		f.add("cooldown", "must not be negative, got %v", p.Cooldown)
	}
	return f
}

// adjustment returns the policy's amount with its meaning.
func (p Simple) adjustment() adjustment {
	return adjustment{kind: p.Type, amount: p.Adjustment, minMagnitude: p.MinAdjustmentMagnitude}
}
