package cloud

import (
	"testing"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/model/routing"
	"headroom/sim"
	"headroom/sim/rng"
)

// swarmJourney is a random scenario of [swarm] whose service takes steps: it
// computes, pauses, and calls a middle and a last service, of which the middle one
// may call the last.
func swarmJourney(seed uint64) *Config {
	cfg := swarm(seed)
	cfg.Duration = min(cfg.Duration, 15*sim.Minute)
	cfg.Quotas = controlplane.Quotas{} // callees need room at the start
	s := rng.New(seed, 0, "swarm/journey")
	for _, name := range []string{"middle", "last"} {
		swarmCallee(&s, cfg, name)
	}
	fleets := len(cfg.Instances) - len(cfg.Services) // number of a callee's fleet less that of its service
	web := &cfg.Services[0]
	web.Async = chance(&s, 0.4)
	web.Steps = swarmSteps(&s, fleets, 1, 2)
	if chance(&s, 0.6) {
		cfg.Services[1].Steps = swarmSteps(&s, fleets, 2)
		cfg.Services[1].Async = chance(&s, 0.4)
	}
	if chance(&s, 0.3) {
		cfg.Services[2].Steps = swarmSteps(&s, fleets)
	}
	for i := range cfg.Services {
		for k := range cfg.Services[i].Steps {
			c := &cfg.Services[i].Steps[k].Call
			if c.To == ToTargetGroup && !cfg.TargetGroups[c.Target].CrossZone {
				c.To = ToLoadBalancer // only its nodes know their zone
			}
		}
	}
	if chance(&s, 0.4) { // users of the middle service beside its callers
		w := cfg.request(poissonAt(0.5), must(rng.Exponential(0.3)))
		w.Name, w.Target = "direct", 1
		w.Clients.Timeout = []sim.Time{0, 2 * sim.Second}[s.Below(2)]
		w.Clients.RetryAttempts, w.Clients.Backoff = s.Below(2), sim.Second
	}
	if chance(&s, 0.5) {
		cfg.Workloads[0].Clients.RetryBudget = s.Uniform()
		cfg.Workloads[0].Clients.Deadline = 2 * sim.Second
	}
	cfg.Observe = dataplane.Observe{Phases: chance(&s, 0.5), Zones: chance(&s, 0.5), Types: chance(&s, 0.5)}
	return cfg
}

// swarmCallee adds a service on a fleet with a target group behind a load balancer.
func swarmCallee(s *rng.Stream, cfg *Config, name string) {
	k := len(cfg.Services)
	cfg.Services = append(cfg.Services, Service{
		Name: name, Discipline: Discipline(1 + s.Below(2)), Backlog: []int{0, 2, NoLimit}[s.Below(3)],
		Concurrency: []int{0, 1, 4}[s.Below(3)], FinishAbandoned: chance(s, 0.4),
	})
	tg := cfg.TargetGroups[0]
	tg.Name, tg.Service = name, k
	tg.Algorithm = routing.Policies()[s.Below(len(routing.Policies()))].Name
	tg.Mitigation = tg.Mitigation && tg.Algorithm == "weighted_random"
	tg.HealthCheck.Enabled = chance(s, 0.5)
	cfg.TargetGroups = append(cfg.TargetGroups, tg)
	lb := cfg.LoadBalancers[0]
	lb.Name = name
	lb.Latency = sim.Time(s.Below(2)) * 5 * sim.Millisecond
	lb.IdleTimeout = []sim.Time{0, 3 * sim.Second}[s.Below(2)]
	lb.Default = Action{Forward: []Forward{{TargetGroup: k, Weight: 1}}}
	if chance(s, 0.2) { // some answer by themselves
		lb.Rules = []Rule{{Priority: 1, Paths: []string{"/fixed"}, Action: Action{Status: []int{200, 500}[s.Below(2)]}}}
	}
	cfg.LoadBalancers = append(cfg.LoadBalancers, lb)
	cfg.Instances = append(cfg.Instances, Fleet{
		Name: name, Count: 1 + s.Below(4), Template: elsewhere(cfg.LaunchTemplates[0]), Need: Need{Pool: None},
		Zones: cfg.LoadBalancers[0].Zones, Service: k, TargetGroups: []int{k},
	})
}

// elsewhere is a template whose instances lie where nobody else wants to.
func elsewhere(t LaunchTemplate) LaunchTemplate {
	t.Place, t.Tenancy = nil, model.TenancyDefault
	return t
}

// swarmSteps draws one to four steps with calls to some of the given services.
func swarmSteps(s *rng.Stream, fleets int, callees ...int) []dataplane.Step {
	steps := make([]dataplane.Step, 1+s.Below(4))
	for i := range steps {
		switch s.Below(4) {
		case 0:
			steps[i] = dataplane.Step{Kind: dataplane.StepCPU, Time: must(rng.Exponential(0.1))}
		case 1:
			steps[i] = dataplane.Step{Kind: dataplane.StepPause, Time: must(rng.Exponential(0.5))}
		case 2:
			if len(callees) > 0 {
				steps[i] = dataplane.Step{Kind: dataplane.StepCall, Call: swarmCall(s, fleets, callees[s.Below(len(callees))])}
				continue
			}
			fallthrough
		default:
			steps[i] = dataplane.Step{Kind: dataplane.StepCPU}
		}
	}
	return steps
}

