package search

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"headroom/sim/batch"
)

// contestant is a candidate that is tried.
type contestant struct {
	index int // -1: the reference
	measured
	rates   measured // of a search that screens
	noRates string   // why rates cannot play it
	values  map[Phase][][]float64
	state   state
	why     string
	entered bool // the comparison
}

// measured is what measures a contestant.
type measured struct {
	experiment Experiment
	columns    []int    // of what is minimised and of the thresholds' metrics; -1: it has no such metric
	units      []string // of the same
}

// by is what measures it in a phase.
func (c *contestant) by(p Phase) *measured {
	if c.rates.experiment != nil && (p == Exploring || p == comparingControl || p == confirmingControl) {
		return &c.rates
	}
	return &c.measured
}

// state is where a contestant stands in the comparison.
type state uint8

const (
	benched     state = iota + 1 // not in the comparison
	alive                        // in it
	breaching                    // certainly beyond a threshold
	unconfirmed                  // selected, and then not confirmed
	impossible                   // cannot be built or simulated
)

// row keeps the columns of a replication.
func (m *measured) row(values []float64) []float64 {
	kept := make([]float64, len(m.columns))
	for i, at := range m.columns {
		kept[i] = math.NaN()
		if at >= 0 {
			kept[i] = values[at]
		}
	}
	return kept
}

// count returns how many replications there are of a phase.
func (c *contestant) count(p Phase) int { return len(c.values[p]) }

// observed returns the first n values of a column in a phase, without missing
// ones.
func (c *contestant) observed(p Phase, n, column int) []float64 {
	var some []float64
	for _, row := range c.values[p][:n] {
		if !math.IsNaN(row[column]) {
			some = append(some, row[column])
		}
	}
	return some
}

// differences returns a's cost minus b's over the first n replications that
// observed both.
func differences(a, b *contestant, p Phase, n int) []float64 {
	var some []float64
	for i := range n {
		if d := a.values[p][i][0] - b.values[p][i][0]; !math.IsNaN(d) {
			some = append(some, d)
		}
	}
	return some
}

// same reports whether two measured the same wherever both were.
func same(a, b *contestant, p Phase) bool {
	n := min(a.count(p), b.count(p))
	for i := range n {
		for k := range a.values[p][i] {
			x, y := a.values[p][i][k], b.values[p][i][k]
			if x != y && !(math.IsNaN(x) && math.IsNaN(y)) {
				return false
			}
		}
	}
	return n > 0
}

// first returns the number of a phase's first replication. That of confirming is
// 0, so that a run of the recommendation shows the numbers that the search did.
// No phase sees a replication of another: what is selected for luck in one has to
// do without in the next.
func (s *search) first(p Phase) int {
	switch p {
	case Confirming, confirmingControl:
		return 0
	case Comparing, comparingControl:
		return s.MaxReplications
	case Exploring, checking:
		return 2 * s.MaxReplications
	default:
		panic("search: no phase " + string(p))
	}
}

// number is that of the k-th replication of a phase. Controls beyond those that may have a partner by requests
// have numbers of which no phase has any.
func (s *search) number(p Phase, k int) int {
	switch {
	case k < s.MaxReplications:
	case p == confirmingControl:
		return 8*s.MaxReplications + k
	case p == comparingControl:
		return 16*s.MaxReplications + k
	}
	return s.first(p) + k
}

// add makes contestants of candidates and builds them.
func (s *search) add(ctx context.Context, candidates []int) error {
	type built struct {
		experiment, rates Experiment
		err, noRates      error
	}
	all, err := batch.Map(ctx, len(candidates), batch.Options{Workers: s.Workers}, func(_ context.Context, i int) (built, error) {
		b := built{}
		b.experiment, b.err = try(func() (Experiment, error) { return s.Build(candidates[i]) })
		if b.err == nil && s.Screen != nil {
			b.rates, b.noRates = try(func() (Experiment, error) { return s.Screen(b.experiment) }) // else it is explored by requests
		}
		return b, nil
	})
	if err != nil {
		return err
	}
	for _, b := range all {
		c := &contestant{index: candidates[b.Index], state: benched, values: map[Phase][][]float64{}}
		s.known[c.index] = len(s.contestants)
		s.contestants = append(s.contestants, c)
		if b.Value.err != nil {
			c.state, c.why = impossible, b.Value.err.Error()
			continue
		}
		c.measured = s.equip(b.Value.experiment)
		if b.Value.noRates != nil {
			c.noRates = b.Value.noRates.Error()
		} else if b.Value.rates != nil {
			c.rates = s.equip(b.Value.rates)
		}
	}
	return nil
}

