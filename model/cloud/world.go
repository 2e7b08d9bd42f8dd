package cloud

import (
	"context"
	"fmt"

	"headroom/model"
	"headroom/model/placement"
	"headroom/model/routing"
	"headroom/model/scaling"
	"headroom/model/spot"
	"headroom/model/workload"
	"headroom/sim"
	"headroom/sim/rng"
)

// noticeTime is how long before its reclaim a Spot instance is told.
const noticeTime = spot.NoticeDuration

// World is the mutable state of one replication.
type World struct {
	cfg         *Config
	replication int
	kernel      *sim.Kernel[event]
	notice      *sim.Timer[event]
	meter       meter
	ledger      *model.Ledger

	traffic      []traffic
	requests     requestPool
	balancers    []balancer
	targetGroups []targetGroup
	targets      pool[target]
	instances    pool[instance]
	launched     int32
	fleets       []fleet
	groups       []group
	watches      []watch
	inputs       []input
	clocks       []clock
	hostPools    []hostPool
	spotPools    []spotPool
	flows        []tenantFlow
	tenants      pool[tenant]
	delayed      pool[delayedTenant]
	broken       []broken
	zoneDown     []int // outages that hold each zone

	launchStreams []rng.Stream // by owner
	faultStreams  []rng.Stream
}

// New builds the world of one replication at time 0: groups at their desired
// capacity, in service and warm. It fails when a recipe of the config cannot be
// cooked, which validation should have caught, or when the hosts are too small
// for what runs at the start.
func New(cfg *Config, replication int) (*World, error) {
	w := &World{
		cfg:         cfg,
		replication: replication,
		kernel:      sim.NewKernel[event](),
		meter:       newMeter(cfg),
		zoneDown:    make([]int, len(cfg.Zones)),
		ledger: &model.Ledger{
			Start: cfg.Start, End: cfg.Duration, Region: cfg.Region, Zones: cfg.Zones, Types: cfg.Types,
		},
	}
	w.notice = w.kernel.NewTimer(noticeTime, rankOf(spotReclaims))
	for _, build := range []func() error{
		w.newHosts, w.newTargetGroups, w.newBalancers, w.newSpotPools, w.newFleets,
		w.newGroups, w.newTraffic, w.newFlows, w.newFaults,
	} {
		if err := build(); err != nil {
			return nil, err
		}
	}
	w.openNodes()
	w.startMonitoring()
	w.schedule(w.nextHour(), event{kind: hourTurns})
	w.schedule(sim.Minute, event{kind: minuteTurns})
	return w, nil
}

