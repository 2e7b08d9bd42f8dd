package controlplane

import (
	"headroom/model"
	"headroom/sim/slab"
)

// broken is a fault that is not over yet.
type broken struct {
	fault int
	zone  model.Zone
	pool  int // None: the whole zone
	host  int
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

// onFaultStrikes breaks a zone or a host and schedules its recovery.
func (cp *Plane) onFaultStrikes(ev model.Event) {
	f := &cp.cfg.Faults[ev.Index()]
	b := broken{fault: ev.Index(), zone: f.Zone, pool: None}
	duration := draw(&cp.faultStreams[ev.Index()], f.Duration)
	if f.Every != nil {
		cp.scheduleFault(ev.Index())
	}
	switch f.Kind {
	case ZoneOutage:
		if f.Zone == None {
			b.zone = model.Zone(cp.faultStreams[ev.Index()].Below(len(cp.frame.Zones)))
		}
		cp.breakZone(b.zone)
	case HostFailure:
		var ok bool
		if b.pool, b.zone, b.host, ok = cp.chooseHost(ev.Index()); !ok {
			return
		}
		cp.breakHost(b)
	}
	cp.noteFault(b, "fault")
	cp.broken = append(cp.broken, b)
	cp.scheduleAfter(duration, indexed(faultEnds, len(cp.broken)-1))
}

// breakZone ends everything in a zone.
func (cp *Plane) breakZone(z model.Zone) {
	cp.zoneDown[z]++
	cp.killWhere(func(zone model.Zone, _ Need, _ int32) bool { return zone == z })
	cp.data.FailZone(z, true)
}

// breakHost ends everything on a host, which then takes nothing.
func (cp *Plane) breakHost(b broken) {
	cp.hostPools[b.pool].zones[b.zone].shared.SetEnabled(b.host, false)
	cp.killWhere(func(zone model.Zone, n Need, host int32) bool {
		return n.Pool == b.pool && zone == b.zone && host == int32(b.host)
	})
}

// killWhere ends the instances and tenants whose place matches. Groups are told
// after all have died, so that no replacement is launched among the dying.
func (cp *Plane) killWhere(matches func(model.Zone, Need, int32) bool) {
	var dying, tenants []slab.Handle
	for h, in := range cp.instances.All() {
		if matches(in.zone, in.order.need, in.host) {
			dying = append(dying, h)
		}
	}
	for h, t := range cp.tenants.All() {
		if matches(t.zone, cp.cfg.InstanceWorkloads[t.workload].Sizes[t.size].Need, t.host) {
			tenants = append(tenants, h)
		}
	}
	for _, h := range tenants {
		cp.endTenant(h, model.EndedByUser)
	}
	for _, h := range dying {
		cp.noteFailure(h)
		cp.kill(h, model.Failed)
	}
	cp.restoreHolds()
	if len(dying) == 0 {
		return
	}
	for i := range cp.groups {
		cp.lost(i)
	}
	for i := range cp.fleets {
		cp.recoverFleet(i)
	}
}

// chooseHost draws a working host of the fault's pools and zones.
func (cp *Plane) chooseHost(fault int) (pool int, zone model.Zone, host int, ok bool) {
	f := &cp.cfg.Faults[fault]
	type place struct {
		pool int
		zone model.Zone
		host int
	}
	var working []place
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
				if hosts.Enabled(h) {
					working = append(working, place{p, model.Zone(z), h})
				}
			}
		}
	}
	if len(working) == 0 {
		return None, None, None, false
	}
	c := working[cp.faultStreams[fault].Below(len(working))]
	return c.pool, c.zone, c.host, true
}

// onFaultEnds repairs what broke; groups move back into a recovered zone.
func (cp *Plane) onFaultEnds(ev model.Event) {
	b := cp.broken[ev.Index()]
	cp.noteFault(b, "recovery")
	if b.pool != None {
		cp.hostPools[b.pool].zones[b.zone].shared.SetEnabled(b.host, true)
		cp.restoreHolds()
	} else {
		cp.zoneDown[b.zone]--
		cp.data.FailZone(b.zone, false)
	}
	cp.roomIsMade()
	for i := range cp.fleets {
		cp.recoverFleet(i)
	}
	for i := range cp.groups {
		cp.lost(i)
		cp.rebalance(i)
	}
}
