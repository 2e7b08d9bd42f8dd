package controlplane

import (
	"cmp"
	"slices"

	"headroom/sim"
)

// StatusChecks counts the checks of instances, one a minute each, that failed (Status checks
// for Amazon EC2 instances): CloudWatch's StatusCheckFailed, _System, _Instance and
// _AttachedEBS, summed.
type StatusChecks struct {
	Any         int64 // one of the others
	System      int64 // of what the instance runs on: its host, its rack, the network of its zone
	Instance    int64 // of the instance itself: its memory is exhausted
	AttachedEBS int64 // of the volumes of one of a Nitro type: one of them fails
}

// add adds other checks.
func (c *StatusChecks) add(o StatusChecks) {
	c.Any, c.System, c.Instance, c.AttachedEBS = c.Any+o.Any, c.System+o.System, c.Instance+o.Instance, c.AttachedEBS+o.AttachedEBS
}

// of returns the checks that a metric counts.
func (c *StatusChecks) of(k MetricKind) int64 {
	switch k {
	case StatusCheckFailedSystem:
		return c.System
	case StatusCheckFailedInstance:
		return c.Instance
	case StatusCheckFailedAttachedEBS:
		return c.AttachedEBS
	}
	return c.Any
}

// countChecks counts the status checks of an instance that have failed since it was asked
// last: before what they are about changes.
func (cp *Plane) countChecks(in *instance) {
	now, from := cp.kernel.Now(), in.checked
	in.checked = now
	if in.life.leaves() || in.life.rests() || in.isTask() || in.cutAt == sim.Never && in.sickUntil == 0 && in.ebsAt == sim.Never {
		return
	}
	var system, sick, volumes spell
	if in.cutAt != sim.Never {
		system = spell{max(in.cutAt, from), now}
	}
	if in.sickUntil > 0 {
		sick = spell{max(in.sickAt, from), min(in.sickUntil, now)}
	}
	if in.ebsAt != sim.Never {
		volumes = spell{max(in.ebsAt, from), now}
	}
	c := StatusChecks{Any: checksOf(system, sick, volumes), System: checksOf(system), Instance: checksOf(sick), AttachedEBS: checksOf(volumes)}
	in.failed.add(c)
	switch {
	case in.order.group != None:
		cp.members[in.order.group].Checks.add(c)
	case in.order.fleet != None:
		cp.uses[in.order.fleet].Checks.add(c)
	}
}

// closeChecks counts the status checks of everything that runs at the horizon.
func (cp *Plane) closeChecks() {
	for _, in := range cp.instances.All() {
		cp.countChecks(in)
	}
}

// failing returns which status checks of an instance fail at this minute: 1 or 0 each.
func (cp *Plane) failing(in *instance) (c StatusChecks) {
	if cp.sound(in) {
		return c
	}
	now := cp.kernel.Now()
	one := func(fails bool, n *int64) {
		if fails {
			*n, c.Any = 1, 1
		}
	}
	one(in.cutAt < now, &c.System)
	one(in.sickUntil > 0 && in.sickAt < now && now <= in.sickUntil, &c.Instance)
	one(in.ebsAt < now, &c.AttachedEBS)
	return c
}

// sound reports whether nothing makes a status check of an instance fail, now or later.
func (cp *Plane) sound(in *instance) bool {
	return in.cutAt == sim.Never && in.sickUntil == 0 && in.ebsAt == sim.Never
}

// addChecks adds the status checks of an instance since the mark of a clock: 0 or 1 a minute.
func (s *spread) addChecks(failed int64, period sim.Time) {
	for minute := range int64(period / statusCheck) {
		if minute < failed {
			s.add(1)
		} else {
			s.add(0)
		}
	}
}

// spell is the time in which checks fail.
type spell struct{ from, to sim.Time }

// checksOf returns how many status checks there are after the start of spells, to their ends:
// those in several count once.
func checksOf(spells ...spell) (n int64) {
	slices.SortFunc(spells, func(a, b spell) int { return cmp.Compare(a.from, b.from) })
	last := int64(0)
	for _, s := range spells {
		first, end := max(last, int64(s.from/statusCheck)), int64(s.to/statusCheck)
		if end > first {
			n += end - first
			last = end
		}
	}
	return n
}
