package cloud

import (
	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/sim"
	"headroom/sim/rng"
)

// swarmRegions puts the last zone into another Region, loses Regions, and lets clients come
// by a DNS name, in some scenarios.
func swarmRegions(seed uint64, cfg *Config) {
	s := rng.New(seed, 0, "swarm regions")
	if !chance(&s, 0.3) {
		return
	}
	if n := len(cfg.Zones); n > 1 {
		cfg.Region, cfg.Regions, cfg.ZoneRegions = "us-east-1", []string{"us-east-1", "eu-west-1"}, make([]int, n)
		cfg.ZoneRegions[n-1] = 1
	}
	cfg.Faults = append(cfg.Faults, Fault{
		Kind: controlplane.RegionOutage, Zone: model.Zone(s.Below(len(cfg.Zones))), Pool: None,
		Every: must(rng.Exponential(900)), Duration: must(rng.Exponential(200)),
	})
	w := &cfg.Workloads[0]
	w.Clients.Region = "sa-east-1"
	if w.To != ToLoadBalancer || w.Visitors.Count > 0 {
		return
	}
	cfg.Records = []dataplane.Record{{Name: "site", TTL: sim.Time(s.Below(90)) * sim.Second, Answers: []dataplane.Answer{
		{Name: "one", Balancer: w.Target, Interval: 10 * sim.Second, Threshold: 1 + s.Below(3), Weight: s.Below(3)},
		{Name: "two", Balancer: w.Target, Interval: 30 * sim.Second, Threshold: 2, Weight: 1, Secondary: chance(&s, 0.5)},
	}}}
	w.Record = 1
}
