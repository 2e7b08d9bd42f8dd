package dataplane

import (
	"slices"
	"strings"

	"headroom/model"
	"headroom/model/snapshot"
	"headroom/model/storage"
	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/slab"
)

// cold is what a volume that is made from a snapshot still has to fetch: when a block is
// first touched, and by and by in the background.
type cold struct {
	size    float64 // blocks of the volume's part that is used
	left    float64
	since   sim.Time
	touched int64
}

// fetched brings a cold volume up to an instant, and reports whether all is there.
func (c *cold) fetched(now sim.Time) bool {
	c.left -= (now - c.since).Seconds() * float64(snapshot.HydrateRate) / float64(snapshot.Block)
	c.since = now
	return c.left <= 0
}

// touch returns what I/Os of a request take longer because blocks of a volume are not
// there yet. All blocks are as likely to be touched.
func (p *Plane) touch(i uint32, d *disk, io *storage.IO, now sim.Time) sim.Time {
	c := d.cold
	if c.fetched(now) {
		p.warm(d, now)
		return 0
	}
	blocks := float64(io.Count) * max(1, float64(io.Size)/float64(snapshot.Block))
	if io.Sequential {
		blocks = float64(io.Count) * float64(io.Size) / float64(snapshot.Block)
	}
	t := &p.trips[i]
	draws := p.calls[p.servers.at(p.requests.at(i).server).service].draws.Fork(rng.Key(t.key, uint64(t.step)<<32|3))
	touched := int64(blocks*min(1, c.left/c.size) + draws.Uniform())
	if touched == 0 {
		return 0
	}
	c.left -= float64(touched)
	c.touched += touched
	p.diskUses[d.use].Touched += touched
	if c.left <= 0 {
		p.warm(d, now)
	}
	return snapshot.FirstTouch
}

// warm gives a volume its full speed: all its blocks are there.
func (p *Plane) warm(d *disk, now sim.Time) {
	d.cold = nil
	p.relimit(d, now)
}

// relimit gives a disk the limits of its volume as it is now.
func (p *Plane) relimit(d *disk, now sim.Time) {
	if d.shared { // by Nitro types
		d.queue.Change(now, d.limitsNow(true), storage.Link{})
		return
	}
	s := p.servers.at(d.server)
	typ := &p.frame.Types[s.typ]
	l := d.limitsNow(typ.Nitro)
	switch {
	case d.array != nil:
		p.settleArray(s, now)
		d.array.Change(now, int(d.member), l)
		p.turnsNext(d.server, s)
	case d.passes:
		d.queue.Change(now, l, storage.Link{})
	default:
		link := p.linkOf(s)
		if !d.spec.Changes && !link.Holds(l) {
			link = storage.Link{}
		}
		d.queue.Change(now, l, link)
	}
}

// limitsNow returns the limits of a disk's volume while it fetches its blocks, or a snapshot
// of it is made.
func (d *disk) limitsNow(nitro bool) storage.Limits {
	l := specOf(&d.spec).Limits(nitro)
	if d.spec.Snapped {
		l = l.Steady()
	}
	if d.cold != nil {
		l = l.Halved()
	}
	return l
}

// CoolVolume makes the i-th volume of a server one that is made from a snapshot of so
// many bytes, all of which are still to come.
func (p *Plane) CoolVolume(h slab.Handle, volume int, bytes model.Bytes) {
	p.disturb(h)
	s := p.servers.Get(h)
	if s.cfg == nil || bytes <= 0 {
		return
	}
	for k, name := range s.cfg.Disks {
		if name != InstanceStore && !strings.HasPrefix(name, model.FileSystemPrefix) && model.FindVolume(s.volumes, name) == volume {
			p.cool(p.disks.at(s.disks[k]), bytes)
		}
	}
}

func (p *Plane) cool(d *disk, bytes model.Bytes) {
	now, blocks := p.kernel.Now(), float64(snapshot.Blocks(bytes))
	d.cold = nil
	if blocks > 0 {
		d.cold = &cold{size: blocks, left: blocks, since: now}
	}
	p.relimit(d, now)
	if d.cold != nil {
		p.schedule(sim.Sum(now, sim.Seconds(blocks*float64(snapshot.Block)/float64(snapshot.HydrateRate))+1), handled(diskWarms, d.id))
	}
}

