package search

import (
	"context"
	"fmt"
	"math"
	"testing"

	"headroom/model"
	"headroom/sim/rng"
)

// slope is candidates that cost the more, and take the less time, the larger their number: what a surrogate soon knows.
type slope struct{ index int }

func (s slope) Keys() (keys, units []string) {
	return []string{"cost.total", "latency.mean"}, []string{"usd", "s"}
}

func (s slope) Replicate(_ context.Context, replication int) ([]float64, error) {
	own := rng.New(3, replication, fmt.Sprint("own/", s.index))
	luck := own.Uniform() - 0.5
	return []float64{1 + 0.01*float64(s.index), math.Exp(-float64(s.index)/100) * (1 + 0.01*luck)}, nil
}

// By rates no round is played that promises nothing, and by requests some are: both find the cheapest that keeps the limit.
func TestByRatesNothingIsTriedThatPromisesNothing(t *testing.T) {
	const candidates = 400
	p := &Problem{
		Candidates: candidates, Minimize: "cost.total", Thresholds: []model.Threshold{{Key: "latency.mean", Operator: "<", Limit: 0.2}},
		Build:      func(c int) (Experiment, error) { return slope{c}, nil },
		Features:   func(c int) []float64 { return []float64{float64(c) / candidates} },
		Neighbours: func(c int) []int { return []int{max(0, c-1), min(candidates-1, c+1)} },
	}
	requests, err := Run(t.Context(), p, usual())
	if err != nil {
		t.Fatal(err)
	}
	p.Screen = func(of Experiment) (Experiment, error) { return of, nil }
	rates, err := Run(t.Context(), p, usual())
	if err != nil {
		t.Fatal(err)
	}
	if requests.Best == nil || rates.Best == nil || math.Abs(rates.Best.Cost.Value/requests.Best.Cost.Value-1) > usual().Indifference {
		t.Fatalf("rates and requests recommend %+v and %+v", rates.Best, requests.Best)
	}
	if cheapest := 161; math.Abs(float64(rates.Best.Index-cheapest)) > 6 { // of 2 % of the cost
		t.Errorf("recommends %d, want one near %d", rates.Best.Index, cheapest)
	}
	if few, many := len(rates.Tried), len(requests.Tried); few > many-2*batchSize {
		t.Errorf("tries %d by rates and %d by requests; want two rounds less, at least", few, many)
	}
}
