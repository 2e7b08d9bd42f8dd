package dataplane

import (
	"headroom/model"
	"headroom/sim"
	"headroom/sim/station"
)

// lane is the short way through a server whose departures can be foreseen: one that
// serves in order of arrival at full speed, whose requests make one step, and where
// all stay until they are done. It is open while that is so; [Plane.leaveLane] gives
// the server's own station all that is aboard as soon as it is not. Lanes lie apart
// from the rest of their servers, for a plain request needs nothing else.
type lane struct {
	open    bool
	counted bool // who picks by requests in flight looks at the server
	zone    uint8
	paced   bool // time on its CPU is not the demand
	station station.Foreseen
	pace    float64     // as the server's
	settled sim.Time    // all up to then is counted
	in, out model.Bytes // of requests that went this way; see [Plane.used]

	// The target that runners come through; noIndex: none has yet.
	target       uint32
	group        int32
	scope, local int32
	asked, ended int32    // runners that came through it and that were answered, which it does not know of
	answered     sim.Time // the last answer to one

	left int // times that somebody would not wait
}

// patienceTries is how often a lane opens again after somebody would not wait for the
// end of a request; where that happens all the time it is no short way.
const patienceTries = 8

// foreseeable reports whether a service's departures can be foreseen where nothing
// disturbs them.
func (p *Plane) foreseeable(service int) bool {
	s := &p.cfg.Services[service]
	return !p.tracked && !p.calls[service].instant && s.Discipline == FCFS && len(s.Steps) == 0
}

// openLane takes the short way from now on if the server is settled, empty and
// undisturbed.
func (p *Plane) openLane(id uint32, s *server) bool {
	l := &p.lanes[id]
	disturbed := s.supply != nil || s.watch == inKernel || s.attended > 0 || s.errors.Rate > 0 || s.station.Speed() != station.FullSpeed
	if !s.foreseen || !s.open || disturbed || l.left > patienceTries || s.station.InService() > 0 || s.station.Waiting() > 0 {
		return false
	}
	now := p.kernel.Now()
	l.open, l.counted = true, s.watch == inCalendar
	l.zone, l.pace, l.paced, l.settled = uint8(s.zone), s.pace, s.pace != 1, now
	l.target, l.answered = noIndex, -1
	l.station.Reset(s.station.Spec(), s.station.Busy(now))
	return true
}

// leaveLane gives a server's own station what the lane has aboard, as it was when it
// was last settled. The pool of requests may move.
func (p *Plane) leaveLane(id uint32) {
	l := &p.lanes[id]
	if !l.open {
		return
	}
	l.open = false
	s := p.servers.at(id)
	at := p.settledUntil(l)
	p.tellTarget(l)
	places := l.station.Jobs(at, nil)
	jobs := p.requestsOf(l, places)
	s.station = l.station.Unfold(at, func(k uint32) uint32 { return p.runners.all[k].in }, func(i, ticket uint32) sim.Time {
		r := p.requests.at(i)
		r.phase, r.ticket = queued, ticket
		return l.time(r.demand)
	})
	for _, k := range places {
		if l.counted {
			p.ends.remove(k)
		}
		p.runners.leave(k)
	}
	p.limitAgain(jobs)
}

// settledUntil is the instant up to which all in a lane is counted.
func (p *Plane) settledUntil(l *lane) sim.Time {
	if l.counted {
		return max(l.settled, p.ends.turned)
	}
	return l.settled
}

// leaveLaneNow settles the lane of a server and leaves it.
func (p *Plane) leaveLaneNow(id uint32) {
	if l := &p.lanes[id]; l.open {
		p.settleLane(l, p.kernel.Now())
		p.leaveLane(id)
	}
}

// time is what a demand takes on the server's CPU.
func (l *lane) time(demand sim.Time) sim.Time {
	if l.paced {
		demand = demand.Scaled(l.pace)
	}
	return min(demand, station.MaxDemand)
}

