package health

import (
	"testing"

	"headroom/sim"
)

// change is a change of state and when it is observed.
type change struct {
	at    sim.Time
	state State
}

// failureCounts is when a check sent at an instant is observed as failed, as the data plane does it.
func (c Check) failureCounts(sent sim.Time, hangs bool) sim.Time {
	if hangs {
		return sent + c.Timeout
	}
	return sent
}

// next is the first check after now of a target registered at that instant.
func (c Check) next(registered, now sim.Time) sim.Time {
	return registered + ((now-registered)/c.Interval+1)*c.Interval
}

// watch runs the checks of a target that was registered at that instant, until
// the end. Up says whether the target answers; while not, its checks fail so.
func watch(counter *Counter, registered, end sim.Time, up func(sim.Time) bool, hangs bool) (changes []change) {
	check := Default(ALB)
	for at := check.next(registered, registered); at <= end; at = check.next(registered, at) {
		seen := at
		if !up(at) {
			seen = check.failureCounts(at, hangs)
		}
		if counter.Observe(up(at)) {
			changes = append(changes, change{seen, counter.State()})
		}
	}
	return changes
}

func TestDetectionTakesThresholdAndTimeout(t *testing.T) {
	up := func(now sim.Time) bool { return now <= 0 || now >= 70*sim.Second }
	for _, tt := range []struct {
		hangs     bool
		unhealthy sim.Time
	}{{false, 60 * sim.Second}, {true, 65 * sim.Second}} {
		counter := NewCounter(Default(ALB))
		counter.Observe(true) // healthy before t=0
		changes := watch(&counter, 0, 300*sim.Second, up, tt.hangs)
		want := []change{{tt.unhealthy, Unhealthy}, {210 * sim.Second, Healthy}}
		if len(changes) != 2 || changes[0] != want[0] || changes[1] != want[1] {
			t.Errorf("hangs %v: got %v, want %v", tt.hangs, changes, want)
		}
	}
}

func TestNewTargetNeedsOneSuccess(t *testing.T) {
	counter := NewCounter(Default(ALB))
	always := func(sim.Time) bool { return true }
	changes := watch(&counter, 100*sim.Second, 300*sim.Second, always, false)
	if len(changes) != 1 || changes[0] != (change{130 * sim.Second, Healthy}) {
		t.Errorf("got %v, want healthy at 130 s", changes)
	}
}

func TestOutcomesMustComeInARow(t *testing.T) {
	counter := NewCounter(Check{HealthyThreshold: 3, UnhealthyThreshold: 2})
	for i, tt := range []struct {
		outcomes string // + success, - failure
		want     State
	}{
		{"-", Initial}, {"+", Healthy},
		{"-+-+-", Healthy}, {"-", Unhealthy},
		{"++-++", Unhealthy}, {"+", Healthy},
		{"--", Unhealthy},
	} {
		for _, outcome := range tt.outcomes {
			before := counter.State()
			if changed := counter.Observe(outcome == '+'); changed != (counter.State() != before) {
				t.Errorf("step %d: changed is %v from %v to %v", i, changed, before, counter.State())
			}
		}
		if counter.State() != tt.want {
			t.Fatalf("step %d: after %q got %v, want %v", i, tt.outcomes, counter.State(), tt.want)
		}
	}
}

func TestNewTargetThatFailsBecomesUnhealthyAndThenNeedsTheThreshold(t *testing.T) {
	counter := NewCounter(Default(ALB))
	counter.Observe(false)
	if !counter.Observe(false) || counter.State() != Unhealthy {
		t.Fatalf("got %v, want unhealthy after 2 failures", counter.State())
	}
	for range 4 {
		counter.Observe(true)
	}
	if counter.State() != Unhealthy || !counter.Observe(true) || counter.State() != Healthy {
		t.Errorf("got %v, want healthy after the 5th success", counter.State())
	}
}

func TestTargetGroupHealth(t *testing.T) {
	half := Minimum{Percent: 50}
	for _, tt := range []struct {
		minimum             Minimum
		healthy, registered int
		want                bool
	}{
		{half, 4, 10, true}, {half, 5, 10, false}, {half, 14, 20, false},
		{Minimum{Count: 3, Percent: 10}, 2, 4, true},
		{Minimum{}, 0, 4, false},
	} {
		if got := tt.minimum.Breached(tt.healthy, tt.registered); got != tt.want {
			t.Errorf("%+v, %d of %d: got %v, want %v", tt.minimum, tt.healthy, tt.registered, got, tt.want)
		}
	}
	usual := DefaultGroup()
	if !usual.FailOpen(0, 3) || usual.FailOpen(1, 3) || usual.FailOpen(0, 0) {
		t.Error("want fail open exactly when none of some targets is healthy")
	}
	if !usual.Leaves(0, 3) || usual.Leaves(1, 3) || !usual.Leaves(0, 0) || (Group{Routing: usual.Routing}).Leaves(0, 0) {
		t.Error("want a zone to leave DNS exactly when none of its targets is healthy, or never")
	}
}

func TestMinimumsOfDNSAreNotBelowThoseOfRouting(t *testing.T) {
	for _, tt := range []struct {
		group Group
		sound bool
	}{
		{DefaultGroup(), true},
		{Group{Minimum{}, Minimum{Count: 1}}, true},
		{Group{Minimum{Count: 2, Percent: 50}, Minimum{Count: 2, Percent: 50}}, true},
		{Group{Minimum{Count: 1}, Minimum{Count: 2}}, false},
		{Group{Minimum{Percent: 49}, Minimum{Count: 1, Percent: 50}}, false},
		{Group{Minimum{Count: 1}, Minimum{}}, false},
		{Group{Minimum{Count: 1001}, Minimum{Count: 1}}, false},
		{Group{Minimum{Count: 1, Percent: 101}, Minimum{Count: 1}}, false},
	} {
		if err := tt.group.Validate(); (err == nil) != tt.sound {
			t.Errorf("%+v: got %v, want sound: %v", tt.group, err, tt.sound)
		}
	}
}

func TestTimeoutIsShorterThanTheInterval(t *testing.T) {
	for kind := ALB; kind <= GWLB; kind++ {
		if !Default(kind).Fits(kind) {
			t.Errorf("the default of kind %d does not fit", kind)
		}
	}
	equal := Check{Interval: 10 * sim.Second, Timeout: 10 * sim.Second}
	if !equal.Fits(GWLB) || equal.Fits(ALB) || equal.Fits(NLB) {
		t.Error("want a timeout equal to the interval to fit at a Gateway Load Balancer alone")
	}
	if longer := (Check{Interval: 10 * sim.Second, Timeout: 10*sim.Second + 1}); longer.Fits(GWLB) {
		t.Error("a timeout longer than the interval fits")
	}
}
