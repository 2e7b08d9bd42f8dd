package cloud

import (
	"testing"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/sim"
	"headroom/sim/rng"
)

// unreachable is a zone that is lost just after the start and a group that launches
// in 90 s.
func unreachable(elb bool) *Config {
	cfg := baseConfig()
	cfg.LaunchTemplates[0].Launch = LaunchTimes{Pending: must(rng.Fixed(90))}
	cfg.addGroup(2, 6, 6).ELBHealth = elb
	cfg.Faults = []Fault{{Kind: ZoneOutage, At: 1, Duration: must(rng.Fixed(7200)), Zone: 1, Pool: None}}
	return cfg
}

// Two zones with three instances each, one of which is lost: with EC2's checks they
// are impaired at 60 s, tolerated to 240 s and replaced at 240, 360 and 480 s; with
// the load balancer's they are unhealthy at 65 s and replaced at 120, 240 and 360 s.
func TestUnreachableMembersAreReplacedOneAtATime(t *testing.T) {
	for _, test := range []struct {
		elb  bool
		when [3]sim.Time
	}{{false, [3]sim.Time{240, 360, 480}}, {true, [3]sim.Time{120, 240, 360}}} {
		w := must(New(unreachable(test.elb), 0))
		left := 3
		for _, at := range test.when {
			for _, step := range []struct {
				at   sim.Time
				want int
			}{{at*sim.Second - 1, left}, {at * sim.Second, left - 1}} {
				until(t, w, step.at, 1)
				if got := groupNow(w).ByZone; got[1] != step.want || got[0]+got[1] != 6 {
					t.Errorf("ELB checks %v: at %v %v by zone, want %d in the lost one", test.elb, step.at, got, step.want)
				}
			}
			left--
		}
		until(t, w, (test.when[2]+90)*sim.Second, 1)
		if got := groupNow(w).InService; got != 6 {
			t.Errorf("ELB checks %v: %d in service at the end, want 6", test.elb, got)
		}
	}
}

// A target whose host dies takes its share until its second check has failed: half
// of ten a second for the 64 s from 301 to 365 s. One of them goes out on the
// connection that is open and waits for the idle timeout, the others for the
// connection.
func TestDeadTargetIsFoundByItsChecks(t *testing.T) {
	cfg := baseConfig()
	cfg.HostPools = []HostPool{{Name: "m5", CPU: 2, MemoryMiB: 8192, PerZone: []int{1, 1}, Placement: "first-fit"}}
	cfg.withServers(2)
	cfg.Instances[0].Need = Need{Pool: 0, CPU: 2, MemoryMiB: 8192}
	cfg.request(evenlyAt(100*sim.Millisecond, 2*sim.Hour, 1200*sim.Second), must(rng.Fixed(0.005)))
	cfg.Faults = []Fault{{Kind: HostFailure, At: 301 * sim.Second, Duration: must(rng.Fixed(900)), Zone: 1, Pool: 0}}
	w := must(New(cfg, 0))
	until(t, w, 375*sim.Second, 7)
	if r := routeNow(w, 1); failures(&r) < 310 || failures(&r) > 321 || r.Failed[dataplane.Code504] != failures(&r) {
		t.Errorf("%v failed by 375 s, want about 320, all 504", r.Failed)
	}
	until(t, w, 1200*sim.Second, 101)
	before := routeNow(w, 1)
	if failures(&before) < 315 || failures(&before) > 321 {
		t.Errorf("%d failed by 1,200 s, want about 320", failures(&before))
	}
	until(t, w, 1500*sim.Second, 101) // five checks after the recovery at 1,201 s
	for _, s := range w.data.Snapshot().Servers {
		if !s.Targets[0].Rotating {
			t.Error("a target does not come back after its recovery")
		}
	}
}

