package controlplane

import (
	"slices"

	"headroom/model"
	"headroom/model/lifecycle"
	"headroom/model/memory"
	"headroom/model/storage"
	"headroom/sim"
	"headroom/sim/slab"
)

// resume is the memory of an instance that is hibernated. The zero resume is none.
type resume struct {
	saved bool
	takes sim.Time // to come back
	until sim.Time // when it is dropped
}

// rest begins to stop an instance that runs. It does no more from now on, keeps its host until
// it is stopped, and its volumes for good. If it hibernates its memory is saved first, for
// which it is billed; one that nobody reaches cannot, and just stops.
func (cp *Plane) rest(h slab.Handle, hibernates bool) {
	in := cp.instances.Get(h)
	now := cp.kernel.Now()
	hibernates = hibernates && in.cutAt == sim.Never && in.life == serving
	save := sim.Time(0)
	if hibernates {
		save = cp.saving(in)
	}
	cp.outOfService(in)
	cp.retire(in)
	cp.countChecks(in)
	in.inServiceAt, in.warmUntil, in.cutAt, in.restedAt = sim.Never, sim.Never, sim.Never, now
	in.ownAt, in.strikeAt, in.riskAt = sim.Never, sim.Never, 0
	if in.stage != heldAtEnd {
		in.pause = pause{until: sim.Never} // hooks hold it anew when it runs again
	}
	next, takes := stopping, draw(&cp.launchStreams[in.order.owner], in.order.template.Launch.Stopping)
	if hibernates {
		next, takes = hibernating, save
		in.image = resume{saved: true, takes: lifecycle.Resume(save)}
	}
	cp.killTasks(in, model.Terminated)
	cp.become(in, next)
	cp.data.Kill(in.server, model.Terminated)
	cp.chargeSurplus(in.server, &in.account, in.payer())
	cp.closeAddress(in)
	if !hibernates {
		cp.closeLease(in.lease, in.leaseEnd())
		in.lease = None
	}
	if in.order.bid > 0 {
		cp.requestRests(in)
	}
	cp.countRest(in, hibernates)
	in.turnsAt = sim.Sum(now, takes)
	cp.schedule(in.turnsAt, handled(instanceStops, h))
	if i := in.order.group; i != None && in.counts() {
		cp.startSweeps(i)
	}
}

// saving is how long it takes to save the memory of an instance to its root: at the throughput
// of the volume, or of the link of the type where that is less.
func (cp *Plane) saving(in *instance) sim.Time {
	if len(in.order.template.Volumes) == 0 {
		return 0
	}
	typ := &cp.frame.Types[in.order.typ]
	limits := specOf(&in.order.template.Volumes[0]).Limits(typ.Nitro)
	return limits.Streams(storage.LinkOf(typ), cp.data.MemoryInUse(in.server))
}

// countRest counts a stop.
func (cp *Plane) countRest(in *instance, hibernates bool) {
	if in.order.fleet == None {
		return
	}
	u := &cp.uses[in.order.fleet]
	u.Stops++
	if hibernates {
		u.Hibernations++
	}
}

// closeRest counts how long an instance was stopped, or on its way there, until now.
func (cp *Plane) closeRest(in *instance) {
	if in.restedAt == sim.Never {
		return
	}
	if f := in.order.fleet; f != None {
		cp.uses[f].StoppedTime = sim.Sum(cp.uses[f].StoppedTime, cp.kernel.Now()-in.restedAt)
	}
	in.restedAt = sim.Never
}

// onInstanceStops takes a stopped instance off its host.
func (cp *Plane) onInstanceStops(ev model.Event) {
	in := cp.instances.Get(ev.Handle())
	now := cp.kernel.Now()
	if in == nil || in.life != stopping && in.life != hibernating || in.turnsAt != now {
		cp.overtaken()
		return
	}
	if in.life == hibernating {
		cp.closeLease(in.lease, in.leaseEnd())
		in.lease = None
		in.image.until = sim.Sum(now, lifecycle.MostHibernated)
		cp.schedule(in.image.until, handled(hibernationEnds, ev.Handle()))
	}
	cp.become(in, stopped)
	cp.vacate(in)
	cp.data.Impair(in.server, model.Impairment{Cut: true})
	cause := "action"
	if in.stage.inPool() {
		cause = "warm pool"
	}
	if in.reclaimed {
		cause = "spot interruption"
	}
	cp.noteInstance(in, "stopped", "", cause)
}

