package dataplane

import (
	"slices"

	"headroom/model"
	"headroom/sim"
	"headroom/sim/stat"
)

// balancer is the state of one load balancer: which of its nodes clients know,
// what its rules say, and its use in the present clock hour.
type balancer struct {
	cfg       *LoadBalancer
	dns       []model.Zone // nodes that clients know, each of whom has one of them at random
	dark      bool         // one of those is off the network
	nodes     []node       // by zone
	limited   bool         // it may be too small
	hour      balancerHour
	told      []nodeAnswer // what DNS answered, the oldest first that a client may still have
	ages      []dnsAge     // of answers that are told apart
	offer     []model.Zone // scratch of reconsiderNodes
	shifted   model.Zone   // that clients are not to come to; None
	shiftedAt sim.Time
	groups    []int // target groups that it forwards to
	carrier   carrier
	floor     int64 // bytes a second that a Network Load Balancer has at least
	evaluated int64 // rule evaluations of hour until the last minute
	counts    BalancerOutcome

	parts    [model.FlowParts]flowHour // of flows, by what they are billed as
	flowTime stat.Sum                  // ∫ active dt of flows, before the present hour
}

// balance takes a request through a load balancer: node, rule, target group.
func (p *Plane) balance(i uint32, r *request, s *source) {
	if (s.guarded || !s.plain) && !p.approaches(i, r, s) {
		return
	}
	b := s.lb
	action := &s.way.actions[r.class]
	var zone model.Zone
	connects := true
	if s.connected {
		zone, connects = p.comesBy(i, r, s, action)
	} else {
		zone = s.nodeOf(b.dns)
		b.hour.opens(p.kernel.Now())
	}
	r.zone = uint8(zone)
	n := &b.nodes[zone]
	n.requests++
	if b.limited && connects && !n.admits(p.kernel.Now()) {
		p.reject(i, r)
		return
	}
	b.carries(r, action.evaluations)
	if p.zoneDown[zone] > 0 {
		p.meter.arrived(r.arrived, r)
		r.phase = connecting
		p.scheduleAfter(b.cfg.ConnectTimeout, handled(requestGivesUp, p.requests.handle(i)))
		return
	}
	if !s.plain && !s.way.simple && !p.comesIn(i, r, action, connects) {
		return
	}
	*action.matched++
	if action.forward == nil {
		p.respond(i, r, action)
		return
	}
	choice, ok := 0, false
	if action.sticky > 0 {
		choice, ok = s.chooseFor(p.kernel.Now(), p.visitorOf(i, s), action)
	} else {
		choice, ok = action.forward.Next()
	}
	if !ok { // every target group has weight 0
		p.meter.arrived(r.arrived, r)
		p.failFor(i, Code503, CauseNoWeight)
		return
	}
	p.forward(i, r, scopeOf{group: action.groups[choice], zone: int(zone)})
}

// approaches takes a request to the load balancer of a source that is not plain, if nothing
// before that keeps it.
func (p *Plane) approaches(i uint32, r *request, s *source) bool {
	if s.guarded && p.heldBefore(i, r, s) {
		return false
	}
	if s.flows.on && !p.carry(i, r, s) {
		return false
	}
	if !s.way.simple {
		r.class %= s.way.kinds // it may have shaken hands before
	}
	return true
}

// comesIn lets a request in by a listener: somebody listens on the port, and the
// handshake of a new connection succeeds. Otherwise the request fails. Services keep
// their connections open: theirs take no time.
func (p *Plane) comesIn(i uint32, r *request, a *classAction, connects bool) bool {
	s := &p.sources[r.source]
	b := &p.balancers[s.balancer]
	switch {
	case a.refused:
		p.meter.arrived(r.arrived, r)
		p.fail(i, CodeRefused)
		return false
	case a.rejects == Code408:
		p.meter.arrived(r.arrived, r)
		r.phase = connecting
		p.scheduleAfter(b.cfg.IdleTimeout, handled(requestGivesUp, p.requests.handle(i)))
		return false
	case a.rejects != 0:
		p.meter.arrived(r.arrived, r)
		p.fail(i, a.rejects)
		return false
	case !connects || !a.frontEnd.secure:
		return true
	case p.kernel.Now() >= a.expires:
		b.counts.HandshakesFailed++
		p.meter.arrived(r.arrived, r)
		p.fail(i, CodeHandshake)
		return false
	case s.call != nil:
		b.counts.Handshakes++
		return true
	}
	b.counts.Handshakes++
	r.class += s.way.kinds
	if s.clients.Resumption > 0 && s.resumes.Uniform() < s.clients.Resumption {
		b.counts.Resumed++
		r.class += s.way.kinds
	}
	return true
}

// respond gives a load balancer's own answer: a fixed response or a redirect.
func (p *Plane) respond(i uint32, r *request, a *classAction) {
	p.meter.arrived(r.arrived, r)
	s := &p.sources[r.source]
	p.balancers[s.balancer].counts.Answers[a.status/100]++
	switch {
	case a.status >= 500:
		p.fail(i, CodeFixed)
		return
	case a.circles:
		p.fail(i, CodeRedirects)
		return
	}
	now := p.kernel.Now()
	latency := p.hop(i, r, model.Zone(r.zone))
	if p.apart != nil && s.call != nil {
		latency += p.callDistance(i, r, model.Zone(r.zone))
	}
	if latency > s.patience {
		p.undeliver(i, r)
		return
	}
	p.meter.completed(now, r, latency)
	if p.accessLog != nil {
		p.logged(i, r, Access{Ended: now + latency, Target: sim.Never, Status: a.status})
	}
	p.told(i, s)
	p.leave(i, r, now)
	r.phase = answered
	switch {
	case a.follows != None: // their next request is of the same user request
		r.phase, r.class = backingOff, uint16(a.follows)
		p.schedule(now+latency, handled(requestRetries, p.requests.handle(i)))
	case s.call != nil: // its caller is about to send the next one
		p.schedule(now+latency, handled(callReturns, p.requests.handle(i)))
	case s.tracked:
		p.answer(i, r, now+latency)
	default:
		p.free(i)
	}
}

