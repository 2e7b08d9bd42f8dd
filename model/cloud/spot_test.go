package cloud

import (
	"testing"
	"time"

	"headroom/model"
	"headroom/model/scaling"
	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/slab"
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

// TEST-27: an instance under notice finishes what it has for 120 s; what takes
// longer is answered 502, and the group replaces it.
func TestSpotReclaimTakesTwoMinutes(t *testing.T) {
	cfg := spotGroup(3)
	cfg.TargetGroups[0].DeregistrationDelay = 300 * sim.Second
	cfg.LoadBalancers[0].IdleTimeout = 0
	cfg.request(evenlyAt(450*sim.Second, 2*sim.Hour, 900*sim.Second), must(rng.Fixed(700)))
	w := must(New(cfg, 0))
	until(t, w, 1000*sim.Second, 1)
	victim := noIndex // of two requests at two members, one is at a Spot member
	for h, in := range w.instances.All() {
		if in.order.option == model.Spot && in.station.running > 0 {
			victim = indexOf(h)
		}
	}
	h := w.instances.handle(victim)
	w.giveNotice(occupant{handle: h}, "test")
	until(t, w, 1120*sim.Second-1, 1)
	if w.instances.Get(h) == nil {
		t.Fatal("gone before the two minutes were over")
	}
	until(t, w, 1120*sim.Second, 1)
	if w.instances.Get(h) != nil {
		t.Error("still there after the two minutes")
	}
	r := w.meter.routes[1]
	if r.Failed[Code502] != 1 || r.SpotLost != 1 {
		t.Errorf("%d answered 502, %d of them lost to Spot, want 1 and 1", r.Failed[Code502], r.SpotLost)
	}
	until(t, w, 1400*sim.Second, 1)
	if got := w.capacity(&w.groups[0]); got != 3 {
		t.Errorf("%d members after the replacement, want 3", got)
	}
	lease := w.ledger.Leases[w.instances.at(0).lease]
	if lease.End == model.EndedByReclaim && lease.To != 1120*sim.Second {
		t.Errorf("lease ends at %v, want 1120 s", lease.To)
	}
}

func TestCapacityRebalanceReplacesAtTheNotice(t *testing.T) {
	cfg := spotGroup(4)
	cfg.Groups[0].Mixed.CapacityRebalance = true
	w := must(New(cfg, 0))
	for h, in := range w.instances.All() {
		if in.order.option == model.Spot {
			w.giveNotice(occupant{handle: h}, "test")
			break
		}
	}
	until(t, w, sim.Second, 1)
	if got := len(w.groups[0].members); got != 5 {
		t.Errorf("%d members right after the notice, want 5: four wanted and one under notice", got)
	}
	until(t, w, 200*sim.Second, 1)
	if got := len(w.groups[0].members); got != 4 {
		t.Errorf("%d members after the reclaim, want 4", got)
	}
}

func TestNoticedInstancesDoNotJoinTheirTargetGroup(t *testing.T) {
	cfg := spotGroup(2)
	seven := 7
	cfg.Groups[0].Schedules = []Schedule{{Name: "seven", Schedule: scaling.Schedule{
		Start: cfg.Start.Add(600 * time.Second), Desired: &seven,
	}}}
	w := must(New(cfg, 0))
	until(t, w, 630*sim.Second, 1)
	var booting slab.Handle
	for h, in := range w.instances.All() {
		if in.life < serving && in.order.option == model.Spot {
			booting = h
		}
	}
	w.giveNotice(occupant{handle: booting}, "test")
	until(t, w, 700*sim.Second, 1)
	if in := w.instances.Get(booting); in == nil || in.life != serving || len(in.targets) != 0 {
		t.Error("an instance under notice took its place in the target group")
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
	if f := &w.flows[0]; f.out.Launched != 0 || f.out.LaunchFailed != 0 {
		t.Errorf("%d launched and %d failed during the notice, want neither", f.out.Launched, f.out.LaunchFailed)
	}
	until(t, w, 400*sim.Second, 1)
	if f := &w.flows[0]; f.out.Launched == 0 || f.out.LaunchFailed != 0 {
		t.Errorf("%d launched and %d failed after the notice, want some and none", f.out.Launched, f.out.LaunchFailed)
	}
	if got := w.capacity(&w.groups[0]); got > 3 {
		t.Errorf("%d members beside the others on a host for four, want at most 3", got)
	}
}

// An On-Demand launch that finds the hosts full takes Spot capacity there.
func TestOnDemandReclaimsTheNewestSpot(t *testing.T) {
	w := must(New(fullHosts(), 0))
	until(t, w, 100*sim.Second, 1)
	if w.flows[0].out.LaunchFailed != 1 {
		t.Fatalf("%d launches failed on full hosts, want 1", w.flows[0].out.LaunchFailed)
	}
	noticed := 0
	for _, in := range w.instances.All() {
		if in.noticed {
			noticed++
		}
	}
	if noticed != 1 || w.meter.members[0].SpotInterruptions != 1 {
		t.Errorf("%d instances under notice, want 1", noticed)
	}
	until(t, w, 219*sim.Second, 1)
	if got, _ := w.hostPools[0].zones[0].Reserved(); got != 8 {
		t.Errorf("%d vCPUs reserved during the notice, want 8", got)
	}
}

// TEST-24a: a zone fails and comes back; the group moves and returns, at most
// one beyond its desired capacity.
func TestZonesAreRebalancedAfterAnOutage(t *testing.T) {
	cfg := baseConfig()
	cfg.addGroup(2, 6, 6)
	cfg.Faults = []Fault{{Kind: ZoneOutage, At: 600 * sim.Second, Duration: must(rng.Fixed(900)), Zone: 1, Pool: None}}
	w := must(New(cfg, 0))
	counts := func(at sim.Time) [2]int {
		until(t, w, at*sim.Second, 1)
		return [2]int(w.zoneCounts(&w.groups[0]))
	}
	for _, step := range []struct {
		at   sim.Time
		want [2]int
	}{{599, [2]int{3, 3}}, {600, [2]int{6, 0}}, {1499, [2]int{6, 0}}, {1500, [2]int{6, 1}}, {3599, [2]int{3, 3}}} {
		if got := counts(step.at); got != step.want {
			t.Errorf("at %d s: %v by zone, want %v", step.at, got, step.want)
		}
	}
	if got := w.groups[0].inService.Max(w.kernel.Now()); got > 7 {
		t.Errorf("%d in service at the peak, want at most 7", got)
	}
}
