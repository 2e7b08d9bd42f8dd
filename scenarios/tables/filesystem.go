package tables

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/scenarios/schema"
	"headroom/sim"
)

// fileSystemKeys are those of [file_system.NAME]: Terraform's aws_efs_file_system, with
// its mount targets and what it holds.
func fileSystemKeys() []schema.Key {
	keys := append(slices.Concat(throughputKeys(), membershipKeys("security_groups", "")),
		schema.Row("performance_mode", schema.OneOf("generalPurpose: the least latency", "maxIO: more operations, each four times as slow"), `"generalPurpose"`, "chosen once"),
		schema.Row("availability_zone_name", schema.Text(), "", "One Zone: the zone where all of it is, at half the price; regional without"),
		regionKey(),
		schema.Row("mount_targets", schema.Texts(), "(every zone, or its own)", "zones from which it is mounted, each once"),
		schema.Row("remote_mount", schema.Flag(), "false", "One Zone: whether instances of other zones mount it, too"),
		schema.Row("stored", schema.Quantity(schema.Bytes, 0, 1<<56), "0", "bytes in the Standard class; 1 GB is 10⁹"),
		schema.Row("stored_ia", schema.Quantity(schema.Bytes, 0, 1<<56), "0", "bytes in the Infrequent Access class"),
		schema.Row("stored_archive", schema.Quantity(schema.Bytes, 0, 1<<56), "0", "bytes in the Archive class"),
		schema.Row("overwritten", schema.Quantity(schema.Share, 0, 1), "0", "share of what is written that takes the place of what is stored; by the rest it grows, which is looked at every hour"),
		schema.Row("lifecycle_ia", schema.Quantity(schema.Seconds, 0, year), `"0s"`, "after which time what nobody touched moves to Infrequent Access; never for 0s. Terraform's lifecycle_policy is read as well"),
	)
	return schema.Within("file_system.NAME", "ValidationError", keys)
}

// throughputKeys are those that can be changed.
func throughputKeys() []schema.Key {
	return []schema.Key{
		schema.Row("throughput_mode", schema.OneOf("bursting: by what is stored, and credits", "provisioned: what is paid for", "elastic: what is asked for, by the byte"), `"bursting"`, "what limits the throughput"),
		schema.Row("provisioned_throughput_in_mibps", schema.Quantity(schema.Number, -1e6, 1e6), "", "provisioned: MiB a second"),
	}
}

// readFileSystems reads the file systems.
func (l *loader) readFileSystems() {
	for _, t := range l.tables["file_system"] {
		f := model.FileSystem{Name: t.Name}
		respellLifecycle(t.Node)
		f.Mode, f.Throughput = readThroughputMode(t)
		f.MaxIO = t.Choice("performance_mode") == "maxIO"
		if name := t.Text("availability_zone_name"); name != "" && t.Sound("availability_zone_name") {
			z, _ := l.zoneIn(t, "availability_zone_name", name, l.region(t))
			f.OneZone, f.Targets = true, []model.Zone{z}
		}
		if f.MaxIO && (f.OneZone || f.Mode == model.Elastic) {
			t.Wrong("performance_mode", "must be generalPurpose for One Zone file systems and elastic throughput")
		}
		l.readMountTargets(t, &f)
		f.Remote = t.Flag("remote_mount")
		f.Standard, f.Infrequent, f.Archived = t.Size("stored"), t.Size("stored_ia"), t.Size("stored_archive")
		f.Overwritten = t.Quantity("overwritten")
		f.Lifecycle = t.Duration("lifecycle_ia")
		if l := f.Lifecycle; l > 0 && l < sim.Day {
			t.Wrong("lifecycle_ia", "must be at least 1d")
		}
		if end := l.end(l.readGroupsOf(t, "security_groups", ""), l.wholeVPC(), false); end > 0 {
			l.cfg.Network.Mounts = append(l.cfg.Network.Mounts, end)
		}
		t.Done()
		l.cfg.FileSystems = append(l.cfg.FileSystems, f)
	}
}

func (l *loader) readMountTargets(t *schema.Table, f *model.FileSystem) {
	if !t.Has("mount_targets") {
		t.Pass("mount_targets")
		region := l.region(t)
		for z := range l.cfg.Zones {
			if !f.OneZone && l.cfg.RegionOf(model.Zone(z)) == region {
				f.Targets = append(f.Targets, model.Zone(z))
			}
		}
		return
	}
	var zones []model.Zone
	for _, name := range t.Texts("mount_targets") {
		z, ok := l.zoneIn(t, "mount_targets", name, l.region(t))
		switch {
		case !ok:
		case slices.Contains(zones, z):
			t.Wrong("mount_targets", "must have one mount target in a zone at most")
		case f.OneZone && z != f.Targets[0]:
			t.Wrong("mount_targets", "must be in the zone of a One Zone file system, "+l.cfg.Zones[f.Targets[0]])
		default:
			zones = append(zones, z)
		}
	}
	f.Targets = zones
	l.oneRegion(t, "mount_targets", zones)
}

