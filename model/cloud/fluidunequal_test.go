package cloud

import (
	"math"
	"testing"

	"headroom/model"
	"headroom/model/dataplane"
	"headroom/sim"
	"headroom/sim/rng"
)

// A target group that chooses the fewest in flight sends next to nothing to a target that hangs, and far more than its part to one that
// refuses; Rates say how much, as requests do.
func TestFluidFewestInFlightAreWhoRefusesNotWhoHangs(t *testing.T) {
	for _, test := range []struct {
		name       string
		impairment model.Impairment
		within     float64
	}{{"hangs", model.Impairment{Hangs: true}, 0.1}, {"refuses", model.Impairment{Refuses: true}, 0.03}} {
		make := func() *Config {
			cfg := balanced("least_outstanding_requests", 4)
			cfg.Workloads[0].Arrivals = steadily(160)
			cfg.Workloads[0].Demand = must(rng.Exponential(0.02))
			cfg.Workloads[0].Clients.Timeout = 2 * sim.Second
			cfg.TargetGroups[0].HealthCheck.Enabled = false
			cfg.Faults = []Fault{{
				Kind: ApplicationFault, At: 300 * sim.Second, Duration: must(rng.Fixed(600)), Zone: None, Pool: None,
				Count: 1, Impairment: test.impairment,
			}}
			cfg.Duration = 20 * sim.Minute
			return cfg
		}
		a, b := play(t, make()), play(t, fluidly(make()))
		requests, rates := &a.Routes[1], &b.Routes[1] // the first is that of no group
		if got, want := failed(rates), failed(requests); want < 300 || math.Abs(got/want-1) > test.within {
			t.Errorf("%v requests fail in rates where one of 4 targets %s, %v one by one", got, test.name, want)
		}
		if got, want := float64(rates.Latency.Quantile(0.99)), float64(requests.Latency.Quantile(0.99)); math.Abs(got/want-1) > 0.03 {
			t.Errorf("p99 is %v s in rates where one of 4 targets %s, %v s one by one", got/1e9, test.name, want/1e9)
		}
	}
}

// failed is how many requests of a route failed.
func failed(r *dataplane.RouteOutcome) (all float64) {
	for _, n := range r.Failed {
		all += float64(n)
	}
	return all
}

// A target that is slow has the fewest in flight now and then, and is asked then: what it gets, and how long that takes, is as one by one.
func TestFluidFewestInFlightKnowWhoIsSlow(t *testing.T) {
	for _, test := range []struct {
		discipline         dataplane.Discipline
		slow, rate         float64
		mean, p99, seconds float64 // allowed, relative; limit of clients
	}{
		{FCFS, 10, 120, 0.02, 0.03, 60},
		{FCFS, 10, 240, 0.04, 0.08, 60},
		{FCFS, 3, 240, 0.02, 0.03, 2},
		{ProcessorSharing, 10, 160, 0.03, 0.08, 60},
		{ProcessorSharing, 3, 120, 0.02, 0.03, 2},
		{ProcessorSharing, 3, 240, 0.02, 0.05, 2},
	} {
		make := func() *Config {
			cfg := balanced("least_outstanding_requests", 4)
			cfg.Services[0].Discipline = test.discipline
			cfg.Workloads[0].Arrivals = steadily(test.rate)
			cfg.Workloads[0].Demand = must(rng.Exponential(0.02))
			cfg.Workloads[0].Clients.Timeout = sim.Seconds(test.seconds)
			cfg.TargetGroups[0].HealthCheck.Enabled = false
			cfg.Faults = []Fault{{
				Kind: ApplicationFault, At: sim.Second, Duration: must(rng.Fixed(5000)), Zone: None, Pool: None,
				Count: 1, Impairment: model.Impairment{Slow: test.slow},
			}}
			cfg.Duration, cfg.Warmup = sim.Hour, sim.Minute
			return cfg
		}
		a, b := play(t, make()), play(t, fluidly(make()))
		requests, rates := a.Routes[1].Latency, b.Routes[1].Latency
		if got, want := rates.Mean(), requests.Mean(); math.Abs(got/want-1) > test.mean {
			t.Errorf("%+v: mean is %.5f s in rates, %.5f s one by one", test, got/1e9, want/1e9)
		}
		if got, want := float64(rates.Quantile(0.99)), float64(requests.Quantile(0.99)); math.Abs(got/want-1) > test.p99 {
			t.Errorf("%+v: p99 is %.5f s in rates, %.5f s one by one", test, got/1e9, want/1e9)
		}
	}
}

