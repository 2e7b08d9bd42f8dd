package scaling

import (
	"math"
	"slices"

	"headroom/sim"
)

// Step changes capacity by how far the metric is beyond the threshold of the
// alarm. It knows no cooldown; the base of its changes is the warmed capacity
// (Amazon EC2 Auto Scaling User Guide, "Step and simple scaling policies").
type Step struct {
	Type                    AdjustmentType
	Steps                   []StepAdjustment // in any order, without gap or overlap
	MinAdjustmentMagnitude  int              // least change of a percentage; 0: none
	EstimatedInstanceWarmup sim.Time         // Unset: the group's default
}

// StepAdjustment is the change for metrics whose distance from the threshold
// lies between two bounds; an infinite bound is open. Above the threshold the
// lower bound is inclusive, below it the upper one.
type StepAdjustment struct {
	Lower, Upper float64 // metric minus threshold
	Adjustment   int
}

// mostSteps is AWS's quota of step adjustments.
const mostSteps = 20

// stepKind is the line of [Policies].
func stepKind() Kind {
	bound := func(name, meaning string) Parameter {
		return Parameter{Name: name, Form: Number, Low: -mostNumber, High: mostNumber, Meaning: meaning}
	}
	return Kind{
		Name: "StepScaling", Short: "step",
		Description: "changes capacity by how far the metric is beyond the threshold",
		Parameters: append(adjustmentParameters(), warmupParameter(), Parameter{
			Name: "step_adjustment", Form: Rows, Required: true,
			Meaning: "adjustments by how far the metric is from the threshold",
			Columns: []Parameter{
				bound("metric_interval_lower_bound", "metric - threshold from here on; open without"),
				bound("metric_interval_upper_bound", "metric - threshold up to here; open without"),
				{
					Name: "scaling_adjustment", Form: Whole, Low: -mostUnits, High: mostUnits, Required: true,
					Meaning: "by how much",
				},
			},
		}),
		Example: Step{
			Type: PercentChangeInCapacity, EstimatedInstanceWarmup: Unset,
			Steps: []StepAdjustment{{0, 10, 10}, {10, math.Inf(1), 30}},
		},
		construct: newStep,
	}
}

// newStep constructs the spec of settings.
func newStep(s settings) Spec {
	p := Step{
		MinAdjustmentMagnitude:  s.whole("min_adjustment_magnitude"),
		EstimatedInstanceWarmup: s.orUnset("estimated_instance_warmup"),
	}
	p.Type, _ = ParseAdjustmentType(s.word("adjustment_type"))
	for _, row := range s.rows("step_adjustment") {
		p.Steps = append(p.Steps, StepAdjustment{
			Lower:      row.orNumber("metric_interval_lower_bound", math.Inf(-1)),
			Upper:      row.orNumber("metric_interval_upper_bound", math.Inf(1)),
			Adjustment: row.whole("scaling_adjustment"),
		})
	}
	return p
}

// Mechanism implements [Spec].
func (p Step) Mechanism() Mechanism {
	return Mechanism{Warms: true, WarmupTime: p.EstimatedInstanceWarmup}
}

// New implements [Spec]: there is no state.
func (p Step) New(Setup) Policy { return p }

// Grows reports whether the policy can add capacity.
func (p Step) Grows() bool {
	return slices.ContainsFunc(p.Steps, func(s StepAdjustment) bool { return s.Adjustment > 0 })
}

// Decide implements [Policy]. A metric in no step is no reason to act.
func (p Step) Decide(v View) Decision {
	if !v.HasMetric {
		return Decision{}
	}
	distance := settle(v.Metric - v.Threshold)
	for _, step := range p.Steps {
		if step.covers(distance, v.Breach) {
			return p.adjustment(step.Adjustment).apply(v, v.Base)
		}
	}
	return Decision{}
}

// adjustment returns that amount with the policy's meaning.
func (p Step) adjustment(amount int) adjustment {
	return adjustment{kind: p.Type, amount: amount, minMagnitude: p.MinAdjustmentMagnitude}
}

// covers reports whether the step answers a metric at that distance from the
// threshold. At the threshold itself the alarm says on which side the metric is.
func (a StepAdjustment) covers(distance float64, breach Breach) bool {
	if distance < 0 || distance == 0 && breach == Low {
		return a.Lower < distance && distance <= a.Upper
	}
	return a.Lower <= distance && distance < a.Upper
}

// settleScale is the inverse of roundingSlack, which no float holds exactly.
const settleScale = 1e9

// settle rounds away the noise of a float subtraction, so that 64.1 is 10 above
// 54.1. Distances above a million have no such noise to speak of.
func settle(distance float64) float64 {
	if math.Abs(distance) > 1e6 {
		return distance
	}
	return math.Round(distance*settleScale) / settleScale
}

// Validate implements [Spec]: steps neither overlap nor leave a gap, and are open
// at the outer ends (PutScalingPolicy, Amazon EC2 Auto Scaling API Reference).
func (p Step) Validate() []error {
	var f faults
	p.adjustment(0).validateKind(&f)
	f.duration("estimated_instance_warmup", p.EstimatedInstanceWarmup)
	before := len(f)
	if len(p.Steps) < 1 || len(p.Steps) > mostSteps {
		f.add("step_adjustment", "must have from 1 to %d steps, got %d", mostSteps, len(p.Steps))
	}
	for _, step := range p.Steps {
		p.adjustment(step.Adjustment).validate(&f, "step_adjustment")
		switch {
		case math.IsInf(step.Lower, -1) && math.IsInf(step.Upper, 1):
			f.add("step_adjustment", "must have a lower or an upper bound")
		case !(step.Lower < step.Upper):
			f.add("step_adjustment", "lower bound %v must be below upper bound %v", step.Lower, step.Upper)
		}
	}
	if len(f) == before {
		validateBounds(&f, p.Steps)
	}
	return f
}

// validateBounds adds the faults of steps in relation to each other: gaps,
// overlaps and outer ends that must be open.
func validateBounds(f *faults, steps []StepAdjustment) {
	sorted := slices.Clone(steps)
	slices.SortFunc(sorted, func(a, b StepAdjustment) int {
		switch {
		case a.Lower < b.Lower:
			return -1
		case a.Lower > b.Lower:
			return 1
		default:
			return 0
		}
	})
	for i := 1; i < len(sorted); i++ {
		below, above := sorted[i-1].Upper, sorted[i].Lower
		switch {
		case below > above:
			f.add("step_adjustment", "steps must not overlap, two do from %v to %v", above, below)
		case below < above:
			f.add("step_adjustment", "steps must not leave a gap, got one from %v to %v", below, above)
		}
	}
	if lowest := sorted[0].Lower; lowest < 0 && !math.IsInf(lowest, -1) {
		f.add("step_adjustment", "a negative lower bound (%v) requires a step without lower bound", lowest)
	}
	if highest := sorted[len(sorted)-1].Upper; highest > 0 && !math.IsInf(highest, 1) {
		f.add("step_adjustment", "a positive upper bound (%v) requires a step without upper bound", highest)
	}
}
