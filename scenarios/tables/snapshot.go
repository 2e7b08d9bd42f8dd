package tables

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/scaling"
	"headroom/model/snapshot"
	"headroom/scenarios/schema"
)

// invalidSnapshot is the code of what a snapshot must not be.
const invalidSnapshot = "InvalidSnapshotOperation"

// snapshotKeys are those of snapshots, their schedules and the recycle bin.
func snapshotKeys() []schema.Key {
	return slices.Concat(
		schema.Within("snapshot.NAME", invalidSnapshot, []schema.Key{
			schema.Row("size", schema.Quantity(schema.GiB, 1<<30, 1<<50), "8", "size of the volume that it is of, in whole GiB"),
			schema.Row("stored", schema.Quantity(schema.Bytes, 0, 1<<50), "(all of it)", "what of the volume was written: what the snapshot holds, in blocks of 512 KiB"),
			schema.Row("tier", schema.OneOf("standard: at hand", "archive: cheaper, and 24 to 72 hours away"), `"standard"`, "where it is stored"),
			schema.Row("image", schema.Flag(), "false", "whether an AMI is backed by it, so that it can be neither archived nor deleted"),
			schema.Row("encrypted", schema.Flag(), "false", "whether what it holds is encrypted, which changes neither its speed nor its price").Coded(schema.NoCode),
			schema.Row("fast_restore", schema.Texts(), "", "zones with fast snapshot restore, enabled at the start, without credits yet"),
		}),
		schema.Within("snapshot_schedule.NAME", "ValidationError", []schema.Key{
			schema.Row("volumes", schema.Names("volume"), schema.Required, "what is backed up").Coded(schema.NoCode),
			schema.Row("cron", schema.Text(), schema.Required, "when: minute, hour, day of month, month, day of week"),
			schema.Row("time_zone", schema.Text(), "(UTC)", "IANA name of the time zone of cron"),
			schema.Row("retain", schema.Whole(0, 1000), "0", "newest snapshots of each volume that stay; all of them for 0"),
			schema.Row("copy_to", schema.Texts(), "", "other Regions, which get a full copy of each"),
			schema.Row("archive_after", schema.Quantity(schema.Seconds, 0, year), `"0s"`, "age at which one goes to the archive; never for 0s"),
		}),
		binKeys(),
		schema.Within("volume.NAME", "", []schema.Key{
			schema.Row("snapshot", schema.Text(), "", "the snapshot that it is made from: what it holds comes as it is touched, and slowly by itself"),
			schema.Row("written", schema.Quantity(schema.Bytes, 0, 1<<50), "0", "what was written to it before; steps write there, all over an empty volume"),
			schema.Row("dirty", schema.Quantity(schema.PerTime, 0, 1<<50), "0", "what is written anew beside what steps write"),
		}),
	)
}

// nameUse is a place that names a snapshot.
type nameUse struct {
	at   *schema.Table
	key  string
	name string
	size int64 // of a volume that a launch makes from it, in GiB; 0 for what else names it
}

// snapshotName reads the name of a snapshot: whether there may be one of it is known when
// all tables are read.
func (l *loader) snapshotName(t *schema.Table, key string) string {
	name := strings.TrimPrefix(t.Text(key), "snapshot.")
	if t.Sound(key) && name != "" {
		l.snapshotUses = append(l.snapshotUses, nameUse{at: t, key: key, name: name})
	}
	return name
}

// readSnapshots reads the snapshots, their schedules and the recycle bin.
func (l *loader) readSnapshots(bin *schema.Table) {
	if bin != nil {
		l.readBin(bin)
	}
	fast := 0
	for _, t := range l.tables["snapshot"] {
		s := controlplane.VolumeSnapshot{Name: t.Name, Image: t.Flag("image"), Encrypted: t.Flag("encrypted"), Tags: l.cfg.Tags["snapshot."+t.Name]}
		size := t.Size("size")
		s.SizeGiB = int64(size / model.GiB)
		if t.Sound("size") && size%model.GiB != 0 {
			t.Wrong("size", "must be whole GiB")
		}
		t.Assume("stored", int64(size))
		if s.Stored = t.Size("stored"); t.Sound("size", "stored") && s.Stored > size {
			t.Wrong("stored", fmt.Sprintf("must not exceed the size of the volume, %d GiB", s.SizeGiB))
		}
		if s.Archived = t.Choice("tier") == "archive"; s.Archived && s.Image {
			t.Wrong("tier", "must not be archive for a snapshot that an AMI is backed by")
		}
		s.FastRestore = l.fastZones(t, "fast_restore")
		if t.Has("fast_restore") {
			fast++
			switch {
			case s.Archived:
				t.Wrong("fast_restore", "must not be given for an archived snapshot")
			case s.SizeGiB > snapshot.MostFastGiB:
				t.Wrong("fast_restore", fmt.Sprintf("must not be given for more than %d GiB", snapshot.MostFastGiB))
			case fast > snapshot.MostFast:
				t.Wrong("fast_restore", fmt.Sprintf("must not be given for more than %d snapshots of a Region", snapshot.MostFast))
			}
		}
		t.Done()
		l.cfg.Snapshots = append(l.cfg.Snapshots, s)
	}
	for _, t := range l.tables["snapshot_schedule"] {
		b := controlplane.Backup{Name: t.Name, Volumes: t.References("volumes"), CopyTo: t.Texts("copy_to"), Tags: l.cfg.Tags["snapshot_schedule."+t.Name]}
		b.Times = l.timesOf(t)
		b.Retain = t.Whole("retain")
		b.ArchiveAfter = t.Duration("archive_after")
		for _, region := range b.CopyTo {
			l.checkRegion(t, "copy_to", region)
		}
		if slices.Contains(b.CopyTo, l.cfg.Region) {
			t.Wrong("copy_to", "must name other Regions than "+l.cfg.Region)
		}
		if slices.ContainsFunc(l.tables["snapshot"], func(s *schema.Table) bool { return s.Name == t.Name }) {
			t.Mistake("volumes", "is of a schedule whose name a snapshot has, too", "")
		}
		t.Done()
		l.cfg.Backups = append(l.cfg.Backups, b)
	}
}

