package cloud

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
func (w *World) scheduleFault(i int) {
	f := &w.cfg.Faults[i]
	at := f.At
	if f.Every != nil {
		at = w.kernel.Now() + draw(&w.faultStreams[i], f.Every)
	}
	if at <= w.cfg.Duration {
		w.schedule(at, indexed(faultStrikes, i))
	}
}

// onFaultStrikes breaks a zone or a host and schedules its recovery.
func (w *World) onFaultStrikes(ev event) {
	f := &w.cfg.Faults[ev.index()]
	b := broken{fault: ev.index(), zone: f.Zone, pool: None}
	duration := draw(&w.faultStreams[ev.index()], f.Duration)
	if f.Every != nil {
		w.scheduleFault(ev.index())
	}
	switch f.Kind {
	case ZoneOutage:
		if f.Zone == None {
			b.zone = model.Zone(w.faultStreams[ev.index()].Below(len(w.cfg.Zones)))
		}
		w.breakZone(b.zone)
	case HostFailure:
		var ok bool
		if b.pool, b.zone, b.host, ok = w.chooseHost(ev.index()); !ok {
			return
		}
		w.breakHost(b)
	}
	w.meter.broke(w, b)
	w.broken = append(w.broken, b)
	w.scheduleAfter(duration, indexed(faultEnds, len(w.broken)-1))
}

// breakZone ends everything in a zone.
func (w *World) breakZone(z model.Zone) {
	w.zoneDown[z]++
	w.killWhere(func(zone model.Zone, _ Need, _ int32) bool { return zone == z })
	for b := range w.balancers {
		w.reconsiderNodes(b)
	}
}

// breakHost ends everything on a host, which then takes nothing.
func (w *World) breakHost(b broken) {
	w.hostPools[b.pool].zones[b.zone].SetEnabled(b.host, false)
	w.killWhere(func(zone model.Zone, n Need, host int32) bool {
		return n.Pool == b.pool && zone == b.zone && host == int32(b.host)
	})
}

// killWhere ends the instances and tenants whose place matches. Groups are told
// after all have died, so that no replacement is launched among the dying.
func (w *World) killWhere(matches func(model.Zone, Need, int32) bool) {
	var dying, tenants []slab.Handle
	for h, in := range w.instances.All() {
		if matches(in.zone, in.order.need, in.host) {
			dying = append(dying, h)
		}
	}
	for h, t := range w.tenants.All() {
		if matches(t.zone, w.cfg.InstanceWorkloads[t.workload].Sizes[t.size].Need, t.host) {
			tenants = append(tenants, h)
		}
	}
	for _, h := range tenants {
		w.endTenant(h, model.EndedByUser)
	}
	for _, h := range dying {
		w.meter.failedInstance(w, h)
		w.kill(indexOf(h), model.EndedByUser)
	}
	if len(dying) == 0 {
		return
	}
	for i := range w.groups {
		w.lost(i)
	}
	for i := range w.fleets {
		w.recoverFleet(i)
	}
}

// chooseHost draws a working host of the fault's pools and zones.
func (w *World) chooseHost(fault int) (pool int, zone model.Zone, host int, ok bool) {
	f := &w.cfg.Faults[fault]
	type place struct {
		pool int
		zone model.Zone
		host int
	}
	var working []place
	for p := range w.hostPools {
		if f.Pool != None && f.Pool != p {
			continue
		}
		for z, hosts := range w.hostPools[p].zones {
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
	c := working[w.faultStreams[fault].Below(len(working))]
	return c.pool, c.zone, c.host, true
}

// onFaultEnds repairs what broke; groups move back into a recovered zone.
func (w *World) onFaultEnds(ev event) {
	b := w.broken[ev.index()]
	w.meter.repaired(w, b)
	if b.pool != None {
		w.hostPools[b.pool].zones[b.zone].SetEnabled(b.host, true)
	} else {
		w.zoneDown[b.zone]--
	}
	for i := range w.balancers {
		w.reconsiderNodes(i)
	}
	for i := range w.fleets {
		w.recoverFleet(i)
	}
	for i := range w.groups {
		w.lost(i)
		w.rebalance(i)
	}
}

// fleet is the state of one [instance.NAME].
type fleet struct {
	cfg     *Fleet
	members []uint32 // by index, running or not
	missing []model.Zone
	owner   int32
}

// forget drops an instance that has gone; it is to be recovered in its zone.
func (f *fleet) forget(instance uint32, zone model.Zone) {
	for k, m := range f.members {
		if m == instance {
			f.members = append(f.members[:k], f.members[k+1:]...)
			f.missing = append(f.missing, zone)
			return
		}
	}
}

// recoverFleet launches lost instances again where there is capacity, as EC2's
// automatic recovery does.
func (w *World) recoverFleet(i int) {
	f := &w.fleets[i]
	waiting := f.missing[:0]
	for _, zone := range f.missing {
		if !w.launchFleet(i, zone, false) {
			waiting = append(waiting, zone)
		}
	}
	f.missing = waiting
}

func (w *World) launchFleet(i int, zone model.Zone, settled bool) bool {
	f := &w.fleets[i]
	h, ok := w.launch(order{
		template: &f.cfg.Template, typ: f.cfg.Template.Type, need: f.cfg.Need, zone: zone,
		option: model.OnDemand, spotPool: None, group: None, fleet: i, service: f.cfg.Service,
		owner: f.owner, activity: None, settled: settled,
	})
	if ok {
		f.members = append(f.members, indexOf(h))
	}
	return ok
}
