package cloud

import (
	"math"
	"strings"
	"testing"

	"headroom/model"
	"headroom/model/dataplane"
	"headroom/model/function"
	"headroom/model/workload"
	"headroom/sim"
	"headroom/sim/rng"
)

// functional is a function that computes and waits for somebody, which users call themselves and through a load balancer.
func functional(rate float64, terms function.Terms) *Config {
	cfg := balanced("round_robin", 1)
	cfg.Services = append(cfg.Services, Service{Name: "thumbnail", Discipline: dataplane.ProcessorSharing, Steps: []dataplane.Step{
		{Kind: dataplane.StepCPU}, {Kind: dataplane.StepPause, Time: must(rng.Exponential(0.05))},
	}})
	of := len(cfg.Services) - 1
	group := cfg.TargetGroups[0]
	group.Name, group.CrossZone, group.Service, group.HealthCheck.Enabled = "function", true, of, false
	cfg.TargetGroups = append(cfg.TargetGroups, group)
	lb := cfg.LoadBalancers[0]
	lb.Name, lb.Rules = "function", nil
	lb.Default = Action{Forward: []Forward{{TargetGroup: len(cfg.TargetGroups) - 1, Weight: 1}}}
	cfg.LoadBalancers = append(cfg.LoadBalancers, lb)
	cfg.Functions = []dataplane.Function{{
		Name: "thumbnail", Service: of, Memory: 885, Threads: 1, Storage: 512, ColdStart: must(rng.Exponential(0.3)),
		Groups: []int{len(cfg.TargetGroups) - 1}, Terms: terms,
	}}
	first := cfg.Workloads[0]
	cfg.Workloads[0].Arrivals = steadily(1)
	for k, to := range []dataplane.DestinationKind{dataplane.ToFunction, ToLoadBalancer} {
		w := first
		w.Name, w.Arrivals, w.Demand = []string{"callers", "visitors"}[k], steadily(rate/2), must(rng.Exponential(0.05))
		w.To, w.Target = to, []int{0, len(cfg.LoadBalancers) - 1}[k]
		cfg.Workloads = append(cfg.Workloads, w)
	}
	cfg.Duration, cfg.Warmup = sim.Hour, 5*sim.Minute
	return cfg
}

// TestFluidFunctionsAreThoseOfRequests compares both planes: few calls, of which many are cold starts; a reservation that is
// too small; a timeout that many run into; clients who hang up; environments that are provisioned.
func TestFluidFunctionsAreThoseOfRequests(t *testing.T) {
	usual := function.Terms{Reserved: function.None, Idle: 10 * sim.Minute, Timeout: 3 * sim.Second, ScalingRate: 1000}
	for name, c := range map[string]struct {
		rate     float64
		change   func(*function.Terms)
		patience sim.Time
	}{
		"few":         {0.5, func(t *function.Terms) { t.Idle = 5 * sim.Second }, 0},
		"steady":      {100, func(*function.Terms) {}, 0},
		"reserved":    {100, func(t *function.Terms) { t.Reserved = 16 }, 0},
		"long":        {2, func(t *function.Terms) { t.Timeout = sim.Second }, 0},
		"impatient":   {20, func(*function.Terms) {}, 250 * ms},
		"provisioned": {50, func(t *function.Terms) { t.Provisioned, t.Idle = 6, 10*sim.Second }, 0},
	} {
		terms := usual
		c.change(&terms)
		build := func() *Config {
			cfg := functional(c.rate, terms)
			for i := range cfg.Workloads {
				cfg.Workloads[i].Clients.Timeout = c.patience
			}
			return cfg
		}
		a, b := play(t, build()), play(t, fluidly(build()))
		likeFunctions(t, name, a, b)
	}
}

func likeFunctions(t *testing.T, name string, a, b *Outcome) {
	t.Helper()
	x, y := &a.Functions[0], &b.Functions[0]
	asked := float64(x.Called + x.Throttled)
	near := func(what string, got, want, within float64) {
		if t.Helper(); math.Abs(got-want) > within {
			t.Errorf("%s: %s %v, requests say %v", name, what, got, want)
		}
	}
	chance := 4 * math.Sqrt(asked)
	near("throttled", float64(y.Throttled), float64(x.Throttled), 0.001*asked+4*math.Sqrt(3*float64(x.Throttled)))
	near("cold", float64(y.Cold), float64(x.Cold), 0.05*float64(x.Cold)+4*math.Sqrt(float64(x.Cold))+2)
	near("timed out", float64(y.TimedOut), float64(x.TimedOut), 0.001*asked+4*math.Sqrt(float64(x.TimedOut)))
	near("done", float64(y.Done), float64(x.Done), 0.01*asked+chance)
	near("busy", y.Busy, x.Busy, 0.01*x.Busy+4*math.Sqrt(x.Busy/600))
	near("billed a call", y.Billed.Seconds()/float64(y.Called), x.Billed.Seconds()/float64(x.Called), 0.01*x.Billed.Seconds()/float64(x.Called)*(1+300/math.Sqrt(asked)/2))
	near("duration", y.Duration.Mean(), x.Duration.Mean(), x.Duration.Mean()*(0.005+3/math.Sqrt(asked)))
	for i := range a.Routes {
		r, s := &a.Routes[i], &b.Routes[i]
		if r.Latency.Count() < 1000 {
			continue
		}
		few := 3 / math.Sqrt(float64(r.Latency.Count()))
		near("mean", s.Latency.Mean()/1e9, r.Latency.Mean()/1e9, r.Latency.Mean()/1e9*(0.01+few))
		near("p50", float64(s.Latency.Quantile(0.5))/1e9, float64(r.Latency.Quantile(0.5))/1e9, r.Latency.Mean()/1e9*(0.01+few))
		near("p99", float64(s.Latency.Quantile(0.99))/1e9, float64(r.Latency.Quantile(0.99))/1e9, float64(r.Latency.Quantile(0.99))/1e9*(0.01+3*few))
		near("failed", float64(failures(s))/float64(s.Arrived), float64(failures(r))/float64(r.Arrived), 0.001+few)
	}
}

