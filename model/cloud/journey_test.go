package cloud

import (
	"math"
	"testing"

	"headroom/model"
	"headroom/model/dataplane"
	"headroom/model/workload"
	"headroom/sim"
	"headroom/sim/analytic"
	"headroom/sim/rng"
)

// arrivals come at given instants.
type arrivals []sim.Time

func (a arrivals) Start(rng.Stream) workload.Source { return &arrivalList{left: a} }

func (a arrivals) Mean(sim.Time) float64 { return 0 }

type arrivalList struct{ left arrivals }

func (a *arrivalList) Next() (sim.Time, bool) {
	if len(a.left) == 0 {
		return 0, false
	}
	at := a.left[0]
	a.left = a.left[1:]
	return at, true
}

// fixed is a time that is always the same.
func fixed(d sim.Time) rng.Distribution { return must(rng.Fixed(d.Seconds())) }

func cpu(d sim.Time) dataplane.Step {
	return dataplane.Step{Kind: dataplane.StepCPU, Time: fixed(d)}
}

func pause(d sim.Time) dataplane.Step {
	return dataplane.Step{Kind: dataplane.StepPause, Time: fixed(d)}
}

// ask calls the instances of a tier once.
func ask(tier int, demand rng.Distribution) dataplane.Step {
	return dataplane.Step{Kind: dataplane.StepCall, Call: dataplane.Call{
		To: ToInstances, Target: tier, Count: 1, Demand: demand, Class: RequestClass{Path: "/", Weight: 1},
	}}
}

// tiers puts each service on one instance of eight vCPUs, the first of which
// requests of a demand reach directly. Even tiers are in zone a, odd ones in b.
func tiers(demand rng.Distribution, arrive workload.Process, services ...Service) *Config {
	cfg := baseConfig()
	cfg.TargetGroups, cfg.LoadBalancers = nil, nil
	cfg.Types[0].VCPUs = 8
	cfg.Services = services
	for k := range services {
		cfg.Services[k].Name = string(rune('a' + k))
		if services[k].Discipline == 0 {
			cfg.Services[k].Discipline, cfg.Services[k].Backlog = FCFS, NoLimit
		}
		cfg.Instances = append(cfg.Instances, Fleet{
			Name: cfg.Services[k].Name, Count: 1, Template: cfg.LaunchTemplates[0], Need: Need{Pool: None},
			Zones: []model.Zone{model.Zone(k % 2)}, Service: k,
		})
	}
	cfg.request(arrive, demand).To = ToInstances
	return cfg
}

// latency is the sum of a route's latencies.
func latency(r *RouteOutcome) sim.Time { return sim.Time(r.Latency.Sum().Big().Int64()) }

// played is a config played to its end with the invariants verified after every
// event.
func played(t *testing.T, cfg *Config) (*Outcome, dataplane.Snapshot) {
	t.Helper()
	w := must(New(cfg, 0))
	until(t, w, cfg.Duration, 1)
	s := w.data.Snapshot()
	return w.outcome(), s
}

const ms = sim.Millisecond

