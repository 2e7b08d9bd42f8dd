package dataplane

import (
	"slices"
	"strings"

	"headroom/model"
	"headroom/model/storage"
	"headroom/sim/slab"
)

// attachDisks gives a server the disks that its service uses: one for all names of a
// volume.
func (p *Plane) attachDisks(s *server, spec *model.ServerSpec) {
	if len(s.cfg.Disks) == 0 {
		return
	}
	if spec.Warm {
		s.cached = s.cfg.Cache.Size
	}
	typ := &p.frame.Types[spec.Type]
	link := p.linkOf(s)
	var volumes []int // indexes into spec.Volumes
	var limits []storage.Limits
	shared, changes := false, false
	for _, name := range s.cfg.Disks {
		if name == InstanceStore || model.FindFileSystem(p.frame.FileSystems, name) >= 0 {
			continue
		}
		if v := volumeNamed(spec.Volumes, name); !slices.Contains(volumes, v) {
			volumes = append(volumes, v)
			limits = append(limits, specOf(&spec.Volumes[v]).Limits(typ.Nitro))
			shared, changes = shared || spec.Volumes[v].Shared, changes || spec.Volumes[v].Changes
		}
	}
	switch {
	case !changes && !link.Holds(limits...):
		link = storage.Link{}
	case shared:
		s.link = newPassage(p.kernel.Now(), link)
	case len(volumes) > 1:
		s.array = p.newArray(limits, link)
	}
	p.equipDisks(s, spec, fitting{volumes, limits, link})
}

// fitting is the volumes that a server uses: their indexes among all of the server's,
// what they do, and the link that each has for itself.
type fitting struct {
	volumes []int
	limits  []storage.Limits
	link    storage.Link
}

// equipDisks makes the disks of a server, and lists them by the names of its service.
func (p *Plane) equipDisks(s *server, spec *model.ServerSpec, f fitting) {
	ids := make([]uint32, len(f.volumes))
	for k := range ids {
		ids[k] = p.newVolume(s, spec, f, k)
	}
	s.held, s.volumes, p.stills[s.id] = ids, spec.Volumes, false
	for _, name := range s.cfg.Disks {
		if name == InstanceStore {
			id := p.newDisk(DiskOutcome{Owner: spec.Owner, Name: name, Kind: name}, storage.StoreLimits(p.frame.Types[spec.Type].Store), storage.Link{})
			s.held = append(s.held, id)
			s.disks = append(s.disks, id)
			continue
		}
		if k := model.FindFileSystem(p.frame.FileSystems, name); k >= 0 {
			s.disks = append(s.disks, p.mount(s, k, spec.Owner))
			continue
		}
		s.disks = append(s.disks, ids[slices.Index(f.volumes, volumeNamed(spec.Volumes, name))])
	}
}

// newVolume makes the k-th of the volumes that a server uses, or finds it where it is
// shared with others.
func (p *Plane) newVolume(s *server, spec *model.ServerSpec, f fitting, k int) uint32 {
	v, limits, link := &spec.Volumes[f.volumes[k]], f.limits[k], f.link
	use := DiskOutcome{Owner: spec.Owner, Name: p.nameOf(s, spec, f.volumes[k]), Kind: v.Type, Volume: v.Volume}
	if v.Shared {
		id := p.sharedDisk(v, use, limits)
		if v.Away {
			s.lacks = append(s.lacks, id)
		}
		return id
	}
	if s.link != nil {
		link = storage.Link{}
	}
	id := p.newDisk(use, limits, link)
	d := p.disks.at(id)
	d.passes, d.volume, d.away = s.link != nil, v.Volume, v.Away
	d.server, d.spec = s.id, *v
	if s.array != nil {
		d.member, d.array = int32(k), s.array
	}
	return id
}

// FailVolume makes a volume of a server fail, or work again; a server that does not use
// it does not notice. What waits for it fails when it would have been done.
func (p *Plane) FailVolume(h slab.Handle, name string, failed bool) {
	s := p.servers.Get(h)
	if s.cfg == nil {
		return
	}
	if s.keeps {
		p.settle(indexOf(h), p.kernel.Now()-1) // a failure comes before the ends of its instant
	}
	for k, disk := range s.cfg.Disks {
		if d := p.disks.at(s.disks[k]); disk == name || p.diskUses[d.use].Name == name {
			d.failed = failed
		}
	}
	p.disturb(h) // requests fail in their instant
}

// nameOf returns the name by which a service first calls a volume of a server, or the
// volume's own.
func (p *Plane) nameOf(s *server, spec *model.ServerSpec, volume int) string {
	if own := spec.Volumes[volume].Name; own != "" {
		return own
	}
	return s.cfg.Disks[slices.IndexFunc(s.cfg.Disks, func(name string) bool {
		return name != InstanceStore && !strings.HasPrefix(name, model.FileSystemPrefix) && model.FindVolume(spec.Volumes, name) == volume
	})]
}

// volumeNamed finds a volume of a server. It panics if there is none: the config was
// validated.
func volumeNamed(volumes []model.VolumeSpec, name string) int {
	i := model.FindVolume(volumes, name)
	if i < 0 {
		panic("dataplane: a server has no disk " + name)
	}
	return i
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
	now, slot := p.kernel.Now(), p.useOf(use)
	h, d := p.disks.Alloc()
	ring := d.batches.ring
	*d = disk{queue: storage.NewQueue(now, limits, link), use: slot, member: None, servers: 1, since: now, id: h}
	d.batches.ring = ring
	u := &p.diskUses[slot]
	u.Disks++
	_, credit := d.queue.Credit(now)
	u.Credit = u.Credit || credit
	return indexOf(h)
}

// useOf returns where the use of disks of a name is counted.
func (p *Plane) useOf(use DiskOutcome) int32 {
	key := diskKey{use.Owner, use.Name}
	slot, ok := p.diskSlots[key]
	if !ok {
		slot = int32(len(p.diskUses))
		p.diskSlots[key] = slot
		use.Least = 1
		p.diskUses = append(p.diskUses, use)
	}
	return slot
}
