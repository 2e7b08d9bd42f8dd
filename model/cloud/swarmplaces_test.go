package cloud

import (
	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/placement"
	"headroom/sim"
	"headroom/sim/rng"
)

// swarmNeighbours puts instances of a group on Dedicated Hosts or into a placement group,
// lets racks fail and limits vCPUs.
func swarmNeighbours(s *rng.Stream, cfg *Config, zones []model.Zone) {
	if len(cfg.HostPools) > 0 {
		cfg.HostPools[0].Racks = s.Below(5)
		if chance(s, 0.3) {
			cfg.Faults = append(cfg.Faults, Fault{
				Kind: controlplane.RackFailure, Every: must(rng.Exponential(900)), Duration: must(rng.Exponential(300)), Zone: None, Pool: None,
			})
		}
	}
	switch {
	case chance(s, 0.3):
		swarmPlacementGroup(s, cfg)
	case cfg.Groups[0].Mixed == nil && chance(s, 0.3):
		swarmDedicatedHosts(s, cfg, zones)
	}
	if len(cfg.Instances) > 0 || chance(s, 0.7) {
		return
	}
	q := &cfg.Quotas
	q.OnDemand = []int64{-1, int64(2 + s.Below(30)), -1, -1, -1, -1, -1, -1, -1, -1, -1}
	q.Spot = []int64{-1, int64(2 + s.Below(30)), -1, -1, -1, -1, -1, -1, -1, -1, -1}
	q.Hosts = 1 + s.Below(3)
	for range cfg.Types {
		q.Classes = append(q.Classes, controlplane.StandardQuota)
	}
	if q.Hosts < 3 { // what is there at the start would be refused
		cfg.DedicatedHosts = nil
		cfg.LaunchTemplates[0].Tenancy = model.TenancyDefault
	}
}

func swarmPlacementGroup(s *rng.Stream, cfg *Config) {
	g := controlplane.PlacementGroup{Name: "g", Strategy: placement.Strategy(1 + s.Below(3))}
	if g.Strategy == placement.Partition {
		g.Partitions = 1 + s.Below(placement.MostPartitions)
	}
	cfg.PlacementGroups = []controlplane.PlacementGroup{g}
	cfg.LaunchTemplates[0].Place = &controlplane.Place{Host: None, Group: 0}
	if g.Partitions > 0 && chance(s, 0.3) {
		cfg.LaunchTemplates[0].Place.Partition = 1 + s.Below(g.Partitions)
	}
}

func swarmDedicatedHosts(s *rng.Stream, cfg *Config, zones []model.Zone) {
	cfg.LaunchTemplates[0].Tenancy = model.TenancyHost
	for _, name := range []string{"h1", "h2", "h3"} {
		d := controlplane.DedicatedHost{
			Name: name, Zone: zones[s.Below(len(zones))], Pool: None, Count: 1, AutoPlacement: chance(s, 0.8), Recovery: chance(s, 0.5),
			Rules: model.HostRules{Shape: model.HostShape{Family: "m5", VCPUs: 8, MemoryMiB: 65536}, Mixes: true},
		}
		if len(cfg.HostPools) > 0 && chance(s, 0.7) {
			d.Pool, d.From, d.Count = 0, sim.Time(1+s.Below(300))*sim.Second, 1+s.Below(2)
		}
		if chance(s, 0.4) {
			d.To = d.From + sim.Time(1+s.Below(1000))*sim.Second
		}
		cfg.DedicatedHosts = append(cfg.DedicatedHosts, d)
	}
}