// Three tiers, the middle one behind a load balancer in another zone: 10 and 3 ms
// of work and a pause of 5 ms before, 1 ms after a call that takes 4 + 2·7 + 2 ms
// and the balancer's share.
func TestChainTakesTheSumOfItsSteps(t *testing.T) {
	cfg := tiers(fixed(3*ms+1), arrivals{sim.Second},
		Service{Steps: []dataplane.Step{cpu(10 * ms), {Kind: dataplane.StepCPU}, pause(5*ms + 7), ask(1, fixed(2*ms)), cpu(1 * ms)}},
		Service{Steps: []dataplane.Step{cpu(4*ms + 11), ask(2, fixed(7*ms)), {Kind: dataplane.StepCPU}}},
		Service{},
	)
	cfg.Services[1].Steps[1].Call.Count = 2
	cfg.TargetGroups = []TargetGroup{{Name: "b", Service: 1, Algorithm: "round_robin", CrossZone: true}}
	cfg.LoadBalancers = []LoadBalancer{{
		Name: "b", Kind: "application", Zones: []model.Zone{0, 1}, Latency: 500 * sim.Microsecond, CrossLatency: 300 * sim.Microsecond,
		DNSTTL: sim.Minute, ConnectTimeout: 21 * sim.Second, Default: Action{Forward: []Forward{{TargetGroup: 0, Weight: 1}}},
	}}
	cfg.Instances[1].TargetGroups = []int{0}
	cfg.Instances[1].Zones = []model.Zone{0} // the node that is asked is in the other one
	c := &cfg.Services[0].Steps[3].Call
	c.To, c.Target = ToLoadBalancer, 0
	cfg.Observe.Phases = true
	out, _ := played(t, cfg)

	middle := 4*ms + 11 + 2*7*ms + 2*ms + 800*sim.Microsecond
	all := 10*ms + 3*ms + 1 + 5*ms + 7 + middle + 1*ms
	if r := &out.Routes[0]; r.Completed != 1 || latency(r) != all {
		t.Errorf("%d answered in %v, want 1 in %v", r.Completed, latency(r), all)
	}
	if u := out.Users[0]; u.Completed != 1 || u.Latency.Max() != int64(all) {
		t.Errorf("user requests: %+v, want one of %v", u, all)
	}
	for _, h := range out.Hops {
		want, n := middle, int64(1)
		switch {
		case h.Service == 1:
			want, n = 2*7*ms, 2
		case h.TargetGroup == None:
			want, n = 0, 0
		}
		if h.Completed != n || latency(&h) != want {
			t.Errorf("hop of service %d step %d: %d answered in %v, want %d in %v", h.Service, h.Step, h.Completed, latency(&h), n, want)
		}
	}
	for service, want := range [][dataplane.PhaseCount]sim.Time{
		{0, 0, 14*ms + 1, middle, 0, 5*ms + 7},
		{800 * sim.Microsecond, 0, 6*ms + 11, 14 * ms, 0, 0},
		{0, 0, 14 * ms, 0, 0, 0},
	} {
		for k, h := range out.Observed.Phases[service] {
			if got := sim.Time(h.Sum().Big().Int64()); got != want[k] {
				t.Errorf("service %d spends %v in %s, want %v", service, got, dataplane.PhaseNames()[k], want[k])
			}
			if all := out.Observed.Phases[service][2].Count(); h.Count() != all || all == 0 {
				t.Errorf("service %d: %d times in %s, want one for each of its %d on a CPU", service, h.Count(), dataplane.PhaseNames()[k], all)
			}
		}
	}
	if events := out.Events; events == 0 {
		t.Error("no events")
	}
}

// failing makes a front whose call is always answered 500, after so many tries.
func failing(attempts int, arrive workload.Process) *Config {
	cfg := tiers(fixed(0), arrive, Service{Steps: []dataplane.Step{ask(0, nil)}})
	cfg.LoadBalancers = []LoadBalancer{{
		Name: "broken", Kind: "application", Zones: []model.Zone{0}, DNSTTL: sim.Minute, ConnectTimeout: 21 * sim.Second,
		Default: Action{Status: 500},
	}}
	c := &cfg.Services[0].Steps[0].Call
	c.To, c.Target = ToLoadBalancer, 0
	c.Clients = Clients{RetryAttempts: attempts, Backoff: 100 * ms}
	return cfg
}

func TestCallsAreRetriedAfterTheirBackoff(t *testing.T) {
	cfg := failing(2, arrivals{sim.Second})
	w := must(New(cfg, 0))
	for _, step := range []struct{ at, tries, failed sim.Time }{
		{0, 1, 0}, {99 * ms, 1, 0}, {100 * ms, 2, 0}, {299 * ms, 2, 0}, {300*ms - 1, 2, 0}, {300 * ms, 3, 1},
	} {
		until(t, w, sim.Second+step.at, 1)
		s := w.data.Snapshot()
		if h, r := s.Hops[0], s.Routes[0]; h.Arrived != int64(step.tries) || r.Failed[dataplane.Code500] != int64(step.failed) {
			t.Errorf("after %v: %d tries, %d answered 500, want %d and %d", step.at, h.Arrived, r.Failed[dataplane.Code500], step.tries, step.failed)
		}
	}
	h := w.data.Snapshot().Hops[0]
	if h.Retried != 2 || h.Failed[dataplane.CodeFixed] != 3 {
		t.Errorf("%d retries, %d answered by the balancer, want 2 and 3", h.Retried, h.Failed[dataplane.CodeFixed])
	}

	cfg.Services[0].Steps[0].Call.Clients.RetryOn = dataplane.CodeSet(0).With(dataplane.Code503)
	if out, _ := played(t, cfg); out.Hops[0].Arrived != 1 {
		t.Errorf("%d tries where only a 503 is tried again, want 1", out.Hops[0].Arrived)
	}
}