// An instance that stops running is replaced at once; those who ask it get a 502.
func TestTerminatedInstancesAreReplacedAtOnce(t *testing.T) {
	cfg := baseConfig()
	cfg.addGroup(2, 6, 6)
	cfg.request(poissonAt(100), must(rng.Fixed(0.1)))
	cfg.Faults = []Fault{{
		Kind: InstanceTermination, At: 300 * sim.Second, Zone: None, Pool: None, Share: 0.5,
		On: controlplane.Subject{Kind: OfTargetGroup},
	}}
	w := must(New(cfg, 0))
	until(t, w, 300*sim.Second, 101)
	g := groupNow(w)
	if g.InService != 3 || g.ByZone[0]+g.ByZone[1] != 6 {
		t.Errorf("%d in service and %v by zone at the fault, want 3 and 6 with those that launch", g.InService, g.ByZone)
	}
	if r := routeNow(w, 1); r.Failed[dataplane.Code502] == 0 || r.Failed[dataplane.Code502] != failures(&r) {
		t.Errorf("%v failed, want some, all 502", r.Failed)
	}
}

// What impairs an application shows as what its users see.
func TestApplicationsFailAsTheyAreTold(t *testing.T) {
	for name, test := range map[string]struct {
		impairment model.Impairment
		code       dataplane.Code
		failed     float64 // of 12,000 requests during the fault
	}{
		"errors": {model.Impairment{Errors: model.Errors{Rate: 0.2, Status: 503}}, dataplane.Code503, 0.5 * 0.2},
		"refuse": {model.Impairment{Refuses: true}, dataplane.Code502, 0.5},
		"hang":   {model.Impairment{Hangs: true}, dataplane.Code504, 0.5},
		"slow":   {model.Impairment{Slow: 3}, dataplane.Code504, 0},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := baseConfig().withServers(4)
			cfg.TargetGroups[0].HealthCheck.Enabled = false
			cfg.request(evenlyAt(50*sim.Millisecond, sim.Hour, 1800*sim.Second), must(rng.Fixed(0.02)))
			cfg.Faults = []Fault{{
				Kind: ApplicationFault, At: 600 * sim.Second, Duration: must(rng.Fixed(600)), Zone: None, Pool: None,
				Share: 0.5, Impairment: test.impairment,
			}}
			out, _ := runThrough(t, cfg)
			r := out.Routes[1]
			got := float64(r.Failed[test.code]) / 12000
			if got < test.failed-0.01 || got > test.failed+0.01 || r.Failed[test.code] != failures(&r) {
				t.Errorf("%.3f of the requests failed with %v, want %.3f and no other: %v", got, test.code, test.failed, r.Failed)
			}
			longest := sim.Time(r.Latency.Max())
			if slow := longest > 50*sim.Millisecond; slow != (name == "slow") {
				t.Errorf("the longest answer took %v", longest)
			}
		})
	}
}

// One of four targets fails half of its requests, 750 of 6,000. With mitigation its
// weight halves every ten seconds, until it gets so few that ten seconds pass without
// an error, which raises it again to a tenth: it hovers below that, at a seventh of
// the failures.
func TestMitigationKeepsRequestsFromAnAnomalousTarget(t *testing.T) {
	for _, on := range []bool{false, true} {
		cfg := baseConfig().withServers(4)
		cfg.TargetGroups[0].Algorithm, cfg.TargetGroups[0].Mitigation = "weighted_random", on
		cfg.request(evenlyAt(100*sim.Millisecond, sim.Hour, 1800*sim.Second), must(rng.Fixed(0.02)))
		cfg.Faults = []Fault{{
			Kind: ApplicationFault, At: 600 * sim.Second, Duration: must(rng.Fixed(600)), Zone: None, Pool: None,
			Count: 1, Impairment: model.Impairment{Errors: model.Errors{Rate: 0.5, Status: 500}},
		}}
		cfg.TargetGroups[0].HealthCheck.Enabled = false
		out, _ := runThrough(t, cfg)
		failed := failures(&out.Routes[1])
		if low, high := int64(40), int64(150); on && (failed < low || failed > high) {
			t.Errorf("%d failed with mitigation, want %d to %d", failed, low, high)
		}
		if low, high := int64(660), int64(840); !on && (failed < low || failed > high) {
			t.Errorf("%d failed without mitigation, want about 750", failed)
		}
	}
}
