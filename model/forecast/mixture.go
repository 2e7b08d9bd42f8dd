package forecast

import "math"

// experts are whom the mixture averages.
var experts = []expectation{
	profile{decay: 0.85, otherWeek: 0.4, otherKind: 0.05}.expect,
	profile{decay: 0.93, otherWeek: 0.1, otherKind: 0.02}.expect,
	profile{decay: 0.7, otherWeek: 1, otherKind: 1}.expect,
	seasonalAtLevel,
}

// How the experts are weighted.
const (
	origins       = 20 // past forecasts that are tried, Every hours apart
	originDecay   = 0.97
	errorFloor    = 0.005 // of the mean
	sharpness     = 4
	leastForSkill = 3 * Day // below this nothing beats the seasonal mean
)

// mixture expects the mean of the experts' expectations, weighted by their errors at the
// last origins: w = (mean absolute error/mean load + 0.005)^-4.
func mixture(h History, hours int) []float64 {
	if len(h.Hours) < leastForSkill {
		return seasonal(h, hours)
	}
	mixed := make([]float64, hours)
	total := 0.0
	for _, expert := range experts {
		weight := math.Pow(pastError(h, expert)+errorFloor, -sharpness)
		total += weight
		for i, load := range expert(h, hours) {
			mixed[i] += weight * load
		}
	}
	for i := range mixed {
		mixed[i] /= total
	}
	return mixed
}

// pastError returns the mean absolute error of an expert's day ahead at the last
// origins, newer ones weighing more, relative to the mean load.
func pastError(h History, expert expectation) float64 {
	missed, weights, weight := 0.0, 0.0, 1.0
	for back := Every; back <= origins*Every && len(h.Hours)-back >= Day; back += Every {
		weight *= originDecay
		past := h.before(back)
		for i, load := range expert(past, min(back, Day)) {
			if actual := h.Hours[len(past.Hours)+i]; !math.IsNaN(actual) {
				missed += weight * math.Abs(actual-load)
				weights += weight
			}
		}
	}
	mean := h.mean()
	if weights == 0 || mean == 0 {
		return 0
	}
	return missed / weights / mean
}
