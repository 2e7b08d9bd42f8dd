package dataplane

import (
	"slices"

	"headroom/model"
	"headroom/sim"
	"headroom/sim/slab"
	"headroom/sim/station"
)

// What becomes of a connection that nobody answers.
const (
	// targetConnect is how long an Application Load Balancer waits for the
	// connection to a target before it answers 504 (Troubleshoot your Application
	// Load Balancers).
	targetConnect = 10 * sim.Second
	// clientConnect is how long a client without a load balancer does: Linux gives
	// up 21 s after the first of its retries that most clients allow.
	clientConnect = 21 * sim.Second
	// retransmissions is how long a connection without a time limit of its own is
	// kept for an answer: Linux gives up 15 retransmissions after 924.6 s (tcp_retries2).
	retransmissions = 924_600 * sim.Millisecond
)

// silent reports whether what is sent to the server gets no answer.
func (s *server) silent() bool { return s.impairment.Cut || s.impairment.Hangs && s.listens }

// updateOpen finds out whether the server takes requests.
func (s *server) updateOpen() {
	s.open = s.listens && !s.impairment.Cut && !s.impairment.Hangs && !s.impairment.Refuses
	s.serves = s.servesStraight()
}

// Impair says how a server is impaired from now on. What is aboard a server that falls
// silent gets no answer; nobody is told, so that requests go on being sent there
// until health checks have failed.
func (p *Plane) Impair(h slab.Handle, impairment model.Impairment) {
	id, now := indexOf(h), p.kernel.Now()
	for _, a := range p.servers.Get(h).applications {
		p.Impair(a, impairment)
	}
	p.hear(now - 1)
	p.settle(id, now-1) // a failure comes before the departures of its instant
	p.leaveFastPath(id)
	s := p.servers.Get(h)
	before := s.silent()
	s.impairment = impairment
	s.updateOpen()
	if s.silent() && !before {
		p.fallSilent(id, now)
		p.relieve()
		p.regroup(id)
		return
	}
	if s.cfg == nil {
		return
	}
	defer p.regroup(id)
	p.settle(id, now)
	if speed := speedOf(impairment.Slow); s.station.Speed() != speed {
		s.station.SetSpeed(now, speed)
	}
	if p.updateErrors(s); s.errors.Rate > 0 {
		p.watchClosely(id)
	}
	id = p.baseOf(id)
	p.changed(id, p.servers.at(id))
}

// speedOf is the speed of a CPU that takes so many times as long.
func speedOf(slow float64) station.Speed {
	return station.Speed(float64(station.FullSpeed)/max(slow, 1) + 0.5)
}

// updateErrors combines the failures of a server's application with those of a fault.
func (p *Plane) updateErrors(s *server) {
	own := model.Impairment{Errors: s.cfg.Errors}
	s.errors = own.With(s.impairment).Errors
	if s.errors.Rate > 0 {
		s.code = codeOf(s.errors.Status)
	}
	s.serves = s.servesStraight()
}

// fallSilent ends the work of a server whose answers do not arrive. Who waits for them
// does so on a connection that is open.
func (p *Plane) fallSilent(id uint32, now sim.Time) {
	for _, i := range p.evicted(id, now-1) {
		if r := p.requests.at(i); r.gone && r.source != checkSource {
			p.free(i)
			continue
		}
		p.hang(i)
		if p.tracked {
			p.holdHung(i, p.trips[i].boarded)
		}
	}
	for _, h := range p.servers.at(id).targets {
		t := p.targets.Get(h)
		t.connection = p.targetGroups[t.group].connected(t, now)
	}
}

// connected reports whether the balancer keeps a connection to a target open: it
// does for the idle timeout after the last answer.
func (g *targetGroup) connected(t *target, now sim.Time) bool {
	return t.inFlight > 0 || t.answered >= 0 && g.idle > 0 && now-t.answered <= g.idle
}

// unavailable ends or holds a request to a server that does not take it.
func (p *Plane) unavailable(i uint32, r *request, s *server) {
	switch {
	case !s.silent():
		p.turnAway(i)
	case s.impairment.Cut:
		p.sendToCut(i, r)
	default:
		p.hang(i)
		p.holdHung(i, false)
	}
}

