package dataplane

import (
	"cmp"
	"slices"

	"headroom/model"
	"headroom/model/storage"
	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/stat"
)

// disk is one volume or instance store that steps use. It says when a batch will be
// done the moment it takes it; what it did is counted when that time has come.
type disk struct {
	queue   storage.Queue
	batches batches
	use     int32 // in Plane.diskUses
	member  int32 // of its server's array; None
	array   *array
	failed  bool
	since   sim.Time // it is there
}

// diskKey names an entry of Plane.diskUses.
type diskKey struct {
	owner int32
	name  string
}

// DiskOutcome is what the disks of one name did for one owner.
type DiskOutcome struct {
	Owner int32 // index into Ledger.Owners
	Name  string
	Kind  string // a volume type, or "instance-store"
	Disks int    // that there were

	Reads, Writes int64 // I/Os that were done
	Read, Written model.Bytes
	Lost          int64 // I/Os that went with their server
	Pending       int64 // I/Os at the end
	Failed        int64 // batches that failed with the disk

	There     sim.Time   // of all disks together
	Wait      stat.Tally // ns before service, of batches that began after the warm-up
	Throttled sim.Time   // of all disks together, with work and without credit
	Credit    bool       // the disks have burst credit
	Least     float64    // of it, of 1
	LeftArea  float64    // at the end, summed over the disks that there are then
	Left      int        // those disks
}

