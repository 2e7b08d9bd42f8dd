package fluid

import (
	"sort"

	"headroom/sim/rng"
)

// worth is a demand by its quantiles.
type worth struct {
	values []float64 // seconds of a server
	upTo   []float64 // sum of the smaller ones
	sum    float64
}

// worthPoints are the quantiles, and least the smallest part of the work that is told from none.
const (
	worthPoints = 256
	least       = 0.02
)

func newWorth(d rng.Distribution) *worth {
	w := &worth{}
	for k := range worthPoints {
		v := d.Quantile((float64(k) + 0.5) / worthPoints)
		w.values, w.upTo = append(w.values, v), append(w.upTo, w.sum)
		w.sum += v
	}
	return w
}

// most is the longest demand.
func (w *worth) most() float64 { return w.values[worthPoints-1] }

// upto is which part of the work that is asked for is done where no more of a demand is
// served than so much, and which share of the demands is longer.
func (w *worth) upto(most float64) (part, longer float64) {
	i := sort.SearchFloat64s(w.values, most)
	if i == worthPoints {
		return 1, 0
	}
	n := float64(worthPoints - i)
	return max((w.upTo[i]+n*most)/w.sum, least), n / worthPoints
}

// without is which part of the work is done where such a share of the demands, the longest, get no
// more than the shortest of these.
func (w *worth) without(longest float64) float64 {
	if longest <= 0 {
		return 1
	}
	i := min(int((1-longest)*worthPoints), worthPoints-1)
	part, _ := w.upto(w.values[max(i, 0)])
	return part
}
