package controlplane

import (
	"slices"

	"headroom/model"
	"headroom/model/container"
	"headroom/sim/slab"
)

// Each task of a service belongs to a line of its capacity provider strategy: on Fargate to one
// that is bought On-Demand or one on Fargate Spot, on instances to one that has a group. A task
// that finds no room waits for that of its line, whatever room others have. Without a strategy
// there is one line.

// onLine is the group on whose instances the tasks of a line lie; None: on Fargate.
func (t *Tasks) onLine(line int) int {
	if len(t.Providers) == 0 {
		return t.On
	}
	return t.Providers[line].Group - 1
}

// optionOf is what the tasks of a line are bought as.
func (t *Tasks) optionOf(line int) model.PurchaseOption {
	if len(t.Providers) > 0 && t.Providers[line].Spot {
		return model.Spot
	}
	return model.OnDemand
}

// waitingTasks lists the lines of the tasks of a service that have no place.
func (g *group) waitingTasks() []int {
	n := max(0, g.desired-g.capacity)
	if len(g.cfg.Tasks.Providers) == 0 {
		return make([]int, n)
	}
	return container.Wait(g.cfg.Tasks.Providers, g.byLine, n)
}

// launchTask places one task of a service: of those that have no place the first whose line has
// room. It returns why none has.
func (cp *Plane) launchTask(i int, l launching) (failure launchFailure) {
	g := &cp.groups[i]
	strategy := g.cfg.Tasks.Providers
	switch {
	case len(strategy) == 0:
		return cp.launchTaskOn(i, 0, l)
	case g.cfg.Tasks.On == None: // both lines have the same room
		return cp.launchTaskOn(i, container.NextProvider(strategy, g.byLine), l)
	}
	full := make([]bool, len(strategy))
	for _, line := range container.Wait(strategy, g.byLine, max(1, g.desired+g.surge-g.capacity)) {
		if full[line] {
			continue
		}
		if failure = cp.launchTaskOn(i, line, l); failure == noFailure {
			return noFailure
		}
		full[line] = true
	}
	return failure
}

// losingLine is the line of the task that a scale-in stops next, beside others; -1 if there is no
// task.
func (cp *Plane) losingLine(g *group, beside []slab.Handle) int {
	has := slices.Clone(g.byLine)
	for _, h := range beside {
		has[cp.instances.Get(h).order.line]--
	}
	return container.LosingProvider(g.cfg.Tasks.Providers, has)
}

// nodesWithout lists where tasks of a line are, as if some had been stopped already.
func (cp *Plane) nodesWithout(i, line int, stopped []slab.Handle) (nodes []container.Node, at []slab.Handle) {
	g := &cp.groups[i]
	on := g.cfg.Tasks.onLine(line)
	nodes, at = cp.nodesOf(i, on)
	if on != None {
		for _, h := range stopped {
			o := &cp.instances.Get(h).order
			if k := slices.Index(at, o.on); k >= 0 {
				nodes[k].Tasks--
				nodes[k].Free = nodes[k].Free.Plus(o.tasks.Need)
			}
		}
		return nodes, at
	}
	for k := range nodes {
		nodes[k].Tasks = 0
	}
	for h, in := range cp.membersOf(g) {
		if in.counts() && int(in.order.line) == line && !slices.Contains(stopped, h) {
			nodes[g.zoneIndex(in.zone)].Tasks++
		}
	}
	return nodes, at
}

// reservationTarget is the target of a group's managed scaling, 0 without.
func (g *group) reservationTarget() float64 {
	for k := range g.scalers {
		if target := g.scalers[k].mechanism.Reservation; target > 0 {
			return target
		}
	}
	return 0
}

// strategy checks a capacity provider strategy.
func (v *validator) strategy(t *Tasks, path string) {
	if len(t.Providers) == 0 {
		return
	}
	bases, weights, spots, groups := 0, 0, 0, map[int]bool{}
	for _, p := range t.Providers {
		v.Check(p.Base >= 0 && p.Base <= container.MostBase && p.Weight >= 0 && p.Weight <= container.MostWeight, path,
			"must have a base of 0 to %d and a weight of 0 to %d, got %d and %d", container.MostBase, container.MostWeight, p.Base, p.Weight)
		weights += p.Weight
		if p.Base > 0 {
			bases++
		}
		if p.Spot {
			spots++
		}
		v.optional(p.Group-1, v.ScalingGroups(), path, "group")
		v.Check((p.Group == 0) == (t.On == None), path, "must have lines on instances or on Fargate, not both")
		v.Check(p.Group == 0 || !groups[p.Group] && !p.Spot, path, "must have each group once, and not as Fargate Spot")
		groups[p.Group] = true
	}
	v.Check(t.Providers[0].Group == t.On+1, path, "must begin with the group of its tasks, %d, got %d", t.On+1, t.Providers[0].Group)
	v.Check(len(t.Providers) <= container.MostLines, path, "must have at most %d lines, got %d", container.MostLines, len(t.Providers))
	v.Check(t.On != None || len(t.Providers) <= 2 && spots <= 1 && len(t.Providers)-spots <= 1, path, "must have each of FARGATE and FARGATE_SPOT once at most")
	v.Check(bases <= 1, path, "must have a base of one capacity provider at most")
	v.Check(weights > 0, path, "must have a weight above 0")
	v.Check(t.Interruptions >= 0, path, "must have no negative rate of interruptions, got %g", t.Interruptions)
	v.Check(t.Stop >= 0 && t.Stop <= container.MostStop, path, "must have a stop timeout of 0 to %v, got %v", container.MostStop, t.Stop)
}
