package cloud

import (
	"testing"

	"headroom/model"
	"headroom/model/dataplane"
	"headroom/sim"
	"headroom/sim/rng"
)

// swarmFlows puts a Network Load Balancer before the targets of a random scenario.
func swarmFlows(s *rng.Stream, cfg *Config) {
	tg := &cfg.TargetGroups[0]
	tg.SlowStart, tg.Mitigation, tg.Stickiness = 0, false, dataplane.Stickiness{}
	tg.Flows = dataplane.FlowTargets{
		On: true, BySource: chance(s, 0.3), Terminate: chance(s, 0.5),
		RegistrationDelay: sim.Time(s.Below(60)) * sim.Second, MostPerTarget: []int{0, 1, 20}[s.Below(3)],
	}
	if tg.Flows.KeepUnhealthy = chance(s, 0.3); tg.Flows.KeepUnhealthy {
		tg.Flows.UnhealthyDrain = sim.Time(s.Below(90)) * sim.Second
	}
	lb := &cfg.LoadBalancers[0]
	lb.Kind, lb.Default, lb.Rules = "network", dataplane.Action{}, nil
	lb.ZoneAffinity = []float64{0, 0.85, 1}[s.Below(3)]
	l := dataplane.Listener{Port: 80, Protocol: dataplane.Protocol(1 + s.Below(4)), Default: dataplane.Action{Forward: []dataplane.Forward{{TargetGroup: 0, Weight: 1}}}}
	switch l.Protocol {
	case dataplane.TLS:
		l.Secure = true
		l.Certificates = []dataplane.Certificate{{Domains: []string{"shop.com"}, Expires: sim.Never}}
	case dataplane.TCP, dataplane.TCPUDP:
		l.Idle = dataplane.MinIdleTCP
	}
	lb.Listeners = []dataplane.Listener{l}
	for i := range cfg.Workloads {
		w := &cfg.Workloads[i]
		w.Port = 0
		w.Clients.PerConnection = []int{1, 3, 1000}[s.Below(3)]
		if chance(s, 0.5) {
			w.Clients.KeepAlive = sim.Time(1+s.Below(100)) * sim.Second
		}
	}
	if chance(s, 0.5) {
		w := &cfg.Workloads[0]
		w.Record = 0 // they are told apart
		w.Visitors.Count = 1 + s.Below(40)
		w.Visitors.Stay = must(rng.Exponential(100))
		if chance(s, 0.5) {
			w.Arrivals, w.Visitors.Think = nil, must(rng.Exponential(100*s.Uniform()))
		}
	}
	tg.Flows.PreserveClientIP = chance(s, 0.5)
	if chance(s, 0.5) { // beside machines outside, in every zone or in one, which may have no node
		cfg.Outside = append(cfg.Outside, dataplane.Outside{
			Name: "own", Service: tg.Service, Count: 1 + s.Below(3), AllZones: chance(s, 0.7), Zone: model.Zone(s.Below(len(cfg.Zones))),
			RoundTrip: sim.Time(s.Below(100)) * sim.Millisecond, Metered: chance(s, 0.5), Groups: []int{0},
		})
		if chance(s, 0.5) {
			tg.CrossZone = false
		}
	}
}

// At every fifth event each flow that carries a request is carried by it, the others are
// on the lists that they belong to, and the balancer and its targets count them all.
func TestFlowsAreConservedInRandomWorlds(t *testing.T) {
	opened, reset, refused, billed := int64(0), int64(0), int64(0), int64(0)
	worlds{
		seeds: 80, make: withSwarm("flows", swarmFlows), events: 20_000, stride: 5,
		see: func(t *testing.T, out *Outcome) {
			b := &out.Balancers[0]
			opened += b.FlowsOpened
			reset += b.FlowsReset
			refused += b.PortAllocationErrors
			hours := out.Ledger.Balancers
			now := int64(0)
			for i := range hours {
				for k := range model.FlowParts {
					now += hours[i].Flows[k].NewConnections
				}
			}
			if now > b.FlowsOpened {
				t.Errorf("billed %d connections of %d", now, b.FlowsOpened)
			}
			billed += now
		},
	}.hold(t)
	if opened == 0 || reset == 0 || refused == 0 || billed == 0 {
		t.Errorf("in the random worlds %d connections were opened, %d reset, %d found no port and %d were billed", opened, reset, refused, billed)
	}
}

// swarmBriefFlows has each request of a random scenario open a connection of its own, which
// ends with it.
func swarmBriefFlows(s *rng.Stream, cfg *Config) {
	swarmFlows(s, cfg)
	cfg.LoadBalancers[0].Listeners[0] = dataplane.Listener{
		Port: 80, Protocol: dataplane.TCP, Idle: dataplane.MinIdleTCP, Default: dataplane.Action{Forward: []dataplane.Forward{{TargetGroup: 0, Weight: 1}}},
	}
	cold := chance(s, 0.5)
	if cold {
		cfg.LoadBalancers[0].Growth.Start = dataplane.ColdStart
	}
	cfg.TargetGroups[0].Flows.MostPerTarget = []int{0, 2, 20}[s.Below(3)]
	cfg.TargetGroups[0].Mitigation = false
	cfg.Services[0].Discipline = dataplane.FCFS
	for i := range cfg.Workloads {
		w := &cfg.Workloads[i]
		if w.Arrivals == nil {
			w.Arrivals = poissonAt(3)
		}
		if cold { // and often too small
			w.Response = must(rng.Exponential(3e8))
		}
		w.Record, w.Visitors = 0, dataplane.Visitors{}
		w.Clients.PerConnection, w.Clients.RetryAttempts, w.Clients.Deadline, w.Clients.StayPut = 1, 0, 0, true
	}
}

// A connection that ends with its request has no record of its own on a fast path. Whether
// or not it has one, it counts at its load balancer and its target all the same.
func TestBriefFlowsAreConservedInRandomWorlds(t *testing.T) {
	opened, reset, refused := int64(0), int64(0), int64(0)
	worlds{
		seeds: 60, make: withSwarm("brief flows", swarmBriefFlows), events: 20_000, stride: 5,
		see: func(t *testing.T, out *Outcome) {
			b := &out.Balancers[0]
			opened += b.FlowsOpened
			reset += b.FlowsReset
			refused += b.PortAllocationErrors
		},
	}.hold(t)
	if opened == 0 || reset == 0 || refused == 0 {
		t.Errorf("in the random worlds %d connections were opened, %d reset and %d found no port", opened, reset, refused)
	}
}