// Ten retries are kept at the start and each call earns half a retry: the first 19
// of 40 calls are retried, and then every other one.
func TestBudgetBoundsRetries(t *testing.T) {
	for budget, want := range map[float64]int64{0: 40, 0.5: 29, 1: 40} {
		cfg := failing(1, evenlyAt(sim.Second, sim.Hour, 40*sim.Second))
		cfg.Services[0].Steps[0].Call.Clients.RetryBudget = budget
		out, _ := played(t, cfg)
		if h := out.Hops[0]; h.Arrived-h.Retried != 40 || h.Retried != want {
			t.Errorf("budget %g: %d calls and %d retries, want 40 and %d", budget, h.Arrived-h.Retried, h.Retried, want)
		}
		if r := out.Routes[0]; r.Failed[dataplane.Code500] != 40 {
			t.Errorf("budget %g: %d answered 500, want 40", budget, r.Failed[dataplane.Code500])
		}
	}
}

func TestIgnoredErrorsFailNobody(t *testing.T) {
	cfg := failing(0, arrivals{sim.Second})
	cfg.Services[0].Steps[0].Call.IgnoreErrors = true
	cfg.Services[0].Steps = append(cfg.Services[0].Steps, cpu(3*ms))
	out, _ := played(t, cfg)
	if r := &out.Routes[0]; r.Completed != 1 || latency(r) != 3*ms {
		t.Errorf("%d answered in %v, want 1 in 3 ms", r.Completed, latency(r))
	}
	if h := out.Hops[0]; h.Failed[dataplane.CodeFixed] != 1 {
		t.Errorf("%d calls failed, want 1", h.Failed[dataplane.CodeFixed])
	}
}

// Calls of an exponential time over c connections, from an instance that takes K
// requests, are M/M/c/K.
func TestPoolOfConnectionsIsAQueue(t *testing.T) {
	const rate, connections, room = 45, 5, 12
	step := ask(1, must(rng.Exponential(0.1)))
	step.Call.PoolSize = connections
	cfg := tiers(fixed(0), poissonAt(rate),
		Service{Discipline: ProcessorSharing, Concurrency: room, Steps: []dataplane.Step{step}},
		Service{Discipline: ProcessorSharing, Backlog: NoLimit},
	)
	cfg.Duration, cfg.Warmup = 12*sim.Hour, sim.Minute
	cfg.Observe.Phases = true
	out := play(t, cfg)
	q := must(analytic.NewMMcK(rate, 10, connections, room))
	r := &out.Routes[0]
	lost := float64(r.Failed[dataplane.Code502]) / float64(r.Arrived)
	if math.Abs(lost-q.Blocking()) > 0.03*q.Blocking() {
		t.Errorf("%.5f of the requests refused, theory says %.5f", lost, q.Blocking())
	}
	if got := r.Latency.Mean() / 1e9; math.Abs(got-q.MeanResponse()) > 0.01*q.MeanResponse() {
		t.Errorf("mean response %.5f s, theory says %.5f s", got, q.MeanResponse())
	}
	// Each request asks once, so that its wait for a connection is the pool's share
	// of its call.
	pool := out.Observed.Phases[1][4].Mean() / 1e9
	if math.Abs(pool-q.MeanWait()) > 0.03*q.MeanWait() {
		t.Errorf("mean wait for a connection %.5f s, theory says %.5f s", pool, q.MeanWait())
	}
	if got := out.Hops[0].PoolWait.Mean() / 1e9; math.Abs(got-q.MeanWait()) > 0.03*q.MeanWait() {
		t.Errorf("calls wait %.5f s for a connection, theory says %.5f s", got, q.MeanWait())
	}
}

