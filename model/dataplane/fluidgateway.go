package dataplane

import "headroom/model"

// What a Gateway Load Balancer is in a run of rates, to flows of one request each through appliances that
// delay nothing. Answers to who is aboard when an appliance dies come back all the same.

// findsAppliance is the share of the flows of a source that appliances pass: the hash of a flow says which node,
// and which target there. It notes which share of those goes to another zone and back.
func (p *Plane) findsAppliance(source int) float64 {
	g := &p.sources[source].gateway
	if g.balancer == None {
		return 1
	}
	b := &p.balancers[g.balancer]
	group, passes, crosses := &p.targetGroups[b.groups[0]], 0.0, 0.0
	for _, z := range b.dns {
		scope, all, open, away := int32(group.scopeIn(z)), 0.0, 0.0, 0.0
		for _, t := range p.targets.All() {
			if int(t.group) != b.groups[0] || t.scope != scope || !t.rotating {
				continue
			}
			all++
			if s := p.servers.at(t.server); s.open {
				if open++; s.zone != z {
					away++
				}
			}
		}
		if all > 0 && p.zoneDown[z] == 0 {
			passes += open / all / float64(len(b.dns))
			crosses += away / all / float64(len(b.dns))
		}
	}
	if g.crossing = 0; passes > 0 {
		g.crossing = crosses / passes
	}
	return passes
}

// inspectMany counts requests of so many bytes at the Gateway Load Balancer of their source.
func (p *Plane) inspectMany(c *current, n int64, bytes model.Bytes) {
	s := &p.sources[c.source]
	if s.gateway.balancer == None {
		return
	}
	b := &p.balancers[s.gateway.balancer]
	b.counts.Inspected += n
	b.counts.GatewayFlows += n
	b.hour.connections += n
	b.counts.OfferedBytes = b.counts.OfferedBytes.Plus(bytes)
	if c.outcome == isLost {
		b.counts.Lost += n
		b.counts.LostBytes = b.counts.LostBytes.Plus(bytes)
		return
	}
	p.passMany(&s.gateway, bytes)
	left := n
	for k, z := range b.dns { // as their hashes say
		part := c.gated.Of(left, 1/float64(len(b.dns)-k))
		b.nodes[z].requests += part
		left -= part
	}
}

// passMany takes bytes through the appliances of a Gateway Load Balancer.
func (p *Plane) passMany(g *gateway, bytes model.Bytes) {
	b := &p.balancers[g.balancer]
	b.crossesTwice(model.Bytes(g.crossing * float64(bytes)))
	p.retired = p.retired.Plus(bytes)
	b.hour.processed = b.hour.processed.Plus(bytes)
	b.counts.InspectedBytes = b.counts.InspectedBytes.Plus(bytes)
}

// inspectBack counts answers, of so many bytes, on their way back through the appliances.
func (p *Plane) inspectBack(source int, bytes model.Bytes) {
	if g := &p.sources[source].gateway; g.balancer != None {
		b := &p.balancers[g.balancer]
		b.counts.OfferedBytes = b.counts.OfferedBytes.Plus(bytes)
		p.passMany(g, bytes)
	}
}
