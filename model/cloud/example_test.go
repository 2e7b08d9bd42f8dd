package cloud_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"slices"
	"time"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/model/routing"
	"headroom/model/scaling"
	"headroom/model/workload"
	"headroom/sim"
	"headroom/sim/rng"
)

// shop is a cloud written in Go: a group of two to twelve instances behind a target
// group, whose load rises from 40 to 200 requests a second within half an hour. A
// request takes 50 ms of a vCPU.
func shop(policies ...controlplane.ScalingPolicy) *cloud.Config {
	rate, err := workload.Ramp(40, 200, 30*sim.Minute)
	if err != nil {
		log.Fatal(err)
	}
	arrivals, err := workload.Poisson(rate)
	if err != nil {
		log.Fatal(err)
	}
	demand, err := rng.Exponential(0.05)
	if err != nil {
		log.Fatal(err)
	}
	boot, err := rng.Fixed(60)
	if err != nil {
		log.Fatal(err)
	}
	return &cloud.Config{
		Name: "shop",
		Frame: model.Frame{
			Seed: 1, Start: time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC), Duration: sim.Hour,
			Region: "us-east-1", Zones: []string{"a", "b"},
			Types: []model.InstanceType{{Name: "m7g.large", Family: "m7g", Size: "large", VCPUs: 2, MemoryMiB: 8192}},
		},
		Traffic: dataplane.Traffic{
			Services: []dataplane.Service{{Name: "web", Discipline: dataplane.ProcessorSharing, Backlog: dataplane.NoLimit}},
			TargetGroups: []dataplane.TargetGroup{{
				Name: "web", Algorithm: "least_outstanding_requests", CrossZone: true,
			}},
			Workloads: []dataplane.Workload{{
				Name: "browsers", To: dataplane.ToTargetGroup, Arrivals: arrivals, Demand: demand,
				Classes: []dataplane.RequestClass{{Path: "/", Weight: 1}}, Clients: dataplane.Clients{PerConnection: 1},
			}},
		},
		Estate: controlplane.Estate{
			LaunchTemplates: []controlplane.LaunchTemplate{{
				Name: "web", Platform: model.Linux, Tenancy: model.TenancyDefault, Detailed: true,
				Launch: controlplane.LaunchTimes{Boot: boot},
			}},
			Groups: []controlplane.Group{{
				Name: "web", Min: 2, Max: 12, Desired: 2, Zones: []model.Zone{0, 1}, TargetGroups: []int{0},
				DefaultCooldown: 300 * sim.Second, DefaultWarmup: scaling.Unset,
				Types:    []controlplane.LaunchType{{Need: controlplane.Need{Pool: cloud.None}}},
				Policies: policies,
			}},
		},
	}
}

