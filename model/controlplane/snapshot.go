package controlplane

import (
	"fmt"
	"slices"

	"headroom/model"
	"headroom/model/snapshot"
	"headroom/sim"
)

// snapshotState is where a snapshot is between its request and its end.
type snapshotState uint8

const (
	snapshotPending snapshotState = iota + 1
	snapshotComplete
	snapshotArchived
	snapshotRestoring // archived, and on its way back
	snapshotBinned    // deleted, and kept in the recycle bin
	snapshotGone
)

// image is a snapshot.
type image struct {
	name    string // of its table, its action or its schedule
	state   snapshotState
	at      sim.Time // since when there is it
	taken   sim.Time // as the volume was then
	full    model.Bytes
	gib     int64
	volume  int  // that it is of; None
	crash   bool // that was attached then
	backs   bool // an AMI
	secret  bool // encrypted
	region  string
	lineage *lineage
	number  int32    // in the lineage
	stored  bool     // in the standard tier
	archive int32    // open record of the ledger; None
	asked   sim.Time // when its restore from the archive began
	fast    []fastRestore
	backup  int // schedule that took it; None
	copied  bool
	turns   sim.Time // when its state leads to the next
	returns sim.Time // when it goes back to the archive, as last restored for a while
}

// fastRestore is what a snapshot has in a zone.
type fastRestore struct {
	zone model.Zone
	*snapshot.Fast
}

// lineage is the snapshots of one volume, and what is stored of them.
type lineage struct {
	chain  *snapshot.Chain
	owner  int32
	record int32  // open in the ledger; None
	source *image // that the volume was made from
	loans  int    // volumes with snapshots that need blocks of these
	pinned bool   // it counts among the loans of its source
	held   []int32
}

// newSnapshots makes the snapshots that there are at the start, and plans the others.
func (cp *Plane) newSnapshots() {
	cp.restores = cp.stream("archive")
	for i := range cp.cfg.Snapshots {
		s := &cp.cfg.Snapshots[i]
		l := &lineage{
			chain: snapshot.NewChain(model.Bytes(s.SizeGiB)*model.GiB, s.Stored), owner: cp.owner("snapshot." + s.Name), record: None,
		}
		m := cp.addImage(image{name: s.Name, state: snapshotComplete, gib: s.SizeGiB, volume: None, backs: s.Image, secret: s.Encrypted, lineage: l, backup: None})
		m.number, _ = l.chain.Take(snapshot.Writes{})
		m.full, m.stored = model.Bytes(l.chain.Full(m.number))*snapshot.Block, true
		if s.Archived {
			cp.toArchive(m)
		}
		cp.recordStored(l)
		for _, z := range s.FastRestore {
			m.fast = append(m.fast, fastRestore{z, snapshot.EnabledFast(0, s.SizeGiB)})
		}
	}
	for i := range cp.cfg.Backups {
		cp.backups = append(cp.backups, cp.timetable(cp.cfg.Backups[i].Times))
		cp.scheduleBackup(i, true)
	}
	for i := range cp.cfg.Actions {
		cp.startAction(i)
	}
}

func (cp *Plane) addImage(m image) *image {
	m.at, m.taken, m.archive = cp.kernel.Now(), cp.kernel.Now(), None
	cp.images = append(cp.images, &m)
	return &m
}

// take begins a snapshot of a volume as it is now.
func (cp *Plane) take(i int, name string, backup int) error {
	v, now := &cp.volumes[i], cp.kernel.Now()
	switch {
	case !v.exists:
		return fmt.Errorf("there is no such volume [InvalidVolume.NotFound]")
	case cp.darkAt(cp.cfg.Volumes[i].Zone):
		return errDark
	}
	w := cp.data.TakeWrites(i + 1)
	w.Run = w.Run.Plus(model.Bytes(cp.cfg.Volumes[i].Dirty * (now - v.wroteAt).Seconds()))
	v.wroteAt = now
	m := cp.addImage(image{
		name: name, state: snapshotPending, gib: v.spec.SizeGiB, volume: i, crash: len(v.attached) > 0,
		secret: v.spec.Encrypted, lineage: v.lineage, backup: backup, stored: true, region: cp.away(cp.cfg.Volumes[i].Zone),
	})
	var delta int64
	m.number, delta = v.lineage.chain.Take(snapshot.Writes(w))
	m.full = model.Bytes(v.lineage.chain.Full(m.number)) * snapshot.Block
	cp.recordStored(v.lineage)
	o := &cp.backupOutcomes[i]
	o.Taken++
	o.Written = o.Written.Plus(model.Bytes(delta) * snapshot.Block)
	cp.turnAfter(m, snapshot.Duration(delta))
	cp.slow(i, 1)
	by := Operator
	if backup != None {
		by = LifecycleManager
	}
	cp.note(Activity{Subject: "volume." + v.spec.Name, Kind: "snapshot", Cause: name, Instance: None, By: by,
		Detail: fmt.Sprintf("%.4g GiB, of which %.4g GiB are new", inGiB(m.full), inGiB(model.Bytes(delta)*snapshot.Block))})
	return nil
}

