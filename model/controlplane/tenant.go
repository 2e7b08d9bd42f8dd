package controlplane

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
	aged      rng.Distribution // lifetimes of those that run at the start
	zone      int
	zones     int // of the scenario
	owner     int32
	upTo      []float64       // sizes by cumulative weight
	queue     []waitingTenant // launches that wait for room, in order
	waiting   stat.Level
	running   stat.Level
	out       TenantOutcome
}

// tenant is an instance that comes and goes by itself.
type tenant struct {
	hostPlace
	lease    int32
	volumes  int32 // its first in the ledger, the others follow; None without
	address  int32
	private  int32 // record of its private address; None
	workload int32
	size     int32
	zone     model.Zone
	noticed  bool
	server   slab.Handle // of a workload with a utilization
	account  account
	number   int32 // of one that is billed
	since    sim.Time
}

// scheduleTenant schedules the next arrival of an instance workload.
func (cp *Plane) scheduleTenant(i int) {
	if at, ok := cp.flows[i].source.Next(); ok && at <= cp.frame.Duration {
		cp.schedule(at, indexed(tenantArrives, i))
	}
}

// onTenantArrives launches an instance that ends by itself.
func (cp *Plane) onTenantArrives(ev model.Event) {
	f := &cp.flows[ev.Index()]
	size, lifetime := f.drawTenant()
	cp.scheduleTenant(ev.Index())
	cp.launchTenant(ev.Index(), size, lifetime)
}

// drawTenant draws a size and a lifetime, or reads them from the trace.
func (f *tenantFlow) drawTenant() (size int32, lifetime sim.Time) {
	if f.traced != nil && f.cfg.Trace != nil {
		row := f.cfg.Trace[f.traced.Row()]
		return row.Size, row.Lifetime
	}
	return f.drawSize(), draw(&f.lifetimes, f.cfg.Lifetime)
}

func (f *tenantFlow) drawSize() (size int32) {
	u := 0.0
	if len(f.upTo) > 1 {
		u = f.sizes.Uniform()
	}
	for int(size) < len(f.upTo)-1 && u >= f.upTo[size] {
		size++
	}
	return size
}

// launchTenant launches an instance, or lets it wait where its workload does.
func (cp *Plane) launchTenant(i int, size int32, lifetime sim.Time) {
	f := &cp.flows[i]
	if f.cfg.Wait {
		cp.enqueueTenant(i, waitingTenant{size, lifetime, cp.kernel.Now()})
		return
	}
	zone, b, ok := cp.placeTenant(f, size)
	if ok {
		cp.openTenant(i, tenant{hostPlace: b, workload: int32(i), size: size, zone: zone}, lifetime)
		return
	}
	promised := forThisInstant
	if cp.cfg.WaitForSpotReclaim {
		promised = untilItReturns
	}
	if cp.equips(f, size, zone) && cp.reclaimFor(f.request(size, zone), None, promised) && cp.cfg.WaitForSpotReclaim {
		cp.delayTenant(delayedTenant{workload: i, size: size, lifetime: lifetime})
		return
	}
	f.out.LaunchFailed++
}

// openTenant starts the life of an instance that has its place.
func (cp *Plane) openTenant(i int, placed tenant, lifetime sim.Time) {
	f := &cp.flows[i]
	now := cp.kernel.Now()
	h, t := cp.tenants.Alloc()
	*t = placed
	t.lease, t.volumes, t.address, t.private = None, None, None, None
	f.running.Add(now, 1)
	f.out.Launched++
	t.since = now
	if !f.cfg.Foreign {
		t.number = cp.launched
		t.lease = cp.leaseTenant(f, t)
		cp.equipTenant(f, t)
	}
	if f.cfg.Utilization.works() {
		cp.employ(f, t)
	}
	if f.cfg.Option == model.Spot {
		cp.exposeTenant(f, h, t)
	}
	if lifetime <= cp.frame.Duration-now {
		cp.scheduleAfter(lifetime, handled(tenantDeparts, h))
	}
}

// request is what an instance of that size asks of the hosts of a zone.
func (f *tenantFlow) request(size int32, zone model.Zone) placementRequest {
	s := &f.cfg.Sizes[size]
	pool := None
	if f.cfg.SpotPool != nil {
		pool = f.cfg.SpotPool[int(size)*f.zones+int(zone)]
	}
	return placementRequest{
		spotPool: pool,
		need:     s.Need, zone: zone, option: f.cfg.Option, typ: s.Type,
		platform: model.Linux, tenancy: model.TenancyDefault, foreign: f.cfg.Foreign || s.Shape,
	}
}

// delayedTenant is a launch that waits for Spot instances to make room.
type delayedTenant struct {
	workload int
	size     int32
	lifetime sim.Time
}

