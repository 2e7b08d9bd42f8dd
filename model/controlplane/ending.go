package controlplane

import (
	"headroom/model"
	"headroom/sim/slab"
)

// terminate ends an instance in good order: out of its target groups first,
// then shutting down.
func (cp *Plane) terminate(h slab.Handle) {
	in := cp.instances.Get(h)
	if in.life.leaves() || in.stage == heldAtEnd {
		return
	}
	if in.life.rests() {
		cp.depart(h)
		return
	}
	cp.outOfService(in)
	cp.become(in, draining)
	if cp.deregister(in) == 0 && !cp.evacuate(in) {
		cp.depart(h)
	}
}

// Drained is told when an instance has left the last of its target groups.
func (cp *Plane) Drained(h slab.Handle) {
	if in := cp.instances.Get(h); in != nil && in.life == draining && in.stage != heldAtEnd && !cp.evacuate(in) {
		cp.depart(h)
	}
}

// depart lets an instance go that has left its target groups: its group's hooks hold it
// first.
func (cp *Plane) depart(h slab.Handle) {
	if !cp.holdAtEnd(h) {
		cp.letGo(h)
	}
}

// deregister takes an instance out of its target groups in good order, and returns how many
// it is still in.
func (cp *Plane) deregister(in *instance) int {
	left := cp.data.Deregister(in.server)
	if in.order.group != None { // nobody else asks for it: who ends just goes
		for _, g := range cp.targetGroupsOf(in) {
			if g < cp.registered {
				cp.noteCall(in, "DeregisterTargets", g+1)
			}
		}
	}
	return left
}

// outOfService ends an instance's time in service, if it is.
func (cp *Plane) outOfService(in *instance) {
	if in.order.group != None && in.inService() {
		cp.groups[in.order.group].inService.Add(cp.kernel.Now(), -1)
	}
}

// shutDown stops billing; the host keeps the place until the instance is gone.
func (cp *Plane) shutDown(h slab.Handle) {
	in := cp.instances.Get(h)
	cp.retire(in)
	cp.end(h, in, model.Terminated)
	s := &cp.launchStreams[in.order.owner]
	cp.scheduleAfter(draw(s, in.order.template.Launch.ShuttingDown), handled(instanceIsGone, h))
}

// kill ends an instance at once: Spot took it, or a fault stopped it.
func (cp *Plane) kill(h slab.Handle, cause model.Cause) {
	in := cp.instances.Get(h)
	cp.outOfService(in)
	if !in.life.ended() {
		cp.retire(in)
		cp.end(h, in, cause)
	}
	cp.gone(h)
}

// end stops what an instance does and what it costs.
func (cp *Plane) end(h slab.Handle, in *instance, cause model.Cause) {
	rested := in.life.rests()
	cp.countChecks(in)
	cp.killTasks(in, cause)
	cp.become(in, shuttingDown)
	if rested {
		cp.closeRest(in)
	} else {
		cp.data.Kill(in.server, cause)
	}
	if in.isTask() {
		cp.leaveContainerInstance(in)
	}
	cp.closeAccount(in, false)
	cp.closeUsage(in, cause.LeaseEnd())
	cp.closeAddresses(in)
	cp.detachAll(h)
	cp.leaveInterfaces(h)
	if in.order.bid > 0 {
		cp.requestEnds(in)
	}
	cp.left(h)
}

// onInstanceIsGone frees the host's place.
func (cp *Plane) onInstanceIsGone(ev model.Event) {
	if cp.instances.Get(ev.Handle()) == nil {
		cp.overtaken()
		return
	}
	cp.gone(ev.Handle())
}

func (cp *Plane) gone(h slab.Handle) {
	in := cp.instances.Get(h)
	cp.unplace(in.order.need, in.zone, in.hostPlace)
	cp.data.Close(in.server)
	group, activity := in.order.group, in.order.activity
	if f := in.order.fleet; f != None {
		cp.fleets[f].ended, cp.fleets[f].endedAt = true, cp.kernel.Now()
	}
	cp.instances.Free(h)
	if group != None {
		cp.departed(group, activity)
	}
}
