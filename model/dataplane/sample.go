package dataplane

import (
	"headroom/model"
	"headroom/sim/slab"
)

// Sample settles a server and returns what it shows of what it runs out of. Nothing that
// happens depends on who asks.
func (p *Plane) Sample(h slab.Handle) model.ServerSample {
	now, s := p.kernel.Now(), p.settled(h)
	var x model.ServerSample
	if u := s.supply; u != nil && u.credits.Mode() != 0 {
		x.HasCredits, x.Credits = true, u.credits.Balance(now)
	}
	if m := s.memory; m != nil && m.runs {
		x.HasMemory, x.Memory = true, m.Holds()
	}
	for _, a := range s.applications {
		if m := p.servers.Get(a).memory; m != nil && m.runs {
			x.HasMemory, x.Memory = true, x.Memory.Plus(m.Holds())
		}
	}
	p.settleArray(s, now)
	for _, disk := range s.held {
		if left, ok := p.creditOf(p.disks.at(disk), now); ok && (!x.HasBurst || left < x.Burst) {
			x.HasBurst, x.Burst = true, left
		}
	}
	return x
}
