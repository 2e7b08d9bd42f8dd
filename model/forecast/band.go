package forecast

import (
	"math"
	"slices"
)

// banded adds to an expectation what its errors say of the next ones.
type banded struct {
	expect expectation
	seen   int // hours of the series, when it was last asked
	open   []issued
	errors [len(horizons)][]float64 // scaled
}

// issued is a forecast whose hours have not all come yet.
type issued struct {
	at    int // hours of the series before it
	loads []float64
	scale float64
}

// horizons are up to which hour ahead errors are taken together.
var horizons = [...]int{6, 12, 24}

// How the band is made: High = f + q (f + bandShare × mean), q the quantile of what was
// missed relative to that scale.
const (
	bandShare     = 0.1
	bandQuantile  = 0.9
	fewestErrors  = 24
	bandUntilThen = 0.35
	mostErrors    = 14 * Day
)

// horizonOf returns the class of the hour that is so many after the next.
func horizonOf(i int) int {
	for class, last := range horizons {
		if i < last {
			return class
		}
	}
	return len(horizons) - 1
}

func (b *banded) Forecast(h History, hours int) (Forecast, bool) {
	known := len(h.Hours)
	clean := h.recent().withoutOutages()
	if clean.known() < Least {
		return Forecast{}, false
	}
	b.learn(clean, known)
	loads := b.expect(clean, hours)
	scale := bandShare * clean.mean()
	b.open = append(b.open, issued{at: known, loads: loads[:min(hours, Day)], scale: scale})
	var q [len(horizons)]float64
	for class := range q {
		q[class] = quantile(b.errors[class])
	}
	high := make([]float64, hours)
	for i, load := range loads {
		high[i] = max(0, load+q[horizonOf(i)]*(load+scale))
	}
	return Forecast{Mean: loads, High: high}, true
}

// learn takes the errors of what has come since it was last asked. The history ends with
// the hour number known of the series.
func (b *banded) learn(h History, known int) {
	first := known - len(h.Hours)
	for i := range b.open {
		o := &b.open[i]
		for hour := max(o.at, b.seen, first); hour < min(known, o.at+len(o.loads)); hour++ {
			load, actual := o.loads[hour-o.at], h.Hours[hour-first]
			if scale := load + o.scale; !math.IsNaN(actual) && scale > 0 {
				class := horizonOf(hour - o.at)
				b.errors[class] = append(b.errors[class], (actual-load)/scale)
			}
		}
	}
	b.open = slices.DeleteFunc(b.open, func(o issued) bool { return o.at+len(o.loads) <= known })
	for class, errors := range b.errors {
		if more := len(errors) - mostErrors; more > 0 {
			b.errors[class] = slices.Delete(errors, 0, more)
		}
	}
	b.seen = known
}

// quantile returns the quantile of the errors that the band is made of.
func quantile(errors []float64) float64 {
	if len(errors) < fewestErrors {
		return bandUntilThen
	}
	sorted := slices.Clone(errors)
	slices.Sort(sorted)
	return sorted[min(int(math.Ceil(bandQuantile*float64(len(sorted)))), len(sorted)-1)]
}
