package cloud

import (
	"testing"

	"headroom/model"
	"headroom/model/dataplane"
	"headroom/sim"
	"headroom/sim/rng"
)

// BenchmarkTwoReads plays requests that compute and read twice from a volume, on 100
// instances behind a load balancer.
func BenchmarkTwoReads(b *testing.B) {
	for name, volume := range map[string]model.VolumeSpec{
		"gp3": {Type: "gp3", SizeGiB: 100, IOPS: 3000, ThroughputMiBs: 125}, "gp2": {Type: "gp2", SizeGiB: 500},
	} {
		b.Run(name, func(b *testing.B) {
			cfg := balanced("round_robin", 100)
			cfg.Types[0].Nitro, cfg.Types[0].EBS = true, model.EBSLimits{BaseMbps: 4750, PeakMbps: 4750, BaseIOPS: 18750, PeakIOPS: 18750}
			read := dataplane.Step{Kind: dataplane.StepDisk, IO: dataplane.IO{Count: must(rng.Fixed(1)), Size: must(rng.Fixed(16384))}}
			cfg.Services[0].Discipline = ProcessorSharing
			cfg.Services[0].Disks = []string{"root"}
			cfg.Services[0].Steps = []dataplane.Step{{Kind: dataplane.StepCPU}, read, read}
			cfg.Instances[0].Template.Volumes = []model.VolumeSpec{volume}
			cfg.Workloads = nil
			cfg.request(poissonAt(20_000), must(rng.Exponential(0.004)))
			cfg.Duration = 300 * sim.Day
			benchAgainst(b, cfg)
		})
	}
}
