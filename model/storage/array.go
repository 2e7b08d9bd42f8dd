package storage

import (
	"math"

	"headroom/sim"
)

// Array is the disks of one instance under a link that is too narrow for all of them at
// once. Each serves first come, first served; those at work share the link max-min: who
// asks for less than an even share of it has what it asks for. The zero Array is of no
// use.
//
// What comes later slows what came before, so an array does not say at once when a
// batch will be done: settle it up to an instant before anything else at that instant.
type Array struct {
	disks []member
	link  [linkDimensions]meter
	now   sim.Time
	due   sim.Time // of the next change; Never without one
	stale bool     // rates and due are to be reckoned anew
	users []user   // of the link, by disk
}

// dimensions of a link.
const (
	operations = iota
	bytes
	linkDimensions
)

// member is one disk of an array.
type member struct {
	limits Limits
	own    [linkDimensions]meter
	line   []item // the first is in service
	first  int
	left   float64 // of the first, of 1
	speed  float64 // of the first a nanosecond
	dry    bool    // held back for want of credit
	since  sim.Time
	begun  sim.Time
	short  sim.Time // of the first's service without credit, until since
}

// item is a batch in line.
type item struct {
	job  uint64
	cost Cost
	at   sim.Time
}

// NewArray returns idle disks with their credit.
func NewArray(at sim.Time, limits []Limits, link Link) *Array {
	a := &Array{now: at, due: sim.Never, users: make([]user, len(limits))}
	a.link = [linkDimensions]meter{newMeter(link.Operations, at, operationScale), newMeter(link.Bytes, at, 1)}
	for _, l := range limits {
		a.disks = append(a.disks, member{
			limits: l, since: at,
			own: [linkDimensions]meter{newMeter(l.Operations, at, operationScale), newMeter(l.Bytes, at, 1)},
		})
	}
	return a
}

// Limits returns what a disk does.
func (a *Array) Limits(disk int) *Limits { return &a.disks[disk].limits }

// Next returns when the array must be settled next; Never if it is idle.
func (a *Array) Next() sim.Time {
	a.reckon()
	return a.due
}

// Offer gives a disk a batch at an instant up to which the array is settled.
func (a *Array) Offer(at sim.Time, disk int, job uint64, c Cost) {
	a.advance(at)
	d := &a.disks[disk]
	if d.first == len(d.line) {
		d.line, d.first = d.line[:0], 0
		d.start(at)
	}
	d.line = append(d.line, item{job: job, cost: c, at: at})
	a.stale = true
}

// start begins with the first in line.
func (d *member) start(at sim.Time) { d.left, d.begun, d.short, d.since = 1, at, 0, at }

// busy reports whether a disk has something to do.
func (d *member) busy() bool { return d.first < len(d.line) }

// Finished is a batch that was served.
type Finished struct {
	Served
	Disk int
	Job  uint64
	At   sim.Time // it was asked for
}

// Settle returns the next batch that was served up to an instant, or false if no more
// was.
func (a *Array) Settle(until sim.Time) (Finished, bool) {
	for {
		a.reckon()
		if a.due > until {
			return Finished{}, false
		}
		a.advance(a.due)
		a.stale = true
		for i := range a.disks {
			if d := &a.disks[i]; d.busy() && d.left <= 0 {
				return a.finish(i), true
			}
		}
	}
}

// finish takes the first batch of a disk out.
func (a *Array) finish(disk int) Finished {
	d := &a.disks[disk]
	x := d.line[d.first]
	f := Finished{Disk: disk, Job: x.job, At: x.at, Served: Served{Begin: d.begun, End: a.now, Throttled: d.short}}
	f.Done = max(a.now, x.cost.done(a.now, float64(a.now-d.begun), max(d.own[bytes].transfer(x.cost.Bytes), a.link[bytes].transfer(x.cost.Moved)), x.cost.Latency))
	over := d.left / d.speed // nanoseconds that the next has been served already; negative
	d.first++
	if d.first == len(d.line) {
		d.line, d.first = d.line[:0], 0
		return f
	}
	if d.first >= 1024 && 2*d.first >= len(d.line) {
		d.line, d.first = d.line[:copy(d.line, d.line[d.first:])], 0
	}
	d.start(a.now)
	if next := &d.line[d.first]; over > -1 {
		d.left += over * d.speed * x.cost.Operations / next.cost.Operations
	}
	return f
}

