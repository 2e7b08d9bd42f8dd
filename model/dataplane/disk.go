package dataplane

import (
	"math"

	"headroom/model"
	"headroom/model/storage"
	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/slab"
)

// disk is one volume or instance store that steps use. It says when a batch will be
// done the moment it takes it; what it did is counted when that time has come.
type disk struct {
	batches batches
	use     int32 // in Plane.diskUses
	member  int32 // of its server's array; None
	passes  bool  // what is asked of it passes the link of its server first
	failed  bool
	away    bool // it is not attached, or not ready yet
	mounted bool // a file system
	shared  bool // among servers
	queue   storage.Queue
	array   *array
	servers int32    // that have it
	volume  int      // of its own table: its index, counted from 1; 0: no such
	cold    *cold    // what is still to come from its snapshot; nil: nothing
	since   sim.Time // it is there
	id      slab.Handle
	server  uint32 // that it was made for
	spec    model.VolumeSpec
}

// diskKey names an entry of Plane.diskUses.
type diskKey struct {
	owner int32
	name  string
}

// useDisk sends what a step reads or writes to the disk. What comes of it comes by an
// event.
func (p *Plane) useDisk(i uint32, io *IO, now sim.Time) {
	r, t := p.requests.at(i), &p.trips[i]
	s := p.servers.at(r.server)
	fixed := &p.calls[s.service].ios[t.step]
	count, size := fixed.count, fixed.size
	if !fixed.known {
		count, size = p.drawIO(i, io)
	}
	if count <= 0 {
		t.step++
		p.proceed(p.job(i), now)
		return
	}
	t.out, t.known = 0, now
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
		p.endStepAt(i, p.later(now, t.known-now))
	}
	p.yield(i, now)
}

// fixedIO is what a step reads or writes each time.
type fixedIO struct {
	count int64
	size  model.Bytes
	known bool
}

// fixedIOs finds by step where nothing needs to be drawn.
func fixedIOs(steps []Step) []fixedIO {
	list := make([]fixedIO, len(steps))
	for k := range steps {
		io := &steps[k].IO
		if steps[k].Kind == StepDisk && !io.Demand && io.Count.Variance() == 0 && io.Size.Variance() == 0 {
			list[k] = fixedIO{int64(io.Count.Mean()), model.Bytes(io.Size.Mean()), true}
		}
	}
	return list
}

// drawIO draws how many I/Os a step has, and their size.
func (p *Plane) drawIO(i uint32, io *IO) (count int64, size model.Bytes) {
	d := DiskDemand{Count: io.Count, Size: io.Size}
	if io.Demand {
		d = p.sources[p.requests.at(i).source].disk[direction(io.Write)]
	}
	switch {
	case d.Bytes != nil:
		return p.drawTotal(i, &d)
	case d.Count == nil:
		return 0, 0
	}
	return int64(p.drawWhole(i, 0, d.Count)), model.Bytes(p.drawWhole(i, 1, d.Size))
}

// drawTotal draws how many bytes a request reads or writes, and in how many I/Os.
func (p *Plane) drawTotal(i uint32, d *DiskDemand) (count int64, size model.Bytes) {
	all := p.drawWhole(i, 0, d.Bytes)
	if all < 1 {
		return 0, 0
	}
	var ios float64
	if d.Count != nil {
		ios = p.drawWhole(i, 1, d.Count)
	} else {
		ios = math.Ceil(all / max(1, p.drawWhole(i, 1, d.Size)))
	}
	ios = min(max(1, ios), all, MaxIOs)
	return int64(ios), model.Bytes(min(math.Round(all/ios), float64(MaxBytes)))
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
	if s.memory != nil && s.cfg.Cache.Disk == None { // it gives way to what the application holds
		s.cached = min(s.cached, s.memory.Free())
	}
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
	if d.shared && p.servers.at(p.baseOf(p.requests.at(i).server)).lacksDisk(id) {
		return // it fails at once
	}
	if d.mounted && !p.reachesFiles(p.servers.at(p.requests.at(i).server), id, true) {
		t.known = max(t.known, sim.Sum(now, clientConnect))
		return
	}
	p.diskUses[d.use].Asked += io.Count
	p.noteWrite(d, &io)
	if d.cold != nil && !d.away {
		io.Extra = p.touch(i, d, &io, now)
	}
	p.passDisk(i, d, &io, now)
	if d.member != None {
		t.out++
		p.askArray(i, d, io, now)
		return
	}
	if d.mounted {
		p.cross(p.servers.at(p.requests.at(i).server), id, &io)
		t.out++
		p.pass(i, id, io, now)
		return
	}
	if d.passes && p.servers.at(p.requests.at(i).server).link != nil {
		t.out++
		p.pass(i, id, io, now)
		return
	}
	t.known = max(t.known, p.serve(d, d.use, io, now))
}

// serve gives a disk a batch and returns when it will be done.
func (p *Plane) serve(d *disk, use int32, io storage.IO, now sim.Time) sim.Time {
	p.countDisk(d, now)
	served := d.queue.Ask(now, io)
	served.Done = sim.Sum(served.Done, io.Extra)
	b := batch{
		use: use, end: served.Done, wait: served.Begin - now, throttled: served.Throttled, begun: now,
		count: io.Count, bytes: model.Bytes(io.Count) * io.Size, write: io.Write, credit: 1,
	}
	if p.diskUses[use].Credit {
		credit, _ := d.queue.Credit(now)
		b.credit = float32(credit)
	}
	d.batches.push(b)
	return served.Done
}

// finishes reports whether the server works on for clients that have left.
func (s *server) finishes() bool { return s.cfg.FinishAbandoned || s.function != nil }

// worksOn reports whether a server that hears that a client has gone works on for
// nobody: who waits for a disk cannot be interrupted, and holds its place until then.
func (s *server) worksOn(r *request) bool {
	return s.finishes() && !r.phase.flows() || r.phase.reads()
}

// letGo ends a request that nobody waits for, and gives its place to the next in line.
func (p *Plane) letGo(i uint32, now sim.Time) {
	server := p.requests.at(i).server
	p.vacate(p.job(i))
	p.free(i)
	p.nextInLine(server, now)
}

// endDisk goes on with a request that has read or written, fails it with its disk, or
// lets go of it if nobody waits for it any more.
func (p *Plane) endDisk(i uint32, now sim.Time) {
	r := p.requests.at(i)
	s := p.servers.at(r.server)
	if r.gone && !s.finishes() {
		p.letGo(i, now)
		return
	}
	if id := s.disks[s.cfg.Steps[p.trips[i].step].IO.Disk]; p.unusable(s, id) {
		d := p.disks.at(id)
		p.diskUses[d.use].Failed++
		p.breakOff(i, now)
		return
	}
	p.endStep(p.job(i), phaseDisk, now)
}

// unusable reports whether what a server has asked of a disk fails.
func (p *Plane) unusable(s *server, id uint32) bool {
	d := p.disks.at(id)
	return d.failed || d.away || d.shared && p.servers.at(p.baseOf(s.id)).lacksDisk(id) || d.mounted && !p.reachesFiles(s, id, false)
}