// readThroughputMode reads what limits the throughput of a file system.
func readThroughputMode(t *schema.Table) (model.ThroughputMode, int64) {
	const key = "provisioned_throughput_in_mibps"
	mode := map[string]model.ThroughputMode{"bursting": model.Bursting, "provisioned": model.Provisioned, "elastic": model.Elastic}[t.Choice("throughput_mode")]
	if !t.Has(key) {
		t.Pass(key)
		if mode == model.Provisioned {
			t.Add(schema.Fault{Path: t.PathOf(key), Rule: "is required with throughput_mode \"provisioned\"", Code: "ValidationError"}, t.Node, key)
		}
		return mode, 0
	}
	rate := t.Quantity(key)
	switch {
	case !t.Sound(key):
	case mode != model.Provisioned:
		t.Reject(key, schema.Fault{Rule: "must not be given without throughput_mode \"provisioned\"", Code: "ValidationError"})
	case rate <= 0:
		t.Reject(key, schema.Fault{Rule: "must be above 0", Code: "ValidationError"})
	case rate < 1 || rate != float64(int64(rate)):
		t.Reject(key, schema.Fault{Rule: "must be whole MiB/s", Code: "ValidationError"})
	}
	return mode, int64(rate)
}

// readFileSystemAction reads what a file system is changed to.
func (l *loader) readFileSystemAction(t *schema.Table, a *controlplane.Action) {
	names := l.subjects(t, "file_system")
	a.FileSystem = -1
	if len(names) > 0 {
		a.FileSystem = t.Find("on", "file_system", names[0])
	}
	a.To.Mode, a.To.Throughput = readThroughputMode(t)
	if a.FileSystem < 0 {
		return
	}
	if a.To.Mode == model.Elastic && l.cfg.FileSystems[a.FileSystem].MaxIO {
		t.Reject("throughput_mode", schema.Fault{Rule: "must not be elastic for a file system with performance_mode \"maxIO\"", Code: "ValidationError"})
	}
	for i := range l.cfg.Actions {
		b := &l.cfg.Actions[i]
		if b.Do == controlplane.ModifyFileSystem && b.FileSystem == a.FileSystem && b.To.Mode != a.To.Mode && a.At-b.At < sim.Day && b.At-a.At < sim.Day {
			t.Reject("at", schema.Fault{Rule: fmt.Sprintf("must not be within 24h of action.%d, which changes the mode, too", i), Code: "ValidationError"})
		}
	}
}

// lacksFileSystem returns why a server that instances of a template are cannot mount what
// a step names; "" if it can.
func (l *loader) lacksFileSystem(name, owner string, platform model.Platform, zones []model.Zone) (rule, code string) {
	k := model.FindFileSystem(l.cfg.FileSystems, name)
	if k < 0 {
		return "must name a [file_system.NAME] after " + model.FileSystemPrefix, ""
	}
	f := &l.cfg.FileSystems[k]
	if platform == model.Windows {
		return "must not be a file system: " + owner + " runs Windows, and EFS is for Linux", "ValidationError"
	}
	for _, z := range zones {
		switch {
		case f.OneZone && !f.Remote && z != f.Targets[0]:
			return fmt.Sprintf("must be mounted in its zone, %s, without remote_mount: %s is in %s", l.cfg.Zones[f.Targets[0]], owner, l.cfg.Zones[z]), "ValidationError"
		case !f.OneZone && !slices.Contains(f.Targets, z):
			return fmt.Sprintf("must have a mount target in zone %s, where %s is", l.cfg.Zones[z], owner), "ValidationError"
		}
	}
	return "", ""
}

// mostMounts is how many connections a file system has at most (Amazon EFS User Guide,
// "Quotas").
const mostMounts = 25_000

// mostServers is how many servers of a service there can be at once.
func (l *loader) mostServers(service int) (n int) {
	for i := range l.cfg.Instances {
		if f := &l.cfg.Instances[i]; f.Serves(service) {
			n += f.Count
		}
	}
	for i := range l.cfg.Groups {
		if g := &l.cfg.Groups[i]; g.Serves(service) {
			n += g.Max
		}
	}
	return n
}

// isFileSystem reports whether a step means a file system.
func isFileSystem(name string) bool { return strings.HasPrefix(name, model.FileSystemPrefix) }

// checkMounts refuses a file system that a server of the service cannot mount.
func (l *loader) checkMounts(service int, name string, uses []diskUse) {
	refuse := func(owner string, platform model.Platform, zones []model.Zone) bool {
		rule, code := l.lacksFileSystem(name, owner, platform, zones)
		if rule == "" {
			return false
		}
		for _, u := range uses {
			u.at.Reject(u.key, schema.Fault{Rule: rule, Code: cmp.Or(code, schema.NoCode)})
		}
		return true
	}
	if l.mounts == nil {
		l.mounts = map[string]int{}
	}
	if l.mounts[name] += l.mostServers(service); l.mounts[name] > mostMounts {
		for _, u := range uses {
			u.at.Reject(u.key, schema.Fault{Rule: fmt.Sprintf("must not be mounted by more than %d instances, %d in all", mostMounts, l.mounts[name]), Code: "ValidationError"})
		}
	}
	for i := range l.cfg.Instances {
		f := &l.cfg.Instances[i]
		if f.Serves(service) && refuse("instance."+f.Name, f.Template.Platform, f.Zones[:min(len(f.Zones), f.Count)]) {
			return
		}
	}
	for i := range l.cfg.Groups {
		g := &l.cfg.Groups[i]
		if g.Serves(service) && g.Template >= 0 && g.Template < len(l.cfg.LaunchTemplates) &&
			refuse(g.Path(), l.cfg.LaunchTemplates[g.Template].Platform, g.Zones) {
			return
		}
	}
}
