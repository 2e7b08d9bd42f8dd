package cloud

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/sim"
	"headroom/sim/rng"
)

// closed is so many clients who think before they ask a server.
func closed(clients int, think rng.Distribution, demand rng.Distribution) *Config {
	cfg := balanced("round_robin", 1)
	cfg.Services[0].Discipline = ProcessorSharing
	cfg.Services[0].Steps = []dataplane.Step{{Kind: dataplane.StepCPU}}
	cfg.LoadBalancers[0].IdleTimeout = sim.Hour
	w := &cfg.Workloads[0]
	w.Arrivals, w.Demand, w.Visitors = nil, demand, dataplane.Visitors{Count: clients, Think: think}
	cfg.Duration, cfg.Warmup = 90*sim.Minute, 20*sim.Minute
	return cfg
}

// repairman is how many requests a second clients send who think and wait by turns, and how long they wait, at so many
// processors that share the requests: the machine repairman's product form, which holds whatever the laws.
func repairman(clients int, think, demand float64, processors int) (rate, wait float64) {
	share, all, number := 1.0, 1.0, 0.0
	for n := 1; n <= clients; n++ {
		share *= float64(clients-n+1) / think * demand / float64(min(n, processors))
		all += share
		number += share * float64(n)
		rate += share * float64(min(n, processors)) / demand
		if share > 1e200 {
			share, all, number, rate = share*1e-200, all*1e-200, number*1e-200, rate*1e-200
		}
	}
	rate /= all
	return rate, number / all / rate
}

func TestFluidClosedLoopIsTheRepairmans(t *testing.T) {
	for _, test := range []struct {
		clients       int
		think, within float64 // seconds, share of the wait
	}{
		{1000, 100, 0.01}, // half of the server
		{160, 10, 0.02},   // most of it
		{1000, 60, 0.01},  // the same of many who come seldom
		{400, 10, 0.025},  // twice as many as it can serve
		{100, 2.5, 0.02},  // twice as many again, fewer a step
		{30, 2, 0.07},     // few, each of whom who waits is missed
	} {
		for law, think := range map[string]rng.Distribution{"exponential": must(rng.Exponential(test.think)), "uniform": must(rng.Uniform(test.think/2, test.think*3/2))} {
			cfg := fluidly(closed(test.clients, think, must(rng.Exponential(0.1))))
			out := play(t, cfg)
			r := &out.Routes[len(out.Routes)-1]
			rate, wait := repairman(test.clients, test.think, 0.1, 2)
			if got := float64(r.MeasuredCompleted) / (cfg.Duration - cfg.Warmup).Seconds(); !(math.Abs(got/rate-1) <= 3/math.Sqrt(float64(r.MeasuredCompleted))) {
				t.Errorf("%d clients who think for %v s, %s: %.3f requests a second, want %.3f", test.clients, test.think, law, got, rate)
			}
			if got := r.Latency.Mean() / 1e9; !(math.Abs(got/wait-1) <= test.within) {
				t.Errorf("%d clients who think for %v s, %s: mean latency %.4f s, want %.4f s", test.clients, test.think, law, got, wait)
			}
		}
	}
}

// Clients in a closed loop whose server hangs wait, and ask no more; each of them thinks or waits at any time. Whoever
// gives up thinks as well before the next request.
func TestFluidClosedLoopLosesNobody(t *testing.T) {
	const clients = 500
	cfg := closed(clients, must(rng.Uniform(20, 40)), must(rng.Exponential(0.05)))
	cfg.Workloads[0].Clients.Timeout, cfg.Workloads[0].Clients.RetryAttempts, cfg.Workloads[0].Clients.Backoff = 10*sim.Second, 1, sim.Second
	cfg.Faults = []Fault{{
		Kind: ApplicationFault, At: 2400 * sim.Second, Duration: must(rng.Fixed(600)), Zone: None, Pool: None, Count: 1,
		On: controlplane.Subject{Kind: controlplane.OfFleet}, Impairment: model.Impairment{Hangs: true},
	}}
	verifyEvery(t, must(New(fluidly(cfg), 0)), 31*sim.Second, "hang")
	rates := play(t, cfg)
	cfg.Fluid = 0
	requests := play(t, cfg)
	x, y := &rates.Users[0], &requests.Users[0]
	if got, want := float64(x.Failed), float64(y.Failed); !(math.Abs(got/want-1) <= 0.03) || want < clients {
		t.Errorf("%v user requests fail, of requests %v", got, want)
	}
	if got, want := float64(x.Requests), float64(y.Requests); !(math.Abs(got/want-1) <= 0.005) {
		t.Errorf("%v user requests, of requests %v", got, want)
	}
}

