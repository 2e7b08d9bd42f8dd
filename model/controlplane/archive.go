package controlplane

import (
	"fmt"
	"slices"

	"headroom/model"
	"headroom/model/snapshot"
	"headroom/sim"
)

// count returns how many snapshots match.
func (cp *Plane) count(matches func(*image) bool) (n int) {
	for _, m := range cp.images {
		if matches(m) {
			n++
		}
	}
	return n
}

// copyTo copies a snapshot. In the Region and with the same key that takes a moment and
// stores nothing; else the copy is a full one.
func (cp *Plane) copyTo(m *image, name, region string, key bool) error {
	if cp.dark(m.region) || cp.dark(region) {
		return errDark
	}
	if m.state != snapshotComplete {
		return fmt.Errorf("only a complete snapshot can be copied, which is not archived [%w]", snapshot.ErrOperation)
	}
	if n := cp.count(func(o *image) bool { return o.copied && o.region == region && o.state == snapshotPending }); n >= snapshot.MostCopies {
		return fmt.Errorf("%d copies are made at once already [%w]", n, snapshot.ErrLimit)
	}
	c := cp.addImage(image{
		name: name, state: snapshotPending, full: m.full, gib: m.gib, volume: m.volume, crash: m.crash,
		secret: m.secret || key, region: region, lineage: m.lineage, backup: None, copied: true,
	})
	c.taken = m.taken
	if region == m.region && !key {
		cp.turnAfter(c, snapshot.Duration(0))
		return nil
	}
	cp.ownLineage(c)
	if region != m.region {
		cp.ledger.Transfers = append(cp.ledger.Transfers, model.Transfer{
			From: cp.kernel.Now(), To: cp.kernel.Now(), Owner: m.lineage.owner, Path: model.InterRegion, Amount: m.full,
		})
	}
	cp.turnAfter(c, snapshot.Duration(snapshot.Blocks(m.full)))
	return nil
}

// archive moves a snapshot to the archive, whole.
func (cp *Plane) archive(m *image) error {
	switch {
	case m.state != snapshotComplete:
		return fmt.Errorf("only a complete snapshot can be archived [%w]", snapshot.ErrOperation)
	case m.backs:
		return fmt.Errorf("a snapshot that an AMI is backed by must not be archived [%w]", snapshot.ErrOperation)
	case m.volume != None && cp.count(func(o *image) bool { return o.volume == m.volume && o.archive != None }) >= snapshot.MostArchived:
		return fmt.Errorf("%d snapshots of the volume are archived already [%w]", snapshot.MostArchived, snapshot.ErrOperation)
	}
	cp.disableFast(m, nil)
	cp.toArchive(m)
	return nil
}

func (cp *Plane) toArchive(m *image) {
	m.state = snapshotArchived
	if m.archive == None {
		m.archive = int32(len(cp.ledger.Snapshots))
		cp.ledger.Snapshots = append(cp.ledger.Snapshots, model.SnapshotUse{
			From: cp.kernel.Now(), To: sim.Never, Owner: m.lineage.owner, Archived: true, Stored: m.full,
		})
	}
	cp.unstore(m)
}

// leaveArchive ends what a snapshot costs in the archive.
func (cp *Plane) leaveArchive(m *image) {
	if m.archive != None {
		use := &cp.ledger.Snapshots[m.archive]
		use.To, use.Deleted = cp.kernel.Now(), true
		m.archive = None
	}
}

// restore brings a snapshot back from the archive, for good or for a while, in which it
// costs in both tiers.
func (cp *Plane) restore(m *image, while sim.Time) error {
	if m.state != snapshotArchived {
		return fmt.Errorf("only an archived snapshot can be restored [%w]", snapshot.ErrOperation)
	}
	if n := cp.count(func(o *image) bool { return o.state == snapshotRestoring }); n >= snapshot.MostRestoring {
		return fmt.Errorf("%d snapshots are restored at once already [%w]", n, snapshot.ErrLimit)
	}
	m.state, m.asked = snapshotRestoring, cp.kernel.Now()
	took := snapshot.RestoreDuration(cp.restores.Uniform())
	cp.ledger.Restored = append(cp.ledger.Restored, model.RestoreUse{At: cp.kernel.Now(), Owner: m.lineage.owner, Amount: m.full})
	cp.turnAfter(m, took)
	if while > 0 {
		m.returns = sim.Sum(cp.kernel.Now(), sim.Sum(took, while))
		cp.schedule(m.returns, indexed(snapshotReturns, slices.Index(cp.images, m)))
	} else {
		cp.leaveArchive(m)
	}
	return nil
}

// onSnapshotReturns ends a temporary restore.
func (cp *Plane) onSnapshotReturns(ev model.Event) {
	m := cp.images[ev.Index()]
	if m.returns != cp.kernel.Now() || m.state != snapshotComplete || m.archive == None {
		cp.overtaken()
		return
	}
	cp.disableFast(m, nil)
	cp.toArchive(m)
	cp.note(Activity{Subject: "snapshot." + m.name, Kind: "archived", Detail: "again", Cause: "its restore was for a while", Instance: None})
}

// enableFast begins fast restore of a snapshot in zones.
func (cp *Plane) enableFast(m *image, zones []model.Zone) error {
	switch {
	case m.state != snapshotComplete:
		return fmt.Errorf("only a complete snapshot can have fast restore, which is not archived [%w]", snapshot.ErrOperation)
	case m.gib > snapshot.MostFastGiB:
		return fmt.Errorf("a snapshot with fast restore must not exceed 16 TiB, this is of %d GiB [%w]", m.gib, snapshot.ErrOperation)
	case len(m.fast) == 0 && cp.count(func(o *image) bool { return len(o.fast) > 0 }) >= snapshot.MostFast:
		return fmt.Errorf("%d snapshots have fast restore already [%w]", snapshot.MostFast, snapshot.ErrOperation)
	}
	for _, z := range zones {
		if !slices.ContainsFunc(m.fast, func(f fastRestore) bool { return f.zone == z }) {
			m.fast = append(m.fast, fastRestore{z, snapshot.NewFast(cp.kernel.Now(), m.gib)})
		}
	}
	return nil
}

// disableFast ends fast restore in zones, in all for nil. What it costs counts from when
// it was enabled.
func (cp *Plane) disableFast(m *image, zones []model.Zone) {
	now := cp.kernel.Now()
	m.fast = slices.DeleteFunc(m.fast, func(f fastRestore) bool {
		if zones != nil && !slices.Contains(zones, f.zone) {
			return false
		}
		if now > f.Ready || now == cp.frame.Duration && f.Ready == now {
			cp.ledger.FastUses = append(cp.ledger.FastUses, model.FastRestoreUse{From: f.Ready, To: now, Owner: m.lineage.owner, Zone: f.zone})
		}
		return true
	})
}
