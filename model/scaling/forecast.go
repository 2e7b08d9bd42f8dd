package scaling

import (
	"math"

	"headroom/sim"
)

// Predictive raises a group's capacity to the forecast of its load, at the start
// of each hour; it never scales in.
type Predictive struct {
	Target     float64 // of the load metric per unit of capacity, above 0
	Scales     bool    // ForecastAndScale; false: ForecastOnly
	BufferTime sim.Time
	// IncreaseMax lets a forecast plus MaxBuffer percent raise max; the raised max
	// stays.
	IncreaseMax bool
	MaxBuffer   int
}

// BufferTimeDefault is how long before the hour instances are launched unless
// told.
const BufferTimeDefault = 300 * sim.Second

// Validate returns all faults of p, none when it is sound.
func (p Predictive) Validate() []error {
	var f faults
	if !(p.Target > 0) || math.IsInf(p.Target, 0) {
		f.add("target_value", "must be above 0, got %v", p.Target)
	}
	if p.BufferTime < 0 || p.BufferTime >= sim.Hour {
		f.add("scheduling_buffer_time", "must be from 0 to below 1 h, got %v", p.BufferTime)
	}
	switch {
	case p.MaxBuffer < 0 || p.MaxBuffer > 100:
		f.add("max_capacity_buffer", "must be from 0 to 100, got %d", p.MaxBuffer)
	case p.MaxBuffer > 0 && !p.IncreaseMax:
		f.add("max_capacity_buffer", "needs max_capacity_breach_behavior IncreaseMaxCapacity")
	}
	return f
}

// Apply returns the group's limits once the forecast load of the coming hour is
// provided for.
func (p Predictive) Apply(load float64, l Limits) Limits {
	if !p.Scales {
		return l
	}
	capacity := ceil(load / p.Target)
	if p.IncreaseMax {
		l.Max = max(l.Max, (capacity*(100+p.MaxBuffer)+99)/100)
	}
	l.Desired = max(l.Desired, min(capacity, l.Max))
	return l
}

// Numbers of the forecaster, a modelling decision: AWS does not tell its own.
const (
	hoursOfDay      = 24
	hoursOfWeek     = 7 * hoursOfDay
	newerWeekWeight = 0.6
	olderWeekWeight = 0.4
	leastTrend      = 0.5
	mostTrend       = 2
)

// Forecast returns the load expected so many hours after the last one of the
// history, at most 48: the same hours of the last two weeks, or of all days if
// there is no full week, scaled by the trend from one day to the next. The
// history holds one mean load an hour, oldest first; less than a day of it gives
// no forecast.
func Forecast(history []float64, ahead int) (load float64, ok bool) {
	if len(history) < hoursOfDay {
		return 0, false
	}
	at := len(history) - 1 + ahead
	return season(history, at) * trend(history), true
}

// season returns the usual load of the hour at that position.
func season(history []float64, at int) float64 {
	newer, older := at-hoursOfWeek, at-2*hoursOfWeek
	switch {
	case older >= 0:
		return newerWeekWeight*history[newer] + olderWeekWeight*history[older]
	case newer >= 0:
		return history[newer]
	}
	sum, days := 0.0, 0
	for hour := at % hoursOfDay; hour < len(history); hour += hoursOfDay {
		sum += history[hour]
		days++
	}
	return sum / float64(days)
}

// trend returns the load of the last day relative to the day before.
func trend(history []float64) float64 {
	if len(history) < 2*hoursOfDay {
		return 1
	}
	last, before := 0.0, 0.0
	for i := 1; i <= hoursOfDay; i++ {
		last += history[len(history)-i]
		before += history[len(history)-hoursOfDay-i]
	}
	if before == 0 {
		return 1
	}
	return min(max(last/before, leastTrend), mostTrend)
}
