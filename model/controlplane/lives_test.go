package controlplane

import (
	"fmt"
	"slices"
	"testing"

	"headroom/model"
	"headroom/model/scaling"
	"headroom/model/spot"
	"headroom/model/workload"
	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/slab"
)

// restless is a random estate in which instances come and go for every reason:
// alarms, schedules, Spot, faults, load balancer health, other tenants.
func restless(frame *model.Frame, s *rng.Stream) *Estate {
	e := spotEstate(frame, 4)
	e.alwaysInAlarm()
	g := &e.Groups[0]
	g.Max, g.ELBHealth, g.Grace = 12, true, 30*sim.Second
	g.Mixed.OnDemandPercentage, g.Mixed.CapacityRebalance = s.Below(101), s.Below(2) == 0
	g.Policies = []ScalingPolicy{{Name: "out", Spec: scaling.Simple{Type: scaling.ChangeInCapacity, Adjustment: 2, Cooldown: 90 * sim.Second}}}
	for k := range 5 {
		size := 1 + s.Below(6)
		g.Schedules = append(g.Schedules, Schedule{Name: "size", Schedule: scaling.Schedule{
			Start: frame.Calendar(sim.Time(10*k+1+s.Below(9)) * sim.Minute), Desired: &size,
		}})
	}
	if s.Below(4) == 0 {
		g.Mixed = nil
		g.Pool = &WarmPool{
			State: PoolState(1 + s.Below(3)), WarmPool: scaling.WarmPool{Least: s.Below(2), Prepared: s.Below(9) - 1}, Reuse: s.Below(2) == 0,
		}
	}
	e.LaunchTemplates = append(e.LaunchTemplates, e.LaunchTemplates[0])
	newer := &GroupTemplate{Template: 1, Types: g.Types}
	if s.Below(2) == 0 {
		g.Maintenance = &scaling.Healthy{Least: 100, Most: 110 + s.Below(90)}
	}
	g.Lifetime = sim.Time(s.Below(3)*20) * sim.Minute
	refresh := &Refresh{
		Refresh:      scaling.Refresh{Healthy: scaling.Healthy{Least: s.Below(101), Most: s.Below(2) * (100 + s.Below(101))}, Warmup: 30 * sim.Second, Checkpoints: []int{30, 100}, Delay: sim.Minute},
		SkipMatching: s.Below(2) == 0, AutoRollback: s.Below(2) == 0, Standby: Exempt(s.Below(3)), Protected: Exempt(s.Below(3)), Template: newer,
	}
	for k := range 24 {
		e.Actions = append(e.Actions, Action{
			Do: SuspendProcesses + ActionKind(s.Below(int(actionEnd-SuspendProcesses))), At: sim.Time(2*k+s.Below(5)) * sim.Minute,
			Refresh: refresh, Template: newer,
			On: Subject{Kind: OfGroup}, Processes: scaling.Process(s.Below(int(scaling.AllProcesses) + 1)), Count: s.Below(3),
			Protected: s.Below(2) == 0, Decrement: s.Below(2) == 0,
		})
	}
	e.Actions = append(e.Actions, Action{Do: ResumeProcesses, At: 20 * sim.Minute, Every: 20 * sim.Minute, On: Subject{Kind: OfGroup}, Processes: scaling.AllProcesses})
	for k := range s.Below(4) {
		g.Hooks = append(g.Hooks, Hook{
			Hook:  scaling.Hook{Name: "hook", Heartbeat: scaling.HeartbeatLeast, Abandons: s.Below(2) == 0, Beat: sim.Time(s.Below(2)*20) * sim.Second},
			AtEnd: k%2 == 1, Takes: must(rng.Exponential(40)), Result: s.Below(4) == 0,
		})
	}
	e.LaunchTemplates[0].Launch = LaunchTimes{
		Call: must(rng.Exponential(2)), Pending: must(rng.Exponential(10)), Boot: must(rng.Exponential(40)), ShuttingDown: must(rng.Exponential(60)),
	}
	e.HostPools = []HostPool{{Name: "m5", CPU: 8, MemoryMiB: 32768, PerZone: []int{2, 2}, Placement: "best-fit"}}
	need := Need{Pool: 0, CPU: 2, MemoryMiB: 8192}
	g.Types[0].Need = need
	for z := range e.SpotPools {
		e.SpotPools[z].Need, e.SpotPools[z].Intensity = need, 8000
	}
	e.Instances = []Fleet{{
		Name: "fixed", Count: 2, Template: e.LaunchTemplates[0], Need: need, Zones: g.Zones, TargetGroups: []int{0},
	}}
	e.InstanceWorkloads = []InstanceWorkload{{
		Name: "others", Arrivals: must(workload.Poisson(must(workload.Constant(0.02)))), Lifetime: must(rng.Exponential(200)),
		Option: model.OnDemand, Sizes: []TenantSize{{Need: need, Weight: 1}}, Zones: g.Zones,
	}}
	e.WaitForSpotReclaim = s.Below(2) == 0
	e.Faults = []Fault{
		{Kind: ZoneOutage, Every: must(rng.Exponential(900)), Duration: must(rng.Exponential(120)), Zone: None, Pool: None},
		{Kind: HostFailure, Every: must(rng.Exponential(300)), Duration: must(rng.Exponential(200)), Zone: None, Pool: None},
		{Kind: InstanceTermination, Every: must(rng.Exponential(300)), Zone: None, Pool: None, Count: 1},
		{Kind: SpotInterruption, Every: must(rng.Exponential(600)), Zone: None, Pool: None, Count: 2, Before: sim.Time(2+s.Below(14)) * sim.Minute},
	}
	for z := range e.SpotPools {
		e.SpotPools[z].Lead = spot.Lead{Longest: sim.Time(s.Below(3)*10) * sim.Minute, Share: 0.7}
	}
	if g.Pool == nil && s.Below(2) == 0 { // a type that counts for three
		large := g.Types[0]
		large.Weight = 3
		g.Types = append(slices.Clone(g.Types), large)
	}
	return e
}

