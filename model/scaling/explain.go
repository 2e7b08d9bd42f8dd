package scaling

import (
	"fmt"
	"math"
)

// Explainer is a [Policy] that can say how it comes to a capacity.
type Explainer interface {
	// Explain writes what the policy makes of a view as a formula, before limits and
	// warm-ups have their say: "ceil(5 × 84/50) = 9"; "" if it makes nothing of it. It is
	// asked just before [Policy.Decide] gets the same view, and only in runs that
	// somebody wants explained: it changes nothing.
	Explain(View) string
}

// Explain implements [Explainer].
func (p TargetTracking) Explain(v View) string {
	switch {
	case !v.HasMetric || math.IsNaN(v.Metric):
		return ""
	case v.Base <= 0 && v.Breach == High && v.Desired == 0:
		return "wakes a group of 0"
	case v.Base <= 0:
		return "no instance is warm"
	}
	proposed := ceil(float64(v.Base) * v.Metric / p.Target)
	formula := fmt.Sprintf("ceil(%d × %.4g/%.4g) = %d", v.Base, v.Metric, p.Target, proposed)
	if least := v.Desired - max(1, v.Desired/conservativeShare); v.Breach == Low && p.ScaleIn == Conservative && least > proposed {
		formula += fmt.Sprintf(", conservative: %d", least)
	}
	return formula
}

// Explain implements [Explainer].
func (p Step) Explain(v View) string {
	if !v.HasMetric {
		return ""
	}
	distance := settle(v.Metric - v.Threshold)
	for _, step := range p.Steps {
		if step.covers(distance, v.Breach) {
			return step.bounds(v.Threshold) + p.adjustment(step.Adjustment).formula(v.Base)
		}
	}
	return fmt.Sprintf("no step for %.4g", v.Metric)
}

// bounds writes for which metrics a step is, "" for all.
func (a StepAdjustment) bounds(threshold float64) string {
	low, high := threshold+a.Lower, threshold+a.Upper
	switch {
	case math.IsInf(a.Lower, -1) && math.IsInf(a.Upper, 1):
		return ""
	case math.IsInf(a.Upper, 1):
		return fmt.Sprintf("step from %.4g: ", low)
	case math.IsInf(a.Lower, -1):
		return fmt.Sprintf("step to %.4g: ", high)
	}
	return fmt.Sprintf("step %.4g to %.4g: ", low, high)
}

// Explain implements [Explainer].
func (p Simple) Explain(v View) string { return p.adjustment().formula(v.Desired) }

// formula writes what the adjustment makes of a capacity.
func (a adjustment) formula(base int) string {
	switch a.kind {
	case ExactCapacity:
		return fmt.Sprintf("exactly %d", a.amount)
	case PercentChangeInCapacity:
		delta := percentOf(base, a.amount, a.minMagnitude)
		return fmt.Sprintf("%d %% of %d: %d %s = %d", a.amount, base, base, signed(delta), base+delta)
	}
	return fmt.Sprintf("%d %s = %d", base, signed(a.amount), base+a.amount)
}

// signed writes what is added or taken off.
func signed(n int) string {
	if n < 0 {
		return fmt.Sprintf("- %d", -n)
	}
	return fmt.Sprintf("+ %d", n)
}
