package search

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"headroom/model"
	"headroom/sim/rng"
	"headroom/sim/stat"
)

// Whom rates leave open is undecided only where it may save more than the indifference beside what is recommended,
// or where the search gave up.
func TestWhoIsLeftOpenIsUndecided(t *testing.T) {
	row := func(cost float64) map[Phase][][]float64 { return map[Phase][][]float64{Exploring: {{cost}}} }
	best := &contestant{index: 0, values: row(100)}
	cheap := &contestant{index: 1, values: row(97)}
	alike := &contestant{index: 2, values: row(99)} // within the indifference of 2 %
	shut := &contestant{index: 3, values: row(90)}  // improbable
	twin := &contestant{index: 4, values: row(100)}
	seen := &standing{
		open:  []*contestant{cheap, alike, twin},
		meets: map[*contestant]float64{cheap: 0.5, alike: 0.5, twin: 0.5, shut: improbable / 2},
		costs: map[*contestant]float64{best: 100, cheap: 97, alike: 99, twin: 90, shut: 90},
	}
	for _, c := range []struct {
		name     string
		of       *contestant
		best     *contestant
		standing *standing
		gaveUp   bool
		want     bool
	}{
		{"may save more", cheap, best, seen, false, true},
		{"may save no more than the indifference", alike, best, seen, false, false},
		{"rates say that it breaches", shut, best, seen, false, false},
		{"does the same under another name", twin, best, seen, false, false},
		{"beside one of whom rates know nothing", cheap, alike, &standing{open: seen.open, costs: map[*contestant]float64{cheap: 97}}, false, false},
		{"without a screen", cheap, best, nil, false, false},
		{"of a search that compares on", cheap, nil, seen, false, false},
		{"of one that gave up", alike, nil, seen, true, true},
		{"of one that gave up, where rates say that it breaches", shut, nil, seen, true, false},
		{"of one that gave up, but tried", best, nil, seen, true, false},
	} {
		s := &search{standing: c.standing, best: c.best, gaveUp: c.gaveUp, waiting: []*contestant{cheap, alike, shut}}
		s.Indifference = 0.02
		if got := s.leftOpen(c.of); got != c.want {
			t.Errorf("%s: %t, want %t", c.name, got, c.want)
		}
	}
}

// shore is a problem of which all candidates are near a limit but the last ten, which are safe and dear.
func shore(safe bool) *Problem {
	const candidates = 60
	return &Problem{
		Candidates: candidates, Minimize: "cost.total", Thresholds: []model.Threshold{{Key: "latency.mean", Operator: "<", Limit: stormLimit}},
		Build: func(c int) (Experiment, error) {
			if safe && (stormy{c}).safe() {
				return stormy{c}, nil
			}
			return near{c}, nil
		},
		Screen:     func(of Experiment) (Experiment, error) { return of, nil },
		Features:   func(c int) []float64 { return []float64{float64(c) / candidates} },
		Neighbours: func(c int) []int { return []int{max(0, c-1), min(candidates-1, c+1)} },
	}
}

// Where the cheap are all near a limit, what is recommended after as many attempts as there may be is dear and sure, and the
// cheap are told to be undecided.
func TestTheLastAttemptIsSure(t *testing.T) {
	o, err := Run(t.Context(), shore(true), usual())
	if err != nil || o.Best == nil {
		t.Fatalf("%v, recommends nothing", err)
	}
	unsure, attempts := 0, 0
	for _, c := range o.Tried {
		if c.Result == Undecided {
			unsure++
		}
		if c.From == Confirming {
			attempts++
		}
	}
	if !(stormy{o.Best.Index}).safe() || o.Decided || unsure == 0 || attempts > mostAttempts {
		t.Errorf("recommends %d in %d attempts, decided: %t, %d undecided; want one from 50 on in %d at most, undecided", o.Best.Index, attempts, o.Decided, unsure, mostAttempts)
	}
	if text := strings.Join(o.Warnings, "\n"); !strings.Contains(text, `search.screen = "request"`) || strings.Contains(text, "max_replications") {
		t.Errorf("warns %q; none was replicated as often as max_replications", text)
	}
}

// beach is a problem of which the cheap scatter around a limit, the dear are far from it, and those between them as surely
// meet it, though few replications do not say so beside the scatter of the others.
type beach struct{ near }

