package controlplane

import "headroom/sim"

// StatusChecks counts the checks of instances, one a minute each, that failed (Status checks
// for Amazon EC2 instances): CloudWatch's StatusCheckFailed, _System and _Instance, summed.
type StatusChecks struct {
	Any      int64 // one of the two
	System   int64 // of what the instance runs on: its host, its rack, the network of its zone
	Instance int64 // of the instance itself: its memory is exhausted
}

// countChecks counts the status checks of an instance that have failed since it was asked
// last: before what they are about changes.
func (cp *Plane) countChecks(in *instance) {
	now, from := cp.kernel.Now(), in.checked
	in.checked = now
	if in.life.leaves() || in.life.rests() || in.isTask() {
		return
	}
	var c StatusChecks
	system := spell{max(in.cutAt, from), now}
	if in.cutAt != sim.Never {
		c.System = system.checks()
	}
	if in.sickUntil > 0 {
		sick := spell{max(in.sickAt, from), min(in.sickUntil, now)}
		c.Instance = sick.checks()
		if in.cutAt != sim.Never {
			c.Any = -spell{max(sick.from, system.from), min(sick.to, system.to)}.checks()
		}
	}
	if c == (StatusChecks{}) {
		return
	}
	c.Any += c.System + c.Instance
	own := &StatusChecks{}
	switch {
	case in.order.group != None:
		own = &cp.members[in.order.group].Checks
	case in.order.fleet != None:
		own = &cp.uses[in.order.fleet].Checks
	}
	own.Any, own.System, own.Instance = own.Any+c.Any, own.System+c.System, own.Instance+c.Instance
}

// closeChecks counts the status checks of everything that runs at the horizon.
func (cp *Plane) closeChecks() {
	for _, in := range cp.instances.All() {
		cp.countChecks(in)
	}
}

// spell is the time in which checks fail.
type spell struct{ from, to sim.Time }

// checks returns how many status checks there are after its start, to its end.
func (s spell) checks() int64 {
	return max(0, int64(s.to/statusCheck-s.from/statusCheck))
}
