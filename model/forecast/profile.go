package forecast

import "math"

// profile expects the weighted geometric mean of the same hour of earlier days, and that
// what the last hours had above it goes on for a while.
type profile struct {
	decay     float64 // of a day's weight, from one day to the one before
	otherWeek float64 // weight of a day of the same kind, weekday or weekend, relative to the same day of the week
	otherKind float64 // weight of a day of the other kind
}

// What the profiles have in common.
const (
	floorShare   = 0.2 // of the mean, added before the logarithm: small loads weigh less
	mostResidual = 1.5
	slowHours    = 12
	fastHours    = 2
	slowShare    = 0.8
	fastShare    = 0.7
	slowDecay    = 0.98 // an hour
	fastDecay    = 0.92 // an hour
)

func (p profile) expect(h History, hours int) []float64 {
	floor := floorShare * h.mean()
	if floor <= 0 {
		return make([]float64, hours)
	}
	logs := History{Hours: make([]float64, len(h.Hours)), First: h.First}
	for at, load := range h.Hours {
		logs.Hours[at] = math.Log(load + floor)
	}
	middle := logs.mean()
	slow := slowShare * p.residual(logs, slowHours, middle)
	fast := fastShare * (p.residual(logs, fastHours, middle) - slow)
	return eachAhead(h, hours, func(at int) float64 {
		slow *= slowDecay
		fast *= fastDecay
		return max(0, math.Exp(p.at(logs, at, middle)+slow+fast)-floor)
	})
}

// at returns the profile of the hour at that position from the days before it, and other
// where nothing is known of them.
func (p profile) at(logs History, at int, other float64) float64 {
	sum, weights, decay := 0.0, 0.0, 1.0
	for days := 1; at-days*Day >= 0; days++ {
		decay *= p.decay
		then := logs.load(at - days*Day)
		if math.IsNaN(then) {
			continue
		}
		weight := decay
		switch {
		case days%7 == 0:
		case logs.weekend(at) == logs.weekend(at-days*Day):
			weight *= p.otherWeek
		default:
			weight *= p.otherKind
		}
		sum += weight * then
		weights += weight
	}
	if weights == 0 {
		return other
	}
	return sum / weights
}

// residual returns the mean of what the last hours had above their profile.
func (p profile) residual(logs History, hours int, other float64) float64 {
	sum, n := 0.0, 0
	for at := max(Day, len(logs.Hours)-hours); at < len(logs.Hours); at++ {
		if log := logs.Hours[at]; !math.IsNaN(log) {
			sum += min(max(log-p.at(logs, at, other), -mostResidual), mostResidual)
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}
