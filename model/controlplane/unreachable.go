package controlplane

import (
	"headroom/model"
	"headroom/sim"
	"headroom/sim/slab"
)

const (
	// statusCheck is how often EC2 checks the status of an instance (Status checks
	// for Amazon EC2 instances).
	statusCheck = sim.Minute
	// impairedTolerance is how long a status check may fail before a group replaces
	// the instance, or EC2 recovers it: AWS says a few minutes, we take three.
	impairedTolerance = 3 * sim.Minute
	// usualSweep is how often a group looks at its members' health.
	usualSweep = sim.Minute
)

// impaired reports whether the status check of an instance has failed for longer
// than is tolerated.
func (in *instance) impaired(now sim.Time) bool {
	return in.cutAt != sim.Never && now >= failsAt(in.cutAt)+impairedTolerance ||
		now < in.sickUntil && now >= failsAt(in.sickAt)+impairedTolerance
}

// failsAt is the first status check that fails of an instance that is impaired since an
// instant.
func failsAt(since sim.Time) sim.Time { return (since/statusCheck + 1) * statusCheck }

// OutOfMemory is told that the kernel has killed the application of an instance. Its
// instance status check fails for a while if that happens again and again; nobody but a
// group does anything about that.
func (cp *Plane) OutOfMemory(h slab.Handle) {
	in, now := cp.instances.Get(h), cp.kernel.Now()
	if in == nil || in.life.leaves() {
		return
	}
	until, sick := in.kills.Add(now)
	if !sick {
		return
	}
	cp.countChecks(in)
	if now >= in.sickUntil {
		in.sickAt = now
	}
	in.sickUntil, cp.stirred = until, true
	if in.order.group != None {
		cp.startSweeps(in.order.group)
	}
}

// watchCut has an instance that nobody reaches looked at: by the sweeps of its
// group, or by EC2's automatic recovery.
func (cp *Plane) watchCut(h slab.Handle) {
	in := cp.instances.Get(h)
	if i := in.order.group; i != None {
		cp.startSweeps(i)
		return
	}
	cp.schedule(failsAt(in.cutAt)+impairedTolerance, handled(instanceRecovers, h))
}

// startSweeps lets a group look at its members every minute while one is
// unreachable, if it does not do so anyway.
func (cp *Plane) startSweeps(i int) {
	g := &cp.groups[i]
	if g.cfg.ELBHealth || g.sweeping {
		return
	}
	g.sweeping = true
	every := g.sweepEvery()
	cp.schedule((cp.kernel.Now()/every+1)*every, indexed(groupSweeps, i))
}

func (g *group) sweepEvery() sim.Time {
	if g.cfg.HealthSweep > 0 {
		return g.cfg.HealthSweep
	}
	return usualSweep
}

// sweepsOn schedules a group's next sweep, if it will have something to see.
func (cp *Plane) sweepsOn(i int) {
	g := &cp.groups[i]
	g.sweeping = g.cfg.ELBHealth
	for _, in := range cp.membersOf(g) {
		g.sweeping = g.sweeping || in.cutAt != sim.Never || cp.kernel.Now() < in.sickUntil || in.life.rests() && in.counts()
	}
	if g.sweeping {
		cp.scheduleAfter(g.sweepEvery(), indexed(groupSweeps, i))
	}
}

// onInstanceRecovers moves an instance outside groups, whose host has failed, to
// another host, as EC2's automatic recovery does. It tries again every minute until
// there is room. The network of a zone is not repaired by a move inside it.
func (cp *Plane) onInstanceRecovers(ev model.Event) {
	h := ev.Handle()
	in := cp.instances.Get(h)
	now := cp.kernel.Now()
	if in == nil || in.life.leaves() || !in.impaired(now) {
		cp.overtaken()
		return
	}
	if !cp.hostFailed(in) || cp.staysDown(in) {
		cp.scheduleAfter(statusCheck, ev)
		return
	}
	to, ok := cp.place(in.order.request())
	if !ok {
		cp.reclaimFor(in.order.request(), None, untilItReturns)
		cp.scheduleAfter(statusCheck, ev)
		return
	}
	cp.migrate(h, to)
}

// hostFailed reports whether an instance is unreachable because of its host.
func (cp *Plane) hostFailed(in *instance) bool {
	for _, i := range in.faults {
		if k := cp.cfg.Faults[cp.activeFaults[i].fault].Kind; k == HostFailure || k == RackFailure {
			return true
		}
	}
	return false
}
