package cloud

import (
	"fmt"
	"testing"

	"headroom/sim"
	"headroom/sim/rng"
)

// sending is n instances of two vCPUs at 70 % behind a load balancer, m5.large if their
// bytes take their time: 500 B come in and 20 KiB go out, 2.3 Mbit/s each.
func sending(algorithm string, n int, limited bool) *Config {
	cfg := balanced(algorithm, n)
	cfg.Workloads[0].Request, cfg.Workloads[0].Response = must(rng.Fixed(500)), must(rng.Exponential(20<<10))
	cfg.Types[0].NetworkBaseGbps, cfg.Types[0].NetworkPeakGbps = 0.75, 10
	cfg.Services[0].Bandwidth = limited
	return cfg
}

// BenchmarkNetwork sends requests whose bytes take their time to n instances; the
// baseline is the same load whose bytes take none.
func BenchmarkNetwork(b *testing.B) {
	for _, algorithm := range []string{"round_robin", "least_outstanding_requests"} {
		for _, n := range []int{100, 1000} {
			for _, limited := range []bool{false, true} {
				b.Run(fmt.Sprintf("%s/%d/limited=%v", algorithm, n, limited), func(b *testing.B) {
					benchAgainst(b, sending(algorithm, n, limited))
				})
			}
		}
	}
}

func TestFlowsOfRequestsAllocateNothing(t *testing.T) {
	for _, algorithm := range []string{"round_robin", "least_outstanding_requests"} {
		cfg := sending(algorithm, 50, true)
		cfg.Duration = sim.Day
		w := must(New(cfg, 0))
		step := func() {
			if !w.step(cfg.Duration) {
				t.Fatalf("%s: the horizon is too near", algorithm)
			}
		}
		for range 200_000 { // pools, rings and histograms reach their size
			step()
		}
		perRun := testing.AllocsPerRun(10, func() {
			for range 10_000 {
				step()
			}
		})
		if perRun > 1 { // a longest queue or a largest latency may still come up
			t.Errorf("%s: %g allocations in 10 000 events, want none", algorithm, perRun)
		}
	}
}
