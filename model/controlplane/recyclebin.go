package controlplane

import (
	"fmt"

	"headroom/model/snapshot"
	"headroom/sim"
)

// remove deletes a snapshot, or puts it into the recycle bin.
func (cp *Plane) remove(m *image) error {
	switch {
	case m.backs:
		return fmt.Errorf("a snapshot that an AMI is backed by must not be deleted [InvalidSnapshot.InUse]")
	case m.state >= snapshotBinned:
		return fmt.Errorf("the snapshot is deleted already [InvalidSnapshot.NotFound]")
	}
	cp.disableFast(m, nil)
	if until, keeps := cp.binned(&cp.cfg.Bin, cp.tagsOf(m)); keeps {
		m.state = snapshotBinned
		cp.turnAt(m, until)
		return nil
	}
	cp.forget(m)
	return nil
}

// binned returns until when the recycle bin keeps what is deleted now with some tags, and
// whether it does: its rules take a while to become active.
func (cp *Plane) binned(bin *snapshot.Bin, tags map[string]string) (until sim.Time, keeps bool) {
	now := cp.kernel.Now()
	until, keeps = bin.Keeps(now, tags)
	return until, keeps && now >= snapshot.BinDelay
}

// tagsOf returns the tags of a snapshot: those of what it is called after, or of its volume.
func (cp *Plane) tagsOf(m *image) map[string]string {
	for i := range cp.cfg.Snapshots {
		if s := &cp.cfg.Snapshots[i]; s.Name == m.name && m.volume == None {
			return s.Tags
		}
	}
	if m.backup != None && len(cp.cfg.Backups[m.backup].Tags) > 0 {
		return cp.cfg.Backups[m.backup].Tags
	}
	if m.volume != None {
		return cp.cfg.Volumes[m.volume].Tags
	}
	return nil
}

// recover takes a snapshot out of the recycle bin, to the tier that it was deleted in.
func (cp *Plane) recover(m *image) error {
	if m.state != snapshotBinned {
		return fmt.Errorf("the snapshot is not in the recycle bin [InvalidSnapshot.NotFound]")
	}
	m.state = snapshotComplete
	if !m.stored {
		m.state = snapshotArchived
	}
	return nil
}

// forget ends a snapshot for good.
func (cp *Plane) forget(m *image) {
	m.state = snapshotGone
	cp.unstore(m)
	cp.leaveArchive(m)
}

// deregisterImage ends launches of an AMI in a Region; what runs goes on, and its snapshots
// stay and are paid for. The recycle bin may keep it.
func (cp *Plane) deregisterImage(i int, region string) error {
	m := &cp.machineImages[i]
	p := m.place(region)
	if p == nil || p.deregistered {
		return fmt.Errorf("there is no such image [InvalidAMIID.NotFound]")
	}
	p.deregistered = true
	if until, keeps := cp.binned(&cp.cfg.ImageBin, m.cfg.Tags); keeps && !m.cfg.Store {
		p.binned = until
	}
	return nil
}

// recoverImage takes an AMI out of the recycle bin: it can be launched from again.
func (cp *Plane) recoverImage(i int, region string) error {
	p := cp.machineImages[i].place(region)
	if p == nil || p.binned <= cp.kernel.Now() {
		return fmt.Errorf("the image is not in the recycle bin [InvalidAMIID.NotFound]")
	}
	p.deregistered, p.binned = false, 0
	return nil
}
