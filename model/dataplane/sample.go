package dataplane

import (
	"headroom/model"
	"headroom/sim"
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
	x.Still = p.still(s, now)
	p.stills[s.id] = x.Still
	for _, disk := range s.held {
		if left, ok := p.creditOf(p.disks.at(disk), now); ok && (!x.HasBurst || left < x.Burst) {
			x.HasBurst, x.Burst = true, left
		}
	}
	return x
}

// Still reports whether a server shows what its last sample said would hold until it stirs.
func (p *Plane) Still(h slab.Handle) bool { return p.stills[indexOf(h)] }

// still reports whether a settled server shows the same until it computes otherwise, or gets
// a disk or an application.
func (p *Plane) still(s *server, now sim.Time) bool {
	if s.memory != nil || len(s.held) > 0 || len(s.applications) > 0 {
		return false
	}
	if u := s.supply; u != nil && u.credits.Mode() != 0 {
		return u.credits.Full(now)
	}
	return s.cfg == nil
}
