package cloud

import (
	"fmt"
	"testing"

	"headroom/model"
	"headroom/model/addressing"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/sim"
	"headroom/sim/rng"
)

// swarmAddresses puts a random scenario into a VPC whose subnets are small, with network
// interfaces and Elastic IPs that operators move about.
func swarmAddresses(s *rng.Stream, cfg *Config) {
	zones := cfg.LoadBalancers[0].Zones
	cfg.Quotas = controlplane.Quotas{}
	for i := range 2 * len(zones) {
		block, err := addressing.ParseBlock(fmt.Sprintf("10.0.%d.0/%d", i, 27+s.Below(2)))
		if err != nil {
			panic(err)
		}
		cfg.VPC.Subnets = append(cfg.VPC.Subnets, controlplane.Subnet{
			Name: fmt.Sprint(i), Zone: zones[i%len(zones)], Block: block, PublicIP: chance(s, 0.5), NAT: None,
		})
	}
	if chance(s, 0.5) {
		cfg.VPC.NATs = []controlplane.NATGateway{{Name: "nat", Subnet: 0}}
		cfg.VPC.Subnets[len(cfg.VPC.Subnets)-1].NAT = 0
		cfg.VPC.ElasticIPs = []controlplane.ElasticIP{{Name: "nat", Fleet: None, Interface: None, NAT: 0}}
	}
	cfg.Instances = append(cfg.Instances, Fleet{
		Name: "addressed", Count: 1 + s.Below(2), Template: elsewhere(cfg.LaunchTemplates[0]), Need: Need{Pool: None}, Zones: zones, Service: None,
	})
	fleet := len(cfg.Instances) - 1
	for i := range 1 + s.Below(3) {
		cfg.VPC.Interfaces = append(cfg.VPC.Interfaces, controlplane.Interface{
			Name: fmt.Sprint(i), Subnet: s.Below(len(cfg.VPC.Subnets)), Secondary: s.Below(2), Fleet: None, Deletes: chance(s, 0.3),
		})
	}
	for i := range 1 + s.Below(3) {
		e := controlplane.ElasticIP{Name: fmt.Sprint(i), Fleet: None, Interface: None, NAT: None}
		if i == 0 {
			e.Interface = 0
		}
		cfg.VPC.ElasticIPs = append(cfg.VPC.ElasticIPs, e)
	}
	for range 20 + s.Below(40) {
		swarmAddressAction(s, cfg, fleet)
	}
}

// swarmAddressAction adds something that an operator does with addresses, or with who has them.
func swarmAddressAction(s *rng.Stream, cfg *Config, fleet int) {
	a := controlplane.Action{At: sim.Time(s.Below(int(cfg.Duration))), Fleet: fleet, Interface: None, On: controlplane.Subject{Kind: controlplane.OfFleet, Index: fleet}}
	switch a.Do = controlplane.AttachInterface + controlplane.ActionKind(s.Below(5)); {
	case chance(s, 0.3):
		a.Do = []controlplane.ActionKind{controlplane.StopInstance, controlplane.StartInstance, controlplane.RebootInstance, controlplane.TerminateInstance}[s.Below(4)]
	case a.Do <= controlplane.MoveInterface:
		a.Interfaces = []int{s.Below(len(cfg.VPC.Interfaces))}
	default:
		a.ElasticIPs = []int{s.Below(len(cfg.VPC.ElasticIPs))}
		if cfg.VPC.ElasticIPs[a.ElasticIPs[0]].NAT != None {
			return
		}
		if chance(s, 0.5) {
			a.Interface, a.Fleet = s.Below(len(cfg.VPC.Interfaces)), None
		}
	}
	cfg.Actions = append(cfg.Actions, a)
}

// Nobody has the address of another, each subnet knows which of its own are taken, and who has
// none is not launched: while interfaces and Elastic IPs move, and instances come and go.
func TestAddressesAreConservedInRandomWorlds(t *testing.T) {
	held, moved, refused := 0, 0, int64(0)
	worlds{
		seeds: 60, make: withSwarm("addresses", swarmAddresses), events: 10_000, stride: 5,
		see: func(t *testing.T, out *Outcome) {
			held += len(out.Ledger.Addresses)
			for i := range out.Activities {
				switch a := &out.Activities[i]; a.Kind {
				case "attached", "move-interface", "associate-address":
					moved++
				case "refused":
					refused++
				}
			}
		},
	}.hold(t)
	if held < 1000 || moved < 100 || refused < 100 {
		t.Errorf("in the random worlds %d addresses were held, %d were moved and %d moves refused", held, moved, refused)
	}
}

// What a Region's servers send to another is what that one's take in, request by request, and
// what they answer comes back: the ledger has the bytes of all calls that were answered, on the
// side that sent them, and no others.
func TestBytesBetweenRegionsAreConserved(t *testing.T) {
	for seed := range uint64(20) {
		cfg := tiers(must(rng.Exponential(0.01)), poissonAt(5), Service{Steps: []dataplane.Step{cpu(sim.Millisecond), ask(1, fixed(sim.Millisecond))}}, Service{})
		cfg.Seed, cfg.Duration, cfg.Types[0].NetworkPeakGbps = seed, sim.Hour, 10
		cfg.Zones = []string{"a", "b"}
		cfg.Region, cfg.Regions, cfg.ZoneRegions = "us-east-1", []string{"us-east-1", "eu-west-1"}, []int{0, 1}
		call := &cfg.Services[0].Steps[1].Call
		call.Request, call.Response = must(rng.Exponential(3e4)), must(rng.Exponential(2e5))
		cfg.Instances[0].Zones, cfg.Instances[1].Zones = []model.Zone{0}, []model.Zone{1}
		out := run(t, must(New(cfg, 0)))
		var sent, there [2]model.Bytes // by tier
		owners := out.Ledger.Owners
		for i := range out.Ledger.Transfers {
			if x := &out.Ledger.Transfers[i]; x.Path == model.InterRegion {
				for tier := range sent {
					if owners[x.Owner] == "instance."+cfg.Instances[tier].Name {
						sent[tier] += x.Amount
					}
				}
			}
		}
		for _, u := range out.Networks {
			if owners[u.Owner] == "instance."+cfg.Instances[1].Name {
				there = [2]model.Bytes{u.In, u.Out}
			}
		}
		if sent[0] == 0 || sent != there {
			t.Errorf("seed %d: the Regions sent %v to each other, and the second took in and sent %v", seed, sent, there)
		}
	}
}
