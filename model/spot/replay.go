package spot

import (
	"fmt"

	"headroom/model"
	"headroom/sim"
)

// Replay publishes the steps of a price history, held to On-Demand: a price above
// it belongs to the bidding era and cannot happen today. It implements [Prices].
type Replay struct {
	steps    []model.PriceStep // later than time 0; shared with the caller, never written
	onDemand float64
	start    float64
	last     float64
}

// NewReplay returns a replay of steps, whose instants count from the start of the
// run and may lie before it: the last step at or before time 0 gives the starting
// price, or else the first step does. Instants must strictly increase and prices
// be positive and finite. The same steps may serve many replays at once.
func NewReplay(steps []model.PriceStep, onDemand float64) (*Replay, error) {
	if !positive(onDemand) {
		return nil, fmt.Errorf("on-demand price: must be positive, got %v", onDemand)
	}
	if len(steps) == 0 {
		return nil, fmt.Errorf("price history: must have at least one step")
	}
	future := 0
	for i, step := range steps {
		if !positive(step.USD) {
			return nil, fmt.Errorf("price history: step %d: price must be positive, got %v", i+1, step.USD)
		}
		if i > 0 && step.At <= steps[i-1].At {
			return nil, fmt.Errorf("price history: step %d: must be later than the step before it (%v), got %v", i+1, steps[i-1].At, step.At)
		}
		if step.At <= 0 {
			future = i + 1
		}
	}
	start := min(steps[max(future-1, 0)].USD, onDemand)
	return &Replay{steps: steps[future:], onDemand: onDemand, start: start, last: start}, nil
}

// Start implements [Prices].
func (r *Replay) Start() float64 { return r.start }

// Next implements [Prices]. Steps that change nothing once they are held to
// On-Demand are passed over.
func (r *Replay) Next() (at sim.Time, usd float64, ok bool) {
	for len(r.steps) > 0 {
		step := r.steps[0]
		r.steps = r.steps[1:]
		if price := min(step.USD, r.onDemand); price != r.last {
			r.last = price
			return step.At, price, true
		}
	}
	return 0, 0, false
}
