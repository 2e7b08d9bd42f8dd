package dataplane

import (
	"fmt"

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
	Zone      model.Zone // where the way there begins
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
			p.Listen(h)
			p.outside[i] = append(p.outside[i], h)
			for _, g := range o.Groups {
				p.register(h, g, true)
			}
		}
	}
	return nil
}

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
		b.hour.out = b.hour.out.Plus(r.requestBytes())
	}
	return s.travel
}
