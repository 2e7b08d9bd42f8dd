package cloud

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/model/workload"
	"headroom/sim"
	"headroom/sim/analytic"
	"headroom/sim/rng"
)

// steadily is a Poisson process whose rate is known.
func steadily(perSecond float64) workload.Process {
	return must(workload.Poisson(must(workload.Constant(perSecond))))
}

// fluidly makes a config one of rates.
func fluidly(cfg *Config) *Config {
	cfg.Fluid = sim.Second
	return cfg
}

func TestFluidQueueIsErlangs(t *testing.T) {
	for _, rate := range []float64{0.4, 1.2, 1.6, 1.9} {
		cfg := fluidly(queue(Service{Discipline: FCFS, Backlog: NoLimit}, 2, rate, must(rng.Exponential(1))))
		cfg.Workloads[0].Arrivals = steadily(rate)
		cfg.Duration, cfg.Warmup = 20*sim.Hour, 2*sim.Hour
		out := play(t, cfg)
		q := must(analytic.NewMMc(rate, 1, 2))
		r := &out.Routes[0]
		if got, want := r.Latency.Mean()/1e9, q.MeanResponse(); math.Abs(got/want-1) > 0.01 {
			t.Errorf("rate %v: mean response %.4f s, Erlang C says %.4f s", rate, got, want)
		}
		if got, want := r.Wait.Mean()/1e9, q.MeanWait(); math.Abs(got-want) > 0.01*q.MeanResponse() {
			t.Errorf("rate %v: mean wait %.4f s, Erlang C says %.4f s", rate, got, want)
		}
		if got, want := float64(r.InFlight), q.MeanNumber(); math.Abs(got-want) > 1 {
			t.Errorf("rate %v: %v in flight at the end, the mean is %.2f", rate, got, want)
		}
	}
}

// Twice as many come as are served, for 100 s: half of them are still there, and who leaves after t
// seconds came at t/2.
func TestFluidLineGrowsByWhatIsLeftOver(t *testing.T) {
	cfg := fluidly(queue(Service{Discipline: FCFS, Backlog: NoLimit}, 2, 2000, must(rng.Exponential(0.002))))
	cfg.Workloads[0].Arrivals = must(workload.Deterministic(must(workload.Constant(2000))))
	cfg.Duration = 100 * sim.Second
	r := &play(t, cfg).Routes[0]
	if got := float64(r.InFlight); math.Abs(got/100_000-1) > 0.01 {
		t.Errorf("%v in line after 100 s, want 100,000", got)
	}
	if got, want := r.Latency.Mean()/1e9, 25.0; math.Abs(got/want-1) > 0.02 {
		t.Errorf("mean latency %.2f s of those who were served, want %v s", got, want)
	}
}

// Five times as many come as are served, for an hour: a line of any length is worked off no faster
// than the server can.
func TestFluidLongLinesAreNotWorkedOffFaster(t *testing.T) {
	cfg := fluidly(queue(Service{Discipline: FCFS, Backlog: NoLimit}, 1, 1, must(rng.Exponential(0.1))))
	cfg.Workloads[0].Arrivals = must(workload.Deterministic(must(workload.Constant(50))))
	cfg.Duration = sim.Hour
	out := play(t, cfg)
	if got, want := float64(out.Routes[0].Completed), 36_000.0; math.Abs(got/want-1) > 0.002 {
		t.Errorf("%v served in an hour, want %v", got, want)
	}
	if got, want := out.Fleets[0].BusyVCPUSeconds, 3600.0; math.Abs(got/want-1) > 0.002 {
		t.Errorf("%v vCPU-seconds in an hour, want %v", got, want)
	}
}

