package controlplane

import (
	"fmt"
	"math"

	"headroom/model/lifecycle"
	"headroom/sim"
	"headroom/sim/slab"
)

// mostProtected is how many instances one SetInstanceProtection call names at most.
const mostProtected = 50

// invalid is the error of a request that Auto Scaling refuses.
func invalid(format string, args ...any) error {
	return &lifecycle.Refusal{Code: "ValidationError", Text: fmt.Sprintf(format, args...)}
}

// actOnGroup does what an operator does with a group, or with members of it.
func (cp *Plane) actOnGroup(a *Action) {
	i := a.On.Index
	cp.report(cp.groups[i].name(), a, cp.changeGroup(i, a))
}

func (cp *Plane) changeGroup(i int, a *Action) error {
	switch a.Do {
	case SuspendProcesses:
		cp.suspend(i, a.Processes)
	case ResumeProcesses:
		cp.resume(i, a.Processes)
	case ProtectInstances:
		return cp.protect(i, a)
	case EnterStandby, DetachInstances:
		return cp.setAside(i, a)
	case ExitStandby, AttachInstances:
		return cp.takeBack(i, a)
	case StartRefresh:
		return cp.startRefresh(i, a.Refresh, a.Template)
	case CancelRefresh, RollbackRefresh:
		return cp.cancelRefresh(i, a.Do == RollbackRefresh)
	case SetTemplate:
		cp.groups[i].use(a.Template)
	case DeployService:
		return cp.deploy(i, a.Template)
	default:
		panic("controlplane: unknown action on a group")
	}
	return nil
}

// some lists members of a group, in launch order: so many of those that an action may be
// done to.
func (cp *Plane) some(i int, a *Action, may func(*instance) bool) (list []slab.Handle) {
	for h, in := range cp.membersOf(&cp.groups[i]) {
		if may(in) {
			list = append(list, h)
		}
	}
	switch {
	case a.Share > 0:
		return list[:int(math.Round(a.Share*float64(len(list))))]
	case a.Count > 0:
		return list[:min(a.Count, len(list))]
	}
	return list
}

// protect protects members from scale-in, or ends that.
func (cp *Plane) protect(i int, a *Action) error {
	list := cp.some(i, a, func(in *instance) bool { return in.inService() && in.protected != a.Protected })
	if len(list) > mostProtected {
		return invalid("must not name more than %d instances, got %d", mostProtected, len(list))
	}
	for _, h := range list {
		cp.instances.Get(h).protected = a.Protected
	}
	return nil
}

// setAside puts members in service on standby, or detaches them. They leave their target groups and
// run on. The desired capacity falls with them, or else others are launched.
func (cp *Plane) setAside(i int, a *Action) error {
	g := &cp.groups[i]
	list := cp.some(i, a, (*instance).inService)
	n := 0
	for _, h := range list {
		n += cp.instances.Get(h).units()
	}
	if len(list) == 0 {
		return invalid("no instance is in service")
	}
	if a.Decrement && g.desired-n < g.min {
		return invalid("desired capacity %d must not fall by %d below min_size (%d)", g.desired, n, g.min)
	}
	to := standingBy
	if a.Do == DetachInstances {
		to = detached
	}
	for _, h := range list {
		in := cp.instances.Get(h)
		cp.leaveService(in, to)
		cp.deregister(in)
		cp.noteInstance(in, a.Do.String(), "", "action")
	}
	if a.Decrement {
		cp.setDesired(i, change{desired: g.desired - n, cause: "action", cooldown: g.cfg.DefaultCooldown, warmup: g.replacementWarmup()})
	} else {
		cp.replace(i)
	}
	cp.rebalance(i)
	return nil
}

// leaveService takes a member out of service that runs on.
func (cp *Plane) leaveService(in *instance, to stage) {
	cp.retire(in)
	cp.outOfService(in)
	in.inServiceAt, in.warmUntil, in.order.raised = sim.Never, sim.Never, false
	cp.advance(in, to)
}

// takeBack puts members into service again that were on standby or detached; the desired
// capacity rises with them.
func (cp *Plane) takeBack(i int, a *Action) error {
	g := &cp.groups[i]
	from := standingBy
	if a.Do == AttachInstances {
		from = detached
	}
	list := cp.some(i, a, func(in *instance) bool { return in.stage == from && in.life.runs() && !in.noticed })
	n := 0
	for _, h := range list {
		in := cp.instances.Get(h)
		if cp.data.Deregister(in.server) > 0 {
			return invalid("instance %d still leaves its target groups", in.number)
		}
		n += in.units()
	}
	if len(list) == 0 {
		return invalid("there is no such instance")
	}
	if g.desired+n > g.max {
		return invalid("desired capacity %d must not rise by %d above max_size (%d)", g.desired, n, g.max)
	}
	for _, h := range list {
		in := cp.instances.Get(h)
		cp.noteInstance(in, a.Do.String(), "", "action")
		cp.advance(in, inRanks)
		cp.enlist(h)
	}
	cp.setDesired(i, change{desired: g.desired + n, cause: "action", cooldown: g.cfg.DefaultCooldown, warmup: g.replacementWarmup()})
	return nil
}
