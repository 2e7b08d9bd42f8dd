package controlplane

import (
	"fmt"

	"headroom/model"
	"headroom/model/scaling"
	"headroom/model/snapshot"
	"headroom/model/storage"
	"headroom/sim"
)

// storage checks what there is to back up, and what is done with it.
func (v *validator) storage() {
	for i := range v.Volumes {
		x := &v.Volumes[i]
		path := "volume." + x.Name
		_, ok := storage.Find(x.Spec.Type)
		v.Check(ok, path+".type", "must be a type of EBS volumes, got %q", x.Spec.Type)
		v.Check(x.Spec.SizeGiB > 0, path+".size", "must be above 0, got %d", x.Spec.SizeGiB)
		v.Check(x.Written >= 0 && x.Written <= model.Bytes(max(0, x.Spec.SizeGiB))*model.GiB, path+".written", "must be 0 to the size, got %d", x.Written)
		v.Check(x.Dirty >= 0 && x.Dirty <= 1<<50, path+".dirty", "must be 0 to 1 PiB a second, got %g", x.Dirty)
		v.Reference(int(x.Zone), v.world.Zones, path+".availability_zone", "zone")
	}
	for i := range v.Snapshots {
		s := &v.Snapshots[i]
		path := "snapshot." + s.Name
		v.Check(s.SizeGiB > 0 && s.SizeGiB <= 65_536, path+".size", "must be 1 to 65536 GiB, got %d", s.SizeGiB)
		v.Check(s.Stored >= 0 && s.Stored <= model.Bytes(max(0, s.SizeGiB))*model.GiB, path+".stored", "must be 0 to the size, got %d", s.Stored)
		v.Check(len(s.FastRestore) == 0 || !s.Archived && s.SizeGiB <= snapshot.MostFastGiB, path+".fast_restore", "must not be given for an archived snapshot or one of more than %d GiB", snapshot.MostFastGiB)
	}
	v.bin(&v.Bin, "recycle_bin.retention")
	v.bin(&v.ImageBin, "recycle_bin.image_retention")
	for i := range v.Backups {
		b := &v.Backups[i]
		path := "snapshot_schedule." + b.Name
		v.volumes(b.Volumes, path+".volumes")
		v.times(b.Times, path+".cron")
		v.Check(b.Retain >= 0 && b.ArchiveAfter >= 0, path, "must not have a negative retain or archive_after")
	}
	for i := range v.Actions {
		v.action(&v.Actions[i], fmt.Sprintf("action.%d", i))
	}
}

func (v *validator) volumes(volumes []int, path string) {
	for _, k := range volumes {
		v.Reference(k, len(v.Volumes), path, "volume")
	}
}

func (v *validator) times(s scaling.Schedule, path string) {
	_, err := scaling.NewTimetable(s)
	v.Check(err == nil, path, "must be a cron expression: %v", err)
}

func (v *validator) action(a *Action, path string) {
	v.Check(a.Do >= CreateVolume && a.Do <= LastAction, path+".do", "must be an action, got %d", a.Do)
	v.volumes(a.Volumes, path+".on")
	v.Check(a.At >= 0 && (a.At <= sim.Horizon || a.At == sim.Never), path+".at", "must be 0 to %v, got %v", sim.Horizon, a.At)
	v.Check(a.Every == 0 || a.Every >= sim.Second, path+".every", "must be at least 1s, got %v", a.Every)
	v.Check(a.Count >= 0 && a.Share >= 0 && a.Share <= 1, path, "must have a count and a share that make sense, got %d and %g", a.Count, a.Share)
	v.times(a.Times, path+".cron")
	for _, k := range a.Interfaces {
		v.Reference(k, len(v.Interfaces), path+".on", "network interface")
	}
	for _, k := range a.ElasticIPs {
		v.Reference(k, len(v.ElasticIPs), path+".on", "Elastic IP")
	}
	if a.Do == AssociateAddress && a.Interface != None {
		if v.Reference(a.Interface, len(v.Interfaces), path+".to", "network interface") {
			v.Check(a.Address >= 0 && a.Address <= v.Interfaces[a.Interface].Secondary, path+".private_ip_address", "must be one of the interface, got number %d", a.Address)
		}
	}
	if a.Do == AttachInterface || a.Do == MoveInterface || a.Do == AssociateAddress && a.Interface == None {
		v.Reference(a.Fleet, len(v.Instances), path+".to", "fleet of instances")
	}
	if a.Do == AttachVolume || a.Do == DetachVolume && a.Fleet != None {
		v.Reference(a.Fleet, len(v.Instances), path+".to", "fleet of instances")
	}
	if _, ok := storage.Find(a.Spec.Type); a.Do == ModifyVolume {
		v.Check(ok || a.Spec.Type == "", path+".type", "must be a type of EBS volumes, got %q", a.Spec.Type)
	}
	for _, z := range a.Zones {
		v.Reference(int(z), v.world.Zones, path+".zones", "zone")
	}
	if a.Do.OfImages() {
		v.Reference(a.Image, len(v.Images), path+".on", "image")
	}
	if a.Do.OfAccess() {
		v.Check(a.On.Kind == OfGroup || a.On.Kind == OfFleet, path+".on", "must be a group or instances")
		v.subject(a.On, path+".on")
	}
	if a.Do.ofInstances() {
		v.operation(a, path)
	}
}

// operation checks what is done to instances, or to a group.
func (v *validator) operation(a *Action, path string) {
	v.subject(a.On, path+".on")
	v.Check(a.On.Kind == OfFleet && a.Do != SetDesiredCapacity || a.On.Kind == OfGroup, path+".on", "must be instances or a group, and a group for its capacity")
	switch a.Do {
	case ResizeInstance:
		v.Check(a.On.Kind == OfFleet, path+".on", "must be instances: the type of a group's members is its template's")
		v.Reference(a.Launch.Type, v.world.Types, path+".type", "type")
		v.speed(a.Launch.Speed, path)
		v.need(a.Launch.Need, path)
	case ModifyCredits:
		v.Check(a.Credits == model.CreditsStandard || a.Credits == model.CreditsUnlimited, path+".cpu_credits", "must be standard or unlimited, got %d", a.Credits)
	case SetDesiredCapacity:
		v.Check(a.Desired >= 0, path+".desired_capacity", "must not be negative, got %d", a.Desired)
	}
}

// bin checks how long a recycle bin keeps what is deleted.
func (v *validator) bin(b *snapshot.Bin, path string) {
	keeps := func(r sim.Time) bool { return r >= snapshot.LeastRetention && r <= snapshot.MostRetention }
	v.Check(b.Retention == 0 || keeps(b.Retention), path, "must be 1 to 365 days, got %v", b.Retention)
	for _, rule := range b.Rules {
		v.Check(keeps(rule.Retention), "recycle_bin.rule", "must keep for 1 to 365 days, got %v", rule.Retention)
	}
}
