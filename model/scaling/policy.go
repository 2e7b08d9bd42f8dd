package scaling

import (
	"fmt"
	"time"

	"headroom/sim"
	"headroom/sim/rng"
)

// Spec is a policy as a user configures it: immutable, shared by replications.
type Spec interface {
	// Validate returns all faults of the spec, none when it is sound.
	Validate() []error
	// Mechanism says how the group treats the policy.
	Mechanism() Mechanism
	// New returns the policy for one group in one run. A spec whose policy has
	// no state may return itself.
	New(Setup) Policy
}

// Policy decides for one group in one run. It may keep state from one decision
// to the next, and draws only from the stream of its [Setup].
type Policy interface {
	// Decide answers an alarm of the policy, or its own [Waker]. The wanted
	// capacity, in units, lies within the view's limits if the desired capacity
	// does, and may equal the desired capacity, which holds back the scale-in of
	// another policy.
	Decide(View) Decision
}

// Waker is a [Policy] that decides at instants of its own, beside its alarms.
type Waker interface {
	// Wake returns the next instant, after now, at which the policy wants to
	// decide, and false if it waits for its alarms only. It is asked at the start
	// of a run and after each decision of the policy, also one that its cooldown
	// prevented, and its last answer counts. An instant that is not after now would
	// stop the clock: the cloud panics.
	Wake(now sim.Time) (next sim.Time, ok bool)
}

// Setup is what a new policy may know.
type Setup struct {
	Start time.Time   // calendar instant of time 0
	Draws *rng.Stream // the policy's own
}

// Mechanism is what a group does around a policy.
type Mechanism struct {
	// Cooldown lets the policy decide only while no activity of its group is in
	// progress and no cooldown runs. CooldownTime is that of its own changes;
	// Unset: the group's default.
	Cooldown     bool
	CooldownTime sim.Time
	// Warms makes instances that the policy launches count only after a warm-up of
	// WarmupTime; Unset: the group's default.
	Warms      bool
	WarmupTime sim.Time
	// Unanimous lets the group scale in by this policy only if all its unanimous
	// policies want to.
	Unanimous bool
	// Fresh ignores alarms on a datapoint that led to a change already and, for a
	// scale-in, on one whose period began before the last change.
	Fresh bool
	// Alarms are those that the policy brings along, on a metric that the user
	// names; nil: it answers alarms of the user.
	Alarms []Alarm
	// History is how many datapoints of each of its inputs the policy looks back
	// on; 0: the newest.
	History int
	// RaisesMax says that the policy may raise the max of its group.
	RaisesMax bool
	// Reservation is how many percent of the group's instances the policy wants to be
	// in use by tasks: its metric, CapacityProviderReservation, counts the instances
	// that they need by it. 0: the policy has nothing to do with tasks.
	Reservation float64
}

// Alarm is the shape of an alarm that a policy brings along: all of so many
// datapoints must be above the threshold, or below it for a Low one. With basic
// monitoring the metrics of a group have periods of 300 s instead.
type Alarm struct {
	Side      Breach
	Threshold float64
	Periods   int
	Period    sim.Time
}

// View is what a policy may know about its group at one decision. Capacities
// are in units: instances, or their weights.
type View struct {
	Now               sim.Time
	Breach            Breach
	Desired, Min, Max int
	Base              int     // capacity InService and past warm-up
	Metric            float64 // newest datapoint: of the alarm, or of the first input
	HasMetric         bool
	Threshold         float64 // of the alarm; target tracking has its own
	Warming           bool    // an instance that a rise of desired launched is pending or warming
	// History is what the policy has seen of each of its inputs, in their order.
	History []History
}

// Breach says why a policy is asked.
type Breach uint8

// Breaches.
const (
	High  Breach = iota + 1 // the metric of an alarm is above
	Low                     // the metric of an alarm is below
	Woken                   // no alarm: the policy asked for this instant
)

// String returns the breach in one word.
func (b Breach) String() string { return [...]string{"", "high", "low", "woken"}[b] }

// Decision is what a policy wants of its group. The zero value is no answer.
type Decision struct {
	Acts   bool // false: the other fields mean nothing
	Wanted int
	// Floor is the least capacity of the group from now on, until the policy acts
	// again; 0: none. No other policy scales in below it.
	Floor int
	// Max raises the group's largest capacity for good; 0: leaves it.
	Max int

	// What the history of a group says of a decision. Beyond is what the policy
	// would want without the limit Max of the view, if that is more; Below, that it
	// would want less than the limit Min; Held, that it would scale in but waits
	// for a warm-up, to Wanted.
	Beyond      int
	Below, Held bool
	// Said is what the policy says for itself, in words; "": nothing.
	Said string
}

// Want is the decision for a capacity, whatever warms.
func Want(capacity int) Decision { return Decision{Acts: true, Wanted: capacity} }

// Raise is the decision of a policy that proposes more capacity: warming
// instances are inside desired, so that it never falls.
func (v View) Raise(proposed int) Decision {
	d := Want(max(v.Desired, min(proposed, v.Max)))
	if proposed > v.Max {
		d.Beyond = proposed
	}
	return d
}

// Lower is the decision of a policy that proposes less capacity: none while an
// earlier rise is still warming, as AWS prescribes for step scaling and target
// tracking ("scale-in is blocked until the warm-up finishes", Amazon EC2 Auto
// Scaling User Guide).
func (v View) Lower(proposed int) Decision {
	d := Want(min(v.Desired, max(proposed, v.Min)))
	d.Below = proposed < v.Min
	if v.Warming {
		d.Acts, d.Held = false, true
	}
	return d
}

// Unset marks an optional duration that the group's default replaces.
const Unset sim.Time = -1

// faults collects what is wrong with a spec.
type faults []error

// add records a fault of the field with that key.
func (f *faults) add(key, format string, args ...any) {
	*f = append(*f, fmt.Errorf(key+": "+format, args...))
}

// duration records a fault of an optional duration below 0.
func (f *faults) duration(key string, d sim.Time) {
	if d < 0 && d != Unset {
		f.add(key, "must not be negative, got %v", d)
	}
}