// Two calls over one connection, each of which is given up after 300 ms and begun anew 100 ms
// later, wait in turn: the first not, the second from 1.1 s until 1.3 s, the first again
// from 1.4 s until 1.6 s, the second again from 1.7 s until 1.9 s.
func TestARetryWaitsForItsConnectionAnew(t *testing.T) {
	step := ask(1, fixed(sim.Second))
	step.Call.PoolSize = 1
	step.Call.Clients = Clients{Timeout: 300 * ms, RetryAttempts: 1, Backoff: 100 * ms}
	cfg := tiers(fixed(0), arrivals{sim.Second, sim.Second + 100*ms}, Service{Steps: []dataplane.Step{step}}, Service{})
	out, _ := played(t, cfg)
	wait := &out.Hops[0].PoolWait
	if got := sim.Time(wait.Sum().Big().Int64()); wait.Count() != 4 || got != 600*ms || wait.Max() != int64(200*ms) {
		t.Errorf("%d calls wait %v in all, at most %v, want 4, 600 ms and 200 ms", wait.Count(), got, sim.Time(wait.Max()))
	}
}

func TestCallGivesUpWithoutAConnection(t *testing.T) {
	step := ask(1, fixed(sim.Second))
	step.Call.PoolSize, step.Call.PoolTimeout = 1, 300*ms
	cfg := tiers(fixed(0), arrivals{sim.Second, sim.Second + 100*ms, sim.Second + 800*ms}, Service{Steps: []dataplane.Step{step}}, Service{})
	w := must(New(cfg, 0))
	until(t, w, sim.Second+400*ms-1, 1)
	if s := w.data.Snapshot(); s.Servers[0].Outlets[0].InUse != 1 || s.Servers[0].Outlets[0].Waiting != 1 {
		t.Errorf("connections: %+v, want one in use and one call that waits", s.Servers[0].Outlets[0])
	}
	until(t, w, sim.Second+400*ms, 1)
	if s := w.data.Snapshot(); s.Hops[0].Failed[dataplane.CodePool] != 1 || s.Routes[0].Failed[dataplane.Code500] != 1 {
		t.Errorf("%+v, want one call without a connection that fails its caller", s.Hops[0])
	}
	until(t, w, cfg.Duration, 1)
	// The third waited 200 ms for the first, and was served from 2 s on.
	r := w.outcome().Routes[0]
	if r.Completed != 2 || latency(&r) != sim.Second+1200*ms {
		t.Errorf("%d answered in %v, want 2 in 2.2 s", r.Completed, latency(&r))
	}
	wait := &w.outcome().Hops[0].PoolWait
	if got := sim.Time(wait.Sum().Big().Int64()); wait.Count() != 2 || got != 200*ms {
		t.Errorf("%d calls waited %v for a connection that they got, want 2 in all 200 ms", wait.Count(), got)
	}
}

// A call of a second that is given up after 300 ms is dropped by the callee, or
// worked on; the next one, half a second later, starts at once or waits in vain.
func TestCalleeDropsOrFinishesAbandonedCalls(t *testing.T) {
	for finishes, want := range map[bool]struct {
		busy    uint64
		started int64
	}{false: {6e8, 2}, true: {2e9, 1}} {
		step := ask(1, fixed(sim.Second))
		step.Call.Clients.Timeout = 300 * ms
		cfg := tiers(fixed(0), arrivals{sim.Second, 1500 * ms}, Service{Steps: []dataplane.Step{step}},
			Service{Discipline: FCFS, Workers: 1, Backlog: NoLimit, FinishAbandoned: finishes})
		out, s := played(t, cfg)
		if got := s.Servers[1].Use.Busy; got != want.busy {
			t.Errorf("finishes %v: the callee worked %v, want %v", finishes, sim.Time(got), sim.Time(want.busy))
		}
		r, h := out.Routes[0], out.Hops[0]
		if r.Failed[dataplane.Code500] != 2 || h.Failed[dataplane.Code460] != 2 || h.Wait.Count() != want.started {
			t.Errorf("finishes %v: %d answered 500, %d calls given up, %d started, want 2, 2 and %d",
				finishes, r.Failed[dataplane.Code500], h.Failed[dataplane.Code460], h.Wait.Count(), want.started)
		}
		if s.Alive != 0 {
			t.Errorf("finishes %v: %d requests still there", finishes, s.Alive)
		}
	}
}