func swarmCall(s *rng.Stream, fleets, callee int) dataplane.Call {
	call := dataplane.Call{
		To: DestinationKind(1 + s.Below(3)), Target: callee, Count: 1 + s.Below(4), Parallel: chance(s, 0.5),
		IgnoreErrors: chance(s, 0.3), Demand: must(rng.Exponential(0.2)),
		Request: must(rng.Fixed(100)), Response: must(rng.Fixed(1000)),
		Class: RequestClass{Path: []string{"/", "/fixed"}[s.Below(2)], Weight: 1},
		Clients: Clients{
			Timeout: []sim.Time{0, 200 * sim.Millisecond, 2 * sim.Second}[s.Below(3)], RetryAttempts: s.Below(3),
			Backoff:     []sim.Time{0, 50 * sim.Millisecond}[s.Below(2)],
			RetryBudget: []float64{0, 0.1, 0.5}[s.Below(3)],
		},
	}
	if call.To == ToInstances {
		call.Target += fleets
	}
	if chance(s, 0.5) {
		call.PoolSize = 1 + s.Below(3)
		call.PoolTimeout = []sim.Time{0, 100 * sim.Millisecond}[s.Below(2)]
	}
	if chance(s, 0.3) {
		call.Demand = must(rng.Fixed([]float64{0, 0.2}[s.Below(2)])) // ends together with a time limit
	}
	if chance(s, 0.2) {
		call.Clients.RetryOn = dataplane.CodeSet(0).With(dataplane.Code502)
	}
	return call
}

// swarmReturns is a random scenario of [swarmJourney] whose last service only computes, and is
// called through its load balancer alone, from where answers take a while.
//
// A few seeds come out otherwise than by the general way. In 369, 1953 and 3759
// a time limit, the end of a wait for a connection and an answer come in the same nanosecond,
// with the same rank, and another is the first (markReturns says so): in 369 that shows in the
// count of events alone. In 1113 a call departs in the nanosecond in which its caller hangs up: it is
// served here, and a 460 there. 3531 is not explained.
func swarmReturns(seed uint64) *Config {
	cfg := swarmJourney(seed)
	s := rng.New(seed, 0, "swarm/returns")
	fleet := len(cfg.Instances) - 1
	cfg.Services[2].Steps, cfg.Services[2].Async = nil, false
	tg, lb := &cfg.TargetGroups[2], &cfg.LoadBalancers[2]
	tg.Algorithm, tg.Mitigation, tg.Stickiness = []string{"round_robin", "weighted_random", "least_outstanding_requests"}[s.Below(3)], false, dataplane.Stickiness{}
	lb.Latency, lb.Rules = []sim.Time{1, sim.Millisecond, 20 * sim.Millisecond}[s.Below(3)], nil
	for i := range cfg.Services {
		for k := range cfg.Services[i].Steps {
			if c := &cfg.Services[i].Steps[k].Call; c.Count > 0 && (c.To != ToInstances && c.Target == 2 || c.To == ToInstances && c.Target == fleet) {
				c.To, c.Target = ToLoadBalancer, 2
			}
		}
	}
	return cfg
}

// swarmTails is a random scenario of [swarmReturns] whose calls are the last steps of their callers,
// which let everybody in: nobody but users acts on most answers.
func swarmTails(seed uint64) *Config {
	cfg := swarmReturns(seed)
	s := rng.New(seed, 0, "swarm/tails")
	cfg.Duration = min(cfg.Duration, 4*sim.Minute)
	cfg.Warmup = min(cfg.Warmup, cfg.Duration)
	cfg.Workloads[0].Arrivals, cfg.Workloads[0].Demand = poissonAt(10), must(rng.Exponential(0.05))
	for i := range cfg.Services {
		v := &cfg.Services[i]
		if !chance(&s, 0.1) {
			v.Discipline, v.Concurrency, v.Workers, v.Async, v.Errors = ProcessorSharing, 0, 0, false, model.Errors{}
		}
		cfg.TargetGroups[i].Stickiness = dataplane.Stickiness{}
		if !chance(&s, 0.1) {
			cfg.TargetGroups[i].Algorithm, cfg.TargetGroups[i].Mitigation = "round_robin", false
		}
		cfg.LoadBalancers[i].Latency = []sim.Time{1, sim.Millisecond, 20 * sim.Millisecond}[s.Below(3)]
		if i == len(cfg.Services)-1 {
			continue
		}
		call := swarmCall(&s, 0, i+1)
		call.To, call.Class.Path, call.Demand = ToLoadBalancer, "/", must(rng.Exponential(0.05))
		if !chance(&s, 0.2) {
			call.Count, call.PoolSize, call.PoolTimeout = 1, 0, 0
		}
		v.Steps = []dataplane.Step{{Kind: dataplane.StepCPU}, {Kind: dataplane.StepCall, Call: call}}
		if i == 0 && chance(&s, 0.1) {
			v.Steps = append(v.Steps, dataplane.Step{Kind: dataplane.StepCPU})
		}
	}
	return cfg
}

