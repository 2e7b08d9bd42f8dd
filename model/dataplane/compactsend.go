package dataplane

import (
	"headroom/model"
	"headroom/sim"
)

// sendCompactRequests is [Plane.onRequestArrives] for a source whose requests are compact.
func (p *Plane) sendCompactRequests(ev model.Event, s *source) {
	index, rank := ev.Index(), p.table[requestArrives].rank
	var w alikeRow
	p.openRow(&w, index, s)
	p.lead = p.kernel.Lead(rank)
	for left := p.ahead; ; left-- {
		p.following = 0
		next, ok := sim.Never, true
		if s.steady != nil && s.steady.Ready() {
			next = s.steady.Step()
		} else {
			next, ok = s.events.Next()
		}
		if !ok || next > p.frame.Duration {
			if w.source != nil {
				p.sendInRow(&w)
			} else {
				p.sendCompact(index, s)
			}
			break
		}
		place := p.kernel.Reserve() // before all that this request leads to
		if p.ahead > 0 {
			p.following = next
		}
		if w.source != nil {
			p.sendInRow(&w)
		} else {
			p.sendCompact(index, s)
		}
		if left <= 0 || !p.kernel.Follow(&p.lead, next) {
			p.following = 0
			s.timer.StartAtPlace(next, place, ev)
			break
		}
		p.inRow = true
	}
	if w.source != nil {
		p.closeRow(&w)
	}
}

// sendCompact draws a request of a source whose requests are compact and takes it to its server: what
// [Plane.enter], [Plane.balance] and [Plane.forward] do for it, or [Plane.toFleet].
func (p *Plane) sendCompact(index int, s *source) {
	r := compactRequest{arrived: p.kernel.Now(), demand: s.demand.draw(), source: uint16(index), route: s.span.first}
	if !s.bare {
		s.draw(&r)
	}
	switch {
	case s.direct:
		p.sendToFleet(&r, s)
	case s.plain:
		p.sendByBalancer(&r, s)
	default:
		p.sendByFlow(&r, s)
	}
}

// draw draws what a compact request will ask for beyond CPU time, as [source.fill] does.
func (s *source) draw(r *compactRequest) {
	if len(s.class.upTo) > 1 {
		r.class = s.class.draw(&s.classes)
	}
	if s.carries {
		of := s.sizes.draw()
		r.in, r.out, r.high = of.in, of.out, of.high
	}
}

// sendToFleet sends a compact request to the instances of a fleet in turn.
func (p *Plane) sendToFleet(r *compactRequest, s *source) {
	n := &p.lanes[r.route]
	members := p.fleets[s.target]
	if len(members) == 0 {
		n.route.arrives(r.arrived)
		p.fail(p.expand(r, noIndex), Code502)
		return
	}
	if s.next++; s.next >= len(members) {
		s.next = 0
	}
	r.server = members[s.next]
	f := &p.fastPaths[r.server]
	if !f.open || !p.enterCompact(r, f, n, s.directPatience(f)) {
		p.offerCompact(r, n, noIndex)
	}
}

// sendByBalancer takes a compact request through its load balancer to a target.
func (p *Plane) sendByBalancer(r *compactRequest, s *source) {
	b, action, visitor := s.lb, &s.way.actions[r.class], uint32(noIndex)
	if len(s.visitors.all) > 0 {
		visitor = s.nextVisitor(r.arrived)
	}
	zone := s.nodeOf(b.dns)
	r.zone = uint8(zone)
	n := &b.nodes[zone]
	n.requests++
	if b.limited && !n.admits(r.arrived) {
		p.rejectCompact(r, b)
		return
	}
	b.hour.evaluations += action.evaluations
	if !s.bare {
		b.hour.processed = b.hour.processed.Plus(r.requestBytes())
	}
	*action.matched++
	choice, ok := 0, false
	if action.sticky > 0 {
		choice, ok = s.chooseFor(r.arrived, visitor, action)
	} else {
		choice, ok = action.forward.Next()
	}
	if !ok {
		b.hour.opens(r.arrived)
		p.lanes[r.route].route.arrives(r.arrived)
		p.failFor(p.expand(r, noIndex), Code503, CauseNoWeight)
		return
	}
	r.route = s.span.others + int32(action.groups[choice])
	p.forwardCompact(r, &p.lanes[r.route], visitor)
}

// rejectCompact fails a compact request for which a node of its load balancer is too small.
func (p *Plane) rejectCompact(r *compactRequest, b *balancer) {
	b.hour.opens(r.arrived)
	i := p.expand(r, noIndex)
	p.reject(i, p.requests.at(i))
}

// failCompact fails a compact request on a lane to a target group without a target for it.
func (p *Plane) failCompact(r *compactRequest, n *lane) {
	p.countArrival(n, r.arrived)
	p.failFor(p.expand(r, noIndex), Code503, n.group.whyNone())
}

// forwardCompact picks a target of the group of its lane for a compact request.
func (p *Plane) forwardCompact(r *compactRequest, n *lane, visitor uint32) {
	g := n.group
	sc := &g.scopes[0]
	if !g.cfg.CrossZone {
		sc = &g.scopes[r.zone]
	}
	if g.counts {
		p.passCalendar(r.arrived)
	}
	local, ok := 0, false
	if g.balance.weighed {
		local, ok = p.pickFor(g, sc, int(r.zone), n.source.visitors.cookie(visitor, n.route.TargetGroup))
	} else {
		local, ok = sc.policy.Pick(int(r.zone))
	}
	if !ok {
		p.failCompact(r, n)
		return
	}
	if g.counts {
		sc.policy.Began(local)
	}
	p.sendCompactTo(r, n, g.routed[local])
	if sc.least != nil && len(p.fastPaths) >= p.many {
		p.fetchNext(g, sc, int(r.zone))
	}
}

// sendCompactTo takes a compact request to the target that was picked for it.
func (p *Plane) sendCompactTo(r *compactRequest, n *lane, in routedTarget) {
	r.server = in.server
	f := &p.fastPaths[in.server]
	if p.leadsTo(f, in.target) && p.enterCompact(r, f, n, n.patienceFor(r, f)) {
		f.asked++
		return
	}
	p.offerCompact(r, n, in.target)
}

// enterCompact takes a compact request to a fast path that is open, or returns false if it
// cannot go that way: nothing is counted of that.
func (p *Plane) enterCompact(r *compactRequest, f *fastPath, n *lane, patience sim.Time) bool {
	switch {
	case f.wired:
		return p.receiveCompact(r, f, n, patience)
	case f.shared:
		return p.enterShared(r, f, n, patience)
	}
	return p.enterInOrder(r, f, n, patience)
}

// enterInOrder is enterCompact for a fast path in order of arrival, without an interface.
func (p *Plane) enterInOrder(r *compactRequest, f *fastPath, n *lane, patience sim.Time) bool {
	now := r.arrived
	if f.counted {
		if p.compact.ends.behind(now) { // who picks by requests in flight has turned it
			p.compact.ends.turn(now, p.endDue)
		}
	} else if f.station.Due(now) {
		p.passOnFastPath(f, now)
	}
	start, ok := f.station.Foresee(now)
	end := sim.Sum(start, f.time(r.demand))
	if !ok || end-now > patience || end > sim.Horizon {
		return false
	}
	if !n.came.add(now) {
		p.gatherArrivals(n, now)
	}
	atOnce := int64(0)
	if start == now {
		atOnce = 1
	}
	if now >= p.meter.warmup {
		n.came.atOnce += atOnce
	}
	p.enqueue(r, f, start, end)
	return true
}