// turnAway ends a request that its server does not take.
func (p *Plane) turnAway(i uint32) {
	if p.requests.at(i).source == checkSource {
		p.checked(i, false)
		return
	}
	p.failFor(i, Code502, CauseRefused)
}

// sendToCut sends a request to a server that no packet reaches: on the connection that
// the balancer has kept, or on a new one, which is not made.
func (p *Plane) sendToCut(i uint32, r *request) {
	if r.target != noIndex && r.source != checkSource {
		if t := p.targets.at(r.target); t.connection {
			t.connection = false
			p.hang(i)
			return
		}
	}
	p.connectInVain(i, r)
}

// connectInVain lets a request wait for the connection to a server that is not made.
func (p *Plane) connectInVain(i uint32, r *request) {
	r.phase = connecting
	wait := clientConnect
	switch {
	case r.source == checkSource:
		return // its timeout ends it
	case p.sources[r.source].balancer != None:
		wait = targetConnect
	}
	p.scheduleAfter(wait, handled(requestGivesUp, p.requests.handle(i)))
}

// hang keeps a request waiting for an answer that will not come.
func (p *Plane) hang(i uint32) {
	r := p.requests.at(i)
	r.phase = hanging
	if r.source != checkSource && p.sources[r.source].limits.limit == sim.Never {
		p.scheduleAfter(retransmissions, handled(requestGivesUp, p.requests.handle(i)))
	}
}

// onRequestGivesUp ends a request that nobody answered.
func (p *Plane) onRequestGivesUp(ev model.Event) {
	r := p.requests.Get(ev.Handle())
	if r == nil || r.phase != hanging && r.phase != connecting {
		p.meter.overtaken()
		return
	}
	code := CodeConnect
	if r.phase == connecting && p.sources[r.source].balancer != None {
		if r.target != noIndex {
			code = Code504
		} else if p.sources[r.source].way.actions[r.class].rejects == Code408 {
			code = Code408
		}
	}
	p.failFor(indexOf(ev.Handle()), code, CauseConnect)
}

// overdue is what it means that a request exceeds the limit of its source: a client
// that never had a connection has seen no answer of a load balancer.
func (p *Plane) overdue(r *request, code Code) Code {
	if r.phase == connecting && (p.sources[r.source].balancer == None || r.target == noIndex) {
		return CodeConnect
	}
	return code
}

// detachWaiting parts a target that is removed from the requests that still wait
// for it in vain. Those whose host is gone, or who never had a connection, go on waiting;
// those whose application hung are reset with its end.
func (p *Plane) detachWaiting(target uint32) {
	t := p.targets.at(target)
	if t.inFlight == 0 {
		return
	}
	cut := p.servers.at(t.server).impairment.Cut
	for _, i := range p.waitingFor(target) {
		if !cut && (p.filter == nil || p.requests.at(i).phase == hanging) {
			p.failFor(i, Code502, CauseEnded)
			continue
		}
		p.closeToTarget(p.requests.at(i))
		p.requests.at(i).target = noIndex
		p.release(target)
	}
}

// waitingFor lists the requests that wait for a silent target, in order of arrival.
func (p *Plane) waitingFor(target uint32) (list []uint32) {
	for h, r := range p.requests.All() {
		if r.target == target && (r.phase == hanging || r.phase == connecting) {
			list = append(list, indexOf(h))
		}
	}
	slices.SortFunc(list, p.byArrival)
	return list
}

// errsNow draws whether a request fails at a server whose application errs.
func (p *Plane) errsNow(s *server) bool {
	return p.calls[s.service].errors.Uniform() < s.errors.Rate
}

// asked is the CPU time that a request itself asks of a server.
func (s *server) asked(r *request) sim.Time {
	if r.errs() && s.errors.Latency > 0 {
		return s.errors.Latency
	}
	return r.demand
}

// work is that and what its connection takes.
func (s *server) work(r *request) sim.Time {
	if r.marks&shakesHands != 0 {
		return sim.Sum(s.asked(r), s.cfg.Handshake)
	}
	return s.asked(r)
}

// codeOf is the code of a status that an application answers with.
func codeOf(status int) Code {
	switch status {
	case 502:
		return Code502
	case 503:
		return Code503
	case 504:
		return Code504
	}
	return Code500
}
