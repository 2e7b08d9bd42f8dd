package controlplane

import (
	"headroom/model"
	"headroom/model/scaling"
	"headroom/sim"
	"headroom/sim/slab"
)

// onGroupSweeps looks at the health of the group's members, as the status checks of
// EC2 and, if asked, the load balancers see it, and replaces the unhealthy, few at a
// time: while one is replaced and capacity is a tenth or more below desired, the
// next has to wait.
func (cp *Plane) onGroupSweeps(ev model.Event) {
	i := ev.Index()
	g := &cp.groups[i]
	cp.sweepsOn(i)
	var unhealthy []slab.Handle
	inService, members := 0, 0
	if g.owesMember && cp.kernel.Now() >= g.heldUntil {
		g.owesMember = false
		cp.lost(i)
	}
	for h, in := range cp.membersOf(g) {
		if in.life.rests() && in.counts() { // whatever its grace period
			unhealthy = append(unhealthy, h)
		}
		if !in.inService() || in.doomed {
			continue
		}
		inService += in.units()
		members++
		sick := in.impaired(cp.kernel.Now()) || g.cfg.ELBHealth && cp.data.Unhealthy(in.server)
		if sick && cp.kernel.Now() >= in.inServiceAt+g.cfg.Grace {
			unhealthy = append(unhealthy, h)
		}
	}
	if g.deployment != nil {
		cp.stopSick(i, unhealthy)
		return
	}
	short := 10*inService <= 9*g.desired // capacity is 10 % or more below desired
	if g.suspended.Has(scaling.HealthCheck | scaling.ReplaceUnhealthy | scaling.Terminate) {
		return
	}
	if len(unhealthy) == 0 || (g.running > 0 || cp.launchesReplacement(g)) && short {
		return
	}
	batch := g.membership.batch(g, len(unhealthy) == members)
	unhealthy = unhealthy[:min(batch, len(unhealthy))]
	for _, h := range unhealthy {
		cp.noteUnhealthy(h)
	}
	cp.exchange(i, unhealthy)
}

// replace launches instances for members that were lost.
func (cp *Plane) replace(i int) {
	cp.reconcile(i, launching{activity: None, warmup: cp.groups[i].replacementWarmup()})
	cp.fillPool(i, false)
}

// launchesReplacement reports whether a group launches something that no change of
// its desired capacity asked for: a replacement or a rebalance.
func (cp *Plane) launchesReplacement(g *group) bool {
	return g.pending > 0 && cp.replaces(g, (*instance).arrives)
}

// restoresCapacity reports whether a replacement or a rebalance of zones is in
// progress: simple scaling waits for it, although it starts no cooldown (Amazon EC2
// Auto Scaling User Guide, "Scaling cooldowns": "until the scaling activity or
// health check replacement completes").
func (cp *Plane) restoresCapacity(g *group) bool {
	drains := func(in *instance) bool { return in.life == draining && in.stage != heldAtEnd }
	return g.surge > 0 || cp.launchesReplacement(g) || g.draining > 0 && cp.replaces(g, drains)
}

// replaces reports whether such a member belongs to no change of the desired capacity.
func (cp *Plane) replaces(g *group, such func(*instance) bool) bool {
	for _, in := range cp.membersOf(g) {
		if such(in) && in.order.activity == None {
			return true
		}
	}
	return false
}

// left is told when an instance stops running: its place in the group is open.
func (cp *Plane) left(h slab.Handle) {
	in := cp.instances.Get(h)
	if in.order.group == None {
		return
	}
	i := in.order.group
	g := &cp.groups[i]
	g.leave(in.number)
	if in.stage.inPool() {
		cp.scheduleAfter(0, indexed(poolTurns, i))
	}
	if len(g.cfg.TargetGroups) > 0 && in.order.activity != None {
		a := in.order.activity // scale-in is complete after deregistration
		in.order.activity = None
		cp.progress(i, a)
	}
}

// lost is told when a member ended without being asked to.
func (cp *Plane) lost(i int) {
	g := &cp.groups[i]
	if g.suspended.Has(scaling.HealthCheck|scaling.ReplaceUnhealthy) && g.retryAt == sim.Never {
		g.missing = max(0, g.desired+g.surge-g.capacity)
	}
	if g.capacity < g.desired {
		cp.replace(i)
	}
}