// advance lets time pass at the present rates.
func (a *Array) advance(at sim.Time) {
	if at == a.now {
		return
	}
	a.reckon()
	elapsed := float64(at - a.now)
	for i := range a.disks {
		if d := &a.disks[i]; d.busy() {
			d.left -= d.speed * elapsed
			if d.left < 1e-9 {
				d.left = min(0, d.left)
			}
			if d.dry {
				d.short += at - a.now
			}
		}
	}
	a.now = at
}

// reckon finds the rates from now on, and when they change next.
func (a *Array) reckon() {
	if !a.stale {
		return
	}
	a.stale, a.due = false, sim.Never
	a.share()
	for i := range a.disks {
		d := &a.disks[i]
		if d.busy() && d.speed > 0 {
			a.due = min(a.due, a.later(d.left/d.speed))
		}
		c := Cost{}
		if d.busy() {
			c = d.line[d.first].cost
		}
		a.due = min(a.due, d.own[operations].run(a.now, d.speed*c.Operations*1e9), d.own[bytes].run(a.now, d.speed*c.Bytes*1e9))
	}
	flow := a.flow()
	for k := range a.link {
		a.due = min(a.due, a.link[k].run(a.now, flow[k]*1e9))
	}
}

// later is so many nanoseconds from now, rounded up.
func (a *Array) later(nanoseconds float64) sim.Time {
	if nanoseconds >= float64(sim.Horizon-a.now) {
		return sim.Never
	}
	return a.now + sim.Time(math.Ceil(max(0, nanoseconds)))
}

// flow returns what the link carries, a nanosecond.
func (a *Array) flow() (total [linkDimensions]float64) {
	for i := range a.disks {
		if d := &a.disks[i]; d.busy() {
			c := &d.line[d.first].cost
			total[operations] += d.speed * c.Operations
			total[bytes] += d.speed * c.Moved
		}
	}
	return total
}

// share gives each disk at work its speed: its own, or an even share of the link.
func (a *Array) share() {
	var free [linkDimensions]float64 // a nanosecond; 0: without limit
	short := false
	for k := range a.link {
		rate, dry := a.link[k].rate(a.now)
		free[k], short = rate/1e9, short || dry
	}
	for i := range a.disks {
		d := &a.disks[i]
		var use [linkDimensions]float64
		if d.speed, d.dry = 0, false; d.busy() {
			c := &d.line[d.first].cost
			d.speed, d.dry = d.fastest(a.now, c)
			use = [linkDimensions]float64{c.Operations, c.Moved}
		}
		a.users[i] = user{most: d.speed, uses: use}
	}
	divide(a.users, free)
	for i := range a.disks {
		d := &a.disks[i]
		d.dry = d.dry || short && a.users[i].speed < a.users[i].most
		d.speed = a.users[i].speed
	}
}

// fastest returns how much of a batch the disk itself does a nanosecond.
func (d *member) fastest(now sim.Time, c *Cost) (speed float64, dry bool) {
	slowest := 0.0
	for k, cost := range [linkDimensions]float64{c.Operations, c.Bytes} {
		rate, out := d.own[k].rate(now)
		if rate == 0 {
			continue
		}
		if pace := cost * 1e9 / rate; pace > slowest {
			slowest, dry = pace, out
		}
	}
	return 1 / max(slowest, 1e-3), dry
}

// Credit returns what is left of a disk's own burst credit, of 1, at an instant up to
// which the array is settled; false for a disk without.
func (a *Array) Credit(disk int, at sim.Time) (share float64, ok bool) {
	a.advance(at)
	for k := range a.disks[disk].own {
		if m := &a.disks[disk].own[k]; m.credits {
			return m.credit(at), true
		}
	}
	return 1, false
}
