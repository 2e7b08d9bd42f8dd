package tables

import (
	"fmt"
	"slices"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/container"
	"headroom/model/controlplane"
	"headroom/model/scaling"
)

// mixedShare is how much of a group's capacity above its min_size stays On-Demand
// in [Scenario.AsMixed], in percent. It is ours: half of what comes and goes.
const mixedShare = 50

// AsOnDemand returns the scenario with all instances launched On-Demand. The load
// and everything else stay as they are, and so do their random streams.
func (s *Scenario) AsOnDemand() *cloud.Config {
	cfg := s.repurchased()
	for i := range cfg.Groups {
		if g := &cfg.Groups[i]; g.Mixed != nil {
			g.Mixed.OnDemandBase, g.Mixed.OnDemandPercentage = 0, 100
			g.Mixed.CapacityRebalance = false
		}
		if t := cfg.Groups[i].Tasks; t != nil && t.On == cloud.None {
			t.Providers = nil
		}
	}
	for i := range cfg.Instances {
		cfg.Instances[i].Template.Spot, cfg.Instances[i].SpotPool = nil, nil
	}
	for i := range cfg.InstanceWorkloads {
		cfg.InstanceWorkloads[i].Option, cfg.InstanceWorkloads[i].SpotPool = model.OnDemand, nil
	}
	return cfg
}

// AsSpot returns the scenario with its groups and instance workloads on Spot, and
// what stays On-Demand, because it has no Spot market.
func (s *Scenario) AsSpot() (cfg *cloud.Config, stays []string) {
	cfg = s.repurchased()
	b := s.buyer(cfg)
	for i := range cfg.Groups {
		b.spot(&cfg.Groups[i], 0, 0)
	}
	for i := range cfg.InstanceWorkloads {
		b.tenantSpot(&cfg.InstanceWorkloads[i])
	}
	for i := range cfg.Instances {
		if cfg.Instances[i].Template.Spot != nil {
			continue
		}
		b.stays = append(b.stays, fmt.Sprintf("instance.%s: instances outside a group stay On-Demand", cfg.Instances[i].Name))
	}
	return cfg, b.stays
}

// SellsSpot says whether [Scenario.AsSpot] launches anything on Spot.
func (s *Scenario) SellsSpot() bool {
	cfg, _ := s.AsSpot()
	return launchesSpot(cfg)
}

// AsWritten returns the scenario as it is, nil if that is how [Scenario.AsOnDemand]
// launches it.
func (s *Scenario) AsWritten() *cloud.Config {
	if !launchesSpot(s.Config) {
		return nil
	}
	return s.Config
}

// AsMixed returns the scenario with On-Demand and Spot side by side: as it is if
// it launches Spot, else each group with its min_size On-Demand and half of what
// lies above it on Spot.
func (s *Scenario) AsMixed() (cfg *cloud.Config, stays []string) {
	if launchesSpot(s.Config) {
		return s.Config, nil
	}
	return s.AsSpotShare(100 - mixedShare)
}

// AsSpotShare returns the scenario with its groups' min_size On-Demand and so many
// percent of what lies above it on Spot; its other instances are On-Demand.
func (s *Scenario) AsSpotShare(percent int) (cfg *cloud.Config, stays []string) {
	cfg = s.AsOnDemand()
	b := s.buyer(cfg)
	for i := range cfg.Groups {
		b.spot(&cfg.Groups[i], cfg.Groups[i].Min, 100-percent)
	}
	return cfg, b.stays
}

func launchesSpot(cfg *cloud.Config) bool {
	return slices.ContainsFunc(cfg.Groups, func(g controlplane.Group) bool {
		return g.Mixed != nil && g.Mixed.OnDemandPercentage < 100 || g.Tasks != nil && g.Tasks.OnSpot()
	}) || slices.ContainsFunc(cfg.Instances, func(f controlplane.Fleet) bool {
		return f.Template.Spot != nil
	}) || slices.ContainsFunc(cfg.InstanceWorkloads, func(w controlplane.InstanceWorkload) bool { return w.Option == model.Spot })
}