// play runs one replication.
func play(cfg *cloud.Config) *cloud.Outcome {
	world, err := cloud.New(cfg, 0)
	if err != nil {
		log.Fatal(err)
	}
	outcome, err := world.Run(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	return outcome
}

// A cloud may be written in Go, and its outcome holds facts and usage.
func Example() {
	cfg := shop()
	cfg.Groups[0].Desired = 12 // enough for the whole ramp
	outcome := play(cfg)
	route := outcome.Routes[0]
	fmt.Printf("arrived near 576,000: %v\n", math.Abs(float64(route.Arrived)-576_000) < 3_000)
	fmt.Printf("served all but those in flight: %v\n", route.Arrived == route.Completed+route.InFlight)
	fmt.Printf("median below 60 ms: %v\n", route.Latency.Quantile(0.5) < int64(60*sim.Millisecond))
	fmt.Printf("instances at the end: %d\n", outcome.Groups[0].Minutes[59].InService)
	// Output:
	// arrived near 576,000: true
	// served all but those in flight: true
	// median below 60 ms: true
	// instances at the end: 12
}

// PID holds the CPU of a group near a target by proportional, integral and
// differential gain, in instances per percent. It decides every minute.
type PID struct{ Target, P, I, D float64 }

// Validate implements [scaling.Spec].
func (p PID) Validate() []error {
	if !(p.Target > 0 && p.Target < 100) {
		return []error{fmt.Errorf("target: must be a percentage, got %v", p.Target)}
	}
	return nil
}

// Mechanism implements [scaling.Spec]: launches warm up, and the controller looks
// back on three datapoints.
func (p PID) Mechanism() scaling.Mechanism {
	return scaling.Mechanism{Warms: true, WarmupTime: sim.Minute, History: 3}
}

// New implements [scaling.Spec].
func (p PID) New(scaling.Setup) scaling.Policy { return &controller{PID: p, output: math.NaN()} }

// controller is a PID at work in one group: its output is a fraction of instances.
type controller struct {
	PID
	output float64
}

// Wake implements [scaling.Waker].
func (c *controller) Wake(now sim.Time) (sim.Time, bool) { return now + sim.Minute, true }

// Decide implements [scaling.Policy].
func (c *controller) Decide(v scaling.View) scaling.Decision {
	cpu := v.History[0]
	if cpu.Len() < 3 || !v.HasMetric {
		return scaling.Decision{}
	}
	if math.IsNaN(c.output) {
		c.output = float64(v.Desired)
	}
	newest, before, earlier := cpu.At(2).Value, cpu.At(1).Value, cpu.At(0).Value
	c.output += c.P*(newest-before) + c.I*(newest-c.Target) + c.D*(newest-2*before+earlier)
	c.output = max(float64(v.Min), min(c.output, float64(v.Max)))
	return scaling.Want(int(math.Round(c.output)))
}

// A policy of your own is a spec in a group: the simulator does not change.
func ExampleScalingPolicy() {
	cpu := controlplane.Metric{Kind: controlplane.CPUUtilization, Subject: 0, Statistic: controlplane.Average}
	outcome := play(shop(controlplane.ScalingPolicy{
		Name:   "pid",
		Spec:   PID{Target: 60, P: 0.02, I: 0.03, D: 0.01},
		Inputs: []controlplane.Input{{Metric: cpu, Period: sim.Minute}},
	}))
	group := outcome.Groups[0]
	for minute := 9; minute < 60; minute += 10 {
		fmt.Printf("after %2d min: %2d instances\n", minute+1, group.Minutes[minute].Desired)
	}
	change := slices.IndexFunc(outcome.Activities, func(a controlplane.Activity) bool { return a.Kind == "set-desired" })
	fmt.Println("first change:", outcome.Activities[change].Detail)
	// Output:
	// after 10 min:  3 instances
	// after 20 min:  6 instances
	// after 30 min:  8 instances
	// after 40 min:  8 instances
	// after 50 min:  9 instances
	// after 60 min:  9 instances
	// first change: desired 2 -> 3
}

// first sends every request to the lowest target in rotation.
type first struct{ in []int }

// Add and its like implement [routing.Policy].
func (f *first) Add(target int) { f.in = append(f.in, target) }

func (f *first) Remove(target int) {
	f.in = slices.DeleteFunc(f.in, func(t int) bool { return t == target })
}

func (f *first) Began(int) {}
func (f *first) Ended(int) {}

func (f *first) Pick(int) (int, bool) {
	if len(f.in) == 0 {
		return 0, false
	}
	return slices.Min(f.in), true
}

// An algorithm of your own goes by its name, like one of the registry.
func ExampleConfig_algorithms() {
	median := func(algorithm string) int64 {
		cfg := shop()
		cfg.Duration = 5 * sim.Minute
		cfg.Algorithms = []routing.Entry{{
			Name: "first", Description: "the lowest target", New: func(routing.Setup) routing.Policy { return &first{} },
		}}
		cfg.TargetGroups[0].Algorithm = algorithm
		return play(cfg).Routes[0].Latency.Quantile(0.5)
	}
	fmt.Println("one of two targets is slower than both:", median("first") > 10*median("round_robin"))
	// Output:
	// one of two targets is slower than both: true
}
