package search

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"

	"headroom/sim/stat"
)

// Numbers of sifting.
const (
	fewest   = 6    // candidates, of which so few are not explored by rates
	closer   = 12   // finalists, the best, of which rates are looked at more closely
	likely   = 0.65 // probability by which who leads meets the thresholds
	longer   = 4    // times the replications before a judgement: so often rates are replicated at most
	doubtful = 0.01 // share of the indifference: rates are replicated while more may be saved
	compared = 3    // finalists at a time that are compared by requests, besides the leader
)

// sift replaces the finalists of exploring by rates by those of whom requests must decide: the leader, and whoever
// may yet save more than the indifference. Rates are cheap, and what they leave in doubt takes
// requests many replications. The others wait, in case that none of these can be recommended.
func (x *explorer) sift(ctx context.Context, all []*contestant) ([]*contestant, error) {
	near := slices.DeleteFunc(slices.Clone(all[:min(closer, len(all))]), func(c *contestant) bool { return c.rates.experiment == nil })
	if len(near) == 0 {
		return all, nil
	}
	open, seen := near, x.stand(near)
	for _, n := range looks(x.Replications, longer*x.Replications) {
		if a := x.anchor; a != nil && a.rates.experiment != nil && !slices.Contains(open, a) {
			open = append(slices.Clone(open), a)
		}
		if err := x.simulate(ctx, Exploring, x.lacking(open, Exploring, n)); errors.Is(err, errBudget) {
			break
		} else if err != nil {
			return nil, err
		}
		seen = x.stand(near)
		if seen.leader == nil {
			continue
		}
		if len(seen.open) == 0 {
			break
		}
		open = append([]*contestant{seen.leader}, seen.open...)
	}
	x.waiting = slices.Clone(all)
	slices.SortStableFunc(x.waiting, seen.prefer)
	some := slices.Clone(x.waiting[:min(compared, len(x.waiting))])
	if seen.leader != nil {
		some = append([]*contestant{seen.leader}, seen.open[:min(compared, seen.worth)]...)
	}
	x.waiting = slices.DeleteFunc(x.waiting, func(c *contestant) bool { return slices.Contains(some, c) })
	for _, c := range x.waiting {
		if seen.meets[c] > likely && !same(c, some[0], Exploring) {
			x.runnerUp = c
			break
		}
	}
	return some, nil
}

// standing is how contestants stand to each other by what rates show of them.
type standing struct {
	leader *contestant             // the cheapest that is likely to meet the thresholds; nil: none
	open   []*contestant           // who may save more than the indifference, the more the earlier,
	worth  int                     // of whom so many may save so much that requests must tell
	meets  map[*contestant]float64 // probability of meeting the thresholds
	costs  map[*contestant]float64
}

// prefer orders those that are likely to meet the thresholds by cost, then the others by how likely they are.
func (s *standing) prefer(a, b *contestant) int {
	switch la, lb := s.meets[a] > likely, s.meets[b] > likely; {
	case la && lb:
		return cmp.Compare(s.costs[a], s.costs[b])
	case la:
		return -1
	case lb:
		return 1
	default:
		return cmp.Compare(s.meets[b], s.meets[a])
	}
}

// stand compares contestants by rates.
func (x *explorer) stand(some []*contestant) *standing {
	s := &standing{meets: map[*contestant]float64{}, costs: map[*contestant]float64{}}
	for _, c := range some {
		if c.state == impossible {
			continue
		}
		s.meets[c] = x.meets(c)
		s.costs[c] = stat.Interval(c.observed(Exploring, c.count(Exploring), 0), 0.5).Value
		if s.meets[c] > likely && (s.leader == nil || s.costs[c] < s.costs[s.leader]) {
			s.leader = c
		}
	}
	if s.leader == nil {
		return s
	}
	merits := map[*contestant]float64{}
	for _, c := range some {
		if c == s.leader || c.state == impossible {
			continue
		}
		merits[c] = s.meets[c] * x.saving(c, s.leader)
		if merits[c] >= max(worthwhile*x.Indifference, leastGain) {
			s.worth++
		}
		if merits[c] >= max(doubtful*x.Indifference, leastGain/5) {
			s.open = append(s.open, c)
		}
	}
	slices.SortStableFunc(s.open, func(a, b *contestant) int { return cmp.Compare(merits[b], merits[a]) })
	return s
}

// saving is what a contestant is expected to save beyond the indifference, as a share of what another costs.
func (x *explorer) saving(c, than *contestant) float64 {
	n := min(c.count(Exploring), than.count(Exploring))
	cost := math.Abs(stat.Interval(than.observed(Exploring, n, 0), 0.5).Value)
	mean, deviation := meanOf(differences(c, than, Exploring, n))
	if cost == 0 || math.IsNaN(mean) {
		return 0
	}
	if deviation == 0 {
		return max(0, -x.Indifference-mean/cost)
	}
	return improvement(-x.Indifference, mean/cost, deviation/cost)
}

// meets is the probability that a contestant meets the thresholds by requests, from what rates show of it and how far
// they are off at the anchor.
func (x *explorer) meets(c *contestant) float64 {
	p := 1.0
	for k := range x.Thresholds {
		t := &x.Thresholds[k]
		mean, deviation := meanOf(c.observed(Exploring, c.count(Exploring), k+1))
		if math.IsNaN(mean) {
			return 0 // never observed
		}
		off, doubt := x.offset(k + 1)
		deviation = math.Hypot(math.Hypot(deviation*x.slope(k+1, c.units[k+1], mean), doubt), astray)
		p *= within(t, x.scale(k+1, c.units[k+1], t.Limit), x.scale(k+1, c.units[k+1], mean)-off, deviation)
	}
	return p
}

// offset is how far rates are above requests at the anchor, on the scale of the surrogate, and how well that is
// known: in the same replications both meet the same luck.
func (x *explorer) offset(column int) (off, deviation float64) {
	c := x.anchor
	if c == nil || c.state == impossible || c.count(checking) == 0 {
		return 0, astray
	}
	var rates, requests, differences []float64
	for i := range min(c.count(Exploring), c.count(checking)) {
		r, q := c.values[Exploring][i][column], c.values[checking][i][column]
		if d := r - q; !math.IsNaN(d) {
			rates, requests, differences = append(rates, r), append(requests, q), append(differences, d)
		}
	}
	r, _ := meanOf(rates)
	q, _ := meanOf(requests)
	_, deviation = meanOf(differences)
	if math.IsNaN(r) {
		return 0, astray
	}
	unit := c.units[column]
	return x.scale(column, unit, r) - x.scale(column, unit, q), deviation * x.slope(column, unit, q)
}

// slope is by how much the scale of the surrogate grows with a metric.
func (x *explorer) slope(column int, unit string, v float64) float64 {
	step := 1e-6 * math.Abs(v)
	if column > 0 && unit == "ratio" {
		step = 1e-3 * min(v, 1-v)
	}
	if !(step > 0) {
		return 0
	}
	return (x.scale(column, unit, v+step) - x.scale(column, unit, v-step)) / (2 * step)
}

// meanOf returns the mean of values and its standard deviation.
func meanOf(values []float64) (mean, deviation float64) {
	n := float64(len(values))
	for _, v := range values {
		mean += v / n
	}
	if n == 0 {
		return math.NaN(), math.NaN()
	}
	for _, v := range values {
		deviation += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(deviation / max(n-1, 1) / n)
}
