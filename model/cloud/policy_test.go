package cloud

import (
	"context"
	"strings"
	"testing"

	"headroom/model/placement"
	"headroom/model/scaling"
	"headroom/sim"
	"headroom/sim/rng"
)

// scripted is a policy that does what a test says. It records what it was shown.
type scripted struct {
	mechanism scaling.Mechanism
	every     sim.Time // it wakes at the multiples; 0: never
	decide    func(scaling.View) scaling.Decision
	seen      *[]scaling.View
	fault     error
}

func (s scripted) Validate() []error {
	if s.fault != nil {
		return []error{s.fault}
	}
	return nil
}

func (s scripted) Mechanism() scaling.Mechanism { return s.mechanism }

func (s scripted) New(scaling.Setup) scaling.Policy { return s }

func (s scripted) Decide(v scaling.View) scaling.Decision {
	if s.seen != nil {
		*s.seen = append(*s.seen, v)
	}
	return s.decide(v)
}

func (s scripted) Wake(now sim.Time) (sim.Time, bool) {
	if s.every == 0 {
		return 0, false
	}
	return now - now%s.every + s.every, true
}

// silence is the answer of a policy that only looks.
func silence(scaling.View) scaling.Decision { return scaling.Decision{} }

func TestPolicyIsWokenAndSeesItsMetric(t *testing.T) {
	cfg := composite()
	cfg.Alarms = nil
	cfg.PublicationDelay = 30 * sim.Second
	asked := 0
	look := func(v scaling.View) scaling.Decision {
		asked++
		now := sim.Time(asked) * 90 * sim.Second
		if v.Now != now || v.Breach != scaling.Woken || v.Desired != 2 || v.Base != 2 || !v.HasMetric {
			t.Errorf("asked at %v: %+v", now, v)
		}
		cpu, requests := v.History[0], v.History[1]
		if want := min(3, int((now-30*sim.Second)/sim.Minute)); cpu.Len() != want {
			t.Errorf("at %v: %d datapoints of CPU, want %d: 30 s late, and 3 at most", now, cpu.Len(), want)
		}
		newest := cpu.Latest()
		if until := (now - 30*sim.Second) / sim.Minute * sim.Minute; newest.Until != until || newest.From != until-sim.Minute {
			t.Errorf("at %v: the newest datapoint is of %v..%v, want up to %v", now, newest.From, newest.Until, until)
		}
		if newest.Value != v.Metric || v.Metric < 39.9 || v.Metric > 40.1 { // 80/s of 10 ms on two
			t.Errorf("at %v: CPU %v and %v, want 40", now, newest.Value, v.Metric)
		}
		if last := requests.Latest(); requests.Len() > 0 && (last.Value < 9599 || last.Value > 9601) {
			t.Errorf("at %v: %v requests in two minutes, want 9600", now, last.Value)
		}
		return scaling.Decision{}
	}
	cfg.Groups[0].Policies = []ScalingPolicy{{
		Name: "mine",
		Spec: scripted{every: 90 * sim.Second, decide: look, mechanism: scaling.Mechanism{History: 3}},
		Inputs: []Input{
			{Metric: Metric{Kind: CPUUtilization, Statistic: Average}, Period: sim.Minute},
			{Metric: Metric{Kind: RequestCount, Statistic: Sum}, Period: 2 * sim.Minute},
		},
	}}
	w := must(New(cfg, 0))
	until(t, w, 8*sim.Minute, 20011)
	if asked != 5 {
		t.Errorf("asked %d times in 8 minutes, want every 90 s: 5", asked)
	}
}

// A raised floor holds back every other policy, and max stays raised.
func TestFloorHoldsUntilThePolicyActsAgain(t *testing.T) {
	cfg := baseConfig()
	g := cfg.addGroup(1, 6, 2)
	floor := func(v scaling.View) scaling.Decision {
		switch v.Now {
		case 10 * sim.Minute:
			return scaling.Decision{Acts: true, Wanted: v.Desired, Floor: 8, Max: 9}
		case 20 * sim.Minute:
			return scaling.Want(v.Desired)
		}
		return scaling.Decision{}
	}
	g.Policies = []ScalingPolicy{
		{Name: "floor", Spec: scripted{every: 5 * sim.Minute, decide: floor}},
		{Name: "in", Spec: scripted{every: sim.Minute, decide: func(v scaling.View) scaling.Decision { return v.Lower(v.Desired - 1) }}},
	}
	w := must(New(cfg, 0))
	for _, step := range []struct {
		at                  sim.Time
		desired, least, max int
	}{{1, 1, 1, 6}, {9, 1, 1, 6}, {10, 8, 8, 9}, {15, 8, 8, 9}, {20, 8, 1, 9}, {21, 7, 1, 9}, {30, 1, 1, 9}} {
		until(t, w, step.at*sim.Minute, 1)
		g := groupNow(w)
		if g.Desired != step.desired || g.Least != step.least || g.Max != step.max {
			t.Errorf("after %d min: desired %d of %d..%d, want %d of %d..%d",
				step.at, g.Desired, g.Least, g.Max, step.desired, step.least, step.max)
		}
	}
}

