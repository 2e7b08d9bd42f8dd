package dataplane

import (
	"headroom/model"
	"headroom/model/addressing"
	"headroom/sim"
)

// measureWay finds how far the clients of a source are from their load balancer.
func (p *Plane) measureWay(s *source, lb *LoadBalancer) {
	if ways := p.waysFrom(s.clients.Region); ways != nil && len(lb.Zones) > 0 {
		s.far = ways[lb.Zones[0]]
	}
}

// waysFrom returns the round trips from a Region to every zone; nil for none in particular.
func (p *Plane) waysFrom(region string) []sim.Time {
	if region == "" {
		return nil
	}
	ways := make([]sim.Time, len(p.frame.Zones))
	for z := range ways {
		ways[z] = addressing.RoundTrip(region, p.frame.RegionName(p.frame.RegionOf(model.Zone(z))))
	}
	return ways
}

// distances returns the round trips from each zone to each, nil in a single Region.
func (p *Plane) distances() (apart [][]sim.Time) {
	if p.frame.Regions == nil {
		return nil
	}
	for z := range p.frame.Zones {
		apart = append(apart, p.waysFrom(p.frame.RegionName(p.frame.RegionOf(model.Zone(z)))))
	}
	return apart
}

// distance is the round trip to a server in a zone that is reached without a balancer.
func (s *source) distance(zone model.Zone) sim.Time {
	if s.away == nil {
		return 0
	}
	return s.away[zone]
}

// entrance is a zone of the Region that a request is sent to: its load balancer's, or else
// that of its server.
func (p *Plane) entrance(r *request, zone model.Zone) model.Zone {
	if b := p.sources[r.source].balancer; b != None && len(p.balancers[b].cfg.Zones) > 0 {
		return p.balancers[b].cfg.Zones[0]
	}
	return zone
}

// callDistance is the round trip of a call to another Region, 0 within one, and of
// requests that are no calls.
func (p *Plane) callDistance(i uint32, r *request, zone model.Zone) sim.Time {
	caller := p.callingServer(i, r)
	if caller == nil {
		return 0
	}
	return p.apart[caller.zone][p.entrance(r, zone)]
}

// callingServer returns the server whose request calls, nil if there is none.
func (p *Plane) callingServer(i uint32, r *request) *server {
	if p.sources[r.source].call == nil {
		return nil
	}
	parent := p.requests.Get(p.trips[i].parent)
	if parent == nil {
		return nil
	}
	return p.servers.at(parent.server)
}

// countInside takes what load balancers have answered to a call out of what goes to the
// internet, and counts the bytes of one that another Region has answered: each side pays for
// what it sends.
func (p *Plane) countInside(i uint32, r *request, s *server) {
	caller := p.callingServer(i, r)
	in, out := r.requestBytes(), r.responseBytes()
	if caller == nil || in == 0 && out == 0 {
		return
	}
	source := &p.sources[r.source]
	for _, b := range [2]int{source.balancer, source.flows.balancer} {
		if b != None && (b == source.balancer || source.flows.relayed) {
			h := &p.balancers[b].hour
			h.out -= min(out, h.out)
		}
	}
	if p.apart == nil || p.frame.RegionOf(caller.zone) == p.frame.RegionOf(p.entrance(r, s.zone)) {
		return
	}
	m := &p.transfers.moved[caller.payer]
	m.Away = m.Away.Plus(in)
	if b := p.sources[r.source].balancer; b != None {
		h := &p.balancers[b].hour
		h.away = h.away.Plus(out)
		return
	}
	m = &p.transfers.moved[s.payer]
	m.Away = m.Away.Plus(out)
}

// crossing is what the way from a node to a target in another zone adds.
func (p *Plane) crossing(r *request, zone model.Zone) sim.Time {
	if zone == model.Zone(r.zone) {
		return 0
	}
	if b := p.sources[r.source].balancer; b != None {
		return p.balancers[b].cfg.CrossLatency
	}
	return 0
}

// nodeOf draws the zone whose node a client of a source goes to, among those that DNS names.
func (s *source) nodeOf(dns []model.Zone) model.Zone {
	if len(dns) > 1 {
		return dns[s.nodes.Below(len(dns))]
	}
	return dns[0]
}
