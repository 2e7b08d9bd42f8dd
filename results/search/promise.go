package search

import (
	"cmp"
	"math"
	"slices"

	"headroom/model"
	"headroom/sim/stat"
)

// learn fits the surrogate to everything that was tried.
func (x *explorer) learn() {
	x.tried, x.features, x.columns = nil, nil, make([][]float64, 1+len(x.Thresholds))
	for _, c := range x.contestants {
		if c.state != benched || c.count(Exploring) < exploring {
			continue
		}
		values := make([]float64, len(x.columns))
		for k := range values {
			mean, _ := stat.Mean(c.observed(Exploring, exploring, k))
			values[k] = x.scale(k, c.units[k], mean)
		}
		if slices.ContainsFunc(values, math.IsNaN) { // never observed: as good as a breach
			continue
		}
		x.tried = append(x.tried, c)
		x.features = append(x.features, x.Features(c.index))
		for k, v := range values {
			x.columns[k] = append(x.columns[k], v)
		}
	}
	if len(x.tried) < 3 {
		x.models = nil
		return
	}
	models := make([]*process, len(x.columns))
	for k, values := range x.columns {
		var lengths []float64
		if x.models != nil {
			lengths = x.models[k].lengths
		}
		models[k] = fit(x.features, values, lengths)
	}
	x.models = models
	x.shift()
	x.findLeast()
}

// shift moves the limits by what the replications of exploring have in common: they
// are the same for all candidates, and so is most of their luck, and of how far rates are from
// requests. The anchor tells how far that is.
func (x *explorer) shift() {
	x.limits, x.bare, x.common = nil, nil, nil
	for k, t := range x.Thresholds {
		limit, replications, doubt := x.scale(k+1, x.tried[0].units[k+1], t.Limit), exploring, 0.0
		luck := 0.0
		if c := x.anchor; c != nil && c.state != impossible && c.count(Exploring) >= exploring {
			few, _ := stat.Mean(c.observed(Exploring, exploring, k+1))
			many, _ := stat.Mean(c.observed(Exploring, c.count(Exploring), k+1))
			luck = x.scale(k+1, c.units[k+1], few) - x.scale(k+1, c.units[k+1], many)
			replications = c.count(Exploring)
			if c.count(checking) > 0 {
				off, deviation := x.offset(k + 1)
				limit, doubt = limit+off, deviation
			}
		}
		x.limits, x.bare = append(x.limits, limit+luck), append(x.bare, limit)
		deviation := math.Hypot(doubt, x.spreadOf(k+1)/math.Sqrt(float64(replications)))
		if x.Screen != nil {
			deviation = math.Hypot(deviation, astray)
		}
		x.common = append(x.common, deviation)
	}
}

// astray is how much farther rates may be from requests at one candidate than at the anchor.
const astray = 0.05

// spreadOf is the standard deviation of a metric between replications of a
// candidate, pooled over the candidates.
func (x *explorer) spreadOf(column int) float64 {
	squares, freedom := 0.0, 0.0
	for _, c := range x.tried {
		var values []float64
		for _, v := range c.observed(Exploring, exploring, column) {
			values = append(values, x.scale(column, c.units[column], v))
		}
		mean, _ := stat.Mean(values)
		for _, v := range values {
			squares += (v - mean) * (v - mean)
		}
		freedom += float64(len(values) - 1)
	}
	return math.Sqrt(squares / max(freedom, 1))
}

// order lists what was tried, the best first.
func (x *explorer) order() []int {
	order := make([]int, len(x.tried))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(x.rank(a), x.rank(b)) })
	return order
}

// scale brings a metric to a scale on which its noise is about the same
// everywhere and its effects add up: shares by their odds, all else and what is
// minimised by logarithm.
func (x *explorer) scale(column int, unit string, v float64) float64 {
	const ppm = 1e-6 // keeps 100 % on the scale
	switch {
	case math.IsNaN(v):
		return v
	case column > 0 && unit == "ratio":
		return math.Log(max(v, 0)+ppm) - math.Log(max(1-v, 0)+ppm)
	case column > 0:
		floor := 1e-6 * math.Abs(x.Thresholds[column-1].Limit)
		return math.Log(max(v, floor, 1e-12))
	default:
		return math.Log(max(v, 1e-12))
	}
}