// The mechanism is the spec's: the same decision waits for a cooldown or does not.
func TestMechanismDecidesWhoWaits(t *testing.T) {
	for _, cooldown := range []bool{true, false} {
		cfg := baseConfig()
		g := cfg.addGroup(1, 20, 1)
		g.Policies = []ScalingPolicy{{Name: "out", Spec: scripted{
			every:     sim.Minute,
			mechanism: scaling.Mechanism{Cooldown: cooldown, CooldownTime: 150 * sim.Second, Warms: true, WarmupTime: 10 * sim.Minute},
			decide:    func(v scaling.View) scaling.Decision { return scaling.Want(v.Desired + 1) },
		}}}
		w := must(New(cfg, 0))
		until(t, w, 10*sim.Minute, 1)
		// An instance is pending for 90 s: out at 1, 5 and 9 min with the cooldown.
		want := map[bool]int{true: 4, false: 11}[cooldown]
		if got := groupNow(w).Desired; got != want {
			t.Errorf("cooldown %v: desired %d after ten minutes, want %d", cooldown, got, want)
		}
		if got := groupNow(w).Base; got != 1 {
			t.Errorf("cooldown %v: %d instances count, want 1: the others warm up", cooldown, got)
		}
	}
}

func TestLastAnswerOfAWakerCounts(t *testing.T) {
	cfg := baseConfig()
	g := cfg.addGroup(1, 20, 1)
	var seen []scaling.View
	g.Policies = []ScalingPolicy{{Name: "mine", Spec: scripted{every: 10 * sim.Minute, decide: silence, seen: &seen}}}
	cfg.alwaysInAlarm() // asks every minute, and each time it names the same next instant
	w := must(New(cfg, 0))
	until(t, w, 30*sim.Minute, 1)
	woken := 0
	for _, v := range seen {
		if v.Breach == scaling.Woken {
			woken++
			if v.Now%(10*sim.Minute) != 0 {
				t.Errorf("woken at %v", v.Now)
			}
		}
	}
	if woken != 3 || len(seen) < 30 {
		t.Errorf("woken %d times and asked %d times in half an hour, want 3 and by the alarm every minute", woken, len(seen))
	}
}

func TestUnsoundPoliciesAreRefused(t *testing.T) {
	for _, tc := range []struct {
		policy ScalingPolicy
		want   string
	}{
		{ScalingPolicy{}, "autoscaling_group.web.policy.0: must have a spec"},
		{ScalingPolicy{Spec: scripted{fault: context.Canceled}}, "autoscaling_group.web.policy.0: context canceled"},
		{ScalingPolicy{Spec: scripted{}, Inputs: []Input{{}}}, "autoscaling_group.web.policy.0: input 0: period must be above 0"},
	} {
		cfg := baseConfig()
		cfg.addGroup(1, 2, 1).Policies = []ScalingPolicy{tc.policy}
		if _, err := New(cfg, 0); err == nil || !strings.HasPrefix(err.Error(), tc.want) {
			t.Errorf("got %v, want %s", err, tc.want)
		}
	}
}

func TestPolicyDrawsFromAStreamOfItsOwn(t *testing.T) {
	first := func(name string, replication int) uint64 {
		cfg := baseConfig()
		var draws *rng.Stream
		cfg.addGroup(1, 2, 1).Policies = []ScalingPolicy{{Name: name, Spec: drawing{&draws}}}
		must(New(cfg, replication))
		return draws.Uint64()
	}
	a := first("a", 0)
	if first("a", 0) != a || first("b", 0) == a || first("a", 1) == a {
		t.Error("draws do not follow the name of the policy and the replication")
	}
}

// drawing hands its stream out.
type drawing struct{ to **rng.Stream }

func (d drawing) Validate() []error                           { return nil }
func (d drawing) Mechanism() scaling.Mechanism                { return scaling.Mechanism{} }
func (d drawing) New(s scaling.Setup) scaling.Policy          { *d.to = s.Draws; return d }
func (d drawing) Decide(scaling.View) (none scaling.Decision) { return none }

// nowhere finds no host.
type nowhere struct{}

func (nowhere) Choose(placement.Need, *placement.Hosts) (int, bool) { return 0, false }

func TestOwnPlacementGoesByItsName(t *testing.T) {
	for name, want := range map[string]int{"first-fit": 2, "nowhere": 0} {
		cfg := baseConfig()
		cfg.Placements = []placement.Entry{{Name: "nowhere", New: func(placement.Chooser) placement.Policy { return nowhere{} }}}
		cfg.HostPools = []HostPool{{Name: "m5", CPU: 8, MemoryMiB: 32768, PerZone: []int{1, 1}, Placement: name}}
		cfg.addGroup(2, 2, 2).Types[0].Need = Need{Pool: 0, CPU: 2, MemoryMiB: 8192}
		w := must(New(cfg, 0))
		if got := groupNow(w).Capacity; got != want {
			t.Errorf("%s: %d instances at the start, want %d", name, got, want)
		}
	}
	cfg := baseConfig()
	cfg.HostPools = []HostPool{{Name: "m5", Placement: "nowhere"}}
	if _, err := New(cfg, 0); err == nil {
		t.Error("a placement that does not exist was accepted")
	}
}
