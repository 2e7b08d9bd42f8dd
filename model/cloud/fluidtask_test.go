package cloud

import (
	"math"
	"testing"

	"headroom/model/container"
	"headroom/model/controlplane"
	"headroom/model/scaling"
	"headroom/sim"
	"headroom/sim/rng"
)

// TestFluidTasksAreThoseOfRequests compares both planes where a service of four tasks on Fargate, each with half a
// vCPU, serves: a task is a server of its own speed.
func TestFluidTasksAreThoseOfRequests(t *testing.T) {
	make := func() *Config {
		cfg := balanced("random", 1)
		cfg.Groups = append(cfg.Groups, Group{Zones: cfg.Instances[0].Zones})
		cfg.addTasks("web", &controlplane.Tasks{On: None, Need: container.Need{CPU: 512, MemoryMiB: 1024}, Placement: container.Usual(), Storage: 20}, 4)
		cfg.Groups, cfg.Instances = cfg.Groups[1:], nil
		cfg.Groups[0].Maintenance = &scaling.Healthy{Least: 100, Most: 200}
		cfg.LaunchTemplates[cfg.Groups[0].Template].Launch = LaunchTimes{Pending: must(rng.Fixed(20)), Boot: must(rng.Fixed(5))}
		cfg.Workloads[0].Arrivals, cfg.Workloads[0].Demand = steadily(4*0.5*0.7/0.01), must(rng.Exponential(0.01))
		cfg.Duration, cfg.Warmup = 20*sim.Minute, 5*sim.Minute
		return cfg
	}
	a, b := play(t, make()), play(t, fluidly(make()))
	requests, rates := &a.Routes[1], &b.Routes[1] // through the target group
	for _, of := range []struct {
		name      string
		got, want float64
		within    float64
	}{
		{"completed", float64(rates.Completed), float64(requests.Completed), 0.01},
		{"mean", rates.Latency.Mean(), requests.Latency.Mean(), 0.03},
		{"p99", float64(rates.Latency.Quantile(0.99)), float64(requests.Latency.Quantile(0.99)), 0.05},
		{"busy", b.Groups[0].BusyVCPUSeconds, a.Groups[0].BusyVCPUSeconds, 0.02},
	} {
		if !(math.Abs(of.got/of.want-1) <= of.within) {
			t.Errorf("%s %v, requests say %v", of.name, of.got, of.want)
		}
	}
}

// TestFluidTasksLoseNone looks at the invariants while tasks come and go, in those random worlds of tasks that
// rates carry.
func TestFluidTasksLoseNone(t *testing.T) {
	carried := 0
	for seed := uint64(0); seed < 40 && carried < 2; seed++ {
		cfg := fluidly(swarmTasks(seed))
		if len(cfg.Validate()) > 0 {
			continue
		}
		carried++
		cfg.Duration = min(cfg.Duration, 4*sim.Minute)
		w := must(New(cfg, 0))
		verifyEvery(t, w, 23*sim.Second, seed)
	}
	if carried < 2 {
		t.Errorf("rates carry %d of 40 random worlds of tasks, want 2", carried)
	}
}
