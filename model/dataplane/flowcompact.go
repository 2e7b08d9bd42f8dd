package dataplane

// Where a client opens a connection for each request, and closes it with the answer, nobody
// meets the connection but the request: a compact one needs no record of its flow, only that
// it is counted. A full request that is made of it gets the flow back.

// sendByFlow takes a compact request through its Network Load Balancer to a target: what
// [Plane.carry], [Plane.openFlow] and [Plane.ride] do for it.
func (p *Plane) sendByFlow(r *compactRequest, s *source) {
	b, action := s.lb, &s.way.actions[r.class]
	zone := s.nodeOf(b.dns)
	r.zone = uint8(zone)
	b.nodes[zone].requests++
	*action.matched++
	if b.limited && !b.carrier.carries(r.arrived) {
		b.nodes[zone].rejected++
		p.refuseFlow(r)
		return
	}
	s.flows.opened++
	group := s.span.others + int32(action.groups[0])
	n := &p.lanes[group]
	g := n.group
	sc := &g.scopes[0]
	if !g.cfg.CrossZone {
		sc = &g.scopes[zone]
	}
	local, ok := sc.hash.PickFlow(s.flows.nextHash(g, r.zone))
	if !ok {
		p.refuseFlow(r)
		return
	}
	r.route = group
	in := g.routed[local]
	if most := g.cfg.Flows.MostPerTarget; most > 0 && (b.flowsOpen()+n.came.count >= int64(most) || len(g.balancers) > 1) && p.flowsAt(in.target, r.zone, most) >= most {
		b.counts.PortAllocationErrors++
		p.refuseFlow(r)
		return
	}
	if !s.bare {
		part := &b.parts[s.flows.protocol]
		part.processed = part.processed.Plus(r.requestBytes())
		if b.limited {
			b.carrier.add(r.arrived, r.requestBytes()+r.responseBytes())
		}
	}
	if g.translates() {
		p.countAtNode(p.targets.at(in.target), r.zone, 1)
	}
	p.sendCompactTo(r, n, in)
}

// refuseFlow fails a compact request whose connection nobody takes.
func (p *Plane) refuseFlow(r *compactRequest) {
	p.lanes[r.route].route.arrives(r.arrived)
	p.fail(p.expand(r, noIndex), CodeRefused)
}

// regainFlow gives a full request, made of a compact one, the flow that it has: all but its
// record has been counted.
func (p *Plane) regainFlow(i uint32, r *request) {
	h, f := p.flows.Alloc()
	*f = flow{
		target: p.targets.handle(r.target), source: r.source, zone: r.zone, state: flowIsBusy,
		protocol: p.sources[r.source].flows.protocol, carried: 1,
	}
	p.setCarrier(i, indexOf(h))
}
