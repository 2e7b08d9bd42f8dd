package dataplane

import (
	"strings"

	"headroom/model"
	"headroom/model/credits"
	"headroom/model/storage"
	"headroom/sim"
	"headroom/sim/slab"
)

// remains is what is left of a server that was killed, for when its instance starts again.
type remains struct {
	credits    credits.Account
	out, short spell
	cached     model.Bytes
	swap       model.Bytes // that was on
	memory     bool
	typ        int32
	queues     []storage.Queue // of its volumes, with their burst credits
	array      *array          // of them, where they share a link that is too narrow
	passage    *passage
	nic        *nic
}

// Reopen makes a server anew that was killed, and returns its new name: its instance starts
// again. What lies on its volumes is there, and what is left of its CPU credits; what was in
// its memory is there only if it resumes.
func (p *Plane) Reopen(h slab.Handle, spec model.ServerSpec) slab.Handle {
	before := p.remainsOf(p.servers.Get(h))
	p.Close(h)
	reopened := p.Open(spec)
	p.revive(reopened, &before, &spec)
	return reopened
}

func (p *Plane) remainsOf(s *server) remains {
	r := remains{cached: s.cached, typ: s.typ}
	if s.supply != nil {
		r.credits, r.out, r.short = s.supply.credits, s.supply.out, s.supply.short
		r.out.turn(p.kernel.Now(), false)
		r.short.turn(p.kernel.Now(), false)
	}
	if s.memory != nil {
		r.swap, r.memory = s.memory.terms.Swap, true
	}
	r.array, r.passage, r.nic = s.array, s.link, s.nic
	for _, id := range s.held {
		r.queues = append(r.queues, p.disks.at(id).queue)
	}
	return r
}

// revive gives a new server what is left of the one before.
func (p *Plane) revive(h slab.Handle, before *remains, spec *model.ServerSpec) {
	s := p.servers.Get(h)
	if u := s.supply; u != nil && u.credits.Mode() != 0 && before.credits.Mode() != 0 {
		u.credits = before.credits
		u.credits.Restart(p.kernel.Now(), spec.Credits)
		u.out, u.short = before.out, before.short
	}
	if s.cfg == nil {
		return
	}
	if s.memory != nil {
		p.memoryUses[s.memory.use].Servers--
		if spec.Resumed && before.memory {
			s.memory.terms.Swap = before.swap
		}
	}
	if c := &s.cfg.Cache; c.Size > 0 && (c.Disk == None && spec.Resumed || c.Disk != None && s.cfg.Disks[c.Disk] != InstanceStore) {
		s.cached = min(before.cached, c.Size)
	}
	for k, id := range s.held {
		d := p.disks.at(id)
		if d.shared {
			continue
		}
		p.diskUses[d.use].Disks--
		if k < len(before.queues) && p.isVolume(s, id) {
			d.queue.Inherit(p.kernel.Now(), &before.queues[k], before.typ == s.typ)
		}
	}
	p.reviveLinks(s, before)
}

// reviveLinks gives what the volumes of a server pass together, and its interface, what is
// left of their burst credits: of a machine of the same type.
func (p *Plane) reviveLinks(s *server, before *remains) {
	now, same := p.kernel.Now(), before.typ == s.typ
	if s.array != nil && before.array != nil {
		s.array.Inherit(now, &before.array.Array, same)
	}
	if s.link != nil && before.passage != nil {
		s.link.queue.Inherit(now, &before.passage.queue, same)
	}
	if s.nic != nil && before.nic != nil && same {
		for d := range s.nic.links {
			s.nic.links[d].Inherit(now, &before.nic.links[d])
		}
	}
}

// isVolume reports whether a disk of a server is one of its volumes.
func (p *Plane) isVolume(s *server, id uint32) bool {
	for k, name := range s.cfg.Disks {
		if s.disks[k] == id {
			return name != InstanceStore && !strings.HasPrefix(name, model.FileSystemPrefix)
		}
	}
	return false
}

// Reboot ends all that is aboard a server, whose port stays closed until it listens again. It
// stays in its target groups, and on its host; what was in its memory is gone, and so is swap
// that fstab does not turn on again.
func (p *Plane) Reboot(h slab.Handle) {
	id, now := indexOf(h), p.kernel.Now()
	p.hear(now)
	p.settle(id, now)
	s := p.servers.Get(h)
	if s.cfg == nil {
		return
	}
	for _, a := range s.applications {
		p.Reboot(a)
	}
	s.listens = false
	s.updateOpen()
	if s.cfg.Cache.Disk == None {
		s.cached = 0
	}
	if m := s.memory; m != nil {
		p.endMemory(s)
		switch swap := &s.cfg.Memory.Swap; {
		case m.swapWaits && swap.Fstab: // it is being written
		case m.swapMade:
			m.terms.Swap, m.swapWaits = swap.On(true), false
		}
	}
	p.failInside(id, None, Code502, CauseEnded)
	p.regroup(id)
	for _, i := range p.evicted(id, now) {
		if p.requests.at(i).source == checkSource {
			p.checked(i, false)
			continue
		}
		p.dropFor(i, Code502, CauseEnded)
	}
	p.relieve()
}

// MemoryInUse returns what a server has in its memory, the operating system's part with it:
// all of it, where nobody says what its service holds.
func (p *Plane) MemoryInUse(h slab.Handle) model.Bytes {
	p.settle(indexOf(h), p.kernel.Now())
	s := p.servers.Get(h)
	all := model.Bytes(p.frame.Types[s.typ].MemoryMiB) * model.MiB
	switch m := s.memory; {
	case len(s.applications) > 0:
		return p.memoryOfAll(s, all)
	case m == nil:
		return all
	case m.runs:
		return all - m.Free()
	default:
		return min(all, m.terms.Reserved)
	}
}

// SwitchCredits changes the mode of a burstable server's CPU credits.
func (p *Plane) SwitchCredits(h slab.Handle, mode model.CreditMode) {
	id, now := indexOf(h), p.kernel.Now()
	p.settle(id, now)
	p.leaveFastPath(id)
	s := p.servers.Get(h)
	u := s.supply
	u.credits.Switch(now, mode)
	u.switched = true
	p.refollow(id, s, now)
	p.changed(id, s)
}

// refollow is [Plane.follow] for a server that may do something else with the same wants.
func (p *Plane) refollow(id uint32, s *server, at sim.Time) {
	s.supply.outAt = at
	p.follow(id, s, at)
}
