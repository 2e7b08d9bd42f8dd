package cloud

import (
	"fmt"
	"net/netip"
	"testing"

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
