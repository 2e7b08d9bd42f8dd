package cloud

import (
	"maps"
	"net/netip"
	"slices"
	"testing"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/model/network"
	"headroom/sim"
	"headroom/sim/rng"
)

// presences are what a scenario may have beside plain requests, which should cost these nothing: others
// that hardly ever ask.
var presences = map[string]func(cfg *Config){
	"journeys":        withJourneys,
	"retries":         withRetries,
	"bytes":           withBytes,
	"security groups": withSecurityGroups,
	"outages":         withOutages,
}

// BenchmarkPresence plays plain requests alone and, by turns, in a world that has something else.
func BenchmarkPresence(b *testing.B) {
	for _, algorithm := range []string{"round_robin", "least_outstanding_requests"} {
		for name, add := range presences {
			b.Run(algorithm+"/"+name, func(b *testing.B) {
				other := balanced(algorithm, 100)
				add(other)
				beside, alone := byTurns(b, other, balanced(algorithm, 100), 20*sim.Second)
				b.ReportMetric(alone, "ns/request")
				b.ReportMetric(beside/alone, "times-alone")
			})
		}
	}
}

// Plain requests go by their short ways whatever else a world has.
func TestPlainRequestsKeepTheirShortWaysBesideOthers(t *testing.T) {
	compact := func(cfg *Config) (n int) {
		w := must(New(cfg, 0))
		for at := sim.Second; at <= sim.Minute; at += sim.Second {
			if err := w.RunUntil(t.Context(), at); err != nil {
				t.Fatal(err)
			}
			n += w.data.Snapshot().Compact
		}
		return n
	}
	for _, discipline := range []Discipline{FCFS, ProcessorSharing} {
		alone := func() *Config {
			cfg := balanced("least_outstanding_requests", 5)
			cfg.Services[0].Discipline = discipline
			return cfg
		}
		want := compact(alone())
		if want < 100 {
			t.Fatalf("%d compact requests seen: the test compares hardly any", want)
		}
		for name, add := range presences {
			cfg := alone()
			add(cfg)
			if got := compact(cfg); got < want-want/100 {
				t.Errorf("%v with %s: %d compact requests seen, %d alone", discipline, name, got, want)
			}
		}
	}
}

// others adds a workload that asks servers of its own, of a service like the first one, once in ten seconds.
func (c *Config) others(name string) (*Service, *Workload) {
	service, group, lb := c.Services[0], c.TargetGroups[0], c.LoadBalancers[0]
	service.Name, group.Name, group.Service, lb.Name = name, name, len(c.Services), name
	lb.Default = Action{Forward: []Forward{{TargetGroup: len(c.TargetGroups), Weight: 1}}}
	c.Instances = append(c.Instances, Fleet{
		Name: name, Count: 2, Template: elsewhere(c.LaunchTemplates[0]), Need: Need{Pool: None},
		Zones: lb.Zones, Service: len(c.Services), TargetGroups: []int{len(c.TargetGroups)},
	})
	c.Services, c.TargetGroups, c.LoadBalancers = append(c.Services, service), append(c.TargetGroups, group), append(c.LoadBalancers, lb)
	w := c.request(poissonAt(0.1), must(rng.Exponential(0.01)))
	w.Name, w.Target = name, len(c.LoadBalancers)-1
	return &c.Services[len(c.Services)-1], w
}

// swarmPresences is a random scenario of plain requests, some of which may be compact, with some presences.
func swarmPresences(seed uint64) *Config {
	cfg := []func(uint64) *Config{swarmFast, swarmSharing, pressed}[seed%3](seed)
	cfg.Quotas = controlplane.Quotas{}
	s := rng.New(seed, 0, "swarm/presences")
	for _, name := range slices.Sorted(maps.Keys(presences)) {
		if name == "outages" || chance(&s, 0.5) {
			continue
		}
		presences[name](cfg)
		cfg.Workloads[len(cfg.Workloads)-1].Arrivals = poissonAt(2) // often enough to meet the others
	}
	if chance(&s, 0.5) {
		cfg.Faults = append(cfg.Faults, Fault{
			Kind: ZoneOutage, Every: must(rng.Exponential(60)), Duration: must(rng.Exponential(30)), Zone: None, Pool: None,
		})
	}
	return cfg
}

