package controlplane

import (
	"headroom/model"
	"headroom/model/lifecycle"
	"headroom/model/scaling"
	"headroom/sim"
	"headroom/sim/slab"
)

// PoolState is what the instances of a warm pool do while they wait.
type PoolState uint8

// States of a warm pool.
const (
	PoolStopped PoolState = iota + 1
	PoolHibernated
	PoolRunning
)

// WarmPool is instances that a group keeps ready: launched and prepared, in no metric and
// no target group.
type WarmPool struct {
	State PoolState
	scaling.WarmPool
	Reuse bool // a scale-in returns its instances to the pool
}

// poolRetry is how long after a launch for the pool failed the next is tried.
const poolRetry = longestBackoff

// inPool reports whether a member is in the warm pool, or on its way there.
func (s stage) inPool() bool { return s >= warms && s <= warmed }

// ready reports whether a member of the warm pool can be taken into service.
func (g *group) ready(in *instance) bool {
	return in.stage == warmed && (in.life == stopped || g.cfg.Pool.State == PoolRunning && in.life == serving)
}

// pooled counts the members in the warm pool, with those that return to it.
func (cp *Plane) pooled(g *group) (n int) {
	for _, in := range cp.membersOf(g) {
		if in.returns || in.stage.inPool() && !in.life.leaves() {
			n++
		}
	}
	return n
}

// fillPool launches what a warm pool lacks, or ends what it has too many.
func (cp *Plane) fillPool(i int, initial bool) {
	g := &cp.groups[i]
	if g.cfg.Pool == nil {
		return
	}
	n := g.cfg.Pool.Size(g.desired, g.max) - cp.pooled(g)
	if n > 0 && !initial && g.suspended.Has(scaling.Launch) || n < 0 && g.suspended.Has(scaling.Terminate) {
		return
	}
	for ; n > 0; n-- {
		if !cp.launchWarm(i, initial) {
			if g.poolAt == sim.Never {
				g.poolAt = cp.kernel.Now() + poolRetry
				cp.schedule(g.poolAt, indexed(poolTurns, i))
			}
			return
		}
	}
	if n == 0 {
		return
	}
	var surplus []slab.Handle
	for h, in := range cp.membersOf(g) {
		if in.stage.inPool() && !in.life.leaves() {
			surplus = append(surplus, h)
		}
	}
	for _, h := range surplus[max(0, len(surplus)+n):] { // the newest; others are on their way back
		cp.instances.Get(h).endReason = "warm pool: more than its size"
		cp.endMember(i, h, None)
	}
}

// onPoolTurns fills a warm pool that lost an instance, or found no room for one.
func (cp *Plane) onPoolTurns(ev model.Event) {
	g := &cp.groups[ev.Index()]
	if g.poolAt <= cp.kernel.Now() {
		g.poolAt = sim.Never
	}
	cp.fillPool(ev.Index(), false)
}

// launchWarm launches one instance for the warm pool, in the zone that has the fewest of
// the group.
func (cp *Plane) launchWarm(i int, initial bool) bool {
	g := &cp.groups[i]
	o := cp.memberOrder(i, launching{activity: None, cause: "warm pool", initial: initial})
	o.option, o.pooled = model.OnDemand, true
	if !initial && cp.bootable(o.template, g.cfg.Zones[0]) != noFailure {
		return false
	}
	counts, allowed := append([]int(nil), g.byZone...), make([]bool, len(g.byZone))
	for _, in := range cp.membersOf(g) {
		if in.stage.inPool() {
			counts[g.zoneIndex(in.zone)]++
		}
	}
	for z := range allowed {
		allowed[z] = true
	}
	for z := scaling.LaunchZone(counts, allowed); z >= 0; z = scaling.LaunchZone(counts, allowed) {
		o.zone = g.cfg.Zones[z]
		if h, failure := cp.launchIn(g, z, o); failure == noFailure {
			cp.join(g, h)
			cp.noteLaunch(h)
			return true
		}
		allowed[z] = false
	}
	return false
}

// warmUp goes on with an instance that runs for the warm pool: hooks hold it, or else it
// is ready when its user data has ended.
func (cp *Plane) warmUp(h slab.Handle) {
	in := cp.instances.Get(h)
	if !in.order.initial && cp.groups[in.order.group].holds(false) {
		cp.advance(in, heldInPool)
		cp.pauseFor(h, false)
	}
}

