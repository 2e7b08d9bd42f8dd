package search

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"headroom/results"
	"headroom/sim/stat"
)

// outcome says what is known.
func (s *search) outcome() *Outcome {
	o := &Outcome{
		Candidates: s.Candidates, Replications: s.spent, Screened: s.screened, Confidence: s.Confidence,
		Surrogate: s.surrogate, Exhausted: s.exhausted, Decided: s.best != nil,
	}
	for _, c := range s.contestants {
		if c.count(Comparing) > 0 {
			o.Compared++
		}
	}
	leader := s.best
	if leader == nil {
		if leader = s.leader; len(s.in(alive)) > 0 {
			leader = s.lead()
		}
	}
	nearest := s.nearest()
	slices.SortFunc(s.contestants, func(a, b *contestant) int { return cmp.Compare(a.index, b.index) })
	for _, c := range s.contestants {
		shown := s.shown(c)
		shown.Result, shown.Why = s.result(c, leader)
		if shown.Result == Undecided || shown.Result == Unnecessary {
			o.Decided = false
		}
		o.Tried = append(o.Tried, shown)
		if s.best != nil && c != s.best && c.state == alive && same(c, s.best, Comparing) {
			o.Twins++
		}
	}
	o.Best = s.shownAt(o, s.best)
	o.Second = s.shownAt(o, s.second())
	if s.best == nil {
		o.Leader, o.Nearest = s.shownAt(o, leader), s.shownAt(o, nearest)
	}
	n := s.Replications
	if s.best != nil {
		n = max(s.best.count(Confirming), s.best.count(confirmingControl))
		if second := s.second(); second != nil {
			o.Gap = gap(second, s.best)
		}
	}
	o.Exhaustive = s.Candidates * n
	if s.reference != nil && s.reference.count(Confirming) > 0 {
		reference := s.shown(s.reference)
		o.Reference = &reference
		if s.best != nil {
			o.Saving = gap(s.reference, s.best)
		}
	}
	s.warn(o)
	return o
}

// gap is by how much one costs more than another, over the replications of
// confirming that both have.
func gap(a, b *contestant) stat.Estimate {
	n := min(a.count(Confirming), b.count(Confirming))
	return stat.Interval(differences(a, b, Confirming, n), results.Confidence)
}

func (s *search) shownAt(o *Outcome, c *contestant) *Candidate {
	if c == nil {
		return nil
	}
	for i := range o.Tried {
		if o.Tried[i].Index == c.index {
			return &o.Tried[i]
		}
	}
	return nil
}

// latest returns the phase whose values count, and how many there are.
func (c *contestant) latest() (Phase, int) {
	for _, p := range []Phase{Confirming, Comparing, Exploring} {
		if n := c.count(p); n > 0 {
			return p, n
		}
	}
	return "", 0
}

// shown is a contestant as others read it.
func (s *search) shown(c *contestant) Candidate {
	p, n := c.latest()
	k := Candidate{Index: c.index, Counted: n, From: p, NoRates: c.noRates, Cost: stat.Estimate{Value: math.NaN(), HalfWidth: math.NaN()}}
	for _, p := range []Phase{Confirming, Comparing, Exploring, checking, comparingControl, confirmingControl} {
		k.Replications += c.count(p)
	}
	if n == 0 {
		return k
	}
	k.Rates, k.Controls = c.by(p) == &c.rates, c.controls(p, n)
	k.Cost, k.Unit = c.interval(p, n, 0), c.units[0]
	for i := range s.Thresholds {
		t := s.Thresholds[i]
		r := c.reading(p, n, i+1)
		k.Margins = append(k.Margins, Margin{Threshold: t, Estimate: c.interval(p, n, i+1), Unit: c.units[i+1], Sure: r.sure(&t)})
	}
	return k
}

// interval is what a phase tells of a column.
func (c *contestant) interval(p Phase, n, column int) stat.Estimate {
	if g, ok := c.regress(p, n, column); ok {
		r := g.reading()
		return r.estimate()
	}
	return stat.Interval(c.observed(p, n, column), results.Confidence)
}