// delayTenant launches again when the notice of those who make room is over.
func (cp *Plane) delayTenant(d delayedTenant) {
	h, t := cp.delayed.Alloc()
	*t = d
	cp.scheduleAfter(noticeTime, handled(tenantReturns, h))
}

// onTenantReturns launches a tenant that has waited for Spot capacity.
func (cp *Plane) onTenantReturns(ev model.Event) {
	d := *cp.delayed.Get(ev.Handle())
	cp.delayed.Free(ev.Handle())
	cp.launchTenant(d.workload, d.size, d.lifetime)
}

// placeTenant deals instances to the zones in turn, skipping full ones. A
// refusal names the zone whose turn it was.
func (cp *Plane) placeTenant(f *tenantFlow, size int32) (zone model.Zone, b hostPlace, ok bool) {
	first := f.zone
	if f.zone++; f.zone == len(f.cfg.Zones) {
		f.zone = 0
	}
	for k := range f.cfg.Zones {
		zone = f.cfg.Zones[(first+k)%len(f.cfg.Zones)]
		if !cp.equips(f, size, zone) {
			continue
		}
		if b, ok = cp.place(f.request(size, zone)); ok {
			return zone, b, true
		}
	}
	return f.cfg.Zones[first], unlimited, false
}

// equips reports whether an instance of that size finds a private address in a zone, and
// the IOPS of its volumes a quota that has room, or needs none here.
func (cp *Plane) equips(f *tenantFlow, size int32, zone model.Zone) bool {
	return f.cfg.Foreign || f.cfg.Sizes[size].Shape || cp.subnetOfTenant(f, zone) != None && !cp.beyondIOPS(f.cfg.Volumes)
}

// exposeTenant subjects a Spot tenant to its market and to reclaims.
func (cp *Plane) exposeTenant(f *tenantFlow, h slab.Handle, t *tenant) {
	o := occupant{handle: h, tenant: true}
	cp.rememberInPool(t.hostPlace, o)
	if need := f.cfg.Sizes[t.size].Need; need.Pool != None {
		z := &cp.hostPools[need.Pool].zones[t.zone]
		z.spot = append(z.spot, o)
	}
	if f.cfg.SpotPool == nil {
		return
	}
	pool := f.cfg.SpotPool[int(t.size)*len(cp.frame.Zones)+int(t.zone)]
	cp.expose(&cp.spotPools[pool], o, tenantNotices)
}

// onTenantDeparts ends an instance whose lifetime is over.
func (cp *Plane) onTenantDeparts(ev model.Event) {
	if cp.tenants.Get(ev.Handle()) == nil { // reclaimed or failed before
		cp.overtaken()
		return
	}
	cp.endTenant(ev.Handle(), model.EndedByUser)
}

// onTenantNotices starts the two minutes before a tenant's reclaim.
func (cp *Plane) onTenantNotices(ev model.Event) {
	if t := cp.tenants.Get(ev.Handle()); t == nil || t.noticed {
		cp.overtaken()
		return
	}
	cp.giveNotice(occupant{handle: ev.Handle(), tenant: true}, "spot capacity")
}

// onTenantReclaims ends a tenant whose notice has run out.
func (cp *Plane) onTenantReclaims(ev model.Event) {
	t := cp.tenants.Get(ev.Handle())
	if t == nil {
		cp.overtaken()
		return
	}
	cp.flows[t.workload].out.Interrupted++
	cp.endTenant(ev.Handle(), model.EndedByReclaim)
}

func (cp *Plane) endTenant(h slab.Handle, end model.LeaseEnd) {
	t := cp.tenants.Get(h)
	f := &cp.flows[t.workload]
	now := cp.kernel.Now()
	cp.unplace(f.cfg.Sizes[t.size].Need, t.zone, t.hostPlace)
	f.running.Add(now, -1)
	f.out.Terminated++
	cp.dismiss(t, end)
	cp.closeLease(t.lease, end)
	cp.stripTenant(f, t)
	cp.tenants.Free(h)
}

// startTenants fills an instance workload's stationary population at time 0: of
// the length-biased lifetime of an instance that is seen at a random instant, a
// uniform share is left.
func (cp *Plane) startTenants(i int) {
	f := &cp.flows[i]
	for n := poisson(&f.sizes, f.cfg.Initial); n > 0 && !cp.halts(n); n-- {
		cp.launchTenant(i, f.drawSize(), sim.Seconds(f.lifetimes.Draw(f.aged)*f.lifetimes.Uniform()))
	}
}

// poisson draws a count of a given mean by counting arrivals of a unit process.
func poisson(s *rng.Stream, mean float64) int {
	n := 0
	for t := s.Exponential(); t < mean; t += s.Exponential() {
		n++
	}
	return n
}
