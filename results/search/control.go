package search

import (
	"context"
	"math"
	"slices"
	"sort"

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
	cheap      = 2  // replications by rates take as long as one by requests, about, in the stock search
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

// regression is what pairs of values by requests and by rates tell, and rates without a partner.
type regression struct {
	n, m      int // pairs, and rates in all
	value     float64
	slope     float64
	away      float64 // of the mean of all rates from that of those with partners, squared, by the sum of squares of the latter
	left      float64 // variance between values and the line
	farthest  float64 // of the values by requests from their mean, squared
	wide      float64 // variance of rates
	own, luck lean    // of the law of what is left, and of that of rates
}

// regress reads values by requests and more by rates, of which the first meet the same luck. ok is false where there is
// nothing to regress on.
func regress(requests, rates []float64, known lean) (g regression, ok bool) {
	n, m := len(requests), len(rates)
	if n < 4 || m < n {
		return g, false
	}
	q, _ := stat.Mean(requests)
	x, _ := stat.Mean(rates[:n])
	all, deviation := stat.Mean(rates)
	var xx, xy, yy, farthest float64
	for i, v := range requests {
		xx += (rates[i] - x) * (rates[i] - x)
		xy += (rates[i] - x) * (v - q)
		yy += (v - q) * (v - q)
		farthest = max(farthest, math.Abs(v-q))
	}
	if !(xx > 0 && yy > 0) {
		return g, false
	}
	slope := xy / xx
	rest := make([]float64, n)
	for i, v := range requests {
		rest[i] = v - slope*rates[i]
	}
	return regression{
		n: n, m: m, value: q + slope*(all-x), slope: slope, away: (all - x) * (all - x) / xx,
		left: max(0, yy-slope*xy) / float64(n-1), farthest: farthest * farthest, wide: deviation * deviation * float64(m),
		own: leaning(rest).or(known), luck: leaning(rates).turned(slope),
	}, true
}

// reading is the regression estimate. Its error is that of the line at the mean of all rates, from what is left between the
// line and the values, and that of this mean; their degrees of freedom are put together after Satterthwaite (1946).
//
// Rates may be right in all replications but for rare ones, of which a few hold none. So what is left is that of one
// more, which rates say nothing of: it is as far from the line as any by requests is from the mean.
func (g *regression) reading() reading { return g.of(g.n, g.m, g.away) }

// at is what other numbers would tell if these are of the same laws.
func (g *regression) at(n, m int) reading { return g.of(n, m, (1/float64(n)-1/float64(m))/float64(n)) }

func (g *regression) of(n, m int, away float64) reading {
	left := g.left + g.farthest/float64(n-1)
	line := left * (1/float64(n) - 1/float64(m) + away)
	mean := (g.slope*g.slope*g.wide + left) / float64(m)
	r := reading{value: g.value, deviation: math.Sqrt(line + mean), n: n}
	r.freedom = (line + mean) * (line + mean) / (line*line/float64(n-2) + mean*mean/float64(m-1))
	r.lean = g.own.of(n).times(line / (line + mean)).plus(g.luck.of(m).times(mean / (line + mean)))
	return r
}

// regress is the regression of a column in a phase; ok is false where controls do not count.
func (c *contestant) regress(p Phase, n, column int) (g regression, ok bool) {
	if n < leastPairs {
		return g, false
	}
	return regressed(c.columnOf(p, n, column), c.columnOf(p.control(), c.controls(p, n), column), c.lean(p, n, column))
}

// regressed is [regress] where all has been observed.
func regressed(requests, rates []float64, known lean) (g regression, ok bool) {
	if slices.ContainsFunc(requests, math.IsNaN) || slices.ContainsFunc(rates, math.IsNaN) {
		return g, false
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
		if g, ok := regressed(minus(p, n), minus(p.control(), m), lean{}); ok {
			return g.reading()
		}
	}
	return read(differences(a, b, p, n))
}

// replicate brings contestants to n replications of a phase. Who has been explored by rates gets as many of these, and more
// where they decide at a risk on which side of the thresholds it is.
func (s *search) replicate(ctx context.Context, some []*contestant, p Phase, n int, risk float64) error {
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
			these = append(these, s.lacking([]*contestant{c}, p.control(), s.paying(c, p, n, risk))...)
		}
	}
	return s.simulate(ctx, p, these)
}

// paying is how many controls pay beside n replications by requests: as many as decide, if these take less time than
// to replicate by requests until the look at which fewer decide, or none; else 0.
func (s *search) paying(c *contestant, p Phase, n int, risk float64) int {
	lines := map[int]*regression{}
	for k := range s.Thresholds {
		if g, ok := c.regress(p, n, k+1); ok {
			lines[k] = &g
		}
	}
	least, controls := math.Inf(1), 0
	for _, look := range s.looks {
		if look < n || len(lines) == 0 {
			continue
		}
		m := look + sort.Search(s.most(look)-look+1, func(more int) bool { return s.decided(lines, look, look+more, risk) })
		if price := float64(cheap*look + m); m <= s.most(look) && price < least {
			least, controls = price, 0
			if look == n {
				controls = m
			}
		}
	}
	return controls
}

// most is how many controls there are at most beside n replications by requests.
func (s *search) most(n int) int { return min(farthest*s.MaxReplications, widest*n) }

// decided reports whether it would be certain at a risk on which side of the thresholds expectations are, by so many
// replications by requests and by rates, if they are what they seem.
func (s *search) decided(lines map[int]*regression, n, m int, risk float64) bool {
	for k := range s.Thresholds {
		if g := lines[k]; g != nil {
			r, room := g.at(n, m), s.Thresholds[k].Limit-g.value
			if r.reach(risk, room > 0) > math.Abs(room) {
				return false
			}
		}
	}
	return true
}

// promising reports whether a contestant would be confirmed by the last look if its expectations were by a standard deviation
// better than they seem after n replications. Who screens wants the answer soon, and others are nearly as cheap.
func (s *search) promising(c *contestant, n int, risk float64) bool {
	for k := range s.Thresholds {
		t := &s.Thresholds[k]
		r := c.reading(Confirming, n, k+1)
		last := r.at(s.MaxReplications)
		if g, ok := c.regress(Confirming, n, k+1); ok {
			last = g.at(s.MaxReplications, s.most(s.MaxReplications))
		}
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