// feasible is the probability that a contestant which was tried meets the
// thresholds, by the noise that the surrogate finds in each metric.
func (x *explorer) feasible(i int) float64 { return x.keeping(i, x.limits) }

// keeping is the same of other limits.
func (x *explorer) keeping(i int, limits []float64) float64 {
	p := 1.0
	for k := range x.Thresholds {
		m := x.models[k+1]
		deviation := max(math.Hypot(m.scale*math.Sqrt(m.noise), x.common[k]), 0.01)
		p *= within(&x.Thresholds[k], limits[k], x.columns[k+1][i], deviation)
	}
	return p
}

// hope is the larger of that probability and what it is if the anchor's luck is its alone: rare evenings, of which the few
// replications hold none or too many, spoil each candidate in its own way.
func (x *explorer) hope(i int) float64 { return max(x.feasible(i), x.keeping(i, x.bare)) }

// expected is the probability that one which was not tried does.
func (x *explorer) expected(models []*process, features []float64) float64 {
	p := 1.0
	for k := range x.Thresholds {
		mean, deviation := models[k+1].at(features)
		p *= within(&x.Thresholds[k], x.limits[k], mean, math.Hypot(deviation, x.common[k]))
	}
	return p
}

// within is the probability that a normal value keeps a limit.
func within(t *model.Threshold, limit, mean, deviation float64) float64 {
	if t.Above() {
		return chance((mean - limit) / deviation)
	}
	return chance((limit - mean) / deviation)
}

// findLeast finds the cost to beat.
func (x *explorer) findLeast() {
	x.least, x.leader = math.Inf(1), nil
	for i, c := range x.tried {
		if x.feasible(i) > 0.5 && x.columns[0][i] < x.least {
			x.least, x.leader, x.leaderCost = x.columns[0][i], c, math.Exp(x.columns[0][i])
		}
	}
}

// propose returns the candidates to try next and the gain expected of the first:
// the relative improvement of cost times the probability of feasibility, or that
// probability alone while none is known to be feasible.
func (x *explorer) propose(n int) (next []int, gain float64) {
	x.learn()
	pool := x.pool()
	if x.models == nil {
		return pool[:min(n, len(pool))], math.Inf(1)
	}
	type ranked struct {
		candidate int
		features  []float64
		merit     float64
	}
	all := make([]ranked, len(pool))
	for i, c := range pool {
		f := x.Features(c)
		all[i] = ranked{c, f, x.merit(x.models, f)}
	}
	slices.SortStableFunc(all, func(a, b ranked) int { return cmp.Compare(b.merit, a.merit) })
	all = all[:min(believed, len(all))]
	models := x.models
	for len(next) < n && len(all) > 0 {
		at := 0
		for i := range all {
			if len(next) > 0 {
				all[i].merit = x.merit(models, all[i].features)
			}
			if all[i].merit > all[at].merit {
				at = i
			}
		}
		if len(next) == 0 {
			gain = all[at].merit
		}
		next = append(next, all[at].candidate)
		believing := make([]*process, len(models))
		for k, m := range models {
			believing[k] = m.with(all[at].features)
		}
		models = believing
		all = slices.Delete(all, at, at+1)
	}
	return next, gain
}

// merit is what is expected of trying a candidate.
func (x *explorer) merit(models []*process, features []float64) float64 {
	gain := 1.0
	if !math.IsInf(x.least, 1) {
		mean, deviation := models[0].at(features)
		gain = improvement(x.least, mean, deviation)
	}
	return gain * x.expected(models, features)
}

// pool returns candidates to choose among: random ones, and the neighbours of the
// best so far.
func (x *explorer) pool() []int {
	pool := x.random(poolSize, "search/pool")
	if x.models != nil {
		order := x.order()
		for _, i := range order[:min(neighbourly, len(order))] {
			pool = append(pool, x.Neighbours(x.tried[i].index)...)
		}
	}
	slices.Sort(pool)
	return slices.DeleteFunc(slices.Compact(pool), func(c int) bool {
		_, known := x.known[c]
		return known
	})
}

// rank orders what was tried: likely feasible ones by cost, then the others by
// how likely they are.
func (x *explorer) rank(i int) float64 {
	if p := x.feasible(i); p <= 0.5 {
		return 1e6 * (1 - p)
	}
	return x.columns[0][i]
}
