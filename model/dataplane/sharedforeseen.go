package dataplane

import (
	"math"

	"headroom/sim"
	"headroom/sim/station"
)

// While fewer requests compute where they share a CPU than it has vCPUs, each has one of its own:
// nobody is slower for another, and when a request ends is known when it comes, as where they are
// served in order of arrival. If each application lets as many in as there are vCPUs, nobody waits
// either. So the requests of a base are at its foreseen station as long as that lasts, and at none
// of the gates. Whoever would be one too many, and whoever looks, brings them to the station that
// shares the vCPUs, with what is left of each to the last part of a nanosecond.

// foresight is whether the departures of a base are to be foreseen when they may be. To go over
// to its foreseen station and back costs as much as some requests save there.
type foresight struct {
	upTo  int32 // so many compute then at most; -1: never
	came  int32 // requests that it was good for this time
	saved int32 // more than it cost
	rests int32 // opportunities that are let pass, since it costs more than it saves
	rest  int32 // next time so many
}

const (
	foresightCost  = 10 // requests, and one for each that goes over
	foresightSaved = 64 // that are remembered at most
	foresightRest  = 64 // at first, twice as long whenever it was in vain again
	longestRest    = 1 << 12
)

// newForesight is how the departures of a base may be foreseen. That begins while so few requests
// compute that it takes a while until vCPUs are shared: their number goes up and down by about the
// square root of it.
func (p *Plane) newForesight(b *server) foresight {
	for _, h := range b.applications {
		if int64(p.servers.Get(h).gate.limit) < b.station.Servers() {
			return foresight{upTo: -1}
		}
	}
	servers := b.station.Servers()
	return foresight{upTo: int32(servers - 1 - int64(math.Sqrt(float64(servers))))}
}

// foresee brings what computes on a base to its foreseen station, at an instant up to which it is
// settled, or returns false if it is not worth it.
func (p *Plane) foresee(id uint32, b *server, now sim.Time) bool {
	base := &p.fastPaths[id]
	if base.foresight.rests > 0 {
		base.foresight.rests--
		return false
	}
	p.remainders = b.station.Unload(now, p.remainders[:0])
	for _, left := range p.remainders {
		r := p.compact.at(left.Job)
		f := &p.fastPaths[r.server]
		if f.lines {
			f.free++
			f.work -= f.time(r.demand)
		}
		over, longer := left.Rounded()
		if r.received = sim.Time(longer); base.counted {
			p.compact.ends.insert(left.Job, now+over)
		}
	}
	base.station.Load(now, b.station.Done(), p.remainders)
	base.settled = now
	p.setForesees(base, b, true)
	return true
}

// setForesees notes on all who share a CPU whether its departures are foreseen.
func (p *Plane) setForesees(base *fastPath, b *server, foresees bool) {
	base.foresees = foresees
	for _, h := range b.applications {
		p.fastPaths[indexOf(h)].foresees = foresees
	}
}

// stillForesees reports whether one more has a vCPU of its own on a base whose departures are
// foreseen. They are so no more if all are taken.
func (p *Plane) stillForesees(id uint32, now sim.Time) bool {
	base := &p.fastPaths[id]
	if base.counted && p.compact.ends.behind(now) { // who picks by requests in flight has turned it
		p.compact.ends.turn(now, p.endDue)
	}
	_, ok := base.station.Foresee(now)
	if !ok {
		p.unforesee(id, now)
	}
	return ok
}

// enterForeseen is [Plane.enterShared] on a base whose departures are foreseen and where a vCPU is
// free.
func (p *Plane) enterForeseen(r *compactRequest, f *fastPath, n *lane, patience sim.Time) bool {
	now, time, base := r.arrived, f.time(r.demand), &p.fastPaths[f.base]
	if !f.endsSurely(time, patience) {
		return false
	}
	if !n.came.put(now) {
		p.openArrivalTab(n, now)
	}
	if now >= p.meter.warmup {
		n.came.atOnce++
	}
	k := p.compact.alloc()
	*p.compact.at(k) = *r
	base.settled = now
	base.foresight.came++
	left, leaves := base.station.Offer(k, now, now, now+time)
	switch {
	case base.counted:
		p.compact.ends.insert(k, now+time)
	case left != station.NoJob:
		p.compactEnds(left, &p.fastPaths[p.compact.at(left).server], leaves)
	}
	return true
}

// unforesee brings what computes on a base to the station that shares its vCPUs, and what ended
// there until an instant to its end.
func (p *Plane) unforesee(id uint32, until sim.Time) {
	base, b := &p.fastPaths[id], p.servers.at(id)
	if !base.foresees {
		return
	}
	p.setForesees(base, b, false)
	until = max(until, base.settled)
	if base.counted {
		p.compact.ends.turn(until, p.endDue)
		until = max(until, p.compact.ends.turned)
	} else {
		base.station.Sweep(until, func(at sim.Time, k uint32) {
			p.compactEnds(k, &p.fastPaths[p.compact.at(k).server], at)
		})
	}
	busy := base.station.Busy(until)
	p.remainders = base.station.Unload(until, p.remainders[:0])
	for i := range p.remainders {
		left := &p.remainders[i]
		r := p.compact.at(left.Job)
		f := &p.fastPaths[r.server]
		if f.lines {
			f.free--
			f.work += f.time(r.demand)
		}
		left.Left -= uint64(r.received)
		if base.counted {
			p.compact.ends.remove(left.Job)
		}
	}
	b.station.Load(until, busy, p.remainders)
	if base.counted {
		p.calendar.announce(id, b.station.Next())
	}
	p.foresights++
	p.foreseen += int64(base.foresight.came)
	base.foresight.ends(int32(len(p.remainders)))
}

// Foresight returns how many requests had an end that was known when they came, where they share a
// CPU, and how often that went over to where it is not. It is meant for tests.
func (p *Plane) Foresight() (requests, times int64) { return p.foreseen, p.foresights }

// ends says what it was worth this time, when so many have gone over to the station that shares.
func (f *foresight) ends(over int32) {
	f.saved = min(f.saved+f.came-foresightCost-over, foresightSaved)
	f.came = 0
	switch {
	case f.saved < 0:
		f.rest = min(max(foresightRest, 2*f.rest), longestRest)
		f.saved, f.rests = 0, f.rest
	case f.saved == foresightSaved:
		f.rest = 0
	}
}
