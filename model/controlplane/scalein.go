package controlplane

import (
	"headroom/model"
	"headroom/model/scaling"
	"headroom/sim/slab"
)

// chooseVictims returns those that a scale-in by n units ends, in that order; fewer if no
// more may be ended, or each of them has more units than are left to end.
func (cp *Plane) chooseVictims(i, n int) []slab.Handle {
	g := &cp.groups[i]
	handles := make([]slab.Handle, 0, g.capacity)
	members := make([]scaling.Member, 0, g.capacity)
	for h, in := range cp.membersOf(g) {
		if !in.counts() {
			continue
		}
		members = append(members, scaling.Member{
			Index: len(handles), Zone: g.zoneIndex(in.zone), OnDemand: in.order.option == model.OnDemand,
			LaunchedAt: in.launchedAt, BilledFrom: in.launchedAt, Protected: in.protected || in.container != nil && len(in.container.tasks) > 0 && g.cfg.Provider != nil && g.cfg.Provider.Protects,
			Template: in.order.templateAge(), Weight: in.order.weight,
		})
		handles = append(handles, h)
	}
	by := scaling.Selection{Policies: g.cfg.Termination, Now: cp.kernel.Now(), Draw: g.draws.Below}
	if m := g.cfg.Mixed; m != nil {
		by.OnDemandShare = m.OnDemandShare
	}
	var victims []slab.Handle
	for scaleIn := scaling.NewScaleIn(members, by); n > 0; {
		victim := scaleIn.Next()
		if victim < 0 {
			break
		}
		if units := max(1, members[victim].Weight); units <= n {
			victims = append(victims, handles[victim])
			n -= units
		}
	}
	return victims
}

// endMember terminates one member for a scale-in or a replacement.
func (cp *Plane) endMember(i int, h slab.Handle, activity int) {
	in := cp.instances.Get(h)
	cp.leaveActivity(i, in)
	in.order.activity = activity
	if activity != None {
		cp.groups[i].activities[activity].left++
	}
	if activity != None && cp.returnsToPool(i, in) {
		in.returns = true
		cp.noteInstance(in, "return", "to the warm pool", cp.groups[i].activities[activity].cause)
	} else {
		cp.noteTermination(h)
	}
	cp.terminate(h)
}

// leaveActivity takes a member that leaves before it was in service off the activity
// that launched it.
func (cp *Plane) leaveActivity(i int, in *instance) {
	if in.arrives() && in.order.activity != None {
		a := in.order.activity
		in.order.activity = None
		cp.progress(i, a)
	}
}
