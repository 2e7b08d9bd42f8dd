package search

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"headroom/model"
	"headroom/sim/stat"
)

// growth is how much longer contestants are replicated from one look to the next:
// few looks share the risk of being wrong.
const growth = 1.4

// looks returns the numbers of replications at which contestants are judged.
func looks(first, most int) []int {
	all := []int{first}
	for n := first; n < most; {
		n = min(most, int(math.Ceil(growth*float64(n))))
		all = append(all, n)
	}
	return all
}

// risks are the levels of the tests at one look.
type risks struct {
	breach float64 // of the best being ruled out by a threshold
	dearer float64 // of the best being called dearer than an opponent
}

// mostly is the share of a risk that the first of unknown many attempts has; each of the next has as
// much of the rest.
const mostly = 2.0 / 3

// attempt is the share of a risk that the k-th attempt has, from 0; together they have no more than all.
func attempt(k int) float64 { return mostly * math.Pow(1-mostly, float64(k)) }

// share splits 1 - confidence: a half for the thresholds of what is recommended, a quarter each for losing the best
// in one of the two ways: by each threshold in comparing and in confirming, and to each of its opponents, of whom there
// may be more whenever others are taken in.
func (s *search) share() {
	risk := (1 - s.Confidence) / 4
	if s.intakes == 1 {
		s.risks.breach = nominal(s.looks, risk/2/float64(max(1, len(s.Thresholds))))
	}
	opponents := -1
	for _, c := range s.contestants {
		if c.entered {
			opponents++
		}
	}
	s.risks.dearer = risk * attempt(s.intakes-1) / float64(max(1, opponents)*len(s.looks)) // so small that nominal is no more
}

// bound is a mean and how far above or below it the expectation may be, at a
// one-sided risk.
func bound(xs []float64, risk float64) (mean, margin float64) {
	e := stat.Interval(xs, 0.5) // its half-width is the quantile at 0.75 times the standard error
	if e.N < 2 {
		return e.Value, math.Inf(1)
	}
	if e.HalfWidth == 0 {
		return e.Value, 0
	}
	student := distuv.StudentsT{Sigma: 1, Nu: float64(e.N - 1)}
	return e.Value, e.HalfWidth / student.Quantile(0.75) * -student.Quantile(risk)
}

// sure is the confidence that the expectation of values keeps a limit.
func sure(xs []float64, t *model.Threshold) float64 {
	e := stat.Interval(xs, 0.5)
	switch {
	case e.N == 0:
		return 0
	case e.N == 1 || e.HalfWidth == 0:
		if t.Holds(e.Value) {
			return 1
		}
		return 0
	}
	student := distuv.StudentsT{Sigma: 1, Nu: float64(e.N - 1)}
	distance := (t.Limit - e.Value) / e.HalfWidth * student.Quantile(0.75)
	if t.Above() {
		distance = -distance
	}
	return student.CDF(distance)
}

// breach returns the threshold that the expectations of a contestant certainly
// breach, each at a risk; "" if none.
func (s *search) breach(c *contestant, p Phase, n int, risk float64) string {
	for i := range s.Thresholds {
		t := &s.Thresholds[i]
		xs := c.observed(p, n, i+1)
		if len(xs) == 0 {
			return t.Key + " was never observed"
		}
		mean, margin := bound(xs, risk)
		if t.Above() && mean+margin < t.Limit || !t.Above() && mean-margin > t.Limit || margin == 0 && !t.Holds(mean) {
			return t.Key + " " + t.Text
		}
	}
	return ""
}

// keeps reports whether the expectations of a contestant keep all thresholds, each
// at a risk. That of all together being wrong is no larger: one that breaches any
// must pass the test of that one (Berger 1982).
func (s *search) keeps(c *contestant, p Phase, n int, risk float64) bool {
	for i := range s.Thresholds {
		t := &s.Thresholds[i]
		mean, margin := bound(c.observed(p, n, i+1), risk)
		if t.Above() {
			margin = -margin
		}
		if !t.Holds(mean + margin) {
			return false
		}
	}
	return true
}

// violation is by how much the means of a contestant breach the thresholds at
// worst, relative to the limit; infinite for what was never observed.
func (s *search) violation(c *contestant, p Phase) float64 {
	worst := 0.0
	for i := range s.Thresholds {
		t := &s.Thresholds[i]
		xs := c.observed(p, c.count(p), i+1)
		if len(xs) == 0 {
			return math.Inf(1)
		}
		mean := stat.Interval(xs, 0.5).Value
		if t.Holds(mean) {
			continue
		}
		scale := math.Abs(t.Limit)
		if c.units[i+1] == "ratio" && t.Limit > 0.5 && t.Limit < 1 {
			scale = 1 - t.Limit // 99.8 % is twice as far from perfection as 99.9 %
		}
		worst = max(worst, math.Abs(mean-t.Limit)/max(scale, 1e-300))
	}
	return worst
}
