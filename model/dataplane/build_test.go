package dataplane

import (
	"testing"
	"time"

	"headroom/model"
	"headroom/model/health"
	"headroom/model/workload"
	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/slab"
)

// must unwraps constructors that cannot fail in tests.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// fakeControl is a control plane that only listens. Its instances are numbers.
type fakeControl struct {
	t       testing.TB
	drained map[slab.Handle]sim.Time
	kernel  *sim.Kernel[model.Event]
	kills   int
}

func (c *fakeControl) Drained(instance slab.Handle) {
	if at, before := c.drained[instance]; before {
		c.t.Errorf("instance %d is drained at %v and again at %v", instance, at, c.kernel.Now())
	}
	c.drained[instance] = c.kernel.Now()
}

// OutOfMemory counts kills.
func (c *fakeControl) RecordTurns(int, int, bool) {}

func (c *fakeControl) OutOfMemory(slab.Handle) { c.kills++ }

// bench is a data plane under a fake control plane.
type bench struct {
	*Plane
	t     testing.TB
	fake  *fakeControl
	count int
}

// start builds the data plane of a traffic under a fake control plane, with one
// fleet of the first service.
func start(t testing.TB, traffic *Traffic) *bench {
	t.Helper()
	kernel := sim.NewKernel[model.Event]()
	p, err := New(Setup{
		Traffic: traffic, Kernel: kernel, Fleets: []int{0},
		Frame: &model.Frame{
			Seed: 1, Start: time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC), Duration: sim.Hour, Zones: []string{"a", "b"},
			Types: []model.InstanceType{{Name: "m5.large", VCPUs: 2, MemoryMiB: 8192}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{Plane: p, t: t, fake: &fakeControl{t: t, drained: map[slab.Handle]sim.Time{}, kernel: kernel}}
	p.Connect(b.fake)
	return b
}

// serve opens a server in a zone and registers it in the target groups, healthy.
func (b *bench) serve(zone model.Zone, groups ...int) slab.Handle {
	b.count++
	h := b.Open(model.ServerSpec{Instance: slab.Handle(b.count), Service: 0, Fleet: 0, Zone: zone})
	b.Listen(h)
	for _, g := range groups {
		b.Register(h, g, true)
	}
	return h
}

// until plays up to an instant and verifies the invariants after every event.
func (b *bench) until(at sim.Time) {
	b.t.Helper()
	for {
		if err := b.Verify(); err != nil {
			b.t.Fatalf("at %v: %v", b.kernel.Now(), err)
		}
		ev, ok := b.kernel.Next(at)
		if !ok {
			return
		}
		b.Handle(ev)
		b.EndRow(sim.RankObserve)
	}
}

// server returns the state of a server.
func (b *bench) server(h slab.Handle) ServerState {
	return b.serverState(indexOf(h), b.servers.Get(h))
}

// script is arrivals at given instants.
type script []sim.Time

func (s script) Start(rng.Stream) workload.Source { return &scriptSource{left: s} }

func (s script) Mean(sim.Time) float64 { return 0 }

type scriptSource struct{ left script }

func (s *scriptSource) Next() (sim.Time, bool) {
	if len(s.left) == 0 {
		return 0, false
	}
	at := s.left[0]
	s.left = s.left[1:]
	return at, true
}

// seconds makes instants of whole seconds.
func seconds(list ...sim.Time) script {
	for i := range list {
		list[i] *= sim.Second
	}
	return list
}

// behindBalancer is requests of a demand at given instants to one target group
// behind a load balancer.
func behindBalancer(arrivals workload.Process, demand rng.Distribution) *Traffic {
	return &Traffic{
		Services: []Service{{Name: "web", Discipline: FCFS, Backlog: NoLimit}},
		TargetGroups: []TargetGroup{{
			Name: "web", Algorithm: "round_robin", CrossZone: true, DeregistrationDelay: 60 * sim.Second,
			HealthCheck: HealthCheck{Enabled: true, Check: health.Default(health.ALB)},
		}},
		LoadBalancers: []LoadBalancer{{
			Name: "front", Kind: "application", Zones: []model.Zone{0, 1}, IdleTimeout: 60 * sim.Second,
			DNSTTL: 60 * sim.Second, ConnectTimeout: 21 * sim.Second,
			Default: Action{Forward: []Forward{{TargetGroup: 0, Weight: 1}}},
		}},
		Workloads: []Workload{{
			Name: "clients", To: ToLoadBalancer, Arrivals: arrivals, Demand: demand,
			Classes: []RequestClass{{Path: "/", Weight: 1}}, Clients: Clients{PerConnection: 1},
		}},
	}
}
