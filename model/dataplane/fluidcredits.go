package dataplane

import (
	"math"

	"headroom/sim/station"
)

// spendCredits has servers with CPU credits spend what their requests took of them in the step
// that has ended, and slows down those that are out of them.
func (p *Plane) spendCredits() {
	f, now := p.fluid, p.kernel.Now()
	if !f.bursts {
		return
	}
	for h, s := range p.servers.All() {
		u, id := s.supply, indexOf(h)
		if u == nil || u.credits.Mode() == 0 && u.host == None || int(id) >= len(f.places) {
			continue
		}
		u.rates = 0
		c := f.places[id].cohort
		if c != nil && c.key.reach == serves {
			u.rates = uint64(max(0, c.using) * float64(million))
			if c.key.ceiling != station.NoCeiling { // what is held back wants more than it uses
				u.rates = max(u.rates, uint64(c.asked*float64(million)))
			}
			if c.Line > 0 {
				u.rates = u.vcpus * million
			}
		}
		p.follow(id, s, now)
		if c != nil && c.key.ceiling != s.station.Ceiling() {
			p.regroup(id)
		}
	}
	p.shareHosts()
}

// hold holds a shape to the most that its servers do together.
func (c *cohort) hold(ceiling station.Speed) {
	c.unit = float64(c.key.speed) / float64(station.FullSpeed)
	most := float64(ceiling) / float64(million)
	if ceiling == station.NoCeiling || most >= float64(c.Servers) {
		return
	}
	whole := max(1, int(math.Round(most)))
	c.Servers = whole
	c.Speed *= most / float64(whole)
	c.unit *= most / float64(whole)
}
