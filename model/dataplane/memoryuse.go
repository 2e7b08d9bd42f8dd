package dataplane

import (
	"cmp"
	"slices"

	"headroom/model"
	"headroom/sim"
)

// MemoryOutcome is what became of the memory of one owner's servers.
type MemoryOutcome struct {
	Owner   int32 `window:"key"` // index into Ledger.Owners
	Servers int   `window:"to"`  // that there were

	Peak     model.Bytes `window:"to"` // the most that an application of any of them has held, in swap too, or tried to
	There    sim.Time    // in which applications ran, of all servers together
	Used     float64     // ns: that time, times the share of the RAM that was in use, the system's with it
	Swap     float64     // ns: that time, times the share of the swap that was in use
	Faults   int64       // page faults, each a read from swap
	Paged    int64       // requests that had any
	PagedOut model.Bytes // written to swap
	Paging   sim.Time    // that they waited for them, of all together
	Kills    int64       // of applications, by the kernel
}

// add adds the memory of an application that has run until an instant.
func (u *MemoryOutcome) add(m *ram, now sim.Time) {
	u.Peak = max(u.Peak, m.Peak())
	if !m.beside {
		u.There = sim.Sum(u.There, now-m.since)
	}
	u.Used += m.UsedTime(now)
	u.Swap += m.SwapTime(now)
}

// Merge adds the memory of another owner's servers.
func (u *MemoryOutcome) Merge(o *MemoryOutcome) {
	u.Servers += o.Servers
	u.Peak = max(u.Peak, o.Peak)
	u.There = sim.Sum(u.There, o.There)
	u.Used += o.Used
	u.Swap += o.Swap
	u.Faults += o.Faults
	u.Paged += o.Paged
	u.PagedOut = u.PagedOut.Plus(o.PagedOut)
	u.Paging = sim.Sum(u.Paging, o.Paging)
	u.Kills += o.Kills
}

// memoryUse finds the memory of an owner's servers in Plane.memoryUses.
func (p *Plane) memoryUse(owner int32) int32 {
	i := slices.IndexFunc(p.memoryUses, func(u MemoryOutcome) bool { return u.Owner == owner })
	if i < 0 {
		i = len(p.memoryUses)
		p.memoryUses = append(p.memoryUses, MemoryOutcome{Owner: owner})
	}
	return int32(i)
}

// memoriesOutcome closes the books of all memory at the horizon.
func (p *Plane) memoriesOutcome() []MemoryOutcome {
	list := slices.Clone(p.memoryUses)
	for _, s := range p.servers.All() {
		if s.memory != nil && s.memory.runs {
			list[s.memory.use].add(s.memory, p.frame.Duration)
		}
	}
	for h, r := range p.requests.All() {
		if r.phase == paging {
			u := &list[p.servers.at(r.server).memory.use]
			u.Paging = sim.Sum(u.Paging, p.frame.Duration-p.holdings[indexOf(h)].paged)
		}
	}
	slices.SortFunc(list, func(a, b MemoryOutcome) int { return cmp.Compare(a.Owner, b.Owner) })
	return list
}
