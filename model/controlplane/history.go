package controlplane

import (
	"cmp"
	"fmt"

	"headroom/model"
	"headroom/model/scaling"
	"headroom/sim"
	"headroom/sim/slab"
)

// Activity is one line of the activity history.
type Activity struct {
	At, Until sim.Time // Until: when it was complete; At for an instantaneous one
	Subject   string   // "autoscaling_group.web"
	Kind      string   // "launch", "terminate", "set-desired", "no-change", "interruption", "capacity-short", "fault", …
	Detail    string   // "desired 4 -> 7"
	Cause     string   // "policy cpu50: alarm high, metric 80.00"
	Instance  int32    // None when no single one is concerned
	By        Caller   // who called the control plane for it; 0: it happened by itself
	Name      string   // of the call, where the kind does not tell; see [Activity.Call]
	Untold    bool     // it is a call alone, that the history leaves to what comes of it
	Group     int      // target group that the call is about, from 1; 0: none
}

// note writes one line of the activity history. An activity without times
// happens now.
func (cp *Plane) note(a Activity) {
	if a.Until == 0 {
		a.At, a.Until = cp.kernel.Now(), cp.kernel.Now()
	}
	cp.activities = append(cp.activities, a)
}

func (cp *Plane) noteLaunch(h slab.Handle) {
	in := cp.instances.Get(h)
	g := &cp.groups[in.order.group]
	if in.order.initial {
		return
	}
	cp.members[in.order.group].Launched++
	cause := "replacement"
	switch a := in.order.activity; {
	case a != None:
		cause = g.activities[a].cause
	case in.order.cause != "":
		cause = in.order.cause
	case g.surge > 0:
		cause = "rebalance of zones"
	}
	a := g.membership.started(cp, in)
	a.Subject, a.Cause, a.Instance = g.name(), cause, in.number
	cp.note(a)
}

// noteRecall writes down that an instance of the warm pool is taken into service.
func (cp *Plane) noteRecall(in *instance) {
	g := &cp.groups[in.order.group]
	cause := cmp.Or(in.order.cause, "replacement")
	if a := in.order.activity; a != None {
		cause = g.activities[a].cause
	}
	cp.note(Activity{
		Subject: g.name(), Kind: "warm-start", Cause: cause, Instance: in.number, By: AutoScaling,
		Detail: cp.typeAndZone(in) + ", from the warm pool",
	})
}

func (cp *Plane) noteTermination(h slab.Handle) {
	in := cp.instances.Get(h)
	g := &cp.groups[in.order.group]
	cause := cmp.Or(in.endReason, "unhealthy")
	if a := in.order.activity; a != None {
		cause = g.activities[a].cause
	} else if in.endReason == "" && g.capacity > g.desired {
		cause = "rebalance of zones"
	}
	cp.members[in.order.group].Terminated++
	a := g.membership.stopped(cp, in)
	a.Subject, a.Cause, a.Instance = g.name(), cause, in.number
	cp.note(a)
}

func (cp *Plane) noteResize(i int, c change) {
	g := &cp.groups[i]
	cp.members[i].ScalingActivities++
	cp.members[i].Thrash.Change(cp.kernel.Now(), g.desired, c.desired)
	cp.note(Activity{
		Subject: g.name(), Kind: "set-desired", Cause: c.cause, Instance: None,
		Detail: fmt.Sprintf("desired %d -> %d", g.desired, c.desired),
	})
}

func (cp *Plane) noteActivity(g *group, a *activity) {
	cp.note(Activity{
		At: a.begun, Until: cp.kernel.Now(), Subject: g.name(), Kind: "complete",
		Detail: "cooldown until " + cp.frame.Clock(g.cooldownUntil), Cause: a.cause, Instance: None,
	})
}

func (cp *Plane) noteLaunchFailure(i int) {
	g := &cp.groups[i]
	cp.members[i].LaunchFailed++
	a := g.membership.short(g)
	a.Subject, a.Kind, a.Cause, a.Instance = g.name(), "capacity-short", g.failure.String(), None
	cp.note(a)
}

