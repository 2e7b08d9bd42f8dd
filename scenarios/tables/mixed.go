package tables

import (
	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/model/scaling"
	"headroom/scenarios/schema"
)

func mixedKeys() []schema.Key {
	return schema.Within("mixed_instances_policy", "ValidationError", []schema.Key{
		schema.Row("on_demand_base_capacity", schema.Whole(0, mostInstances), "0", "instances that are always On-Demand"),
		schema.Row("on_demand_percentage_above_base_capacity", schema.Whole(0, 100), "100", "percent On-Demand of the others; the rest is Spot"),
		schema.Row("on_demand_allocation_strategy", schema.Choice(onDemandStrategies), `"prioritized"`, "which type the next On-Demand instance has"),
		schema.Row("spot_allocation_strategy", schema.Choice(spotStrategies), `"price-capacity-optimized"`, "which pool the next Spot instance comes from"),
		schema.Row("spot_instance_pools", schema.Whole(1, 20), "2", "lowest-price: pools of a zone that it takes turns in"),
		schema.Row("spot_max_price", schema.Quantity(schema.Dollars, 0, 1e6), "", "most that a Spot instance may cost; the On-Demand price without"),
		schema.Row("override", schema.List(), "", "instance types, by priority; the template's without"),
		schema.Row("override[].instance_type", schema.Text(), schema.Required, "an instance type").Coded(unsupported),
		schema.Row("override[].weighted_capacity", schema.Whole(1, 999), "1", "units of capacity that an instance counts for: min_size, max_size and desired_capacity are in units"),
	})
}

func spotStrategies() []schema.Word {
	return strategies(func(a scaling.Allocation) bool { return a.Spot })
}

func onDemandStrategies() []schema.Word {
	return strategies(func(a scaling.Allocation) bool { return a.OnDemand })
}

func strategies(serves func(scaling.Allocation) bool) []schema.Word {
	var words []schema.Word
	for _, a := range scaling.AllocationStrategies() {
		if serves(a) {
			words = append(words, schema.Word{Name: a.Name, Meaning: a.Description})
		}
	}
	return words
}

// readMixed reads how a group divides its capacity, and whether any of it is
// Spot.
func readMixed(t *schema.Table) (controlplane.MixedInstances, bool) {
	var m controlplane.MixedInstances
	m.OnDemandBase = t.Whole("on_demand_base_capacity")
	m.OnDemandPercentage = t.Whole("on_demand_percentage_above_base_capacity")
	m.OnDemandStrategy, _ = scaling.ParseAllocationStrategy(t.Choice("on_demand_allocation_strategy"))
	m.SpotStrategy, _ = scaling.ParseAllocationStrategy(t.Choice("spot_allocation_strategy"))
	const pools = "spot_instance_pools"
	switch {
	case m.SpotStrategy == scaling.LowestPrice:
		m.SpotPools = t.Whole(pools)
	case t.Has(pools):
		if t.Whole(pools); t.Sound(pools, "spot_allocation_strategy") {
			t.Wrong(pools, `must not be given unless spot_allocation_strategy is "lowest-price"`)
		}
	default:
		t.Pass(pools)
	}
	m.MaxPrice = t.Quantity("spot_max_price")
	if t.Sound("spot_max_price") && m.MaxPrice == 0 {
		t.Wrong("spot_max_price", "must be above $0")
	}
	if !t.Faulty("on_demand_allocation_strategy") && !t.Faulty("spot_allocation_strategy") {
		t.Absorb(m.MixedInstances.Validate(), "spot_allocation_strategy")
	}
	return m, m.OnDemandPercentage < 100
}

// readOverrides reads the types of a group in the order of their priority.
func (l *loader) readOverrides(t *schema.Table, g *controlplane.Group, spot bool) []controlplane.LaunchType {
	lt := &controlplane.LaunchTemplate{Type: cloud.None} // of a file that names none
	if g.Template >= 0 {
		lt = &l.cfg.LaunchTemplates[g.Template]
	}
	var types []controlplane.LaunchType
	seen, weighted, heavy := map[int]bool{}, 0, false
	overrides := t.Each("override")
	for _, o := range overrides {
		if o.Has("weighted_capacity") {
			weighted++
		}
		weight := o.Whole("weighted_capacity")
		heavy = heavy || weight > 1
		typ := l.instanceType(o, "instance_type", g.Zones)
		if typ >= 0 && seen[typ] {
			o.Wrong("instance_type", "must be listed once")
		}
		seen[typ] = true
		if typ >= 0 && lt.Type >= 0 && l.cfg.Types[typ].Arch != l.cfg.Types[lt.Type].Arch {
			o.Wrong("instance_type", "must have the architecture of the launch template's type, "+l.cfg.Types[lt.Type].Arch)
		}
		price := l.onDemandIn(o, typ, lt.Platform, g.Zones)
		if o.Sound("instance_type") {
			l.checkCredits(o, typ, lt)
			l.checkAttachments(o, "instance_type", typ, len(lt.Volumes))
			if with := *lt; lt.Hibernates {
				with.Type = typ
				l.checkHibernation(o, "instance_type", &with)
			}
			one := l.launchType(typ, lt.Platform, price)
			one.Weight = weight
			types = append(types, one)
		}
		o.Done()
	}
	if heavy && weighted < len(overrides) {
		t.Wrong("override", "must have a weighted_capacity in each of them, or in none")
	}
	if !t.Has("override") {
		l.checkOffered(t, lt.Type, g.Zones)
		types = append(types, l.launchType(lt.Type, lt.Platform, l.listPrice(lt.Type, lt.Platform, g.Zones...)))
	}
	if !spot {
		return types
	}
	for i := range types {
		if types[i].Type >= 0 {
			types[i].SpotPool = l.pools.of(types[i].Type, lt.Platform, g.Zones)
		}
	}
	return types
}

func (l *loader) launchType(typ int, platform model.Platform, usd float64) controlplane.LaunchType {
	return controlplane.LaunchType{Type: typ, Need: l.need(typ), OnDemandUSD: usd}
}
