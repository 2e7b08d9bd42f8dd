package controlplane

import (
	"fmt"

	"headroom/model"
	"headroom/model/scaling"
	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/slab"
)

// Hook is a lifecycle hook of a group.
type Hook struct {
	scaling.Hook
	AtEnd  bool             // EC2_INSTANCE_TERMINATING, else EC2_INSTANCE_LAUNCHING
	Takes  rng.Distribution // seconds until complete-lifecycle-action is called; nil: nobody does
	Result bool             // what that says: true is ABANDON
}

// pause is a wait for lifecycle hooks.
type pause struct {
	until sim.Time
	end   scaling.HookEnd
}

// holds reports whether hooks of the group wait for a transition.
func (g *group) holds(atEnd bool) bool {
	for i := range g.cfg.Hooks {
		if g.cfg.Hooks[i].AtEnd == atEnd {
			return true
		}
	}
	return false
}

// pauseFor lets all hooks of a transition hold an instance, at once.
func (cp *Plane) pauseFor(h slab.Handle, atEnd bool) {
	in := cp.instances.Get(h)
	g := &cp.groups[in.order.group]
	var ends []scaling.HookEnd
	for i := range g.cfg.Hooks {
		hook := &g.cfg.Hooks[i]
		if hook.AtEnd != atEnd {
			continue
		}
		takes := sim.Never
		if hook.Takes != nil {
			takes = draw(&cp.launchStreams[in.order.owner], hook.Takes)
		}
		ends = append(ends, hook.End(takes, hook.Result))
	}
	end := scaling.Released(ends)
	in.pause = pause{sim.Sum(cp.kernel.Now(), end.After), end}
	cp.schedule(in.pause.until, handled(hookEnds, h))
}

// holdAtLaunch has the hooks of its group hold an instance that runs, if there are any.
func (cp *Plane) holdAtLaunch(h slab.Handle) bool {
	in := cp.instances.Get(h)
	if in.order.group == None || in.order.initial || !cp.groups[in.order.group].holds(false) {
		return false
	}
	cp.advance(in, heldAtLaunch)
	cp.pauseFor(h, false)
	return true
}

// holdAtEnd has the hooks of its group hold an instance that leaves, if there are any. A
// scale-in behind a load balancer is complete after deregistration, and does not wait.
func (cp *Plane) holdAtEnd(h slab.Handle) bool {
	in := cp.instances.Get(h)
	i := in.order.group
	if i == None || in.stage == heldAtEnd || !cp.groups[i].holds(true) {
		return false
	}
	if a := in.order.activity; a != None && len(cp.groups[i].cfg.TargetGroups) > 0 {
		in.order.activity = None
		cp.progress(i, a)
	}
	cp.advance(in, heldAtEnd)
	cp.pauseFor(h, true)
	return true
}

// onHookEnds lets an instance go that hooks have held. One that was launched and is
// abandoned ends, and another is launched; one that leaves goes on leaving.
func (cp *Plane) onHookEnds(ev model.Event) {
	h := ev.Handle()
	in := cp.instances.Get(h)
	if in == nil || in.pause.until != cp.kernel.Now() || in.life.leaves() && in.stage != heldAtEnd {
		cp.overtaken()
		return
	}
	switch in.stage {
	case heldAtLaunch:
		cp.noteHook(in)
		if in.pause.end.Abandons {
			cp.abandon(h)
			return
		}
		cp.advance(in, inRanks)
		cp.enlist(h)
		return
	case heldInPool:
		cp.noteHook(in)
		if in.pause.end.Abandons {
			cp.abandon(h)
		} else {
			cp.shelve(h)
		}
		return
	case heldAtEnd:
		cp.noteHook(in)
		cp.letGo(h)
		return
	}
	cp.overtaken()
}

// abandon ends an instance that a hook gives up; its group launches another.
func (cp *Plane) abandon(h slab.Handle) {
	in := cp.instances.Get(h)
	i := in.order.group
	in.endReason = "lifecycle hook " + in.pause.end.Hook.Name + ": ABANDON"
	cp.members[i].LaunchFailed++
	took := cp.kernel.Now() - in.launchedAt
	cp.endMember(i, h, None)
	if took > 0 {
		cp.replace(i)
		return
	}
	cp.groups[i].owesMember = true // else it would be launched and abandoned again and again in this instant
	cp.startSweeps(i)
}

// noteHook writes into the history how long hooks held an instance, and what came of it.
func (cp *Plane) noteHook(in *instance) {
	end := &in.pause.end
	if end.Hook == nil {
		return
	}
	what, result := "launching", "CONTINUE"
	if in.stage == heldAtEnd {
		what = "terminating"
	}
	if end.Abandons {
		result = "ABANDON"
	}
	cause := "complete-lifecycle-action"
	if end.TimedOut {
		cause = "heartbeat timeout"
	}
	now := cp.kernel.Now()
	cp.note(Activity{
		At: now - end.After, Until: now, Subject: cp.subjectOf(in), Kind: "lifecycle-hook", Cause: cause, Instance: in.number,
		Detail: fmt.Sprintf("%s: %s %s after %.6g s", what, end.Hook.Name, result, end.After.Seconds()),
	})
}
