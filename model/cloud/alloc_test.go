package cloud

import (
	"testing"
	"unsafe"

	"headroom/model"
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
	for name, cfg := range map[string]*Config{"shared": shared, "queue": queue} {
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
