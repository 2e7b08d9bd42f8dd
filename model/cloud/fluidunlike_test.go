package cloud

import (
	"math"
	"testing"

	"headroom/model"
	"headroom/model/dataplane"
	"headroom/model/fluid"
	"headroom/sim"
	"headroom/sim/rng"
)

// unlike is a target group of four that goes by the fewest in flight, of which one is impaired from the beginning on, by rates and with an
// audit.
func unlike(rate float64, impairment model.Impairment) *Config {
	cfg := fluidly(balanced("least_outstanding_requests", 4))
	cfg.Audit = 4
	cfg.Services[0].Discipline = FCFS
	cfg.Workloads[0].Arrivals = steadily(rate)
	cfg.Workloads[0].Demand = must(rng.Exponential(0.02))
	cfg.Workloads[0].Clients.Timeout = 2 * sim.Second
	cfg.TargetGroups[0].HealthCheck.Enabled = false
	cfg.Faults = []Fault{{
		Kind: ApplicationFault, At: sim.Second, Duration: must(rng.Fixed(5000)), Zone: None, Pool: None, Count: 1, Impairment: impairment,
	}}
	cfg.Duration, cfg.Warmup = 20*sim.Minute, sim.Minute
	return cfg
}

// Windows of an audit play targets that are slow, hang, are cut off or refuse together with the others: what they show is what requests
// one by one do, and rates are as far from it.
func TestAuditPlaysTargetsThatAreNotAlike(t *testing.T) {
	for _, test := range []struct {
		name       string
		rate       float64
		impairment model.Impairment
	}{
		{"slow", 240, model.Impairment{Slow: 10}},
		{"hangs", 160, model.Impairment{Hangs: true}},
		{"is cut off", 160, model.Impairment{Cut: true}},
		{"refuses", 160, model.Impairment{Refuses: true}},
	} {
		cfg := unlike(test.rate, test.impairment)
		rates := play(t, cfg)
		cfg.Fluid, cfg.Audit = 0, 0
		requests := play(t, cfg)
		f := rates.Audit
		if f.Unseen[fluid.Uneven] != 0 || len(f.Windows) < 4 || f.Windows[0].Regime != fluid.Uneven {
			t.Errorf("where one of 4 targets %s %v of the requests are unseen, and windows are %+v", test.name, f.Unseen, f.Windows)
		}
		alike := func(what string, got, want, within float64) {
			if math.Abs(got/want-1) > within {
				t.Errorf("%s is %.5f where one of 4 targets %s, want %.5f", what, got, test.name, want)
			}
		}
		oneByOne, byRates := &requests.Routes[1], &rates.Routes[1]
		alike("mean as played", f.All.Played.Mean, oneByOne.Latency.Mean()/1e9, 0.03)
		alike("mean by rates", f.All.Rates.Mean, byRates.Latency.Mean()/1e9, 0.03)
		alike("p99 as played", f.All.Played.P99, float64(oneByOne.Latency.Quantile(0.99))/1e9, 0.08)
		alike("p99 by rates", f.All.Rates.P99, float64(byRates.Latency.Quantile(0.99))/1e9, 0.08)
		if test.impairment.Slow == 0 {
			alike("share of failures as played", f.All.Played.Failed, failed(oneByOne)/float64(oneByOne.Arrived), 0.05)
			alike("share of failures by rates", f.All.Rates.Failed, failed(byRates)/float64(byRates.Arrived), 0.05)
		}
	}
}

// Of an overload beside a target that is ten times as slow rates have a mean that is far off: the audit tells by how much.
func TestAuditTellsWhereRatesAreWrongBesideWhoIsSlow(t *testing.T) {
	cfg := unlike(400, model.Impairment{Slow: 10})
	f := play(t, cfg).Audit
	cfg.Fluid, cfg.Audit = 0, 0
	requests := &play(t, cfg).Routes[1]
	played, rates, want := f.All.Played.Mean, f.All.Rates.Mean, requests.Latency.Mean()/1e9
	if math.Abs(played/want-1) > 0.03 {
		t.Errorf("mean is %.4f s as windows play it, %.4f s one by one", played, want)
	}
	if off := rates - played; math.Abs(off) < 0.03*want || !(math.Abs(off) > 2*f.All.Chance.Mean) {
		t.Errorf("mean is %.4f s by rates, %.4f s as windows play it, and chance may have it be %.4f off: want more", rates, played, f.All.Chance.Mean)
	}
}

// Targets that do more than to serve from their CPU are in no window: what came to them is told.
func TestAuditTellsOfTargetsThatItDoesNotPlay(t *testing.T) {
	cfg := unlike(160, model.Impairment{Slow: 3})
	cfg.Services[0].Steps = []dataplane.Step{{Kind: dataplane.StepCPU}, {Kind: dataplane.StepPause, Time: must(rng.Fixed(0.01))}}
	cfg.Duration = 5 * sim.Minute
	if f := play(t, cfg).Audit; f.Unseen[fluid.Uneven] < 0.99 {
		t.Errorf("of the requests %v are told to be in no window, want all", f.Unseen[fluid.Uneven])
	}
}