// result says what became of a contestant, and why.
func (s *search) result(c, leader *contestant) (Result, string) {
	switch {
	case c.state == impossible:
		return Impossible, c.why
	case c.state == breaching:
		return Breaching, c.why
	case c.state == benched && s.leftOpen(c):
		return Undecided, "may be cheaper and meet the thresholds by rates"
	case c.state == benched && s.intakes > 0:
		return Dropped, ""
	case c.state == benched:
		return Unnecessary, ""
	case c.state == unconfirmed:
		return Undecided, "seemed to meet the thresholds, and could not be shown to"
	}
	switch {
	case c == s.best:
		return Recommended, ""
	case s.judged(c.count(Comparing)) == 0:
		return Unnecessary, ""
	case leader != nil && c != leader && s.dearer(c, leader):
		return Dearer, ""
	case !s.seems(c):
		return Undecided, "may or may not meet the thresholds"
	default:
		return Undecided, "may or may not be cheaper"
	}
}

// leftOpen reports whether rates leave open that one who was never confirmed saves more than the indifference.
func (s *search) leftOpen(c *contestant) bool {
	if s.standing == nil || s.best == nil && !s.gaveUp || s.best != nil && same(c, s.best, Exploring) {
		return false
	}
	if s.best == nil {
		return s.standing.meets[c] > improbable && slices.Contains(s.waiting, c)
	}
	cost, known := s.standing.costs[s.best]
	return known && slices.Contains(s.standing.open, c) && s.standing.costs[c] < cost*(1-s.Indifference)
}

// nearest returns the contestant that breaches the thresholds least, the cheaper
// of two alike.
func (s *search) nearest() *contestant {
	var best *contestant
	least, cost := math.Inf(1), math.Inf(1)
	for _, c := range s.contestants {
		p, n := c.latest()
		if n == 0 || c.state == impossible {
			continue
		}
		v := s.violation(c, p)
		price := c.reading(p, n, 0).value
		if best == nil || v < least || v == least && price < cost {
			best, least, cost = c, v, price
		}
	}
	return best
}

// untold says why it is not known of undecided candidates.
func (s *search) untold() string {
	if s.Screen == nil {
		return fmt.Sprintf("up to max_replications (%d) could not tell", s.MaxReplications)
	}
	return `it was not worth the requests that it takes to tell; search.screen = "request" compares them all`
}

// warnOfRates tells of whom rates cannot play, and why the first of them.
func (s *search) warnOfRates(add func(string, ...any)) {
	var first *contestant
	n := 0
	for _, c := range s.contestants {
		if c.noRates == "" {
			continue
		}
		if n++; first == nil {
			first = c
		}
	}
	if n > 0 {
		add("rates cannot play %d of the candidates tried, so requests were; the first is candidate %d: %s", n, first.index, strings.ReplaceAll(first.noRates, "\n", "; "))
	}
}

// warn adds what one should know before trusting the numbers.
func (s *search) warn(o *Outcome) {
	add := func(format string, args ...any) { o.Warnings = append(o.Warnings, fmt.Sprintf(format, args...)) }
	if len(s.Thresholds) == 0 {
		add("there are no [thresholds]: the cheapest configuration is the one that does least")
	}
	if s.unscreened {
		add("search.screen: %d candidates are compared by requests at once, for rates of so few would only cost", s.Candidates)
	}
	if o.Best != nil {
		for _, m := range o.Best.Margins {
			if m.N < o.Best.Counted {
				add("%s was observed in %d of %d replications only", m.Key, m.N, o.Best.Counted)
			}
			if m.N > 0 && m.HalfWidth == 0 {
				add("%s was the same in all %d replications, which tells nothing of events rarer than one in %d runs", m.Key, m.N, m.N)
			}
		}
		if s.best.count(Confirming) == s.Replications && s.Replications < 10 {
			add("the intervals come from %d replications: Student's distribution is a guess for so few unless they are normal", s.Replications)
		}
	}
	if g := o.Surrogate; g != nil && g.Likeliest > 1-s.Confidence {
		add("a candidate that was not tried has a chance of %.0f %% to be better: a larger search.points (%d) or search.budget (%d) goes further",
			100*g.Likeliest, s.Points, s.Budget)
	}
	if s.gaveUp {
		add("%d candidates could not be confirmed, and others are as near to the thresholds: search.screen = %q compares them all by requests", s.attempts, "request")
	}
	if o.Exhausted {
		add("the budget of %d replications was not enough to decide: a larger search.budget goes further", s.Budget)
	}
	if n := o.Count(Undecided); n > 0 && o.Best != nil {
		add("%d of the candidates may be cheaper and meet the thresholds: %s", n, s.untold())
	}
	s.warnOfRates(add)
	if n := o.Count(Impossible); n > 0 {
		add("%d of the candidates tried cannot be simulated", n)
	}
}
