package search

import (
	"context"
	"fmt"
	"testing"

	"headroom/model"
	"headroom/sim/rng"
)

// stormy is a candidate that half of all evenings spoil, but none of the three on which candidates are explored: the cheaper
// it is, the more.
type stormy struct{ index int }

const stormLimit = 1

func (s stormy) price() float64 {
	if s.safe() {
		return 3
	}
	return 1 + 0.02*float64(s.index)
}

// safe is one that is far from the limit, and dear.
func (s stormy) safe() bool { return s.index >= 50 }

// spoilt is by how much a stormy evening does.
func (s stormy) spoilt() float64 { return max(0, 3-0.1*float64(s.index)) }

func (s stormy) keeps() bool { return 0.8+s.spoilt()/2 < stormLimit }

func (stormy) Keys() (keys, units []string) {
	return []string{"cost.total", "latency.mean"}, []string{"$", "s"}
}

func (s stormy) Replicate(_ context.Context, replication int) ([]float64, error) {
	own, evening := rng.New(1, replication, fmt.Sprint("own/", s.index)), rng.New(1, replication, "storm")
	latency := 0.8 + 0.02*(own.Uniform()-0.5)
	if s.safe() {
		latency -= 0.6
	}
	calm := 2 * usual().MaxReplications // the first of exploring
	if storm := evening.Uniform() < 0.5; storm && (replication < calm || replication >= calm+exploring) {
		latency += s.spoilt()
	}
	return []float64{s.price(), latency}, nil
}

// What calm evenings hid of the cheapest is not held against the others: neither are they left out for what would spoil
// only that one, nor are those confirmed that only seemed good.
func TestAnAnchorsLuckIsNotThatOfAll(t *testing.T) {
	const candidates = 60
	p := &Problem{
		Candidates: candidates, Minimize: "cost.total", Thresholds: []model.Threshold{{Key: "latency.mean", Operator: "<", Limit: stormLimit}},
		Build:      func(c int) (Experiment, error) { return stormy{c}, nil },
		Screen:     func(of Experiment) (Experiment, error) { return of, nil },
		Features:   func(c int) []float64 { return []float64{float64(c) / candidates} },
		Neighbours: func(c int) []int { return []int{max(0, c-1), min(candidates-1, c+1)} },
	}
	o, err := Run(t.Context(), p, usual())
	if err != nil || o.Best == nil {
		t.Fatalf("%v, recommends nothing", err)
	}
	least := stormy{0}
	for !least.keeps() {
		least.index++
	}
	if best := (stormy{o.Best.Index}); !best.keeps() || best.price() > 1.1*least.price() {
		t.Errorf("recommends %d for $%.2f, which keeps the limit: %t; the cheapest that does costs $%.2f", best.index, best.price(), best.keeps(), least.price())
	}
	t.Logf("%d for $%.2f of $%.2f; %d tried, %d replications", o.Best.Index, o.Best.Cost.Value, least.price(), len(o.Tried), o.Replications)
}

// near is one of many whose expectation is the limit.
type near struct{ index int }

func (near) Keys() (keys, units []string) { return stormy{}.Keys() }

func (n near) Replicate(_ context.Context, replication int) ([]float64, error) {
	own := rng.New(2, replication, fmt.Sprint("own/", n.index))
	return []float64{1 + 0.02*float64(n.index), stormLimit * (0.98 + 0.04*own.Uniform())}, nil
}

// Where all candidates are at a limit there is always another to confirm: a screened search ends nevertheless, and says
// that it has not decided.
func TestScreenedSearchEndsWhereManyAreNearALimit(t *testing.T) {
	const candidates = 60
	p := &Problem{
		Candidates: candidates, Minimize: "cost.total", Thresholds: []model.Threshold{{Key: "latency.mean", Operator: "<", Limit: stormLimit}},
		Build:      func(c int) (Experiment, error) { return near{c}, nil },
		Screen:     func(of Experiment) (Experiment, error) { return of, nil },
		Features:   func(c int) []float64 { return []float64{float64(c) / candidates} },
		Neighbours: func(c int) []int { return []int{max(0, c-1), min(candidates-1, c+1)} },
	}
	o, err := Run(t.Context(), p, usual())
	if err != nil {
		t.Fatal(err)
	}
	tried, compared := 0, o.Replications-o.Screened
	for _, c := range o.Tried {
		if c.From == Confirming {
			tried++
		}
	}
	if o.Best != nil || o.Decided || tried > mostAttempts || len(o.Warnings) == 0 || o.Compared > 0 {
		t.Errorf("recommends %v, decided: %t, tried to confirm %d, compared %d, warns %q; want none, undecided, at most %d, 0, a warning",
			o.Best, o.Decided, tried, o.Compared, o.Warnings, mostAttempts)
	}
	t.Logf("%d tried to confirm, %d replications by requests", tried, compared)
}