func inGiB(b model.Bytes) float64 { return float64(b) / float64(model.GiB) }

// turnAfter schedules what a snapshot's state leads to.
func (cp *Plane) turnAfter(m *image, d sim.Time) { cp.turnAt(m, sim.Sum(cp.kernel.Now(), d)) }

func (cp *Plane) turnAt(m *image, at sim.Time) {
	m.turns = at
	cp.schedule(at, indexed(snapshotTurns, slices.Index(cp.images, m)))
}

// onSnapshotTurns brings a snapshot to its next state.
func (cp *Plane) onSnapshotTurns(ev model.Event) {
	m := cp.images[ev.Index()]
	if m.turns != cp.kernel.Now() {
		cp.overtaken()
		return
	}
	switch m.state {
	case snapshotPending:
		m.state = snapshotComplete
		if !m.copied && m.volume != None && cp.volumes[m.volume].lineage == m.lineage {
			cp.slow(m.volume, -1)
		}
		cp.followUp(m)
	case snapshotRestoring:
		m.state = snapshotComplete
		cp.ownLineage(m)
		detail := fmt.Sprintf("from the archive after %.3g h", (cp.kernel.Now()-m.asked).Seconds()/3600)
		cp.note(Activity{Subject: "snapshot." + m.name, Kind: "restored", Detail: detail, Cause: "action", Instance: None})
	case snapshotBinned:
		cp.forget(m)
	default:
		cp.overtaken()
	}
}

// followUp does what a schedule wants done with a complete snapshot.
func (cp *Plane) followUp(m *image) {
	if m.backup == None {
		return
	}
	b := &cp.cfg.Backups[m.backup]
	for _, region := range b.CopyTo {
		if err := cp.copyTo(m, m.name, region, false); err != nil {
			cp.refuseTo(LifecycleManager, Activity{Subject: "snapshot_schedule." + b.Name, Cause: "copy to " + region, Instance: None, Name: "CopySnapshot"}, err)
			continue
		}
		cp.noteUntold(m, "copy-snapshot", "to "+region)
	}
	if b.ArchiveAfter > 0 {
		cp.scheduleAfter(m.at+b.ArchiveAfter-cp.kernel.Now(), indexed(snapshotAges, slices.Index(cp.images, m)))
	}
	if b.Retain > 0 {
		cp.retain(m, b.Retain)
	}
}

// retain deletes all but the newest snapshots of a schedule, of a volume.
func (cp *Plane) retain(newest *image, keep int) {
	var all []*image
	for _, m := range cp.images {
		if m.backup == newest.backup && m.volume == newest.volume && !m.copied && m.state != snapshotGone && m.state != snapshotBinned {
			all = append(all, m)
		}
	}
	for _, m := range all[:max(0, len(all)-keep)] {
		if err := cp.remove(m); err != nil {
			cp.refuseTo(LifecycleManager, Activity{Subject: "snapshot." + m.name, Cause: "retain", Instance: None}, err)
			continue
		}
		cp.noteUntold(m, "delete-snapshot", "")
	}
}

// onSnapshotAges archives a snapshot of a schedule that is old enough.
func (cp *Plane) onSnapshotAges(ev model.Event) {
	m := cp.images[ev.Index()]
	if m.state != snapshotComplete {
		cp.overtaken()
		return
	}
	if err := cp.archive(m); err != nil {
		cp.refuseTo(LifecycleManager, Activity{Subject: "snapshot." + m.name, Cause: "archive", Instance: None}, err)
		return
	}
	cp.noteUntold(m, "archive", "")
}

// noteUntold writes what a schedule has done with one of its snapshots: calls that the
// history leaves out.
func (cp *Plane) noteUntold(m *image, kind, detail string) {
	cp.note(Activity{Subject: "snapshot." + m.name, Kind: kind, Detail: detail, Cause: m.name, Instance: None, By: LifecycleManager, Untold: true})
}

