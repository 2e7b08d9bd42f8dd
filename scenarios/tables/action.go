package tables

import (
	"fmt"
	"slices"
	"strings"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/model/routing"
	"headroom/model/storage"
	"headroom/scenarios/schema"
	"headroom/sim"
)

// operatorKeys are those of [[action]]: what an operator does.
func operatorKeys() []schema.Key {
	return schema.Within("action[]", "", append(slices.Concat(throughputKeys(), ruleKeys("ingress[]"), ruleKeys("egress[]"), exchangeKeys(), accessKeys(), operationKeys(), groupActionKeys()),
		schema.Row("do", schema.OneOf(append([]string{
			"create-volume: make a volume, empty or from a snapshot",
			"attach-volume: give a volume to an instance",
			"detach-volume: take it away",
			"modify-volume: change its type, size, IOPS or throughput while it is used, or whether instances can share it",
			"snapshot: take a snapshot of a volume",
			"copy-snapshot: copy one, to another Region or with another key",
			"archive: move one to the archive",
			"restore: bring one back from the archive",
			"delete-snapshot: delete one, or put it into the recycle bin",
			"restore-snapshot-from-recycle-bin: take one out of the recycle bin",
			"enable-fast-snapshot-restore: make volumes from a snapshot fast from the start, in zones",
			"disable-fast-snapshot-restore: end that",
			"attach-interface: give a network interface to an instance",
			"detach-interface: take it away",
			"move-interface: take it away and give it to another one, with all that is sent to it",
			"associate-address: give an Elastic IP to an instance or an interface, whoever has it now",
			"disassociate-address: take it away; it goes on costing",
			"modify-file-system: change what limits the throughput of a file system",
			"authorize: add rules to a security group",
			"revoke: take rules from a security group: those that are the same, and there",
			"set-weights: divide the requests of a listener rule otherwise among its target groups",
			"start-zonal-shift: take a zone out of the DNS answers of a load balancer, for a while",
			"cancel-zonal-shift: bring it back before its time is over",
			"exchange: give a Convertible Reserved Instance for another of the same value or more",
			"modify-reservation: change the scope, the zone or, in units alike, the size of a Reserved Instance",
		}, slices.Concat(operationWords(), groupWords(), accessWords())...)...), schema.Required, "what is done"),
		schema.Row("on", schema.Texts(), schema.Required, `what it is done to: "volume.data", "file_system.shared", "security_group.web", "load_balancer.front", "image.golden", "instance.db", "autoscaling_group.web", or "snapshot.NAME": the newest of that name, which is that of a [snapshot], of a schedule, or what an action calls it; "commitment.NAME", by its name or its number from 0`),
		schema.Row("ingress", schema.List(), "", "authorize, revoke: the rules, of what comes in"),
		schema.Row("egress", schema.List(), "", "authorize, revoke: the rules, of what goes out, instead of ingress"),
		schema.Row("weights", schema.Either("table of weights by target group", schema.TableOf(schema.Whole(0, routing.MaxWeight))), "", "set-weights: of each target group of the rule, { web = 90, new = 10 }; those that are not named keep theirs").Coded("ValidationError"),
		schema.Row("port", schema.Whole(1, dataplane.MaxPort), "(the only listener)", "set-weights: whose rule, of several listeners").Coded("ValidationError"),
		schema.Row("priority", schema.Whole(1, routing.MaxPriority), "(the default rule)", "set-weights: of the rule").Coded("ValidationError"),
		schema.Row("at", moment(), "", "when, or when first: as in [[fault]]"),
		schema.Row("every", schema.Quantity(schema.Seconds, 60, year), "", "how long after that again, and again"),
		schema.Row("cron", schema.Text(), "", "instead of at: minute, hour, day of month, month, day of week"),
		schema.Row("time_zone", schema.Text(), "(UTC)", "IANA name of the time zone of cron"),
		schema.Row("count", schema.Whole(1, 1000), "", "how many of the instances, in launch order, those first with which something happens; all without. Of the snapshots of that name: the oldest first, instead of the newest one; exchange, modify-reservation: how many instances are reserved then"),
		schema.Row("share", schema.Quantity(schema.Share, 0, 1), "", "which share of them, instead of count"),
		schema.Row("name", schema.Text(), "", "what the new snapshot is called"),
		schema.Row("to", schema.Text(), "", `attach-volume: "instance.db"; copy-snapshot, copy-image: another Region; of an image, that of the run without; exchange, modify-reservation: another instance type`),
		schema.Row("private_ip_address", schema.Text(), "(the primary one)", "associate-address: which of the private_ips of the interface").Coded("InvalidParameterValue"),
		schema.Row("from", schema.Text(), "", `detach-volume: "instance.db", where several instances have it; from all of them without`),
		schema.Row("device_name", schema.Text(), "", "attach-volume: its device there"),
		schema.Row("snapshot", schema.Text(), "", "create-volume: what it is made from, instead of what its table says"),
		schema.Row("encrypted", schema.Flag(), "false", "copy-snapshot: with another key, which makes a full copy"),
		schema.Row("zones", schema.Texts(), "", "fast restore: where; disabling: everywhere without"),
		schema.Row("duration", schema.Quantity(schema.Seconds, 0, year), "", "restore: for how long, paid in both tiers; for good without. start-zonal-shift: for how long, 1m to 72h"),
		schema.Row("type", schema.Choice(volumeTypeNames), "", "modify-volume: its new type; resize: the instance type").Coded("InvalidParameterCombination"),
		schema.Row("size", schema.Quantity(schema.GiB, 1<<30, 1<<50), "", "modify-volume: its new size, in whole GiB").Coded("InvalidParameterCombination"),
		schema.Row("iops", schema.Whole(0, 1e6), "", "modify-volume: its new IOPS").Coded("InvalidParameterCombination"),
		schema.Row("throughput", schema.Quantity(schema.MiBps, 0, 1e6), "", "modify-volume: its new throughput").Coded("InvalidParameterCombination"),
		schema.Row("multi_attach_enabled", schema.Flag(), "", "modify-volume: whether several instances can have an io2 volume at once; on only while it is attached to none, off to one at most").Coded("MultiAttachUnsupported"),
	))
}

