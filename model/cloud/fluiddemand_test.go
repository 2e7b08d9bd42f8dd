package cloud

import (
	"math"
	"testing"

	"headroom/model/dataplane"
	"headroom/model/workload"
	"headroom/sim"
	"headroom/sim/rng"
)

// asks is a queue that a second workload asks for ten times as much, less often.
func asks(discipline Discipline, vcpus int, perSecond float64) *Config {
	cfg := queue(Service{Discipline: discipline, Backlog: NoLimit}, vcpus, 1, must(rng.Exponential(0.01)))
	cfg.Workloads[0].Arrivals = steadily(perSecond)
	second := cfg.request(steadily(perSecond/10), must(rng.Exponential(0.1)))
	second.Name, second.To = "second", ToInstances
	cfg.Duration, cfg.Warmup = 2*sim.Hour, sim.Minute
	return cfg
}

// Two workloads ask one server, one for ten times as much as the other. In order of arrival all wait as long, as
// Pollaczek and Khinchine say; at a server that they share each stays 1/(1-ρ) times as long as it asks for.
func TestFluidTellsWorkloadsApart(t *testing.T) {
	const rate = 40.0 // and 4 a second: a load of 0.8
	wait := (rate*2*0.01*0.01 + rate/10*2*0.1*0.1) / 2 / (1 - 0.8)
	for discipline, want := range map[Discipline][2]float64{FCFS: {0.01 + wait, 0.1 + wait}, ProcessorSharing: {0.05, 0.5}} {
		routes := play(t, fluidly(asks(discipline, 1, rate))).Routes
		for i := range want {
			if got := routes[i].Latency.Mean() / 1e9; !(math.Abs(got/want[i]-1) <= 0.01) {
				t.Errorf("discipline %v, workload %d: mean latency %.4f s, want %.4f s", discipline, i, got, want[i])
			}
		}
	}
}

// Medians, tails and those who give up are each workload's own, as those of requests are.
func TestFluidTellsTailsAndPatienceApart(t *testing.T) {
	for _, discipline := range []Discipline{FCFS, ProcessorSharing} {
		build := func() *Config {
			cfg := asks(discipline, 1, 25)
			cfg.Workloads[1].Clients.Timeout = sim.Second
			cfg.Duration = 8 * sim.Hour
			return cfg
		}
		a, b := play(t, build()), play(t, fluidly(build()))
		for i := range 2 {
			requests, rates := &a.Routes[i], &b.Routes[i]
			for _, of := range []struct {
				name      string
				got, want float64
				within    float64
			}{
				{"mean", rates.Latency.Mean(), requests.Latency.Mean(), 0.035},
				{"p50", float64(rates.Latency.Quantile(0.5)), float64(requests.Latency.Quantile(0.5)), 0.045},
				{"p99", float64(rates.Latency.Quantile(0.99)), float64(requests.Latency.Quantile(0.99)), 0.045},
				{"answered", answered(rates), answered(requests), 0.003},
			} {
				if off := math.Abs(of.got/of.want - 1); !(off <= of.within) {
					t.Errorf("discipline %v, workload %d: %s %v, requests say %v", discipline, i, of.name, of.got, of.want)
				}
			}
		}
		if late, none := failures(&b.Routes[1]), failures(&b.Routes[0]); late == 0 || none > late/20 {
			t.Errorf("discipline %v: %d of who ask for much give up, and %d of the others", discipline, late, none)
		}
	}
}

// answered is the share of the requests that have an answer.
func answered(r *dataplane.RouteOutcome) float64 { return float64(r.Completed) / float64(r.Arrived) }

// What a server is asked for in the mean follows from step to step who asks: a second workload that comes for an
// hour of two has the load be half and then whole.
func TestFluidFollowsWhoAsks(t *testing.T) {
	cfg := asks(FCFS, 1, 40)
	cfg.Workloads[1].Arrivals = must(workload.Deterministic(must(workload.Steps([]workload.Knot{{At: 0, PerSecond: 0.4}, {At: sim.Hour, PerSecond: 4}}, workload.Tail{}))))
	cfg.Workloads[0].Arrivals = must(workload.Deterministic(must(workload.Constant(40))))
	cfg.Warmup = 0
	out := play(t, fluidly(cfg))
	want := 40*0.01*7200 + 3600*(0.4+4)*0.1
	if got := out.Fleets[0].BusyVCPUSeconds; !(math.Abs(got/want-1) <= 0.012) {
		t.Errorf("%.1f vCPU-seconds, want %.1f", got, want)
	}
	if got, want := out.Routes[1].InFlight, int64(4); got > want {
		t.Errorf("%d requests that ask for much are there at the end, more than %d", got, want)
	}
}
