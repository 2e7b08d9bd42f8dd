package controlplane

import (
	"headroom/model/scaling"
	"headroom/sim/slab"
)

// stage is where a member of a group stands, beside its life (Amazon EC2 Auto Scaling
// User Guide, "Instance lifecycle").
type stage uint8

const (
	inRanks      stage = iota // Pending, InService or Terminating, as its life says
	heldAtLaunch              // Pending:Wait
	heldAtEnd                 // Terminating:Wait
	standingBy                // Standby
	detached                  // no member any more, unless it is attached again
	warms                     // Warmed:Pending
	heldInPool                // Warmed:Pending:Wait
	warmed                    // Warmed:Stopped, Warmed:Hibernated or Warmed:Running, or on its way there
)

// inService reports whether an instance is in service: a group's member is from the
// moment it is running and its launch hooks have let it go, whether or not its
// application answers yet.
func (in *instance) inService() bool { return in.life.runs() && in.stage == inRanks }

// arrives reports whether an instance is on its way into the service of its group.
func (in *instance) arrives() bool {
	return in.stage == inRanks && in.life == pending || in.stage == heldAtLaunch && !in.life.leaves()
}

// counts reports whether a group counts the instance as capacity.
func (in *instance) counts() bool {
	return !in.life.leaves() && !in.replaced && (in.stage == inRanks || in.stage == heldAtLaunch)
}

// units is what an instance adds to the capacity of its group: its weight.
func (in *instance) units() int { return max(1, in.order.weight) }

// advance takes a member of a group from one stage to the next.
func (cp *Plane) advance(in *instance, s stage) {
	cp.tally(in, -1)
	in.stage = s
	cp.tally(in, +1)
}

// enlist puts an instance that runs in service: it is registered with its target groups
// first.
func (cp *Plane) enlist(h slab.Handle) {
	in := cp.instances.Get(h)
	in.inServiceAt = cp.kernel.Now()
	without := in.order.group != None && cp.groups[in.order.group].suspended.Has(scaling.AddToLoadBalancer)
	if !in.noticed && !without { // else it would take requests that it cannot finish
		cp.register(in, in.order.initial)
	}
	if in.order.group != None {
		cp.joined(h)
	}
}

// depart lets an instance go that has left its target groups: its group's hooks hold it
// first.
func (cp *Plane) depart(h slab.Handle) {
	if !cp.holdAtEnd(h) {
		cp.letGo(h)
	}
}

// targetGroupsOf lists the groups that an instance registers with.
func (cp *Plane) targetGroupsOf(in *instance) []int {
	if in.order.group != None {
		return cp.cfg.Groups[in.order.group].TargetGroups
	}
	return cp.cfg.Instances[in.order.fleet].TargetGroups
}
