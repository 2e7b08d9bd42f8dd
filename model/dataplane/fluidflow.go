package dataplane

import (
	"headroom/model"
	"headroom/sim"
)

// What flows of one request each are to a Network Load Balancer in a run of rates. Their hashes divide them
// at random.

// openFlows counts the flows of requests that came, of so many bytes.
func (p *Plane) openFlows(c *current, n int64, bytes model.Bytes) {
	s := &p.sources[c.source]
	b := &p.balancers[s.flows.balancer]
	if c.outcome == isForgotten {
		return
	}
	b.nodes[c.zone].requests += n
	if c.outcome == findsNodeDown || c.outcome == isRefused || c.outcome == isRejected {
		return
	}
	if c.action.frontEnd.secure {
		if c.outcome == shakesInVain {
			b.counts.HandshakesFailed += n
			return
		}
		b.counts.Handshakes += n
		if int(c.class) >= 2*int(s.way.kinds) {
			b.counts.Resumed += n
		}
	}
	if *c.action.matched += n; c.outcome == findsNoTarget {
		return
	}
	part := &b.parts[s.flows.protocol]
	if !c.kept {
		part.connections += n
	}
	part.processed = part.processed.Plus(bytes)
}

// endFlows counts the end of requests, and of their flows, that took so long; of UDP nobody says good-bye.
func (p *Plane) endFlows(c *current, n int64, took sim.Time) {
	switch c.outcome {
	case arrivesThere, isDropped, missesPort:
	default:
		return
	}
	if len(p.fluid.held) > 0 && p.fluid.heldOf(c.source) != None { // whose flows are counted by how many there are
		return
	}
	f := &p.sources[c.source].flows
	if f.listener.Protocol == UDP {
		took = sim.Sum(took, f.limit)
	}
	p.balancers[f.balancer].parts[f.protocol].active.AddProduct(n, int64(took))
}

// admitFlows lets flows in at a Network Load Balancer for which its nodes have room in the present step.
func (p *Plane) admitFlows(in *nodeFlow, at sim.Time) {
	carrier := &in.balancer.carrier
	came, bytes := int64(0), 0.0
	for _, c := range in.currents {
		came += c.came
		bytes += float64(c.came) * (c.request + c.response)
	}
	if carrier.second != p.fluid.from {
		carrier.second, carrier.bytes = p.fluid.from, 0
	}
	most, took := max(0, float64(carrier.most)*p.fluid.wholeStep()-float64(carrier.bytes)), came
	if bytes > most {
		took, bytes = in.kept.Of(came, most/bytes), most
	}
	carrier.bytes += int64(bytes)
	carrier.minute += int64(bytes)
	p.rejectRest(in, at, came-took, failure{code: CodeRefused, cause: CauseOther})
}
