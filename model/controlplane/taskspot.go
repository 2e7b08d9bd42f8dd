package controlplane

import (
	"slices"

	"headroom/model"
	"headroom/model/container"
	"headroom/sim"
	"headroom/sim/slab"
)

// Tasks of a capacity provider strategy are On-Demand or on Fargate Spot. AWS takes one on Spot
// back with a warning: SIGTERM comes at once, the service takes it out of its target groups and
// starts another, and SIGKILL follows when its stop timeout is over.

// OnSpot reports whether some of the tasks may be on Fargate Spot.
func (t *Tasks) OnSpot() bool {
	return slices.ContainsFunc(t.Providers, func(p container.Provider) bool { return p.Spot && p.Base+p.Weight > 0 })
}

// byProvider is how many tasks of a service each line of its strategy has.
func (g *group) byProvider() []int {
	has := make([]int, len(g.cfg.Tasks.Providers))
	for k, p := range g.cfg.Tasks.Providers {
		if has[k] = g.onDemand; p.Spot {
			has[k] = g.capacity - g.onDemand
		}
	}
	return has
}

// optionOf is what a line of a strategy buys.
func optionOf(p container.Provider) model.PurchaseOption {
	if p.Spot {
		return model.Spot
	}
	return model.OnDemand
}

// nextTaskOption is what the next task of a service is bought as.
func (g *group) nextTaskOption() model.PurchaseOption {
	strategy := g.cfg.Tasks.Providers
	if len(strategy) == 0 {
		return model.OnDemand
	}
	return optionOf(strategy[container.NextProvider(strategy, g.byProvider())])
}

// losingOption is what the task was bought as that a scale-in stops next, beside others. The
// tasks of the nodes are then those bought so.
func (cp *Plane) losingOption(g *group, nodes []container.Node, beside []slab.Handle) model.PurchaseOption {
	strategy, has := g.cfg.Tasks.Providers, g.byProvider()
	for _, h := range beside {
		option := cp.instances.Get(h).order.option
		has[slices.IndexFunc(strategy, func(p container.Provider) bool { return optionOf(p) == option })]--
	}
	k := container.LosingProvider(strategy, has)
	if k < 0 {
		return 0
	}
	option := optionOf(strategy[k])
	for k := range nodes {
		nodes[k].Tasks = 0
	}
	for h, in := range cp.membersOf(g) {
		if in.counts() && in.order.option == option && !slices.Contains(beside, h) {
			nodes[g.zoneIndex(in.zone)].Tasks++
		}
	}
	return option
}

// taskRuns is told of a task that runs: it ends a row of failures, and from now on AWS may take it
// back.
func (cp *Plane) taskRuns(h slab.Handle) {
	in := cp.instances.Get(h)
	if cp.groups[in.order.group].failed = 0; in.order.option == model.Spot {
		cp.exposeTask(h)
	}
}

// exposeTask draws when AWS takes a task on Fargate Spot back.
func (cp *Plane) exposeTask(h slab.Handle) {
	in := cp.instances.Get(h)
	g := &cp.groups[in.order.group]
	if g.cfg.Tasks.Interruptions == 0 {
		return
	}
	wait := sim.Seconds(g.fates.Exponential() / g.cfg.Tasks.Interruptions)
	if wait <= cp.frame.Duration-cp.kernel.Now() {
		in.ownAt = cp.kernel.Now() + wait
		cp.schedule(in.ownAt, handled(spotNotices, h))
	}
}

// warnTask tells a task that AWS takes it back, and has its service start another.
func (cp *Plane) warnTask(h slab.Handle, cause string) {
	in := cp.instances.Get(h)
	i := in.order.group
	in.noticed = true
	ends := sim.Sum(cp.kernel.Now(), cp.groups[i].cfg.Tasks.Stop)
	cp.members[i].SpotInterruptions++
	cp.note(Activity{
		At: cp.kernel.Now(), Until: ends, Subject: cp.subjectOf(in), Kind: "interruption", Cause: cause, Instance: in.number,
		Detail: cp.whereTask(in),
	})
	if ends <= cp.frame.Duration {
		cp.schedule(ends, handled(spotReclaims, h))
	}
	cp.deregister(in)
	cp.tally(in, -1)
	in.replaced = true
	cp.tally(in, +1)
	cp.replace(i)
}

// strategy checks a capacity provider strategy.
func (v *validator) strategy(t *Tasks, path string) {
	if len(t.Providers) == 0 {
		return
	}
	bases, weights, spots := 0, 0, 0
	for _, p := range t.Providers {
		v.check(p.Base >= 0 && p.Base <= container.MostBase && p.Weight >= 0 && p.Weight <= container.MostWeight, path,
			"must have a base of 0 to %d and a weight of 0 to %d, got %d and %d", container.MostBase, container.MostWeight, p.Base, p.Weight)
		weights += p.Weight
		if p.Base > 0 {
			bases++
		}
		if p.Spot {
			spots++
		}
	}
	v.check(t.On == None, path, "must not be given of tasks on instances")
	v.check(len(t.Providers) <= 2 && spots <= 1 && len(t.Providers)-spots <= 1, path, "must have each of FARGATE and FARGATE_SPOT once at most")
	v.check(bases <= 1, path, "must have a base of one capacity provider at most")
	v.check(weights > 0, path, "must have a weight above 0")
	v.check(t.Interruptions >= 0, path, "must have no negative rate of interruptions, got %g", t.Interruptions)
	v.check(t.Stop >= 0 && t.Stop <= container.MostStop, path, "must have a stop timeout of 0 to %v, got %v", container.MostStop, t.Stop)
}
