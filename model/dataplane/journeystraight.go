package dataplane

import (
	"headroom/model"
	"headroom/sim"
)

// sendStraight is [Plane.balance] and [Plane.forward] for a request that goes straight: a plain
// one whose rules forward each class to a target that is picked without regard to who asks, from
// where no packet gets lost; while all nodes that clients come to are there. It stands once in the program, for users and
// for calls: with a copy for each the way of a journey does not fit into 32 KiB of instructions.
//
//go:noinline
func (p *Plane) sendStraight(i uint32, r *request, s *source) {
	if d := &s.limits; d.limit != sim.Never {
		if p.addDeadline(d, i, r); !d.watched {
			p.watchLimits(int(r.source), r.arrived)
		}
	}
	b, action := s.lb, &s.way.actions[r.class]
	zone := b.dns[0]
	if len(b.dns) > 1 {
		zone = b.dns[s.nodes.Below(len(b.dns))]
	}
	r.zone = uint8(zone)
	now, node := r.arrived, &b.nodes[zone]
	node.requests++
	if b.limited && !node.admits(now) {
		b.hour.opens(now)
		p.reject(i, r)
		return
	}
	b.carries(r, action.evaluations)
	*action.matched++
	choice, ok := action.forward.Next()
	if !ok {
		b.hour.opens(now)
		p.meter.arrived(now, r)
		p.failFor(i, Code503, CauseNoWeight)
		return
	}
	group := action.groups[choice]
	r.group = int16(group)
	n := &p.lanes[s.span.others+int32(group)]
	if !n.came.add(now) {
		p.comesFirst(n, now)
	}
	if r.attempt > 0 {
		n.route.Retried++
	}
	g := n.group
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
	if g.counts {
		sc.policy.Began(local)
	}
	to := &g.routed[local]
	r.target, r.server = to.target, to.server
	p.targets.at(to.target).inFlight++
	p.offerStraight(i, r, n)
}

// comesFirst counts a request that comes to a lane that does not gather it.
func (p *Plane) comesFirst(n *lane, now sim.Time) {
	if p.inRow {
		p.gatherArrivals(n, now)
	} else {
		p.countArrival(n, now)
	}
}

// completeStraight is [Plane.complete] for a request that has gone straight and whose bytes
// take no time, from where what its server has sent is counted.
func (p *Plane) completeStraight(j job, source *source, at sim.Time) {
	i, r, s := j.i, j.r, j.s
	n := &p.lanes[source.span.others+int32(r.group)]
	across := n.cross
	if s.zone == model.Zone(r.zone) {
		across = 0
	}
	latency, hop := at-r.arrived+across, n.hop+across
	if latency+n.hop > source.patience {
		p.countCrossing(r, s.zone)
		p.respondTooLate(i, s, at)
		return
	}
	if r.carries() {
		source.lb.carriesBack(r, s.zone)
	}
	if n.ended.takes(at, latency) && r.arrived >= p.meter.warmup {
		n.ended.add(at, latency)
		n.route.Latency.Place(int64(latency + n.hop))
	} else {
		p.countEnd(n, r.arrived, latency, at)
		if p.inRow && latency < mostGatheredLatency {
			p.gatherEnds(n, at)
		}
	}
	if p.meter.recovery != nil {
		p.meter.saw(r.source, r.arrived, true)
	}
	t, g := p.targets.at(r.target), n.group
	t.answered = at
	t.since.answered++
	r.phase = answered
	if source.limits.limit != sim.Never {
		p.removeDeadline(&source.limits, r)
	}
	if t.inFlight--; g.counts || t.draining {
		p.released(r.target, t, g)
	}
	r.target = noIndex
	if !source.tracked {
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
	} else {
		p.answerAt(i, source, at+hop)
	}
}
