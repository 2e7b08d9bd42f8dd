package cloud

import (
	"headroom/model"
	"headroom/model/workload"
	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/slab"
	"headroom/sim/stat"
)

// tenantFlow is the state of one instance workload.
type tenantFlow struct {
	cfg       *InstanceWorkload
	source    workload.Source
	traced    workload.Traced
	sizes     rng.Stream
	lifetimes rng.Stream
	zone      int
	owner     int32
	upTo      []float64 // sizes by cumulative weight
	running   stat.Level
	out       TenantOutcome
}

// tenant is an instance that comes and goes by itself.
type tenant struct {
	host     int32
	lease    int32
	workload int32
	size     int32
	zone     model.Zone
	noticed  bool
}

// scheduleTenant schedules the next arrival of an instance workload.
func (w *World) scheduleTenant(i int) {
	if at, ok := w.flows[i].source.Next(); ok && at <= w.cfg.Duration {
		w.schedule(at, indexed(tenantArrives, i))
	}
}

// onTenantArrives launches an instance that ends by itself.
func (w *World) onTenantArrives(ev event) {
	f := &w.flows[ev.index()]
	size, lifetime := f.drawTenant()
	w.scheduleTenant(ev.index())
	w.launchTenant(ev.index(), size, lifetime)
}

// drawTenant draws a size and a lifetime, or reads them from the trace.
func (f *tenantFlow) drawTenant() (size int32, lifetime sim.Time) {
	if f.traced != nil && f.cfg.Trace != nil {
		row := f.cfg.Trace[f.traced.Row()]
		return row.Size, row.Lifetime
	}
	u := 0.0
	if len(f.upTo) > 1 {
		u = f.sizes.Uniform()
	}
	for int(size) < len(f.upTo)-1 && u >= f.upTo[size] {
		size++
	}
	return size, draw(&f.lifetimes, f.cfg.Lifetime)
}

func (w *World) launchTenant(i int, size int32, lifetime sim.Time) {
	f := &w.flows[i]
	need := f.cfg.Sizes[size].Need
	zone, host, ok := w.placeTenant(f, need)
	if !ok && f.cfg.Option == model.OnDemand && w.reclaimFor(need, zone) && w.cfg.WaitForSpotReclaim {
		w.delayTenant(delayedTenant{workload: i, size: size, lifetime: lifetime})
		return
	}
	if !ok {
		f.out.LaunchFailed++
		return
	}
	now := w.kernel.Now()
	h, t := w.tenants.Alloc()
	*t = tenant{host: host, workload: int32(i), size: size, zone: zone, lease: None}
	f.running.Add(now, 1)
	f.out.Launched++
	if !f.cfg.Foreign {
		t.lease = w.leaseTenant(f, t)
	}
	if f.cfg.Option == model.Spot {
		w.exposeTenant(f, h, t)
	}
	if lifetime <= w.cfg.Duration-now {
		w.scheduleAfter(lifetime, handled(tenantDeparts, h))
	}
}

// delayedTenant is a launch that waits for Spot instances to make room.
type delayedTenant struct {
	workload int
	size     int32
	lifetime sim.Time
}

// delayTenant launches again when the notice of those who make room is over.
func (w *World) delayTenant(d delayedTenant) {
	h, t := w.delayed.Alloc()
	*t = d
	w.scheduleAfter(noticeTime, handled(tenantReturns, h))
}

// onTenantReturns launches a tenant that has waited for Spot capacity.
func (w *World) onTenantReturns(ev event) {
	d := *w.delayed.Get(ev.handle())
	w.delayed.Free(ev.handle())
	w.launchTenant(d.workload, d.size, d.lifetime)
}

// placeTenant deals instances to the zones in turn, skipping full ones. A
// refusal names the zone whose turn it was.
func (w *World) placeTenant(f *tenantFlow, need Need) (zone model.Zone, host int32, ok bool) {
	first := f.zone
	if f.zone++; f.zone == len(f.cfg.Zones) {
		f.zone = 0
	}
	for k := range f.cfg.Zones {
		zone = f.cfg.Zones[(first+k)%len(f.cfg.Zones)]
		if host, ok = w.place(need, zone, f.cfg.Option); ok {
			return zone, host, true
		}
	}
	return f.cfg.Zones[first], None, false
}

// exposeTenant subjects a Spot tenant to its market and to reclaims.
func (w *World) exposeTenant(f *tenantFlow, h slab.Handle, t *tenant) {
	o := occupant{handle: h, tenant: true}
	if need := f.cfg.Sizes[t.size].Need; need.Pool != None {
		p := &w.hostPools[need.Pool]
		p.spot[t.zone] = append(p.spot[t.zone], o)
	}
	if f.cfg.SpotPool == nil {
		return
	}
	pool := f.cfg.SpotPool[int(t.size)*len(w.cfg.Zones)+int(t.zone)]
	w.expose(&w.spotPools[pool], o, tenantNotices)
}

// onTenantDeparts ends an instance whose lifetime is over.
func (w *World) onTenantDeparts(ev event) {
	if w.tenants.Get(ev.handle()) == nil { // reclaimed or failed before
		w.meter.overtaken()
		return
	}
	w.endTenant(ev.handle(), model.EndedByUser)
}

// onTenantNotices starts the two minutes before a tenant's reclaim.
func (w *World) onTenantNotices(ev event) {
	if t := w.tenants.Get(ev.handle()); t == nil || t.noticed {
		w.meter.overtaken()
		return
	}
	w.giveNotice(occupant{handle: ev.handle(), tenant: true}, "spot capacity")
}

// onTenantReclaims ends a tenant whose notice has run out.
func (w *World) onTenantReclaims(ev event) {
	t := w.tenants.Get(ev.handle())
	if t == nil {
		w.meter.overtaken()
		return
	}
	w.flows[t.workload].out.Interrupted++
	w.endTenant(ev.handle(), model.EndedByReclaim)
}

func (w *World) endTenant(h slab.Handle, end model.LeaseEnd) {
	t := w.tenants.Get(h)
	f := &w.flows[t.workload]
	now := w.kernel.Now()
	w.unplace(f.cfg.Sizes[t.size].Need, t.zone, t.host)
	f.running.Add(now, -1)
	f.out.Terminated++
	w.closeLease(t.lease, end)
	w.tenants.Free(h)
}

// startTenants fills an instance workload's stationary population at time 0.
func (w *World) startTenants(i int) {
	f := &w.flows[i]
	for n := poisson(&f.sizes, f.cfg.Initial); n > 0; n-- {
		size, _ := f.drawTenant()
		w.launchTenant(i, size, f.residual())
	}
}

// residual draws the remaining lifetime of an instance seen at a random
// instant: a lifetime that is drawn in proportion to its length, times a
// uniform share. The length bias is drawn by weighing many candidates, which leaves an error of
// about (1 + cv²)/256 in the mean.
func (f *tenantFlow) residual() sim.Time {
	const candidates = 256
	total, chosen := 0.0, 0.0
	for range candidates {
		x := f.lifetimes.Draw(f.cfg.Lifetime)
		total += x
		if total > 0 && f.lifetimes.Uniform() < x/total {
			chosen = x
		}
	}
	return sim.Seconds(chosen * f.lifetimes.Uniform())
}

// poisson draws a count of a given mean by counting arrivals of a unit process.
func poisson(s *rng.Stream, mean float64) int {
	n := 0
	for t := s.Exponential(); t < mean; t += s.Exponential() {
		n++
	}
	return n
}
