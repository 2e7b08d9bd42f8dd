package dataplane

import (
	"slices"

	"headroom/model"
	"headroom/model/storage"
	"headroom/sim"
	"headroom/sim/slab"
)

// passage is the link of a server that shares a volume with others: what it asks passes
// the link first, in order, and then waits at the volume among what the others ask.
type passage struct {
	queue storage.Queue
	line  []passing // in order of arrival at the link
	first int
}

// passing is a batch on its way through a link.
type passing struct {
	request slab.Handle
	disk    uint32
	use     int32 // in Plane.diskUses
	io      storage.IO
}

func newPassage(at sim.Time, link storage.Link) *passage {
	return &passage{queue: storage.NewQueue(at, storage.Limits{}, link)}
}

// sharedDisk returns the disk of a volume that servers share, which the first makes.
func (p *Plane) sharedDisk(v *model.VolumeSpec, use DiskOutcome, limits storage.Limits) uint32 {
	if id, ok := p.shared[v.Volume]; ok {
		p.disks.at(id).servers++
		return id
	}
	id := p.newDisk(use, limits, storage.Link{})
	d := p.disks.at(id)
	d.passes, d.shared, d.volume = true, true, v.Volume
	d.spec = *v
	p.shared[v.Volume] = id
	return id
}

// lacksDisk reports whether a server is not attached to a volume that others share.
func (s *server) lacksDisk(id uint32) bool { return slices.Contains(s.lacks, id) }

// onTheWay adds the batches that are still in a link to what was lost, or is pending, of
// their volumes.
func (p *Plane) onTheWay(l *passage, into func(*DiskOutcome) *int64) {
	if l == nil {
		return
	}
	for _, x := range l.line[l.first:] {
		*into(&p.diskUses[x.use]) += x.io.Count
	}
}

// pass sends a batch through the link of its server.
func (p *Plane) pass(i, id uint32, io storage.IO, now sim.Time) {
	server := p.baseOf(p.requests.at(i).server)
	l, then := p.servers.at(server).link, iosPass
	if p.disks.at(id).mounted {
		l, then = p.servers.at(server).mounts, iosArrive
	}
	served := l.queue.Serve(now, p.disks.at(id).queue.Limits().Cost(io))
	if l.first == len(l.line) {
		l.line, l.first = l.line[:0], 0
	}
	l.line = append(l.line, passing{p.requests.handle(i), id, p.disks.at(id).use, io})
	p.schedule(served.End, handled(then, p.servers.handle(server)))
}

// onIosPass brings a batch from the link of its server to its volume.
func (p *Plane) onIosPass(ev model.Event) {
	p.housekeeping++
	if s := p.servers.Get(ev.Handle()); s != nil {
		p.passOn(s.link)
	} else {
		p.meter.overtaken()
	}
}

// onIosArrive brings a batch from a client to its file system.
func (p *Plane) onIosArrive(ev model.Event) {
	p.housekeeping++
	if s := p.servers.Get(ev.Handle()); s != nil {
		p.passOn(s.mounts)
	} else {
		p.meter.overtaken()
	}
}

func (p *Plane) passOn(l *passage) {
	if l == nil {
		p.meter.overtaken()
		return
	}
	now := p.kernel.Now()
	x := l.line[l.first]
	if l.first++; l.first >= 1024 && 2*l.first >= len(l.line) {
		l.line, l.first = l.line[:copy(l.line, l.line[l.first:])], 0
	}
	done := p.serve(p.disks.at(x.disk), x.use, x.io, now)
	if r := p.requests.Get(x.request); r != nil && r.phase.reads() {
		p.lastOut(x.request, done)
	}
}

// lastOut notes when a batch of a request will be done, and goes on with the request
// then if it is the last.
func (p *Plane) lastOut(h slab.Handle, done sim.Time) {
	t := &p.trips[indexOf(h)]
	t.known = max(t.known, done)
	if t.out--; t.out == 0 {
		p.schedule(t.known, handled(stepEnds, h))
	}
}
