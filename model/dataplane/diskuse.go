package dataplane

import (
	"cmp"
	"slices"

	"headroom/model"
	"headroom/sim"
	"headroom/sim/stat"
)

// DiskOutcome is what the disks of one name did for one owner.
type DiskOutcome struct {
	Owner  int32  `window:"key"` // index into Ledger.Owners
	Name   string `window:"key"`
	Kind   string `window:"key"` // a volume type, or "instance-store"
	Volume int    `window:"key"` // of its own table: its index, counted from 1; 0: none
	Disks  int    `window:"to"`  // that there were

	Asked         int64 // I/Os
	Reads, Writes int64 // I/Os that were done
	Read, Written model.Bytes
	Lost          int64       // I/Os that went with their server
	Pending       int64       `window:"to"` // I/Os at the end
	Stored        model.Bytes `window:"to"` // of a file system: at the end, in all its classes
	Touched       int64       // blocks that had to be fetched from a snapshot first
	Failed        int64       // batches that failed with the disk

	There     sim.Time   // of all disks together
	Wait      stat.Tally // ns before service, of batches that began after the warm-up
	Throttled sim.Time   // of all disks together, with work and without credit
	Credit    bool       // the disks have burst credit
	Least     float64    `window:"to"` // of it, of 1
	LeftArea  float64    `window:"to"` // at the end, summed over the disks that there are then
	Left      int        `window:"to"` // those disks
}

// batch is what a disk has taken and not told yet.
type batch struct {
	end, wait, throttled sim.Time
	begun                sim.Time
	extra                sim.Time // that it takes beside the disk
	count                int64
	bytes                model.Bytes
	credit               float32
	use                  int32 // in Plane.diskUses
	write                bool
}

// batches are those of one disk, in order: a ring whose length is a power of two.
type batches struct {
	ring       []batch
	head, tail uint32
}

func (b *batches) push(x batch) {
	if int(b.tail-b.head) == len(b.ring) {
		ring := make([]batch, max(8, 2*len(b.ring)))
		for t := b.head; t != b.tail; t++ {
			ring[t&uint32(len(ring)-1)] = b.ring[t&uint32(len(b.ring)-1)]
		}
		b.ring = ring
	}
	b.ring[b.tail&uint32(len(b.ring)-1)] = x
	b.tail++
}

func (b *batches) first() *batch { return &b.ring[b.head&uint32(len(b.ring)-1)] }

func (b *batches) empty() bool { return b.head == b.tail }

// each calls yield with every batch.
func (b *batches) each(yield func(*batch)) {
	for t := b.head; t != b.tail; t++ {
		yield(&b.ring[t&uint32(len(b.ring)-1)])
	}
}

// countDisk counts what a disk has done until an instant.
func (p *Plane) countDisk(d *disk, now sim.Time) {
	for !d.batches.empty() {
		b := d.batches.first()
		if b.end > now {
			return
		}
		p.diskUses[b.use].count(b, p.frame.Warmup)
		d.batches.head++
	}
}

// count adds a batch that is done.
func (u *DiskOutcome) count(b *batch, warmup sim.Time) {
	if b.write {
		u.Writes += b.count
		u.Written = u.Written.Plus(b.bytes)
	} else {
		u.Reads += b.count
		u.Read = u.Read.Plus(b.bytes)
	}
	u.Throttled = sim.Sum(u.Throttled, b.throttled)
	if credit := float64(b.credit); credit < u.Least {
		u.Least = credit
	}
	if b.begun >= warmup {
		u.Wait.Record(int64(b.wait))
	}
}

// detachDisks counts the disks of a server that ends, with what they have not done.
func (p *Plane) detachDisks(s *server) {
	now := p.kernel.Now()
	p.settleArray(s, now)
	if s.link != nil {
		p.onTheWay(s.link, func(u *DiskOutcome) *int64 { return &u.Lost })
		s.link.line, s.link.first = nil, 0
	}
	if s.mounts != nil {
		p.onTheWay(s.mounts, func(u *DiskOutcome) *int64 { return &u.Lost })
		s.mounts.line, s.mounts.first = nil, 0
	}
	for _, id := range s.held {
		d := p.disks.at(id)
		if d.servers--; d.servers > 0 {
			continue
		}
		p.countDisk(d, now)
		lose := func(b *batch) { p.diskUses[b.use].Lost += b.count }
		d.batches.each(lose)
		d.batches.head = d.batches.tail
		if d.array != nil {
			line := &s.array.asked[d.member]
			line.each(lose)
			line.head, s.array.ended = line.tail, true
			s.array.Stop(now)
		}
		u := &p.diskUses[d.use]
		u.There = sim.Sum(u.There, now-d.since)
		d.since = now
	}
}

// freeDisks forgets the disks of a server.
func (p *Plane) freeDisks(s *server) {
	for _, id := range s.held {
		if p.disks.at(id).servers == 0 {
			if p.disks.at(id).shared {
				delete(p.shared, p.disks.at(id).volume)
			}
			p.disks.Free(p.disks.handle(id))
		}
	}
	s.disks, s.held, s.lacks, s.array, s.link, s.mounts, s.volumes = nil, nil, nil, nil, nil, nil, nil
}

// disksOutcome closes the books of the disks at the horizon.
func (p *Plane) disksOutcome() []DiskOutcome {
	end := p.frame.Duration
	for _, s := range p.servers.All() {
		if s.base != noIndex {
			continue
		}
		p.settleArray(s, end)
		p.onTheWay(s.link, func(u *DiskOutcome) *int64 { return &u.Pending })
		p.onTheWay(s.mounts, func(u *DiskOutcome) *int64 { return &u.Pending })
	}
	for _, d := range p.disks.All() {
		p.countDisk(d, end)
		u := &p.diskUses[d.use]
		d.batches.each(func(b *batch) {
			u := &p.diskUses[b.use]
			u.Pending += b.count
			u.Throttled = sim.Sum(u.Throttled, max(0, min(b.throttled, end-(b.end-b.throttled))))
		})
		if d.array != nil {
			d.array.asked[d.member].each(func(b *batch) { p.diskUses[b.use].Pending += b.count })
		}
		u.There = sim.Sum(u.There, end-d.since)
		if credit, ok := p.creditOf(d, end); ok {
			u.LeftArea += credit
			u.Left++
		}
	}
	p.storedOutcome()
	list := slices.Clone(p.diskUses)
	p.addOwed(func(use int32, n int64) { list[use].Pending += n })
	slices.SortFunc(list, func(a, b DiskOutcome) int {
		return cmp.Or(cmp.Compare(a.Owner, b.Owner), cmp.Compare(a.Name, b.Name))
	})
	return list
}