// Where three of four targets have more than they can serve, the fourth, that hangs, gets more the more wait at the others.
func TestFluidOverloadFillsWhoHangs(t *testing.T) {
	make := func() *Config {
		cfg := balanced("least_outstanding_requests", 4)
		cfg.Services[0].Discipline = ProcessorSharing
		cfg.Workloads[0].Arrivals = steadily(320)
		cfg.Workloads[0].Demand = must(rng.Exponential(0.02))
		cfg.Workloads[0].Clients.Timeout = 2 * sim.Second
		cfg.TargetGroups[0].HealthCheck.Enabled = false
		cfg.Faults = []Fault{{
			Kind: ApplicationFault, At: sim.Second, Duration: must(rng.Fixed(5000)), Zone: None, Pool: None,
			Count: 1, Impairment: model.Impairment{Hangs: true},
		}}
		cfg.Duration, cfg.Warmup = 30*sim.Minute, sim.Minute
		return cfg
	}
	a, b := play(t, make()), play(t, fluidly(make()))
	requests, rates := &a.Routes[1], &b.Routes[1]
	if got, want := failed(rates), failed(requests); math.Abs(got/want-1) > 0.05 {
		t.Errorf("%v requests fail in rates, %v one by one", got, want)
	}
	if got, want := rates.Latency.Mean(), requests.Latency.Mean(); math.Abs(got/want-1) > 0.08 { // each by its own share: 0.36 too short
		t.Errorf("mean is %.5f s in rates, %.5f s one by one", got/1e9, want/1e9)
	}
}

// Health checks meet the errors of a fault from its very instant on: a fault at ten minutes and checks each half minute are at the same.
func TestFluidChecksMeetErrorsAtOnce(t *testing.T) {
	make := func() *Config {
		cfg := balanced("round_robin", 4)
		cfg.Workloads[0].Arrivals = steadily(160)
		cfg.Workloads[0].Demand = must(rng.Exponential(0.02))
		cfg.TargetGroups[0].HealthCheck.Interval = 30 * sim.Second
		cfg.TargetGroups[0].HealthCheck.UnhealthyThreshold = 5
		cfg.Faults = []Fault{{
			Kind: ApplicationFault, At: 600 * sim.Second, Duration: must(rng.Fixed(600)), Zone: None, Pool: None,
			Count: 1, Impairment: model.Impairment{Errors: model.Errors{Rate: 1, Status: 500}},
		}}
		cfg.Duration = 30 * sim.Minute
		return cfg
	}
	a, b := play(t, make()), play(t, fluidly(make()))
	if got, want := failed(&b.Routes[1]), failed(&a.Routes[1]); want < 3000 || math.Abs(got/want-1) > 0.1 {
		t.Errorf("%v requests fail in rates until the fifth check has failed, %v one by one", got, want)
	}
}

// mixedSizes is three targets of some vCPUs and two of more, of which each request goes to one with the fewest in flight.
func mixedSizes(discipline dataplane.Discipline, small, large int, load float64) *Config {
	cfg := balanced("least_outstanding_requests", 3)
	cfg.Services[0].Discipline = discipline
	cfg.Types = append(cfg.Types, cfg.Types[0])
	cfg.Types[0].VCPUs, cfg.Types[1].Name, cfg.Types[1].VCPUs = small, "large", large
	others := cfg.Instances[0]
	others.Name, others.Template.Type, others.Count = "others", 1, 2
	cfg.Instances = append(cfg.Instances, others)
	cfg.Workloads[0].Arrivals = steadily(load * float64(3*small+2*large) / 0.05)
	cfg.Workloads[0].Demand = must(rng.Exponential(0.05))
	cfg.TargetGroups[0].HealthCheck.Enabled = false
	cfg.Duration, cfg.Warmup = 30*sim.Minute, sim.Minute
	return cfg
}

// Whoever has the fewest in flight gets the next request, however many vCPUs it has: targets of few have all of them taken while those of
// more are half idle. As a target's part of the vCPUs the mean is 0.37 too short at a load of 0.7 with 2 and 8.
func TestFluidFewestInFlightAskNobodysVCPUs(t *testing.T) {
	for _, test := range []struct {
		discipline   dataplane.Discipline
		small, large int
		load         float64
		mean, p99    float64 // allowed, relative
	}{
		{ProcessorSharing, 2, 8, 0.5, 0.02, 0.03},
		{ProcessorSharing, 2, 8, 0.7, 0.04, 0.11},
		{ProcessorSharing, 2, 8, 0.85, 0.04, 0.11},
		{ProcessorSharing, 2, 8, 0.95, 0.08, 0.1},
		{ProcessorSharing, 2, 4, 0.85, 0.05, 0.06},
		{FCFS, 2, 8, 0.5, 0.02, 0.03},
		{FCFS, 2, 4, 0.7, 0.02, 0.03},
	} {
		a, b := play(t, mixedSizes(test.discipline, test.small, test.large, test.load)), play(t, fluidly(mixedSizes(test.discipline, test.small, test.large, test.load)))
		requests, rates := a.Routes[1].Latency, b.Routes[1].Latency
		if got, want := rates.Mean(), requests.Mean(); !(math.Abs(got/want-1) <= test.mean) {
			t.Errorf("%+v: mean is %.5f s in rates, %.5f s one by one (seed 1)", test, got/1e9, want/1e9)
		}
		if got, want := float64(rates.Quantile(0.99)), float64(requests.Quantile(0.99)); !(math.Abs(got/want-1) <= test.p99) {
			t.Errorf("%+v: p99 is %.5f s in rates, %.5f s one by one (seed 1)", test, got/1e9, want/1e9)
		}
	}
}