// batch is what a disk has taken and not told yet.
type batch struct {
	end, wait, throttled sim.Time
	begun                sim.Time
	count                int64
	bytes                model.Bytes
	credit               float32
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

// counted returns the I/Os of all batches.
func (b *batches) counted() (n int64) {
	for t := b.head; t != b.tail; t++ {
		n += b.ring[t&uint32(len(b.ring)-1)].count
	}
	return n
}

// attachDisks gives a server the disks that its service uses.
func (p *Plane) attachDisks(s *server, spec *model.ServerSpec) {
	names := s.cfg.Disks
	if len(names) == 0 {
		return
	}
	if spec.Warm {
		s.cached = s.cfg.Cache.Size
	}
	typ := &p.frame.Types[spec.Type]
	link := storage.LinkOf(typ)
	var volumes []storage.Limits
	for _, name := range names {
		if name != InstanceStore {
			volumes = append(volumes, specOf(volumeNamed(spec.Volumes, name)).Limits(typ.Nitro))
		}
	}
	switch {
	case !link.Holds(volumes...):
		link = storage.Link{}
	case len(volumes) > 1:
		s.array = p.newArray(volumes, link)
	}
	n := 0
	for _, name := range names {
		if name == InstanceStore {
			s.disks = append(s.disks, p.newDisk(DiskOutcome{Owner: spec.Owner, Name: name, Kind: name}, storage.StoreLimits(typ.Store), storage.Link{}))
			continue
		}
		id := p.newDisk(DiskOutcome{Owner: spec.Owner, Name: name, Kind: volumeNamed(spec.Volumes, name).Type}, volumes[n], link)
		if s.array != nil {
			d := p.disks.at(id)
			d.member, d.array = int32(n), s.array
		}
		s.disks = append(s.disks, id)
		n++
	}
}

// volumeNamed finds a volume of a server. It panics if there is none: the config was
// validated.
func volumeNamed(volumes []model.VolumeSpec, name string) *model.VolumeSpec {
	i := model.FindVolume(volumes, name)
	if i < 0 {
		panic("dataplane: a server has no disk " + name)
	}
	return &volumes[i]
}

// specOf returns a volume as package storage knows it.
func specOf(v *model.VolumeSpec) storage.Spec {
	rules, ok := storage.Find(v.Type)
	if !ok {
		panic("dataplane: unknown volume type " + v.Type)
	}
	return storage.Spec{Kind: rules.Kind, SizeGiB: v.SizeGiB, IOPS: v.IOPS, ThroughputMiBs: v.ThroughputMiBs}
}

// newDisk makes a disk that is there from now on.
func (p *Plane) newDisk(use DiskOutcome, limits storage.Limits, link storage.Link) uint32 {
	now := p.kernel.Now()
	key := diskKey{use.Owner, use.Name}
	slot, ok := p.diskSlots[key]
	if !ok {
		slot = int32(len(p.diskUses))
		p.diskSlots[key] = slot
		use.Least = 1
		p.diskUses = append(p.diskUses, use)
	}
	h, d := p.disks.Alloc()
	ring := d.batches.ring
	*d = disk{queue: storage.NewQueue(now, limits, link), use: slot, member: None, since: now}
	d.batches.ring = ring
	u := &p.diskUses[slot]
	u.Disks++
	_, credit := d.queue.Credit(now)
	u.Credit = u.Credit || credit
	return indexOf(h)
}

// useDisk sends what a step reads or writes to the disk. What comes of it comes by an
// event.
func (p *Plane) useDisk(i uint32, io *IO, now sim.Time) {
	r, t := p.requests.at(i), &p.trips[i]
	s := p.servers.at(r.server)
	count, size := p.drawIO(i, io)
	if count <= 0 {
		t.step++
		p.proceed(i, now)
		return
	}
	t.out, t.until = 0, now
	if c := &s.cfg.Cache; c.Size > 0 && !io.Write && io.Disk != c.Disk {
		hits := p.hits(i, s, count)
		if hits > 0 && c.Disk != None {
			p.ask(i, s.disks[c.Disk], storage.IO{Count: hits, Size: size, Sequential: io.Sequential}, now)
		}
		count -= hits
		s.cached = min(c.Size, s.cached.Plus(model.Bytes(count)*size))
	}
	if count > 0 {
		p.ask(i, s.disks[io.Disk], storage.IO{Count: count, Size: size, Sequential: io.Sequential, Write: io.Write}, now)
	}
	r.phase = onDisk
	if t.out == 0 {
		p.schedule(p.later(now, t.until-now), handled(stepEnds, p.requests.handle(i)))
	}
	p.yield(i, now)
}

// drawIO draws how many I/Os a step has, and their size.
func (p *Plane) drawIO(i uint32, io *IO) (count int64, size model.Bytes) {
	d := DiskDemand{io.Count, io.Size}
	if io.Demand {
		d = p.sources[p.requests.at(i).source].disk[direction(io.Write)]
	}
	if d.Count == nil {
		return 0, 0
	}
	return int64(p.drawWhole(i, 0, d.Count)), model.Bytes(p.drawWhole(i, 1, d.Size))
}

// direction is 0 of reads and 1 of writes.
func direction(write bool) int {
	if write {
		return 1
	}
	return 0
}

// drawWhole draws a whole number of a request's present step.
func (p *Plane) drawWhole(i uint32, part uint64, d rng.Distribution) float64 {
	if d.Variance() == 0 {
		return d.Mean()
	}
	r, t := p.requests.at(i), &p.trips[i]
	draws := p.calls[p.servers.at(r.server).service].draws.Fork(rng.Key(t.key, uint64(t.step)<<32|part))
	return float64(int64(min(draws.Draw(d), float64(MaxBytes)) + 0.5))
}

// hits draws how many I/Os of a request's present step its server's cache answers.
func (p *Plane) hits(i uint32, s *server, count int64) (hits int64) {
	t := &p.trips[i]
	share := s.cfg.Cache.Hit * float64(s.cached) / float64(s.cfg.Cache.Size)
	draws := p.calls[s.service].draws.Fork(rng.Key(t.key, uint64(t.step)<<32|2))
	for range count {
		if draws.Uniform() < share {
			hits++
		}
	}
	return hits
}

// ask gives a disk a batch of I/Os of a request, and notes when it will be done.
func (p *Plane) ask(i, id uint32, io storage.IO, now sim.Time) {
	d, t := p.disks.at(id), &p.trips[i]
	if d.member != None {
		t.out++
		p.askArray(i, d, io, now)
		return
	}
	p.countDisk(d, now)
	served := d.queue.Serve(now, d.queue.Limits().Cost(io))
	b := batch{
		end: served.Done, wait: served.Begin - now, throttled: served.Throttled, begun: now,
		count: io.Count, bytes: model.Bytes(io.Count) * io.Size, write: io.Write, credit: 1,
	}
	if p.diskUses[d.use].Credit {
		credit, _ := d.queue.Credit(now)
		b.credit = float32(credit)
	}
	d.batches.push(b)
	t.until = max(t.until, served.Done)
}

// worksOn reports whether a server that hears that a client has gone works on for
// nobody: who waits for a disk cannot be interrupted, and holds its place until then.
func (s *server) worksOn(r *request) bool { return s.finishes() || r.phase == onDisk }

// endDisk goes on with a request that has read or written, fails it with its disk, or
// lets go of it if nobody waits for it any more.
func (p *Plane) endDisk(i uint32, now sim.Time) {
	r := p.requests.at(i)
	s := p.servers.at(r.server)
	if r.gone && !s.finishes() {
		server := r.server
		p.vacate(i)
		p.free(i)
		p.nextInLine(server, now)
		return
	}
	if d := p.disks.at(s.disks[s.cfg.Steps[p.trips[i].step].IO.Disk]); d.failed {
		p.diskUses[d.use].Failed++
		p.breakOff(i, now)
		return
	}
	p.endStep(i, phaseDisk, now)
}

// countDisk counts what a disk has done until an instant.
func (p *Plane) countDisk(d *disk, now sim.Time) {
	for !d.batches.empty() {
		b := d.batches.first()
		if b.end > now {
			return
		}
		p.diskUses[d.use].count(b, p.frame.Warmup)
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
	u.Least = min(u.Least, float64(b.credit))
	if b.begun >= warmup {
		u.Wait.Record(int64(b.wait))
	}
}

// detachDisks counts the disks of a server that ends, with what they have not done.
func (p *Plane) detachDisks(s *server) {
	now := p.kernel.Now()
	p.settleArray(s, now)
	for _, id := range s.disks {
		d := p.disks.at(id)
		p.countDisk(d, now)
		u := &p.diskUses[d.use]
		u.Lost += d.batches.counted()
		d.batches.head = d.batches.tail
		if d.array != nil {
			u.Lost += s.array.asked[d.member].counted()
		}
		u.There = sim.Sum(u.There, now-d.since)
		d.since = now
	}
}

// freeDisks forgets the disks of a server.
func (p *Plane) freeDisks(s *server) {
	for _, id := range s.disks {
		p.disks.Free(p.disks.handle(id))
	}
	s.disks, s.array = nil, nil
}

// disksOutcome closes the books of the disks at the horizon.
func (p *Plane) disksOutcome() []DiskOutcome {
	end := p.frame.Duration
	for _, s := range p.servers.All() {
		p.settleArray(s, end)
	}
	for _, d := range p.disks.All() {
		p.countDisk(d, end)
		u := &p.diskUses[d.use]
		for t := d.batches.head; t != d.batches.tail; t++ {
			b := &d.batches.ring[t&uint32(len(d.batches.ring)-1)]
			u.Pending += b.count
			u.Throttled = sim.Sum(u.Throttled, max(0, min(b.throttled, end-(b.end-b.throttled))))
		}
		if d.array != nil {
			u.Pending += d.array.asked[d.member].counted()
		}
		u.There = sim.Sum(u.There, end-d.since)
		if credit, ok := p.creditOf(d, end); ok {
			u.LeftArea += credit
			u.Left++
		}
	}
	list := slices.Clone(p.diskUses)
	slices.SortFunc(list, func(a, b DiskOutcome) int {
		return cmp.Or(cmp.Compare(a.Owner, b.Owner), cmp.Compare(a.Name, b.Name))
	})
	return list
}
