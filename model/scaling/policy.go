package scaling

import (
	"fmt"
	"math"

	"headroom/sim"
)

// Policy is one dynamic scaling policy of a group.
type Policy interface {
	// Decide answers an alarm of the policy: the capacity it wants, in units,
	// and whether it answers at all. The answer lies within the signal's limits
	// if the desired capacity does, and may equal the desired capacity, which
	// holds back the scale-in of another policy. A policy that does not act
	// returns the desired capacity.
	Decide(Signal) (wanted int, acts bool)
}

// Spec is a policy as a user configures it: immutable, shared by replications.
type Spec interface {
	Policy
	// Validate returns all faults of the spec, none when it is sound.
	Validate() []error
}

// Signal is what a policy may know about its group at one decision. Capacities
// are in units: instances, or their weights.
type Signal struct {
	Breach            Breach
	Desired, Min, Max int
	Base              int     // capacity InService and past warm-up
	Metric            float64 // newest datapoint
	HasMetric         bool
	Threshold         float64 // of the alarm; target tracking has its own
	Warming           bool    // an instance that a rise of desired launched is pending or warming
}

// Breach says which alarm of a policy fired.
type Breach uint8

// Breaches.
const (
	High Breach = iota + 1 // the metric is above
	Low                    // the metric is below
)

// String returns the breach in one word.
func (b Breach) String() string { return [...]string{"", "high", "low"}[b] }

// raise returns the outcome of a policy that proposes more capacity: warming
// instances are inside desired, so that it never falls.
func (s Signal) raise(proposed int) (int, bool) {
	return max(s.Desired, min(proposed, s.Max)), true
}

// lower returns the outcome of a policy that proposes less capacity: none while
// an earlier rise is still warming.
func (s Signal) lower(proposed int) (int, bool) {
	if s.Warming {
		return s.Desired, false
	}
	return min(s.Desired, max(proposed, s.Min)), true
}

// Unset marks an optional duration that the group's default replaces.
const Unset sim.Time = -1

// Kind is a line of the table of scaling policies.
type Kind struct {
	Name        string // AWS's policy type
	Description string
	Example     Spec // a sound one
}

// Policies returns the table of dynamic scaling policies.
func Policies() []Kind {
	return []Kind{
		{
			"TargetTrackingScaling", "keeps a metric near a target: proportional out, gradual in",
			TargetTracking{Target: 50, LowFactor: LowFactorDefault, ScaleIn: Proportional, Cadence: LegacyCadence()},
		},
		{
			"StepScaling", "changes capacity by how far the metric is beyond the threshold",
			Step{
				Type: PercentChangeInCapacity, EstimatedInstanceWarmup: Unset,
				Steps: []StepAdjustment{{0, 10, 10}, {10, math.Inf(1), 30}},
			},
		},
		{
			"SimpleScaling", "changes capacity by one amount, then waits for the cooldown",
			Simple{Type: ChangeInCapacity, Adjustment: 2, Cooldown: Unset},
		},
	}
}

// faults collects what is wrong with a spec.
type faults []error

// add records a fault of the field with that key.
func (f *faults) add(key, format string, args ...any) {
	*f = append(*f, fmt.Errorf(key+": "+format, args...))
}
