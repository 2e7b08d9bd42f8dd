package cloud

import (
	"testing"

	"headroom/model"
	"headroom/model/dataplane"
	"headroom/model/scaling"
	"headroom/sim"
	"headroom/sim/rng"
)

// spotGroup is a group with one On-Demand instance and the rest on Spot.
func spotGroup(n int) *Config {
	cfg := baseConfig()
	g := cfg.addGroup(1, 20, n)
	for z := range cfg.Zones {
		cfg.SpotPools = append(cfg.SpotPools, SpotPool{
			Zone: model.Zone(z), Platform: model.Linux, Need: Need{Pool: None}, OnDemandUSD: 0.1,
			MeanRatio: 0.35, Bucket: 1, Intensity: 0,
			Walk: SpotWalk{Reversion: 0.02, Volatility: 0.02, Step: 5 * sim.Minute, Threshold: 0.01},
		})
	}
	g.Types[0].SpotPool = []int{0, 1}
	g.Mixed = &MixedInstances{MixedInstances: scaling.MixedInstances{
		OnDemandBase: 1, OnDemandStrategy: scaling.Prioritized, SpotStrategy: scaling.PriceCapacityOptimized,
	}}
	return cfg
}

// priced fixes the prices of a Spot group's pools: 0.03 dollars, and in one zone
// 0.06 after an instant, which is more than the group pays.
func (c *Config) priced(zone int, after sim.Time) {
	c.Groups[0].Mixed.MaxPrice = 0.05
	for z := range c.SpotPools {
		c.SpotPools[z].Replay = []model.PriceStep{{USD: 0.03}}
	}
	c.SpotPools[zone].Replay = append(c.SpotPools[zone].Replay, model.PriceStep{At: after, USD: 0.06})
}

// An instance under notice finishes what it has for 120 s; what takes
// longer is answered 502, and the group replaces it.
func TestSpotReclaimTakesTwoMinutes(t *testing.T) {
	cfg := spotGroup(3) // on demand and on Spot in zone a, on Spot in zone b
	cfg.priced(1, 1000*sim.Second)
	cfg.TargetGroups[0].DeregistrationDelay = 300 * sim.Second
	cfg.LoadBalancers[0].IdleTimeout = 0
	cfg.request(evenlyAt(450*sim.Second, 2*sim.Hour, 900*sim.Second), must(rng.Fixed(700)))
	w := must(New(cfg, 0))
	noticed := func() (n, busy int) {
		s := w.Snapshot()
		for k, in := range s.Control.Instances {
			if in.Noticed {
				n++
				busy += s.Data.Servers[k].InService
			}
		}
		return n, busy
	}
	until(t, w, 1000*sim.Second-1, 1)
	if n, _ := noticed(); n != 0 {
		t.Fatalf("%d instances under notice before the price rises", n)
	}
	until(t, w, 1120*sim.Second-1, 1)
	if n, busy := noticed(); n != 1 || busy != 1 {
		t.Fatalf("%d instances under notice with %d requests, want 1 and 1 until the two minutes are over", n, busy)
	}
	if r := routeNow(w, 1); failures(&r) != 0 {
		t.Errorf("%d failed before the two minutes were over", failures(&r))
	}
	until(t, w, 1120*sim.Second, 1)
	if n, _ := noticed(); n != 0 {
		t.Error("still there after the two minutes")
	}
	if r := routeNow(w, 1); r.Failed[dataplane.Code502] != 1 || r.SpotLost != 1 {
		t.Errorf("%d answered 502, %d of them lost to Spot, want 1 and 1", r.Failed[dataplane.Code502], r.SpotLost)
	}
	until(t, w, 1400*sim.Second, 1)
	if got := groupNow(w).Capacity; got != 3 {
		t.Errorf("%d members after the replacement, want 3", got)
	}
	reclaimed := 0
	for _, lease := range w.outcome().Ledger.Leases {
		if lease.End != model.EndedByReclaim {
			continue
		}
		reclaimed++
		if lease.To != 1120*sim.Second {
			t.Errorf("lease ends at %v, want 1120 s", lease.To)
		}
	}
	if reclaimed != 1 {
		t.Errorf("%d leases end by a reclaim, want 1", reclaimed)
	}
}

