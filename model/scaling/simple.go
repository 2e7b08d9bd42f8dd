package scaling

import "headroom/sim"

// Simple changes capacity by one amount. Its group asks it only when no activity
// is in progress and the cooldown is over (Amazon EC2 Auto Scaling User Guide,
// "Scaling cooldowns"); the base of its changes is the desired capacity.
type Simple struct {
	Type                   AdjustmentType
	Adjustment             int
	MinAdjustmentMagnitude int      // least change of a percentage; 0: none
	Cooldown               sim.Time // Unset: the group's default
}

// simpleKind is the line of [Policies].
func simpleKind() Kind {
	return Kind{
		Name: "SimpleScaling", Short: "simple",
		Description: "changes capacity by one amount, then waits for the cooldown",
		Parameters: append(adjustmentParameters(),
			Parameter{
				Name: "scaling_adjustment", Form: Whole, Low: -mostUnits, High: mostUnits, Required: true,
				Meaning: "by how much",
			},
			Parameter{
				Name: "cooldown", Form: Duration, High: mostCooldown,
				Meaning: "pause after its activity; the group's without",
			}),
		Example: Simple{Type: ChangeInCapacity, Adjustment: 2, Cooldown: Unset},
		construct: func(s settings) Spec {
			p := Simple{
				Adjustment: s.whole("scaling_adjustment"), MinAdjustmentMagnitude: s.whole("min_adjustment_magnitude"),
				Cooldown: s.orUnset("cooldown"),
			}
			p.Type, _ = ParseAdjustmentType(s.word("adjustment_type"))
			return p
		},
	}
}

// Mechanism implements [Spec].
func (p Simple) Mechanism() Mechanism { return Mechanism{Cooldown: true, CooldownTime: p.Cooldown} }

// New implements [Spec]: there is no state.
func (p Simple) New(Setup) Policy { return p }

// Grows reports whether the policy can add capacity.
func (p Simple) Grows() bool { return p.Adjustment > 0 }

// Decide implements [Policy]. It needs no metric: the alarm is reason enough.
func (p Simple) Decide(v View) Decision {
	return p.adjustment().apply(v, v.Desired)
}

// Validate implements [Spec].
func (p Simple) Validate() []error {
	var f faults
	p.adjustment().validateKind(&f)
	p.adjustment().validate(&f, "scaling_adjustment")
	f.duration("cooldown", p.Cooldown)
	return f
}

// adjustment returns the policy's amount with its meaning.
func (p Simple) adjustment() adjustment {
	return adjustment{kind: p.Type, amount: p.Adjustment, minMagnitude: p.MinAdjustmentMagnitude}
}