// usable returns the newest snapshot of a name that volumes in a zone can be made from.
func (cp *Plane) usable(name string, zone model.Zone) (*image, error) {
	region := cp.away(zone)
	m, err := cp.newest(name, region, func(m *image) bool { return m.state == snapshotComplete })
	if err == nil {
		return m, nil
	}
	if m, err = cp.newest(name, region, func(m *image) bool { return m.state < snapshotBinned }); err != nil {
		return nil, err
	}
	if m.state == snapshotPending {
		return nil, fmt.Errorf("a snapshot must be complete before a volume is made from it [%w]", snapshot.ErrOperation)
	}
	return nil, fmt.Errorf("a volume must not be made from an archived snapshot [%w]", snapshot.ErrOperation)
}

// newest returns the newest snapshot of a name that is in a Region, "" for that of the run,
// and matches.
func (cp *Plane) newest(name, region string, matches func(*image) bool) (*image, error) {
	for _, m := range slices.Backward(cp.images) {
		if m.name == name && m.region == region && matches(m) {
			return m, nil
		}
	}
	return nil, fmt.Errorf("there is no snapshot %s [InvalidSnapshot.NotFound]", name)
}

// fetch returns how much of a volume that is made from a snapshot is still to come: all
// of it, unless fast restore has a credit in its zone.
func (cp *Plane) fetch(m *image, zone model.Zone) model.Bytes {
	for _, f := range m.fast {
		if f.zone == zone && f.Take(cp.kernel.Now()) {
			return 0
		}
	}
	return m.full
}

// recordStored records what the snapshots of a volume store from now on.
func (cp *Plane) recordStored(l *lineage) {
	now, stored := cp.kernel.Now(), model.Bytes(l.chain.Stored())*snapshot.Block
	if l.record != None {
		if cp.ledger.Snapshots[l.record].Stored == stored {
			return
		}
		cp.ledger.Snapshots[l.record].To = now
		l.record = None
	}
	if stored > 0 {
		l.record = int32(len(cp.ledger.Snapshots))
		cp.ledger.Snapshots = append(cp.ledger.Snapshots, model.SnapshotUse{From: now, To: sim.Never, Owner: l.owner, Stored: stored})
	}
	cp.pin(l)
}

// pin keeps the blocks of the snapshot that a volume was made from, while snapshots of the
// volume need them.
func (cp *Plane) pin(l *lineage) {
	if l.source == nil || l.pinned == l.chain.Lent() {
		return
	}
	source := l.source.lineage
	if l.pinned = !l.pinned; l.pinned {
		source.loans++
		return
	}
	if source.loans--; source.loans == 0 {
		for _, number := range source.held {
			source.chain.Remove(number)
		}
		source.held = nil
		cp.recordStored(source)
	}
}

// unstore takes a snapshot out of the standard tier. Blocks that are lent stay until
// nobody needs them.
func (cp *Plane) unstore(m *image) {
	if !m.stored {
		return
	}
	m.stored = false
	if m.lineage.loans > 0 {
		m.lineage.held = append(m.lineage.held, m.number)
		return
	}
	m.lineage.chain.Remove(m.number)
	cp.recordStored(m.lineage)
}

// ownLineage stores a snapshot whole, for it shares nothing with others.
func (cp *Plane) ownLineage(m *image) {
	owner := cp.ownerIn(m.lineage.owner, m.region)
	m.lineage = &lineage{chain: snapshot.NewChain(m.full, m.full), owner: owner, record: None}
	m.number, _ = m.lineage.chain.Take(snapshot.Writes{})
	m.stored = true
	cp.recordStored(m.lineage)
}

// closeSnapshots counts what there is at the horizon, and ends what is billed by time.
func (cp *Plane) closeSnapshots() {
	end := cp.frame.Duration
	for i := range cp.backupOutcomes {
		cp.backupOutcomes[i].Age = sim.Never
		if l := cp.volumes[i].lineage; l != nil {
			cp.backupOutcomes[i].Stored = model.Bytes(l.chain.Stored()) * snapshot.Block
		}
	}
	for _, m := range cp.images {
		cp.disableFast(m, nil)
		if m.volume == None || m.state >= snapshotBinned {
			continue
		}
		o := &cp.backupOutcomes[m.volume]
		o.Kept++
		if m.archive != None {
			o.Archived += m.full
		}
		if m.stored && m.lineage != cp.volumes[m.volume].lineage {
			o.Stored += m.full
		}
		if m.state == snapshotComplete {
			o.Age = end - m.at
		}
	}
	for i := range cp.ledger.Snapshots {
		cp.ledger.Snapshots[i].To = min(cp.ledger.Snapshots[i].To, end)
	}
}
