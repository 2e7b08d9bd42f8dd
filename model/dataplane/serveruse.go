package dataplane

import (
	"headroom/model"
	"headroom/sim"
	"headroom/sim/slab"
)

// ServerUse settles a server and returns what it has used.
func (p *Plane) ServerUse(h slab.Handle) model.ServerUse {
	return p.used(indexOf(h), p.settled(h), p.kernel.Now())
}

// BusyTime settles a server and returns the CPU work that it has done, in
// vCPU-nanoseconds. It is asked of every member of a group each minute, most of which
// have nothing to do in a large one.
func (p *Plane) BusyTime(h slab.Handle) uint64 {
	id, busy := indexOf(h), uint64(0)
	if p.fluid != nil {
		busy, _, _ = p.fluidUse(id)
	}
	if s := p.servers.Get(h); s.idle() && !p.fastPaths[id].open && s.settles != settlesApart {
		return s.busyBefore() + busy
	}
	return p.busyTime(id, p.settled(h), p.kernel.Now()) + busy
}

// used is what a settled server has used.
func (p *Plane) used(id uint32, s *server, now sim.Time) model.ServerUse {
	f := &p.fastPaths[id]
	use := model.ServerUse{In: s.in.Plus(f.in), Out: s.out.Plus(f.out)}
	for _, a := range s.applications {
		p.addApplication(&use, p.servers.Get(a), now)
	}
	if s.nic != nil && !s.nic.disks {
		use.In, use.Out = s.nic.links[inward].Passed(now), s.nic.links[outward].Passed(now)
	}
	use.Busy = p.busyTime(id, s, now)
	if p.fluid != nil {
		busy, in, out := p.fluidUse(id)
		use.Busy, use.In, use.Out = use.Busy+busy, use.In.Plus(in), use.Out.Plus(out)
	}
	if s.memory != nil {
		use.Memory = s.memory.usedTime(now)
	}
	return use
}

// busyTime is the CPU work of a settled server.
func (p *Plane) busyTime(id uint32, s *server, now sim.Time) uint64 {
	f := &p.fastPaths[id]
	switch {
	case s.settles == settlesApart:
		return p.busyApart(s, now)
	case f.open && !f.shared && s.base == noIndex:
		return f.station.Busy(now)
	}
	return s.busy(now)
}
