package cloud

import (
	"fmt"
	"strings"
	"testing"

	"headroom/model"
	"headroom/model/dataplane"
	"headroom/model/health"
	"headroom/sim"
	"headroom/sim/rng"
)

// swarmGateway puts appliances before the load balancer of a random scenario, which now and then
// fail.
func swarmGateway(s *rng.Stream, cfg *Config) {
	if chance(s, 0.4) {
		swarmFlows(s, cfg)
	} else if chance(s, 0.5) {
		swarmConnections(s, cfg)
	}
	cfg.Services = append(cfg.Services, Service{Name: "firewall", Discipline: ProcessorSharing})
	check := health.Default(health.GWLB)
	cfg.TargetGroups = append(cfg.TargetGroups, TargetGroup{
		Name: "appliances", Service: len(cfg.Services) - 1, Algorithm: "round_robin", CrossZone: chance(s, 0.5),
		DeregistrationDelay: sim.Time(s.Below(120)) * sim.Second, HealthCheck: HealthCheck{Enabled: true, Check: check, Connects: true, Port: 80},
		Flows: dataplane.FlowTargets{On: true, PreserveClientIP: true},
		Appliances: dataplane.Appliances{
			On: true, Tuple: dataplane.Tuple(s.Below(3)), Rebalance: chance(s, 0.5), MTU: []int{dataplane.UsualApplianceMTU, 1000}[s.Below(2)],
			PacketRate: []int64{0, 10, 1000}[s.Below(3)], ByteRate: []int64{0, 10_000, 1 << 30}[s.Below(3)],
		},
	})
	zones := cfg.LoadBalancers[0].Zones
	cfg.LoadBalancers = append(cfg.LoadBalancers, LoadBalancer{
		Name: "inspection", Kind: "gateway", Zones: zones, Latency: sim.Millisecond, DNSTTL: sim.Minute,
		Default: Action{Forward: []Forward{{TargetGroup: len(cfg.TargetGroups) - 1, Weight: 1}}},
	})
	cfg.LoadBalancers[0].Gateway = len(cfg.LoadBalancers)
	cfg.Instances = append(cfg.Instances, Fleet{
		Name: "appliance", Count: 1 + s.Below(3), Template: cfg.LaunchTemplates[0], Need: Need{Pool: None}, Zones: zones,
		Service: len(cfg.Services) - 1, TargetGroups: []int{len(cfg.TargetGroups) - 1},
	})
	for i := range cfg.Workloads {
		w := &cfg.Workloads[i]
		w.Request, w.Response = must(rng.Exponential(2000)), must(rng.Exponential(8000))
		w.Clients.Timeout = []sim.Time{0, 300 * sim.Millisecond, 5 * sim.Second}[s.Below(3)]
		w.Clients.RetryAttempts, w.Clients.Backoff = s.Below(2), sim.Second
	}
	for _, f := range []Fault{
		{Kind: ApplicationFault, Zone: None, Count: 1, Impairment: model.Impairment{Hangs: true}},
		{Kind: InstanceTermination, Zone: None, Count: 1},
	} {
		if chance(s, 0.5) {
			f.Pool, f.Every, f.Duration = None, must(rng.Exponential(300)), must(rng.Exponential(100))
			cfg.Faults = append(cfg.Faults, f)
		}
	}
}

// After every fifth event each byte that came to a Gateway Load Balancer has passed an
// appliance, or is lost, and every request is where it counts.
func TestBytesThroughAppliancesAreConservedInRandomWorlds(t *testing.T) {
	var all dataplane.BalancerOutcome
	for seed := range uint64(60) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			cfg := swarm(seed)
			s := rng.New(seed, 0, "swarm/gateway")
			swarmGateway(&s, cfg)
			w, err := New(cfg, 0)
			if err != nil && strings.Contains(err.Error(), "at the start") {
				t.Skip(err) // there is no room for appliances
			}
			if err != nil {
				t.Fatal(err)
			}
			first(t, w, 15_000, 5, cfg.Duration)
			if out, ok := w.Cut(); ok {
				b := &out.Balancers[len(cfg.LoadBalancers)-1]
				all.Lost += b.Lost
				all.Moved += b.Moved
				all.InspectedBytes += b.InspectedBytes
				all.LostBytes += b.LostBytes
			}
		})
	}
	if all.Lost == 0 || all.Moved == 0 || all.LostBytes == 0 || all.InspectedBytes == 0 {
		t.Errorf("in the random worlds %d requests were lost and %d flows moved; %d bytes passed and %d were lost", all.Lost, all.Moved, all.InspectedBytes, all.LostBytes)
	}
}
