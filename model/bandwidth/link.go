package bandwidth

import (
	"headroom/model"
	"headroom/sim"
	"headroom/sim/bucket"
	"headroom/sim/station"
)

// Way is where the bytes of a flow come from or go to.
type Way uint8

// Ways.
const (
	Region   Way = iota // within the Region
	Internet            // through an internet gateway
	wayCount
)

// Link is one direction of a network interface. What a flow that has it to itself needs comes
// first, in two cache lines.
type Link struct {
	light light
	begun model.Bytes
	most  Rate // that all flows ever had

	terms Terms
	flows [wayCount]station.Station // a job of n bytes takes n ns at full speed
	mixed bool                      // there have been flows of the internet

	bucket  bucket.Bucket
	bursts  bool
	out     bool     // of credits, with more to do than the base
	outAt   sim.Time // when they will be spent, or it is to be asked again; Never
	sure    sim.Time // until then they last at any rate
	sinking bool
	rate    Rate // of all flows
	least   int64

	outSince   sim.Time
	throttled  sim.Time
	overloaded sim.Time // of rates
	dropped    model.Bytes
}

// NewLink returns a link with full credits at an instant. Without a peak it panics.
func NewLink(at sim.Time, terms Terms) Link {
	if terms.Peak == 0 || terms.Flow == 0 {
		panic("bandwidth: a link without capacity")
	}
	l := Link{terms: terms, outAt: sim.Never, light: newLight(at, &terms)}
	for w := range l.flows {
		l.flows[w] = station.New(station.Spec{Servers: int64(station.NoLimit), Limit: station.NoLimit})
		l.flows[w].SetSpeed(at, station.Speed(terms.Flow))
	}
	l.flows[Region].SetCeiling(at, station.Speed(terms.Peak))
	if l.bursts = terms.Peak > terms.Base; l.bursts {
		full := terms.credits()
		l.bucket = bucket.New(at, bucket.Spec{Capacity: full, Start: full, Per: sim.Second})
		l.bucket.SetEarn(at, int64(terms.Base))
		l.least = full
	}
	return l
}

// Inherit gives a link the credits that one of the same terms has left, which is idle.
func (l *Link) Inherit(at sim.Time, before *Link) {
	if l.bursts && before.bursts {
		l.weigh()
		before.weigh()
		l.bucket.Put(at, min(0, before.bucket.At(at)-l.bucket.At(at)))
		l.least = l.bucket.At(at)
	}
}

// Offer begins a flow at an instant up to which the link is settled.
func (l *Link) Offer(at sim.Time, job uint32, bytes model.Bytes, way Way) {
	l.begun += bytes
	if l.beginLone(at, job, bytes, way) {
		return
	}
	l.weigh()
	l.join(at, job, bytes, way)
}

// join lets a flow share the link with others, up to an instant up to which they are settled.
func (l *Link) join(at sim.Time, job uint32, bytes model.Bytes, way Way) {
	l.flows[way].Offer(at, job, sim.Time(bytes))
	l.mixed = l.mixed || way == Internet
	l.follow(at)
}

// Pass has bytes pass that took a time, as fast as the interface could, in which it had no
// flows; nor did it since.
func (l *Link) Pass(bytes model.Bytes, from, to sim.Time) {
	l.begun += bytes
	l.most = max(l.most, l.terms.Peak)
	if !l.bursts {
		return
	}
	l.weigh()
	l.bucket.SetSpend(from, int64(l.terms.Peak))
	if out := l.bucket.EmptyAt(); out < to {
		l.throttled += to - out
	}
	l.bucket.SetSpend(to, 0)
	l.least = min(l.least, l.bucket.At(to))
}

// Next returns the instant at which the next thing happens if nothing changes before.
func (l *Link) Next() sim.Time {
	if l.light.on {
		return l.light.lone.end
	}
	next := min(l.flows[Region].Next(), l.outAt)
	if l.mixed {
		next = min(next, l.flows[Internet].Next())
	}
	return next
}

// Due reports whether something may have happened up to and including an instant.
func (l *Link) Due(until sim.Time) bool { return !l.light.on || l.light.lone.end <= until }

// Settle returns the next flow that has ended up to and including an instant, or false
// if none has.
func (l *Link) Settle(until sim.Time) (job uint32, at sim.Time, ended bool) {
	if l.light.on {
		if l.light.lone.end > until {
			return 0, 0, false
		}
		job, at = l.endLone()
		return job, at, true
	}
	for {
		next := l.Next()
		if next > until {
			return 0, 0, false
		}
		for w := range l.flows {
			if w > 0 && !l.mixed {
				break
			}
			if turn, ok := l.flows[w].Settle(next); ok {
				l.follow(turn.At)
				return turn.Job, turn.At, true
			}
		}
		l.follow(next) // the credits run out
	}
}

// Drop ends a flow before all of it has passed, at an instant up to which the link is
// settled, and returns what has not. It panics if there is no such flow.
func (l *Link) Drop(at sim.Time, job uint32, way Way) (lost model.Bytes) {
	l.weigh()
	left := l.left(at)
	l.flows[way].Abandon(at, job)
	lost = left - l.left(at)
	l.dropped += lost
	l.follow(at)
	return lost
}

// Evict ends all flows and appends them to list.
func (l *Link) Evict(at sim.Time, list []uint32) []uint32 {
	l.weigh()
	l.dropped += l.left(at)
	for w := range l.flows {
		list = l.flows[w].Evict(at, list)
	}
	l.follow(at)
	return list
}

