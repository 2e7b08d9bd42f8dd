package cloud

import (
	"slices"
	"testing"

	"headroom/model"
	"headroom/model/dataplane"
	"headroom/sim"
	"headroom/sim/rng"
)

// swarmDisks is a random scenario of [swarmJourney] whose services read and write too:
// from the root, from a second volume, from disks of their own.
func swarmDisks(seed uint64) *Config {
	cfg := swarmJourney(seed)
	cfg.Duration = min(cfg.Duration, 5*sim.Minute)
	s := rng.New(seed, 0, "swarm/disk")
	volume := func(device string) model.VolumeSpec {
		return []model.VolumeSpec{
			{Device: device, Type: "gp3", SizeGiB: 10, IOPS: 3000, ThroughputMiBs: 125},
			{Device: device, Type: "gp2", SizeGiB: 10},
			{Device: device, Type: "io2", SizeGiB: 100, IOPS: 100},
			{Device: device, Type: "st1", SizeGiB: 125},
			{Device: device, Type: "standard", SizeGiB: 1},
		}[s.Below(5)]
	}
	volumes := []model.VolumeSpec{volume(""), volume("/dev/sdf")}
	if chance(&s, 0.3) { // of their own table, shared by all servers
		volumes[1] = model.VolumeSpec{Device: "/dev/sdf", Name: "data", Volume: 1, Shared: true, Type: "io2", SizeGiB: 100, IOPS: 200}
		cfg.Volumes = append(cfg.Volumes, Volume{Name: "data", Spec: volumes[1]})
	}
	for i := range cfg.LaunchTemplates {
		cfg.LaunchTemplates[i].Volumes = volumes
	}
	for i := range cfg.Instances {
		cfg.Instances[i].Template.Volumes = volumes
	}
	for i := range cfg.Types {
		cfg.Types[i].EBS = []model.EBSLimits{{}, {BaseMbps: 10, PeakMbps: 100, BaseIOPS: 50, PeakIOPS: 500}, {BaseMbps: 1e5, PeakMbps: 1e5, BaseIOPS: 1e6, PeakIOPS: 1e6}}[s.Below(3)]
		cfg.Types[i].NetworkBaseGbps = 1
		cfg.Types[i].Store = model.InstanceStore{Disks: 1, DiskGB: 100, Kind: model.NVMe, ReadIOPS: 1000, WriteIOPS: 300}
	}
	for i := range cfg.Services {
		service := &cfg.Services[i]
		service.Disks = []string{"root", "/dev/sdf", dataplane.InstanceStore}
		if chance(&s, 0.4) {
			service.Cache = dataplane.Cache{Size: model.MiB, Hit: 0.7, Disk: []int{None, 2}[s.Below(2)]}
		}
		if len(service.Steps) == 0 {
			service.Steps = []dataplane.Step{{Kind: dataplane.StepCPU}}
		}
		for range 1 + s.Below(3) {
			service.Steps = slices.Insert(service.Steps, s.Below(len(service.Steps)+1), dataplane.Step{Kind: dataplane.StepDisk, IO: dataplane.IO{
				Disk: s.Below(3), Write: chance(&s, 0.4), Sequential: chance(&s, 0.3),
				Count: must(rng.Exponential(float64(1 + s.Below(20)))), Size: must(rng.Exponential(float64(int(1) << (10 + s.Below(11))))),
			}})
		}
	}
	if chance(&s, 0.5) {
		cfg.Faults = append(cfg.Faults, Fault{
			Kind: VolumeFailure, At: sim.Minute, Duration: must(rng.Exponential(30)), Zone: None, Pool: None, Volume: []string{"root", "/dev/sdf"}[s.Below(2)],
			Share: 0.5,
		})
	}
	return cfg
}

// swarmAlone is a random scenario of [swarmDisks] whose services call nobody, so that
// their servers keep the steps of requests to themselves until somebody looks.
func swarmAlone(seed uint64) *Config {
	cfg := swarmDisks(seed)
	for i := range cfg.Services {
		service := &cfg.Services[i]
		service.Steps = slices.DeleteFunc(service.Steps, func(s dataplane.Step) bool { return s.Kind == dataplane.StepCall })
		if seed%4 > 0 {
			service.Errors.Rate = 0
		}
	}
	for i := range cfg.Types {
		if seed%3 > 0 { // no volume waits for the link
			cfg.Types[i].EBS = model.EBSLimits{BaseMbps: 1e5, PeakMbps: 1e5, BaseIOPS: 1e6, PeakIOPS: 1e6}
		}
	}
	return cfg
}

// Every invariant holds on random journeys over disks: what is asked
// of them is done, lost with its server, or pending.
func TestInvariantsHoldOnRandomDisks(t *testing.T) {
	worlds{seeds: 60, make: swarmDisks, events: 30_000, stride: 7}.hold(t)
}
