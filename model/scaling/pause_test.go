package scaling

import (
	"testing"

	"headroom/sim"
)

// AWS's example: 2 tasks were added to 10; while the cooldown runs, a step of 3 adds 1 more,
// and the same again nothing. After it the step adds 3.
func TestWhatWasAddedCountsDuringTheCooldown(t *testing.T) {
	step := func(p *Pause, now sim.Time, desired, by int) int {
		return max(desired, p.Base(now, desired)+by)
	}
	c := Cooldowns{In: 300 * sim.Second, Out: 300 * sim.Second}
	var p Pause
	change := func(now sim.Time, from, to int) {
		p.Begin(now, from, to)
		p.Complete(now+10*sim.Second, c)
	}
	change(0, 10, 12)
	for _, at := range []struct {
		now           sim.Time
		desired, want int
	}{{60 * sim.Second, 12, 13}, {309 * sim.Second, 12, 13}, {310 * sim.Second, 12, 15}} {
		if got := step(&p, at.now, at.desired, 3); got != at.want {
			t.Errorf("at %v a step of 3 makes %d of %d, want %d", at.now, got, at.desired, at.want)
		}
	}
	change(60*sim.Second, 12, 13)
	if got := step(&p, 120*sim.Second, 13, 3); got != 13 {
		t.Errorf("a step of 3 that is no larger makes %d of 13", got)
	}
	if got := step(&p, 370*sim.Second, 13, 3); got != 16 {
		t.Errorf("after the cooldown of the larger step one of 3 makes %d of 13, want 16", got)
	}
}

// A scale-in keeps the policy from another until its cooldown is over, which begins when it
// is complete; a scale-out ends it.
func TestScaleInWaitsForItsCooldown(t *testing.T) {
	var p Pause
	p.Begin(0, 10, 8)
	if until, holds := p.Holds(1000 * sim.Second); !holds || until != sim.Never {
		t.Errorf("a scale-in that is not complete holds until %v, %v", until, holds)
	}
	p.Complete(30*sim.Second, Cooldowns{In: 60 * sim.Second, Out: sim.Hour})
	if until, holds := p.Holds(89 * sim.Second); !holds || until != 90*sim.Second {
		t.Errorf("it holds until %v, %v, want 90 s", until, holds)
	}
	if _, holds := p.Holds(90 * sim.Second); holds {
		t.Error("it holds at the end of the cooldown")
	}
	if got := p.Base(40*sim.Second, 8); got != 8 {
		t.Errorf("after a scale-in policies compute from %d, want 8", got)
	}
	p.ScaledOut()
	if _, holds := p.Holds(40 * sim.Second); holds {
		t.Error("it holds after a scale-out")
	}
	p.Begin(0, 8, 12)
	p.ScaledOut()
	if _, holds := p.Holds(1); holds || p.Base(1, 12) != 8 {
		t.Error("a scale-out ends the cooldown of one, or holds scale-in")
	}
}

// Managed scaling wants M instances at 100 %, as many more as its steps allow and at most half
// fewer, and its target percentage leaves some free.
func TestManagedScaling(t *testing.T) {
	usual := Managed{Target: 100, MinStep: 1, MaxStep: 10_000}
	for _, c := range []struct {
		policy  Managed
		breach  Breach
		n       int
		percent float64
		want    int
	}{
		{usual, High, 10, 150, 15},
		{usual, High, 0, 200, 1},
		{Managed{Target: 100, MinStep: 4, MaxStep: 9}, High, 0, 200, 4},
		{Managed{Target: 100, MinStep: 1, MaxStep: 3}, High, 10, 150, 13},
		{Managed{Target: 100, MinStep: 7, MaxStep: 9}, High, 10, 120, 17},
		{Managed{Target: 80, MinStep: 1, MaxStep: 9}, High, 8, 100, 10},
		{usual, Low, 10, 60, 6},
		{usual, Low, 10, 40, 5},
		{usual, Low, 3, 0, 2},
		{usual, Low, 1, 0, 0},
	} {
		v := View{Desired: c.n, Max: 100, Breach: c.breach, Metric: c.percent, HasMetric: true}
		if d := c.policy.Decide(v); !d.Acts || d.Wanted != c.want {
			t.Errorf("%+v at %v %% of %d wants %+v, want %d", c.policy, c.percent, c.n, d, c.want)
		}
	}
	if faults := (Managed{Target: 101, MinStep: 3, MaxStep: 2}).Validate(); len(faults) != 2 {
		t.Errorf("faults are %v, want two", faults)
	}
}
