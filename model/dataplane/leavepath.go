package dataplane

import (
	"headroom/sim"
	"headroom/sim/station"
)

// What disturbs a server settles its fast path and leaves it: all that is aboard goes on at the server's own
// station, or at that of its base, as if it had been there all the time.

// leaveFastPath gives a server's own station what its fast path has aboard, as it was when it
// was last settled. The pool of requests may move.
func (p *Plane) leaveFastPath(id uint32) {
	f := &p.fastPaths[id]
	switch base := p.baseOf(id); {
	case f.shared || f.open && base != id:
		p.leaveShared(base)
		return
	case !f.open:
		return
	}
	s := p.servers.at(id)
	own, jobs := p.unfold(f, s, p.settledUntil(f))
	s.station = own
	p.limitAgain(jobs)
	p.countGathered()
}

// unfold closes the fast path of a server, settled up to an instant, and returns the station that goes
// on with what is aboard, and who that is, as full requests. The pool of requests may move.
func (p *Plane) unfold(f *fastPath, s *server, at sim.Time) (own station.Station, jobs []uint32) {
	f.open = false
	var places []uint32
	if f.wired {
		p.playFlows(f, at)
		places = p.jobsOn(f, at, nil)
	} else {
		places = f.station.Jobs(at, nil)
	}
	p.tellTarget(f)
	jobs = p.expandAll(f, places)
	own = f.station.Unfold(at, func(k uint32) uint32 { return p.compact.at(k).in }, func(i, ticket uint32) sim.Time {
		r := p.requests.at(i)
		r.phase, r.ticket = queued, ticket
		return f.time(r.demand)
	})
	if f.wired {
		p.leaveFastNetwork(f, s)
	}
	for _, k := range places {
		if f.wired {
			p.noteReceived(p.compact.at(k).in, p.compact.at(k).received)
		}
		if f.counted {
			p.compact.ends.remove(k)
		}
		p.compact.release(k)
	}
	return own, jobs
}

// leaveFastPathNow settles the fast path of a server and leaves it.
func (p *Plane) leaveFastPathNow(id uint32) {
	if f := &p.fastPaths[id]; f.open || f.shared {
		p.settle(id, p.kernel.Now())
		p.leaveFastPath(id)
	}
}

// refuseFastPath leaves the fast path of a server for somebody who would not wait for the end of
// a request, and announces the departures of those who are there.
func (p *Plane) refuseFastPath(id uint32) {
	p.leaveFastPathNow(id)
	id = p.baseOf(id)
	p.fastPaths[id].impatient++
	p.changed(id, p.servers.at(id))
}