func (l *loader) fastZones(t *schema.Table, key string) (zones []model.Zone) {
	for _, name := range t.Texts(key) {
		if z, ok := l.zone(t, key, name); ok && !slices.Contains(zones, z) {
			zones = append(zones, z)
		}
	}
	return zones
}

// timesOf reads cron and time_zone.
func (l *loader) timesOf(t *schema.Table) scaling.Schedule {
	s := scaling.Schedule{Recurrence: t.Text("cron"), TimeZone: t.Text("time_zone")}
	if !t.Has("cron") {
		return s
	}
	something := s
	something.Desired = new(int)
	var errs []error
	for _, err := range something.Validate(l.cfg.Start) {
		errs = append(errs, errors.New(strings.Replace(err.Error(), "recurrence: ", "cron: ", 1)))
	}
	t.Absorb(errs, "cron")
	l.warnOfRecurrence(t, "cron", &s)
	return s
}

// connectSnapshots verifies that there may be a snapshot of each name that is used, and
// that what is made from it is large enough.
func (l *loader) connectSnapshots() {
	sizes := map[string]int64{}
	var known []string
	add := func(name string, size int64) {
		if _, ok := sizes[name]; !ok {
			known = append(known, name)
		}
		sizes[name] = max(sizes[name], size)
	}
	for i := range l.cfg.Snapshots {
		add(l.cfg.Snapshots[i].Name, l.cfg.Snapshots[i].SizeGiB)
	}
	for i := range l.cfg.Backups {
		add(l.cfg.Backups[i].Name, 0)
	}
	for i := range l.cfg.Actions {
		if a := &l.cfg.Actions[i]; a.Name != "" {
			add(a.Name, 0)
		}
	}
	for _, u := range l.snapshotUses {
		if _, ok := sizes[u.name]; !ok {
			u.at.Mistake(u.key, "must name a [snapshot.NAME], a [snapshot_schedule.NAME] or what an action calls a snapshot", l.Hint(u.name, known))
		}
	}
	l.checkLaunchesFrom()
	for i := range l.cfg.Volumes {
		v, t := &l.cfg.Volumes[i], l.tables["volume"][i]
		if v.Snapshot == "" || !t.Sound("snapshot") || v.Later {
			continue
		}
		k := slices.IndexFunc(l.cfg.Snapshots, func(s controlplane.VolumeSnapshot) bool { return s.Name == v.Snapshot })
		switch {
		case k < 0:
			t.Mistake("snapshot", "must be one that there is at the start, a [snapshot.NAME], unless an action creates the volume", "")
		case l.cfg.Snapshots[k].Archived:
			t.Reject("snapshot", schema.Fault{Rule: "must not be in the archive: it is to be restored first", Code: invalidSnapshot})
		case v.Spec.SizeGiB < l.cfg.Snapshots[k].SizeGiB:
			t.Reject("size", schema.Fault{Rule: fmt.Sprintf("must be at least that of the snapshot, %d GiB", l.cfg.Snapshots[k].SizeGiB), Code: "InvalidParameterCombination"})
		}
	}
}

// checkLaunchesFrom refuses volumes of launches whose snapshot is in the archive, or larger:
// where nothing else is ever called so.
func (l *loader) checkLaunchesFrom() {
	for _, u := range l.snapshotUses {
		k := slices.IndexFunc(l.cfg.Snapshots, func(s controlplane.VolumeSnapshot) bool { return s.Name == u.name })
		if u.size == 0 || k < 0 || slices.ContainsFunc(l.cfg.Actions, func(a controlplane.Action) bool { return a.Name == u.name || a.Snapshot == u.name }) {
			continue
		}
		switch s := &l.cfg.Snapshots[k]; {
		case s.Archived:
			u.at.Reject(u.key, schema.Fault{Rule: "must not be in the archive: it is to be restored first", Code: invalidSnapshot})
		case u.size < s.SizeGiB && u.at.Sound("size"):
			u.at.Reject("size", schema.Fault{Rule: fmt.Sprintf("must be at least that of the snapshot, %d GiB", s.SizeGiB), Code: "InvalidBlockDeviceMapping"})
		}
	}
}
