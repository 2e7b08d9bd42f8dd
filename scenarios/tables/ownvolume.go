package tables

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/storage"
	"headroom/scenarios/schema"
)

// ownVolumeKeys are those of [volume.NAME]: Terraform's aws_ebs_volume, with where it is
// attached.
func ownVolumeKeys() []schema.Key {
	var keys []schema.Key
	for _, k := range volumeKeys() {
		switch k.Path {
		case "root", "device_name", "snapshot":
		case "delete_on_termination":
			keys = append(keys, schema.Row(k.Path, schema.Flag(), "false", "whether it ends with its instance"))
		default:
			keys = append(keys, k)
		}
	}
	return schema.Within("volume.NAME", "InvalidParameterCombination", append(keys,
		schema.Row("availability_zone", schema.Text(), "(the first zone)", "where it is, and where what it is attached to must be").Coded(schema.NoCode),
		regionKey(),
		schema.Row("multi_attach_enabled", schema.Flag(), "false", "io1 and io2: whether several instances can have it at once"),
		schema.Row("file_system", schema.Choice(fileSystems), "", "what it is formatted with; one that is attached to several instances needs one for clusters"),
		schema.Row("attach", schema.List(), "", "what it is attached to, by tables or by names of instances; to nothing without, and billed all the same"),
		schema.Row("attach[].instance", schema.Name("instance"), schema.Required, "the instance").Coded(schema.NoCode),
		schema.Row("attach[].device_name", schema.Text(), "", "its device there").Coded(schema.NoCode),
	))
}

// forClusters are the file systems that several instances can write to at once.
var forClusters = []string{"gfs2", "ocfs2"}

// sharesIO1 are the Regions where instances can share a volume of io1; those of io2 they can
// share everywhere (Amazon EBS User Guide, "Considerations and limitations" of Multi-Attach).
var sharesIO1 = []string{"us-east-1", "us-west-2", "ap-northeast-2"}

// fileSystems are those that a volume may be formatted with.
func fileSystems() []schema.Word {
	var words []schema.Word
	for _, name := range forClusters {
		words = append(words, schema.Word{Name: name, Meaning: "for clusters: several instances write to it"})
	}
	for _, name := range []string{"ext3", "ext4", "xfs", "btrfs", "ntfs"} {
		words = append(words, schema.Word{Name: name, Meaning: "one instance writes to it"})
	}
	return words
}

// readVolumes reads the volumes of their own, and gives them to their instances.
func (l *loader) readVolumes() {
	l.cfg.Volumes = make([]controlplane.Volume, len(l.tables["volume"]))
	for i, t := range l.tables["volume"] {
		v := &l.cfg.Volumes[i]
		v.Name, v.Tags = t.Name, l.cfg.Tags["volume."+t.Name]
		respellKeys(t.Node, volumeTable)
		respellAttachments(t.Node)
		v.Spec = l.volumeOfType(t)
		v.Spec.Name, v.Spec.Volume = t.Name, i+1
		v.Spec.Shared = t.Flag("multi_attach_enabled")
		checkKey(t)
		v.Spec.Encrypted, v.Spec.DeleteOnTermination = t.Flag("encrypted"), t.Flag("delete_on_termination")
		if len(l.cfg.Zones) > 0 {
			t.Assume("availability_zone", l.zonesOf(l.region(t))[0])
		}
		if name := t.Text("availability_zone"); t.Sound("availability_zone") {
			v.Zone, _ = l.zoneIn(t, "availability_zone", name, l.region(t))
		}
		v.Snapshot, v.Written, v.Dirty = l.snapshotName(t, "snapshot"), t.Size("written"), t.Quantity("dirty")
		if t.Sound("written", "size") && v.Written > model.Bytes(v.Spec.SizeGiB)*model.GiB {
			t.Mistake("written", "must not exceed the size", "")
		}
		if v.Written > 0 && v.Snapshot != "" {
			t.Mistake("written", "must not be given with snapshot, which says what there is", "")
		}
		multi := l.multiAttach(t, v)
		attached := 0
		for _, a := range t.Each("attach") {
			attached += l.attachVolume(a, v, attached, multi)
			a.Done()
		}
		l.starts = append(l.starts, start{t, "iops"})
		t.Done()
	}
}