// Three calls of 10 ms take 30 ms one after the other, 10 ms at once on three
// workers, and 30 ms at once on one.
func TestCallsGoOneByOneOrAtOnce(t *testing.T) {
	for _, tc := range []struct {
		parallel bool
		workers  int
		want     sim.Time
	}{{false, 3, 30 * ms}, {true, 3, 10 * ms}, {true, 1, 30 * ms}, {true, 2, 20 * ms}} {
		step := ask(1, fixed(10*ms))
		step.Call.Count, step.Call.Parallel = 3, tc.parallel
		cfg := tiers(fixed(0), arrivals{sim.Second}, Service{Steps: []dataplane.Step{step, cpu(1 * ms)}},
			Service{Discipline: FCFS, Workers: tc.workers, Backlog: NoLimit})
		out, _ := played(t, cfg)
		if r := &out.Routes[0]; r.Completed != 1 || latency(r) != tc.want+1*ms {
			t.Errorf("parallel %v, %d workers: answered in %v, want %v", tc.parallel, tc.workers, latency(r), tc.want+1*ms)
		}
		if h := out.Hops[0]; h.Completed != 3 {
			t.Errorf("parallel %v: %d calls answered, want 3", tc.parallel, h.Completed)
		}
	}
}

// The first failure of calls at once hangs up on the others; of calls one by one
// the rest is not sent.
func TestFirstFailureEndsTheStep(t *testing.T) {
	for _, parallel := range []bool{false, true} {
		step := ask(1, fixed(10*sim.Second))
		step.Call.Count, step.Call.Parallel = 3, parallel
		cfg := tiers(fixed(0), arrivals{sim.Second}, Service{Steps: []dataplane.Step{step}},
			Service{Discipline: FCFS, Workers: 2, Backlog: 0})
		if !parallel {
			cfg.Services[1].Backlog = 0
			cfg.Services[0].Steps[0].Call.Clients.Timeout = sim.Second
		}
		out, s := played(t, cfg)
		h, r := out.Hops[0], out.Routes[0]
		want := [2]int64{1, 0} // given up, refused
		busy := uint64(1e9)
		if parallel {
			want, busy = [2]int64{2, 1}, 0
		}
		if got := [2]int64{h.Failed[dataplane.Code460], h.Failed[dataplane.Code502]}; got != want || r.Failed[dataplane.Code500] != 1 {
			t.Errorf("parallel %v: %v calls given up and refused, want %v; %d answered 500", parallel, got, want, r.Failed[dataplane.Code500])
		}
		if s.Servers[1].Use.Busy != busy || s.Alive != 0 {
			t.Errorf("parallel %v: the callee worked %v, %d requests still there", parallel, sim.Time(s.Servers[1].Use.Busy), s.Alive)
		}
	}
}

// chained is a front in zone a that calls a middle tier in zone b for 10 s, which
// calls a last one in zone a; the instances of one zone are terminated at 5 s.
func chained(down model.Zone) *Config {
	cfg := tiers(fixed(0), arrivals{sim.Second}, Service{Steps: []dataplane.Step{ask(1, nil), cpu(1 * ms)}},
		Service{Steps: []dataplane.Step{ask(2, fixed(10*sim.Second))}}, Service{})
	cfg.Faults = []Fault{{Kind: InstanceTermination, At: 5 * sim.Second, Zone: down, Pool: None}}
	return cfg
}

func TestCallerThatDiesHangsUp(t *testing.T) {
	cfg := chained(0)
	cfg.Instances[2].Zones = []model.Zone{1} // it lives on
	w := must(New(cfg, 0))
	until(t, w, 5*sim.Second, 1)
	s := w.data.Snapshot()
	if s.Alive != 0 || s.Routes[0].Failed[dataplane.Code502] != 1 {
		t.Errorf("%d requests still there, %d answered 502, want 0 and 1", s.Alive, s.Routes[0].Failed[dataplane.Code502])
	}
	for _, h := range s.Hops {
		if h.Failed[dataplane.Code460] != 1 {
			t.Errorf("call of service %d: %v, want one that was hung up on", h.Service, h.Failed)
		}
	}
	for _, server := range s.Servers {
		if server.Service == 2 && (server.Use.Busy != 4e9 || server.InService != 0) {
			t.Errorf("the last tier works on: %+v", server)
		}
	}
}

