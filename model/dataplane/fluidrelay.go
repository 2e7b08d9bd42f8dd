package dataplane

import (
	"headroom/model"
	"headroom/sim"
)

// What a Network Load Balancer before an Application Load Balancer is in a run of rates, to flows of one
// request each: their hashes divide them at random among the nodes behind it.

// divideRelayed divides the requests of a class among the nodes of both load balancers.
func (p *Plane) divideRelayed(key currentKey, class int, share float64) {
	s := &p.sources[key.source]
	g := &p.targetGroups[s.flows.group]
	dns := p.balancers[s.flows.balancer].dns
	share /= float64(len(dns))
	for _, z := range dns {
		at, nodes := key, 0
		at.entry, at.zone, at.class = z, z, int32(class)
		onward := func(n model.Zone) bool { return g.relay.nodes[n].rotating && g.scopeIn(n) == g.scopeIn(z) }
		for n := range g.relay.nodes {
			if onward(model.Zone(n)) {
				nodes++
			}
		}
		switch {
		case p.zoneDown[z] > 0:
			at.fate = findsEntryDown
			p.addShare(at, share)
		case nodes == 0:
			at.fate = findsNoTarget
			p.addShare(at, share)
		}
		for n := range g.relay.nodes {
			if at.zone = model.Zone(n); at.fate == arrivesThere && onward(at.zone) {
				p.divideAt(at, class, share/float64(nodes))
			}
		}
	}
}

// entered reports whether the flows of a current are open: its Network Load Balancer has taken them.
func (c *current) entered() bool {
	return c.class != None && c.fate != findsEntryDown && c.fate != findsNoTarget
}

// relayMany counts requests, of so many bytes, at the Network Load Balancer before that of their rules, and reports
// whether they come there.
func (p *Plane) relayMany(c *current, n int64, bytes model.Bytes) bool {
	s := &p.sources[c.source]
	b := &p.balancers[s.flows.balancer]
	b.nodes[c.entry].requests += n
	if !c.entered() {
		return false
	}
	part := &b.parts[s.flows.protocol]
	part.connections += n
	part.processed = part.processed.Plus(bytes)
	return true
}

// relayBack counts answers, of so many bytes to requests of others, on their way back.
func (p *Plane) relayBack(c *current, requests, out model.Bytes) {
	s := &p.sources[c.source]
	b := &p.balancers[s.flows.balancer]
	part := &b.parts[s.flows.protocol]
	part.processed = part.processed.Plus(out)
	if b.hour.out = b.hour.out.Plus(out); c.entry != c.zone {
		b.hour.crossed = b.hour.crossed.Plus(requests).Plus(out)
	}
}

// relayEnds counts the end of flows after a time.
func (p *Plane) relayEnds(c *current, n int64, took sim.Time) {
	if f := &p.sources[c.source].flows; c.entered() {
		p.balancers[f.balancer].parts[f.protocol].active.AddProduct(n, int64(took))
	}
}

// beforeBalancer is what those before the load balancer of the rules of a current add to its latencies.
func (p *Plane) beforeBalancer(c *current) (longer sim.Time) {
	s := &p.sources[c.source]
	if s.flows.relayed {
		cfg := p.balancers[s.flows.balancer].cfg
		if longer = cfg.Latency; c.entry != c.zone {
			longer += cfg.CrossLatency
		}
	}
	if s.gateway.balancer != None {
		longer += p.balancers[s.gateway.balancer].cfg.Latency
	}
	return longer
}
