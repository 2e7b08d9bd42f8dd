package controlplane

import (
	"testing"
	"time"

	"headroom/model"
	"headroom/model/alarm"
	"headroom/model/network"
	"headroom/model/scaling"
	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/slab"
	"headroom/sim/stat"
)

// must unwraps constructors that cannot fail in tests.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// fakeData is a data plane without requests. It keeps the control plane to the
// order of a server's life: open, listen, register, deregister, kill, close.
type fakeData struct {
	t        testing.TB
	kernel   *sim.Kernel[model.Event]
	servers  slab.Slab[fakeServer]
	drains   bool // a deregistered server has something in flight until the test says Drained
	sick     map[slab.Handle]bool
	zoneDown map[model.Zone]int
	onKill   func(model.Cause)
	swap     sim.Time // that every swap file takes
}

type fakeServer struct {
	spec         model.ServerSpec
	listens      bool
	swapped      bool
	groups       []int
	deregistered bool
	killed       model.Cause // 0: alive
	impairment   model.Impairment
}

// alive returns a server that has not been killed.
func (d *fakeData) alive(h slab.Handle, what string) *fakeServer {
	s := d.servers.Get(h)
	switch {
	case s == nil:
		d.t.Fatalf("%s: server %v is not open", what, h)
	case s.killed != 0:
		d.t.Fatalf("%s: server %v was killed before", what, h)
	}
	return s
}

func (d *fakeData) Open(spec model.ServerSpec) slab.Handle {
	h, s := d.servers.Alloc()
	s.spec = spec
	return h
}

func (d *fakeData) MakeSwap(h slab.Handle) sim.Time {
	s := d.alive(h, "make swap")
	if s.swapped {
		return 0
	}
	s.swapped = true
	return d.swap
}

func (d *fakeData) LetsIn(slab.Handle, network.Flow) bool { return true }

func (d *fakeData) Listen(h slab.Handle) {
	s := d.alive(h, "listen")
	if s.listens {
		d.t.Errorf("server %v listens twice", h)
	}
	s.listens = true
}

func (d *fakeData) Register(h slab.Handle, group int, _ bool) {
	s := d.alive(h, "register")
	if s.deregistered && len(s.groups) > 0 {
		d.t.Errorf("server %v is registered while it is deregistered, and after it was deregistered", h)
	}
	s.groups = append(s.groups, group)
}

func (d *fakeData) Deregister(h slab.Handle) int {
	s := d.alive(h, "deregister")
	s.deregistered = true
	if d.drains {
		return len(s.groups)
	}
	s.groups = nil
	return 0
}

func (d *fakeData) Kill(h slab.Handle, cause model.Cause) {
	s := d.alive(h, "kill")
	s.killed, s.groups = cause, nil
	if d.onKill != nil {
		d.onKill(cause)
	}
}

func (d *fakeData) Reopen(h slab.Handle, spec model.ServerSpec) slab.Handle {
	if s := d.servers.Get(h); s == nil || s.killed == 0 {
		d.t.Fatalf("reopen: server %v was not killed before", h)
	}
	d.servers.Free(h)
	reopened := d.Open(spec)
	d.servers.Get(reopened).swapped = true
	return reopened
}

func (d *fakeData) Reboot(h slab.Handle) { d.alive(h, "reboot").listens = false }

func (d *fakeData) MemoryInUse(h slab.Handle) model.Bytes {
	d.alive(h, "memory")
	return model.GiB
}

func (d *fakeData) SwitchCredits(h slab.Handle, _ model.CreditMode) { d.alive(h, "switch") }

func (d *fakeData) Close(h slab.Handle) {
	if s := d.servers.Get(h); s == nil || s.killed == 0 {
		d.t.Fatalf("close: server %v was not killed before", h)
	}
	d.servers.Free(h)
}

func (d *fakeData) Impair(h slab.Handle, impairment model.Impairment) {
	if s := d.servers.Get(h); s != nil && s.killed != 0 && impairment.Cut { // it is stopped
		return
	}
	d.alive(h, "impair").impairment = impairment
}

