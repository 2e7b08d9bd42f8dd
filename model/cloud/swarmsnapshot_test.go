package cloud

import (
	"fmt"
	"slices"
	"testing"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/model/scaling"
	"headroom/sim"
	"headroom/sim/rng"
)

// swarmSnapshots is a random scenario of [swarmDisks] with volumes of its own that somebody
// snapshots, copies, archives, deletes, makes anew, attaches, detaches and modifies.
func swarmSnapshots(seed uint64) *Config {
	cfg := swarmDisks(seed)
	s := rng.New(seed, 0, "swarm/snapshot")
	for len(cfg.Volumes) < 4 {
		n := len(cfg.Volumes)
		spec := model.VolumeSpec{Name: fmt.Sprintf("v%d", n), Volume: n + 1, Type: "gp3", SizeGiB: 1, IOPS: 3000, ThroughputMiBs: 125, Changes: true}
		if n == 2 { // several instances have it
			spec.Type, spec.SizeGiB, spec.ThroughputMiBs, spec.Shared = "io2", 4, 0, true
		}
		v := Volume{Name: spec.Name, Spec: spec, Written: model.Bytes(s.Below(1000)) * model.MiB, Dirty: 1e6 * s.Uniform(), Backed: true, Later: n == 3}
		if n == 2 {
			v.Snapshot, v.Written = "golden", 0
		}
		cfg.Volumes = append(cfg.Volumes, v)
	}
	cfg.Snapshots = []controlplane.VolumeSnapshot{{Name: "golden", SizeGiB: 1, Stored: 700 * model.MiB, FastRestore: []model.Zone{0}}}
	if chance(&s, 0.5) {
		cfg.Bin.Retention = sim.Day
	}
	cfg.Backups = []controlplane.Backup{{Name: "often", Volumes: []int{1, 2}, Times: scaling.Schedule{Recurrence: "* * * * *"}, Retain: s.Below(3), CopyTo: []string{"us-west-2"}[:s.Below(2)]}}
	for range 40 {
		a := controlplane.Action{
			Do: controlplane.ActionKind(1 + s.Below(11)), At: sim.Time(s.Below(int(cfg.Duration))), Name: "hand", Fleet: None,
			Snapshot: []string{"golden", "often", "hand"}[s.Below(3)], Volumes: []int{1 + s.Below(3)}, Count: s.Below(3), Zones: []model.Zone{0},
			Spec: model.VolumeSpec{Type: "gp3", SizeGiB: 1 + int64(s.Below(2)), IOPS: 3000 + int64(s.Below(1000)), ThroughputMiBs: 125},
		}
		if a.Volumes[0] == 2 && a.Do == controlplane.ModifyVolume {
			a.Spec.Type, a.Spec.SizeGiB, a.Spec.ThroughputMiBs = "", 4+int64(s.Below(2)), 0
		}
		if a.Do == controlplane.DetachVolume && len(cfg.Instances) > 0 && chance(&s, 0.5) {
			a.Fleet = s.Below(len(cfg.Instances))
		}
		if a.Do == controlplane.AttachVolume {
			if len(cfg.Instances) == 0 {
				a.Do = controlplane.TakeSnapshot
			} else {
				a.Fleet, a.Device = s.Below(len(cfg.Instances)), []string{"/dev/sdf", ""}[s.Below(2)]
			}
		}
		cfg.Actions = append(cfg.Actions, a)
	}
	cfg.FileSystems = []model.FileSystem{{
		Overwritten: float64(s.Below(3)) / 2,
		Name:        "shared", Mode: model.ThroughputMode(1 + s.Below(3)), Throughput: 1, Standard: model.Bytes(s.Below(1e9)), Lifecycle: sim.Time(s.Below(int(sim.Minute))),
	}}
	for range 3 {
		cfg.Actions = append(cfg.Actions, controlplane.Action{
			Do: controlplane.ModifyFileSystem, At: sim.Time(s.Below(int(cfg.Duration))), To: model.FileSystem{Mode: model.ThroughputMode(1 + s.Below(3)), Throughput: 1 + int64(s.Below(9))},
		})
	}
	for i := range cfg.Services {
		service := &cfg.Services[i]
		for k := range service.Steps {
			if step := &service.Steps[k]; step.Kind == dataplane.StepDisk && chance(&s, 0.4) {
				step.IO.Disk = len(service.Disks)
			}
		}
		service.Disks = append(slices.Clone(service.Disks), "efs.shared")
	}
	for i := range cfg.Instances {
		t := &cfg.Instances[i].Template
		volumes := append([]model.VolumeSpec(nil), t.Volumes...)
		for k := 1; k < 4; k++ {
			spec := cfg.Volumes[k].Spec
			spec.Away = true
			volumes = append(volumes, spec)
		}
		t.Volumes = volumes
	}
	if chance(&s, 0.5) {
		cfg.Quotas.IOPS = []int64{-1, iopsAtStart(cfg) + int64(s.Below(1500))}
		for i := range cfg.LaunchTemplates {
			t := &cfg.LaunchTemplates[i]
			t.Volumes = slices.Clone(t.Volumes)
			t.Volumes[0].DeleteOnTermination = true
		}
	}
	return cfg
}

// iopsAtStart is what a quota must have for volumes of io2 and for what runs from the start.
func iopsAtStart(cfg *Config) (n int64) {
	for i := range cfg.Volumes {
		if v := &cfg.Volumes[i]; v.Spec.Type == "io2" && !v.Later {
			n += v.Spec.IOPS
		}
	}
	for i := range cfg.Instances {
		for _, v := range cfg.Instances[i].Template.Volumes {
			if v.Type == "io2" && v.Volume == 0 {
				n += v.IOPS * int64(cfg.Instances[i].Count)
			}
		}
	}
	return n
}

// Every invariant holds after every eleventh event of random work on volumes and snapshots: blocks
// are conserved, and so are the I/Os of disks that come and go.
func TestInvariantsHoldOnRandomSnapshots(t *testing.T) {
	worlds{
		seeds: 60, make: swarmSnapshots, events: 20_000, stride: 11,
		see: func(t *testing.T, out *Outcome) {
			conserved(t, out)
		},
	}.hold(t)
}

// conserved: what is billed of a file system is what was read from it and written.
func conserved(t *testing.T, o *Outcome) {
	t.Helper()
	var billed, done model.Bytes
	for _, u := range o.Ledger.FileIOs {
		billed += u.Read + u.Written
	}
	for i := range o.Disks {
		if o.Disks[i].Kind == dataplane.FileSystemKind {
			done += o.Disks[i].Read + o.Disks[i].Written
		}
	}
	last := map[int32]model.Bytes{}
	for _, u := range o.Ledger.FileSystems {
		all := u.Standard + u.Infrequent + u.Archived
		if all < last[u.Owner] {
			t.Errorf("a file system shrinks from %d bytes to %d", last[u.Owner], all)
		}
		last[u.Owner] = all
	}
	for i := range o.Disks {
		if d := &o.Disks[i]; d.Kind == dataplane.FileSystemKind && last[d.Owner] > d.Stored {
			t.Errorf("%d bytes of a file system are billed that stores %d", last[d.Owner], d.Stored)
		}
	}
	if billed != done {
		t.Errorf("%d bytes of file systems were read and written, %d are billed", done, billed)
	}
}
