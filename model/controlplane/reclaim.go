package controlplane

import (
	"slices"

	"headroom/model"
	"headroom/model/placement"
	"headroom/model/scaling"
	"headroom/sim"
)

// view is what reclaiming needs to know of an occupant.
type view struct {
	hostPlace
	need    Need
	noticed bool
}

// viewOf returns false for an occupant that has gone.
func (cp *Plane) viewOf(o occupant) (view, bool) {
	if o.tenant {
		t := cp.tenants.Get(o.handle)
		if t == nil {
			return view{}, false
		}
		return view{t.hostPlace, cp.cfg.InstanceWorkloads[t.workload].Sizes[t.size].Need, t.noticed}, true
	}
	in := cp.instances.Get(o.handle)
	if in == nil || in.life.ended() || in.life == stopped {
		return view{}, false
	}
	return view{in.hostPlace, in.order.need, in.noticed}, true
}

// retryWindow is how long after the notice reclaimed capacity is kept from Spot:
// time enough for the request that failed to be made again.
const retryWindow = sim.Minute

// claim is room on a host that is promised to a launch that found none, once
// those under notice there have gone.
type claim struct {
	pool      int
	zone      model.Zone
	host      int32
	need      Need
	dedicated bool
	group     int // whose launch it is; None
	until     sim.Time
}

// How long room is promised to a launch: to one that is not made again only
// within its instant, so that each of a batch gives its own notice.
const (
	forThisInstant = sim.Time(0)
	untilItReturns = noticeTime - 1
	untilItRetries = noticeTime + retryWindow
)

// reclaimFor gives notice to the newest Spot instances of one host, so that one
// launch of On-Demand capacity that found none will fit when they have gone,
// after the two minutes of the notice, beside all others to whom room is
// promised: its own room is promised for that long. It returns false when no host's Spot
// instances would make room.
func (cp *Plane) reclaimFor(w placementRequest, group int, promised sim.Time) bool {
	if w.need.Pool == None || cp.zoneDown[w.zone] > 0 || w.option != model.OnDemand || w.tenancy == model.TenancyHost || w.group() != None {
		return false
	}
	if cp.vcpuQuota(&w) != noFailure || w.target() > 0 {
		return false // not for want of room
	}
	z := &cp.hostPools[w.need.Pool].zones[w.zone]
	if z.shared == nil {
		return false
	}
	now := cp.kernel.Now()
	cp.claims = slices.DeleteFunc(cp.claims, func(c claim) bool { return c.until < now })
	z.spot = slices.DeleteFunc(z.spot, func(o occupant) bool {
		_, present := cp.viewOf(o)
		return !present
	})
	host, victims := cp.hostToClear(z, w)
	if host == None {
		return false
	}
	z.noSpotUntil = now + noticeTime + retryWindow
	c := claim{
		pool: w.need.Pool, zone: w.zone, host: host, need: w.need,
		dedicated: w.tenancy == model.TenancyDedicated, group: group, until: now + promised,
	}
	cp.claims = append(cp.claims, c)
	for _, o := range victims {
		cp.giveNotice(o, "capacity reclaimed for on-demand")
	}
	return true
}

// forgetClaims drops what is promised to a group, which asks again.
func (cp *Plane) forgetClaims(group int) {
	cp.claims = slices.DeleteFunc(cp.claims, func(c claim) bool { return c.group == group })
}

// clearing is one host that is being cleared in thought.
type clearing struct {
	own, other placement.Room // as the launch sees the host, and as the other tenancy does
	shared     bool           // something of the other tenancy is on it, and must go
	victims    []occupant
}

func newClearing(z *zoneHosts, host int, dedicated bool) *clearing {
	own, other := z.view(dedicated)
	c := &clearing{}
	if other != nil {
		c.other = other.Room(host)
		// Seen from here the host is closed to the other tenancy, or it is not empty of it.
		c.shared = other.Free(host) != other.Shape() && other.Free(host) != (placement.Capacity{}) ||
			other.Instances(host) > 0
	}
	if c.shared {
		c.own = own.Emptied()
	} else {
		c.own = own.Room(host)
	}
	return c
}