func (cp *Plane) noteRefusal(i int, schedule string, err error) {
	cp.tellRefusal(i, "scheduled action "+schedule, err)
	cp.note(Activity{
		Subject: cp.groups[i].name(), Kind: "schedule-refused",
		Detail: err.Error(), Cause: "scheduled action " + schedule, Instance: None,
	})
}

func (cp *Plane) noteRebalance(i int) {
	g := &cp.groups[i]
	cp.note(Activity{
		Subject: g.name(), Kind: "rebalance", Cause: "zones out of balance", Instance: None,
		Detail: fmt.Sprintf("%d instances beyond desired", g.surge),
	})
}

func (cp *Plane) noteUnhealthy(h slab.Handle) {
	in := cp.instances.Get(h)
	check := "load balancer health check"
	if in.life.rests() {
		check = "EC2 instance state " + in.stateOf().String()
	} else if in.impaired(cp.kernel.Now()) {
		check = "EC2 status check"
	}
	cp.note(Activity{
		Subject: cp.groups[in.order.group].name(), Kind: "unhealthy",
		Detail: check, Cause: "health", Instance: in.number,
	})
}

func (cp *Plane) noteInterruption(h slab.Handle, cause string) {
	in := cp.instances.Get(h)
	if g := in.order.group; g != None {
		cp.members[g].SpotInterruptions++
	} else {
		cp.uses[in.order.fleet].SpotInterruptions++
	}
	cp.note(Activity{
		At: cp.kernel.Now(), Until: cp.kernel.Now() + noticeTime,
		Subject: cp.subjectOf(in), Kind: "interruption", Cause: cause, Instance: in.number, By: EC2,
		Detail: fmt.Sprintf("%s in zone %s", cp.frame.Types[in.order.typ].Name, cp.frame.Zones[in.zone]),
	})
}

// noteRecommendation writes down that EC2 recommends to replace a Spot instance before it
// gives notice.
func (cp *Plane) noteRecommendation(in *instance) {
	if g := in.order.group; g != None {
		cp.members[g].SpotRecommendations++
	} else {
		cp.uses[in.order.fleet].SpotRecommendations++
	}
	cp.note(Activity{
		Subject: cp.subjectOf(in), Kind: "rebalance-recommendation", Cause: "elevated risk of interruption", Instance: in.number, By: EC2,
		Detail: fmt.Sprintf("%s in zone %s", cp.frame.Types[in.order.typ].Name, cp.frame.Zones[in.zone]),
	})
}

func (cp *Plane) noteFailure(h slab.Handle) {
	in := cp.instances.Get(h)
	if g := in.order.group; g != None {
		cp.members[g].Lost++
	} else {
		cp.uses[in.order.fleet].Failed++
	}
	cp.note(Activity{
		Subject: cp.subjectOf(in), Kind: "failure",
		Detail: "zone " + cp.frame.Zones[in.zone], Cause: "fault", Instance: in.number,
	})
}

func (cp *Plane) noteAlarm(a *watch) {
	cause := "no datapoint"
	if newest := cp.series[a.series].newest; newest.ok {
		cause = fmt.Sprintf("metric %.4g", newest.value)
	}
	cp.note(Activity{
		Subject: "alarm." + a.cfg.Name, Kind: "alarm", Detail: a.state.String(), Cause: cause, Instance: None,
	})
}

func (cp *Plane) noteHold(h *Hold, kind, detail string) {
	name := "CreateCapacityReservation"
	if detail == cancelled {
		name = "CancelCapacityReservation"
	}
	cp.note(Activity{Subject: h.Name, Kind: kind, Detail: detail, Cause: "reservation", Instance: None, By: Operator, Name: name})
}