// TestFluidIsTheRequestPlaneInSteadyState compares both planes behind a load balancer.
func TestFluidIsTheRequestPlaneInSteadyState(t *testing.T) {
	for _, test := range []struct {
		algorithm string
		targets   int
		load      float64
	}{{"round_robin", 10, 0.8}, {"random", 4, 0.7}, {"least_outstanding_requests", 10, 0.9}} {
		make := func() *Config {
			cfg := balanced(test.algorithm, test.targets)
			cfg.Workloads[0].Arrivals = steadily(float64(test.targets) * 2 * test.load / 0.01)
			cfg.Workloads[0].Demand = must(rng.Exponential(0.01))
			cfg.Workloads[0].Response = must(rng.Fixed(1000))
			cfg.Duration, cfg.Warmup = 30*sim.Minute, sim.Minute
			return cfg
		}
		a, b := play(t, make()), play(t, fluidly(make()))
		requests, rates := &a.Routes[1], &b.Routes[1] // the first is that of no group
		for _, of := range []struct {
			name      string
			got, want float64
			within    float64
		}{
			{"arrived", float64(rates.Arrived), float64(requests.Arrived), 0.004},
			{"mean", rates.Latency.Mean(), requests.Latency.Mean(), 0.01},
			{"p50", float64(rates.Latency.Quantile(0.5)), float64(requests.Latency.Quantile(0.5)), 0.015},
			{"p99", float64(rates.Latency.Quantile(0.99)), float64(requests.Latency.Quantile(0.99)), 0.02},
			{"busy", b.Fleets[0].BusyVCPUSeconds, a.Fleets[0].BusyVCPUSeconds, 0.005},
		} {
			if off := math.Abs(of.got/of.want - 1); !(off <= of.within) {
				t.Errorf("%s, %d targets at %v: %s %v, requests say %v", test.algorithm, test.targets, test.load, of.name, of.got, of.want)
			}
		}
	}
}

// storms are configs of rates in which servers come, go and fail.
func storms() map[string]*Config {
	scaled := baseConfig()
	scaled.addGroup(2, 6, 4)
	scaled.Workloads = nil
	scaled.request(steadily(400), must(rng.Exponential(0.01)))
	outage := unreachable(true)
	outage.request(steadily(300), must(rng.Exponential(0.01))).Clients.Timeout = 5 * sim.Second
	wrong := balanced("round_robin", 4)
	wrong.Duration = sim.Hour
	wrong.Services[0].Errors = model.Errors{Rate: 0.1, Status: 503}
	wrong.Workloads[0].Arrivals = steadily(50)
	full := balanced("random", 2)
	full.Duration = sim.Hour
	full.Services[0] = Service{Discipline: ProcessorSharing, Concurrency: 8, Backlog: 8}
	full.Workloads[0].Arrivals = steadily(100)
	full.Workloads[0].Clients.Timeout = 200 * ms
	shut := baseConfig()
	shut.addGroup(4, 4, 4)
	shut.request(steadily(100), must(rng.Exponential(0.01)))
	shut.Faults = []Fault{{
		Kind: ApplicationFault, At: 1000 * sim.Second, Duration: must(rng.Fixed(1000)), Zone: None, Pool: None,
		Count: 1, Impairment: model.Impairment{Refuses: true},
	}}
	again := unreachable(true)
	again.request(steadily(300), must(rng.Exponential(0.01))).Clients = Clients{
		Timeout: 5 * sim.Second, RetryAttempts: 3, Backoff: 200 * ms, RetryBudget: 0.1,
	}
	return map[string]*Config{"scaled": scaled, "outage": outage, "wrong": wrong, "full": full, "shut": shut, "again": again}
}

// TestFluidLosesNoRequest looks at the invariants of a run of rates all the time.
func TestFluidLosesNoRequest(t *testing.T) {
	for name, cfg := range storms() {
		w, err := New(fluidly(cfg), 0)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		verifyEvery(t, w, 7*sim.Second, name)
	}
}

