package routing

import (
	"errors"
	"fmt"
)

// Limits of a forward action of an Application Load Balancer.
const (
	MaxTargetGroups = 5
	MaxWeight       = 999
)

// Weighted divides requests in proportion to whole weights by smooth weighted
// round robin: each turn every choice gains its weight, the one with the most
// is taken (the lowest number among equals) and pays the sum of the weights.
// Over a cycle of sum-of-weights turns the shares are exact, and picks of one
// choice are spread through the cycle. A pick costs a pass over the choices.
type Weighted struct {
	weights []int
	current []int
	total   int
}

// NewWeighted returns a rotation among len(weights) choices.
func NewWeighted(weights ...int) *Weighted {
	w := &Weighted{weights: make([]int, len(weights)), current: make([]int, len(weights))}
	for i, weight := range weights {
		w.SetWeight(i, weight)
	}
	return w
}

// SetWeight changes the weight of a choice; the rotation goes on.
func (w *Weighted) SetWeight(choice, weight int) {
	if weight < 0 {
		panic("routing: negative weight")
	}
	w.total += weight - w.weights[choice]
	w.weights[choice] = weight
	if weight == 0 {
		w.current[choice] = 0
	}
}

// Next returns the choice whose turn it is, or false if all weights are 0. A
// choice of weight 0 has no turn.
func (w *Weighted) Next() (choice int, ok bool) {
	if len(w.weights) == 1 || w.total == 0 {
		return 0, w.total != 0
	}
	return w.turn(), true
}

// turn gives a choice its turn. One has a weight.
func (w *Weighted) turn() (choice int) {
	choice = -1
	for i, weight := range w.weights {
		if weight == 0 {
			continue
		}
		w.current[i] += weight
		if choice < 0 || w.current[i] > w.current[choice] {
			choice = i
		}
	}
	w.current[choice] -= w.total
	return choice
}

// ValidateWeights returns what a forward action to target groups with these
// weights breaks of these limits.
func ValidateWeights(weights []int) error {
	var faults []error
	if n := len(weights); n < 1 || n > MaxTargetGroups {
		faults = append(faults, fmt.Errorf("target groups must number 1 to %d, got %d", MaxTargetGroups, n))
	}
	for i, weight := range weights {
		if weight < 0 || weight > MaxWeight {
			faults = append(faults, fmt.Errorf("weight of target group %d must be 0 to %d, got %d", i+1, MaxWeight, weight))
		}
	}
	return errors.Join(faults...)
}

// Weight returns the weight of a choice.
func (w *Weighted) Weight(choice int) int { return w.weights[choice] }