// swarmTiers is a random scenario of [swarmTails] with more requests, of which many are played tier by tier.
func swarmTiers(seed uint64) *Config {
	cfg := swarmTails(seed)
	s := rng.New(seed, 0, "swarm/tiers")
	cfg.Duration, cfg.Workloads = min(cfg.Duration, 2*sim.Minute), cfg.Workloads[:1]
	cfg.Warmup = min(cfg.Warmup, cfg.Duration)
	cfg.Workloads[0].Arrivals, cfg.Workloads[0].Demand = poissonAt([]float64{20, 60, 200}[s.Below(3)]), must(rng.Exponential(0.01))
	cfg.Workloads[0].Visitors = dataplane.Visitors{}
	for i := range cfg.Services {
		v := &cfg.Services[i]
		v.Discipline, v.Concurrency, v.Workers, v.Async, v.Errors = ProcessorSharing, 0, 0, false, model.Errors{}
		tg := &cfg.TargetGroups[i]
		tg.Algorithm, tg.Mitigation, tg.CrossZone, tg.SlowStart = []string{"round_robin", "weighted_random"}[s.Below(2)], false, true, 0
		tg.HealthCheck.Enabled = chance(&s, 0.5)
		if i < len(cfg.Services)-1 {
			v.Steps = v.Steps[:2]
			call := &v.Steps[1].Call
			call.Count, call.Parallel, call.PoolSize, call.PoolTimeout, call.Demand = 1, false, 0, 0, must(rng.Exponential(0.01))
			if chance(&s, 0.7) {
				call.Clients.Timeout = 0
			}
		}
	}
	for i := range cfg.LoadBalancers[1:] {
		cfg.LoadBalancers[1+i].Growth = dataplane.Growth{Start: []dataplane.Start{0, 0, dataplane.WarmStart, dataplane.ColdStart}[s.Below(4)]}
	}
	return cfg
}

// swarmTies is a random scenario of [swarmTiers] whose requests come in bursts and compute for microseconds.
func swarmTies(seed uint64) *Config {
	cfg := swarmTiers(seed)
	s := rng.New(seed, 0, "swarm/ties")
	demand := []rng.Distribution{must(rng.Exponential(1e-6)), must(rng.Exponential(4e-6)), must(rng.Fixed(2e-6)), must(rng.Uniform(1e-6, 3e-6))}
	cfg.Workloads[0].Arrivals, cfg.Workloads[0].Demand = bursts{2000, 1e-6 / float64(1+s.Below(3))}, demand[s.Below(4)]
	for i := range cfg.Services[:len(cfg.Services)-1] {
		call := &cfg.Services[i].Steps[1].Call
		call.Demand, call.Clients = demand[s.Below(4)], Clients{}
	}
	cfg.Workloads[0].Clients = Clients{}
	for i := range cfg.LoadBalancers {
		cfg.LoadBalancers[i].Latency = sim.Millisecond
	}
	return cfg
}

// swarmBeat is a random scenario of [swarmTiers] whose requests come evenly and take one CPU time of a few.
func swarmBeat(seed uint64) *Config {
	cfg := swarmTiers(seed)
	s := rng.New(seed, 0, "swarm/beat")
	gap := []sim.Time{5, 10, 20}[s.Below(3)] * sim.Millisecond
	cfg.Workloads[0].Arrivals, cfg.Workloads[0].Demand = evenlyAt(gap, gap, 0), must(rng.Fixed(0.01))
	for i := range cfg.Services[:len(cfg.Services)-1] {
		cfg.Services[i].Steps[1].Call.Demand = must(rng.Fixed([]float64{0.01, 0.005}[s.Below(2)]))
	}
	return cfg
}

// Every invariant holds after every event of random journeys.
func TestInvariantsHoldOnRandomJourneys(t *testing.T) {
	worlds{
		seeds: 80, make: swarmJourney,
		see: func(t *testing.T, out *Outcome) {
			usersAddUp(t, out)
		},
	}.hold(t)
	worlds{
		seeds: 12, make: swarmReturns,
		see: func(t *testing.T, out *Outcome) {
			usersAddUp(t, out)
		},
	}.hold(t)
	worlds{
		seeds: 12, events: 3000, stride: 7, make: swarmTails,
		see: func(t *testing.T, out *Outcome) {
			usersAddUp(t, out)
		},
	}.hold(t)
}

// usersAddUp compares user requests with the attempts of their workloads.
func usersAddUp(t *testing.T, out *Outcome) {
	t.Helper()
	for k, u := range out.Users {
		var first, answered int64
		for _, r := range out.Routes {
			if r.Workload == k {
				first += r.Arrived - r.Retried
				answered += r.Completed
			}
		}
		if u.Requests != first || u.Completed != answered || u.Completed+u.Failed > u.Requests {
			t.Errorf("seed %d, workload %d: %d requests, %d answered, %d not; of its attempts %d were first and %d answered",
				out.Config.Seed, k, u.Requests, u.Completed, u.Failed, first, answered)
		}
	}
}
