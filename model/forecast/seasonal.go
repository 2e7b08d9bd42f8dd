package forecast

import "math"

// expectation returns what is expected of so many hours after the last of a history,
// which is clean and no longer than Longest.
type expectation func(h History, hours int) []float64

// eachAhead returns what each hour ahead gives.
func eachAhead(h History, hours int, load func(at int) float64) []float64 {
	loads := make([]float64, hours)
	for i := range loads {
		loads[i] = load(len(h.Hours) + i)
	}
	return loads
}

// naive expects the last day again.
func naive(h History, hours int) []float64 {
	mean := h.mean()
	return eachAhead(h, hours, func(at int) float64 {
		for at -= Day; at >= 0; at -= Day {
			if at < len(h.Hours) && !math.IsNaN(h.Hours[at]) {
				return h.Hours[at]
			}
		}
		return mean
	})
}

// Weights of the two weeks of the seasonal mean.
const (
	newerWeekWeight = 0.6
	olderWeekWeight = 0.4
)

// seasonal expects the same hours of the last two weeks or, where neither is known, the
// mean of that hour over all days.
func seasonal(h History, hours int) []float64 {
	mean := h.mean()
	return eachAhead(h, hours, func(at int) float64 { return h.season(at, mean) })
}

// trended expects the seasonal mean times the ratio of the last day to the one before,
// from 0.5 to 2. It is what others are compared with: the ratio of a Monday to a Sunday
// says nothing of a Tuesday, so that the seasonal mean alone does better.
func trended(h History, hours int) []float64 {
	loads := seasonal(h, hours)
	ratio := h.sumOfDay(1) / h.sumOfDay(2)
	if math.IsNaN(ratio) || math.IsInf(ratio, 0) {
		return loads
	}
	for i := range loads {
		loads[i] *= min(max(ratio, leastTrend), mostTrend)
	}
	return loads
}

// Bounds of the trend.
const (
	leastTrend = 0.5
	mostTrend  = 2
)

// sumOfDay returns the sum of what is known of a day, 1 being the last, and NaN where the
// history does not have all of its hours.
func (h History) sumOfDay(back int) float64 {
	first := len(h.Hours) - back*Day
	if first < 0 {
		return math.NaN()
	}
	sum := 0.0
	for _, load := range h.Hours[first : first+Day] {
		if !math.IsNaN(load) {
			sum += load
		}
	}
	return sum
}

// season returns the usual load of the hour at that position, and other where nothing is
// known of it.
func (h History) season(at int, other float64) float64 {
	newer, older := h.load(at-Week), h.load(at-2*Week)
	switch {
	case !math.IsNaN(newer) && !math.IsNaN(older):
		return newerWeekWeight*newer + olderWeekWeight*older
	case !math.IsNaN(newer):
		return newer
	case !math.IsNaN(older):
		return older
	}
	sum, days := 0.0, 0
	for hour := at % Day; hour < min(at, len(h.Hours)); hour += Day {
		if load := h.Hours[hour]; !math.IsNaN(load) {
			sum += load
			days++
		}
	}
	if days == 0 {
		return other
	}
	return sum / float64(days)
}

// load returns the load at that position, NaN where it is not known.
func (h History) load(at int) float64 {
	if at < 0 || at >= len(h.Hours) {
		return math.NaN()
	}
	return h.Hours[at]
}

// How the level of the last day is carried into the seasonal mean.
const (
	levelShare = 0.8
	levelDecay = 0.99 // an hour
)

// seasonalAtLevel expects the seasonal mean at the level of the last day, which fades.
func seasonalAtLevel(h History, hours int) []float64 {
	loads := seasonal(h, hours)
	actual, fitted := 0.0, 0.0
	mean := h.mean()
	for at := max(0, len(h.Hours)-Day); at < len(h.Hours); at++ {
		if load := h.Hours[at]; !math.IsNaN(load) {
			actual += load
			fitted += h.before(len(h.Hours)-at).season(at, mean)
		}
	}
	if actual <= 0 || fitted <= 0 {
		return loads
	}
	level := levelShare * math.Log(actual/fitted)
	for i := range loads {
		level *= levelDecay
		loads[i] *= math.Exp(level)
	}
	return loads
}