func (b beach) Replicate(_ context.Context, replication int) ([]float64, error) {
	own := rng.New(2, replication, fmt.Sprint("own/", b.index))
	u := own.Uniform() - 0.5
	cost := 1 + 0.02*float64(b.index)
	switch {
	case b.index < 40:
		return []float64{cost, stormLimit * (1 + 1.2*u)}, nil
	case b.index < 55:
		return []float64{cost + 1, stormLimit * (0.8 + 0.02*u)}, nil
	default:
		return []float64{cost + 4, stormLimit * (0.77 + 0.02*u)}, nil
	}
}

// Of those that are sure the last attempt takes a cheap one, not the surest of all.
func TestTheLastAttemptIsCheap(t *testing.T) {
	p := shore(false)
	p.Build = func(c int) (Experiment, error) { return beach{near{c}}, nil }
	o, err := Run(t.Context(), p, usual())
	if err != nil || o.Best == nil {
		t.Fatalf("%v, recommends nothing", err)
	}
	attempts := 1
	for _, c := range o.Tried {
		if c.From == Confirming && c.Result == Undecided {
			attempts++
		}
	}
	if o.Best.Index < 40 || o.Best.Index >= 55 || o.Decided || attempts != mostAttempts {
		t.Errorf("recommends %d for $%.2f in %d attempts, decided: %t; want one of 40 to 54 in %d, undecided",
			o.Best.Index, o.Best.Cost.Value, attempts, o.Decided, mostAttempts)
	}
}

// From as many replications as a candidate gets before it is judged the bound of the last attempt is three times as far as
// that of the first: with more attempts requests would be spent on what cannot be shown.
func TestAttemptsEndWhereTheirBoundsAreWide(t *testing.T) {
	o := usual()
	bound := func(k int) float64 {
		risk := nominal(looks(o.Replications, o.MaxReplications), (1-o.Confidence)/2*attempt(k))
		return stat.Reach(risk, float64(o.Replications-1), 0)
	}
	if last := bound(mostAttempts-1) / bound(0); !(math.Abs(last-3) < 0.1) {
		t.Errorf("the bound of attempt %d is %.2f times as far as that of the first, want 3.0", mostAttempts, last)
	}
}

// Each attempt lacks two thirds of what the one before did to certainty: the last but one is less sure than the last.
func TestTheLastIsSurerThanThoseBefore(t *testing.T) {
	bar := likely
	for range mostAttempts - 2 {
		bar += (1 - bar) / 3
	}
	if !(bar < surely && 1-surely <= 1-usual().Confidence) {
		t.Errorf("the last attempt must be at %.3f, the one before at %.3f; the outcome at %.3f", surely, bar, usual().Confidence)
	}
}

// Why rates cannot play a candidate is told, of the first by its number and in full.
func TestWhomRatesCannotPlayIsNamed(t *testing.T) {
	p := shore(true)
	p.Screen = func(of Experiment) (Experiment, error) {
		if s, ok := of.(stormy); ok {
			return nil, fmt.Errorf("queue.of_%d: rates know no queues", s.index)
		}
		return of, nil
	}
	o, err := Run(t.Context(), p, usual())
	if err != nil {
		t.Fatal(err)
	}
	var named []int
	for _, c := range o.Tried {
		if want := fmt.Sprintf("queue.of_%d: rates know no queues", c.Index); c.NoRates == want {
			named = append(named, c.Index)
		} else if c.NoRates != "" || (stormy{c.Index}).safe() {
			t.Errorf("of %d it says %q", c.Index, c.NoRates)
		}
	}
	if len(named) == 0 {
		t.Fatal("none that rates cannot play was tried")
	}
	want := fmt.Sprintf("rates cannot play %d of the candidates tried, so requests were; the first is candidate %d: queue.of_%d: rates know no queues", len(named), named[0], named[0])
	if !slices.Contains(o.Warnings, want) {
		t.Errorf("warns %q, want %q", o.Warnings, want)
	}
}

// flaw is what rates cannot play in one of the numbers of confirming.
type flaw struct{ near }

func (f flaw) Replicate(ctx context.Context, replication int) ([]float64, error) {
	if replication < usual().MaxReplications {
		return nil, errors.New("node.a: is gone")
	}
	return f.near.Replicate(ctx, replication)
}

// The same where they fail only after exploring.
func TestWhomRatesFailIsNamed(t *testing.T) {
	p := shore(false)
	p.Screen = func(of Experiment) (Experiment, error) { return flaw{of.(near)}, nil }
	o, err := Run(t.Context(), p, usual())
	if err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(o.Warnings, "\n"); !strings.Contains(text, "replication 0: node.a: is gone") {
		t.Errorf("warns %q", text)
	}
}
