package controlplane

import (
	"slices"

	"headroom/model"
	"headroom/model/container"
	"headroom/sim"
	"headroom/sim/slab"
)

// AWS takes a task on Fargate Spot back with a warning: SIGTERM comes at once, the service takes it out of its target groups and
// starts another, and SIGKILL follows when its stop timeout is over.

// OnSpot reports whether some of the tasks may be on Fargate Spot.
func (t *Tasks) OnSpot() bool {
	return slices.ContainsFunc(t.Providers, func(p container.Provider) bool { return p.Spot && p.Base+p.Weight > 0 })
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
	wait := sim.Seconds(g.interruptions.Exponential() / g.cfg.Tasks.Interruptions)
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
