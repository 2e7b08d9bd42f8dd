package scenarios

import (
	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/scaling"
)

func mixedKeys() []Key {
	return within("mixed_instances_policy", "ValidationError", []Key{
		{"on_demand_base_capacity", whole(0, mostInstances), "0", "instances that are always On-Demand", ""},
		{"on_demand_percentage_above_base_capacity", whole(0, 100), "100", "percent On-Demand of the others; the rest is Spot", ""},
		{"on_demand_allocation_strategy", choice(onDemandStrategies), `"prioritized"`, "which type the next On-Demand instance has", ""},
		{"spot_allocation_strategy", choice(spotStrategies), `"price-capacity-optimized"`, "which pool the next Spot instance comes from", ""},
		{"spot_instance_pools", whole(1, 20), "2", "lowest-price: pools of a zone that it takes turns in", ""},
		{"spot_max_price", quantity(inDollars, 0, 1e6), "", "most that a Spot instance may cost; the On-Demand price without", ""},
		{"override", list(), "", "instance types, by priority; the template's without", ""},
		{"override[].instance_type", text(), required, "an instance type", unsupported},
	})
}

func spotStrategies() []string {
	return strategies(func(a scaling.Allocation) bool { return a.Spot })
}

func onDemandStrategies() []string {
	return strategies(func(a scaling.Allocation) bool { return a.OnDemand })
}

func strategies(serves func(scaling.Allocation) bool) []string {
	var names []string
	for _, a := range scaling.AllocationStrategies() {
		if serves(a) {
			names = append(names, a.Name)
		}
	}
	return names
}

// readMixed reads how a group divides its capacity, and whether any of it is
// Spot.
func readMixed(t *table) (cloud.MixedInstances, bool) {
	var m cloud.MixedInstances
	m.OnDemandBase = t.whole("on_demand_base_capacity")
	m.OnDemandPercentage = t.whole("on_demand_percentage_above_base_capacity")
	m.OnDemandStrategy, _ = scaling.ParseAllocationStrategy(t.choice("on_demand_allocation_strategy"))
	m.SpotStrategy, _ = scaling.ParseAllocationStrategy(t.choice("spot_allocation_strategy"))
	if m.SpotStrategy == scaling.LowestPrice {
		m.SpotPools = t.whole("spot_instance_pools")
	} else {
		t.mode = "with another spot_allocation_strategy than lowest-price"
	}
	m.MaxPrice = t.quantity("spot_max_price")
	if t.sound("spot_max_price") && m.MaxPrice == 0 {
		t.wrong("spot_max_price", "must be above $0")
	}
	if !t.bad["on_demand_allocation_strategy"] && !t.bad["spot_allocation_strategy"] {
		t.absorb(m.MixedInstances.Validate(), "spot_allocation_strategy")
	}
	return m, m.OnDemandPercentage < 100
}

// readOverrides reads the types of a group in the order of their priority.
func (l *loader) readOverrides(t *table, g *cloud.Group, spot bool) []cloud.LaunchType {
	lt := &l.cfg.LaunchTemplates[g.Template]
	var types []cloud.LaunchType
	seen := map[int]bool{}
	for _, o := range t.each("override") {
		typ := l.instanceType(o, "instance_type", g.Zones)
		if typ >= 0 && seen[typ] {
			o.wrong("instance_type", "must be listed once")
		}
		seen[typ] = true
		if typ >= 0 && lt.Type >= 0 && l.cfg.Types[typ].Arch != l.cfg.Types[lt.Type].Arch {
			o.wrong("instance_type", "must have the architecture of the launch template's type, "+l.cfg.Types[lt.Type].Arch)
		}
		price := l.onDemand(o, "instance_type", typ, lt.Platform)
		if o.sound("instance_type") {
			l.cautionType(typ)
			types = append(types, l.launchType(typ, lt.Platform, price))
		}
		o.done()
	}
	if !t.has("override") {
		l.checkOffered(t, lt.Type, g.Zones)
		types = append(types, l.launchType(lt.Type, lt.Platform, l.listPrice(lt.Type, lt.Platform)))
	}
	if !spot {
		return types
	}
	for i := range types {
		if types[i].Type >= 0 {
			types[i].SpotPool = l.spotPools(types[i].Type, lt.Platform, g.Zones)
		}
	}
	return types
}

func (l *loader) launchType(typ int, platform model.Platform, usd float64) cloud.LaunchType {
	return cloud.LaunchType{Type: typ, Need: l.need(typ), OnDemandUSD: usd}
}
