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

// meaning says what an adjustment of the type is.
func (a AdjustmentType) meaning() string {
	return [...]string{"", "units to add", "units to have", "percent to add"}[a]
}

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

// apply returns the decision to change base by the adjustment; an exact capacity
// is measured against desired.
func (a adjustment) apply(v View, base int) Decision {
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
		delta = proposed - v.Desired
	default:
		panic("scaling: unknown adjustment type")
	}
	switch {
	case delta > 0:
		return v.Raise(proposed)
	case delta < 0:
		return v.Lower(proposed)
	default:
		return Want(v.Desired)
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
// of at least that magnitude; 12.7 is 12, 0.67 is 1 and -6.67 is -6 (Amazon EC2
// Auto Scaling User Guide, "Scaling adjustment types"). 0 percent is 0.
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

// roundingSlack is taken off before a computed capacity is rounded up: the
// product of two floats may lie a hair above the whole number that it is.
const roundingSlack = 1e-9

// largestCapacity bounds a computed capacity, far beyond any group's limit.
const largestCapacity = 1 << 30

// ceil rounds a computed capacity up, held to [0, largestCapacity].
func ceil(capacity float64) int {
	return int(max(0, min(math.Ceil(capacity-roundingSlack), largestCapacity)))
}
