package controlplane

import (
	"headroom/model/scaling"
	"headroom/sim"
)

// suspend stops processes of a group.
func (cp *Plane) suspend(i int, processes scaling.Process) {
	cp.groups[i].suspended |= processes
}

// resume lets processes of a group go on, and what waited for them happen. What alarms and
// schedules asked for meanwhile is not made up for: an alarm that is in ALARM asks again.
func (cp *Plane) resume(i int, processes scaling.Process) {
	g := &cp.groups[i]
	g.suspended &^= processes
	if processes.Has(scaling.HealthCheck | scaling.ReplaceUnhealthy) {
		cp.startSweeps(i)
		if !g.suspended.Has(scaling.HealthCheck | scaling.ReplaceUnhealthy) {
			g.missing = 0
		}
	}
	if processes.Has(scaling.Launch | scaling.Terminate | scaling.ReplaceUnhealthy | scaling.HealthCheck) {
		cp.replace(i)
	}
	if processes.Has(scaling.AZRebalance | scaling.Launch | scaling.Terminate) {
		cp.rebalance(i)
	}
}

// administrativeAfter is how long launches of a group may fail before it is suspended
// (Amazon EC2 Auto Scaling User Guide, "Suspend and resume processes": "more than 24 hours").
const administrativeAfter = 24 * sim.Hour

// suspendLaunches suspends the launches of a group whose launches have failed for more than 24 hours, and
// reports whether it does.
func (cp *Plane) suspendLaunches(i int) bool {
	g := &cp.groups[i]
	now := cp.kernel.Now()
	if g.retries == 0 {
		g.failingSince = now
	}
	if now-g.failingSince <= administrativeAfter {
		return false
	}
	g.retries = 0
	cp.suspend(i, scaling.Launch)
	cp.note(Activity{
		Subject: g.name(), Kind: "suspend", Detail: scaling.Launch.String(), Instance: None, By: AutoScaling,
		Cause: "launches have failed for more than 24 hours",
	})
	return true
}

// mayGrow reports whether a rebalance may launch: while nothing is ended the group stays
// within a tenth above its largest size.
func (g *group) mayGrow() bool {
	return !g.suspended.Has(scaling.Terminate) || g.capacity < g.max+max(1, g.max/10)
}
