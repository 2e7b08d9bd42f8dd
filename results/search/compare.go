package search

import (
	"context"
	"errors"
	"math"
	"slices"
)

// search is the state of a run.
type search struct {
	*Problem
	Options
	contestants []*contestant
	known       map[int]int   // contestants by candidate
	waiting     []*contestant // finalists by rates who are confirmed if no other can be
	standing    *standing     // what rates showed of them
	explorer    *explorer     // nil: nothing was explored
	bar         float64       // how likely the next must be to meet the thresholds
	runnerUp    *contestant   // second by rates; nil: none
	reference   *contestant
	risks       risks
	looks       []int
	spent       int  // replications
	screened    int  // of them, by rates
	intakes     int  // of contestants into the comparison
	unscreened  bool // though asked to screen
	exhausted   bool
	attempts    int  // at confirming
	gaveUp      bool // after as many as a screened search makes
	leader      *contestant
	leaderCost  float64
	best        *contestant
	surrogate   *Surrogate
}

func newSearch(p *Problem, o Options) *search {
	s := &search{Problem: p, Options: o, known: map[int]int{}, looks: looks(o.Replications, o.MaxReplications)}
	if s.Engine == nil {
		s.Engine = Here(o.Workers)
	}
	if p.Screen != nil && p.Candidates <= fewest {
		plain := *p
		plain.Screen, s.Problem, s.unscreened = nil, &plain, true
	}
	if p.Reference != nil {
		s.reference = &contestant{index: -1, state: benched, values: map[Phase][][]float64{}}
		s.reference.measured = s.equip(p.Reference)
	}
	return s
}

// run goes through the phases. Running out of budget is no error.
func (s *search) run(ctx context.Context) error {
	err := s.choose(ctx)
	if err != nil && !errors.Is(err, errBudget) {
		return err
	}
	return s.beside(ctx)
}

// choose decides which contestants take part, and compares them.
func (s *search) choose(ctx context.Context) error {
	if s.Screen == nil && s.Candidates <= min(s.Points, (s.Budget-s.reserved(Comparing))/s.Replications) {
		all := make([]int, s.Candidates)
		for i := range all {
			all[i] = i
		}
		if err := s.add(ctx, all); err != nil {
			return err
		}
		s.enter(s.contestants)
	} else if err := s.explore(ctx); err != nil {
		return err
	}
	for {
		selected, err := s.compare(ctx)
		if err != nil && !errors.Is(err, errBudget) {
			return err
		}
		if selected != nil {
			ok, err := s.confirm(ctx, selected)
			if ok || err != nil {
				return err
			}
			continue
		}
		if err != nil || s.weary() {
			return err
		}
		if more, err := s.refill(ctx); err != nil || !more {
			return err
		}
	}
}

// enter takes contestants into the comparison.
func (s *search) enter(some []*contestant) {
	s.intakes++
	for _, c := range some {
		if c.state == benched {
			c.state, c.entered = alive, true
		}
	}
	s.share()
}

// mostAttempts is how many candidates a screened search tries to confirm. Each leaves a third of its risk to the next, so that
// bounds are the farther the later: from ten replications that of the eighth is three times as far as the first's, and
// shows next to nothing.
const mostAttempts = 8

// surely is how likely the last of them is to meet the thresholds: dear, but an answer. It is beyond what those before were,
// of whom the seventh is at 0.93 (next), and fails no oftener than an outcome may at the usual confidence.
const surely = 0.99

// weary reports whether a screened search has tried to confirm so many in vain that it ends undecided: where many are near a
// threshold there is always another.
func (s *search) weary() bool {
	s.gaveUp = s.Screen != nil && s.attempts >= mostAttempts
	return s.gaveUp
}

// refill takes in what exploring left out, where nothing else can be recommended.
func (s *search) refill(ctx context.Context) (bool, error) {
	if len(s.waiting) > 0 && s.attempts == mostAttempts-1 {
		if err := s.explorer.secure(ctx); err != nil {
			return false, err
		}
	}
	left := s.in(benched)
	if len(s.waiting) > 0 {
		left = []*contestant{s.next(s.bar)}
		if s.runnerUp == left[0] {
			s.runnerUp = nil
		}
	}
	s.enter(left)
	return len(left) > 0, nil
}

// in returns the contestants in a state, by index.
func (s *search) in(state state) []*contestant {
	var some []*contestant
	for _, c := range s.contestants {
		if c.state == state {
			some = append(some, c)
		}
	}
	return some
}

// compare replicates contestants until one of them meets the thresholds, as far
// as it can tell, and no other can be cheaper by more than the indifference; or
// until nothing more can be told. It returns the one that leads then, nil if none
// seems to meet the thresholds.
func (s *search) compare(ctx context.Context) (*contestant, error) {
	if lone := s.in(alive); len(lone) == 1 && lone[0].count(Comparing) == 0 {
		return lone[0], nil // nobody to compare with
	}
	for {
		for _, c := range s.in(alive) {
			s.ruleOut(c, Comparing)
		}
		leader := s.lead()
		open := s.contenders(leader)
		if leader != nil && len(open) > 0 {
			open = append(open, leader)
		}
		level := math.MaxInt
		for _, c := range open {
			level = min(level, c.count(Comparing))
		}
		if len(open) == 0 || level >= s.MaxReplications {
			return leader, nil
		}
		open = slices.DeleteFunc(open, func(c *contestant) bool { return c.count(Comparing) > level })
		if err := s.replicate(ctx, open, Comparing, s.after(level), s.risks.breach); err != nil {
			return leader, err
		}
	}
}

