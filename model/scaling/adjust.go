package scaling

import (
	"fmt"
	"math"
)

// AdjustmentType says what the number of a step or simple policy means.
type AdjustmentType uint8

// Adjustment types.
const (
	ChangeInCapacity        AdjustmentType = iota + 1 // units to add
	ExactCapacity                                     // units to have
	PercentChangeInCapacity                           // percent to add
)

// adjustmentNames are AWS's names by AdjustmentType.
var adjustmentNames = [...]string{"", "ChangeInCapacity", "ExactCapacity", "PercentChangeInCapacity"}

// String returns AWS's name of the type.
func (a AdjustmentType) String() string { return adjustmentNames[a] }

// ParseAdjustmentType returns the type of AWS's name.
func ParseAdjustmentType(name string) (AdjustmentType, error) {
	for a := ChangeInCapacity; a <= PercentChangeInCapacity; a++ {
		if adjustmentNames[a] == name {
			return a, nil
		}
	}
	return 0, fmt.Errorf("unknown adjustment type %q", name)
}

// adjustment is one number with its meaning.
type adjustment struct {
	kind         AdjustmentType
	amount       int
	minMagnitude int // of a percent change; 0: none
}

// apply returns the outcome of changing base by the adjustment:
// desired follows the proposal, but only in the direction of the change.
func (a adjustment) apply(s Signal, base int) (int, bool) {
	var proposed, delta int
	switch a.kind {
	case ChangeInCapacity:
		delta = a.amount
		proposed = base + delta
	case PercentChangeInCapacity:
		delta = percentOf(base, a.amount, a.minMagnitude)
		proposed = base + delta
	case ExactCapacity:
		proposed = a.amount
		delta = proposed - s.Desired
	default:
		panic("scaling: unknown adjustment type")
	}
	switch {
	case delta > 0:
		return s.raise(proposed)
	case delta < 0:
		return s.lower(proposed)
	default:
		return s.Desired, true
	}
}

// validate adds the faults of the adjustment under the key of its number.
func (a adjustment) validate(f *faults, key string) {
	if a.kind == ExactCapacity && a.amount < 0 {
		f.add(key, "must not be negative with ExactCapacity, got %d", a.amount)
	}
}

// validateKind adds the faults of an adjustment's type and least magnitude.
func (a adjustment) validateKind(f *faults) {
	if a.kind < ChangeInCapacity || a.kind > PercentChangeInCapacity {
		f.add("adjustment_type", "must be one of the three adjustment types, got %d", a.kind)
	}
	switch {
	case a.minMagnitude < 0:
		f.add("min_adjustment_magnitude", "must not be negative, got %d", a.minMagnitude)
	case a.minMagnitude > 0 && a.kind != PercentChangeInCapacity:
		f.add("min_adjustment_magnitude", "needs adjustment_type PercentChangeInCapacity")
	}
}

// percentOf returns percent of base, rounded toward zero but never to zero, and
// of at least that magnitude. 0 percent is 0.
func percentOf(base, percent, minMagnitude int) int {
	hundredths := base * percent
	delta := hundredths / 100
	if delta == 0 && hundredths != 0 {
		delta = 1
		if hundredths < 0 {
			delta = -1
		}
	}
	switch {
	case percent > 0:
		return max(delta, minMagnitude)
	case percent < 0:
		return min(delta, -minMagnitude)
	default:
		return 0
	}
}

// roundingSlack is taken off before a computed capacity is rounded up,
// for what floats add to a whole number.
const roundingSlack = 1e-9

// largestCapacity bounds a computed capacity, far beyond any group's limit.
const largestCapacity = 1 << 30

// ceil rounds a computed capacity up, held to [0, largestCapacity].
func ceil(capacity float64) int {
	return int(max(0, min(math.Ceil(capacity-roundingSlack), largestCapacity)))
}
