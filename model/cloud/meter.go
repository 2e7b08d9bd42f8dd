package cloud

import (
	"fmt"

	"headroom/sim"
	"headroom/sim/slab"
)

// meter turns transitions into statistics: one line in a handler, everything
// else here.
type meter struct {
	warmup     sim.Time
	groups     int // target groups
	routes     []RouteOutcome
	late       int64 // events overtaken by what happened before
	reclaiming bool  // requests that fail now are lost to Spot
	activities []Activity
	fleets     []FleetOutcome
	members    []GroupOutcome
}

func newMeter(cfg *Config) meter {
	m := meter{warmup: cfg.Warmup, groups: len(cfg.TargetGroups)}
	minutes := int((cfg.Duration + sim.Minute - 1) / sim.Minute)
	m.routes = make([]RouteOutcome, len(cfg.Workloads)*(m.groups+1))
	for i := range m.routes {
		r := &m.routes[i]
		r.Workload, r.TargetGroup, r.LoadBalancer = i/(m.groups+1), i%(m.groups+1)-1, None
		if wl := cfg.Workloads[r.Workload]; wl.To == ToLoadBalancer {
			r.LoadBalancer = wl.Target
		}
		if reachable(cfg, r) {
			r.prepare(minutes)
		}
	}
	m.members = make([]GroupOutcome, len(cfg.Groups))
	m.fleets = make([]FleetOutcome, len(cfg.Instances))
	return m
}

// reachable reports whether requests of a route's workload can end there.
func reachable(cfg *Config, r *RouteOutcome) bool {
	wl := &cfg.Workloads[r.Workload]
	switch wl.To {
	case ToTargetGroup:
		return r.TargetGroup == wl.Target
	case ToInstances:
		return r.TargetGroup == None
	}
	if r.TargetGroup == None {
		return true
	}
	lb := &cfg.LoadBalancers[wl.Target]
	for _, g := range lb.forwards() {
		if g == r.TargetGroup {
			return true
		}
	}
	return false
}

// forwards lists the target groups of a load balancer's actions.
func (lb *LoadBalancer) forwards() []int {
	var groups []int
	add := func(a Action) {
		for _, f := range a.Forward {
			groups = append(groups, f.TargetGroup)
		}
	}
	add(lb.Default)
	for _, r := range lb.Rules {
		add(r.Action)
	}
	return groups
}

// route is where a request counts.
func (m *meter) route(r *request) *RouteOutcome {
	return &m.routes[int(r.workload)*(m.groups+1)+int(r.group)+1]
}

func (m *meter) overtaken() { m.late++ }

// arrived counts a request whose target group is known, or will never be.
func (m *meter) arrived(now sim.Time, r *request) {
	o := m.route(r)
	o.Arrived++
	o.Arrivals[now/sim.Minute]++
	if r.attempt > 0 {
		o.Retried++
	}
}

// started counts the beginning of service.
func (m *meter) started(now sim.Time, r *request) {
	if r.arrived < m.warmup {
		return
	}
	o := m.route(r)
	o.Wait.Record(int64(now - r.arrived))
	if now > r.arrived {
		o.Waited++
	}
}

// completed counts a response.
func (m *meter) completed(now sim.Time, r *request, hop sim.Time) {
	o := m.route(r)
	latency := int64(now - r.arrived + hop)
	minute := now / sim.Minute
	o.Completed++
	o.Completes[minute]++
	o.LatencyNs[minute] += latency
	if r.arrived >= m.warmup {
		o.MeasuredCompleted++
		o.Latency.Record(latency)
	}
}

// failed counts an attempt that ended without a response.
func (m *meter) failed(now sim.Time, r *request, code Code) {
	o := m.route(r)
	o.Failed[code]++
	o.Failures[now/sim.Minute]++
	if m.reclaiming {
		o.SpotLost++
	}
	if r.arrived >= m.warmup {
		o.MeasuredFailed++
	}
}

// serviceBegins marks the time from which an instance's vCPUs count as powered.
func (m *meter) serviceBegins(w *World, in *instance) {
	in.minute = in.station.busy
}

// serviceEnds counts the powered time of an instance in service.
func (m *meter) serviceEnds(w *World, in *instance) {
	in.poweredUntil = w.kernel.Now()
}

// retire counts the work of an instance that stops running.
func (m *meter) retire(w *World, in *instance) {
	now := w.kernel.Now()
	in.station.advance(now)
	until := now
	if in.life != serving {
		until = in.poweredUntil
	}
	if in.inServiceAt == sim.Never {
		return
	}
	busy := float64(in.station.busy) / 1e9
	powered := (until - in.inServiceAt).Seconds() * float64(w.cfg.Types[in.order.typ].VCPUs)
	if g := in.order.group; g != None {
		m.members[g].BusyVCPUSeconds += busy
		m.members[g].PoweredVCPUSeconds += powered
	} else {
		m.fleets[in.order.fleet].BusyVCPUSeconds += busy
		m.fleets[in.order.fleet].PoweredVCPUSeconds += powered
	}
}

func (m *meter) note(a Activity) { m.activities = append(m.activities, a) }

func (m *meter) launched(w *World, h slab.Handle) {
	in := w.instances.Get(h)
	g := &w.groups[in.order.group]
	if in.order.settled {
		return
	}
	m.members[in.order.group].Launched++
	cause := "replacement"
	if a := in.order.activity; a != None {
		cause = g.activities[a].cause
	} else if g.surge > 0 {
		cause = "rebalance of zones"
	}
	m.note(Activity{
		At: w.kernel.Now(), Until: w.kernel.Now(), Subject: g.name(), Kind: "launch", Cause: cause,
		Detail:   fmt.Sprintf("%s %s in zone %s", in.order.option, w.cfg.Types[in.order.typ].Name, w.cfg.Zones[in.zone]),
		Instance: in.number,
	})
}

