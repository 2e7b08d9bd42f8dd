package controlplane

import (
	"headroom/model"
	"headroom/model/scaling"
	"headroom/model/spot"
	"headroom/sim"
	"headroom/sim/slab"
)

// byRecommendation is the cause of what a rebalance recommendation brings about.
const byRecommendation = "rebalance recommendation"

// foretell gives an occupant the instant of the notice that the next shock of its pool
// brings it, and the recommendation before that.
func (cp *Plane) foretell(p *spotPool, o occupant) {
	at := sim.Sum(p.shockAt, spot.NoticeDelay(&p.ownEvents))
	if o.tenant {
		cp.schedule(at, handled(tenantNotices, o.handle))
		return
	}
	cp.strikeSpot(o.handle, at)
	cp.recommend(o.handle, at-p.cfg.Lead.Draw(&p.leads), at)
}

// strikeSpot gives an instance the instant of a notice that is not its own event.
func (cp *Plane) strikeSpot(h slab.Handle, at sim.Time) {
	in := cp.instances.Get(h)
	if in.strikeAt <= cp.kernel.Now() || at < in.strikeAt {
		in.strikeAt = at
	}
	cp.schedule(at, handled(spotNotices, h))
}

// recommend gives an instance the instant of a rebalance recommendation, if that is
// before its notice.
func (cp *Plane) recommend(h slab.Handle, at, notice sim.Time) {
	if at >= notice {
		return
	}
	in, now := cp.instances.Get(h), cp.kernel.Now()
	at = max(now, at)
	if in.riskAt <= now || at < in.riskAt {
		in.riskAt = at
	}
	cp.schedule(at, handled(spotRisks, h))
}

// onSpotRisks recommends to replace an instance whose interruption is near. A group that
// rebalances capacity launches a successor, as soon as there is a pool that is at least as
// available, and ends the instance when that is healthy (Amazon EC2 Auto Scaling User
// Guide, "Capacity Rebalancing").
func (cp *Plane) onSpotRisks(ev model.Event) {
	in, now := cp.instances.Get(ev.Handle()), cp.kernel.Now()
	if in == nil || in.riskAt != now || in.noticed || in.life.leaves() || in.life.rests() {
		cp.overtaken()
		return
	}
	if !in.recommended {
		in.recommended = true
		cp.noteRecommendation(in)
	}
	i := in.order.group
	if i == None || !cp.groups[i].cfg.Mixed.CapacityRebalance || in.doomed {
		return
	}
	g := &cp.groups[i]
	if !in.inService() || g.suspended.Has(scaling.Launch|scaling.Terminate) || !cp.hasRefuge(g, in.order.spotPool) {
		in.riskAt = now + sim.Minute
		cp.schedule(in.riskAt, ev)
		return
	}
	in.endReason, in.atRisk = byRecommendation, true
	cp.doom(in)
	cp.reconcile(i, launching{
		activity: None, cause: byRecommendation, warmup: g.replacementWarmup(), avoids: in.order.spotPool + 1,
	})
}

// hasRefuge reports whether some pool of a group takes the successor of an instance that
// is at risk in another.
func (cp *Plane) hasRefuge(g *group, from int) bool {
	for k := range g.types {
		for _, z := range g.cfg.Zones {
			to := g.types[k].SpotPool[z]
			if v := cp.spotView(g, to); v.CapacityScore > 0 && cp.isAsAvailable(g, to, from) {
				return true
			}
		}
	}
	return false
}

// isAsAvailable reports whether a pool is at least as available as one that is to be left: no
// shock is foretold there, and unless one is here there is no less room.
func (cp *Plane) isAsAvailable(g *group, to, from int) bool {
	now := cp.kernel.Now()
	if cp.spotPools[to].trembles(now) {
		return false
	}
	return cp.spotPools[from].trembles(now) || cp.spotView(g, to).CapacityScore >= cp.spotView(g, from).CapacityScore
}

// trembles reports whether a shock of the pool is foretold, or its notices are not all out.
func (p *spotPool) trembles(now sim.Time) bool {
	return p.shockAt > 0 && now < sim.Sum(p.shockAt, spot.LongestNoticeDelay)
}

// endAtRisk ends members that a recommendation replaces, each when a successor is in
// service and healthy; while one is not yet, it looks again.
func (cp *Plane) endAtRisk(i int) {
	g := &cp.groups[i]
	var leaving []slab.Handle
	working, waits := 0, false
	for h, in := range cp.membersOf(g) {
		switch {
		case !in.inService() || in.noticed:
		case in.counts() && g.cfg.ELBHealth && (in.life != serving || cp.data.Unhealthy(in.server)):
			waits = true
		case in.counts() || in.doomed:
			working += in.units()
		}
		if in.atRisk && in.doomed && !in.noticed && !in.life.leaves() {
			leaving = append(leaving, h)
		}
	}
	for _, h := range leaving {
		units := cp.instances.Get(h).units()
		if working-units < g.desired {
			if now := cp.kernel.Now(); waits && g.looksAt <= now { // one look at a time, whatever else turns the group
				g.looksAt = now + sim.Second
				cp.schedule(g.looksAt, indexed(groupTurns, i))
			}
			return
		}
		working -= units
		cp.endMember(i, h, None)
	}
}

// notices counts those of a pool, and how many come together.
type notices struct {
	n, together int64
	last        sim.Time
	counted     bool // the last one is among those that came together
}

func (c *notices) count(now sim.Time) {
	near := c.n > 0 && now-c.last <= spot.LongestNoticeDelay
	if near {
		c.together++
		if !c.counted {
			c.together++
		}
	}
	c.n, c.last, c.counted = c.n+1, now, near
}
