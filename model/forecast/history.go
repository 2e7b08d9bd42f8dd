package forecast

import (
	"math"
	"slices"
)

// Hours of a day and of a week, and what is looked at and foreseen, in hours.
const (
	Day     = 24
	Week    = 7 * Day
	Longest = 14 * Day // of a history that is looked at
	Least   = Day      // of a history that gives a forecast
	Ahead   = 2 * Day  // of a forecast
	Every   = 6        // from one forecast to the next
)

// History is the mean load of each hour up to now, oldest first. An hour without a
// measurement is NaN.
type History struct {
	Hours []float64
	First int // the hour of the week in which it begins, 0 is Monday from 00:00
}

// Forecast is what is expected of the hours to come, the next one first.
type Forecast struct {
	Mean []float64
	High []float64 // is not exceeded in nine of ten hours
}

// Forecaster forecasts one series, asked in the order of time.
type Forecaster interface {
	// Forecast returns what is expected of so many hours after the last one of the
	// history, and false where that is too short.
	Forecast(h History, hours int) (Forecast, bool)
}

// recent returns the part of a history that is looked at.
func (h History) recent() History {
	if cut := len(h.Hours) - Longest; cut > 0 {
		return History{Hours: h.Hours[cut:], First: (h.First + cut) % Week}
	}
	return h
}

// before returns the history as it was so many hours ago.
func (h History) before(hours int) History {
	return History{Hours: h.Hours[:len(h.Hours)-hours], First: h.First}
}

// weekend reports whether the hour at that position is of a Saturday or a Sunday.
func (h History) weekend(at int) bool { return (h.First+at)%Week >= 5*Day }

// known returns how many hours are known.
func (h History) known() int {
	n := 0
	for _, load := range h.Hours {
		if !math.IsNaN(load) {
			n++
		}
	}
	return n
}

// mean returns the mean of the hours that are known, 0 where none is.
func (h History) mean() float64 {
	sum := 0.0
	for _, load := range h.Hours {
		if !math.IsNaN(load) {
			sum += load
		}
	}
	return sum / float64(max(1, h.known()))
}

// outageShare is below which share of what is usual at its time of day an hour is taken
// for an outage.
const outageShare = 0.03

// withoutOutages returns the history with NaN for hours in which the service was away:
// those with next to nothing of what is usual at that time of day, unless it was so a
// week before or after as well. An outage says nothing of how much people want.
func (h History) withoutOutages() History {
	clean := History{Hours: slices.Clone(h.Hours), First: h.First}
	low := make([]bool, len(h.Hours))
	for first := range min(Day, len(h.Hours)) {
		usual := outageShare * h.usualAt(first)
		for at := first; at < len(h.Hours); at += Day {
			low[at] = h.Hours[at] < usual
		}
	}
	for at := range low {
		again := at >= Week && low[at-Week] || at+Week < len(low) && low[at+Week]
		if low[at] && !again {
			clean.Hours[at] = math.NaN()
		}
	}
	return clean
}

// usualAt returns the median of the loads at that time of day.
func (h History) usualAt(first int) float64 {
	loads := make([]float64, 0, Longest/Day+1)
	for at := first; at < len(h.Hours); at += Day {
		if !math.IsNaN(h.Hours[at]) {
			loads = append(loads, h.Hours[at])
		}
	}
	if len(loads) == 0 {
		return 0
	}
	slices.Sort(loads)
	return loads[len(loads)/2]
}