// hop is the balancer's share of a request's latency, with the way from clients in another
// Region, to a target in another zone, the handshake of a new connection, and what another
// balancer before it adds.
func (p *Plane) hop(i uint32, r *request, zone model.Zone) sim.Time {
	s := &p.sources[r.source]
	if s.balancer == None {
		return s.distance(zone)
	}
	lb := p.balancers[s.balancer].cfg
	latency := lb.Latency + s.far
	if zone != model.Zone(r.zone) {
		latency += lb.CrossLatency
	}
	if r.marks&shakesHands != 0 {
		latency += targetHandshake
	}
	if !s.way.simple {
		latency += s.way.actions[r.class].handshake
		if s.flows.relayed {
			latency += p.beforeRelay(i, s)
		}
		if s.gateway.balancer != None {
			latency += p.passBack(i, r, s)
		}
		if s.outside {
			latency += p.travel(r, &p.balancers[s.balancer])
		}
	}
	return latency
}

// scopeOf names a target group as the node of a zone sees it.
type scopeOf struct{ group, zone int }

// forward picks a target of a group for a request that reached the node of a
// zone.
func (p *Plane) forward(i uint32, r *request, to scopeOf) {
	r.group = int16(to.group)
	p.meter.arrived(r.arrived, r)
	g := &p.targetGroups[to.group]
	g.requests++
	s := &g.scopes[0]
	if !g.cfg.CrossZone {
		s = &g.scopes[to.zone]
	}
	if g.counts {
		p.turnCalendar(p.kernel.Now())
	}
	local, ok := 0, false
	if g.balance.weighed {
		local, ok = p.pickFor(g, s, to.zone, p.cookieOf(i, to.group))
	} else {
		local, ok = s.policy.Pick(to.zone)
	}
	if !ok {
		p.failFor(i, Code503, g.whyNone())
		return
	}
	t := p.hold(r, g, s, local)
	if g.keeps > 0 && p.lost(r, g, t) {
		p.failFor(i, Code502, CauseKeptClosed)
		return
	}
	if p.filter != nil {
		if p.dropped(i, r) {
			return
		}
		r = p.requests.at(i) // the pool may have moved
	}
	p.offer(i, r)
}

// hold binds a request to the target that the policy of a scope picked.
func (p *Plane) hold(r *request, g *targetGroup, s *scope, local int) *target {
	if g.counts {
		s.policy.Began(local)
	}
	at := &g.routed[local]
	r.target, r.server = at.target, at.server // which is known before the target itself has been read
	t := p.targets.at(at.target)
	t.inFlight++
	return t
}

// release ends a request's hold on its target.
func (p *Plane) release(target uint32) {
	t := p.targets.at(target)
	t.inFlight--
	p.released(target, t, &p.targetGroups[t.group])
}

// released says that a target has a request less.
func (p *Plane) released(i uint32, t *target, g *targetGroup) {
	if g.counts {
		g.scopes[t.scope].policy.Ended(int(t.local))
	}
	if t.draining && t.inFlight == 0 && g.idle == 0 { // nobody keeps a connection
		p.scheduleAfter(0, handled(targetIsDrained, p.targets.handle(i)))
	}
}

// ShiftZone takes the node of a zone out of the DNS answers of a load balancer, whatever
// health says of it; None brings it back.
func (p *Plane) ShiftZone(balancer int, zone model.Zone) {
	b := &p.balancers[balancer]
	p.countShift(b)
	b.shifted, b.shiftedAt = zone, p.kernel.Now()
	p.reconsiderNodes(balancer)
}

// countShift counts the time that a load balancer has been shifted away from a zone.
func (p *Plane) countShift(b *balancer) {
	if now := p.kernel.Now(); b.shifted != None {
		b.nodes[b.shifted].shifted += now - b.shiftedAt
		b.shiftedAt = now
	}
}

// nodeIsGood reports whether a zone's node is up and every target group that it
// serves has as many healthy targets in its zone as it asks for: with cross-zone
// balancing all zones are alike, and none is better than another.
func (p *Plane) nodeIsGood(b *balancer, z model.Zone) bool {
	if p.zoneDown[z] > 0 {
		return false
	}
	for _, g := range b.groups {
		tg := &p.targetGroups[g]
		if !tg.cfg.CrossZone && tg.minimum.Leaves(tg.scopes[z].healthy, tg.scopes[z].registered) {
			return false
		}
	}
	return true
}

// FailZone takes the load balancer nodes of a zone off the network, or brings
// them back. Outages of a zone may overlap.
func (p *Plane) FailZone(z model.Zone, down bool) {
	p.regroupAll()
	if down {
		p.zoneDown[z]++
	} else {
		p.zoneDown[z]--
	}
	for b := range p.balancers {
		p.darken(&p.balancers[b])
		p.reconsiderNodes(b)
	}
}

// darken finds out whether a node that clients of a load balancer are sent to is off the network.
func (p *Plane) darken(b *balancer) {
	b.dark = slices.ContainsFunc(b.dns, func(z model.Zone) bool { return p.zoneDown[z] > 0 })
}

// enable adds the zones of a load balancer to those whose targets it uses.
func (g *targetGroup) enable(zones []model.Zone, all int) {
	if g.enabled == nil {
		g.enabled = make([]bool, all)
	}
	for _, z := range zones {
		g.enabled[z] = true
	}
}