// readActions reads what operators do.
func (l *loader) readActions(tables []*schema.Table) {
	l.shareLater(tables)
	for _, t := range tables {
		word := t.Decider("do")
		a := controlplane.Action{Do: actionKinds()[word], At: sim.Never, Fleet: cloud.None, Interface: cloud.None}
		if a.Do == 0 {
			t.Pass("type") // of a volume, or of an instance
			t.Done()
			continue
		}
		if a.Do.OfReservation() {
			l.exchanges = append(l.exchanges, t) // when the commitments are known
			continue
		}
		l.readTimes(t, &a)
		if a.Do >= controlplane.StartInstance && a.Do <= controlplane.SetDesiredCapacity || a.Do.OfGroups() {
			l.cfg.Actions = append(l.cfg.Actions, l.readOperations(t, a)...)
			t.Done()
			continue
		}
		if a.Do.OfAccess() {
			l.cfg.Actions = append(l.cfg.Actions, l.readAccess(t, a)...)
			t.Done()
			continue
		}
		if a.Do >= controlplane.AttachInterface && a.Do <= controlplane.DisassociateAddress {
			l.readAddressAction(t, &a)
		} else if a.Do == controlplane.ModifyFileSystem {
			l.readFileSystemAction(t, &a)
		} else if a.Do.OfImages() {
			l.readImageAction(t, &a)
		} else if a.Do == controlplane.AuthorizeRules || a.Do == controlplane.RevokeRules {
			l.readRuleAction(t, &a)
		} else if a.Do == controlplane.SetWeights {
			l.readWeights(t, &a)
		} else if a.Do == controlplane.StartZonalShift || a.Do == controlplane.CancelZonalShift {
			l.readShiftAction(t, &a)
		} else if a.Do <= controlplane.TakeSnapshot {
			l.readVolumeAction(t, &a)
		} else {
			l.readSnapshotAction(t, &a)
		}
		t.Done()
		l.cfg.Actions = append(l.cfg.Actions, a)
	}
	l.cfg.Actions = append(l.cfg.Actions, l.shifts...)
	l.markSnapped()
	l.verifyVolumes()
}

// readTimes reads when an action is done.
func (l *loader) readTimes(t *schema.Table, a *controlplane.Action) {
	a.At, a.Times = l.moment(t, "at"), l.timesOf(t)
	a.Every = t.Duration("every")
	switch {
	case t.Has("at") == t.Has("cron"):
		t.Add(schema.Fault{Path: t.PathOf("at"), Rule: "is required, or cron, and not both"}, t.Node, "at")
	case t.Has("every") && !t.Has("at"):
		t.Mistake("every", "needs at, when it is done first", "")
	case t.Has("time_zone") && !t.Has("cron"):
		t.Mistake("time_zone", "needs cron", "")
	}
}