func (d *fakeData) FailVolume(slab.Handle, string, bool)                    {}
func (d *fakeData) CoolVolume(slab.Handle, int, model.Bytes)                {}
func (d *fakeData) AttachVolume(slab.Handle, model.VolumeSpec, model.Bytes) {}
func (d *fakeData) FileSystemUse(int) (read, written, crossed model.Bytes)  { return 0, 0, 0 }
func (d *fakeData) Sample(slab.Handle) model.ServerSample                   { return model.ServerSample{} }
func (d *fakeData) Fetched(slab.Handle, model.Bytes, sim.Time, sim.Time)    {}
func (d *fakeData) Still(slab.Handle) bool                                  { return false }
func (d *fakeData) ChangeFileSystem(int, model.FileSystem, model.Bytes)     {}
func (d *fakeData) DetachVolume(slab.Handle, int)                           {}
func (d *fakeData) ModifyVolume(slab.Handle, model.VolumeSpec)              {}
func (d *fakeData) TakeWrites(int) model.VolumeWrites                       { return model.VolumeWrites{} }

func (d *fakeData) ChangeRules(int, network.Direction, []network.Rule, bool) error {
	return nil
}

func (d *fakeData) LetsOut(slab.Handle) bool { return true }

func (d *fakeData) Reroute(h slab.Handle, _ model.Gateway, _ bool) { d.alive(h, "routed") }

func (d *fakeData) SetWeights(model.Weights) {}

func (d *fakeData) ShiftZone(int, model.Zone) {}

func (d *fakeData) WatchRecovery() {}

func (d *fakeData) FailZone(z model.Zone, down bool) {
	if down {
		d.zoneDown[z]++
	} else if d.zoneDown[z]--; d.zoneDown[z] < 0 {
		d.t.Errorf("zone %d recovers without an outage", z)
	}
}

func (d *fakeData) Works() bool { return true }

func (d *fakeData) BusyTime(h slab.Handle) uint64 { return d.ServerUse(h).Busy }

func (d *fakeData) ServerUse(h slab.Handle) model.ServerUse {
	if d.servers.Get(h) == nil {
		d.t.Fatalf("use: server %v is closed", h)
	}
	return model.ServerUse{}
}

func (d *fakeData) Load(h slab.Handle, _ int64) { d.alive(h, "load") }

func (d *fakeData) Burst(h slab.Handle) model.BurstUse {
	if d.servers.Get(h) == nil {
		d.t.Fatalf("credits: server %v is closed", h)
	}
	return model.BurstUse{}
}

func (d *fakeData) Outside(int) []slab.Handle { return nil }

func (d *fakeData) Unhealthy(h slab.Handle) bool { return d.sick[h] }

func (d *fakeData) Healthy(h slab.Handle) bool { return !d.sick[h] }

func (d *fakeData) Settle() {}

func (d *fakeData) TargetCounts(int) model.TargetCounts { return model.TargetCounts{} }

func (d *fakeData) TargetRequests(int) (waiting, all int) { return 0, 0 }

func (d *fakeData) RecordTimes(int) int { return 0 }

func (d *fakeData) Times(int, int) *stat.Histogram { return &stat.Histogram{} }

func (d *fakeData) Point(int, slab.Handle) {}

func (d *fakeData) OwnFunction(int, int32)                {}
func (d *fakeData) TakeFunctionUse(int) model.FunctionUse { return model.FunctionUse{} }
func (d *fakeData) CloseFlows()                           {}

func (d *fakeData) TakeMoved(into []model.Moved) []model.Moved { return into }

func (d *fakeData) TakeBalancerUse(int) model.BalancerUse {
	return model.BalancerUse{To: d.kernel.Now()}
}

// bench is a control plane over a fake data plane.
type bench struct {
	*Plane
	t      testing.TB
	fake   *fakeData
	kernel *sim.Kernel[model.Event]
	frame  *model.Frame
}