// withJourneys adds a shop that asks a stock.
func withJourneys(cfg *Config) {
	stock, _ := cfg.others("stock")
	stock.Discipline = ProcessorSharing
	shop, w := cfg.others("shop")
	shop.Discipline, w.Clients.Timeout = ProcessorSharing, 10*sim.Second
	shop.Steps = []dataplane.Step{
		{Kind: dataplane.StepCPU},
		{Kind: dataplane.StepCall, Call: dataplane.Call{
			To: ToLoadBalancer, Target: len(cfg.LoadBalancers) - 2, Count: 1, Demand: w.Demand, Class: RequestClass{Path: "/", Weight: 1},
			Clients: Clients{PerConnection: 1, Timeout: sim.Second},
		}},
		{Kind: dataplane.StepCPU, Time: w.Demand},
	}
}

// withRetries adds clients who try again, of users with a deadline.
func withRetries(cfg *Config) {
	_, w := cfg.others("patient")
	w.Clients = Clients{Timeout: 20 * sim.Millisecond, Deadline: sim.Second, RetryAttempts: 2, Backoff: 10 * sim.Millisecond, PerConnection: 1}
}

// withBytes adds a service whose bytes take their time.
func withBytes(cfg *Config) {
	cfg.Types[0].NetworkBaseGbps, cfg.Types[0].NetworkPeakGbps = 0.75, 10
	service, w := cfg.others("files")
	service.Bandwidth = true
	w.Request, w.Response = must(rng.Fixed(500)), must(rng.Exponential(20<<10))
}

// withSecurityGroups adds security groups, which let in the plain requests and not the others.
func withSecurityGroups(cfg *Config) {
	cfg.others("kept out")
	letHTTPIn(cfg)
	cfg.LoadBalancers[len(cfg.LoadBalancers)-1].End = 3
}

// letHTTPIn puts load balancers and instances into a security group that lets all HTTP in; another lets nobody in.
func letHTTPIn(cfg *Config) {
	everyone := network.Rule{Protocol: network.TCP, From: 80, To: 80, Group: network.None, CIDR: network.Everywhere}
	cfg.Network.Groups = []network.Group{
		{Name: "open", Rules: [2][]network.Rule{{everyone}, {network.Everything}}},
		{Name: "shut", Rules: [2][]network.Rule{nil, {network.Everything}}},
	}
	inside := netip.MustParsePrefix("172.31.0.0/16")
	cfg.Network.Ends = []network.End{
		{Address: network.Everywhere, Public: true},
		{Address: inside, Public: true, Groups: []int{0}},
		{Address: inside, Public: true, Groups: []int{1}},
	}
	for i := range cfg.Workloads {
		cfg.Workloads[i].End, cfg.Workloads[i].Public = 1, true
	}
	for i := range cfg.LoadBalancers {
		cfg.LoadBalancers[i].End = 2
	}
	everywhere := slices.Repeat([]int32{2}, len(cfg.Zones))
	for i := range cfg.LaunchTemplates {
		cfg.LaunchTemplates[i].Ends = everywhere
	}
	for i := range cfg.Instances {
		cfg.Instances[i].Template.Ends = everywhere
	}
}

// withOutages adds a zone that is down, in which only the others have a load balancer.
func withOutages(cfg *Config) {
	cfg.others("elsewhere")
	zone := model.Zone(len(cfg.Zones))
	cfg.Zones = append(cfg.Zones, "far")
	cfg.LoadBalancers[len(cfg.LoadBalancers)-1].Zones = []model.Zone{zone}
	cfg.Instances[len(cfg.Instances)-1].Zones = []model.Zone{zone}
	cfg.Faults = append(cfg.Faults, Fault{Kind: ZoneOutage, Duration: must(rng.Fixed(1e8)), Zone: zone, Pool: None})
}