// onDiskWarms finds a volume whose blocks have all come by themselves.
func (p *Plane) onDiskWarms(ev model.Event) {
	p.housekeeping++
	d := p.disks.Get(ev.Handle())
	if d == nil || d.cold == nil || !d.cold.fetched(p.kernel.Now()) {
		p.meter.overtaken()
		return
	}
	p.warm(d, p.kernel.Now())
}

// ModifyVolume gives a volume of a server other limits, which hold for what is asked of it
// from now on. A server that does not use it does not notice.
func (p *Plane) ModifyVolume(h slab.Handle, spec model.VolumeSpec) {
	p.eachDisk(h, func(d *disk) bool { return d.volume == spec.Volume }, func(d *disk) {
		spec.Device = d.spec.Device
		d.spec = spec
		p.relimit(d, p.kernel.Now())
	})
}

// DetachVolume takes a volume from a server: who reads or writes it fails from now on.
func (p *Plane) DetachVolume(h slab.Handle, volume int) {
	p.eachDisk(h, func(d *disk) bool { return d.volume == volume }, func(d *disk) {
		if !d.shared {
			d.away = true
			return
		}
		if s, id := p.servers.Get(h), indexOf(d.id); !s.lacksDisk(id) {
			s.lacks = append(s.lacks, id)
		}
	})
}

// AttachVolume gives a server a volume, as what steps call by its name or its device. So
// many bytes of it are still to come from its snapshot.
func (p *Plane) AttachVolume(h slab.Handle, spec model.VolumeSpec, cold model.Bytes) {
	p.disturb(h)
	s := p.servers.Get(h)
	if s.cfg == nil {
		return
	}
	done := map[uint32]bool{}
	for k, name := range s.cfg.Disks {
		if (name == spec.Name || spec.Device != "" && name == spec.Device) && !done[s.disks[k]] {
			done[s.disks[k]] = true
			if d := p.disks.at(s.disks[k]); d.shared {
				s.lacks = slices.DeleteFunc(s.lacks, func(id uint32) bool { return id == s.disks[k] && d.volume == spec.Volume })
				continue
			}
			if spec.Shared {
				continue // it is not in the place of another
			}
			p.refit(s, p.disks.at(s.disks[k]), spec)
			p.cool(p.disks.at(s.disks[k]), cold)
		}
	}
}

// refit puts another volume in the place of a disk.
func (p *Plane) refit(s *server, d *disk, spec model.VolumeSpec) {
	now := p.kernel.Now()
	p.countDisk(d, now)
	p.settleArray(s, now)
	same := d.volume == spec.Volume
	d.spec, d.volume, d.away, d.failed = spec, spec.Volume, false, false
	if same {
		return
	}
	u := &p.diskUses[d.use]
	u.There = sim.Sum(u.There, now-d.since)
	d.since = now
	d.use = p.useOf(DiskOutcome{Owner: u.Owner, Name: spec.Name, Kind: spec.Type, Volume: spec.Volume})
	d.cold = nil
	p.relimit(d, now)
	if d.array != nil {
		d.array.Refill(now, int(d.member))
	} else {
		free := d.queue.Free()
		d.queue = storage.NewQueue(max(now, free), *d.queue.Limits(), d.queue.Link())
	}
	u = &p.diskUses[d.use]
	u.Disks++
	_, credit := p.creditOf(d, now)
	u.Credit = u.Credit || credit
}

// eachDisk calls act with the disks of a server that match.
func (p *Plane) eachDisk(h slab.Handle, matches func(*disk) bool, act func(*disk)) {
	p.disturb(h)
	s := p.servers.Get(h)
	if s == nil || s.cfg == nil {
		return
	}
	for _, id := range s.held {
		if d := p.disks.at(id); matches(d) {
			act(d)
		}
	}
}

// noteWrite counts what is written to a volume of its own table, for its snapshots.
func (p *Plane) noteWrite(d *disk, io *storage.IO) {
	if !io.Write || d.volume == 0 || d.away {
		return
	}
	for d.volume >= len(p.writes) {
		p.writes = append(p.writes, model.VolumeWrites{})
	}
	w := &p.writes[d.volume]
	if io.Sequential {
		w.Run = w.Run.Plus(model.Bytes(io.Count) * io.Size)
		return
	}
	w.Random += io.Count * max(1, snapshot.Blocks(io.Size))
}

// TakeWrites returns what was written to a volume of its own table since it was last
// asked.
func (p *Plane) TakeWrites(volume int) model.VolumeWrites {
	if volume >= len(p.writes) {
		return model.VolumeWrites{}
	}
	w := p.writes[volume]
	p.writes[volume] = model.VolumeWrites{}
	return w
}