// A call to a function is a step as any other. All who call it ask for the same CPU time:
// rates show one latency for all.
func TestFluidCallsFunctions(t *testing.T) {
	build := func() *Config {
		cfg := functional(2, function.Terms{Reserved: function.None, Idle: sim.Minute, Timeout: 3 * sim.Second})
		cfg.Services[0].Discipline = dataplane.ProcessorSharing
		cfg.Services[0].Steps = []dataplane.Step{cpu(ms), ask(1, must(rng.Exponential(0.05)))}
		call := &cfg.Services[0].Steps[1].Call
		call.To, call.Target = dataplane.ToFunction, 0
		cfg.Workloads[0].Arrivals = steadily(20)
		return cfg
	}
	a, b := play(t, build()), play(t, fluidly(build()))
	r, s := &a.Routes[1], &b.Routes[1] // the first is that of no group
	for _, of := range []struct {
		name      string
		got, want float64
		within    float64
	}{
		{"mean", s.Latency.Mean(), r.Latency.Mean(), 0.02},
		{"p99", float64(s.Latency.Quantile(0.99)), float64(r.Latency.Quantile(0.99)), 0.03},
		{"called", float64(b.Functions[0].Called), float64(a.Functions[0].Called), 0.02},
	} {
		if off := math.Abs(of.got/of.want - 1); !(off <= of.within) {
			t.Errorf("%s %v, requests say %v", of.name, of.got, of.want)
		}
	}
}

// What rates of functions do not carry is refused by name.
func TestFluidRefusesWhatFunctionsDoNotTake(t *testing.T) {
	terms := function.Terms{Reserved: function.None, Idle: sim.Minute, Timeout: 3 * sim.Second}
	for key, change := range map[string]func(*Config){
		"demand.request_bytes":  func(cfg *Config) { cfg.Workloads[2].Request = must(rng.Exponential(1 << 19)) },
		"demand.response_bytes": func(cfg *Config) { cfg.Workloads[1].Response = must(rng.Fixed(7 << 20)) },
		"health_check": func(cfg *Config) {
			cfg.TargetGroups[1].HealthCheck = cfg.TargetGroups[0].HealthCheck
			cfg.TargetGroups[1].HealthCheck.Enabled = true
		},
	} {
		cfg := fluidly(functional(10, terms))
		change(cfg)
		if _, err := New(cfg, 0); err == nil || !strings.Contains(err.Error(), key) || !strings.Contains(err.Error(), model.NotFluid) {
			t.Errorf("%s: %v", key, err)
		}
	}
}