// verifyEvery plays w to its end and looks at the invariants on the way; of says which world it is.
func verifyEvery(t *testing.T, w *World, every sim.Time, of any) {
	t.Helper()
	for at := sim.Time(0); at < w.cfg.Duration; at += every {
		if err := w.RunUntil(context.Background(), at); err != nil {
			t.Fatalf("%v at %v: %v", of, at, err)
		}
		if err := w.Verify(); err != nil {
			t.Fatalf("%v at %v: %v", of, at, err)
		}
	}
}

// TestFluidStormsAreThoseOfRequests compares how many fail where servers fail and err.
func TestFluidStormsAreThoseOfRequests(t *testing.T) {
	requests, rates := storms(), storms()
	for _, name := range []string{"scaled", "outage", "wrong", "shut", "again"} {
		a, b := play(t, requests[name]).Routes, play(t, fluidly(rates[name])).Routes
		x, y := 0.0, 0.0
		for i := range a {
			x, y = x+float64(failures(&a[i])), y+float64(failures(&b[i]))
		}
		if name != "scaled" && x == 0 || math.Abs(x-y) > 0.05*x+5*math.Sqrt(x)+10 {
			t.Errorf("%s: %v requests fail of rates, %v of requests (%v and %v)", name, y, x, b[len(b)-1].Failed, a[len(a)-1].Failed)
		}
	}
}

// Clients that try a server three times which answers three in ten with an error: the attempts
// of each request, its failures and its time are those of a geometric law cut off.
func TestFluidRetriesAreGeometric(t *testing.T) {
	const wrong, tries, backoff = 0.3, 3, 2.0
	cfg := fluidly(balanced("round_robin", 4))
	cfg.Services[0].Errors = model.Errors{Rate: wrong, Status: 503}
	cfg.Workloads[0].Arrivals = steadily(20)
	cfg.Workloads[0].Demand = must(rng.Fixed(0.001))
	cfg.Workloads[0].Clients = Clients{RetryAttempts: tries - 1, Backoff: sim.Seconds(backoff)}
	cfg.Duration = 2 * sim.Hour
	out := play(t, cfg)
	r, u := &out.Routes[len(out.Routes)-1], &out.Users[0]
	attempts, answered, waited := 0.0, 0.0, 0.0
	for k, reach, wait := 0, 1.0, 0.0; k < tries; k++ {
		attempts += reach
		answered += reach * (1 - wrong)
		waited += reach * (1 - wrong) * (wait + 0.001*float64(k+1))
		wait += backoff * math.Pow(2, float64(k))
		reach *= wrong
	}
	for _, of := range []struct {
		name      string
		got, want float64
	}{
		{"attempts", float64(r.Arrived) / float64(u.Requests), attempts},
		{"retries", float64(r.Retried) / float64(u.Requests), attempts - 1},
		{"answered", float64(u.Completed) / float64(u.Requests), answered},
		{"time", u.Latency.Mean() / 1e9, waited / answered},
	} {
		if math.Abs(of.got/of.want-1) > 0.01 {
			t.Errorf("%s: %.4f, want %.4f", of.name, of.got, of.want)
		}
	}
}

// A budget of a tenth lets one retry pass for ten first attempts, and those that were kept.
func TestFluidRetriesKeepTheirBudget(t *testing.T) {
	cfg := fluidly(balanced("round_robin", 4))
	cfg.Services[0].Errors = model.Errors{Rate: 0.9, Status: 503}
	cfg.Workloads[0].Arrivals = steadily(20)
	cfg.Workloads[0].Demand = must(rng.Fixed(0.001))
	cfg.Workloads[0].Clients = Clients{RetryAttempts: 5, Backoff: 100 * ms, RetryBudget: 0.1}
	cfg.Duration = sim.Hour
	out := play(t, cfg)
	most := 0.1*float64(out.Users[0].Requests) + dataplane.RetryBurst
	if got := float64(out.Routes[len(out.Routes)-1].Retried); got > most || got < most-5 {
		t.Errorf("%v retries, want %v at most and nearly those", got, most)
	}
}