// Clients who think for less than two steps ask within one as often as they are answered, which no step shows, and
// those who are told apart by what they keep are not told apart by rates.
func TestFluidNamesSessionsThatItDoesNotCarry(t *testing.T) {
	for path, change := range map[string]func(*Config){
		"clients.think_time: ": func(cfg *Config) { cfg.Workloads[0].Visitors.Think = must(rng.Fixed(1.9)) },
		"clients.sessions: ":   func(cfg *Config) { cfg.LoadBalancers[0].Default.Sticky = sim.Hour },
		"stickiness: ": func(cfg *Config) {
			cfg.TargetGroups[0].Stickiness = dataplane.Stickiness{Kind: dataplane.LoadBalancerCookie, Duration: sim.Hour}
		},
	} {
		cfg := fluidly(closed(500, must(rng.Fixed(2)), must(rng.Exponential(0.05))))
		if errs := cfg.Validate(); len(errs) > 0 {
			t.Fatalf("got %v before the change", errs)
		}
		change(cfg)
		if got := fmt.Sprint(cfg.Validate()); !strings.Contains(got, path+model.NotFluid) {
			t.Errorf("got %v, want %s%s", got, path, model.NotFluid)
		}
	}
}

// kept is clients in a closed loop who keep their flows through a Network Load Balancer, for so many requests each; one
// of four targets hangs for a while.
func kept(think rng.Distribution, most int) *Config {
	cfg := hashed()
	w := &cfg.Workloads[0]
	w.Arrivals, w.Visitors = nil, dataplane.Visitors{Count: 3000, Think: think}
	w.Clients = Clients{PerConnection: most, Timeout: 10 * sim.Second, RetryAttempts: 1, Backoff: sim.Second}
	cfg.Faults = []Fault{{
		Kind: ApplicationFault, At: 2400 * sim.Second, Duration: must(rng.Fixed(300)), Zone: None, Pool: None, Count: 1,
		On: controlplane.Subject{Kind: controlplane.OfFleet}, Impairment: model.Impairment{Hangs: true},
	}}
	return cfg
}

// Clients who keep a flow come back to its target: they open as few, wait in vain as often when one hangs, and find as
// many reset, because it was unhealthy or silent for too long. When checks find that out is chance's.
func TestFluidClientsComeBackByTheirFlows(t *testing.T) {
	for name, test := range map[string]struct {
		think rng.Distribution
		most  int
	}{
		"for good":        {must(rng.Uniform(20, 40)), 1_000_000},
		"for ten":         {must(rng.Exponential(30)), 10},
		"until forgotten": {must(rng.Uniform(300, 420)), 1_000_000},
	} {
		verifyEvery(t, must(New(kept(test.think, test.most), 0)), sim.Hour/7, name)
		cfg := kept(test.think, test.most)
		rates := play(t, cfg)
		cfg.Fluid = 0
		requests := play(t, cfg)
		x, y, u, v := &rates.Balancers[0], &requests.Balancers[0], &rates.Users[0], &requests.Users[0]
		for _, of := range []struct {
			what                    string
			got, want, within, give float64
		}{
			{"flows opened", float64(x.FlowsOpened), float64(y.FlowsOpened), 0.05, 0},
			{"flows reset", float64(x.FlowsReset), float64(y.FlowsReset), 0.03, 150},
			{"time of flows", x.FlowTime, y.FlowTime, 0.1, 0},
			{"user requests", float64(u.Requests), float64(v.Requests), 0.01, 0},
			{"failed", float64(u.Requests - u.Completed), float64(v.Requests - v.Completed), 0.1, 60},
		} {
			t.Logf("%s: %s %.5g, of requests %.5g", name, of.what, of.got, of.want)
			if !(math.Abs(of.got-of.want) <= of.within*of.want+of.give) {
				t.Errorf("%s: %s %.5g, of requests %.5g", name, of.what, of.got, of.want)
			}
		}
	}
}