// shelve puts an instance that is prepared, or comes back, into the warm pool: it stops,
// hibernates, or runs on.
func (cp *Plane) shelve(h slab.Handle) {
	in := cp.instances.Get(h)
	cp.advance(in, warmed)
	cp.noteInstance(in, "warmed", "", "warm pool")
	switch cp.groups[in.order.group].cfg.Pool.State {
	case PoolStopped:
		cp.rest(h, false)
	case PoolHibernated:
		cp.rest(h, true)
	default:
		cp.retire(in)
		in.inServiceAt, in.warmUntil = sim.Never, sim.Never
	}
}

// shelveAtStart prepares an instance that is in the warm pool from the start: nobody is
// billed for what came before.
func (cp *Plane) shelveAtStart(h slab.Handle) {
	in := cp.instances.Get(h)
	state := cp.groups[in.order.group].cfg.Pool.State
	if state == PoolRunning {
		cp.run(h)
		cp.boot(h)
		return
	}
	cp.become(in, booting)
	cp.boot(h)
	if state == PoolHibernated {
		in.image = resume{saved: true, takes: lifecycle.Resume(cp.saving(in)), until: lifecycle.MostHibernated}
		cp.schedule(in.image.until, handled(hibernationEnds, h))
	}
	cp.become(in, stopped)
	in.restedAt = cp.kernel.Now()
	cp.data.Kill(in.server, model.Terminated)
	cp.chargeSurplus(in.server, &in.account, in.payer())
	cp.vacate(in)
	cp.data.Impair(in.server, model.Impairment{Cut: true})
}

// takeWarm takes an instance of the warm pool into service, in the zone that has the
// fewest members, and reports whether there was one.
func (cp *Plane) takeWarm(i int, l launching) bool {
	g := &cp.groups[i]
	if g.cfg.Pool == nil || l.initial {
		return false
	}
	first := make([]slab.Handle, len(g.byZone))
	allowed := make([]bool, len(g.byZone))
	for h, in := range cp.membersOf(g) {
		if z := g.zoneIndex(in.zone); !allowed[z] && g.ready(in) && cp.zoneDown[in.zone] == 0 {
			first[z], allowed[z] = h, true
		}
	}
	for z := scaling.LaunchZone(g.byZone, allowed); z >= 0; z = scaling.LaunchZone(g.byZone, allowed) {
		if cp.recall(first[z], l) {
			return true
		}
		allowed[z] = false
	}
	return false
}

// recall starts an instance of the warm pool for the group's service; false: no host has
// room.
func (cp *Plane) recall(h slab.Handle, l launching) bool {
	in := cp.instances.Get(h)
	runs := in.life.runs()
	if !runs && !cp.rise(h) {
		return false
	}
	o := &in.order
	o.activity, o.cause, o.raised, o.warmup, o.initial, o.pooled = l.activity, l.cause, l.raised, l.warmup, false, false
	cp.members[o.group].WarmStarts++
	cp.noteRecall(in)
	if !runs {
		cp.advance(in, inRanks)
		return true
	}
	cp.advance(in, heldAtLaunch)
	if cp.groups[o.group].holds(false) {
		cp.pauseFor(h, false)
		return true
	}
	in.pause = pause{until: cp.kernel.Now()}
	cp.schedule(in.pause.until, handled(hookEnds, h))
	return true
}

// returnsToPool reports whether a scale-in returns a member to the warm pool.
func (cp *Plane) returnsToPool(i int, in *instance) bool {
	g := &cp.groups[i]
	p := g.cfg.Pool
	return p != nil && p.Reuse && in.life == serving && in.stage == inRanks && cp.pooled(g) < p.Size(g.desired, g.max)
}

// letGo lets go of an instance that has left its target groups and hooks: it shuts
// down, or returns to the warm pool.
func (cp *Plane) letGo(h slab.Handle) {
	in := cp.instances.Get(h)
	if !in.returns {
		cp.shutDown(h)
		return
	}
	in.returns = false
	cp.advance(in, warmed)
	cp.become(in, serving)
	if a := in.order.activity; a != None {
		in.order.activity = None
		cp.progress(in.order.group, a)
	}
	cp.shelve(h)
}
