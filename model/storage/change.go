package storage

import "headroom/sim"

// Change gives a disk, from an instant on, other limits and another link. Credit that it
// has it keeps, as far as the new limits hold it; what it has taken is served as before.
func (q *Queue) Change(at sim.Time, l Limits, link Link) {
	at = max(at, q.Free())
	changed := NewQueue(at, l, link)
	for i := range changed.meters {
		changed.meters[i].carry(&q.meters[i], at)
	}
	*q = changed
}

// Inherit gives a disk the credit of what it was before its instance was stopped; that of the
// link only if it is the same.
func (q *Queue) Inherit(at sim.Time, before *Queue, link bool) {
	if before.free > q.free {
		q.free, q.fraction = before.free, before.fraction
	}
	for i := range q.meters {
		if i < linkOperations || link {
			q.meters[i].carry(&before.meters[i], max(at, q.free))
		}
	}
}

// Change gives a disk of an array other limits, from an instant on up to which the array
// is settled.
func (a *Array) Change(at sim.Time, disk int, l Limits) {
	a.advance(at)
	d := &a.disks[disk]
	own := [linkDimensions]meter{newMeter(l.Operations, at, operationScale), newMeter(l.Bytes, at, 1)}
	for k := range own {
		own[k].carry(&d.own[k], at)
	}
	d.limits, d.own = l, own
	a.stale = true
}

// Refill fills the credit of a disk of an array, as that of one that is new.
func (a *Array) Refill(at sim.Time, disk int) {
	a.advance(at)
	d := &a.disks[disk]
	d.own = [linkDimensions]meter{newMeter(d.limits.Operations, at, operationScale), newMeter(d.limits.Bytes, at, 1)}
	a.stale = true
}

// Inherit gives an array the credit of the one before that has stopped, at an instant up to
// which it is settled; that of the link only if it is the same.
func (a *Array) Inherit(at sim.Time, before *Array, link bool) {
	a.advance(at)
	for i := range min(len(a.disks), len(before.disks)) {
		for k := range a.disks[i].own {
			a.disks[i].own[k].carry(&before.disks[i].own[k], at)
		}
	}
	for k := range a.link {
		if link {
			a.link[k].carry(&before.link[k], at)
		}
	}
	a.stale = true
}

// Stop ends all that is in line, and spends no more credit.
func (a *Array) Stop(at sim.Time) {
	a.advance(at)
	for i := range a.disks {
		a.disks[i].line, a.disks[i].first = nil, 0
	}
	a.stale = true
	a.reckon()
}

// carry takes over the credit of the meter before, if both have one.
func (m *meter) carry(old *meter, at sim.Time) {
	if !m.credits || !old.credits {
		return
	}
	if m.daily && old.daily {
		m.day.Put(at, min(0, old.day.At(at)-m.day.At(at)))
	}
	m.left.Put(at, min(0, old.left.At(at)-m.left.At(at)))
}

// Halved returns the limits of a volume whose blocks are still to come: half of its IOPS,
// or of the throughput of a hard disk.
func (l Limits) Halved() Limits {
	half := func(a Allowance) Allowance {
		if a.Base > 0 {
			a.Base = max(1, a.Base/2)
		}
		a.Peak = max(a.Base, a.Peak/2)
		return a
	}
	if l.Operations.Base > 0 {
		l.Operations = half(l.Operations)
	} else {
		l.Bytes = half(l.Bytes)
	}
	return l
}

// Steady returns limits without a burst of bytes: those of a hard disk while a snapshot of it is
// made (EC2 User Guide, "Hard disk drives": its throughput may drop to the base until then). A
// byte a second of burst is left, for which its credit is kept.
func (l Limits) Steady() Limits {
	l.Bytes.Peak = min(l.Bytes.Peak, l.Bytes.Base+1)
	return l
}