func (m *meter) terminated(w *World, h slab.Handle) {
	in := w.instances.Get(h)
	g := &w.groups[in.order.group]
	cause := "unhealthy"
	if a := in.order.activity; a != None {
		cause = g.activities[a].cause
	} else if w.capacity(g) > g.desired {
		cause = "rebalance of zones"
	}
	m.members[in.order.group].Terminated++
	m.note(Activity{
		At: w.kernel.Now(), Until: w.kernel.Now(), Subject: g.name(), Kind: "terminate", Cause: cause,
		Detail:   fmt.Sprintf("%s in zone %s", w.cfg.Types[in.order.typ].Name, w.cfg.Zones[in.zone]),
		Instance: in.number,
	})
}

func (m *meter) resized(w *World, i int, c change) {
	g := &w.groups[i]
	m.members[i].ScalingActivities++
	m.note(Activity{
		At: w.kernel.Now(), Until: w.kernel.Now(), Subject: g.name(), Kind: "set-desired",
		Detail: fmt.Sprintf("desired %d -> %d", g.desired, c.desired), Cause: c.cause, Instance: None,
	})
}

func (m *meter) activityEnds(w *World, g *group, a *activity) {
	m.note(Activity{
		At: a.begun, Until: w.kernel.Now(), Subject: g.name(), Kind: "complete",
		Detail: "cooldown until " + g.cooldownUntil.String(), Cause: a.cause, Instance: None,
	})
}

func (m *meter) capacityShort(w *World, i int) {
	g := &w.groups[i]
	m.members[i].LaunchFailed++
	m.note(Activity{
		At: w.kernel.Now(), Until: w.kernel.Now(), Subject: g.name(), Kind: "capacity-short",
		Detail: fmt.Sprintf("%d of %d instances", w.capacity(g), g.desired),
		Cause:  "InsufficientInstanceCapacity", Instance: None,
	})
}

func (m *meter) cooledDown(i int) { m.members[i].BlockedByCooldown++ }

func (m *meter) scheduleRefused(w *World, i int, name string, err error) {
	m.note(Activity{
		At: w.kernel.Now(), Until: w.kernel.Now(), Subject: w.groups[i].name(), Kind: "schedule-refused",
		Detail: err.Error(), Cause: "scheduled action " + name, Instance: None,
	})
}

func (m *meter) rebalances(w *World, i, surge int) {
	m.note(Activity{
		At: w.kernel.Now(), Until: w.kernel.Now(), Subject: w.groups[i].name(), Kind: "rebalance",
		Detail: fmt.Sprintf("%d instances beyond desired", surge), Cause: "zones out of balance", Instance: None,
	})
}

func (m *meter) unhealthy(w *World, h slab.Handle) {
	in := w.instances.Get(h)
	m.note(Activity{
		At: w.kernel.Now(), Until: w.kernel.Now(), Subject: w.groups[in.order.group].name(), Kind: "unhealthy",
		Detail: "load balancer health check", Cause: "health", Instance: in.number,
	})
}

func (m *meter) interrupted(w *World, h slab.Handle, cause string) {
	in := w.instances.Get(h)
	m.members[in.order.group].SpotInterruptions++
	m.note(Activity{
		At: w.kernel.Now(), Until: w.kernel.Now() + noticeTime, Subject: w.groups[in.order.group].name(),
		Kind: "interruption", Cause: cause, Instance: in.number,
		Detail: fmt.Sprintf("%s in zone %s", w.cfg.Types[in.order.typ].Name, w.cfg.Zones[in.zone]),
	})
}

func (m *meter) failedInstance(w *World, h slab.Handle) {
	in := w.instances.Get(h)
	subject := ""
	if g := in.order.group; g != None {
		m.members[g].Lost++
		subject = w.groups[g].name()
	} else {
		m.fleets[in.order.fleet].Failed++
		subject = "instance." + w.cfg.Instances[in.order.fleet].Name
	}
	m.note(Activity{
		At: w.kernel.Now(), Until: w.kernel.Now(), Subject: subject, Kind: "failure",
		Detail: "zone " + w.cfg.Zones[in.zone], Cause: "fault", Instance: in.number,
	})
}

func (m *meter) alarmTurns(w *World, a *watch) {
	m.note(Activity{
		At: w.kernel.Now(), Until: w.kernel.Now(), Subject: "alarm." + a.cfg.Name, Kind: "alarm",
		Detail: a.state.String(), Cause: "metric", Instance: None,
	})
}

func (m *meter) broke(w *World, b broken)    { m.noteFault(w, b, "fault") }
func (m *meter) repaired(w *World, b broken) { m.noteFault(w, b, "recovery") }

func (m *meter) noteFault(w *World, b broken, what string) {
	detail := "zone " + w.cfg.Zones[b.zone]
	if b.pool != None {
		detail = fmt.Sprintf("host %d of hosts.%s in zone %s", b.host, w.cfg.HostPools[b.pool].Name, w.cfg.Zones[b.zone])
	}
	m.note(Activity{
		At: w.kernel.Now(), Until: w.kernel.Now(), Subject: fmt.Sprintf("fault.%d", b.fault), Kind: what,
		Detail: detail, Cause: "fault", Instance: None,
	})
}
