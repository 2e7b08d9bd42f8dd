package dataplane

import (
	"headroom/model"
	"headroom/sim"
)

// AWS charges for bytes as they pass. Of requests that end well all are counted when they do. What has passed of others through
// an interface is counted where they end: when the client leaves, when the server goes, and at the end of the run. So
// bytes asked are those passed, those dropped and those still to pass ([bandwidth.Link.Passed]).

// countCut counts what has passed of the request or the response of a request whose flow is cut, with so much left.
func (p *Plane) countCut(i uint32, r *request, s *server, left model.Bytes) {
	if r.phase == receiving {
		p.countPassed(i, r, s, [2]model.Bytes{inward: r.requestBytes() - min(left, r.requestBytes())})
		return
	}
	p.countPassed(i, r, s, [2]model.Bytes{inward: r.requestBytes(), outward: r.responseBytes() - min(left, r.responseBytes())})
}

// countPassed counts the bytes of a request that is not completed, by all paths that they took.
func (p *Plane) countPassed(i uint32, r *request, s *server, bytes [2]model.Bytes) {
	if r.source == checkSource || bytes == [2]model.Bytes{} {
		return
	}
	part := *r
	part.setBytes(bytes[inward], bytes[outward])
	s.in, s.out = s.in.Plus(bytes[inward]), s.out.Plus(bytes[outward])
	source := &p.sources[r.source]
	switch {
	case source.direct:
		p.countDirect(s, &part)
	case source.call != nil && p.transfers.counts:
		p.countCall(i, &part, s)
	}
	p.countCrossing(&part, s.zoneFor(r))
	if source.balancer != None {
		p.countAnswer(i, &part, source)
	}
	if p.tracked && p.transfers.counts {
		p.countInside(i, &part, s)
	}
}

// countAnswer counts the bytes of a response at the load balancers that pass it on.
func (p *Plane) countAnswer(i uint32, r *request, source *source) {
	b := &p.balancers[source.balancer]
	if !source.flows.on {
		if !b.cfg.Network() && b.cfg.Gateway == 0 {
			b.answers(r)
		}
		return
	}
	if id := p.carriers[i]; id != noIndex {
		p.countOnFlow(r, source, p.flows.at(id))
	}
}

// countOnFlow counts the bytes of a response on a flow.
func (p *Plane) countOnFlow(r *request, source *source, f *flow) {
	b := &p.balancers[source.flows.balancer]
	part := &b.parts[f.protocol]
	part.processed = part.processed.Plus(r.responseBytes())
	b.hour.out = b.hour.out.Plus(r.responseBytes())
	if source.flows.relayed {
		p.relayAnswers(r, source, f)
	}
}

// countOnTheWay counts what has passed of all that is on its way through the interface of a server, which is settled.
func (p *Plane) countOnTheWay(id uint32, s *server, at sim.Time) {
	for direction := range s.nic.links {
		s.nic.links[direction].Each(at, func(job uint32, left model.Bytes) {
			i := job &^ stepFlow
			r := p.requests.at(i)
			switch {
			case i != job:
				p.countTalkCut(i, direction, left)
			case p.baseOf(r.server) == id && (direction == inward) == (r.phase == receiving): // else it is that of a call, at its caller
				p.countCut(i, r, p.servers.at(r.server), left)
			}
		})
	}
}

// CloseFlows counts what has passed of all that is on its way at the end of the run.
func (p *Plane) CloseFlows() {
	for h, s := range p.servers.All() {
		if s.nic == nil || s.base != noIndex {
			continue
		}
		id := indexOf(h)
		p.leaveFastPathNow(id)
		p.settle(id, p.kernel.Now())
		p.countOnTheWay(id, s, p.kernel.Now())
	}
}

// saidBy is what a step of a request says to somebody on the internet, or hears.
func (p *Plane) saidBy(i uint32, direction int) model.Bytes {
	step := &p.servers.at(p.requests.at(i).server).cfg.Steps[p.trips[i].step]
	if direction == inward {
		return p.drawBytes(i, 2, step.Received)
	}
	return p.drawBytes(i, 1, step.Sent)
}

// countTalkCut counts what has passed of what a step says or hears, with so much left, if it does.
func (p *Plane) countTalkCut(i uint32, direction int, left model.Bytes) {
	r := p.requests.at(i)
	if r.phase != talking {
		return
	}
	all := p.saidBy(i, direction)
	p.countTalk(p.servers.at(r.server), direction, all-min(left, all))
}

// countTalk counts what a server says to the internet, or hears from there: by a public address, or by its NAT gateway, which
// may be in another zone.
func (p *Plane) countTalk(s *server, direction int, bytes model.Bytes) {
	if direction == outward {
		m := &p.transfers.moved[s.payer]
		m.Out = m.Out.Plus(bytes)
	}
	if !s.gateway.There {
		return
	}
	g := &p.transfers.moved[s.gateway.Owner]
	if g.NAT = g.NAT.Plus(bytes); s.gateway.Zone != s.zone {
		p.addSide(s.payer, bytes)
		p.addSide(s.gateway.Owner, bytes)
	}
}
