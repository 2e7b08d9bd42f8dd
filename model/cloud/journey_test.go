package cloud

import (
	"fmt"
	"testing"

	"headroom/model"
	"headroom/model/dataplane"
	"headroom/sim"
	"headroom/sim/rng"
)

// journeying is a random but valid scenario in which the service of the swarm calls
// others: by a load balancer, directly, with pools, limits and retries.
func journeying(seed uint64) *Config {
	cfg := swarm(seed)
	s := rng.New(seed, 0, "journeying")
	law := func(mean float64) rng.Distribution { return must(rng.Exponential(mean)) }
	front := &cfg.Services[0]
	front.Async = chance(&s, 0.4)
	middle := Service{
		Name: "app", Discipline: Discipline(1 + s.Below(2)), Backlog: []int{0, 2, 30, NoLimit}[s.Below(4)],
		Concurrency: []int{0, 2, 10}[s.Below(3)], FinishAbandoned: chance(&s, 0.3), Async: chance(&s, 0.4),
	}
	last := Service{
		Name: "db", Discipline: Discipline(1 + s.Below(2)), Backlog: []int{1, 30, NoLimit}[s.Below(3)], FinishAbandoned: chance(&s, 0.3),
	}
	balanced := cfg.TargetGroups[0]
	balanced.Name, balanced.Service = "app", 1
	cfg.TargetGroups = append(cfg.TargetGroups, balanced)
	lb := cfg.LoadBalancers[0]
	lb.Name, lb.Default = "inner", Action{Forward: []Forward{{TargetGroup: 1, Weight: 1}}}
	cfg.LoadBalancers = append(cfg.LoadBalancers, lb)
	front.Steps = []dataplane.Step{
		{Kind: dataplane.StepCPU, Time: law(0.02)},
		{Kind: dataplane.StepCall, Call: swarmCall(&s, dataplane.Call{To: ToLoadBalancer, Target: 1, Demand: law(0.05)})},
		{Kind: dataplane.StepPause, Time: law(0.05)},
		{Kind: dataplane.StepCPU},
	}
	middle.Steps = []dataplane.Step{
		{Kind: dataplane.StepCall, Call: swarmCall(&s, dataplane.Call{To: ToInstances, Target: 1, Demand: law(0.03)})},
		{Kind: dataplane.StepCPU},
		{Kind: dataplane.StepPause, Time: law(0.02)},
	}
	cfg.Services = append(cfg.Services, middle, last)
	zones := []model.Zone{0}
	cfg.Instances = []Fleet{
		{Name: "app", Count: 1 + s.Below(3), Need: Need{Pool: None}, Template: cfg.LaunchTemplates[0], Zones: zones, Service: 1, TargetGroups: []int{1}},
		{Name: "db", Count: 1 + s.Below(2), Need: Need{Pool: None}, Template: cfg.LaunchTemplates[0], Zones: zones, Service: 2},
	}
	cfg.Duration = min(cfg.Duration, 12*sim.Minute)
	return cfg
}

// swarmCall draws how a call is made.
func swarmCall(s *rng.Stream, c dataplane.Call) dataplane.Call {
	c.Count, c.Parallel, c.IgnoreErrors = 1+s.Below(3), chance(s, 0.5), chance(s, 0.3)
	c.Class = RequestClass{Path: "/", Weight: 1}
	c.PoolSize = []int{0, 1, 3, 20}[s.Below(4)]
	if c.PoolSize > 0 && chance(s, 0.7) {
		c.PoolTimeout = sim.Time(1+s.Below(500)) * sim.Millisecond
	}
	c.Clients = Clients{
		Timeout:       []sim.Time{0, 80 * sim.Millisecond, sim.Second}[s.Below(3)],
		RetryAttempts: s.Below(3), Backoff: sim.Time(s.Below(100)) * sim.Millisecond,
		RetryBudget: []float64{0, 0.1, 1}[s.Below(3)],
	}
	return c
}

// Whatever services call each other, how they fail and who gives up on them, no
// request is lost and no place stays free beside those who wait; each departure as
// an event gives the same.
func TestJourneysKeepTheInvariants(t *testing.T) {
	for seed := range uint64(60) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			cfg := journeying(seed)
			w := must(New(cfg, 0))
			for n := 0; w.step(cfg.Duration); n++ {
				if n%211 == 0 {
					if err := w.Verify(); err != nil {
						t.Fatal(err)
					}
				}
			}
			if err := w.Verify(); err != nil {
				t.Fatal(err)
			}
			looked := w.outcome()
			sameOutcome(t, looked, run(t, must(build(cfg, 0, true))))
			users := looked.Users[0]
			if users.Requests == 0 {
				t.Error("nobody came")
			}
		})
	}
}
