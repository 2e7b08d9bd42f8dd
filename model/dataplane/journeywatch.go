package dataplane

import "headroom/sim"

// watching says how the plane comes to know of a server's departures.
type watching uint8

// Kinds of watching.
const (
	onLook     watching = iota // when somebody looks
	inCalendar                 // when somebody picks by requests in flight
	inKernel                   // at the very instant
	inTier                     // by turns with those that are called, while nobody looks: see [tiers]
	onReturn                   // when the first answer may have somebody do more than answer: see [Plane.markReturns]
)

// refill lets those who wait at a settled server into places that became free,
// and makes sure that its next departure is not missed.
func (p *Plane) refill(id uint32) {
	now := p.kernel.Now()
	p.settle(id, now)
	s := p.servers.at(id)
	if s.gate.line.Len() > 0 && !p.fastPaths[id].open { // of journeys
		p.nextInLine(id, now)
	}
	if s.base != noIndex {
		id, s = s.base, p.servers.at(s.base)
	}
	p.changed(id, s)
}

// changed makes sure that the next departure of a server is not missed. An
// event that comes too early is cheaper than one revoked.
func (p *Plane) changed(id uint32, s *server) {
	if s.supply != nil {
		p.follow(id, s, max(s.station.Changed(), s.supply.followed))
	}
	switch {
	case s.keeps:
		p.departsNext(id, s)
	case s.watch == inKernel:
		p.departsInKernel(id, s)
	case s.watch == inTier:
	case s.watch == onReturn && s.attended == 0 && !s.disturbed():
		p.returnsInKernel(id, s)
	case s.watch == onLook && s.attended == 0:
	case p.fastPaths[id].open:
	case s.watch == inCalendar && s.attended == 0:
		p.calendar.announce(id, s.next())
	default:
		p.departsInKernel(id, s)
	}
}

// departsInKernel makes an event of the next departure of a server, unless there is one
// before.
func (p *Plane) departsInKernel(id uint32, s *server) {
	due := s.station.Next()
	if s.disturbed() {
		due = s.nextOf()
	}
	if due < s.due {
		p.departsAt(due, id, s, sim.RankDeparture)
	}
}

// departsAt makes an event of a rank of a departure of a server or of its answers, which comes before the one that is
// pending: that stays behind, and is used when its departure is the next again.
func (p *Plane) departsAt(due sim.Time, id uint32, s *server, rank sim.Rank) {
	last := s.due
	s.due = due
	if due == p.kernel.Now() {
		p.atOnce = true
	}
	switch {
	case due > p.frame.Duration:
		return
	case due == s.behind: // which of two would be overtaken
		s.behind = sim.Never
		p.meter.overtaken()
		return
	case last != sim.Never:
		s.behind = last
	}
	p.kernel.At(due, rank, indexed(serverDeparts, int(id)))
}

// returnsInKernel makes an event of the first instant at which an answer of a server may reach
// who called, unless there is one before.
func (p *Plane) returnsInKernel(id uint32, s *server) {
	if next := s.station.Next(); next < s.due-s.lag {
		p.departsAt(next+s.lag, id, s, sim.RankRelease)
	}
}

// serverDeparts settles a server whose departure must not wait.
func (p *Plane) serverDeparts(id uint32) {
	p.housekeeping++
	now := p.kernel.Now()
	s := p.servers.at(id)
	if s.due != now { // an earlier departure came up since, or the server has gone: then another may be in its place
		if s.behind == now {
			s.behind = sim.Never
		}
		p.meter.overtaken()
		return
	}
	s.due = sim.Never
	if s.watch == inTier { // its departures are played by turns now
		return
	}
	if s.lone && s.watch == inKernel && s.supply == nil && s.station.Waiting() == 0 {
		p.settleLone(s, now)
		if s.gate.line.Len() > 0 {
			p.nextInLine(id, now)
		}
		if due := s.station.Next(); due < s.due {
			p.departsAt(due, id, s, sim.RankDeparture)
		}
		return
	}
	if s.watch == onReturn && s.settles == settlesStation {
		p.answerCallers(id, s)
		return
	}
	if s.watch != inKernel || s.settles != settlesStation {
		p.refill(id)
		return
	}
	p.settleStation(id, s, now)
	if s.gate.line.Len() > 0 {
		p.nextInLine(id, now)
	}
	if s.disturbed() {
		p.changed(id, s)
	} else if due := s.station.Next(); due < s.due {
		p.departsAt(due, id, s, sim.RankDeparture)
	}
}

// watchClosely puts a server's next departure in the kernel from now on.
func (p *Plane) watchClosely(id uint32) {
	p.hurry(p.servers.at(id))
	p.leaveFastPathNow(id)
	p.calendar.remove(id)
	s := p.servers.at(id)
	if s.watch == onReturn { // no event of answers is one of a departure
		s.due, s.behind = sim.Never, sim.Never
	}
	s.watch = inKernel
	p.refill(id)
	if s := p.servers.at(id); s.base != noIndex && p.servers.at(s.base).watch != inKernel {
		p.watchClosely(s.base)
	}
}
