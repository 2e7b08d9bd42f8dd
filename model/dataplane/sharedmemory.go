package dataplane

import (
	"slices"

	"headroom/model"
	"headroom/model/memory"
	"headroom/sim/slab"
)

// sharedMemory is the RAM that the applications of one instance share; nil where one of
// them does not say what it holds.
func (p *Plane) sharedMemory(services []int, spec *model.ServerSpec) *memory.Pool {
	reserved := model.Bytes(0)
	for _, i := range services {
		cfg := p.cfg.Services[i].Memory
		if cfg == nil {
			return nil
		}
		reserved = max(reserved, cfg.Reserved)
	}
	return memory.NewPool(model.Bytes(p.frame.Types[spec.Type].MemoryMiB)*model.MiB - reserved)
}

// holdIn has an application hold its memory in a pool. The first of an instance stands
// for it where instances are counted, and for what the operating system keeps.
func (p *Plane) holdIn(h slab.Handle, pool *memory.Pool, first bool) {
	m := p.servers.Get(h).memory
	if m == nil || pool == nil {
		return
	}
	m.pool = pool
	if !first {
		m.beside, m.terms.Reserved = true, 0
		p.memoryUses[m.use].Servers--
	}
}

// largest is the application that holds most of those that share memory with one: which
// the kernel kills.
func (p *Plane) largest(s *server) uint32 {
	most, id := model.Bytes(-1), s.id
	for _, a := range p.servers.at(s.base).applications {
		if m := p.servers.Get(a).memory; m != nil && m.runs && m.Holds() > most {
			most, id = m.Holds(), indexOf(a)
		}
	}
	return id
}

// watchAgain has another application killed where one was not enough.
func (p *Plane) watchAgain(h slab.Handle) {
	if s := p.servers.Get(h); s != nil && s.memory.runs {
		p.watchMemory(indexOf(h), s)
	}
}

// anyEnds reports whether an application that shares memory with one is about to be killed.
func (p *Plane) anyEnds(s *server) bool {
	return s.base != noIndex && slices.ContainsFunc(p.servers.at(s.base).applications, func(a slab.Handle) bool {
		m := p.servers.Get(a).memory
		return m != nil && m.ends
	})
}
