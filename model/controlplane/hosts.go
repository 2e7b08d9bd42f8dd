package controlplane

import (
	"fmt"

	"headroom/model"
	"headroom/model/placement"
	"headroom/sim"
	"headroom/sim/slab"
	"headroom/sim/stat"
)

// hostPool is the hosts of one pool, by zone.
type hostPool struct {
	cfg   *HostPool
	zones []zoneHosts

	series      []int64 // hosts in use, by minute
	used        stat.Level
	cpu, memory stat.Level
}

// zoneHosts is the hosts of one pool in one zone, and who on them is Spot.
type zoneHosts struct {
	shared *placement.Hosts // nil: there are none
	// dedicated is the same hosts as instances of tenancy dedicated see them,
	// which share none with others; nil if nobody asks for it.
	dedicated *placement.Hosts
	holds     []int      // indexes of the holds here
	spot      []occupant // oldest first; stale entries are dropped in passing
	first     int32      // number of the first host among those that promise more than they have
	// noSpotUntil is until when the zone takes no Spot: what is reclaimed is for who
	// asked for it, not for the next Spot request.
	noSpotUntil sim.Time
}

// view returns the hosts as instances of a tenancy see them, and as others do.
func (z *zoneHosts) view(dedicated bool) (own, other *placement.Hosts) {
	if dedicated {
		return z.dedicated, z.shared
	}
	return z.shared, z.dedicated
}

// newHosts builds the hosts of all pools, empty.
func (cp *Plane) newHosts() error {
	cp.hostPools = make([]hostPool, len(cp.cfg.HostPools))
	for i := range cp.hostPools {
		cfg := &cp.cfg.HostPools[i]
		p := &cp.hostPools[i]
		p.cfg, p.zones = cfg, make([]zoneHosts, len(cp.frame.Zones))
		entry, ok := placement.Find(cfg.Placement, cp.cfg.Placements...)
		if !ok {
			return fmt.Errorf("hosts.%s: unknown placement %q", cfg.Name, cfg.Placement)
		}
		for z, n := range cfg.PerZone {
			if n == 0 {
				continue
			}
			draws := cp.stream("placement/" + cfg.Name + "/" + cp.frame.Zones[z])
			if cfg.Threads > 0 {
				p.zones[z].first = cp.overcommitted
				cp.overcommitted += int32(n)
			}
			shape := placement.Capacity{CPU: cfg.CPU, MemoryMiB: cfg.MemoryMiB}
			p.zones[z].shared = placement.NewDivided(shape, max(1, cfg.Nodes), n, entry.New(&draws))
			if cp.cfg.dedicated() {
				p.zones[z].dedicated = p.zones[z].shared.Beside(entry.New(&draws))
			}
		}
	}
	return nil
}

// dedicated reports whether something asks for tenancy dedicated.
func (e *Estate) dedicated() bool {
	for i := range e.LaunchTemplates {
		if e.LaunchTemplates[i].Tenancy == model.TenancyDedicated {
			return true
		}
	}
	for i := range e.Instances {
		if e.Instances[i].Template.Tenancy == model.TenancyDedicated {
			return true
		}
	}
	for i := range e.Holds {
		if e.Holds[i].Tenancy == model.TenancyDedicated {
			return true
		}
	}
	return false
}

// placementRequest is what a launch asks of the hosts.
type placementRequest struct {
	need     Need
	zone     model.Zone
	option   model.PurchaseOption
	typ      int
	platform model.Platform
	tenancy  model.Tenancy
	place    *Place // nil: anywhere
	affine   int32  // the only Dedicated Host that takes it, from 1; 0: any
	foreign  bool   // of another account
	spotPool int    // None unless Spot
}

func (o *order) request() placementRequest {
	return placementRequest{
		need: o.need, zone: o.zone, option: o.option, typ: o.typ,
		platform: o.template.Platform, tenancy: o.template.Tenancy, place: o.place, affine: o.affine, spotPool: o.spotPool,
	}
}

// match says which Capacity Reservations an instance fills, as the ledger has it.
func (o *order) match() int32 {
	if o.place == nil {
		return 0
	}
	if o.place.Reservation < 0 {
		return -1
	}
	return model.ReservationMatch(o.place.Reservation, o.place.Group+1)
}

// hostPlace is where an instance or a tenant lies.
type hostPlace struct {
	host      int32 // in its pool and zone; None with unlimited capacity
	hold      int32 // whose place it takes; None
	nodes     placement.NodeSet
	dedicated bool

	machine   int32 // Dedicated Host that it is on, from 1; 0: none
	group     int32 // its placement group, from 1; 0: none
	partition int32 // of the group, from 1
	typ       int32 // of what is on a Dedicated Host
	counted         // what it has of a quota

	pool int32 // Spot pool whose recorded room it has, from 1; 0: none
}

func (b hostPlace) allocation() placement.Allocation {
	return placement.Allocation{Host: int(b.host), Nodes: b.nodes}
}

// unlimited is the hostPlace of what needs no host.
var unlimited = hostPlace{host: None, hold: None}

func (n Need) onHost() placement.Need { return placement.Need{CPU: n.CPU, MemoryMiB: n.MemoryMiB} }

