package cloud

import (
	"testing"
	"unsafe"

	"headroom/model"
	"headroom/model/dataplane"
	"headroom/sim"
	"headroom/sim/rng"
)

func TestAnEventTakesAtMost16Bytes(t *testing.T) {
	if size := unsafe.Sizeof(model.Event{}); size > 16 {
		t.Errorf("an event takes %d bytes, want at most 16", size)
	}
}

func TestNoAllocationPerRequest(t *testing.T) {
	shared := balanced("least_outstanding_requests", 50)
	shared.Services[0] = Service{Discipline: ProcessorSharing, Concurrency: 64, Backlog: 1024}
	shared.Workloads[0].Clients.Timeout = sim.Second
	shared.Workloads[0].Clients.RetryAttempts, shared.Workloads[0].Clients.Backoff = 1, sim.Second
	queue := queue(Service{Discipline: FCFS, Workers: 100, Backlog: NoLimit}, 128, 800, must(rng.Exponential(0.1)))
	queue.Duration = sim.Day
	shared.Duration = sim.Day
	call := ask(1, must(rng.Exponential(0.01)))
	call.Call.Count, call.Call.Parallel, call.Call.PoolSize = 3, true, 4
	call.Call.Clients = Clients{Timeout: 50 * ms, RetryAttempts: 1, Backoff: 10 * ms, RetryBudget: 0.1}
	journey := tiers(must(rng.Exponential(0.001)), poissonAt(100), Service{
		Discipline: ProcessorSharing, Backlog: NoLimit, Steps: []dataplane.Step{{Kind: dataplane.StepCPU}, call, pause(5 * ms)},
	}, Service{Discipline: ProcessorSharing, Concurrency: 8, Backlog: 8})
	journey.Workloads[0].Clients.Timeout = 100 * ms
	journey.Duration = sim.Day
	disk := func(volumes ...model.VolumeSpec) *Config {
		read := func(k int) dataplane.Step {
			return dataplane.Step{Kind: dataplane.StepDisk, IO: dataplane.IO{Disk: k, Count: must(rng.Exponential(2)), Size: must(rng.Fixed(4096))}}
		}
		cfg := tiers(must(rng.Exponential(0.001)), poissonAt(100), Service{
			Discipline: ProcessorSharing, Backlog: NoLimit, Disks: []string{"root", "b"}, Steps: []dataplane.Step{{Kind: dataplane.StepCPU}, read(0), read(1)},
			Cache: dataplane.Cache{Size: model.MiB, Hit: 0.5, Disk: None},
		})
		cfg.Types[0].EBS = model.EBSLimits{BaseMbps: 100, PeakMbps: 1000, BaseIOPS: 1000, PeakIOPS: 5000}
		cfg.Instances[0].Template.Volumes = volumes
		cfg.Volumes = []Volume{{Name: "b", Spec: volumes[1]}}
		cfg.Duration = sim.Day
		return cfg
	}
	pages := waiting(200, must(rng.Exponential(0.05)), dataplane.Memory{
		Base: 800 * model.MiB, PerRequest: 8 * model.MiB, PerConnection: model.MiB, Reserved: 200 * model.MiB, PagesTouched: 50, Restart: sim.Second,
		Swap: dataplane.Swap{Size: model.GiB, Block: model.MiB},
	})
	pages.Duration = sim.Day
	gp2 := model.VolumeSpec{Device: "b", Type: "gp2", SizeGiB: 10}
	shares := gp2
	shares.Shared, shares.Volume, shares.Name = true, 1, "b"
	for name, cfg := range map[string]*Config{
		"shared": shared, "queue": queue, "pages": pages, "journey": journey, "array": disk(gp2, gp2), "shared volume": disk(gp2, shares),
	} {
		w := must(New(cfg, 0))
		step := func() {
			if !w.step(cfg.Duration) {
				t.Fatalf("%s: the horizon is too near", name)
			}
		}
		for range 300_000 { // pools, rings and histograms reach their size
			step()
		}
		perRun := testing.AllocsPerRun(10, func() {
			for range 10_000 {
				step()
			}
		})
		if perRun > 1 { // a longest queue or a largest latency may still come up
			t.Errorf("%s: %g allocations in 10 000 events, want none", name, perRun)
		}
	}
}
