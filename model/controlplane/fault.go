package controlplane

import (
	"slices"

	"headroom/model"
	"headroom/sim"
	"headroom/sim/slab"
)

// activeFault is a fault that is not over yet.
type activeFault struct {
	fault      int
	zone       model.Zone // None: wherever its instances are
	pool       int        // None: not hosts
	rack       int        // None: one host
	hosts      []int
	machine    int32 // Dedicated Host that is on no host of a pool, from 1; 0: none
	impairment model.Impairment
	struck     []slab.Handle
	strangers  []int // machines outside
}

// scheduleFault schedules the next strike of a fault.
func (cp *Plane) scheduleFault(i int) {
	f := &cp.cfg.Faults[i]
	at := f.At
	if f.Every != nil {
		at = cp.kernel.Now() + draw(&cp.faultStreams[i], f.Every)
	}
	if at <= cp.frame.Duration {
		cp.schedule(at, indexed(faultStrikes, i))
	}
}

// onFaultStrikes breaks something and schedules its recovery.
func (cp *Plane) onFaultStrikes(ev model.Event) {
	f := &cp.cfg.Faults[ev.Index()]
	b := activeFault{fault: ev.Index(), zone: f.Zone, pool: None, rack: None, impairment: f.Impairment}
	duration := draw(&cp.faultStreams[ev.Index()], f.Duration)
	if f.Every != nil {
		cp.scheduleFault(ev.Index())
	}
	switch f.Kind {
	case ZoneOutage:
		if f.Zone == None {
			b.zone = model.Zone(cp.faultStreams[ev.Index()].Below(len(cp.frame.Zones)))
		}
		cp.lose(func(z model.Zone) bool { return z == b.zone })
		cp.failZone(b.zone, true)
		b.struck = cp.instancesWhere(func(in *instance) bool { return in.zone == b.zone })
	case RegionOutage:
		cp.failRegion(cp.frame.RegionOf(b.zone), true)
		b.struck = cp.instancesWhere(func(in *instance) bool { return cp.frame.RegionOf(in.zone) == cp.frame.RegionOf(b.zone) })
	case HostFailure, RackFailure:
		if !cp.chooseHosts(ev.Index(), &b) {
			return
		}
		cp.setEnabled(&b, false)
		b.struck = cp.instancesWhere(func(in *instance) bool {
			if b.machine > 0 {
				return in.machine == b.machine
			}
			return in.order.need.Pool == b.pool && in.zone == b.zone && slices.Contains(b.hosts, int(in.host))
		})
	default:
		b.struck, b.strangers = cp.victims(ev.Index())
	}
	cp.noteFault(b, "fault")
	if f.Kind == InstanceTermination {
		cp.stop(b.struck)
		return
	}
	if f.Kind == InstanceRetirement {
		cp.giveUpHardware(b.struck)
		return
	}
	if f.Kind == SpotInterruption {
		cp.interruptSpot(b.struck, f.Before)
		return
	}
	if f.Kind != ApplicationFault && f.Kind != VolumeFailure {
		b.impairment.Cut = true
	}
	b.struck = cp.withTasks(b.struck)
	cp.activeFaults = append(cp.activeFaults, b)
	cp.strike(len(cp.activeFaults) - 1)
	cp.scheduleAfter(duration, indexed(faultEnds, len(cp.activeFaults)-1))
}

// strike impairs the instances of a fault.
func (cp *Plane) strike(i int) {
	b := &cp.activeFaults[i]
	for _, h := range b.struck {
		in := cp.instances.Get(h)
		in.faults = append(in.faults, int32(i))
		cp.impair(h)
		if f := &cp.cfg.Faults[b.fault]; f.Kind == VolumeFailure {
			cp.data.FailVolume(in.server, f.Volume, true)
		}
		if b.impairment.Cut {
			cp.noteFailure(h)
		}
	}
	for _, k := range b.strangers {
		cp.strikeStranger(k, i, false)
	}
}

// impair tells the data plane how an instance is impaired now, and remembers since when
// nobody reaches it.
func (cp *Plane) impair(h slab.Handle) {
	in := cp.instances.Get(h)
	var all model.Impairment
	volume := false
	for _, i := range in.faults {
		all = all.With(cp.activeFaults[i].impairment)
		volume = volume || cp.cfg.Faults[cp.activeFaults[i].fault].Kind == VolumeFailure
	}
	cp.data.Impair(in.server, all)
	cp.countChecks(in)
	cp.stirred = true
	switch {
	case !volume || !cp.frame.Types[in.order.typ].Nitro:
		in.ebsAt = sim.Never
	case in.ebsAt == sim.Never:
		in.ebsAt = cp.kernel.Now()
	}
	switch {
	case !all.Cut:
		if in.cutAt = sim.Never; in.container != nil {
			cp.roomForTasks(in.order.group)
		}
	case in.cutAt == sim.Never:
		in.cutAt = cp.kernel.Now()
		cp.watchCut(h)
	}
}

// instancesWhere lists the instances that still have a host and match.
func (cp *Plane) instancesWhere(matches func(*instance) bool) (list []slab.Handle) {
	for h, in := range cp.instances.All() {
		if !in.life.ended() && !in.life.rests() && matches(in) {
			list = append(list, h)
		}
	}
	return list
}

// strikeable lists the instances that a fault may strike.
func (cp *Plane) strikeable(f *Fault) []slab.Handle {
	return cp.instancesWhere(func(in *instance) bool {
		return (f.Zone == None || in.zone == f.Zone) && cp.belongs(in, f.On) && !(in.isTask() && f.Kind.ofInstances()) &&
			(f.Kind != SpotInterruption || in.order.option == model.Spot)
	})
}