// A t3.nano earns 6 credits an hour, what a tenth of a vCPU spends. For an hour its requests take
// 0.08 vCPUs, which leaves it 1.2; then 0.5, of which these last for 3 min: beyond, a tenth.
func TestFluidRunsOutOfCredits(t *testing.T) {
	rate := must(workload.Steps([]workload.Knot{{At: 0, PerSecond: 8}, {At: sim.Hour, PerSecond: 50}}, workload.Tail{}))
	cfg := fluidly(queue(Service{Discipline: FCFS, Backlog: NoLimit}, 2, 1, must(rng.Exponential(0.01))))
	cfg.Types[0], cfg.Instances[0].Template.Credits = nano, model.CreditsStandard
	cfg.Workloads[0].Arrivals = must(workload.Deterministic(rate))
	cfg.Duration = 2 * sim.Hour
	out := play(t, cfg)
	want := 0.08*3600 + 0.5*180 + 0.1*3420
	if got := out.Fleets[0].BusyVCPUSeconds; math.Abs(got/want-1) > 0.01 {
		t.Errorf("%.1f vCPU-seconds, want %.1f", got, want)
	}
	if got, want := float64(out.Routes[0].InFlight), 0.4*3420/0.01; math.Abs(got/want-1) > 0.01 {
		t.Errorf("%v requests in line, want %v", got, want)
	}
}

// An instance that is stopped and started again is one target, as before.
func TestFluidForgetsServersThatWereStopped(t *testing.T) {
	failed := map[bool]float64{}
	for _, rates := range []bool{false, true} {
		cfg := queue(Service{Discipline: FCFS, Backlog: NoLimit}, 2, 1, must(rng.Fixed(0.01)))
		cfg.Workloads[0].Arrivals = steadily(1)
		cfg.Workloads[0].Clients.Timeout = 3 * sim.Second
		cfg.Duration = 4 * sim.Hour
		for k, do := range []controlplane.ActionKind{controlplane.StopInstance, controlplane.StartInstance} {
			cfg.Actions = append(cfg.Actions, controlplane.Action{
				Do: do, At: sim.Time(k+1) * sim.Hour, Interface: None, On: controlplane.Subject{Kind: controlplane.OfFleet, Index: 0},
			})
		}
		if rates {
			fluidly(cfg)
		}
		r := &play(t, cfg).Routes[0]
		failed[rates] = float64(failures(r))
		if got := float64(r.Completed); got < 10_000 {
			t.Errorf("rates %v: %v answered of three hours", rates, got)
		}
	}
	if math.Abs(failed[true]-failed[false]) > 5*math.Sqrt(failed[false]) {
		t.Errorf("%v fail of rates, %v of requests", failed[true], failed[false])
	}
}

func TestFluidRunsRepeat(t *testing.T) {
	a, b := storms(), storms()
	for name := range a {
		x, y := play(t, fluidly(a[name])), play(t, fluidly(b[name]))
		if !reflect.DeepEqual(x.Routes, y.Routes) || !reflect.DeepEqual(x.Ledger, y.Ledger) {
			t.Errorf("%s: two runs differ", name)
		}
	}
}