func (cp *Plane) noteFault(b activeFault, what string) {
	detail := fmt.Sprintf("%d instances", len(b.struck))
	switch {
	case len(b.strangers) > 0 && len(b.struck) == 0:
		detail = fmt.Sprintf("%d machines outside", len(b.strangers))
	case len(b.strangers) > 0:
		detail += fmt.Sprintf(" and %d machines outside", len(b.strangers))
	case cp.cfg.Faults[b.fault].Kind == ZoneOutage:
		detail = "zone " + cp.frame.Zones[b.zone]
	case cp.cfg.Faults[b.fault].Kind == RegionOutage:
		detail = "Region " + cp.frame.RegionName(cp.frame.RegionOf(b.zone))
	case b.machine > 0:
		detail = fmt.Sprintf("a host of dedicated_host.%s in zone %s, %d instances", cp.cfg.DedicatedHosts[cp.machines[b.machine-1].host].Name, cp.frame.Zones[b.zone], len(b.struck))
	case b.rack != None:
		detail = fmt.Sprintf("rack %d of hosts.%s in zone %s, %d hosts and %d instances", b.rack, cp.cfg.HostPools[b.pool].Name, cp.frame.Zones[b.zone], len(b.hosts), len(b.struck))
	case b.pool != None:
		detail = fmt.Sprintf("host %d of hosts.%s in zone %s", b.hosts[0], cp.cfg.HostPools[b.pool].Name, cp.frame.Zones[b.zone])
	}
	cp.note(Activity{
		Subject: fmt.Sprintf("fault.%d", b.fault), Kind: what, Detail: detail, Cause: "fault", Instance: None,
	})
}

// retire counts the work of an instance that stops running, and the time that it
// had for it: from the opening of its port to now, the time in which it leaves its
// target groups included.
func (cp *Plane) retire(in *instance) {
	if in.inServiceAt == sim.Never {
		return
	}
	spent := cp.busyOf(in)
	busy := float64(spent-in.worked) / 1e9
	in.worked = spent
	powered := (cp.kernel.Now() - in.inServiceAt).Seconds() * float64(cp.frame.Types[in.order.typ].VCPUs)
	if g := in.order.group; g != None {
		cp.members[g].BusyVCPUSeconds += busy
		cp.members[g].PoweredVCPUSeconds += powered
		return
	}
	cp.uses[in.order.fleet].BusyVCPUSeconds += busy
	cp.uses[in.order.fleet].PoweredVCPUSeconds += powered
}

// onMinuteTurns samples what the time series show.
func (cp *Plane) onMinuteTurns(ev model.Event) {
	for i := range cp.groups {
		cp.sampleGroup(i)
	}
	cp.sampleAll()
	for i := range cp.hostPools {
		p := &cp.hostPools[i]
		p.series = append(p.series, p.used.Value())
	}
	if next := cp.kernel.Now() + sim.Minute; next <= cp.frame.Duration {
		cp.schedule(next, ev)
	}
}

// sampleGroup notes the size of a group and its CPU over the last minute, as
// the mean of the members that are in service.
func (cp *Plane) sampleGroup(i int) {
	g := &cp.groups[i]
	o := &cp.members[i]
	cpu := 0.0
	if cp.data.Works() {
		cpu = cp.cpuOf(g)
	}
	if len(o.Enabled) > 0 {
		cp.sampleEnabled(i)
	}
	if o.Minutes == nil {
		o.Minutes = make([]GroupMinute, 0, min(cp.frame.Duration, 7*sim.Day)/sim.Minute+1)
	}
	o.Minutes = append(o.Minutes, GroupMinute{int32(g.desired), int32(g.inService.Value()), cpu})
	if reference := g.reference; reference > 0 {
		o.Elasticity.Add(scaling.Stretch{
			Time: sim.Minute, InService: int(g.inService.Value()), Least: g.min, Utilization: cpu, Reference: reference,
		})
	}
}

// cpuOf returns the CPU of a group over the last minute.
func (cp *Plane) cpuOf(g *group) float64 {
	now := cp.kernel.Now()
	busy, powered := 0.0, 0.0
	for _, in := range cp.membersOf(g) {
		spent := cp.busyOf(in)
		if in.inService() {
			since := max(in.inServiceAt, now-sim.Minute)
			busy += float64(spent - in.minute)
			powered += float64(now-since) * float64(cp.frame.Types[in.order.typ].VCPUs)
		}
		in.minute = spent
	}
	if powered == 0 {
		return 0
	}
	return busy / powered
}

// sampleEnabled notes the metrics that a group publishes of itself.
func (cp *Plane) sampleEnabled(i int) {
	g, o := &cp.groups[i], &cp.members[i]
	for k, m := range g.cfg.Enabled {
		o.Enabled[k] = append(o.Enabled[k], int64(cp.countMembers(&Metric{Kind: m.Kind, Subject: i})))
	}
}
