package tables

import (
	"cmp"
	"fmt"
	"slices"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/storage"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
	"headroom/sim"
)

// asModified returns a volume as the actions that come before an instant have made it, if
// they did.
func (l *loader) asModified(volume int, at sim.Time) model.VolumeSpec {
	spec := l.cfg.Volumes[volume].Spec
	before := slices.DeleteFunc(slices.Clone(l.cfg.Actions), func(a controlplane.Action) bool {
		return a.Do != controlplane.ModifyVolume || a.At > at || !slices.Contains(a.Volumes, volume)
	})
	slices.SortStableFunc(before, func(a, b controlplane.Action) int { return cmp.Compare(a.At, b.At) })
	for _, a := range before {
		rules, ok := storage.Find(spec.Type)
		if !ok {
			return spec
		}
		was := storage.Spec{Kind: rules.Kind, SizeGiB: spec.SizeGiB, IOPS: spec.IOPS, ThroughputMiBs: spec.ThroughputMiBs}
		now := was.Changed(a.Spec)
		spec.Type, spec.SizeGiB, spec.IOPS, spec.ThroughputMiBs = now.Kind.String(), now.SizeGiB, now.IOPS, now.ThroughputMiBs
	}
	return spec
}

// readModification reads what a volume is to be, checked against what it is by then; it is
// checked again during the run, where something before may have been refused.
func (l *loader) readModification(t *schema.Table, a *controlplane.Action) {
	if !t.Has("type") && !t.Has("size") && !t.Has("iops") && !t.Has("throughput") && !t.Has("multi_attach_enabled") {
		t.Mistake("do", "needs one of type, size, iops, throughput and multi_attach_enabled", "")
	}
	if len(a.Volumes) == 0 {
		t.Pass("type", "size", "iops", "throughput", "multi_attach_enabled")
		return
	}
	typed, sized, rated, streamed := t.Has("type"), t.Has("size"), t.Has("iops"), t.Has("throughput")
	now := l.asModified(a.Volumes[0], a.At)
	readSharing(t, a, now.Type)
	if !typed && !sized && !rated && !streamed {
		t.Pass("type", "size", "iops", "throughput")
		return
	}
	t.Assume("type", now.Type)
	t.Assume("size", fmt.Sprintf("%dGiB", now.SizeGiB))
	if rules, ok := storage.Find(t.Choice("type")); ok && rules.MostIOPS > 0 && now.IOPS > 0 {
		t.Assume("iops", max(now.IOPS, rules.LeastIOPS))
	}
	if t.Choice("type") == "gp3" && now.ThroughputMiBs > 0 {
		t.Assume("throughput", now.ThroughputMiBs)
	}
	a.Spec = l.volumeOfType(t)
	if t.Sound("size") && a.Spec.SizeGiB < now.SizeGiB {
		t.Reject("size", schema.Fault{Rule: fmt.Sprintf("must not shrink the volume of %d GiB", now.SizeGiB), Code: "InvalidParameterValue"})
	}
	if now.Shared && !l.cfg.Volumes[a.Volumes[0]].Apart {
		keepShape(t, a, &now, map[string]bool{"size": sized, "iops": rated})
	}
	if !typed {
		a.Spec.Type = ""
	}
	if !sized {
		a.Spec.SizeGiB = 0
	}
	if !rated {
		a.Spec.IOPS = 0
	}
	if !streamed {
		a.Spec.ThroughputMiBs = 0
	}
}

// keepShape refuses what a volume that instances share must not become: one of io1 keeps its
// size and its IOPS too (Amazon EBS User Guide, "Considerations and limitations" of
// Multi-Attach).
func keepShape(t *schema.Table, a *controlplane.Action, now *model.VolumeSpec, given map[string]bool) {
	if t.Sound("type") && a.Spec.Type != now.Type {
		t.Reject("type", schema.Fault{Rule: "must stay " + now.Type + " for a volume with multi_attach_enabled", Code: "MultiAttachUnsupported"})
		return
	}
	for _, key := range []string{"size", "iops"} {
		if now.Type == "io1" && given[key] && t.Sound(key) {
			t.Reject(key, schema.Fault{Rule: "must stay as it is for a volume of io1 with multi_attach_enabled", Code: "MultiAttachUnsupported"})
		}
	}
}

// readSharing reads whether instances share a volume from then on.
func readSharing(t *schema.Table, a *controlplane.Action, kind string) {
	const key = "multi_attach_enabled"
	if !t.Has(key) {
		t.Pass(key)
		return
	}
	a.Sharing = controlplane.ShareNoMore
	if t.Flag(key) {
		a.Sharing = controlplane.ShareVolume
	}
	if t.Sound(key) && kind != "io2" {
		t.Reject(key, schema.Fault{Rule: "must be given when the volume is made: only for io2 it can be changed later", Got: kind, Code: "MultiAttachUnsupported"})
	}
}

// shareLater notes the volumes that instances share from when an action says so: the data
// plane has them as such from the start, and the control plane lets nobody share them before.
func (l *loader) shareLater(actions []*schema.Table) {
	for _, t := range actions {
		on, n := t.Node.Table["on"], t.Node.Table["multi_attach_enabled"]
		if on == nil || n == nil || n.Scalar != true {
			continue
		}
		names := on.List
		if on.Form == tree.ScalarForm {
			names = []*tree.Node{on}
		}
		for _, e := range names {
			text, _ := e.AsText()
			v := slices.IndexFunc(l.cfg.Volumes, func(v controlplane.Volume) bool { return "volume."+v.Name == text })
			if v < 0 || l.cfg.Volumes[v].Spec.Shared {
				continue
			}
			l.cfg.Volumes[v].Spec.Shared, l.cfg.Volumes[v].Apart = true, true
			l.eachTemplate(v, func(s *model.VolumeSpec) { s.Shared = true })
		}
	}
}

// eachTemplate calls act with what the templates of instances say of a volume.
func (l *loader) eachTemplate(volume int, act func(*model.VolumeSpec)) {
	for i := range l.cfg.Instances {
		f := &l.cfg.Instances[i]
		if k := slices.IndexFunc(f.Template.Volumes, func(s model.VolumeSpec) bool { return s.Volume == volume+1 }); k >= 0 {
			f.Template.Volumes = slices.Clone(f.Template.Volumes)
			act(&f.Template.Volumes[k])
		}
	}
}

// mark notes that volumes change during the run.
func (l *loader) mark(volumes []int) {
	for _, v := range volumes {
		l.cfg.Volumes[v].Spec.Changes = true
		l.eachTemplate(v, func(s *model.VolumeSpec) { s.Changes = true })
	}
}