// Whatever happens, the control plane opens, registers, deregisters, kills and
// closes each server in order and once; the fake data plane checks it. Draining
// takes a while, and health is bad at times.
func TestServersAreHandledInOrder(t *testing.T) {
	killed := map[model.Cause]int{}
	for _, drains := range []bool{false, true} {
		for seed := range uint64(40) {
			t.Run(fmt.Sprintf("drains=%v/seed=%d", drains, seed), func(t *testing.T) {
				s := rng.New(seed, 0, "restless")
				frame := baseFrame()
				frame.Seed = seed
				b := start(t, frame, restless(frame, &s))
				b.fake.drains = drains
				b.fake.onKill = func(cause model.Cause) { killed[cause]++ }
				for at := 5 * sim.Second; at <= frame.Duration; at += 5 * sim.Second {
					b.until(at)
					b.meddle(&s)
					b.warmStayOut()
				}
				if open, alive := b.fake.servers.Len(), b.instances.Len(); open != alive {
					t.Errorf("%d servers are open, %d instances are there", open, alive)
				}
				b.Outcome()
			})
		}
	}
	for _, cause := range []model.Cause{model.Terminated, model.Failed, model.Reclaimed} {
		if killed[cause] < 100 {
			t.Errorf("%d ended by cause %d: the test shows too little", killed[cause], cause)
		}
	}
}

// warmStayOut holds instances of a warm pool to what they are: in no target group, and in
// no metric.
func (b bench) warmStayOut() {
	for _, in := range b.instances.All() {
		if !in.stage.inPool() {
			continue
		}
		if s := b.fake.servers.Get(in.server); len(s.groups) > 0 || in.inService() || in.counts() || in.warmUntil != sim.Never {
			b.t.Errorf("at %v: instance %d of a warm pool is in %d target groups, in service %v, warm until %v", b.kernel.Now(), in.number, len(s.groups), in.inService(), in.warmUntil)
		}
	}
}

