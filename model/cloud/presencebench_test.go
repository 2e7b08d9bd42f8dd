package cloud

import (
	"testing"

	"headroom/model"
	"headroom/model/dataplane"
	"headroom/sim"
	"headroom/sim/rng"
)

// BenchmarkPresence plays plain requests alone and, by turns, in a world in which others hardly ever ask for a
// journey of calls, with a time limit, of servers that share their CPUs: what a scenario has beside a plain request
// should cost it nothing.
func BenchmarkPresence(b *testing.B) {
	for _, algorithm := range []string{"round_robin", "least_outstanding_requests"} {
		b.Run(algorithm, func(b *testing.B) {
			beside, alone := byTurns(b, withJourneys(balanced(algorithm, 100)), balanced(algorithm, 100), 20*sim.Second)
			b.ReportMetric(alone, "ns/request")
			b.ReportMetric(beside/alone, "times-alone")
		})
	}
}

// withJourneys adds a shop to a config that asks a stock, and is asked once in ten seconds.
func withJourneys(cfg *Config) *Config {
	demand := must(rng.Exponential(0.01))
	for i, name := range []string{"shop", "stock"} {
		service, group, lb := cfg.Services[0], cfg.TargetGroups[0], cfg.LoadBalancers[0]
		service.Name, service.Discipline = name, ProcessorSharing
		group.Name, group.Service, lb.Name = name, i+1, name
		lb.Default = Action{Forward: []Forward{{TargetGroup: i + 1, Weight: 1}}}
		cfg.Services, cfg.TargetGroups, cfg.LoadBalancers = append(cfg.Services, service), append(cfg.TargetGroups, group), append(cfg.LoadBalancers, lb)
		cfg.Instances = append(cfg.Instances, Fleet{
			Name: name, Count: 2, Template: cfg.LaunchTemplates[0], Need: Need{Pool: None},
			Zones: []model.Zone{0, 1}, Service: i + 1, TargetGroups: []int{i + 1},
		})
	}
	cfg.Services[1].Steps = []dataplane.Step{
		{Kind: dataplane.StepCPU},
		{Kind: dataplane.StepCall, Call: dataplane.Call{
			To: ToLoadBalancer, Target: 2, Count: 1, Demand: demand, Class: RequestClass{Path: "/", Weight: 1},
			Clients: Clients{PerConnection: 1, Timeout: sim.Second},
		}},
		{Kind: dataplane.StepCPU, Time: demand},
	}
	w := cfg.request(poissonAt(0.1), demand)
	w.Name, w.Target, w.Clients.Timeout = "shoppers", 1, 10*sim.Second
	return cfg
}
