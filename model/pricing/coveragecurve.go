package pricing

import (
	"cmp"
	"math"
	"slices"

	"headroom/model"
)

// coverageCurve is what a commitment of one kind could cover in the clock hours of all
// replications, along an axis of how much is committed: Reserved Instances, or
// dollars an hour. The expected cost of committing x is, up to the usage that x
// does not concern,
//
//	f(x) = fee·hours·x + Σ value·length over the parts of the segments beyond x
//
// which is the newsvendor's: where all values are alike, the best x is the
// quantile of the hourly demand at which P(demand > x) = fee/value. Segments of
// different values (sizes at different prices) may make it not convex, so all
// breakpoints are looked at.
type coverageCurve struct {
	of       Commitment // without its size
	whole    bool       // x counts instances
	fee      float64    // dollars an hour of one unit
	hours    float64    // clock hours of all replications
	runs     float64    // replications
	segments []segment
}

// segment is usage in one clock hour that a commitment beyond from begins to
// cover, and covers wholly at to. It replaces value dollars per unit and hour.
type segment struct{ from, to, value float64 }

// breakpoint is where the value of the next unit changes.
type breakpoint struct{ x, change float64 }

// best returns the size of least cost; of equal ones the smallest. scale
// multiplies the demand.
func (a *coverageCurve) best(scale float64) (x, cost float64) {
	points := make([]breakpoint, 0, 2*len(a.segments))
	uncovered := 0.0
	for _, s := range a.segments {
		from, to := s.from*scale, s.to*scale
		points = append(points, breakpoint{from, s.value}, breakpoint{to, -s.value})
		uncovered += (to - from) * s.value
	}
	if a.whole {
		for _, p := range points {
			points = append(points, breakpoint{math.Floor(p.x), 0})
			points = append(points, breakpoint{math.Ceil(p.x), 0})
		}
	}
	slices.SortFunc(points, func(p, q breakpoint) int { return cmp.Compare(p.x, q.x) })
	x, cost = 0, uncovered
	at, slope := 0.0, a.fee*a.hours
	f := uncovered
	for i := range points {
		f += slope * (points[i].x - at)
		at = points[i].x
		slope -= points[i].change
		possible := !a.whole || at == math.Floor(at)
		if possible && f < cost-1e-12*uncovered {
			x, cost = at, f
		}
	}
	return x, cost / a.runs
}

// cost returns what committing x costs a replication, with the usage that it
// could cover and does not at On-Demand prices.
func (a *coverageCurve) cost(x, scale float64) float64 {
	f := a.fee * a.hours * x
	for _, s := range a.segments {
		from, to := s.from*scale, s.to*scale
		f += s.value * max(0, to-max(from, x))
	}
	return f / a.runs
}

// covered returns the units-hours of a commitment of x that are used, and their
// value and that of all usage in dollars.
func (a *coverageCurve) covered(x float64) (used, value, all float64) {
	for _, s := range a.segments {
		length := max(0, min(x, s.to)-s.from)
		used += length
		value += s.value * length
		all += s.value * (s.to - s.from)
	}
	return used, value, all
}

// peak returns the least commitment that covers everything.
func (a *coverageCurve) peak() float64 {
	most := 0.0
	for _, s := range a.segments {
		most = max(most, s.to)
	}
	return most
}

// sized returns the commitment of size x, or false for none.
func (a *coverageCurve) sized(x float64) (Commitment, bool) {
	c := a.of
	if a.whole {
		c.Count = int64(math.Round(x))
		return c, c.Count > 0
	}
	c.Hourly = model.USD(x)
	return c, c.Hourly > 0
}
