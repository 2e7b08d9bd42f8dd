package cloud

import (
	"fmt"
	"testing"
	"time"

	"headroom/model"
	"headroom/sim"
	"headroom/sim/rng"
)

// benchAgainst plays a config and the naive M/M/100 by turns, a slice of
// requests each, and reports requests per second and how many times faster the
// config goes: the machine's drift leaves the ratio alone.
func benchAgainst(b *testing.B, cfg *Config) {
	const slice = 20_000
	w, err := New(cfg, 0)
	if err != nil {
		b.Fatal(err)
	}
	arrived := func() (n int64) {
		for _, r := range w.data.Snapshot().Routes {
			n += r.Arrived
		}
		return n
	}
	ours, theirs := worldStepper(b, w), newNaive(1, 100, 800).stepper()
	ours(slice) // steady state
	theirs(slice)
	before := arrived()
	var fast, slow time.Duration
	b.ResetTimer()
	turns := 0
	for ; turns*slice < b.N || turns < 5; turns++ {
		began := time.Now()
		ours(slice)
		turn := time.Now()
		theirs(slice)
		fast += turn.Sub(began)
		slow += time.Since(turn)
	}
	b.StopTimer()
	played := float64(arrived() - before)
	b.ReportMetric(float64(fast.Nanoseconds())/played, "ns/request")
	b.ReportMetric(played/fast.Seconds()/1e6, "Mrequests/s")
	b.ReportMetric(slow.Seconds()/float64(turns*slice)/(fast.Seconds()/played), "times-naive")
}

func BenchmarkMM100(b *testing.B) {
	cfg := queue(Service{Discipline: FCFS, Workers: 100, Backlog: NoLimit}, 128, 800, must(rng.Exponential(0.1)))
	cfg.Duration = 300 * sim.Day
	benchAgainst(b, cfg)
}

// BenchmarkBalanced sends requests through a load balancer to n instances.
func BenchmarkBalanced(b *testing.B) {
	for _, algorithm := range []string{"round_robin", "least_outstanding_requests", "power_of_two_choices"} {
		for _, n := range []int{10, 1000} {
			b.Run(fmt.Sprintf("%s/%d", algorithm, n), func(b *testing.B) {
				benchAgainst(b, balanced(algorithm, n))
			})
		}
	}
}

// balanced is n instances of two vCPUs at 70 % behind a load balancer.
func balanced(algorithm string, n int) *Config {
	cfg := baseConfig()
	cfg.TargetGroups[0].Algorithm = algorithm
	cfg.LoadBalancers[0].IdleTimeout = 60 * sim.Second
	cfg.Instances = []Fleet{{
		Name: "servers", Count: n, Template: cfg.LaunchTemplates[0], Need: Need{Pool: None},
		Zones: []model.Zone{0, 1}, Service: 0, TargetGroups: []int{0},
	}}
	cfg.Duration = 300 * sim.Day
	cfg.request(poissonAt(float64(n)*2*0.7/0.1), must(rng.Exponential(0.1)))
	return cfg
}

// BenchmarkPlacement launches b.N instances on 100 000 hosts by best fit, each
// for a while, with usage and levels kept: about 80 % of the vCPUs are taken.
func BenchmarkPlacement(b *testing.B) {
	cfg := baseConfig()
	cfg.HostPools = []HostPool{{
		Name: "m5", CPU: 96, MemoryMiB: 384 << 10, PerZone: []int{50000, 50000}, Placement: "best-fit",
	}}
	size := func(cpu int32, weight float64) TenantSize {
		return TenantSize{Need: Need{Pool: 0, CPU: cpu, MemoryMiB: int64(cpu) * 4096}, Weight: weight}
	}
	// 1 M arrivals in 1000 s that stay 800 s hold about 7.7 M vCPUs.
	cfg.InstanceWorkloads = []InstanceWorkload{{
		Name: "all", Arrivals: poissonAt(1000), Lifetime: must(rng.Exponential(800)), Option: model.OnDemand,
		Sizes: []TenantSize{size(2, 4), size(4, 3), size(8, 2), size(16, 1), size(48, 0.5)},
		Zones: []model.Zone{0, 1},
	}}
	cfg.Duration = sim.Time(b.N) * sim.Millisecond
	b.ReportAllocs()
	b.ResetTimer()
	out := play(b, cfg)
	b.StopTimer()
	launched := out.Tenants[0].Launched + out.Tenants[0].LaunchFailed
	b.ReportMetric(b.Elapsed().Seconds()/float64(launched)*1e6, "s/1M")
	b.ReportMetric(out.HostPools[0].CPUAllocated, "allocated")
}