// multiAttach reads whether several instances can have a volume at once.
func (l *loader) multiAttach(t *schema.Table, v *controlplane.Volume) bool {
	multi := t.Flag("multi_attach_enabled")
	system := ""
	if t.Has("file_system") {
		system = t.Choice("file_system")
	}
	if !multi {
		if system != "" {
			l.warnAt(t.Node.Table["file_system"], t.PathOf("file_system")+": has no effect: only one instance has the volume")
		}
		return false
	}
	if rules, ok := storage.Find(v.Spec.Type); ok && !rules.MultiAttach {
		t.Reject("multi_attach_enabled", schema.Fault{Rule: "must be false but for io1 and io2", Code: "MultiAttachUnsupported"})
	}
	if r := cmp.Or(l.cfg.RegionName(l.region(t)), l.cfg.Region); v.Spec.Type == "io1" && r != "" && !slices.Contains(sharesIO1, r) {
		t.Reject("multi_attach_enabled", schema.Fault{Rule: "must be false for io1 but in " + strings.Join(sharesIO1, ", ") + "; io2 can be shared in " + r + " too", Code: "MultiAttachUnsupported"})
	}
	if system != "" && t.Sound("file_system") && !slices.Contains(forClusters, system) {
		t.Reject("file_system", schema.Fault{Rule: "must be one for clusters, for several instances write to it", Code: "ClusterFSRequired"})
	}
	return true
}

// attachVolume gives a volume to an instance, and returns to how many.
func (l *loader) attachVolume(t *schema.Table, v *controlplane.Volume, attached int, multi bool) int {
	i := t.Reference("instance")
	device := t.Text("device_name")
	if i < 0 {
		return 0
	}
	f := &l.cfg.Instances[i]
	switch {
	case !multi && attached+f.Count > 1:
		t.Reject("instance", schema.Fault{Rule: fmt.Sprintf("must not be more than one instance without multi_attach_enabled, %d in all", attached+f.Count), Code: "VolumeInUse"})
	case attached+f.Count > storage.MostAttachments:
		t.Reject("instance", schema.Fault{Rule: fmt.Sprintf("must not be more than %d instances, %d in all", storage.MostAttachments, attached+f.Count), Code: "MultiAttachLimit"})
	case multi && f.Template.Type >= 0 && !l.cfg.Types[f.Template.Type].Nitro:
		t.Reject("instance", schema.Fault{Rule: "must be of a Nitro type to share a volume, not " + l.cfg.Types[f.Template.Type].Name, Code: "MultiAttachUnsupported"})
	case multi && f.Template.Platform == model.Windows && v.Spec.Type == "io1":
		t.Reject("instance", schema.Fault{Rule: "must run Linux to share a volume of io1", Code: "MultiAttachUnsupported"})
	}
	for n := range min(f.Count, len(f.Zones)) {
		if f.Zones[n] != v.Zone {
			t.Reject("instance", schema.Fault{Rule: fmt.Sprintf("must be in the zone of the volume, %s, not in %s", l.cfg.Zones[v.Zone], l.cfg.Zones[f.Zones[n]]), Code: "InvalidVolume.ZoneMismatch"})
			break
		}
	}
	if device != "" && model.FindVolume(f.Template.Volumes, device) >= 0 {
		t.Reject("device_name", schema.Fault{Rule: "must not be the device of another volume of instance." + f.Name, Code: "InvalidParameterValue"})
	}
	spec := v.Spec
	spec.Device = device
	f.Template.Volumes = append(slices.Clone(f.Template.Volumes), spec)
	l.checkAttachments(t, "instance", f.Template.Type, len(f.Template.Volumes))
	return f.Count
}

// verifyVolumes refuses what attaches at the start a volume that is created later.
func (l *loader) verifyVolumes() {
	for i := range l.cfg.Backups {
		for _, v := range l.cfg.Backups[i].Volumes {
			l.cfg.Volumes[v].Backed = true
		}
	}
	for i := range l.cfg.Actions {
		for _, v := range l.cfg.Actions[i].Volumes {
			l.cfg.Volumes[v].Backed = true
		}
	}
}

// markSnapped marks the hard disks whose snapshots slow them down.
func (l *loader) markSnapped() {
	slows := func(volumes []int) {
		for _, v := range volumes {
			if kind := l.cfg.Volumes[v].Spec.Type; kind == "st1" || kind == "sc1" {
				l.mark([]int{v})
			}
		}
	}
	for i := range l.cfg.Actions {
		if a := &l.cfg.Actions[i]; a.Do == controlplane.TakeSnapshot {
			slows(a.Volumes)
		}
	}
	for i := range l.cfg.Backups {
		slows(l.cfg.Backups[i].Volumes)
	}
}