// subjects reads the names of what an action is done to, of one table.
func (l *loader) subjects(t *schema.Table, table string) (names []string) {
	for _, name := range t.Texts("on") {
		of, rest, ok := strings.Cut(name, ".")
		if !ok || of != table {
			t.Mistake("on", "must be "+table+".NAME "+t.Mode, "")
			return nil
		}
		names = append(names, rest)
	}
	if len(names) == 0 && t.Sound("on") && t.Has("on") {
		t.Mistake("on", "must name something", "")
	}
	return names
}

func (l *loader) readVolumeAction(t *schema.Table, a *controlplane.Action) {
	for _, name := range l.subjects(t, "volume") {
		if v := t.Find("on", "volume", name); v >= 0 {
			a.Volumes = append(a.Volumes, v)
		}
	}
	switch a.Do {
	case controlplane.CreateVolume:
		l.readCreation(t, a)
	case controlplane.AttachVolume:
		l.readAttachment(t, a)
	case controlplane.DetachVolume:
		l.mark(a.Volumes)
		a.Fleet = l.fleetOf(t, "from")
	case controlplane.ModifyVolume:
		l.readModification(t, a)
		l.mark(a.Volumes)
	case controlplane.TakeSnapshot:
		t.Assume("name", "snapshot")
		a.Name = t.Text("name")
	}
}

func (l *loader) readCreation(t *schema.Table, a *controlplane.Action) {
	a.Snapshot = l.snapshotName(t, "snapshot")
	for _, v := range a.Volumes {
		if l.tables["volume"][v].Has("attach") {
			t.Mistake("on", "must be a volume without attach: it is not there at the start; attach it by an action", "")
		}
		l.cfg.Volumes[v].Later = true
		if a.Snapshot == "" {
			a.Snapshot = l.cfg.Volumes[v].Snapshot
		}
	}
}

// fleetOf reads the instances that a key names; None without.
func (l *loader) fleetOf(t *schema.Table, key string) int {
	text := t.Text(key)
	table, name, _ := strings.Cut(text, ".")
	switch {
	case !t.Has(key) && key == "from":
		return cloud.None
	case table == "instance" && name != "":
		return t.Find(key, "instance", name)
	case t.Sound(key):
		t.Mistake(key, `must be "instance.NAME"`, "")
	}
	return cloud.None
}

func (l *loader) readAttachment(t *schema.Table, a *controlplane.Action) {
	a.Device = t.Text("device_name")
	if a.Fleet = l.fleetOf(t, "to"); a.Fleet < 0 {
		return
	}
	f := &l.cfg.Instances[a.Fleet]
	for _, i := range a.Volumes {
		v := &l.cfg.Volumes[i]
		l.checkSharing(t, v, f)
		if z := slices.IndexFunc(f.Zones, func(z model.Zone) bool { return z != v.Zone }); z >= 0 && z < f.Count {
			t.Reject("to", schema.Fault{Rule: fmt.Sprintf("must be in the zone of the volume, %s, not in %s", l.cfg.Zones[v.Zone], l.cfg.Zones[f.Zones[z]]), Code: "InvalidVolume.ZoneMismatch"})
		}
		if k := model.FindVolume(f.Template.Volumes, a.Device); a.Device != "" && k >= 0 && f.Template.Volumes[k].Volume != i+1 && (v.Spec.Shared || f.Template.Volumes[k].Shared) {
			t.Mistake("device_name", "must not be the device of another volume where one of them is shared among instances", "")
			continue
		}
		if model.FindVolume(f.Template.Volumes, v.Name) >= 0 {
			continue
		}
		spec := v.Spec
		spec.Device, spec.Away, spec.DeleteOnTermination = a.Device, true, false
		f.Template.Volumes = append(slices.Clone(f.Template.Volumes), spec)
		l.checkAttachments(t, "to", f.Template.Type, len(f.Template.Volumes))
	}
	l.mark(a.Volumes)
}

