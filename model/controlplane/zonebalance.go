package controlplane

import (
	"headroom/model/scaling"
)

// imbalance returns the zones with the most and the fewest members if they
// differ by more than one and the small one can take an instance.
func (cp *Plane) imbalance(g *group) (most, fewest int, ok bool) {
	counts := g.byZone
	most, fewest = -1, -1
	for z := range counts {
		if most < 0 || counts[z] > counts[most] {
			most = z
		}
		if cp.zoneDown[g.cfg.Zones[z]] > 0 {
			continue
		}
		if fewest < 0 || counts[z] < counts[fewest] {
			fewest = z
		}
	}
	return most, fewest, fewest >= 0 && counts[most] > counts[fewest]+g.heaviest()
}

// heaviest returns the most units that one instance of the group counts for.
func (g *group) heaviest() int {
	most := 1
	for k := range g.types {
		most = max(most, g.types[k].Weight)
	}
	return most
}

// rebalance launches in the zone with the fewest members before it ends one in
// the zone with the most: one in ten of desired at a time, at least one.
func (cp *Plane) rebalance(i int) {
	g := &cp.groups[i]
	if g.surge > 0 || g.capacity < g.desired || g.suspended.Has(scaling.AZRebalance|scaling.Launch) || !g.mayGrow() {
		return
	}
	most, fewest, ok := cp.imbalance(g)
	if !ok {
		return
	}
	g.surge = min(max(1, g.desired/10), (g.byZone[most]-g.byZone[fewest])/2)
	cp.noteRebalance(i)
	cp.replace(i)
}

// rebalanced ends the surplus of a rebalance once its launches are in service.
func (cp *Plane) rebalanced(i int) {
	g := &cp.groups[i]
	if g.surge == 0 || g.pending > 0 {
		return
	}
	g.surge = 0
	cp.replace(i)
	cp.rebalance(i)
}