// Jobs appends to list all flows, in no order.
func (l *Link) Jobs(list []uint32) []uint32 {
	if l.light.lone.end != sim.Never {
		list = append(list, l.light.lone.job)
	}
	for w := range l.flows {
		list = l.flows[w].Jobs(list)
	}
	return list
}

// Each tells all flows, in no order, and what has not passed of each at an instant up to which the link is settled.
func (l *Link) Each(at sim.Time, tell func(job uint32, left model.Bytes)) {
	if l.light.on {
		if f := &l.light.lone; f.end != sim.Never {
			tell(f.job, l.leftLone(at))
		}
		return
	}
	for w := range l.flows {
		l.flows[w].Each(at, func(job uint32, left sim.Time) { tell(job, model.Bytes(left)) })
	}
}

// Rename gives all flows other numbers.
func (l *Link) Rename(name func(job uint32) uint32) {
	if l.light.lone.end != sim.Never {
		l.light.lone.job = name(l.light.lone.job)
	}
	for w := range l.flows {
		l.flows[w].Rename(name)
	}
}

// Flows returns the number of flows.
func (l *Link) Flows() (n int) {
	if l.light.lone.end != sim.Never {
		n++
	}
	for w := range l.flows {
		n += l.flows[w].InService()
	}
	return n
}

// left is what has not passed yet of all flows.
func (l *Link) left(at sim.Time) (left model.Bytes) {
	if l.light.on {
		return l.leftLone(at)
	}
	for w := range l.flows {
		left += model.Bytes(l.flows[w].Left(at))
	}
	return left
}

// Passed returns the bytes that have passed until an instant.
func (l *Link) Passed(at sim.Time) model.Bytes { return l.begun - l.dropped - l.left(at) }

// Most returns the highest rate so far.
func (l *Link) Most() Rate { return l.most }

// Credits returns the share of full credits that is left at an instant, and the least
// that there was; 1 of a link without.
func (l *Link) Credits(at sim.Time) (left, least float64) {
	if !l.bursts {
		return 1, 1
	}
	full := float64(max(1, l.terms.credits()))
	level, lowest := int64(0), l.least
	if l.light.on {
		level, lowest = l.lightCredits(l.debtAt(at)), min(lowest, l.lightCredits(l.light.most))
	} else {
		level = l.bucket.At(at)
	}
	return float64(level) / full, float64(min(lowest, level)) / full
}

// Bursts reports whether the link has credits.
func (l *Link) Bursts() bool { return l.bursts }

// Throttled returns for how long, until an instant, flows were held to the base for want
// of credits.
func (l *Link) Throttled(at sim.Time) sim.Time {
	if l.out {
		return l.throttled + at - l.outSince
	}
	return l.throttled
}

// follow is told that flows have begun or ended, or that the credits run out: it spends
// credits at the new rate and shares out the capacity.
func (l *Link) follow(at sim.Time) {
	wants := l.wants()
	rate := Rate(min(wants, uint64(l.terms.Peak)))
	if rate == l.rate && l.outAt > at && !l.mixed {
		return
	}
	capacity := l.terms.Peak
	if l.bursts {
		if l.sinking {
			l.least = min(l.least, l.bucket.At(at))
		}
		l.spend(at, rate)
		out := l.outAt <= at
		if out {
			capacity = l.terms.Base
			rate = min(rate, capacity)
			l.spend(at, rate)
		}
		l.turn(at, out)
	}
	l.rate, l.most = rate, max(l.most, rate)
	l.share(at, capacity)
}

// spend changes the rate at which credits are spent.
func (l *Link) spend(at sim.Time, rate Rate) {
	l.bucket.SetSpend(at, int64(rate))
	l.sinking = rate > l.terms.Base
	switch {
	case !l.sinking:
		l.outAt = sim.Never
	case at < l.sure:
		l.outAt = l.sure
	default:
		l.outAt = l.bucket.EmptyAt()
		seconds := float64(l.bucket.At(at)) / float64(l.terms.Peak-l.terms.Base)
		l.sure = at + sim.Time(seconds*float64(sim.Second)*almost)
	}
}

// almost is a little less than one, to be sure of what was divided in floating point.
const almost = 1 - 1e-9

// turn notes whether flows are held to the base from an instant on.
func (l *Link) turn(at sim.Time, out bool) {
	switch {
	case out && !l.out:
		l.outSince = at
	case !out && l.out:
		l.throttled += at - l.outSince
	}
	l.out = out
}

// wants is what all flows would have if the interface were wide enough.
func (l *Link) wants() uint64 {
	all := l.flows[Region].Wants()
	if l.mixed {
		all += min(l.flows[Internet].Wants(), uint64(l.terms.Internet))
	}
	return all
}

// share gives each kind of flows its part of the capacity: to each flow the same, but no
// more than the internet's part to those of the internet together.
func (l *Link) share(at sim.Time, capacity Rate) {
	public := Rate(0)
	if n := uint64(l.flows[Internet].InService()); n > 0 {
		inside := uint64(l.flows[Region].InService())
		all := min((n+inside)*uint64(l.terms.Flow), uint64(capacity))
		public = Rate(min(all*n/(n+inside), uint64(l.terms.Internet)))
		l.bound(at, Internet, public)
	}
	l.bound(at, Region, capacity-public)
}

func (l *Link) bound(at sim.Time, way Way, most Rate) {
	if f := &l.flows[way]; f.Ceiling() != station.Speed(most) {
		f.SetCeiling(at, station.Speed(most))
	}
}