// checkSharing refuses what a volume must not be attached to beside what it is attached to
// from the start.
func (l *loader) checkSharing(t *schema.Table, v *controlplane.Volume, f *controlplane.Fleet) {
	switch {
	case !v.Spec.Shared && f.Count > 1:
		t.Reject("to", schema.Fault{Rule: fmt.Sprintf("must not be more than one instance without multi_attach_enabled, %d in all", f.Count), Code: "VolumeInUse"})
	case v.Spec.Shared && f.Count > storage.MostAttachments:
		t.Reject("to", schema.Fault{Rule: fmt.Sprintf("must not be more than %d instances, %d in all", storage.MostAttachments, f.Count), Code: "MultiAttachLimit"})
	case v.Spec.Shared && f.Template.Platform == model.Windows && v.Spec.Type == "io1":
		t.Reject("to", schema.Fault{Rule: "must run Linux to share a volume of io1", Code: "MultiAttachUnsupported"})
	case v.Spec.Shared && f.Template.Type >= 0 && !l.cfg.Types[f.Template.Type].Nitro:
		t.Reject("to", schema.Fault{Rule: "must be of a Nitro type to share a volume, not " + l.cfg.Types[f.Template.Type].Name, Code: "MultiAttachUnsupported"})
	}
}

func (l *loader) readSnapshotAction(t *schema.Table, a *controlplane.Action) {
	names := l.subjects(t, "snapshot")
	if len(names) > 1 {
		t.Mistake("on", "must be one name; count or share take several snapshots of it", "")
	}
	if len(names) > 0 {
		a.Snapshot = names[0]
		l.snapshotUses = append(l.snapshotUses, nameUse{at: t, key: "on", name: names[0]})
	}
	if t.Has("count") {
		a.Count = t.Whole("count")
	}
	if t.Has("share") {
		a.Share = t.Quantity("share")
	}
	t.Pass("count", "share")
	if t.Has("count") && t.Has("share") {
		t.Mistake("share", "must not be given with count", "")
	}
	if a.Away = l.awayOf(t); a.Away == "" {
		l.refuseStatic(t, a)
	}
	switch a.Do {
	case controlplane.CopySnapshot:
		a.Region, a.Encrypt = t.Text("to"), t.Flag("encrypted")
		l.checkRegion(t, "to", a.Region)
		if a.Name = t.Text("name"); a.Name == "" {
			a.Name = a.Snapshot
		}
		if a.Region == l.cfg.Region {
			a.Region = ""
		}
	case controlplane.RestoreSnapshot:
		a.For = t.Duration("duration")
	case controlplane.EnableFastRestore:
		a.Zones = l.fastZones(t, "zones")
		if !t.Has("zones") {
			t.Add(schema.Fault{Path: t.PathOf("zones"), Rule: "is required"}, t.Node, "zones")
		}
	case controlplane.DisableFastRestore:
		if t.Has("zones") {
			a.Zones = l.fastZones(t, "zones")
		}
		t.Pass("zones")
	}
}

// refuseStatic refuses what is known to fail: done to a snapshot that is there at the
// start, and that nothing before can have changed.
func (l *loader) refuseStatic(t *schema.Table, a *controlplane.Action) {
	k := slices.IndexFunc(l.cfg.Snapshots, func(s controlplane.VolumeSnapshot) bool { return s.Name == a.Snapshot })
	if k < 0 {
		return
	}
	s := &l.cfg.Snapshots[k]
	moved := slices.ContainsFunc(l.cfg.Actions, func(b controlplane.Action) bool {
		return b.Snapshot == a.Snapshot && (b.Do == controlplane.ArchiveSnapshot || b.Do == controlplane.RestoreSnapshot)
	})
	rule := ""
	switch {
	case a.Do == controlplane.ArchiveSnapshot && s.Image:
		rule = "must not be a snapshot that an AMI is backed by"
	case moved:
	case a.Do == controlplane.CopySnapshot && s.Archived, a.Do == controlplane.EnableFastRestore && s.Archived, a.Do == controlplane.ArchiveSnapshot && s.Archived:
		rule = "must not be an archived snapshot"
	case a.Do == controlplane.RestoreSnapshot && !s.Archived:
		rule = "must be an archived snapshot"
	}
	if a.Do == controlplane.EnableFastRestore && s.SizeGiB > 16384 {
		rule = "must not be of more than 16384 GiB"
	}
	if rule != "" {
		t.Reject("on", schema.Fault{Rule: rule, Code: invalidSnapshot})
	}
}
