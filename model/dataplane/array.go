package dataplane

import (
	"headroom/model"
	"headroom/model/storage"
	"headroom/sim"
	"headroom/sim/slab"
)

// array is the volumes of a server whose link is too narrow for all of them at once:
// what they do depends on each other, so that it is not known ahead.
type array struct {
	storage.Array
	asked []batches // by volume: what is in line, in order
	turn  sim.Time  // of the pending disksTurn; Never without one
	ended bool      // with its server: what was in line is lost
}

func (p *Plane) newArray(volumes []storage.Limits, link storage.Link) *array {
	return &array{
		Array: *storage.NewArray(p.kernel.Now(), volumes, link),
		asked: make([]batches, len(volumes)), turn: sim.Never,
	}
}

// askArray gives a volume of an array a batch of I/Os of a request.
func (p *Plane) askArray(i uint32, d *disk, io storage.IO, now sim.Time) {
	id := p.baseOf(p.requests.at(i).server)
	s := p.servers.at(id)
	p.settleArray(s, now)
	k := int(d.member)
	s.array.Offer(now, k, uint64(p.requests.handle(i)), s.array.Limits(k).Cost(io))
	s.array.asked[k].push(batch{use: d.use, extra: io.Extra, begun: now, count: io.Count, bytes: model.Bytes(io.Count) * io.Size, write: io.Write, credit: 1})
	p.turnsNext(id, s)
}

// turnsNext makes sure that an array is settled when its next batch is done.
func (p *Plane) turnsNext(id uint32, s *server) {
	if due := s.array.Next(); due < s.array.turn {
		s.array.turn = due
		p.schedule(due, handled(disksTurn, p.servers.handle(id)))
	}
}

// onDisksTurn settles an array.
func (p *Plane) onDisksTurn(ev model.Event) {
	p.housekeeping++
	s := p.servers.Get(ev.Handle())
	now := p.kernel.Now()
	if s == nil || s.array == nil || s.array.ended || s.array.turn != now {
		p.meter.overtaken()
		return
	}
	s.array.turn = sim.Never
	p.settleArray(s, now)
	p.turnsNext(indexOf(ev.Handle()), s)
}

// settleArray plays what a server's array has done until an instant.
func (p *Plane) settleArray(s *server, now sim.Time) {
	if s.array == nil || s.array.ended {
		return
	}
	for f, ok := s.array.Settle(now); ok; f, ok = s.array.Settle(now) {
		for _, id := range s.held {
			if d := p.disks.at(id); d.member == int32(f.Disk) {
				p.moveOn(s, d, f)
			}
		}
	}
}

// moveOn takes a batch that was served off the line of its volume, and tells its
// request when it will be done.
func (p *Plane) moveOn(s *server, d *disk, f storage.Finished) {
	line := &s.array.asked[f.Disk]
	b := *line.first()
	line.head++
	f.Done = sim.Sum(f.Done, b.extra)
	b.end, b.wait, b.throttled = f.Done, f.Begin-f.At, f.Throttled
	if credit, ok := s.array.Credit(f.Disk, f.End); ok {
		b.credit = float32(credit)
	}
	d.batches.push(b)
	p.countDisk(d, f.End)
	h := slab.Handle(f.Job)
	r := p.requests.Get(h)
	if r == nil || !r.phase.reads() {
		return
	}
	p.lastOut(h, f.Done)
}

// creditOf returns what is left of a disk's burst credit at an instant.
func (p *Plane) creditOf(d *disk, at sim.Time) (share float64, ok bool) {
	if d.member == None {
		return p.fluidCredit(d, at)
	}
	return d.array.Credit(int(d.member), at)
}
