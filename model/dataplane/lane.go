package dataplane

import (
	"headroom/model"
	"headroom/sim"
)

// lane is what the compact requests of a route have in common, found once, so that nobody
// asks for it again request by request, with what is still to be counted of them. It lies beside
// the route, one cache line that is read and one that is written; a third is where requests carry bytes.
type lane struct {
	source *source
	route  *RouteOutcome
	group  *targetGroup // nil: there is no load balancer before the targets
	open   *openTime    // of its load balancer's connections, of their kind
	hop    sim.Time     // a load balancer's share of a latency
	cross  sim.Time     // more of it where the target is in another zone than the node

	patience       sim.Time // how long everybody waits for an end at a target in the zone of the node,
	patienceAcross sim.Time // and at one in another

	came  gatheredArrivals // begins its second cache line
	ended gatheredEnds
	_     [16]byte // to the end of its third
}

// newLanes makes the lanes of all routes.
func (p *Plane) newLanes() {
	p.lanes = make([]lane, len(p.meter.routes))
	for i := range p.sources {
		s, end := &p.sources[i], len(p.lanes)
		if s.span = p.meter.spans[i]; i+1 < len(p.sources) {
			end = int(p.meter.spans[i+1].first)
		}
		for k := int(s.span.first); k < end; k++ {
			p.lanes[k] = p.newLane(s, &p.meter.routes[k])
		}
	}
}

func (p *Plane) newLane(s *source, route *RouteOutcome) lane {
	n := lane{source: s, route: route, hop: s.hop, came: gatheredArrivals{from: noMinute}, ended: gatheredEnds{from: noMinute}}
	if s.lb != nil {
		n.cross, n.open = s.lb.cfg.CrossLatency, &s.lb.hour.openTime
	}
	if s.flows.on {
		n.open = &s.lb.parts[s.flows.protocol].openTime
	}
	if route.TargetGroup != None {
		n.group = &p.targetGroups[route.TargetGroup]
	}
	n.patience = min(s.limits.limit, s.patience-n.hop)
	n.patienceAcross = min(s.limits.limit, s.patience-n.hop-n.cross)
	return n
}

// latency is the part of a latency from a request's arrival to an instant at the load balancer
// of its lane, whose node is in a zone, of a target in the zone of a fast path.
func (n *lane) latency(r *compactRequest, f *fastPath, at sim.Time) sim.Time {
	cross := n.cross
	if f.zone == r.zone {
		cross = 0
	}
	return at - r.arrived + cross
}

// patienceFor is how long everybody waits for the end of a request at a fast path.
func (n *lane) patienceFor(r *compactRequest, f *fastPath) sim.Time {
	patience, across := n.patience, n.patienceAcross
	if f.zone != r.zone {
		patience = across
	}
	return patience
}

// leadsTo reports whether a fast path takes compact requests that come through a target.
func (p *Plane) leadsTo(f *fastPath, target uint32) bool {
	return f.open && (f.target == target || p.bindTarget(f, target))
}

// offerCompact takes a compact request on a lane to its server as a full one.
func (p *Plane) offerCompact(r *compactRequest, n *lane, target uint32) {
	p.countArrival(n, r.arrived)
	if target != noIndex {
		p.targets.at(target).inFlight++
	}
	i := p.expand(r, target)
	p.offer(i, p.requests.at(i))
}

// directPatience is how long everybody waits for the end of a request of a source without a
// load balancer.
func (s *source) directPatience(f *fastPath) sim.Time {
	return min(s.limits.limit, s.patience-s.distance(model.Zone(f.zone)))
}