// leave frees what an occupant has; it is of the launch's tenancy unless other.
func (c *clearing) leave(v view, dedicated bool) {
	room := &c.own
	if v.dedicated != dedicated {
		room = &c.other
	}
	room.Leave(v.allocation(), v.need.onHost())
}

func (c *clearing) fits(n Need) bool {
	return (!c.shared || c.other.IsEmpty()) && c.own.Fits(n.onHost())
}

// hostToClear finds the host that the newest Spot instances free first, and whom
// to give notice there. Those under notice count as leaving already, and a host
// that they clear wins; room that is promised to others is not there.
func (cp *Plane) hostToClear(z *zoneHosts, w placementRequest) (host int32, victims []occupant) {
	dedicated := w.tenancy == model.TenancyDedicated
	hosts := make(map[int32]*clearing, 16)
	at := func(host int32) *clearing {
		if hosts[host] == nil {
			hosts[host] = newClearing(z, int(host), dedicated)
		}
		return hosts[host]
	}
	var leaving, staying []occupant // newest first
	for _, o := range slices.Backward(z.spot) {
		if v, _ := cp.viewOf(o); v.noticed {
			at(v.host).leave(v, dedicated)
			leaving = append(leaving, o)
		} else if z.shared.Enabled(int(v.host)) {
			staying = append(staying, o)
		}
	}
	for _, c := range cp.claims {
		if c.pool != w.need.Pool || c.zone != w.zone {
			continue
		}
		if room := at(c.host); c.dedicated == dedicated {
			room.own.Take(c.need.onHost())
		} else if z.dedicated != nil {
			room.other.Take(c.need.onHost())
			room.shared = true
		}
	}
	for _, o := range leaving {
		if v, _ := cp.viewOf(o); at(v.host).fits(w.need) {
			return v.host, nil
		}
	}
	for _, o := range staying {
		v, _ := cp.viewOf(o)
		c := at(v.host)
		c.leave(v, dedicated)
		c.victims = append(c.victims, o)
		if c.fits(w.need) {
			return v.host, c.victims
		}
	}
	return None, nil
}

// reclaimForGroup gives the notices that a group's missing On-Demand instances
// need, all of them in this instant: each in the first zone, and of the first
// type, where Spot instances make room.
func (cp *Plane) reclaimForGroup(i, missing int, l launching) {
	g := &cp.groups[i]
	if g.cfg.Mixed != nil {
		missing = min(missing, g.onDemandMissing())
	}
	counts := slices.Clone(g.byZone)
	for ; missing > 0 && cp.reclaimForMember(i, counts, l); missing-- {
		g.reclaiming = cp.cfg.WaitForSpotReclaim
	}
}

// reclaimForMember gives the notices that one more On-Demand instance of a group
// needs, and counts it.
func (cp *Plane) reclaimForMember(i int, counts []int, l launching) bool {
	g := &cp.groups[i]
	allowed := slices.Repeat([]bool{true}, len(counts))
	o := cp.memberOrder(i, l)
	o.option = model.OnDemand
	for z := scaling.LaunchZone(counts, allowed); z >= 0; z = scaling.LaunchZone(counts, allowed) {
		o.zone = g.cfg.Zones[z]
		if cp.subnetFor(&o) == None || cp.beyondIOPS(o.template.Volumes) {
			allowed[z] = false
			continue
		}
		for _, k := range g.onDemandTypes() {
			o.typ, o.need = g.types[k].Type, g.types[k].Need
			if cp.reclaimFor(o.request(), i, untilItRetries) {
				counts[z]++
				return true
			}
		}
		allowed[z] = false
	}
	return false
}

// onDemandTypes lists the group's instance types in the order in which it tries
// them On-Demand.
func (g *group) onDemandTypes() []int {
	if g.cfg.Mixed == nil {
		return []int{0}
	}
	pools := make([]scaling.Pool, len(g.types))
	for k := range pools {
		pools[k] = scaling.Pool{PricePerUnit: g.types[k].OnDemandUSD / g.types[k].units(), CapacityScore: 1}
	}
	var order []int
	for k := g.cfg.Mixed.ChooseOnDemand(pools); k >= 0; k = g.cfg.Mixed.ChooseOnDemand(pools) {
		order = append(order, k)
		pools[k].CapacityScore = 0
	}
	return order
}
