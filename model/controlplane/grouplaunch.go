package controlplane

import (
	"cmp"

	"headroom/model"
	"headroom/model/scaling"
	"headroom/sim/slab"
)

// memberOrder is what all launches of a reconciliation ask for.
func (cp *Plane) memberOrder(i int, l launching) order {
	g := &cp.groups[i]
	template := &cp.cfg.LaunchTemplates[g.template]
	return order{
		template: template, place: cmp.Or(g.place, template.Place), group: i, fleet: None, version: g.version,
		service: g.cfg.Service, applications: g.cfg.Applications, owner: g.owner, spotPool: None,
		activity: l.activity, cause: l.cause, raised: l.raised, warmup: l.warmup, initial: l.initial,
		flees: l.flees,
	}
}

// nextOption is what the next instance is bought as.
func (g *group) nextOption() model.PurchaseOption {
	if g.cfg.Mixed == nil {
		return model.OnDemand
	}
	if g.onDemandMissing() <= 0 {
		return model.Spot
	}
	return model.OnDemand
}

// onDemandMissing is how many more units On-Demand a mixed group should have.
func (g *group) onDemandMissing() int {
	return g.cfg.Mixed.OnDemandShare(g.desired+g.surge) - g.onDemand
}

func (g *group) zoneIndex(z model.Zone) int {
	for i, own := range g.cfg.Zones {
		if own == z {
			return i
		}
	}
	panic("controlplane: instance in a zone that its group does not have")
}

// launchIn tries the group's instance types in one zone, in the order of its
// allocation strategy.
func (cp *Plane) launchIn(g *group, z int, o order) (slab.Handle, launchFailure) {
	types := g.types
	if cp.subnetFor(&o) == None {
		return 0, insufficientFreeAddresses
	}
	if g.cfg.Mixed == nil {
		if h, ok := cp.launchType(g, &types[0], o); ok {
			return h, noFailure
		}
		return 0, cp.why
	}
	pools := make([]scaling.Pool, len(types))
	for k := range types {
		pools[k] = cp.poolView(g, &types[k], o)
	}
	cp.why = noFailure
	for {
		k := -1
		if o.option == model.Spot {
			k = g.cfg.Mixed.ChooseSpot(pools, g.spotCursor[z])
		} else {
			k = g.cfg.Mixed.ChooseOnDemand(pools)
		}
		if k < 0 {
			return 0, cp.failureIn(g, o)
		}
		if h, ok := cp.launchType(g, &types[k], o); ok {
			if o.option == model.Spot {
				g.spotCursor[z]++
			}
			return h, noFailure
		}
		pools[k].CapacityScore = 0
	}
}

func (cp *Plane) poolView(g *group, t *LaunchType, o order) scaling.Pool {
	if o.option == model.OnDemand {
		return scaling.Pool{PricePerUnit: t.OnDemandUSD / t.units(), CapacityScore: 1}
	}
	v := cp.spotView(g, t.SpotPool[o.zone])
	v.PricePerUnit /= t.units()
	if o.flees > 0 && !cp.isRefuge(g, t.SpotPool[o.zone], o.flees-1) {
		v.CapacityScore = 0
	}
	return v
}

func (cp *Plane) launchType(g *group, t *LaunchType, o order) (slab.Handle, bool) {
	o.typ, o.need, o.speed, o.weight = t.Type, t.Need, t.Speed, t.Weight
	if o.option == model.Spot {
		o.spotPool = t.SpotPool[o.zone]
		o.maxPrice = g.cfg.Mixed.MaxPrice
	}
	return cp.launch(o)
}