// ofInstances reports whether a fault is one of instances and never of the tasks on them,
// which end with them.
func (k FaultKind) ofInstances() bool {
	return k == InstanceTermination || k == InstanceRetirement || k == VolumeFailure
}

// belongs reports whether an instance is one of a subject's.
func (cp *Plane) belongs(in *instance, s Subject) bool {
	switch s.Kind {
	case OfOutside:
		return false
	case OfGroup:
		return in.order.group == s.Index
	case OfFleet:
		return in.order.fleet == s.Index
	case OfTargetGroup:
		return slices.Contains(cp.targetGroupsOf(in), s.Index)
	case OfService:
		return in.order.service == s.Index || slices.Contains(in.order.applications, s.Index)
	}
	return true
}

// stop ends instances that run no more. Groups are told after all have died, so
// that no replacement is launched among the dying.
func (cp *Plane) stop(dying []slab.Handle) {
	for _, h := range dying {
		cp.noteFailure(h)
		cp.kill(h, model.Failed)
	}
	cp.restoreHolds()
	for i := range cp.groups {
		cp.lost(i)
	}
}

// interruptSpot begins interruptions that end a time from now, as AWS's fault injection
// does: the recommendation comes at once, the notice two minutes before the end (AWS FIS User
// Guide, aws:ec2:send-spot-instance-interruptions).
func (cp *Plane) interruptSpot(struck []slab.Handle, before sim.Time) {
	now := cp.kernel.Now()
	for _, h := range struck {
		at := now + before - noticeTime
		cp.strikeSpot(h, at)
		if !cp.instances.Get(h).isTask() { // ECS passes no recommendation on
			cp.recommend(h, now, at)
		}
	}
}

// setEnabled says whether the hosts of a fault work.
func (cp *Plane) setEnabled(b *activeFault, works bool) {
	if b.machine > 0 {
		cp.failMachine(int(b.machine-1), !works)
		return
	}
	for _, host := range b.hosts {
		cp.hostPools[b.pool].zones[b.zone].shared.SetEnabled(host, works)
		cp.failMachines(b.pool, b.zone, host, !works)
	}
}

// chooseHosts draws a working host of the fault's pools and zones, or the working hosts
// of a rack.
func (cp *Plane) chooseHosts(fault int, b *activeFault) (ok bool) {
	working := cp.workingHosts(&cp.cfg.Faults[fault])
	if len(working) == 0 {
		return false
	}
	c := working[cp.faultStreams[fault].Below(len(working))]
	b.pool, b.zone, b.hosts, b.machine = c.pool, c.zone, []int{c.host}, c.machine
	if c.rack == None {
		return true
	}
	b.rack, b.hosts = c.rack, nil
	p := &cp.hostPools[b.pool]
	for host := range p.zones[b.zone].shared.Len() {
		if p.racks(b.zone).Of(host) == b.rack && p.zones[b.zone].shared.Enabled(host) {
			b.hosts = append(b.hosts, host)
		}
	}
	return true
}

// hostOf names a host, or its rack.
type hostOf struct {
	pool       int
	zone       model.Zone
	host, rack int   // rack None: the host alone
	machine    int32 // on no host of a pool, from 1; 0: none
}

// workingHosts lists the hosts that a fault may strike, or one of each rack.
func (cp *Plane) workingHosts(f *Fault) (working []hostOf) {
	if f.Kind == HostFailure && f.Pool == None {
		working = cp.workingMachines(f)
	}
	if f.Machines > 0 {
		return working
	}
	for p := range cp.hostPools {
		if f.Pool != None && f.Pool != p {
			continue
		}
		for z := range cp.hostPools[p].zones {
			hosts := cp.hostPools[p].zones[z].shared
			if hosts == nil || f.Zone != None && f.Zone != model.Zone(z) {
				continue
			}
			for h := range hosts.Len() {
				if !hosts.Enabled(h) {
					continue
				}
				c := hostOf{pool: p, zone: model.Zone(z), host: h, rack: None}
				if f.Kind == RackFailure {
					c.rack = cp.hostPools[p].racks(c.zone).Of(h)
					if n := len(working); n > 0 && working[n-1].rack == c.rack && working[n-1].pool == p && working[n-1].zone == c.zone {
						continue
					}
				}
				working = append(working, c)
			}
		}
	}
	return working
}

// onFaultEnds repairs what broke; groups move back into a recovered zone.
func (cp *Plane) onFaultEnds(ev model.Event) {
	b := &cp.activeFaults[ev.Index()]
	cp.noteFault(*b, "recovery")
	switch cp.cfg.Faults[b.fault].Kind {
	case HostFailure, RackFailure:
		cp.setEnabled(b, true)
		cp.restoreHolds()
	case ZoneOutage:
		cp.failZone(b.zone, false)
	case RegionOutage:
		cp.failRegion(cp.frame.RegionOf(b.zone), false)
	}
	for _, h := range b.struck {
		if in := cp.instances.Get(h); in != nil && !in.life.ended() {
			in.faults = slices.DeleteFunc(in.faults, func(i int32) bool { return int(i) == ev.Index() })
			if in.life.rests() {
				continue
			}
			cp.impair(h)
			if f := &cp.cfg.Faults[b.fault]; f.Kind == VolumeFailure {
				cp.data.FailVolume(in.server, f.Volume, false)
			}
		}
	}
	for _, k := range b.strangers {
		cp.strikeStranger(k, ev.Index(), true)
	}
	b.struck, b.strangers = nil, nil
	cp.roomIsMade()
	if !b.impairment.Cut {
		return
	}
	for i := range cp.groups {
		cp.lost(i)
		cp.rebalance(i)
	}
}
