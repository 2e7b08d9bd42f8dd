package dataplane

import (
	"math"

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

// admitFlows lets flows in at a Network Load Balancer for which its nodes have room.
func (p *Plane) admitFlows(in *nodeFlow, at sim.Time) {
	came, bytes := int64(0), 0.0
	for _, c := range in.currents {
		came += c.came
		bytes += float64(c.came) * (c.request + c.response)
	}
	if came == 0 {
		return
	}
	took := in.balancer.carrier.admit(played{from: p.fluid.done, until: at}, came, max(1, bytes/float64(came)))
	p.rejectRest(in, at, came-took, failure{code: CodeRefused, cause: CauseOther})
}

// played is a time that rates are played in, with its end.
type played struct{ from, until sim.Time }

// admit returns how many flows of so many bytes each find room, which come evenly. As by
// requests, a flow comes in whole in a second that is not full yet: one of 1 GiB where there is
// room for 375 MB a second, and it keeps nobody out of the next.
func (c *carrier) admit(in played, came int64, size float64) int64 {
	took, before := int64(0), int64(0) // of those who came before
	for from := in.from; from <= in.until; from = c.second {
		c.turn(from)
		end := min(c.second, in.until+1)
		now := int64(float64(came)*float64(end-in.from)/float64(in.until+1-in.from) + 0.5)
		n := min(float64(now-before), math.Ceil(max(0, float64(c.most-c.bytes))/size))
		c.bytes += int64(n * size)
		c.minute += int64(n * size)
		took, before = took+int64(n), now
	}
	return took
}
