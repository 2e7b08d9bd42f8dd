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
	}{{"hangs", model.Impairment{Hangs: true}, 0.3}, {"refuses", model.Impairment{Refuses: true}, 0.1}} {
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

// A target that is ten times as slow has the fewest in flight now and then, and gets more than it is fast.
func TestFluidFewestInFlightKnowWhoIsSlow(t *testing.T) {
	make := func() *Config {
		cfg := balanced("least_outstanding_requests", 4)
		cfg.Workloads[0].Arrivals = steadily(160)
		cfg.Workloads[0].Demand = must(rng.Exponential(0.02))
		cfg.TargetGroups[0].HealthCheck.Enabled = false
		cfg.Faults = []Fault{{
			Kind: ApplicationFault, At: sim.Second, Duration: must(rng.Fixed(5000)), Zone: None, Pool: None,
			Count: 1, Impairment: model.Impairment{Slow: 10},
		}}
		cfg.Duration, cfg.Warmup = sim.Hour, sim.Minute
		return cfg
	}
	a, b := play(t, make()), play(t, fluidly(make()))
	if got, want := b.Routes[1].Latency.Mean(), a.Routes[1].Latency.Mean(); math.Abs(got/want-1) > 0.15 { // by how fast they are it would be 0.18 too short
		t.Errorf("mean is %v s in rates, %v s one by one", got/1e9, want/1e9)
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
