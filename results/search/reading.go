package search

import (
	"math"

	"headroom/model"
	"headroom/results"
	"headroom/sim/stat"
)

// reading is what replications tell of an expectation.
type reading struct {
	value     float64
	deviation float64 // standard error
	freedom   float64 // degrees of freedom, of Student's distribution
	n         int     // replications by requests
	lean      lean    // of the law of the value
}

// lean is how far a law may lean to either side: the skewness to large values, and that of the negative to its large ones,
// by one standard error more than it shows.
type lean struct{ above, below float64 }

// leaning is the lean that values show.
func leaning(xs []float64) lean {
	skewness, doubt := stat.Skewness(xs)
	return lean{skewness + doubt, -skewness + doubt}
}

// of is the lean of the mean of n values.
func (l lean) of(n int) lean {
	root := math.Sqrt(float64(n))
	return lean{l.above / root, l.below / root}
}

// times is the lean of a sum to which it contributes a share of the variance.
func (l lean) times(share float64) lean {
	by := share * math.Sqrt(share)
	return lean{l.above * by, l.below * by}
}

// plus is the lean of the sum of two that are independent.
func (l lean) plus(k lean) lean { return lean{l.above + k.above, l.below + k.below} }

// turned is the lean of a multiple.
func (l lean) turned(factor float64) lean {
	if factor < 0 {
		return lean{l.below, l.above}
	}
	return l
}

// or is the farther lean to either side.
func (l lean) or(k lean) lean { return lean{max(l.above, k.above), max(l.below, k.below)} }

// read is the mean of values.
func read(xs []float64) reading {
	r := reading{freedom: float64(len(xs) - 1), n: len(xs)}
	if r.value, r.deviation = stat.Mean(xs); r.n < 2 {
		r.deviation = 0
		return r
	}
	r.lean = leaning(xs).of(r.n)
	return r
}

// reach is how far above its value an expectation may be, or below, at a one-sided risk.
func (r *reading) reach(risk float64, above bool) float64 {
	switch {
	case r.n < 2:
		return math.Inf(1)
	case r.deviation == 0:
		return 0
	case above:
		return r.deviation * stat.Reach(risk, r.freedom, r.lean.above)
	default:
		return r.deviation * stat.Reach(risk, r.freedom, r.lean.below)
	}
}

// at is what more replications would tell if their law is what these show.
func (r *reading) at(n int) reading {
	fewer := float64(r.n) / float64(n)
	more := *r
	more.n, more.freedom, more.deviation = n, r.freedom/fewer, r.deviation*math.Sqrt(fewer)
	more.lean = lean{r.lean.above * math.Sqrt(fewer), r.lean.below * math.Sqrt(fewer)}
	return more
}

// sure is the confidence that an expectation keeps a limit.
func (r *reading) sure(t *model.Threshold) float64 {
	switch {
	case r.n == 0:
		return 0
	case r.n == 1 || r.deviation == 0:
		if t.Holds(r.value) {
			return 1
		}
		return 0
	}
	room, far, near := (t.Limit-r.value)/r.deviation, r.lean.above, r.lean.below
	if t.Above() {
		room, far, near = -room, near, far
	}
	if room < 0 {
		return stat.Risk(-room, r.freedom, near)
	}
	return 1 - stat.Risk(room, r.freedom, far)
}

// estimate is the reading with its interval, as others read it.
func (r *reading) estimate() stat.Estimate {
	e := stat.Estimate{Value: r.value, HalfWidth: math.Inf(1), N: r.n}
	if r.n >= 2 {
		e.HalfWidth = r.deviation * stat.Reach((1-results.Confidence)/2, r.freedom, 0)
	}
	return e
}

// reading is what the first n replications of a phase tell of a column, and those by rates of their luck.
func (c *contestant) reading(p Phase, n, column int) reading {
	if g, ok := c.regress(p, n, column); ok {
		return g.reading()
	}
	r := read(c.observed(p, n, column))
	if r.n >= 2 {
		r.lean = c.lean(p, n, column).of(r.n)
	}
	return r
}

// lean is how far the law of a column leans, by the first n replications of a phase and all of the others: those by
// requests, and those by rates if there are as many, which hold more of what is rare.
func (c *contestant) lean(p Phase, n, column int) lean {
	var requests, rates []float64
	for _, q := range []Phase{Exploring, checking, comparingControl, confirmingControl, Comparing, Confirming} {
		count, to := c.count(q), &requests
		if q == p {
			count = n
		}
		if c.by(q) == &c.rates {
			to = &rates
		}
		*to = append(*to, c.observed(q, count, column)...)
	}
	l := leaning(requests)
	if len(rates) >= len(requests) {
		l = l.or(leaning(rates))
	}
	return l
}
