package controlplane

import (
	"headroom/model/scaling"
	"headroom/sim/slab"
)

// doom has a member wait for its successor: it no longer counts, and goes on until another
// is in service.
func (cp *Plane) doom(in *instance) {
	cp.tally(in, -1)
	in.replaced, in.doomed = true, true
	cp.tally(in, +1)
}

// doomedOf lists the members that wait for their successors.
func (cp *Plane) doomedOf(g *group) (list []slab.Handle) {
	for h, in := range cp.membersOf(g) {
		if in.doomed && !in.life.leaves() {
			list = append(list, h)
		}
	}
	return list
}

// endDoomed ends the members whose successors are in service and warm, but for those at
// risk, which go one by one.
func (cp *Plane) endDoomed(i int) {
	g := &cp.groups[i]
	if g.deployment != nil || g.refresh != nil && g.refresh.batch > 0 || g.capacity < g.desired || g.pending > 0 {
		return
	}
	now := cp.kernel.Now()
	for _, in := range cp.membersOf(g) {
		if in.counts() && in.warmUntil > now {
			cp.schedule(in.warmUntil, indexed(groupTurns, i))
			return
		}
	}
	for _, h := range cp.doomedOf(g) {
		if !cp.instances.Get(h).atRisk {
			cp.endMember(i, h, None)
		}
	}
}

// exchange replaces members as the group's maintenance policy says: they end before
// others are launched, or after.
func (cp *Plane) exchange(i int, list []slab.Handle) {
	g := &cp.groups[i]
	for _, h := range list {
		in := cp.instances.Get(h)
		if m := g.cfg.Maintenance; m != nil && m.LaunchesFirst() && in.inService() {
			cp.doom(in)
		} else {
			cp.endMember(i, h, None)
		}
	}
	cp.replace(i)
}

// batchOf is how many members are replaced at a time: a tenth, or what the maintenance
// policy says.
func (g *group) batchOf() int {
	if m := g.cfg.Maintenance; m != nil {
		return m.Batch(g.desired)
	}
	return max(1, g.desired/10)
}

// replaceOld replaces members that have reached the longest lifetime of the group: one at a
// time, or more when several are due. A successor that is on its way is waited for.
func (cp *Plane) replaceOld(i int) {
	g := &cp.groups[i]
	if g.cfg.Lifetime == 0 || g.refresh != nil || cp.launchesReplacement(g) || len(cp.doomedOf(g)) > 0 || g.suspended.Has(scaling.Launch|scaling.Terminate) {
		return
	}
	now := cp.kernel.Now()
	var due []slab.Handle
	for h, in := range cp.membersOf(g) {
		if in.inService() && in.counts() && now-in.launchedAt >= g.cfg.Lifetime {
			due = append(due, h)
		}
	}
	if len(due) == 0 {
		return
	}
	due = due[:min(len(due), g.batchOf())]
	for _, h := range due {
		cp.instances.Get(h).endReason = "longest lifetime of an instance"
	}
	cp.exchange(i, due)
}