// repurchased returns a copy of the Config whose ways of buying may be changed.
func (s *Scenario) repurchased() *cloud.Config {
	cfg := *s.Config
	cfg.SpotPools = slices.Clone(cfg.SpotPools)
	cfg.Groups = slices.Clone(cfg.Groups)
	cfg.Instances = slices.Clone(cfg.Instances)
	cfg.InstanceWorkloads = slices.Clone(cfg.InstanceWorkloads)
	for i := range cfg.Groups {
		g := &cfg.Groups[i]
		g.Types = slices.Clone(g.Types)
		if g.Mixed != nil {
			mixed := *g.Mixed
			g.Mixed = &mixed
		}
		if g.Tasks != nil {
			tasks := *g.Tasks
			g.Tasks = &tasks
		}
	}
	return &cfg
}

// buyer turns launches into Spot launches.
type buyer struct {
	pools *spotPools
	stays []string // what could not be turned
}

// buyer makes one for a copy of the scenario's Config, with the market that the
// file describes.
func (s *Scenario) buyer(cfg *cloud.Config) *buyer {
	return &buyer{pools: newSpotPools(offer{cfg, s.Catalog, s.elsewhere}, s.market)}
}

// spot makes a group launch Spot beyond a base and a share in percent.
func (b *buyer) spot(g *controlplane.Group, base, percentage int) {
	if g.Tasks != nil {
		b.taskSpot(g, base, percentage)
		return
	}
	platform := b.pools.cfg.LaunchTemplates[g.Template].Platform
	for i := range g.Types {
		if why := b.unsold(g.Types[i].Type, platform, g.Zones); why != "" {
			b.stays = append(b.stays, "autoscaling_group."+g.Name+": stays as it is: "+why)
			return
		}
	}
	for i := range g.Types {
		g.Types[i].SpotPool = b.pools.of(g.Types[i].Type, platform, g.Zones)
	}
	if g.Mixed == nil {
		g.Mixed = &controlplane.MixedInstances{MixedInstances: scaling.MixedInstances{
			OnDemandStrategy: scaling.Prioritized, SpotStrategy: scaling.PriceCapacityOptimized,
		}}
	}
	g.Mixed.OnDemandBase, g.Mixed.OnDemandPercentage = base, percentage
}

// taskSpot makes an ECS service on Fargate start tasks on Fargate Spot beyond a base and a share in
// percent. Those on instances are there however these are bought.
func (b *buyer) taskSpot(g *controlplane.Group, base, percentage int) {
	t := g.Tasks
	if t.On != cloud.None {
		return
	}
	t.Providers = []container.Provider{{Base: base, Weight: percentage}, {Spot: true, Weight: 100 - percentage}}
}

// tenantSpot makes an instance workload of the account launch Spot.
func (b *buyer) tenantSpot(w *controlplane.InstanceWorkload) {
	if w.Foreign || w.Option == model.Spot {
		return
	}
	for _, size := range w.Sizes {
		if why := b.unsold(size.Type, model.Linux, w.Zones); why != "" {
			b.stays = append(b.stays, "instance_workload."+w.Name+": stays as it is: "+why)
			return
		}
	}
	w.Option, w.SpotPool = model.Spot, nil
	for _, size := range w.Sizes {
		w.SpotPool = append(w.SpotPool, b.pools.of(size.Type, model.Linux, w.Zones)...)
	}
}

// unsold says why a type cannot be had as Spot in some zones, "" if it can.
func (b *buyer) unsold(typ int, platform model.Platform, zones []model.Zone) string {
	name := b.pools.cfg.Types[typ].Name
	if _, sold := b.pools.among(zones).SpotAverage(name, platform); !sold {
		return name + " (" + platform.String() + ") is not sold as Spot"
	}
	for _, z := range zones {
		if b.pools.market.prices != nil && b.pools.market.prices.of(name, b.pools.cfg.Zones[z]) == nil {
			return "the price trace has no " + name + " in zone " + b.pools.cfg.Zones[z]
		}
		if b.pools.market.supply != nil && b.pools.market.supply.of(name, b.pools.cfg.Zones[z]) == nil {
			return "the trace of interruptions has no " + name + " in zone " + b.pools.cfg.Zones[z]
		}
	}
	return ""
}
