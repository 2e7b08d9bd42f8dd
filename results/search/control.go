package search

import (
	"context"
	"math"
	"slices"

	"headroom/sim/stat"
)

// Phases of rates in the numbers of those that requests are played in: both meet the same faults,
// interruptions and prices, so that what many replications by rates tell of their luck may be taken out of the few by
// requests. They are control variates (Lavenberg and Welch 1981), of an expectation that is not known but estimated
// from more of them, which is double sampling for regression (Cochran, Sampling Techniques, 1977, section 12.7).
const (
	comparingControl  Phase = "comparing by rates"
	confirmingControl Phase = "confirming by rates"
)

// Numbers of controls.
const (
	leastPairs = 20 // replications by requests before controls count: fewer miss the rare ones in which rates are far off
	cheap      = 4  // replications by rates take as long as one by requests, or less
	widest     = 8  // times as many controls as there are replications by requests, at most
	farthest   = 4  // times the replications in a phase: the most controls
)

// control is the phase whose replications are those of the same numbers by rates.
func (p Phase) control() Phase {
	switch p {
	case Comparing:
		return comparingControl
	case Confirming:
		return confirmingControl
	case checking:
		return Exploring
	default:
		return ""
	}
}

// regress reads values by requests and more by rates, of which the first meet the same luck: the regression estimate. Its
// error is that of the line at the mean of all rates, from what is left between the line and the values, and
// that of this mean; their degrees of freedom are put together after Satterthwaite (1946). share is that of their
// variance which the line explains. ok is false where there is nothing to regress on.
//
// Rates may be right in all replications but for rare ones, of which a few hold none. So what is left is that of one
// more, which rates say nothing of: it is as far from the line as any by requests is from the mean.
func regress(requests, rates []float64, known lean) (r reading, share float64, ok bool) {
	n, m := len(requests), len(rates)
	if n < 4 || m < n {
		return r, 0, false
	}
	q, _ := stat.Mean(requests)
	x, _ := stat.Mean(rates[:n])
	all, _ := stat.Mean(rates)
	var xx, xy, yy, wide, farthest float64
	for i, v := range requests {
		xx += (rates[i] - x) * (rates[i] - x)
		xy += (rates[i] - x) * (v - q)
		yy += (v - q) * (v - q)
		farthest = max(farthest, math.Abs(v-q))
	}
	for _, v := range rates {
		wide += (v - all) * (v - all)
	}
	if !(xx > 0 && yy > 0) {
		return r, 0, false
	}
	slope := xy / xx
	share = slope * xy / yy
	left := (max(0, yy-slope*xy) + farthest*farthest) / float64(n-1)
	line := left * (1/float64(n) - 1/float64(m) + (all-x)*(all-x)/xx)
	mean := (slope*slope*wide/float64(m-1) + left) / float64(m)
	r = reading{value: q + slope*(all-x), deviation: math.Sqrt(line + mean), n: n}
	r.freedom = (line + mean) * (line + mean) / (line*line/float64(n-2) + mean*mean/float64(m-1))
	rest := make([]float64, n)
	for i, v := range requests {
		rest[i] = v - slope*rates[i]
	}
	r.lean = leaning(rest).or(known).of(n).times(line / (line + mean)).plus(leaning(rates).turned(slope).of(m).times(mean / (line + mean)))
	return r, share, true
}

func (c *contestant) regress(p Phase, n, column int) (r reading, share float64, ok bool) {
	if n < leastPairs {
		return r, 0, false
	}
	return regressed(c.columnOf(p, n, column), c.columnOf(p.control(), c.controls(p, n), column), c.lean(p, n, column))
}

// regressed is [regress] where all has been observed.
func regressed(requests, rates []float64, known lean) (r reading, share float64, ok bool) {
	if slices.ContainsFunc(requests, math.IsNaN) || slices.ContainsFunc(rates, math.IsNaN) {
		return r, 0, false
	}
	return regress(requests, rates, known)
}

// controls is how many replications by rates tell of the luck of n by requests; 0: none.
func (c *contestant) controls(p Phase, n int) int {
	if m := c.count(p.control()); m >= n {
		return m
	}
	return 0
}

// columnOf returns the first n values of a column in a phase.
func (c *contestant) columnOf(p Phase, n, column int) []float64 {
	some := make([]float64, n)
	for i := range some {
		some[i] = c.values[p][i][column]
	}
	return some
}

// difference is what the first n replications of both tell of a's cost minus b's.
func difference(a, b *contestant, p Phase, n int) reading {
	if m := min(a.controls(p, n), b.controls(p, n)); m > 0 && n >= leastPairs {
		minus := func(p Phase, n int) []float64 {
			some := a.columnOf(p, n, 0)
			for i, v := range b.columnOf(p, n, 0) {
				some[i] -= v
			}
			return some
		}
		if r, _, ok := regressed(minus(p, n), minus(p.control(), m), lean{}); ok {
			return r
		}
	}
	return read(differences(a, b, p, n))
}

// replicate brings contestants to n replications of a phase. Who has been explored by rates gets as many of these as
// pay for what they explain of the threshold that is met least surely.
func (s *search) replicate(ctx context.Context, some []*contestant, p Phase, n int) error {
	these := s.lacking(some, p, n)
	var controlled []*contestant
	for _, c := range some {
		if c.rates.experiment != nil && len(s.Thresholds) > 0 {
			controlled = append(controlled, c)
		}
	}
	if err := s.simulate(ctx, p, append(these, s.lacking(controlled, p.control(), n)...)); err != nil {
		return err
	}
	these = nil
	for _, c := range controlled {
		if c.state != impossible && c.controls(p, n) > 0 {
			these = append(these, s.lacking([]*contestant{c}, p.control(), s.paying(c, p, n))...)
		}
	}
	return s.simulate(ctx, p, these)
}

// paying is how many controls pay beside n replications by requests: where both are to be had for their price, the
// variance is least with so many (Cochran 1977, section 12.7).
func (s *search) paying(c *contestant, p Phase, n int) int {
	least, share := math.Inf(1), 0.0
	for k := range s.Thresholds {
		r, explained, ok := c.regress(p, n, k+1)
		if !ok {
			continue
		}
		if sure := math.Abs(r.value-s.Thresholds[k].Limit) / r.deviation; sure < least {
			least, share = sure, explained
		}
	}
	times := math.Sqrt(cheap * share / max(1e-9, 1-share))
	return min(farthest*s.MaxReplications, int(min(widest, times)*float64(n)))
}

// promising reports whether a contestant would be confirmed by the last look if its expectations were by a standard deviation
// better than they seem after n replications. Who screens wants the answer soon, and others are nearly as cheap.
func (s *search) promising(c *contestant, n int, risk float64) bool {
	for k := range s.Thresholds {
		t := &s.Thresholds[k]
		r := c.reading(Confirming, n, k+1)
		last := r.at(s.MaxReplications)
		margin := last.reach(risk, !t.Above()) - r.deviation
		if t.Above() {
			margin = -margin
		}
		if !t.Holds(r.value + margin) {
			return false
		}
	}
	return true
}
