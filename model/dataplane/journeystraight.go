package dataplane

import (
	"headroom/model"
	"headroom/sim"
)

// sendStraight is [Plane.balance] and [Plane.forward] for a request that goes straight: a plain
// one whose rules forward each class to a target that is picked without regard to who asks, from
// where no packet gets lost; while no zone is down.
func (p *Plane) sendStraight(i uint32, r *request, s *source) {
	b, action := s.lb, &s.way.actions[r.class]
	zone := b.dns[0]
	if len(b.dns) > 1 {
		zone = b.dns[s.nodes.Below(len(b.dns))]
	}
	r.zone = uint8(zone)
	now := r.arrived
	b.hour.opens(now)
	n := &b.nodes[zone]
	n.requests++
	if b.limited && !n.admits(now) {
		p.reject(i, r)
		return
	}
	b.carries(r, action.evaluations)
	*action.matched++
	choice, ok := action.forward.Next()
	if !ok {
		p.meter.arrived(now, r)
		p.failFor(i, Code503, CauseNoWeight)
		return
	}
	group := action.groups[choice]
	r.group = int16(group)
	p.meter.arrived(now, r)
	g := &p.targetGroups[group]
	g.requests++
	sc := &g.scopes[0]
	if !g.cfg.CrossZone {
		sc = &g.scopes[zone]
	}
	if g.counts {
		p.turnCalendar(now)
	}
	local, ok := sc.policy.Pick(int(zone))
	if !ok {
		p.failFor(i, Code503, g.whyNone())
		return
	}
	p.hold(r, g, sc, local)
	p.offer(i, r)
}

// completeStraight is [Plane.complete] for a request that has gone straight and whose bytes
// take no time, from where what its server has sent is counted.
func (p *Plane) completeStraight(j job, source *source, at sim.Time) {
	i, r, s := j.i, j.r, j.s
	hop, across := source.hop, source.lb.cfg.CrossLatency
	if s.zone == model.Zone(r.zone) {
		across = 0
	}
	if hop += across; at-r.arrived+hop > source.patience {
		p.countCrossing(r, s.zone)
		p.respondTooLate(i, s, at)
		return
	}
	source.lb.ends(at, r, s.zone)
	p.meter.completed(at, r, hop)
	t, g := p.targets.at(r.target), &p.targetGroups[r.group]
	t.answered = at
	t.since.answered++
	g.responded(at - r.arrived + across)
	r.phase = answered
	if source.limits.limit != sim.Never {
		p.removeDeadline(&source.limits, r)
	}
	if t.inFlight--; g.counts || t.draining {
		p.released(r.target, t, g)
	}
	r.target = noIndex
	if !p.tracked {
		p.free(i)
		return
	}
	if p.meter.apart {
		p.countPhases(i, r, s, hop)
	}
	if source.call == nil {
		p.meter.userAnswered(r, &p.trips[i], at+hop)
		if source.closed {
			p.think(i, r, at+hop)
		}
		p.free(i)
	} else if at += hop; at <= p.frame.Duration {
		p.kernel.At(at, sim.RankRelease, handled(callReturns, p.requests.handle(i)))
	}
}