// boardLane takes a request into a lane, or returns false if it cannot go that way: its
// client or its balancer will not wait for its end.
func (p *Plane) boardLane(i uint32, r *request, l *lane) bool {
	now := r.arrived
	if l.counted {
		p.ends.turn(now, p.land)
	} else {
		p.passInLane(l, now)
	}
	start, ok := l.station.Foresee(now)
	if !ok {
		p.turnAway(i)
		return true
	}
	end := sim.Sum(start, l.time(r.demand))
	limits, patience := p.patience(i, r, l)
	if end-now > patience || end > sim.Horizon {
		p.leaveLaneNow(r.server)
		l.left++
		return false
	}
	if limits != nil {
		p.removeDeadline(limits, r)
	}
	if r.phase = queued; start == now {
		r.phase = inService
		if !r.gone {
			p.meter.started(now, r, now)
		}
	}
	p.seat(&runner{arrived: now, source: ofItself, in: i, server: r.server}, l, start, end)
	return true
}

// patience is the longest that everybody waits for a request's end at its server, with
// the time limit that it is under, if there is one.
func (p *Plane) patience(i uint32, r *request, l *lane) (*deadlines, sim.Time) {
	if r.source == checkSource {
		return nil, p.targetGroups[p.targets.at(r.older).group].cfg.HealthCheck.Timeout
	}
	s := &p.sources[r.source]
	if s.limits.limit == sim.Never { // and so is patience
		return nil, sim.Never
	}
	if s.patience == sim.Never {
		return &s.limits, s.limits.limit
	}
	return &s.limits, min(s.limits.limit, s.patience-p.hop(i, r, model.Zone(l.zone)))
}

// settleLane counts what happened in a lane up to and including an instant.
func (p *Plane) settleLane(l *lane, until sim.Time) {
	l.settled = max(l.settled, until)
	if l.counted {
		p.ends.turn(until, p.land)
	} else {
		p.passInLane(l, until)
		l.station.Sweep(until, func(at sim.Time, k uint32) { p.runnerEnds(k, l, at) })
	}
	p.tellTarget(l)
}

// endInLane ends a runner whose end was announced, after those that left its lane before
// for who waited.
func (p *Plane) endInLane(k uint32, at, _ sim.Time) sim.Time {
	l := &p.lanes[p.runners.all[k].server]
	ended := false
	for passage, ok := l.station.Pass(at); ok; passage, ok = l.station.Pass(at) {
		ended = ended || passage.Leaves == k
		p.ends.remove(passage.Leaves)
		p.passed(l, passage)
	}
	if !ended {
		p.runnerEnds(k, l, at)
	}
	return sim.Never
}

// passInLane lets who waits in a lane enter until an instant.
func (p *Plane) passInLane(l *lane, until sim.Time) {
	for passage, ok := l.station.Pass(until); ok; passage, ok = l.station.Pass(until) {
		p.passed(l, passage)
	}
}

// passed counts a departure and who enters after it.
func (p *Plane) passed(l *lane, passage station.Passage) {
	p.runnerEnds(passage.Leaves, l, passage.At)
	if passage.Followed {
		p.runnerBegins(passage.Enters, passage.At)
	}
}