func TestCalleeThatDiesFailsItsCallers(t *testing.T) {
	cfg := chained(1)
	w := must(New(cfg, 0))
	until(t, w, 5*sim.Second, 1)
	s := w.data.Snapshot()
	if s.Alive != 0 || s.Routes[0].Failed[dataplane.Code500] != 1 {
		t.Errorf("%d requests still there, %d answered 500, want 0 and 1", s.Alive, s.Routes[0].Failed[dataplane.Code500])
	}
	if front, middle := s.Hops[0], s.Hops[1]; front.Failed[dataplane.Code502] != 1 || middle.Failed[dataplane.Code460] != 1 {
		t.Errorf("the front's call: %v, the middle's: %v; want a 502 and one hung up on", front.Failed, middle.Failed)
	}

	cfg.Services[0].Steps[0].Call.Clients = Clients{RetryAttempts: 8, Backoff: sim.Second}
	out, _ := played(t, cfg)
	// Nobody is there to answer at 6, 8, 12, 20, 36, 68, 132 and 260 s.
	if r, h := &out.Routes[0], out.Hops[0]; r.Failed[dataplane.Code500] != 1 || h.Retried != 8 || h.Failed[dataplane.Code502] != 9 {
		t.Errorf("with retries: %v after %d, %v, want one 500 after 8 and nine 502", r.Failed, h.Retried, h.Failed)
	}
}

// A client that gives up takes back all that was done for it: the call in service,
// those that wait for a connection, and what they have called.
func TestClientThatGivesUpCancelsItsCalls(t *testing.T) {
	step := ask(1, nil)
	step.Call.Count, step.Call.Parallel, step.Call.PoolSize = 3, true, 1
	cfg := tiers(fixed(0), arrivals{sim.Second}, Service{Steps: []dataplane.Step{step}},
		Service{Steps: []dataplane.Step{pause(100 * ms), ask(2, fixed(10*sim.Second))}}, Service{})
	cfg.Workloads[0].Clients.Timeout = sim.Second
	w := must(New(cfg, 0))
	until(t, w, 2*sim.Second-1, 1)
	if s := w.data.Snapshot(); s.Alive != 5 || s.Servers[0].Outlets[0] != (dataplane.OutletState{InUse: 1, Waiting: 2, Retries: 10}) {
		t.Errorf("before: %d alive, %+v", s.Alive, s.Servers[0].Outlets[0])
	}
	until(t, w, 2*sim.Second, 1)
	s := w.data.Snapshot()
	if s.Alive != 0 || s.Servers[0].Outlets[0] != (dataplane.OutletState{Retries: 10}) {
		t.Errorf("after: %d alive, %+v", s.Alive, s.Servers[0].Outlets[0])
	}
	if front, middle := s.Hops[0], s.Hops[1]; front.Arrived != 1 || front.Failed[dataplane.Code460] != 1 || middle.Failed[dataplane.Code460] != 1 {
		t.Errorf("calls: %+v and %+v, want one of each, given up", front, middle)
	}
	if got := s.Servers[2].Use.Busy; got != 9e8 {
		t.Errorf("the last tier worked %v, want 0.9 s", sim.Time(got))
	}
	if r := s.Routes[0]; r.Failed[dataplane.Code460] != 1 {
		t.Errorf("%+v, want one client gone", r)
	}
}

// What ends in the very instant of its time limit is in time, whatever it waited for.
func TestTimeLimitsIncludeTheirInstant(t *testing.T) {
	for name, steps := range map[string][]dataplane.Step{
		"work":  {cpu(400 * ms), cpu(600 * ms)},
		"pause": {cpu(400 * ms), pause(600 * ms)},
		"calls": {cpu(400 * ms), ask(1, fixed(600*ms))},
		"both":  {cpu(400 * ms), ask(1, fixed(500*ms)), pause(100 * ms)},
		"chain": {ask(1, fixed(250*ms)), ask(1, fixed(250*ms)), cpu(500 * ms), cpu(0)},
	} {
		for k := range steps {
			if c := &steps[k].Call; c.Count > 0 {
				c.Count, c.Parallel = 4, true
			}
		}
		for limit, want := range map[sim.Time]int64{sim.Second - 1: 0, sim.Second: 2} {
			cfg := tiers(fixed(0), arrivals{sim.Second, sim.Second}, Service{Steps: steps}, Service{})
			cfg.Workloads[0].Clients.Timeout = limit
			out, s := played(t, cfg)
			if r := out.Routes[0]; r.Completed != want || r.Failed[dataplane.Code460] != 2-want || s.Alive != 0 {
				t.Errorf("%s within %v: %d answered and %d given up, want %d and %d; %d still there",
					name, limit, r.Completed, r.Failed[dataplane.Code460], want, 2-want, s.Alive)
			}
		}
	}
}

