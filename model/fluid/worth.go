package fluid

import (
	"math"
	"sort"

	"headroom/sim/rng"
)

// worth is a demand by its quantiles.
type worth struct {
	values []float64 // seconds of a server
	below  []float64 // share of the smaller ones
	upTo   []float64 // sum of these
	sum    float64
}

// The quantiles of a demand are of even shares below bodyShare, and then so many for each factor of ten of what is left
// above: few who want much are much of the work.
const (
	bodyPoints = 230
	bodyShare  = 0.9
	tailPoints = 16
	tailShare  = 1e-6
)

// worthPoints are the quantiles of sizes.
const worthPoints = 256

func newWorth(d rng.Distribution) *worth {
	w := &worth{}
	add := func(from, to float64) { // shares above
		v := d.Quantile(1 - (from+to)/2)
		w.values, w.below, w.upTo = append(w.values, v), append(w.below, 1-from), append(w.upTo, w.sum)
		w.sum += v * (from - to)
	}
	for k := range bodyPoints {
		add(1-bodyShare*float64(k)/bodyPoints, 1-bodyShare*float64(k+1)/bodyPoints)
	}
	for above := 1 - bodyShare; above > tailShare; {
		next := above * math.Pow(10, -1.0/tailPoints)
		if next <= tailShare {
			next = 0
		}
		add(above, next)
		above = next
	}
	return w
}

// most is the longest demand.
func (w *worth) most() float64 { return w.values[len(w.values)-1] }

// upto is which part of the work that is asked for is done where no more of a demand is
// served than so much, and which share of the demands is longer.
func (w *worth) upto(most float64) (part, longer float64) {
	i := sort.SearchFloat64s(w.values, most)
	if i == len(w.values) {
		return 1, 0
	}
	longer = 1 - w.below[i]
	return (w.upTo[i] + longer*most) / w.sum, longer
}

// without is which part of the work is done where such a share of the demands, the longest, get no
// more than the shortest of these.
func (w *worth) without(longest float64) float64 {
	if longest <= 0 {
		return 1
	}
	i := sort.SearchFloat64s(w.below, 1-longest) - 1 // the last of which some are not among the longest
	part, _ := w.upto(w.values[max(i, 0)])
	return part
}
