package dataplane

import "fmt"

// verifyDisks: what waits for a disk is at a server that has it.
func (p *Plane) verifyDisks() error {
	for h, r := range p.requests.All() {
		if r.phase != onDisk {
			continue
		}
		s := p.servers.at(r.server)
		if step := p.trips[indexOf(h)].step; !s.journey || int(step) >= len(s.cfg.Steps) || s.cfg.Steps[step].Kind != StepDisk {
			return fmt.Errorf("request %v: waits for a disk in a step that has none", h)
		}
	}
	if err := p.verifyIOs(); err != nil {
		return err
	}
	for h, s := range p.servers.All() {
		for _, id := range s.disks {
			d := p.disks.at(id)
			for t := d.batches.head; t+1 < d.batches.tail; t++ {
				mask := uint32(len(d.batches.ring) - 1)
				if a, b := &d.batches.ring[t&mask], &d.batches.ring[(t+1)&mask]; a.begun > b.begun {
					return fmt.Errorf("server %v: disk %d has its batches out of order", h, id)
				}
			}
		}
	}
	return nil
}

// verifyIOs: asked = done + lost + pending, of the disks of each name.
func (p *Plane) verifyIOs() error {
	pending := make([]int64, len(p.diskUses))
	for _, s := range p.servers.All() {
		if s.base != noIndex {
			continue
		}
		for _, l := range []*passage{s.link, s.mounts} {
			if l == nil {
				continue
			}
			for _, x := range l.line[l.first:] {
				pending[x.use] += x.io.Count
			}
		}
	}
	for _, d := range p.disks.All() {
		wait := func(b *batch) { pending[b.use] += b.count }
		d.batches.each(wait)
		if d.array != nil && d.servers > 0 {
			d.array.asked[d.member].each(wait)
		}
	}
	p.addOwed(func(use int32, n int64) { pending[use] += n })
	for i := range p.diskUses {
		u := &p.diskUses[i]
		if u.Asked != u.Reads+u.Writes+u.Lost+pending[i] {
			return fmt.Errorf("disk %s: %d I/Os asked for, %d done, %d lost, %d pending", u.Name, u.Asked, u.Reads+u.Writes, u.Lost, pending[i])
		}
	}
	return nil
}