// Calls that end in the instant in which their caller dies return to nobody.
func TestCallsThatEndWithTheirCallerReturnToNobody(t *testing.T) {
	for _, parallel := range []bool{false, true} {
		step := ask(1, fixed(sim.Second))
		step.Call.Count, step.Call.Parallel = 4, parallel
		cfg := tiers(fixed(0), arrivals{sim.Second, sim.Second}, Service{Steps: []dataplane.Step{step}}, Service{})
		cfg.Faults = []Fault{{Kind: InstanceTermination, At: 2 * sim.Second, Zone: 0, Pool: None}}
		out, s := played(t, cfg)
		if r := out.Routes[0]; r.Failed[dataplane.Code502] != 2 || s.Alive != 0 {
			t.Errorf("parallel %v: %v, %d still there, want two answered 502", parallel, r.Failed, s.Alive)
		}
		if h := out.Hops[0]; h.Completed != 0 || h.Failed[dataplane.Code460] != h.Arrived {
			t.Errorf("parallel %v: %d of %d calls answered, want none", parallel, h.Completed, h.Arrived)
		}
	}
}

// Two requests at once on one worker: 10 ms of work, a pause of 100 ms, 20 ms of
// work. The worker is held, or free during the pause.
func TestAsyncGivesThePlaceBack(t *testing.T) {
	for async, want := range map[bool][2]sim.Time{
		false: {130 * ms, 260 * ms},
		true:  {130 * ms, 150 * ms}, // the second comes back at 120 and waits until 130
	} {
		cfg := tiers(fixed(0), arrivals{sim.Second, sim.Second}, Service{
			Discipline: FCFS, Workers: 1, Backlog: NoLimit, Async: async,
			Steps: []dataplane.Step{cpu(10 * ms), pause(100 * ms), cpu(20 * ms)},
		})
		cfg.Observe.Phases = true
		out, _ := played(t, cfg)
		r := &out.Routes[0]
		if r.Completed != 2 || latency(r) != want[0]+want[1] || sim.Time(r.Latency.Max()) < want[1]-2*ms || sim.Time(r.Latency.Max()) > want[1]+2*ms {
			t.Errorf("async %v: %d answered in %v, at most %v, want 2 in %v and %v",
				async, r.Completed, latency(r), sim.Time(r.Latency.Max()), want[0], want[1])
		}
		queue := sim.Time(out.Observed.Phases[0][1].Sum().Big().Int64())
		if want := want[1] - 130*ms; queue != want {
			t.Errorf("async %v: %v in line, want %v", async, queue, want)
		}
	}
}

// Three processor sharing tiers with revisits are a product form network, whatever
// the laws of their steps: each tier adds the work that it has with a request, over
// its share of idle time.
func TestTiersHaveTheProductForm(t *testing.T) {
	const rate = 10
	shared := func(steps ...dataplane.Step) Service {
		return Service{Discipline: ProcessorSharing, Backlog: NoLimit, Steps: steps}
	}
	work := func(d rng.Distribution) dataplane.Step { return dataplane.Step{Kind: dataplane.StepCPU, Time: d} }
	last := ask(2, must(rng.Exponential(0.01)))
	last.Call.Count = 2
	cfg := tiers(fixed(0), poissonAt(rate),
		shared(work(must(rng.Lognormal(0.02, 1.5))), ask(1, nil), work(must(rng.Fixed(0.01))), ask(1, nil), work(must(rng.Exponential(0.02)))),
		shared(work(must(rng.Exponential(0.015))), last, work(must(rng.Fixed(0.01)))),
		shared(),
	)
	cfg.Types[0].VCPUs = 1
	cfg.Duration, cfg.Warmup = 15*sim.Hour, sim.Minute
	out := play(t, cfg)
	want := 0.0
	for _, demand := range []float64{0.05, 2 * 0.025, 2 * 2 * 0.01} {
		want += demand / (1 - rate*demand)
	}
	if got := out.Routes[0].Latency.Mean() / 1e9; math.Abs(got-want) > 0.015*want {
		t.Errorf("mean response %.5f s, the product form says %.5f s", got, want)
	}
	if got, want := out.Hops[2].Latency.Mean()/1e9, 0.01/(1-rate*0.04); math.Abs(got-want) > 0.015*want {
		t.Errorf("mean response of the last tier %.5f s, the product form says %.5f s", got, want)
	}
}