// completeInLane is [Plane.complete], [Plane.leave] and what follows for a request that
// nothing disturbed. What those do beyond this never meets a lane:
//   - interfaces, paths in time and applications that share a machine: network.go,
//     outside.go and application.go take foreseen from their servers;
//   - trips, calls and steps, connections that clients or targets keep, WebSockets and
//     functions: [Plane.foreseeable] and [Plane.markInstant];
//   - errors, disks of their own and a supply that may run out: [Plane.openLane];
//   - time limits that strike: [Plane.boardLane];
//   - targets that drain, and servers that close: they leave their lane first.
func (p *Plane) completeInLane(i uint32, l *lane, at sim.Time) {
	r := p.requests.at(i)
	p.stepsEnded++
	l.in = l.in.Plus(r.requestBytes())
	l.out = l.out.Plus(r.responseBytes())
	if r.gone {
		p.discard(i, r)
		return
	}
	s := &p.sources[r.source]
	r.phase = answered
	if s.plain {
		across := s.lb.ends(at, r, model.Zone(l.zone))
		p.meter.completed(at, r, s.hop+across)
		p.targetAnswers(r, l, at, across)
		p.free(i)
		return
	}
	if s.direct {
		p.countDirect(p.servers.at(r.server), r)
	}
	p.countCrossing(r, model.Zone(l.zone))
	hop := p.hop(i, r, model.Zone(l.zone))
	p.meter.completed(at, r, hop)
	if p.accessLog != nil {
		p.logServed(i, r, at, hop)
	}
	if s.balancer != None {
		if s.flows.on {
			p.alight(i, r, at)
		} else {
			s.lb.closed(at, r)
		}
	}
	if r.target != noIndex {
		p.targetAnswers(r, l, at, p.crossing(r, model.Zone(l.zone)))
	}
	p.free(i)
}

// targetAnswers counts the response of a request's target, which does not drain and may
// be across the border of a zone, and ends its hold on it.
func (p *Plane) targetAnswers(r *request, l *lane, at, across sim.Time) {
	t := p.targets.at(r.target)
	t.answered = max(t.answered, at)
	t.since.answered++
	t.inFlight--
	g := &p.targetGroups[r.group]
	g.responded(at - r.arrived + across)
	if l.counted && g.counts {
		g.scopes[t.scope].policy.Ended(int(t.local))
	}
}

// growLanes makes room for the lane of a new server, which is closed.
func (p *Plane) growLanes(id uint32) {
	for int(id) >= len(p.lanes) {
		p.lanes = append(p.lanes, lane{})
	}
	l := &p.lanes[id]
	l.open, l.in, l.out, l.left, l.target = false, 0, 0, 0, noIndex
	l.station.Reset(station.Spec{}, 0)
}

// refillIfDue is [Plane.refill] for a server that has a departure in the present
// instant.
func (p *Plane) refillIfDue(id uint32, now sim.Time) {
	if l := &p.lanes[id]; l.open {
		p.settleLane(l, now)
		return
	}
	if s := p.servers.at(id); s.next() <= now || s.base != noIndex && p.servers.at(s.base).next() <= now {
		p.refill(id)
	}
}

// atStation returns how many requests a settled server has in service and in line.
func (p *Plane) atStation(id uint32, s *server) (serving, waiting int) {
	if l := &p.lanes[id]; l.open {
		return l.station.InService(p.settledUntil(l)), l.station.Waiting()
	}
	if s.base != noIndex {
		return p.computing(id), 0
	}
	return s.station.InService(), s.station.Waiting()
}

// used is what a settled server has used.
func (p *Plane) used(id uint32, s *server, now sim.Time) model.ServerUse {
	l := &p.lanes[id]
	use := model.ServerUse{In: s.in.Plus(l.in), Out: s.out.Plus(l.out)}
	for _, a := range s.applications {
		p.addApplication(&use, p.servers.Get(a), now)
	}
	if s.nic != nil && !s.nic.disks {
		use.In, use.Out = s.nic.links[inward].Passed(now), s.nic.links[outward].Passed(now)
	}
	use.Busy = p.busyTime(id, s, now)
	if p.fluid != nil {
		busy, in, out := p.fluidUse(id)
		use.Busy, use.In, use.Out = use.Busy+busy, use.In.Plus(in), use.Out.Plus(out)
	}
	if s.memory != nil {
		use.Memory = s.memory.usedTime(now)
	}
	return use
}

// busyTime is the CPU work of a settled server.
func (p *Plane) busyTime(id uint32, s *server, now sim.Time) uint64 {
	if l := &p.lanes[id]; l.open {
		return l.station.Busy(now)
	}
	return s.busy(now)
}

// inLane reports whether a request goes the short way.
func (p *Plane) inLane(r *request) bool { return r.phase.aboard() && p.lanes[r.server].open }
