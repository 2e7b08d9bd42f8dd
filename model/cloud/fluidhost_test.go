package cloud

import (
	"math"
	"testing"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/sim"
	"headroom/sim/analytic"
	"headroom/sim/rng"
)

// promised is servers of eight vCPUs on a host of so many threads, beside an instance that keeps some of its own busy.
func promised(servers int, threads int32, rate, beside float64) *Config {
	cfg := balanced("round_robin", servers)
	cfg.Types[0].VCPUs = 8
	cfg.Services[0].Discipline = ProcessorSharing
	need := Need{Pool: 0, CPU: 8, MemoryMiB: 1024}
	cfg.HostPools = []HostPool{{Name: "t3", CPU: 80, MemoryMiB: 1 << 20, Threads: threads, PerZone: []int{1, 0}, Placement: "first-fit"}}
	cfg.Instances[0].Need, cfg.Instances[0].Zones = need, []model.Zone{0}
	if beside > 0 {
		cfg.Instances = append(cfg.Instances, Fleet{
			Name: "other", Count: 1, Template: cfg.LaunchTemplates[0], Need: need, Zones: []model.Zone{0}, Service: None,
			Utilization: controlplane.Utilization{Steps: []controlplane.UtilizationStep{{Share: beside / 8}}},
		})
	}
	cfg.Workloads[0].Arrivals, cfg.Workloads[0].Demand = steadily(rate), must(rng.Exponential(0.16))
	cfg.Duration, cfg.Warmup = 2*sim.Hour, 10*sim.Minute
	return cfg
}

// What requests keep busy on a host of which chance alone asks for too much is one queue for all of its threads: Erlang's, of as
// many servers as it has threads less those that are busy with something else.
func TestFluidHostIsOneQueue(t *testing.T) {
	for name, test := range map[string]struct {
		cfg     *Config
		rate    float64
		threads int
	}{
		"six of 24 threads":             {promised(6, 24, 127.5, 0), 127.5, 24},
		"one that leaves others theirs": {promised(1, 12, 35, 5), 35, 7},
		"enough for all":                {promised(2, 24, 40, 5), 20, 8},
	} {
		want := must(analytic.NewMMc(test.rate, 1/0.16, test.threads)).MeanResponse()
		verifyEvery(t, must(New(fluidly(test.cfg), 0)), sim.Hour/7, name)
		out := play(t, test.cfg)
		r := &out.Routes[len(out.Routes)-1]
		if got := r.Latency.Mean() / 1e9; !(math.Abs(got/want-1) <= 0.01) {
			t.Errorf("%s: mean latency %.4f s, Erlang says %.4f s", name, got, want)
		}
	}
}

// Two servers of a host whose third wants all that it can get have a third each: more than that comes, and the
// line grows by the rest, as by requests.
func TestFluidHostsAreSharedOut(t *testing.T) {
	cfg := func() *Config {
		cfg := promised(2, 12, 60, 8) // 9.6 of the 8 threads that are left
		cfg.LoadBalancers[0].IdleTimeout = 60 * sim.Second
		return cfg
	}
	requests, rates := play(t, cfg()), play(t, fluidly(cfg()))
	x, y := &rates.Routes[len(rates.Routes)-1], &requests.Routes[len(requests.Routes)-1]
	if got, want := float64(x.Completed), float64(y.Completed); !(math.Abs(got/want-1) <= 0.01) {
		t.Errorf("%v served, of requests %v", got, want)
	}
	if got, want := x.Latency.Mean(), y.Latency.Mean(); !(math.Abs(got/want-1) <= 0.03) {
		t.Errorf("mean latency %.2f s, of requests %.2f s", got/1e9, want/1e9)
	}
	if got, want := rates.Fleets[0].BusyVCPUSeconds, requests.Fleets[0].BusyVCPUSeconds; !(math.Abs(got/want-1) <= 0.01) {
		t.Errorf("%.0f vCPU-seconds, of requests %.0f", got, want)
	}
}