// Run plays the world to its horizon. A cancelled context ends it early with
// the context's error.
func (w *World) Run(ctx context.Context) (*Outcome, error) {
	for n := 0; ; n++ {
		ev, ok := w.kernel.Next(w.cfg.Duration)
		if !ok {
			return w.outcome(), nil
		}
		w.handle(ev)
		if n&0xffff == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
}

func (w *World) schedule(at sim.Time, ev event) { w.kernel.At(at, rankOf(ev.kind), ev) }

func (w *World) scheduleAfter(d sim.Time, ev event) { w.kernel.After(d, rankOf(ev.kind), ev) }

func (w *World) stream(name string) rng.Stream { return rng.New(w.cfg.Seed, w.replication, name) }

// owner names who a usage record belongs to and gives it a stream for the
// chances of its launches.
func (w *World) owner(name string) int32 {
	w.ledger.Owners = append(w.ledger.Owners, name)
	w.launchStreams = append(w.launchStreams, w.stream("launch/"+name))
	return int32(len(w.ledger.Owners) - 1)
}

func (w *World) newHosts() error {
	w.hostPools = make([]hostPool, len(w.cfg.HostPools))
	for i := range w.hostPools {
		cfg := &w.cfg.HostPools[i]
		p := &w.hostPools[i]
		p.cfg = cfg
		p.zones = make([]*placement.Hosts, len(w.cfg.Zones))
		p.spot = make([][]occupant, len(w.cfg.Zones))
		p.claimed = make([]sim.Time, len(w.cfg.Zones))
		entry, ok := placement.Find(cfg.Placement, w.cfg.Placements...)
		if !ok {
			return fmt.Errorf("hosts.%s: unknown placement %q", cfg.Name, cfg.Placement)
		}
		for z, n := range cfg.PerZone {
			if n > 0 {
				draws := w.stream("placement/" + cfg.Name + "/" + w.cfg.Zones[z])
				p.zones[z] = placement.New(placement.Capacity{CPU: cfg.CPU, MemoryMiB: cfg.MemoryMiB}, n, entry.New(&draws))
			}
		}
	}
	return nil
}

func (w *World) newTargetGroups() error {
	w.newWatches()
	if err := w.newInputs(); err != nil {
		return err
	}
	w.targetGroups = make([]targetGroup, len(w.cfg.TargetGroups))
	for i := range w.targetGroups {
		cfg := &w.cfg.TargetGroups[i]
		g := &w.targetGroups[i]
		g.cfg = cfg
		g.marks = make([]groupTraffic, len(w.clocks))
		entry, ok := routing.Find(cfg.Algorithm, w.cfg.Algorithms...)
		if !ok {
			return fmt.Errorf("target_group.%s: unknown algorithm %q", cfg.Name, cfg.Algorithm)
		}
		scopes := 1
		if !cfg.CrossZone {
			scopes = len(w.cfg.Zones)
		}
		for z := range scopes {
			draws := w.stream(fmt.Sprintf("routing/%s/%d", cfg.Name, z))
			g.scopes = append(g.scopes, scope{policy: entry.New(routing.Setup{Nodes: len(w.cfg.Zones), Chooser: &draws})})
		}
	}
	return nil
}

func (w *World) newBalancers() error {
	w.balancers = make([]balancer, len(w.cfg.LoadBalancers))
	for i := range w.balancers {
		cfg := &w.cfg.LoadBalancers[i]
		b := &w.balancers[i]
		*b = balancer{cfg: cfg, owner: w.owner("load_balancer." + cfg.Name), groups: cfg.forwards()}
		b.dns = append(b.dns, cfg.Zones...)
		for _, g := range b.groups {
			w.targetGroups[g].balancers = append(w.targetGroups[g].balancers, i)
		}
	}
	return nil
}

func (w *World) newFleets() error {
	w.fleets = make([]fleet, len(w.cfg.Instances))
	for i := range w.fleets {
		cfg := &w.cfg.Instances[i]
		w.fleets[i] = fleet{cfg: cfg, owner: w.owner("instance." + cfg.Name)}
		for n := range cfg.Count {
			if !w.launchFleet(i, cfg.Zones[n%len(cfg.Zones)], true) {
				return fmt.Errorf("instance.%s: no host has room for instance %d of %d at the start [InsufficientInstanceCapacity]",
					cfg.Name, n+1, cfg.Count)
			}
		}
	}
	return nil
}

func (w *World) newGroups() error {
	w.groups = make([]group, len(w.cfg.Groups))
	for i := range w.groups {
		cfg := &w.cfg.Groups[i]
		g := &w.groups[i]
		*g = group{
			cfg: cfg, min: cfg.Min, max: cfg.Max, desired: cfg.Desired,
			owner:      w.owner("autoscaling_group." + cfg.Name),
			draws:      w.stream("scaling/" + cfg.Name),
			spotCursor: make([]int, len(cfg.Zones)),
		}
		g.wanted.Set(0, int64(cfg.Desired))
		for k, s := range cfg.Schedules {
			t, err := scaling.NewTimetable(s.Schedule)
			if err != nil {
				return fmt.Errorf("autoscaling_group.%s.schedule.%d: %w", cfg.Name, k, err)
			}
			g.timetables = append(g.timetables, t)
		}
		if err := w.newScalers(i); err != nil {
			return err
		}
		w.reconcile(i, launching{activity: None, settled: true})
		for k := range g.timetables {
			w.scheduleNext(i, k)
		}
		if cfg.ELBHealth {
			w.scheduleAfter(cfg.HealthSweep, indexed(groupSweeps, i))
		}
	}
	return nil
}

func (w *World) newTraffic() error {
	w.traffic = make([]traffic, len(w.cfg.Workloads))
	for i := range w.traffic {
		cfg := &w.cfg.Workloads[i]
		t := &w.traffic[i]
		name := "workload/" + cfg.Name
		*t = traffic{
			cfg:      cfg,
			line:     w.kernel.NewTimer(0, rankOf(requestArrives)),
			demand:   w.stream(name + "/demand"),
			sizes:    w.stream(name + "/bytes"),
			classes:  w.stream(name + "/class"),
			nodes:    w.stream(name + "/node"),
			class:    newClassTable(cfg.Classes),
			balancer: None,
			limits:   deadlines{oldest: noIndex, newest: noIndex, limit: sim.Never, code: Code460},
		}
		if cfg.Clients.Timeout > 0 {
			t.limits.limit = cfg.Clients.Timeout
		}
		if cfg.To == ToLoadBalancer {
			if err := t.behind(cfg.Target, &w.cfg.LoadBalancers[cfg.Target]); err != nil {
				return err
			}
		}
		t.source = cfg.Arrivals.Start(w.stream(name + "/arrivals"))
		t.traced, _ = t.source.(workload.Traced)
		w.scheduleArrival(i)
	}
	return nil
}

// behind puts a load balancer between a workload and its targets: its rules,
// its idle timeout, and its share of the time that clients wait.
func (t *traffic) behind(index int, lb *LoadBalancer) (err error) {
	t.balancer = index
	if t.actions, err = newActions(lb, t.cfg.Classes); err != nil {
		return fmt.Errorf("load_balancer.%s: %w", lb.Name, err)
	}
	if t.limits.limit != sim.Never {
		t.limits.limit = max(1, t.limits.limit-lb.Latency)
	}
	if lb.IdleTimeout > 0 && lb.IdleTimeout < t.limits.limit {
		t.limits.limit, t.limits.code = lb.IdleTimeout, Code504
	}
	return nil
}

func (w *World) newFlows() error {
	w.flows = make([]tenantFlow, len(w.cfg.InstanceWorkloads))
	for i := range w.flows {
		cfg := &w.cfg.InstanceWorkloads[i]
		f := &w.flows[i]
		name := "instance_workload/" + cfg.Name
		*f = tenantFlow{
			cfg: cfg, sizes: w.stream(name + "/size"), lifetimes: w.stream(name + "/lifetime"),
			owner: w.owner("instance_workload." + cfg.Name),
		}
		sum := 0.0
		for _, s := range cfg.Sizes {
			sum += s.Weight
			f.upTo = append(f.upTo, sum)
		}
		for k := range f.upTo {
			f.upTo[k] /= sum
		}
		f.source = cfg.Arrivals.Start(w.stream(name + "/arrivals"))
		f.traced, _ = f.source.(workload.Traced)
		w.startTenants(i)
		w.scheduleTenant(i)
	}
	return nil
}

func (w *World) newFaults() error {
	w.faultStreams = make([]rng.Stream, len(w.cfg.Faults))
	for i := range w.cfg.Faults {
		w.faultStreams[i] = w.stream(fmt.Sprintf("fault/%d", i))
		w.scheduleFault(i)
	}
	return nil
}
