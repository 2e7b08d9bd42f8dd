package dataplane

import (
	"fmt"
	"slices"

	"headroom/model"
	"headroom/sim"
	"headroom/sim/slab"
)

// Outside is machines in nobody's zones, such as those of a company's own, which are targets by
// their private addresses and are reached by a VPN or a peering connection.
type Outside struct {
	Name      string
	Service   int
	Count     int
	Type      int        // index into Frame.Types: they are as fast as its instances
	Zone      model.Zone // where the way there begins, and whose nodes send there where they keep to their zones
	AllZones  bool       // instead, nodes of every zone send there, and the way begins in each
	RoundTrip sim.Time   // there and back
	Groups    []int
	Metered   bool // what is sent there is data that leaves AWS, as by a VPN
}

// MostRoundTrip is the longest way to a machine outside: below the shortest timeout of a check.
const MostRoundTrip = 2*sim.Second - sim.Millisecond

// outside checks machines in nobody's zones.
func (v *validator) outside(o *Outside) {
	path := "outside." + o.Name
	v.Reference(o.Service, len(v.Services), path+".service", "service")
	v.zone(o.Zone, path+".availability_zone")
	v.Check(o.Count >= 1 && o.Count <= 10_000, path+".count", "must be 1 to 10000, got %d", o.Count)
	v.Check(o.RoundTrip >= 0 && o.RoundTrip <= MostRoundTrip, path+".round_trip", "must be 0 to %v, got %v", MostRoundTrip, o.RoundTrip)
	for _, g := range o.Groups {
		if v.Reference(g, len(v.TargetGroups), path+".target_groups", "target group") {
			v.Check(v.TargetGroups[g].Service == o.Service, path+".target_groups", "must be of its service")
			v.Check(!o.AllZones || v.TargetGroups[g].CrossZone || v.TargetGroups[g].Flows.On, path+".availability_zone",
				"must be a zone where nodes of an Application Load Balancer keep to theirs, as those of %s do", v.TargetGroups[g].Name)
		}
	}
}

// openOutside opens the machines outside, which run all the time, and registers them.
func (p *Plane) openOutside() error {
	p.outside = make([][]slab.Handle, len(p.cfg.Outside))
	for i := range p.cfg.Outside {
		o := &p.cfg.Outside[i]
		if o.Type < 0 || o.Type >= len(p.frame.Types) {
			return fmt.Errorf("outside.%s: must have an instance type", o.Name)
		}
		for range o.Count {
			h := p.Open(model.ServerSpec{Service: o.Service, Fleet: None, Zone: o.Zone, Type: o.Type, Warm: true})
			s := p.servers.Get(h)
			s.travel, s.metered, s.foreseen = o.RoundTrip, o.Metered, false
			s.allZones = !slices.ContainsFunc(o.Groups, func(g int) bool { return !o.everywhere(&p.cfg.TargetGroups[g]) })
			p.Listen(h)
			p.outside[i] = append(p.outside[i], h)
			for _, g := range o.Groups {
				if o.everywhere(&p.cfg.TargetGroups[g]) {
					p.register(h, g, true)
				} else {
					p.Register(h, g, true)
				}
			}
		}
	}
	return nil
}

// everywhere reports whether nodes of all zones send to a machine as a target of a group. An Application Load
// Balancer that balances across zones takes the zone of an address outside its VPC to be all, whichever it is
// (Elastic Load Balancing API, TargetDescription).
func (o *Outside) everywhere(g *TargetGroup) bool { return o.AllZones || g.CrossZone && !g.Flows.On }

// Outside lists the servers of machines outside.
func (p *Plane) Outside(index int) []slab.Handle { return p.outside[index] }

// leadsOutside reports whether a load balancer forwards to machines outside.
func (t *Traffic) leadsOutside(balancer int) bool {
	for i := range t.Outside {
		for _, mine := range t.Outside[i].Groups {
			for _, g := range t.reached(balancer) {
				if g == mine {
					return true
				}
			}
		}
	}
	return false
}

// travel is how long the way to a request's target outside is, there and back. What is sent there
// leaves AWS.
func (p *Plane) travel(r *request, b *balancer) sim.Time {
	if r.target == noIndex {
		return 0
	}
	s := p.servers.at(r.server)
	if s.metered {
		b.hour.byVPN = b.hour.byVPN.Plus(r.requestBytes())
	}
	return s.travel
}

// zoneFor is the zone in which a request finds a server: its own, or that of its node where a way
// to it begins in every zone.
func (s *server) zoneFor(r *request) model.Zone {
	if s.allZones && r.zone != noNode {
		return model.Zone(r.zone)
	}
	return s.zone
}