// No call is lost in random worlds of functions.
func TestFluidLosesNoCallOfRandomFunctions(t *testing.T) {
	played := 0
	for seed := uint64(0); seed < 60 && played < 3; seed++ {
		cfg := carried(swarmFunctions(seed))
		for i := range cfg.Workloads { // of sizes that functions take
			cfg.Workloads[i].Request, cfg.Workloads[i].Response = nil, nil
		}
		for i := range cfg.Services {
			for k := range cfg.Services[i].Steps {
				cfg.Services[i].Steps[k].Call.Request, cfg.Services[i].Steps[k].Call.Response = nil, nil
			}
		}
		cfg.TargetGroups[len(cfg.TargetGroups)-1].HealthCheck.Enabled = false
		cfg.Duration = min(cfg.Duration, sim.Minute)
		cfg.Warmup = min(cfg.Warmup, cfg.Duration)
		w, err := New(cfg, 0)
		if err != nil {
			if !strings.Contains(err.Error(), model.NotFluid) {
				t.Fatalf("seed %d: %v", seed, err)
			}
			t.Logf("seed %d: %v", seed, err)
			continue
		}
		played++
		verifyEvery(t, w, 7*sim.Second, "functions")
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	if played < 3 {
		t.Errorf("%d of the worlds are carried", played)
	}
}

// Calls whose cold starts are longer than a step are billed for them when they end, whoever comes then.
func TestFluidFunctionsBillColdStartsThatEndLater(t *testing.T) {
	build := func() *Config {
		cfg := functional(2, function.Terms{Reserved: function.None, Idle: 10 * sim.Minute, Timeout: 3 * sim.Second})
		cfg.Functions[0].ColdStart = must(rng.Uniform(29, 31))
		cfg.Duration, cfg.Warmup = 5*sim.Minute, 0
		return cfg
	}
	a, b := play(t, build()), play(t, fluidly(build()))
	each := func(o *Outcome) float64 { return o.Functions[0].Billed.Seconds() / float64(o.Functions[0].Cold) }
	if x, y := each(a), each(b); math.Abs(x-y) > 0.1*x {
		t.Errorf("billed %v s a cold start, requests say %v", y, x)
	}
}

// Who tries again just when the run ends finds the function as full as it was.
func TestFluidFunctionsRefuseRetriesAtTheHorizon(t *testing.T) {
	cfg := functional(100, function.Terms{Reserved: 1, Idle: 10 * sim.Minute, Timeout: 3 * sim.Second})
	cfg.Duration, cfg.Warmup = sim.Minute, 0
	for i := range cfg.Workloads {
		cfg.Workloads[i].Clients.RetryAttempts, cfg.Workloads[i].Clients.Backoff = 2, 100*ms
	}
	a, b := play(t, cfg), play(t, fluidly(cfg))
	x, y := a.Functions[0].Called, b.Functions[0].Called
	if math.Abs(float64(x-y)) > 0.1*float64(x) {
		t.Errorf("%v calls served, requests say %v", y, x)
	}
}

// Who fails at a call makes none after it: of three calls that fail with 0.3 each 1 + 0.7 + 0.49 are made, and none of the next
// step where one has failed.
func TestFluidCallersStopAtTheFirstThatFails(t *testing.T) {
	build := func() *Config {
		cfg := functional(0.1, function.Terms{Reserved: function.None, Idle: sim.Minute, Timeout: 3 * sim.Second})
		cfg.Services[len(cfg.Services)-1].Errors = model.Errors{Rate: 0.3, Status: 500}
		cfg.Services[0].Discipline = dataplane.ProcessorSharing
		cfg.Services[0].Steps = []dataplane.Step{cpu(ms), ask(1, must(rng.Fixed(0.02))), ask(1, must(rng.Fixed(0.02)))}
		for k, count := range []int{3, 1} {
			call := &cfg.Services[0].Steps[1+k].Call
			call.To, call.Target, call.Count = dataplane.ToFunction, 0, count
		}
		cfg.Workloads[0].Arrivals = steadily(20)
		cfg.Duration, cfg.Warmup = 5*sim.Minute, 0
		return cfg
	}
	const want = 1 + 0.7 + 0.49 + 0.343
	for i, out := range []*Outcome{play(t, build()), play(t, fluidly(build()))} {
		asked := 0.0
		for k := range out.Routes {
			if r := &out.Routes[k]; r.Workload == 0 {
				asked += float64(r.Arrived)
			}
		}
		if got := float64(out.Functions[0].Called) / asked; !(math.Abs(got/want-1) <= 0.03) {
			t.Errorf("rates %v: %.3f calls of %v requests, want %.3f", i > 0, got, asked, want)
		}
	}
}

// Requests fail for calls that were throttled though they end long after: a burst of half a minute for a function that takes a
// third of a minute and may serve a hundred at once.
func TestFluidCallersFailWhoeverEndsLater(t *testing.T) {
	cfg := functional(0.1, function.Terms{Reserved: 100, Idle: sim.Minute, Timeout: 10 * sim.Minute})
	cfg.Services[0].Discipline = dataplane.ProcessorSharing
	cfg.Services[0].Steps = []dataplane.Step{cpu(ms), ask(1, must(rng.Fixed(10)))}
	call := &cfg.Services[0].Steps[1].Call
	call.To, call.Target = dataplane.ToFunction, 0
	burst := must(workload.Steps([]workload.Knot{{At: 0, PerSecond: 10}, {At: 30 * sim.Second}}, workload.Tail{Stop: true}))
	cfg.Workloads[0].Arrivals = must(workload.Poisson(burst))
	cfg.Duration, cfg.Warmup = 10*sim.Minute, 0
	out := play(t, fluidly(cfg))
	failed, asked := 0.0, 0.0
	for k := range out.Routes {
		if r := &out.Routes[k]; r.Workload == 0 {
			failed, asked = failed+float64(failures(r)), asked+float64(r.Arrived)
		}
	}
	if x := &out.Functions[0]; x.Throttled < 100 || !(math.Abs(failed/float64(x.Throttled)-1) <= 0.1) {
		t.Errorf("%v of %v requests failed, %v calls were throttled", failed, asked, x.Throttled)
	}
}