// vacate frees the place of an instance.
func (cp *Plane) vacate(in *instance) {
	at := in.hostPlace
	if p := in.order.place; p != nil && p.Affinity {
		in.order.affine = at.machine
	}
	in.hostPlace = unlimited
	cp.unplace(in.order.need, in.zone, at)
}

// onHibernationEnds drops the memory of an instance that was hibernated for too long: it
// stays stopped, and its next start is a cold one.
func (cp *Plane) onHibernationEnds(ev model.Event) {
	in := cp.instances.Get(ev.Handle())
	if in == nil || in.life != stopped || !in.image.saved || in.image.until != cp.kernel.Now() {
		cp.overtaken()
		return
	}
	in.image = resume{}
	cp.noteInstance(in, "HibernateExpired", "hibernated for 60 days: the memory is dropped", "hibernation")
}

// rise starts a stopped instance on a host that has room, and reports whether there is one.
func (cp *Plane) rise(h slab.Handle) bool {
	in := cp.instances.Get(h)
	at, ok := cp.place(in.order.request())
	if !ok {
		cp.reclaimFor(in.order.request(), None, forThisInstant)
		return false
	}
	cp.closeRest(in)
	if in.order.bid > 0 {
		cp.startedSpot(in, h, at)
	}
	cp.reopen(h, at, in.image.saved)
	if f := in.order.fleet; f != None {
		cp.uses[f].Starts++
	}
	cp.become(in, pending)
	times := cp.drawLaunch(in.order)
	boot := times.boot
	if in.image.saved {
		boot = in.image.takes
	}
	in.image = resume{}
	in.upAt = sim.Sum(cp.kernel.Now(), times.pending+boot)
	cp.runsIn(h, times.pending, boot)
	return true
}

// reopen gives an instance that was killed a server on a host.
func (cp *Plane) reopen(h slab.Handle, at hostPlace, resumed bool) {
	in := cp.instances.Get(h)
	in.hostPlace = at
	in.order.initial, in.order.rebooted, in.booted = false, true, false
	terms := cp.creditTerms(&in.order, in.account.mode)
	if terms.Mode == 0 && in.account.mode != 0 { // its type is another
		cp.closeAccount(in, false)
		in.account = account{}
	}
	spec := cp.serverOf(in, h, terms)
	spec.Resumed = resumed
	in.server = cp.data.Reopen(in.server, spec)
	in.account.mode = terms.Mode
	cp.countChecks(in)
	in.kills, in.sickAt, in.sickUntil, in.cutAt, in.ebsAt = memory.Kills{}, 0, 0, sim.Never, sim.Never
	for c := range in.marks {
		in.marks[c] = mark{charged: in.account.charged}
	}
	in.minute, in.worked = 0, 0
	cp.reattach(in, h)
	cp.reimpair(h)
}

// migrate moves an instance whose host has failed to another one, as EC2's automatic recovery
// does: it is the same instance, with its volumes and its addresses, and boots there.
func (cp *Plane) migrate(h slab.Handle, to hostPlace) {
	in := cp.instances.Get(h)
	now := cp.kernel.Now()
	from := in.hostPlace
	cp.retire(in)
	cp.data.Kill(in.server, model.Failed)
	cp.chargeSurplus(in.server, &in.account, in.payer())
	cp.reopen(h, to, false)
	cp.unplace(in.order.need, in.zone, from)
	cp.note(Activity{Subject: cp.subjectOf(in), Kind: "recovered", Detail: "on another host", Cause: "EC2 status check", Instance: in.number, By: EC2})
	if in.life == pending {
		return
	}
	in.inServiceAt = now
	cp.become(in, booting)
	cp.register(in, false)
	in.bootsAt = sim.Sum(now, cp.drawLaunch(in.order).boot)
	in.upAt = in.bootsAt
	cp.schedule(in.bootsAt, handled(instanceBoots, h))
}

// launchFails draws whether a launch fails while it is pending.
func (cp *Plane) launchFails(h slab.Handle) bool {
	in := cp.instances.Get(h)
	return !in.order.rebooted && cp.launchStreams[in.order.owner].Uniform() < in.order.template.LaunchFails
}

// failToLaunch ends an instance that is pending, for a reason that EC2 finds only then; its
// group launches another.
func (cp *Plane) failToLaunch(h slab.Handle) {
	in := cp.instances.Get(h)
	cp.noteInstance(in, "launch-failed", in.order.template.LaunchError, map[bool]string{false: "EC2", true: "ECS"}[in.isTask()])
	i := in.order.group
	if i != None {
		cp.taskFails(in)
		cp.leaveActivity(i, in)
	}
	if in.isTask() {
		cp.throttle(in)
	}
	cp.kill(h, model.Failed)
	if i != None {
		cp.members[i].LaunchFailed++
		cp.groups[i].owesMember = true
		cp.startSweeps(i)
	}
}

