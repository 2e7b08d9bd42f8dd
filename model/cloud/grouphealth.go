package cloud

import (
	"headroom/model/health"
	"headroom/sim/slab"
)

// onGroupSweeps looks at the load balancers' opinion of the group's members
// and replaces the unhealthy, few at a time.
func (w *World) onGroupSweeps(ev event) {
	i := ev.index()
	g := &w.groups[i]
	w.scheduleAfter(g.cfg.HealthSweep, ev)
	var unhealthy []slab.Handle
	inService := 0
	for _, h := range g.members {
		in := w.instances.Get(h)
		if in.life != serving {
			continue
		}
		inService++
		if w.kernel.Now() >= in.inServiceAt+g.cfg.Grace && w.unhealthy(in) {
			unhealthy = append(unhealthy, h)
		}
	}
	short := 10*inService <= 9*g.desired // capacity is 10 % or more below desired
	if len(unhealthy) == 0 || g.running > 0 && short {
		return
	}
	batch := max(1, g.desired/10)
	if len(unhealthy) == inService {
		batch = 1
	}
	for _, h := range unhealthy[:min(batch, len(unhealthy))] {
		w.meter.unhealthy(w, h)
		w.endMember(i, h, None)
	}
	w.replace(i)
}

// unhealthy reports whether a target group calls the instance unhealthy.
func (w *World) unhealthy(in *instance) bool {
	for _, h := range in.targets {
		if t := w.targets.Get(h); t != nil && t.health.State() == health.Unhealthy {
			return true
		}
	}
	return false
}

// replace launches instances for members that were lost.
func (w *World) replace(i int) {
	w.reconcile(i, launching{activity: None, warmup: w.groups[i].replacementWarmup()})
}

// imbalance returns the zones with the most and the fewest members if they
// differ by more than one and the small one can take an instance.
func (w *World) imbalance(g *group) (most, fewest int, ok bool) {
	counts := w.zoneCounts(g)
	most, fewest = -1, -1
	for z := range counts {
		if most < 0 || counts[z] > counts[most] {
			most = z
		}
		if w.zoneDown[g.cfg.Zones[z]] > 0 {
			continue
		}
		if fewest < 0 || counts[z] < counts[fewest] {
			fewest = z
		}
	}
	return most, fewest, fewest >= 0 && counts[most] > counts[fewest]+1
}

// rebalance launches in the zone with the fewest members before it ends one in
// the zone with the most: one in ten of desired at a time, at least one.
func (w *World) rebalance(i int) {
	g := &w.groups[i]
	if g.surge > 0 || w.capacity(g) < g.desired {
		return
	}
	most, fewest, ok := w.imbalance(g)
	if !ok {
		return
	}
	counts := w.zoneCounts(g)
	g.surge = min(max(1, g.desired/10), (counts[most]-counts[fewest])/2)
	w.meter.rebalances(w, i, g.surge)
	w.replace(i)
}

func (w *World) zoneCounts(g *group) []int {
	counts := make([]int, len(g.cfg.Zones))
	for _, h := range g.members {
		if in := w.instances.Get(h); in.counts() {
			counts[g.zoneIndex(in.zone)]++
		}
	}
	return counts
}

// rebalanced ends the surplus of a rebalance once its launches are in service.
func (w *World) rebalanced(i int) {
	g := &w.groups[i]
	if g.surge == 0 {
		return
	}
	for _, h := range g.members {
		if w.instances.Get(h).life < serving {
			return
		}
	}
	g.surge = 0
	w.replace(i)
	w.rebalance(i)
}

// left is told when an instance stops running: its place in the group is open.
func (w *World) left(instance uint32) {
	in := w.instances.at(instance)
	if in.order.group == None {
		return
	}
	i := in.order.group
	g := &w.groups[i]
	h := w.instances.handle(instance)
	for k, m := range g.members {
		if m == h {
			g.members = append(g.members[:k], g.members[k+1:]...)
			break
		}
	}
	if len(g.cfg.TargetGroups) > 0 && in.order.activity != None {
		a := in.order.activity // scale-in is complete after deregistration
		in.order.activity = None
		w.progress(i, a)
	}
}

// lost is told when a member ended without being asked to.
func (w *World) lost(i int) {
	if g := &w.groups[i]; w.capacity(g) < g.desired {
		w.replace(i)
	}
}
