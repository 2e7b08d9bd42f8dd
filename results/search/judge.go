package search

import (
	"math"
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

// breach returns the threshold that the expectations of a contestant certainly
// breach, each at a risk; "" if none.
func (s *search) breach(c *contestant, p Phase, n int, risk float64) string {
	for i := range s.Thresholds {
		t := &s.Thresholds[i]
		r := c.reading(p, n, i+1)
		if r.n == 0 {
			return t.Key + " was never observed"
		}
		margin := r.reach(risk, t.Above())
		if t.Above() && r.value+margin < t.Limit || !t.Above() && r.value-margin > t.Limit || margin == 0 && !t.Holds(r.value) {
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
		r := c.reading(p, n, i+1)
		margin := r.reach(risk, !t.Above())
		if t.Above() {
			margin = -margin
		}
		if !t.Holds(r.value + margin) {
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
		r := c.reading(p, c.count(p), i+1)
		if r.n == 0 {
			return math.Inf(1)
		}
		mean := r.value
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
