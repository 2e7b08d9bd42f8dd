package dataplane

import (
	"slices"

	"headroom/sim/rng"
)

// keepsBeat reports whether requests of a workload may depart in one nanosecond again and again before they call:
// nothing is left to chance in when they come, and their CPU time is one of a few.
func (p *Plane) keepsBeat(s *source) bool {
	if s.cfg.Arrivals != nil {
		a, b := s.cfg.Arrivals.Start(rng.New(1, 0, "beat")), s.cfg.Arrivals.Start(rng.New(2, 0, "beat"))
		first, _ := a.Next()
		if other, _ := b.Next(); first != other {
			return false
		}
	}
	return slices.ContainsFunc(p.calleesOf(s), func(service int) bool {
		steps := p.cfg.Services[service].Steps
		if !slices.ContainsFunc(steps, func(step Step) bool { return step.Kind == StepCall }) {
			return false
		}
		law, given := s.cfg.Demand, s.cfg.Rows != nil && s.cfg.Rows.Demand != nil
		if steps[0].Time != nil {
			law, given = steps[0].Time, false
		}
		return given || law == nil || isStepped(law)
	})
}

// isStepped reports whether values of a law have a probability.
func isStepped(law rng.Distribution) bool {
	const parts, little = 64, 1e-6
	for k := range parts {
		if u := (float64(k) + 0.5) / parts; law.Quantile(u) == law.Quantile(u+little) {
			return true
		}
	}
	return false
}