// giveUpHardware stops the instances of a host that AWS retires, or ends those that cannot stop.
func (cp *Plane) giveUpHardware(struck []slab.Handle) {
	for _, h := range struck {
		in := cp.instances.Get(h)
		if !in.life.runs() {
			continue
		}
		cp.noteInstance(in, "retirement", "its hardware is retired", "fault")
		if t := cp.traitsOf(in); t.StoreRoot || t.Spot && !t.Persistent {
			cp.endNow(h)
		} else {
			cp.rest(h, false)
		}
	}
}

// reattach tells a server that is there again which volumes its instance has now.
func (cp *Plane) reattach(in *instance, h slab.Handle) {
	for i := range in.order.template.Volumes {
		spec := &in.order.template.Volumes[i]
		if spec.Volume == 0 {
			continue
		}
		v := &cp.volumes[spec.Volume-1]
		has := slices.ContainsFunc(v.attached, func(a attachment) bool { return a.instance == h && a.ready })
		switch {
		case has && spec.Away:
			cp.data.AttachVolume(in.server, v.spec, cp.coldness(v))
		case has:
			if v.spec.Changes && v.spec != cp.cfg.Volumes[spec.Volume-1].Spec {
				cp.data.ModifyVolume(in.server, v.spec)
			}
			cp.data.CoolVolume(in.server, i, cp.coldness(v))
		case !spec.Away:
			cp.data.DetachVolume(in.server, spec.Volume)
		}
	}
}

// reimpair lets a server that is there again suffer from the faults that still hold its
// instance: that of its old host does not.
func (cp *Plane) reimpair(h slab.Handle) {
	in := cp.instances.Get(h)
	in.faults = slices.DeleteFunc(in.faults, func(i int32) bool {
		k := cp.cfg.Faults[cp.activeFaults[i].fault].Kind
		return k == HostFailure || k == RackFailure
	})
	if len(in.faults) == 0 {
		return
	}
	cp.impair(h)
	for _, i := range in.faults {
		if f := &cp.cfg.Faults[cp.activeFaults[i].fault]; f.Kind == VolumeFailure {
			cp.data.FailVolume(in.server, f.Volume, true)
		}
	}
}

// reboot closes the port of an instance that runs until it has booted again, on its host.
func (cp *Plane) reboot(h slab.Handle) {
	in := cp.instances.Get(h)
	cp.killTasks(in, model.Terminated)
	cp.data.Reboot(in.server)
	if f := in.order.fleet; f != None && cp.cfg.Instances[f].Utilization.works() {
		cp.data.Load(in.server, 0)
	}
	cp.countChecks(in)
	in.kills, in.sickAt, in.sickUntil = memory.Kills{}, 0, 0
	up := sim.Sum(cp.kernel.Now(), cp.drawLaunch(in.order).boot)
	in.bootsAt = max(in.bootsAt, up)
	if in.life == serving {
		cp.become(in, booting)
		in.upAt, in.booted = up, false // its user data has run
	}
	cp.schedule(in.bootsAt, handled(instanceBoots, h))
}

// endNow ends an instance at the wish of somebody: at once, without leaving its target groups first.
func (cp *Plane) endNow(h slab.Handle) {
	in := cp.instances.Get(h)
	i := in.order.group
	if i != None {
		cp.leaveActivity(i, in)
	}
	cp.outOfService(in)
	cp.shutDown(h)
	if i != None {
		cp.groups[i].owesMember = true
		cp.startSweeps(i)
	}
}

// noteInstance writes what happened to an instance into the history.
func (cp *Plane) noteInstance(in *instance, kind, detail, cause string) {
	cp.note(Activity{Subject: cp.subjectOf(in), Kind: kind, Detail: detail, Cause: cause, Instance: in.number})
}

// stateOf is an instance's state as EC2 shows it. One that leaves its target groups is on its
// way out.
func (in *instance) stateOf() lifecycle.State {
	switch in.life {
	case pending:
		return lifecycle.Pending
	case booting, serving:
		return lifecycle.Running
	case stopping, hibernating:
		return lifecycle.Stopping
	case stopped:
		return lifecycle.Stopped
	}
	return lifecycle.ShuttingDown
}
