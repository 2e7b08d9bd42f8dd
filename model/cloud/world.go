package cloud

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/sim"
)

// World is the mutable state of one replication: a kernel and the two planes
// that schedule on it.
type World struct {
	cfg         *Config // its own: it may end early
	replication int
	kernel      *sim.Kernel[model.Event]
	data        *dataplane.Plane
	control     *controlplane.Plane
	watch       func(now sim.Time) // nil: nobody looks
}

// New builds the world of one replication at time 0: groups at their desired
// capacity, in service and warm. It fails with all that [Config.Validate] finds, or
// when the hosts are too small for what runs at the start.
func New(cfg *Config, replication int) (*World, error) {
	return Build(context.Background(), cfg, replication)
}

// Build is [New] for who may be interrupted: a cancelled context ends it early, with
// the context's error.
func Build(ctx context.Context, cfg *Config, replication int) (*World, error) {
	return build(ctx, cfg, replication, reference{})
}

// reference says in which of the slower ways a world is played that must come out the same: see
// [dataplane.Setup].
type reference struct{ everyDeparture, full bool }

// build is [Build], on request in slower ways.
func build(ctx context.Context, cfg *Config, replication int, by reference) (*World, error) {
	if err := errors.Join(cfg.Validate()...); err != nil {
		return nil, err
	}
	own := *cfg
	cfg = &own
	w := &World{cfg: cfg, replication: replication, kernel: sim.NewKernel[model.Event]()}
	var err error
	w.data, err = dataplane.New(dataplane.Setup{
		Traffic: &cfg.Traffic, Frame: &cfg.Frame, Kernel: w.kernel, Replication: replication,
		Fleets: cfg.fleetServices(), Shares: cfg.Shares(), Observe: cfg.Observe, EveryDeparture: by.everyDeparture, Full: by.full,
	})
	if err != nil {
		return nil, err
	}
	w.control, err = controlplane.New(controlplane.Setup{
		Estate: &cfg.Estate, Frame: &cfg.Frame, Kernel: w.kernel, Replication: replication,
		Data: w.data, Balancers: cfg.balancers(), Names: cfg.names(), Functions: cfg.functions(), Outside: cfg.outside(), TargetGroups: len(cfg.TargetGroups), Registered: cfg.registered(), Series: cfg.Observe.Series, NetworkBurst: cfg.NetworkBurst,
		Halted: func() bool { return ctx.Err() != nil },
	})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	w.data.Connect(w.control)
	return w, nil
}

// outside lists what faults need to know of machines outside.
func (c *Config) outside() (all []controlplane.Outside) {
	for i := range c.Outside {
		all = append(all, controlplane.Outside{Service: c.Outside[i].Service, TargetGroups: c.Outside[i].Groups})
	}
	return all
}

// registered is how many target groups are those of Elastic Load Balancing, which come first.
func (c *Config) registered() int {
	return len(c.TargetGroups) - len(slices.DeleteFunc(slices.Clone(c.TargetGroups), func(g dataplane.TargetGroup) bool { return !g.Discovered }))
}

// balancers lists what the bill needs to know of the load balancers.
func (c *Config) balancers() []controlplane.Balancer {
	list := make([]controlplane.Balancer, len(c.LoadBalancers))
	for i := range list {
		lb := &c.LoadBalancers[i]
		list[i] = controlplane.Balancer{
			Name: lb.Name, Kind: lb.Kind, Nodes: len(lb.Zones), Zones: lb.Zones, Subnets: lb.Subnets,
			PublicIPs: lb.PublicIPs, Elastic: lb.Elastic, Reserved: lb.Growth.Units,
		}
	}
	return list
}

// LogAccess has the world tell each request that ends at an Application Load Balancer, as
// [dataplane.Plane.LogAccess] says. It is asked for before [World.Run].
func (w *World) LogAccess(tell func(*dataplane.Access)) { w.data.LogAccess(tell) }

// Run plays the world to its horizon. A cancelled context ends it early with
// the context's error.
func (w *World) Run(ctx context.Context) (*Outcome, error) {
	if err := w.RunUntil(ctx, w.cfg.Duration); err != nil {
		return nil, err
	}
	return w.outcome(), nil
}

// Cut returns what a world showed that was ended early, as if its run were as long
// as it has come; false if it has come to nothing yet. The world is of no use
// afterwards.
func (w *World) Cut() (*Outcome, bool) {
	now := w.kernel.Now()
	if now < sim.Second {
		return nil, false
	}
	w.cfg.Duration, w.cfg.Warmup = now, min(w.cfg.Warmup, now)
	return w.outcome(), true
}

// unlooked is how many events pass until a world looks whether it is to end: some launch a
// thousand instances.
const unlooked = 1 << 10

// burst is how many arrivals may follow another within one step, which none does where
// each event is looked at.
const burst = 1 << 8

// RunUntil plays the world up to and including an instant within its horizon, for
// who wants to look at it there; [World.Run] plays the rest. A cancelled context
// ends it early with the context's error.
func (w *World) RunUntil(ctx context.Context, at sim.Time) error {
	w.data.PlayAhead(burst)
	defer w.data.PlayAhead(0)
	until := min(at, w.cfg.Duration)
	for n := 1; w.steps(until, n); n = unlooked {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if w.watch != nil {
			w.watch(w.kernel.Now())
		}
	}
	return nil
}

// steps plays so many events, or reports that fewer are left until an instant.
func (w *World) steps(until sim.Time, n int) bool {
	for range n {
		ev, ok := w.kernel.Next(until)
		if !ok {
			w.data.EndRow(sim.RankObserve)
			return false
		}
		if ev.Plane == model.DataPlane {
			w.data.Handle(ev)
		} else {
			w.data.EndRow(w.control.Rank(ev))
			w.control.Handle(ev)
		}
	}
	w.data.EndRow(sim.RankObserve)
	return true
}

// Snapshot is the state of a world at an instant.
type Snapshot struct {
	Data    dataplane.Snapshot
	Control controlplane.Snapshot
}

// Snapshot returns the state of the world now. It takes time in proportion to all
// that is alive and is meant for tests and debuggers.
func (w *World) Snapshot() Snapshot {
	return Snapshot{Data: w.data.Snapshot(), Control: w.control.Snapshot()}
}

// Verify returns the first invariant of the package documentation that does not
// hold. It takes time in proportion to all that is alive and is meant for tests.
func (w *World) Verify() error {
	if err := w.data.Verify(); err != nil {
		return fmt.Errorf("invariant broken at %v: %w", w.kernel.Now(), err)
	}
	if err := w.control.Verify(); err != nil {
		return fmt.Errorf("invariant broken at %v: %w", w.kernel.Now(), err)
	}
	return nil
}