// place reserves room for an instance in a zone, within the account's quotas. Plane.why
// says why it did not.
func (cp *Plane) place(w placementRequest) (b hostPlace, ok bool) {
	cp.why = insufficientInstanceCapacity
	if cp.zoneDown[w.zone] > 0 {
		return unlimited, false
	}
	if why := cp.forbids(&w); why != noFailure {
		cp.why = why
		return unlimited, false
	}
	if !cp.hasRoom(&w) {
		return unlimited, false
	}
	switch {
	case w.tenancy == model.TenancyHost:
		b, ok = cp.placeOnMachine(&w)
	case w.group() != None:
		b, ok = cp.placeInGroup(&w)
	case w.need.Pool == None:
		b, ok = cp.placeAnywhere(&w), true
	default:
		b, ok = cp.placeInHostPool(&w)
	}
	if ok && (b.hold == None || cp.holds[b.hold].class == 0) {
		b.counted = cp.charge(&w)
	}
	if ok {
		cp.draws(&w, &b)
	}
	return b, ok
}

// forbids says what keeps a launch from any host: a quota, unless a Capacity Reservation
// has room for it, or the reservation that it targets, which has none.
func (cp *Plane) forbids(w *placementRequest) launchFailure {
	quota := cp.vcpuQuota(w)
	if quota == noFailure && w.target() <= 0 || cp.hasHeld(w) {
		return noFailure
	}
	if w.target() > 0 {
		return reservationCapacityExceeded
	}
	return quota
}

// placeAnywhere takes unlimited capacity, or what a Capacity Reservation holds of it.
func (cp *Plane) placeAnywhere(w *placementRequest) hostPlace {
	b := unlimited
	if _, hold, ok := cp.takeHeld(cp.freeHolds, *w); ok {
		b.hold = hold
	}
	return b
}

// open reports whether the hosts of a zone take launches of that kind now.
func (cp *Plane) open(z *zoneHosts, w *placementRequest) bool {
	return z.shared != nil && (w.option != model.Spot || cp.kernel.Now() >= z.noSpotUntil)
}

// placeInHostPool reserves room on a host of a pool: a place that is held for the likes of it, else
// where the pool's policy says.
func (cp *Plane) placeInHostPool(w *placementRequest) (b hostPlace, ok bool) {
	p := &cp.hostPools[w.need.Pool]
	z := &p.zones[w.zone]
	if !cp.open(z, w) {
		return unlimited, false
	}
	b = hostPlace{hold: None, dedicated: w.tenancy == model.TenancyDedicated}
	at, hold, ok := cp.takeHeld(z.holds, *w)
	if ok {
		b.hold = hold
	} else {
		hosts, _ := z.view(b.dedicated)
		if at, ok = hosts.Allocate(w.need.onHost()); !ok {
			return unlimited, false
		}
	}
	b.host, b.nodes = int32(at.Host), at.Nodes
	p.changed(cp.kernel.Now(), w.need, +1)
	return b, true
}

// unplace frees what place reserved.
func (cp *Plane) unplace(n Need, zone model.Zone, b hostPlace) {
	if b == unlimited { // it is stopped, or takes nothing
		return
	}
	cp.credit(b.counted, -1)
	if b.pool > 0 {
		cp.spotPools[b.pool-1].taken--
		cp.roomIsMade()
	}
	if b.group > 0 {
		cp.leaveGroup(n, zone, b)
	}
	if b.machine > 0 {
		cp.leaveMachine(b)
		return
	}
	if n.Pool == None {
		if b.hold != None {
			cp.holds[b.hold].left++
		}
		return
	}
	p := &cp.hostPools[n.Pool]
	if b.hold != None {
		cp.holds[b.hold].places.Return(b.allocation())
	} else {
		hosts, _ := p.zones[zone].view(b.dedicated)
		hosts.Vacate(b.allocation(), n.onHost())
	}
	p.changed(cp.kernel.Now(), n, -1)
	cp.roomIsMade()
}

// overcommittedHost returns the number and the threads of a host that promises more than it
// has; 0 threads of any other.
func (cp *Plane) overcommittedHost(n Need, zone model.Zone, b hostPlace) (number int32, threads int) {
	if b.machine > 0 {
		return cp.machines[b.machine-1].number, cp.machines[b.machine-1].threads
	}
	if n.Pool == None || b.host == None || cp.hostPools[n.Pool].cfg.Threads == 0 {
		return None, 0
	}
	p := &cp.hostPools[n.Pool]
	return p.zones[zone].first + b.host, int(p.cfg.Threads)
}

// changed keeps the pool's levels.
func (p *hostPool) changed(now sim.Time, n Need, sign int64) {
	p.cpu.Add(now, sign*int64(n.CPU))
	p.memory.Add(now, sign*n.MemoryMiB)
	used := 0
	for z := range p.zones {
		used += p.zones[z].used()
	}
	p.used.Set(now, int64(used))
}

// used counts the hosts with an instance, in either view.
func (z *zoneHosts) used() (n int) {
	if z.shared != nil {
		n = z.shared.Used()
	}
	if z.dedicated != nil {
		n += z.dedicated.Used()
	}
	return n
}

// taken returns the CPU that instances and holds have of the zone's hosts.
func (z *zoneHosts) taken() (cpu int64) {
	for _, hosts := range []*placement.Hosts{z.shared, z.dedicated} {
		if hosts != nil {
			reserved, _ := hosts.Reserved()
			held, _ := hosts.Held()
			cpu += reserved + held
		}
	}
	return cpu
}

// occupant is a Spot instance or tenant that could be reclaimed.
type occupant struct {
	handle slab.Handle
	tenant bool
}

// board remembers a Spot instance on the hosts of its zone.
func (cp *Plane) board(o order, h slab.Handle) {
	if o.tasks != nil {
		return
	}
	if o.option == model.Spot {
		cp.rememberInPool(cp.instances.Get(h).hostPlace, occupant{handle: h})
	}
	if o.option == model.Spot && o.need.Pool != None {
		z := &cp.hostPools[o.need.Pool].zones[o.zone]
		z.spot = append(z.spot, occupant{handle: h})
	}
}
