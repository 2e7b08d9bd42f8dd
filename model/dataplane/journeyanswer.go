package dataplane

import (
	"slices"

	"headroom/sim"
	"headroom/sim/slab"
)

// A departure of a server that is called through a load balancer, and has nothing but a CPU, concerns
// nobody before the answer reaches who called: the server is watched on return. Where the call is
// the last step of who called, that one only answers then, too, and so may be those before it. How
// long it is until somebody does more is the slack of a service: Never where all answers end at
// users. Whoever looks at the server, or at the requests of one that calls, has all answers
// played that have arrived by then, each at its instant ([Plane.hear]).

// callReplies are the answers to calls that have departed where servers are settled.
type callReplies struct {
	list    []answer // that reach their callers before somebody acts on them
	until   sim.Time // they reach callers of their last step up to then; -1: none is settled
	awaited bool     // the others do so as well: their event has come
	skipped bool     // some calls are the last steps of their callers, which nobody tells at once
	hurried int      // servers whose requests somebody counts as they end
	heard   sim.Time // all that reach callers up to then are played
}

// answer is an answer on its way to who called.
type answer struct {
	call slab.Handle
	at   sim.Time
}

// markReturns finds how long an answer of each service that is called is on its way at least, and
// how long it is until somebody acts on it. Of events of the same nanosecond and rank another may
// be the first.
func (p *Plane) markReturns() {
	for i := range p.calls {
		p.calls[i].slack = -1
	}
	for i := range p.sources {
		s := &p.sources[i]
		if s.call == nil {
			continue
		}
		s.last = s.straight && p.endsWith(s)
		p.replies.skipped = p.replies.skipped || s.last
		for _, service := range p.cfg.Callees(s.to, s.target, p.fleetServices) {
			p.calls[service].lag = min(p.calls[service].lag, s.returnsAfter())
		}
	}
	for i := range p.calls {
		p.findSlack(i)
	}
}

// returnsAfter is how long an answer to a call is on its way at least.
func (s *source) returnsAfter() sim.Time {
	if s.straight {
		return s.hop
	}
	return 0
}

// endsWith reports whether a call is all that its caller still has to do, and its caller's end
// concerns nobody else there.
func (p *Plane) endsWith(s *source) bool {
	cfg, c := &p.cfg.Services[s.service], s.call
	return s.step == len(cfg.Steps)-1 && c.Count == 1 && c.PoolSize == 0 &&
		cfg.Discipline == ProcessorSharing && cfg.Concurrency == 0 && cfg.Memory == nil && !cfg.Bandwidth && !p.shares
}

// findSlack finds the slack of a service, and of those that call it. Services do not call each
// other in a circle.
func (p *Plane) findSlack(service int) sim.Time {
	c := &p.calls[service]
	if c.slack >= 0 {
		return c.slack
	}
	c.slack = c.lead
	for i := range p.targetGroups {
		if g := &p.targetGroups[i]; g.counts && g.cfg.Service == service {
			c.slack = 0
		}
	}
	for i := range p.sources {
		s := &p.sources[i]
		if s.call == nil || !slices.Contains(p.cfg.Callees(s.to, s.target, p.fleetServices), service) {
			continue
		}
		slack := s.returnsAfter()
		if s.last {
			slack = sim.Sum(slack, p.findSlack(s.service))
		}
		c.slack = min(c.slack, slack)
	}
	return c.slack
}

// returns has the departures of a new server watched on return, if all that it has is a CPU.
func (p *Plane) returns(s *server) {
	lag := p.calls[s.service].lag
	if s.watch == inKernel && !s.journey && lag > 0 && lag < sim.Never && s.settles == settlesStation && s.memory == nil && !s.disturbed() {
		s.watch, s.lag = onReturn, p.lagNow(int(s.service))
	}
}

// lagNow is how long after a departure of a server that is watched on return it is settled at the
// latest.
func (p *Plane) lagNow(service int) sim.Time {
	c := &p.calls[service]
	if p.replies.hurried > 0 {
		return c.lag
	}
	return max(c.lag, c.slack)
}

// settleReturns settles a server that is watched on return, with what its answers lead to.
func (p *Plane) settleReturns(id uint32, s *server, until sim.Time) {
	a := &p.replies
	was, awaited, first := a.until, a.awaited, len(a.list)
	a.until, a.awaited = max(until, p.tiers.until), false
	p.settleStation(id, s, until)
	p.playAnswers(first)
	a.until, a.awaited = was, awaited
}

// answerCallers settles a server that is watched on return, and goes on with the callers whom an
// answer from there reaches now. Those of a later instant get it by an event.
func (p *Plane) answerCallers(id uint32, s *server) {
	a, now := &p.replies, p.kernel.Now()
	a.until, a.awaited = now, true
	p.settleStation(id, s, now)
	p.playAnswers(0)
	a.until, a.awaited = -1, false
	if s.attended == 0 && !s.disturbed() {
		p.returnsInKernel(id, s)
	} else {
		p.changed(id, s)
	}
}

// answerAt brings the answer to a call of a source to its caller at an instant.
func (p *Plane) answerAt(i uint32, s *source, at sim.Time) {
	switch a := &p.replies; {
	case at <= a.until && s.last && p.passesOn(i, s, &p.trips[i], at):
		p.stepsEnded++ // as an event of the kernel is
	case at <= a.until && (s.last || a.awaited):
		a.list = append(a.list, answer{p.requests.handle(i), at})
	case p.tiers.until >= 0:
		p.tiers.late = append(p.tiers.late, answer{p.requests.handle(i), at})
	case at <= p.frame.Duration:
		p.kernel.At(at, sim.RankRelease, handled(callReturns, p.requests.handle(i)))
	}
}

// playAnswers plays the answers on the list from one on, and those that they lead to.
func (p *Plane) playAnswers(first int) {
	a := &p.replies
	for k := first; k < len(a.list); k++ {
		p.stepsEnded++ // as an event of the kernel is
		p.returnCall(a.list[k].call, a.list[k].at)
	}
	a.list = a.list[:first]
}

// hear plays all answers that have reached their callers up to an instant, now or the last before:
// who ends requests of a server that calls, or counts them, does so first.
func (p *Plane) hear(until sim.Time) {
	if !p.replies.skipped || p.replies.heard >= until {
		return
	}
	p.replies.heard = until
	for h, s := range p.servers.All() {
		if s.watch == onReturn && s.station.Next() <= until {
			p.settle(indexOf(h), until)
		}
	}
}

// hurry has each caller hear of its answers as they come, as long as there is a server whose
// requests somebody counts as they end.
func (p *Plane) hurry(s *server) {
	if !p.replies.skipped || !s.journey || s.hurried {
		return
	}
	s.hurried = true
	if p.replies.hurried++; p.replies.hurried == 1 {
		p.hear(p.kernel.Now())
		p.changeLags()
	}
}

// unhurry takes back [Plane.hurry] for a server that is no more.
func (p *Plane) unhurry(s *server) {
	if s.hurried {
		s.hurried = false
		if p.replies.hurried--; p.replies.hurried == 0 {
			p.changeLags()
		}
	}
}

// changeLags watches all servers that are watched on return as is right now.
func (p *Plane) changeLags() {
	for h, s := range p.servers.All() {
		if s.watch == onReturn {
			s.lag = p.lagNow(int(s.service))
			p.changed(indexOf(h), s)
		}
	}
}