// equip looks up the columns of an experiment.
func (s *search) equip(e Experiment) measured {
	m := measured{experiment: e}
	keys, units := e.Keys()
	find := func(key string) {
		at := slices.Index(keys, key)
		m.columns = append(m.columns, at)
		unit := ""
		if at >= 0 {
			unit = units[at]
		}
		m.units = append(m.units, unit)
	}
	find(s.Minimize)
	for _, t := range s.Thresholds {
		find(t.Key)
	}
	return m
}

// try calls what belongs to one candidate; a panic becomes its error, for one must
// not end the others.
func try[T any](call func() (T, error)) (T, error) {
	value, err := batch.Try(call)
	if p := (*batch.Panic)(nil); errors.As(err, &p) {
		err = fmt.Errorf("panic: %v", p.Value)
	}
	return value, err
}

// lacking returns the replications that contestants need to have n of a phase.
func (s *search) lacking(some []*contestant, p Phase, n int) []Replication {
	var these []Replication
	for _, c := range some {
		for k := c.count(p); k < n && c.state != impossible; k++ {
			by := c.by(p)
			these = append(these, Replication{c.index, by.experiment, s.number(p, k), by == &c.rates})
		}
	}
	return these
}

var errBudget = errors.New("search: budget exhausted")

// simulate runs replications of a phase and keeps their values. A replication
// that fails makes its contestant impossible; one by rates leaves it to requests, which explore it anew if that is
// what rates did. The error is errBudget, before anything runs, or that of the engine; then what has finished is kept.
func (s *search) simulate(ctx context.Context, p Phase, these []Replication) error {
	if s.spent+len(these) > s.Budget-s.reserved(p) {
		s.exhausted = true
		return errBudget
	}
	finished := 0
	found, err := s.Engine.Simulate(ctx, these, func(Finding) {
		finished++
		s.report(p, len(these), finished)
	})
	s.spent += len(found)
	var anew []*contestant
	for _, f := range found {
		of, p := these[f.Of], p
		if of.Rates {
			s.screened++
			if control := p.control(); control != "" {
				p = control
			}
		}
		switch c := s.contestant(of.Candidate); {
		case c.state == impossible, of.Rates && c.rates.experiment == nil:
		case f.Err != nil && of.Rates: // requests can do without
			c.drop(fmt.Sprintf("replication %d: %v", of.Number, f.Err))
			if p == Exploring {
				anew = append(anew, c)
			}
		case f.Err != nil:
			c.state, c.why = impossible, fmt.Sprintf("replication %d: %v", of.Number, f.Err)
		case of.Number == s.number(p, c.count(p)): // none is missing before it, as when the round was interrupted
			c.values[p] = append(c.values[p], c.by(p).row(f.Values))
		}
	}
	if err != nil || len(anew) == 0 {
		return err
	}
	return s.simulate(ctx, Exploring, s.lacking(anew, Exploring, exploring))
}

// drop leaves a contestant to requests, for rates cannot play it after all. What rates showed of it goes with them; what
// checked that takes its place, for it is of the same numbers.
func (c *contestant) drop(why string) {
	c.rates, c.noRates = measured{}, why
	c.values[Exploring] = c.values[checking]
	for _, p := range []Phase{checking, comparingControl, confirmingControl} {
		delete(c.values, p)
	}
}

// contestant returns who tries a candidate; -1 is the reference.
func (s *search) contestant(candidate int) *contestant {
	if candidate < 0 {
		return s.reference
	}
	return s.contestants[s.known[candidate]]
}

// reserved is what a phase leaves of the budget for those after it.
func (s *search) reserved(p Phase) int {
	switch p {
	case Exploring, checking:
		return s.Budget / 2
	case Comparing:
		return 3 * s.Replications // the best, the second and the reference
	default:
		return 0
	}
}

func (s *search) report(p Phase, round, done int) {
	if s.Progress == nil {
		return
	}
	state := Progress{Phase: p, Tried: len(s.contestants), Replications: s.spent + done, Round: round, Done: done, Best: -1}
	if s.leader != nil {
		state.Best, state.Cost = s.leader.index, s.leaderCost
	}
	s.Progress(state)
}
