package scaling

import (
	"math"
	"slices"

	"headroom/sim"
)

// Step changes capacity by how far the metric is beyond the threshold of the
// alarm. It knows no cooldown; the base of its changes is the warmed capacity.
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

// Decide implements [Policy]. A metric in no step is no reason to act.
func (p Step) Decide(s Signal) (int, bool) {
	if !s.HasMetric {
		return s.Desired, false
	}
	distance := settle(s.Metric - s.Threshold)
	for _, step := range p.Steps {
		if step.covers(distance, s.Breach) {
			return p.adjustment(step.Adjustment).apply(s, s.Base)
		}
	}
	return s.Desired, false
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

// Validate implements [Spec]. The bounds must not leave a gap or overlap.
func (p Step) Validate() []error {
	var f faults
	p.adjustment(0).validateKind(&f)
	if p.EstimatedInstanceWarmup < 0 && p.EstimatedInstanceWarmup != Unset {
		f.add("estimated_instance_warmup", "must not be negative, got %v", p.EstimatedInstanceWarmup)
	}
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
	if len(f) == 0 {
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