// judged returns at how many of n replications there was a look; 0: none yet. An
// interrupted round leaves more than that, which decide nothing.
func (s *search) judged(n int) int {
	last := 0
	for _, look := range s.looks {
		if look <= n {
			last = look
		}
	}
	return last
}

// after returns the next number of replications at which to look.
func (s *search) after(n int) int {
	for _, look := range s.looks {
		if look > n {
			return look
		}
	}
	return s.MaxReplications
}

// ruleOut takes a contestant out that certainly breaches a threshold.
func (s *search) ruleOut(c *contestant, p Phase) {
	n := s.judged(c.count(p))
	if n == 0 || c.state == impossible {
		return
	}
	if len(c.observed(p, n, 0)) == 0 {
		c.state, c.why = impossible, s.Minimize+" was never observed"
		return
	}
	if why := s.breach(c, p, n, s.risks.breach); why != "" {
		c.state, c.why = breaching, why
	}
}

// seems reports whether a contestant meets the thresholds as far as comparing can
// tell: at the confidence, but for this look alone.
func (s *search) seems(c *contestant) bool {
	n := s.judged(c.count(Comparing))
	return n > 0 && s.keeps(c, Comparing, n, 1-s.Confidence)
}

// lead returns the cheapest contestant that seems to meet the thresholds.
func (s *search) lead() *contestant {
	var leader *contestant
	for _, c := range s.in(alive) {
		if s.seems(c) && (leader == nil || cheaper(c, leader, Comparing)) {
			leader = c
		}
	}
	if s.leader = leader; leader != nil {
		s.leaderCost = leader.reading(Comparing, leader.count(Comparing), 0).value
	}
	return leader
}

// cheaper compares mean costs over the replications that both have.
func cheaper(a, b *contestant, p Phase) bool {
	return difference(a, b, p, min(a.count(p), b.count(p))).value < 0
}

// contenders returns who might yet be cheaper than the leader by more than the
// indifference; without a leader, everybody.
func (s *search) contenders(leader *contestant) []*contestant {
	open := s.in(alive)
	if leader == nil {
		return open
	}
	return slices.DeleteFunc(open, func(c *contestant) bool { return c == leader || s.dearer(c, leader) })
}

// dearer reports whether a contestant is certainly not cheaper than another by
// more than the indifference.
func (s *search) dearer(c, than *contestant) bool {
	n := s.judged(min(c.count(Comparing), than.count(Comparing)))
	if n == 0 {
		return false
	}
	saved := difference(c, than, Comparing, n)
	cost := than.reading(Comparing, n, 0).value
	return saved.value-saved.reach(s.risks.dearer, false) >= -s.Indifference*math.Abs(cost)
}

// confirm replicates what was selected afresh until it is certain that it meets
// the thresholds, or no more likely.
func (s *search) confirm(ctx context.Context, c *contestant) (bool, error) {
	risk := s.confirming()
	s.attempts++
	for look, n := range s.looks {
		if err := s.replicate(ctx, []*contestant{c}, Confirming, n, risk); err != nil {
			return false, err
		}
		if c.state == impossible {
			return false, nil
		}
		if s.keeps(c, Confirming, n, risk) {
			s.best = c
			return true, nil
		}
		s.ruleOut(c, Confirming)
		if c.state == breaching {
			return false, nil
		}
		if look > 0 && (s.violation(c, Confirming) > 0 || s.Screen != nil && !s.promising(c, n, risk)) {
			break
		}
	}
	c.state = unconfirmed
	return false, nil
}

// confirming is the risk at each look of the next attempt to confirm.
func (s *search) confirming() float64 {
	return nominal(s.looks, (1-s.Confidence)/2*attempt(s.attempts))
}

// beside replicates what the recommendation is compared with: the second and the
// reference, as often as the best, or as the budget allows; where exploring played rates, no oftener
// than a candidate is before it is judged.
func (s *search) beside(ctx context.Context) error {
	n := s.Replications
	if s.best != nil && s.Screen == nil { // who screens wants the answer soon
		n = s.best.count(Confirming)
	}
	var some []*contestant
	if second := s.second(); second != nil {
		some = append(some, second)
	}
	if s.reference != nil {
		some = append(some, s.reference)
	}
	n = min(n, (s.Budget-s.spent)/max(1, len(some)))
	return s.simulate(ctx, Confirming, s.lacking(some, Confirming, n))
}

// second returns the cheapest of the others that seem to meet the thresholds and
// are not the best under another name; where requests compared none, by rates.
func (s *search) second() *contestant {
	if s.best == nil {
		return nil
	}
	var second *contestant
	for _, c := range s.in(alive) {
		if c == s.best || !s.seems(c) || same(c, s.best, Comparing) {
			continue
		}
		if second == nil || cheaper(c, second, Comparing) {
			second = c
		}
	}
	if second == nil {
		return s.runnerUp
	}
	return second
}
