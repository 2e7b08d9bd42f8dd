package dataplane

import "headroom/sim"

// Where no request has a trip, one to an application that shares a machine makes the plainest
// way there is: through the gate of its application onto the CPU of the base, and out. It is
// what [Plane.admit], [Plane.board] and [Plane.endJourney] do for a journey of one step.

// sharesMore reports whether requests to applications that share a machine need trips: for
// what they hold in its memory, or for their bytes in its interface.
func (p *Plane) sharesMore() bool {
	for i := range p.cfg.Services {
		if s := &p.cfg.Services[i]; s.Memory != nil || s.Bandwidth {
			return true
		}
	}
	return false
}

// enterApplication is [Plane.offer] for an application: its request goes to the CPU that it
// shares or into the line before that, or is refused.
func (p *Plane) enterApplication(i uint32, s *server) {
	now := p.kernel.Now()
	b := p.servers.at(s.base)
	if b.foreseen && p.goesShared(i, s, b) {
		return
	}
	if b.watch != inKernel && b.station.Next() <= now || b.supply != nil {
		p.settleBase(s.base, now)
	}
	r := p.requests.at(i)
	if s.errors.Rate > 0 {
		r.mark(errs, p.errsNow(s))
	}
	switch g := &s.gate; {
	case !s.open:
		p.unavailable(i, r, s)
	case g.held < g.limit:
		g.held++
		p.joinBase(i, s, b, now)
		p.changed(s.base, b)
	case g.line.Len() < int(g.backlog):
		r.phase = queued
		r.ticket = g.line.Push(i, s.time(s.work(r)))
	default:
		p.turnAway(i)
	}
}

// joinBase puts a request that has a place on the CPU that its application shares, at an
// instant up to which that is settled.
func (p *Plane) joinBase(i uint32, s, b *server, now sim.Time) {
	r := p.requests.at(i)
	if !r.gone {
		p.meter.started(now, r, r.arrived)
	}
	r.phase = inService
	b.station.Offer(now, i, s.time(s.work(r)))
}

// leaveBase ends a request that was served on the CPU of a base, and lets the next in line
// of its application take its place.
func (p *Plane) leaveBase(j job, at sim.Time) {
	j.s.gate.held--
	p.complete(j, at)
	if j.s.gate.line.Len() > 0 {
		p.nextOnBase(j.s, at)
	}
}

// nextOnBase lets those who wait for an application into its free places. Who settles its
// base sees to its next departure.
func (p *Plane) nextOnBase(s *server, at sim.Time) {
	b := p.servers.at(s.base)
	for s.gate.line.Len() > 0 && s.gate.held < s.gate.limit {
		i, _ := s.gate.line.Pop()
		s.gate.held++
		p.joinBase(i, s, b, at)
	}
	if b.supply != nil {
		p.follow(s.base, b, at)
	}
}

// withdrawFromBase takes a request of an application out of its line, or off the CPU.
func (p *Plane) withdrawFromBase(i uint32) {
	r := p.requests.at(i)
	s := p.servers.at(r.server)
	if r.phase == queued {
		s.gate.line.Remove(r.ticket)
		return
	}
	p.abandon(r.server, s, i)
	s.gate.held--
}
