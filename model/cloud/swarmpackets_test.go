package cloud

import (
	"fmt"
	"net/netip"
	"testing"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/model/network"
	"headroom/sim"
	"headroom/sim/rng"
)

// swarmPackets is a random scenario of [swarm] with security groups that somebody opens and
// closes.
func swarmPackets(seed uint64) *Config {
	cfg := swarm(seed)
	s := rng.New(seed, 0, "swarm/packets")
	const groups, ends = 3, 6
	rule := func() network.Rule {
		r := network.Rule{Protocol: network.TCP, From: 80, To: 80, Group: network.None, CIDR: network.Everywhere}
		if chance(&s, 0.3) {
			r.CIDR, r.Group = netip.Prefix{}, s.Below(groups)
		}
		return r
	}
	n := &cfg.Network
	for g := range groups {
		group := network.Group{Name: fmt.Sprint(g), Rules: [2][]network.Rule{nil, {network.Everything}}}
		if chance(&s, 0.7) {
			group.Rules[network.Ingress] = []network.Rule{rule()}
		}
		n.Groups = append(n.Groups, group)
	}
	for range ends {
		e := network.End{Address: netip.MustParsePrefix("172.31.0.0/16"), Public: chance(&s, 0.8)}
		for range s.Below(3) {
			e.Groups = append(e.Groups, s.Below(groups))
		}
		n.Ends = append(n.Ends, e)
	}
	n.Ends[0] = network.End{Address: network.Everywhere, Public: true} // clients
	any := func() int { return s.Below(ends + 1) }
	for i := range cfg.Workloads {
		cfg.Workloads[i].End, cfg.Workloads[i].Public = 1, chance(&s, 0.5)
	}
	for i := range cfg.LoadBalancers {
		cfg.LoadBalancers[i].End = any()
		cfg.LoadBalancers[i].ConnectTimeout = 21 * sim.Second
	}
	give := func(lt *LaunchTemplate) {
		lt.Ends, lt.MostTracked = nil, []int{0, 0, 1, 5}[s.Below(4)]
		for range cfg.Zones {
			lt.Ends = append(lt.Ends, int32(any()))
		}
	}
	for i := range cfg.LaunchTemplates {
		give(&cfg.LaunchTemplates[i])
	}
	for i := range cfg.Instances {
		give(&cfg.Instances[i].Template)
	}
	for range 30 {
		do := []controlplane.ActionKind{controlplane.AuthorizeRules, controlplane.RevokeRules}[s.Below(2)]
		cfg.Actions = append(cfg.Actions, controlplane.Action{
			Do: do, At: sim.Time(s.Below(int(cfg.Duration))), Fleet: None,
			Rules: controlplane.RuleChange{Group: s.Below(groups), Direction: network.Direction(s.Below(2)), Rules: []network.Rule{rule()}},
		})
	}
	return cfg
}

// swarmRules is a random scenario whose requests mostly take short ways, until somebody changes the
// rules of the security group that lets them through.
func swarmRules(seed uint64) *Config {
	cfg := []func(uint64) *Config{
		swarmFast, swarmSharing, swarmJourney, swarmReturns, withSwarm("brief flows", swarmBriefFlows), fleetAlone,
	}[seed%6](seed)
	s := rng.New(seed, 0, "swarm/rules")
	letHTTPIn(cfg)
	for i := range cfg.LoadBalancers {
		cfg.LoadBalancers[i].End = 1 + s.Below(2)
	}
	ends := cfg.LaunchTemplates[0].Ends // of all instances
	ends[s.Below(len(ends))] = 1
	for range 10 {
		do := []controlplane.ActionKind{controlplane.AuthorizeRules, controlplane.RevokeRules}[s.Below(2)]
		r := network.Everything
		if chance(&s, 0.7) {
			r = cfg.Network.Groups[0].Rules[network.Ingress][0]
		}
		cfg.Actions = append(cfg.Actions, controlplane.Action{
			Do: do, At: sim.Time(s.Below(int(min(cfg.Duration, 4*sim.Minute)))), Fleet: None,
			Rules: controlplane.RuleChange{Group: 0, Direction: network.Direction(s.Below(2)), Rules: []network.Rule{r}},
		})
	}
	return cfg
}

// fleetAlone is instances to which users come in turn, without a load balancer.
func fleetAlone(seed uint64) *Config {
	cfg := queue(Service{Discipline: FCFS, Backlog: int(seed % 9)}, 2, 40, must(rng.Exponential(0.15)))
	cfg.Instances[0].Count, cfg.Instances[0].Zones = 5, []model.Zone{0, 1}
	cfg.Workloads[0].Clients.Timeout = sim.Second
	return cfg
}

// Plain requests in security groups go their short ways, and are dropped and cut off as by the general one.
func TestRequestsInSecurityGroupsComeOutByShortWays(t *testing.T) {
	short, dropped := map[uint64]int{}, map[uint64]int64{}
	for seed := range uint64(60) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			cfg := swarmRules(seed)
			cfg.Duration = min(cfg.Duration, 4*sim.Minute)
			cfg.Warmup = min(cfg.Warmup, cfg.Duration)
			w, full := must(build(t.Context(), cfg, 0, reference{})), must(build(t.Context(), cfg, 0, reference{full: true}))
			for at := 10 * sim.Second; at < cfg.Duration; at += 20 * sim.Second {
				if err := w.RunUntil(t.Context(), at); err != nil {
					t.Fatal(err)
				}
				s := w.data.Snapshot()
				short[seed%6] += s.Compact + s.Straight
			}
			a, b := run(t, w), run(t, full)
			for i := range a.Routes {
				dropped[seed%6] += a.Routes[i].Dropped
			}
			sameOutcome(t, a, b)
		})
	}
	for kind := range uint64(6) {
		if short[kind] == 0 || dropped[kind] == 0 {
			t.Errorf("seeds %d modulo 6: %d on short ways, %d dropped: the test compares hardly any", kind, short[kind], dropped[kind])
		}
	}
	t.Log(short, dropped)
}

// Every invariant holds after every event while security groups open and close, and what
// they drop is some of what arrives.
func TestInvariantsHoldWhileSecurityGroupsChange(t *testing.T) {
	dropped := int64(0)
	worlds{
		seeds: 10, make: swarmPackets,
		see: func(t *testing.T, out *Outcome) {
			for _, r := range out.Routes {
				if r.Dropped > r.Arrived {
					t.Errorf("%d of %d attempts were dropped", r.Dropped, r.Arrived)
				}
				failed := r.Failed[dataplane.CodeConnect] + r.Failed[dataplane.Code504] + r.Failed[dataplane.Code460] + r.Failed[dataplane.Code502]
				if r.Dropped > failed+r.InFlight {
					t.Errorf("%d attempts were dropped, and only %d failed so, %d are in flight", r.Dropped, failed, r.InFlight)
				}
				dropped += r.Dropped
			}
		},
	}.hold(t)
	if dropped == 0 {
		t.Error("no attempt was dropped: the test tries nothing")
	}
}