// meddle does what a data plane does now and then: a server is drained, another is
// found sick or well.
func (b bench) meddle(s *rng.Stream) {
	var draining, all []slab.Handle
	for h, server := range b.fake.servers.All() {
		all = append(all, h)
		if server.deregistered && server.killed == 0 && len(server.groups) > 0 {
			draining = append(draining, h)
		}
	}
	for _, h := range draining {
		if s.Below(3) == 0 {
			server := b.fake.servers.Get(h)
			server.groups = nil
			b.Drained(server.spec.Instance)
		}
	}
	if len(all) > 0 && s.Below(4) == 0 {
		h := all[s.Below(len(all))]
		b.fake.sick[h] = !b.fake.sick[h]
	}
}

// An instance that drains keeps its lease until the data plane says that it is
// drained, and its host until it has shut down.
func TestInstanceIsBilledUntilItIsDrained(t *testing.T) {
	frame, estate := baseFrame(), baseEstate()
	g := estate.addGroup(1, 4, 2)
	one := 1
	g.Schedules = []Schedule{{Name: "one", Schedule: scaling.Schedule{Start: frame.Calendar(sim.Minute), Desired: &one}}}
	estate.LaunchTemplates[0].Launch.ShuttingDown = must(rng.Fixed(30))
	estate.HostPools = []HostPool{{Name: "m5", CPU: 8, MemoryMiB: 32768, PerZone: []int{1, 1}, Placement: "first-fit"}}
	g.Types[0].Need = Need{Pool: 0, CPU: 2, MemoryMiB: 8192}
	b := start(t, frame, estate)
	b.fake.drains = true
	b.until(100 * sim.Second)
	s := b.Snapshot()
	if s.Groups[0].Terminating != 1 || s.Groups[0].Capacity != 1 {
		t.Fatalf("at 100 s: %+v, want one that drains", s.Groups[0])
	}
	k := slices.IndexFunc(s.Instances, func(in InstanceState) bool { return in.Life == "draining" })
	b.Drained(s.Instances[k].Handle)
	b.Drained(s.Instances[k].Handle) // once is enough
	b.until(130*sim.Second - 1)
	s = b.Snapshot()
	if s.Groups[0].Terminating != 0 || len(s.Instances) != 2 || s.HostPools[0].CPU[0]+s.HostPools[0].CPU[1] != 4 {
		t.Errorf("while it shuts down: %+v, %d instances, %v vCPUs reserved", s.Groups[0], len(s.Instances), s.HostPools[0].CPU)
	}
	b.until(130 * sim.Second)
	if s = b.Snapshot(); len(s.Instances) != 1 || s.HostPools[0].CPU[0]+s.HostPools[0].CPU[1] != 2 {
		t.Errorf("after it has gone: %d instances, %v vCPUs reserved", len(s.Instances), s.HostPools[0].CPU)
	}
	ended := 0
	for _, l := range b.Outcome().Ledger.Leases {
		if l.To == 100*sim.Second {
			ended++
		}
	}
	if ended != 1 {
		t.Errorf("%d leases end when it is drained at 100 s, want 1", ended)
	}
}

// A member that a load balancer calls unhealthy is replaced after its grace period.
func TestUnhealthyMemberIsReplaced(t *testing.T) {
	frame, estate := baseFrame(), baseEstate()
	g := estate.addGroup(1, 4, 2)
	g.ELBHealth, g.Grace = true, 150*sim.Second
	b := start(t, frame, estate)
	sick := b.instances.Get(b.groups[0].members[0].handle)
	number := sick.number
	b.fake.sick[sick.server] = true
	there := func() bool {
		return slices.ContainsFunc(b.Snapshot().Instances, func(in InstanceState) bool { return in.Number == number })
	}
	b.until(180*sim.Second - 1) // sweeps at 60 and 120 s are within its grace
	if !there() {
		t.Error("replaced within its grace period")
	}
	b.until(180 * sim.Second)
	if there() {
		t.Error("still there after the sweep at 180 s")
	}
	if s := b.Snapshot().Groups[0]; s.Capacity != 2 || s.Pending != 1 {
		t.Errorf("after the sweep: %+v, want one in service and its replacement", s)
	}
}
