package dataplane

import (
	"headroom/model"
	"headroom/model/storage"
)

// FileSystemKind is the kind of disk that a file system is.
const FileSystemKind = "efs"

// fileSystem is an EFS file system: a disk that all who mount it share, for good.
type fileSystem struct {
	cfg      model.FileSystem // as it is now
	standard model.Bytes      // in its Standard class
	disk     uint32
	there    bool        // somebody has mounted it
	crossed  model.Bytes // between the zone of a client and the only one of a One Zone file system
}

func (p *Plane) newFileSystems() {
	for _, f := range p.frame.FileSystems {
		p.fileSystems = append(p.fileSystems, fileSystem{cfg: f, standard: f.Standard})
	}
}

// mount gives a server a file system. Each client reaches it over a link of its own, all
// file systems together.
func (p *Plane) mount(s *server, k int, owner int32) uint32 {
	f := &p.fileSystems[k]
	if !f.there {
		f.there = true
		f.disk = p.newDisk(DiskOutcome{Owner: owner, Name: model.FileSystemPrefix + f.cfg.Name, Kind: FileSystemKind}, storage.FileSystemLimits(&f.cfg, f.standard), storage.Link{})
		p.disks.at(f.disk).mounted = true
	}
	if s.mounts == nil {
		s.mounts = newPassage(p.kernel.Now(), storage.ClientLink(&f.cfg))
	}
	return f.disk
}

// reachesFiles reports whether what a server asks a file system for arrives. A One Zone file system is lost with its zone, for
// the instances of other zones too. A server that asks mounts it first, if its security groups let it.
func (p *Plane) reachesFiles(s *server, id uint32, asks bool) bool {
	for k := range p.fileSystems {
		if f := &p.fileSystems[k]; f.there && f.disk == id && f.cfg.OneZone && p.zoneDown[f.cfg.Targets[0]] > 0 {
			return false
		}
	}
	return p.filter == nil || p.mounted(s, id, asks)
}

// cross counts what a request of a server reads or writes in another zone.
func (p *Plane) cross(s *server, id uint32, io *storage.IO) {
	for k := range p.fileSystems {
		if f := &p.fileSystems[k]; f.there && f.disk == id && f.cfg.OneZone && s.zone != f.cfg.Targets[0] {
			f.crossed = f.crossed.Plus(model.Bytes(io.Count) * io.Size)
		}
	}
}

// FileSystemUse returns the bytes that were read from a file system and written to it, and
// those of them that crossed zones.
func (p *Plane) FileSystemUse(k int) (read, written, crossed model.Bytes) {
	f := &p.fileSystems[k]
	if !f.there {
		return 0, 0, 0
	}
	d := p.disks.at(f.disk)
	p.countDisk(d, p.kernel.Now())
	u := &p.diskUses[d.use]
	return u.Read, u.Written, f.crossed
}

// storedOutcome says what file systems that somebody has mounted store at the horizon.
func (p *Plane) storedOutcome() {
	for k := range p.fileSystems {
		if f := &p.fileSystems[k]; f.there {
			u, began := &p.diskUses[p.disks.at(f.disk).use], &p.frame.FileSystems[k]
			u.Stored = began.Grown(u.Written).Plus(began.Standard).Plus(began.Infrequent).Plus(began.Archived)
		}
	}
}

// ChangeFileSystem gives a file system another mode, or other bytes in its Standard class.
// Credits that it has it keeps.
func (p *Plane) ChangeFileSystem(k int, cfg model.FileSystem, standard model.Bytes) {
	f := &p.fileSystems[k]
	f.cfg, f.standard = cfg, standard
	if !f.there {
		return
	}
	d := p.disks.at(f.disk)
	d.queue.Change(p.kernel.Now(), storage.FileSystemLimits(&cfg, standard), storage.Link{})
	_, credit := d.queue.Credit(p.kernel.Now())
	p.diskUses[d.use].Credit = p.diskUses[d.use].Credit || credit
}