// start builds the control plane of an estate over a fake data plane.
func start(t testing.TB, frame *model.Frame, estate *Estate) bench {
	t.Helper()
	kernel := sim.NewKernel[model.Event]()
	fake := &fakeData{t: t, kernel: kernel, sick: map[slab.Handle]bool{}, zoneDown: map[model.Zone]int{}}
	cp, err := New(Setup{
		Estate: estate, Frame: frame, Kernel: kernel, Data: fake, TargetGroups: 1,
		Balancers: []Balancer{{Name: "front", Kind: "application", Nodes: 2}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return bench{cp, t, fake, kernel, frame}
}

// until plays up to an instant and verifies the invariants after every event.
func (b bench) until(at sim.Time) {
	b.t.Helper()
	for {
		if err := b.Verify(); err != nil {
			b.t.Fatalf("at %v: %v (seed %d)", b.kernel.Now(), err, b.frame.Seed)
		}
		ev, ok := b.kernel.Next(at)
		if !ok {
			return
		}
		b.Handle(ev)
	}
}

// baseFrame is an hour in two zones.
func baseFrame() *model.Frame {
	return &model.Frame{
		Seed: 1, Start: time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC), Duration: sim.Hour,
		Region: "us-east-1", Zones: []string{"a", "b"},
		Types: []model.InstanceType{{Name: "m5.large", Family: "m5", Size: "large", VCPUs: 2, MemoryMiB: 8192}},
	}
}

// baseEstate is a launch template whose instances are pending for 90 s.
func baseEstate() *Estate {
	return &Estate{LaunchTemplates: []LaunchTemplate{{
		Name: "web", Platform: model.Linux, Tenancy: model.TenancyDefault, Detailed: true,
		Launch: LaunchTimes{Pending: must(rng.Fixed(90))},
	}}}
}

// addGroup adds an Auto Scaling group in both zones.
func (e *Estate) addGroup(low, high, desired int) *Group {
	e.Groups = append(e.Groups, Group{
		Name: "web", Min: low, Max: high, Desired: desired, Zones: []model.Zone{0, 1}, TargetGroups: []int{0},
		DefaultCooldown: 300 * sim.Second, DefaultWarmup: scaling.Unset, HealthSweep: sim.Minute,
		Types: []LaunchType{{Need: Need{Pool: None}}},
	})
	return &e.Groups[len(e.Groups)-1]
}

// alwaysInAlarm watches a metric that is always above its threshold, so that
// the alarm fires with the first datapoint and repeats every minute.
func (e *Estate) alwaysInAlarm() {
	e.Alarms = append(e.Alarms, Alarm{
		Name:   "high",
		Metric: Metric{Kind: CPUUtilization, Statistic: Average},
		Config: alarm.Config{
			Period: sim.Minute, EvaluationPeriods: 1, DatapointsToAlarm: 1,
			Comparison: alarm.GreaterThanThreshold, Threshold: -1, TreatMissing: alarm.MissingIsMissing,
		},
		Actions: []AlarmAction{{Side: scaling.High}},
	})
}

// spotEstate is a group with one On-Demand instance and the rest on Spot.
func spotEstate(frame *model.Frame, n int) *Estate {
	e := baseEstate()
	g := e.addGroup(1, 20, n)
	for z := range frame.Zones {
		e.SpotPools = append(e.SpotPools, SpotPool{
			Zone: model.Zone(z), Platform: model.Linux, Need: Need{Pool: None}, OnDemandUSD: 0.1,
			MeanRatio: 0.35, Bucket: 1, Intensity: 0,
			Walk: SpotWalk{Reversion: 0.02, Volatility: 0.02, Step: 5 * sim.Minute, Threshold: 0.01},
		})
	}
	g.Types[0].SpotPool = []int{0, 1}
	g.Mixed = &MixedInstances{MixedInstances: scaling.MixedInstances{
		OnDemandBase: 1, OnDemandStrategy: scaling.Prioritized, SpotStrategy: scaling.PriceCapacityOptimized,
	}}
	return e
}

// spotMember returns a Spot instance of a life, or fails.
func (b bench) spotMember(l life) slab.Handle {
	b.t.Helper()
	for h, in := range b.instances.All() {
		if in.order.option == model.Spot && in.life == l {
			return h
		}
	}
	b.t.Fatalf("no Spot instance is %v", l)
	return 0
}
