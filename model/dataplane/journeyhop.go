package dataplane

import (
	"headroom/sim"
	"headroom/sim/station"
)

// A request that goes straight to a server with nothing but a CPU, of which it has all for good, and
// without faults meets nothing of what [Plane.offer], [Plane.admit], [Plane.proceed] and [Plane.compute]
// ask for. Nor does an answer that is all its caller waits for, on its way from [Plane.returnCall] by
// [Plane.proceed] and [Plane.endJourney] to [Plane.complete].

// isLone reports whether a new server has nothing but a CPU of its own.
func (s *server) isLone() bool {
	return s.settles == settlesStation && s.base == noIndex && s.applications == nil && !s.untracked && s.memory == nil && s.function == nil
}

// servesStraight reports whether who goes straight to a server meets nothing but its CPU.
func (s *server) servesStraight() bool {
	return s.lone && s.open && !s.foreseen && s.supply == nil && s.errors.Rate == 0
}

// offerStraight is [Plane.offer] for a request that has gone straight, on a lane.
func (p *Plane) offerStraight(i uint32, r *request, n *lane) {
	id, now := r.server, r.arrived
	s := p.servers.at(id)
	if !s.serves {
		p.offer(i, r)
		return
	}
	if s.station.Next() <= now {
		p.settle(id, now)
		r = p.requests.at(i)
	}
	demand := r.demand
	if s.journey {
		if s.gate.held >= s.gate.limit || s.cfg.Steps[0].Kind != StepCPU {
			p.admit(job{i, r, s, &p.trips[i]}, now)
			return
		}
		s.gate.held++
		t := &p.trips[i]
		t.step, t.left, t.out, t.placed, t.boarded, t.foreknown = 0, 0, 0, true, true, 0
		if law := s.cfg.Steps[0].Time; law != nil {
			demand = p.drawStep(job{i, r, s, t}, 0, law)
		}
	} else if s.station.Full() {
		p.serveOrQueue(i, r, s, now)
		return
	}
	p.markPhase(i, now)
	if n.came.from != noMinute && now >= p.meter.warmup {
		n.came.atOnce++
	} else {
		p.meter.begins(n.route, now, 0)
	}
	r.phase = inService
	s.station.Begin(now, i, min(s.time(demand), station.MaxDemand))
	if s.asks != nil {
		p.foreknow(i, s, 0, s.asks)
	}
	switch due := s.station.Next(); {
	case s.watch == inKernel:
		if due < s.due {
			p.departsAt(due, id, s, sim.RankDeparture)
		}
	case s.watch == inTier:
		p.tiers.comes(r, s)
	case s.watch == onReturn && s.lag == sim.Never && s.attended == 0: // nobody waits for it
	default:
		p.changed(id, s)
	}
}

// settleLone is [Plane.settleStation] for a server that has nothing but a CPU, of which it has all for
// good, and nobody in line.
func (p *Plane) settleLone(s *server, until sim.Time) {
	for at := s.station.Next(); at <= until; at = s.station.Next() {
		i := s.station.Leave()
		p.stepsEnded++
		p.endPhase(i, phaseCPU, at)
		if j := (job{i, p.requests.at(i), s, nil}); s.journey {
			j.t = &p.trips[i]
			j.t.step++
			if s.watch == inTier && j.r.source != checkSource {
				p.tiers.departs(s, i, at)
				continue
			}
			if int(j.t.step) == len(s.cfg.Steps) {
				p.endLone(j, at)
				continue
			}
			p.proceed(j, at)
		} else {
			p.completeLone(j, at)
		}
	}
}

// endLone is [Plane.endJourney] for a request of a server that has nothing but a CPU of its own.
func (p *Plane) endLone(j job, at sim.Time) {
	s, server := j.s, j.r.server
	if j.t.placed {
		j.t.placed = false
		s.gate.held--
	}
	p.completeLone(j, at)
	if s.gate.line.Len() > 0 {
		p.nextInLine(server, at)
	}
}

// resumes is [Plane.proceed] for a request that has what it called for, if it goes on with what is foreknown at such a
// server, or returns false.
func (p *Plane) resumes(j job, now sim.Time) bool {
	r, s, t := j.r, j.s, j.t
	if t.foreknown&workForeknown == 0 || !t.placed || !s.lone || s.watch != inKernel || s.disturbed() || r.marks != 0 {
		return false
	}
	t.foreknown, r.phase = 0, inService
	s.station.Begin(now, j.i, min(s.time(p.work[j.i]), station.MaxDemand))
	if d := s.cfg.callsNext(t.step); d != nil {
		p.foreknow(j.i, s, t.step, d)
	}
	if due := s.station.Next(); due < s.due {
		p.departsAt(due, r.server, s, sim.RankDeparture)
	}
	return true
}

// completeLone is [Plane.complete] for a request of such a server.
func (p *Plane) completeLone(j job, at sim.Time) {
	r := j.r
	if r.gone || r.errs() || r.target == noIndex {
		p.complete(j, at)
		return
	}
	source := &p.sources[r.source]
	if !source.nearby {
		p.complete(j, at)
		return
	}
	if r.carries() {
		j.s.in, j.s.out = j.s.in.Plus(r.requestBytes()), j.s.out.Plus(r.responseBytes())
	}
	p.completeStraight(j, source, at)
}

// passesOn ends a call that is all its caller still has to do, and its caller, whose journey ends by
// that; or returns false if there is more to it.
func (p *Plane) passesOn(i uint32, source *source, own *trip, now sim.Time) bool {
	parent := indexOf(own.parent)
	t, r := &p.trips[parent], p.requests.at(parent)
	s := p.servers.at(r.server)
	if t.child != i || !t.placed || !own.connected || !s.lone {
		return false
	}
	s.outlets[source.outlet].inUse--
	p.free(i)
	t.child, t.out, t.placed = noIndex, 0, false
	t.step++
	p.endPhase(parent, phaseCall, now)
	s.gate.held--
	p.completeLone(job{parent, r, s, t}, now)
	return true
}