func TestFluidNamesWhatItDoesNotCarry(t *testing.T) {
	cfg := fluidly(balanced("round_robin", 2))
	cfg.Workloads[0].Visitors.Count = 3
	cfg.Workloads[0].Clients.PerConnection = 2
	cfg.Workloads[0].Clients.ForwardedFor = dataplane.MaxForwardedFor + 1
	cfg.TargetGroups[0].SlowStart = 30 * sim.Second
	var got []string
	for _, err := range cfg.Validate() {
		got = append(got, err.Error())
	}
	want := []string{"workload.clients.clients.users: " + model.NotFluid, "workload.clients.clients.forwarded_for: " + model.NotFluid, "target_group.web.slow_start: " + model.NotFluid}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Nobody asks who sent a request where neither cookies nor connections are kept.
func TestFluidUsersThatNobodyRemembersMakeNoDifference(t *testing.T) {
	make := func(users int) *Config {
		cfg := fluidly(balanced("round_robin", 2))
		cfg.Duration = 10 * sim.Minute
		cfg.Workloads[0].Visitors.Count = users
		return cfg
	}
	if x, y := play(t, make(0)), play(t, make(50)); !reflect.DeepEqual(x.Routes, y.Routes) {
		t.Error("50 users who are told apart are served otherwise than those who are not")
	}
	cfg := make(50)
	cfg.LoadBalancers[0].Default.Sticky = sim.Hour
	if got := fmt.Sprint(cfg.Validate()); !strings.Contains(got, "clients.users: "+model.NotFluid) {
		t.Errorf("got %s where users stay with a target group", got)
	}
}

func TestFluidNamesWhatItDoesNotCarryOfInstances(t *testing.T) {
	cfg := fluidly(balanced("round_robin", 2))
	cfg.Instances[0].Applications = []int{0, 0}
	if got, want := fmt.Sprint(cfg.Validate()), "instance."+cfg.Instances[0].Name+".services: "+model.NotFluid; !strings.Contains(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
	cfg.Fluid = 0
	if got := fmt.Sprint(cfg.Validate()); strings.Contains(got, model.NotFluid) {
		t.Errorf("requests: got %s", got)
	}
}

// What chooses a server in a way that rates do not know is not played as if it chose like the others, and
// nobody drops what a server does not keep track of.
func TestFluidNamesAlgorithmsAndTrackingThatItDoesNotCarry(t *testing.T) {
	for path, change := range map[string]func(*Config){
		"instance.servers.max_tracked_connections: ":       func(cfg *Config) { cfg.Instances[0].Template.MostTracked = 4 },
		"target_group.web.load_balancing_algorithm_type: ": func(cfg *Config) { cfg.TargetGroups[0].Algorithm = "power_of_two_choices" },
	} {
		cfg := fluidly(balanced("round_robin", 2))
		if errs := cfg.Validate(); len(errs) > 0 {
			t.Fatalf("got %v before the change", errs)
		}
		change(cfg)
		if got := cfg.Validate(); len(got) != 1 || got[0].Error() != path+model.NotFluid {
			t.Errorf("got %v, want %s%s", got, path, model.NotFluid)
		}
	}
}

// A request that fails takes the CPU time that its failure does, which rates do not know.
func TestFluidNamesTheCPUOfErrors(t *testing.T) {
	cfg := fluidly(balanced("round_robin", 2))
	errs := model.Errors{Rate: 0.1, Status: 500, Latency: ms}
	cfg.Services[0].Errors = errs
	cfg.Faults = []Fault{{
		Kind: ApplicationFault, At: sim.Second, Duration: must(rng.Fixed(1)), Zone: None, Pool: None,
		Count: 1, Impairment: model.Impairment{Errors: errs},
	}}
	got := fmt.Sprint(cfg.Validate())
	for _, path := range []string{"service." + cfg.Services[0].Name + ".errors.latency: ", "fault.0.latency: "} {
		if !strings.Contains(got, path+model.NotFluid) {
			t.Errorf("got %s, want %s%s", got, path, model.NotFluid)
		}
	}
}

// BenchmarkFluid plays a minute of a million requests a second over 1,500 servers.
func BenchmarkFluid(b *testing.B) {
	cfg := fluidly(balanced("round_robin", 1500))
	cfg.Types[0].VCPUs = 16
	cfg.Workloads[0].Arrivals = steadily(1e6)
	cfg.Workloads[0].Demand = must(rng.Lognormal(0.014, 1))
	cfg.Duration = sim.Time(b.N) * sim.Minute
	b.ReportAllocs()
	b.ResetTimer()
	play(b, cfg)
}
