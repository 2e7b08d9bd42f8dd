package dataplane

import "slices"

// Most requests of a large run take shorter ways, which say what the general walk says
// ([Plane.enter], [Plane.balance], [Plane.forward], [Plane.complete]) and leave out what nobody
// meets on them. This file alone says who takes which. Whatever is added to the general walk is
// added to a short way, or to the encounters that bar it; tests play each scenario by both.

// shortWays is a set of them.
type shortWays uint8

const (
	// plainWay goes by [Plane.balance] without a look before the rules or after the answer.
	plainWay shortWays = 1 << iota
	// straightWay is [Plane.sendStraight] and [Plane.completeStraight], of plain requests.
	straightWay
	// compactWay is [Plane.sendByBalancer], flowWay [Plane.sendByFlow] and fleetWay
	// [Plane.sendToFleet]: of compact requests, by an Application Load Balancer, by a
	// Network Load Balancer, and by none.
	compactWay
	flowWay
	fleetWay
	// rowWay is [Plane.sendInRow], of compact requests that differ in CPU time and bytes alone.
	rowWay

	compactWays  = compactWay | flowWay | fleetWay | rowWay
	applications = plainWay | straightWay | compactWay | rowWay // by an Application Load Balancer
	balanced     = applications | flowWay
	allWays      = balanced | fleetWay
)

// encounter is what the requests of a source may meet, with the ways on which nobody looks for it.
type encounter struct {
	what string
	bars shortWays
	met  func(p *Plane, s *source) bool
}

// encounters lists all of them. Each is asked once a source, when the plane is built.
func encounters() []encounter {
	return []encounter{
		{"an access log", allWays, func(p *Plane, _ *source) bool { return p.accessLog != nil }},
		{"no load balancer", balanced, func(_ *Plane, s *source) bool { return s.balancer == None }},
		{"something else than a fleet", fleetWay, func(_ *Plane, s *source) bool { return !s.direct || s.to != ToInstances }},
		{"a Network Load Balancer", applications, func(_ *Plane, s *source) bool { return s.flows.on }},
		{"no flow of its own", flowWay, func(_ *Plane, s *source) bool { return !s.flows.alone(s.clients) }},
		{"handshakes, closed ports, a balancer before, machines outside", balanced, func(_ *Plane, s *source) bool { return s.way != nil && !s.way.simple }},
		{"appliances", balanced, func(_ *Plane, s *source) bool { return s.gateway.balancer != None }},
		{"connections that somebody keeps", balanced, func(_ *Plane, s *source) bool { return s.connected }},
		{"WebSockets", balanced, func(_ *Plane, s *source) bool { return s.sockets.on }},
		{"an answer of the load balancer's own, targets that keep connections or are balancers", balanced &^ plainWay, func(p *Plane, s *source) bool { return s.way != nil && !p.leadsStraight(s.way) }},
		{"targets that shake hands", plainWay | flowWay, func(p *Plane, s *source) bool { return s.way != nil && p.shakesHands(s.way) }},
		{"stickiness, or targets that are weighed", straightWay | rowWay, func(p *Plane, s *source) bool { return s.way != nil && p.asksWho(s.way) }},
		{"several classes of requests or target groups", rowWay, func(_ *Plane, s *source) bool {
			return len(s.class.upTo) > 1 || s.way != nil && len(s.way.actions[0].groups) != 1
		}},
		{"visitors", flowWay | fleetWay | rowWay, func(_ *Plane, s *source) bool { return len(s.visitors.all) > 0 }},
		{"several answers of a DNS name", compactWays, func(_ *Plane, s *source) bool { return s.lookup != nil }},
		{"rows of a trace", compactWays, func(_ *Plane, s *source) bool { return s.cfg != nil && s.cfg.Rows != nil }},
		{"a caller", compactWays, func(_ *Plane, s *source) bool { return s.cfg == nil }},
		{"trips", compactWays, func(_ *Plane, s *source) bool { return s.tracked }},
		{"an event for each departure", compactWays, func(p *Plane, _ *source) bool { return p.everyDeparture }},
		{"servers none of whose departures can be foreseen", compactWays, func(p *Plane, s *source) bool {
			return !slices.ContainsFunc(p.calleesOf(s), func(service int) bool {
				return p.mayForesee(service) || p.calls[service].shared
			})
		}},
		{"a test that wants the general way", allWays &^ plainWay, func(p *Plane, _ *source) bool { return p.full }},
	}
}

// findWays finds the short ways of each source.
func (p *Plane) findWays() {
	all := encounters()
	for i := range p.sources {
		s := &p.sources[i]
		ways := allWays
		if i >= fullRequest { // a compact request has no room for its number
			ways &^= compactWays
		}
		for _, e := range all {
			if e.met(p, s) {
				ways &^= e.bars
			}
		}
		s.plain, s.straight, s.compact = ways&plainWay != 0, ways&straightWay != 0, ways&(compactWay|flowWay|fleetWay) != 0
		s.alike = ways&rowWay != 0
		s.nearby = s.straight && (s.call == nil || p.apart == nil && (!p.transfers.counts || s.call.Request == nil && s.call.Response == nil))
		s.closed = s.visitors.thinks()
		if s.plain || s.flows.on && !s.flows.relayed {
			s.hop = s.lb.cfg.Latency + s.far
		}
	}
}

// goesStraight reports whether the requests of a source go straight now.
func (s *source) goesStraight() bool { return s.straight && !s.guarded && !s.lb.dark }

// goesCompact reports whether the requests that a source sends now are compact.
func (s *source) goesCompact() bool { return s.compact && !s.guarded && (s.direct || !s.lb.dark) }

// leadsStraight reports whether each class of a way is forwarded to a target that keeps no
// connections.
func (p *Plane) leadsStraight(w *way) bool {
	for i := range w.actions {
		a := &w.actions[i]
		if a.forward == nil {
			return false
		}
		for _, group := range a.groups {
			if g := &p.targetGroups[group]; g.keeps > 0 || g.cfg.Balancer > 0 {
				return false
			}
		}
	}
	return true
}

// shakesHands reports whether a target of some class of a way speaks HTTPS.
func (p *Plane) shakesHands(w *way) bool {
	return slices.ContainsFunc(w.actions, func(a classAction) bool {
		return slices.ContainsFunc(a.groups, func(group int) bool { return p.targetGroups[group].cfg.Secure })
	})
}

// asksWho reports whether a target of some class of a way is picked by who asks.
func (p *Plane) asksWho(w *way) bool {
	for i := range w.actions {
		a := &w.actions[i]
		if a.sticky > 0 {
			return true
		}
		for _, group := range a.groups {
			if p.targetGroups[group].balance.weighed {
				return true
			}
		}
	}
	return false
}

// alone reports whether each request of a source has a flow of its own that ends with it.
func (f *flows) alone(c *Clients) bool {
	return f.on && f.listener != nil && !f.relayed && f.listener.Protocol != UDP && c.PerConnection <= 1
}