// fullHosts is one host full of the group's members, one of them On-Demand, and
// others that ask for a place after 100 s.
func fullHosts() *Config {
	cfg := spotGroup(4)
	cfg.Zones = cfg.Zones[:1]
	cfg.Groups[0].Zones = cfg.Groups[0].Zones[:1]
	cfg.LoadBalancers[0].Zones = cfg.LoadBalancers[0].Zones[:1]
	cfg.SpotPools = cfg.SpotPools[:1]
	cfg.HostPools = []HostPool{{Name: "m5", CPU: 8, MemoryMiB: 32768, PerZone: []int{1}, Placement: "first-fit"}}
	need := Need{Pool: 0, CPU: 2, MemoryMiB: 8192}
	cfg.Groups[0].Types[0].Need = need
	cfg.Groups[0].Types[0].SpotPool = []int{0}
	cfg.SpotPools[0].Need = need
	cfg.InstanceWorkloads = []InstanceWorkload{{
		Name: "others", Arrivals: evenlyAt(100*sim.Second, 2*sim.Hour, 100*sim.Second),
		Sizes: []TenantSize{{Need: need, Weight: 1}}, Lifetime: must(rng.Fixed(600)),
		Option: model.OnDemand, Zones: []model.Zone{0},
	}}
	return cfg
}

// With wait_for_spot_reclaim the request is served when the notice is over; the
// group's replacement does not take the place back.
func TestReclaimedCapacityGoesToWhoAskedForIt(t *testing.T) {
	cfg := fullHosts()
	cfg.WaitForSpotReclaim = true
	w := must(New(cfg, 0))
	until(t, w, 219*sim.Second, 1)
	if f := w.control.Snapshot().Tenants[0]; f.Launched != 0 || f.LaunchFailed != 0 {
		t.Errorf("%d launched and %d failed during the notice, want neither", f.Launched, f.LaunchFailed)
	}
	until(t, w, 400*sim.Second, 1)
	if f := w.control.Snapshot().Tenants[0]; f.Launched == 0 || f.LaunchFailed != 0 {
		t.Errorf("%d launched and %d failed after the notice, want some and none", f.Launched, f.LaunchFailed)
	}
	if got := groupNow(w).Capacity; got > 3 {
		t.Errorf("%d members beside the others on a host for four, want at most 3", got)
	}
}

// An On-Demand launch that finds the hosts full takes Spot capacity there.
func TestOnDemandReclaimsTheNewestSpot(t *testing.T) {
	w := must(New(fullHosts(), 0))
	until(t, w, 100*sim.Second, 1)
	s := w.control.Snapshot()
	if s.Tenants[0].LaunchFailed != 1 {
		t.Fatalf("%d launches failed on full hosts, want 1", s.Tenants[0].LaunchFailed)
	}
	noticed := 0
	for _, in := range s.Instances {
		if in.Noticed {
			noticed++
		}
	}
	if noticed != 1 || s.Groups[0].SpotInterruptions != 1 {
		t.Errorf("%d instances under notice, want 1", noticed)
	}
	until(t, w, 219*sim.Second, 1)
	if got := w.control.Snapshot().HostPools[0].CPU[0]; got != 8 {
		t.Errorf("%d vCPUs reserved during the notice, want 8", got)
	}
}

// A zone fails and comes back; the group moves, one at a time after three minutes
// of failed status checks, and returns, at most one beyond its desired capacity.
func TestZonesAreRebalancedAfterAnOutage(t *testing.T) {
	cfg := baseConfig()
	cfg.addGroup(2, 6, 6)
	cfg.LaunchTemplates[0].Launch = LaunchTimes{Pending: must(rng.Fixed(90))}
	cfg.Faults = []Fault{{Kind: ZoneOutage, At: 600 * sim.Second, Duration: must(rng.Fixed(900)), Zone: 1, Pool: None}}
	w := must(New(cfg, 0))
	counts := func(at sim.Time) [2]int {
		until(t, w, at*sim.Second, 1)
		return [2]int(groupNow(w).ByZone)
	}
	for _, step := range []struct {
		at   sim.Time
		want [2]int
	}{{839, [2]int{3, 3}}, {840, [2]int{4, 2}}, {1080, [2]int{6, 0}}, {1499, [2]int{6, 0}}, {1500, [2]int{6, 1}}, {3599, [2]int{3, 3}}} {
		if got := counts(step.at); got != step.want {
			t.Errorf("at %d s: %v by zone, want %v", step.at, got, step.want)
		}
	}
	if got := groupNow(w).InServiceMax; got > 7 {
		t.Errorf("%d in service at the peak, want at most 7", got)
	}
}
