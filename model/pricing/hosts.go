package pricing

import (
	"cmp"
	"slices"

	"headroom/model"
	"headroom/sim"
)

// hostPool are the Dedicated Hosts of one family in one zone.
type hostPool struct {
	rules  model.HostRules
	open   []*dedicatedHost // in order of their opening
	closed []*dedicatedHost
}

type dedicatedHost struct {
	owner    int32
	from, to sim.Time
	load     model.HostLoad
}

// place puts an instance on the host with the least free CPU among those that
// take it, the oldest among equals; on a new one if none does. It returns nil for
// a type that goes on no host of the family.
func (p *hostPool) place(l *model.Lease, t *model.InstanceType) *dedicatedHost {
	if !p.rules.Takes(t) {
		return nil
	}
	var best *dedicatedHost
	for _, h := range p.open {
		if (best == nil || h.load.CPU > best.load.CPU) && h.load.Fits(&p.rules, t, l.Type) {
			best = h
		}
	}
	if best == nil {
		best = &dedicatedHost{owner: l.Owner, from: l.From}
		p.open = append(p.open, best)
	}
	best.load.Put(&p.rules, t, l.Type, +1)
	return best
}

// release takes an instance off its host, and gives the host back when it was the
// last.
func (p *hostPool) release(h *dedicatedHost, l *model.Lease, t *model.InstanceType) {
	h.load.Put(&p.rules, t, l.Type, -1)
	if h.load.CPU > 0 {
		return
	}
	h.to = l.To
	p.closed = append(p.closed, h)
	p.open = slices.DeleteFunc(p.open, func(other *dedicatedHost) bool { return other == h })
}

// poolKey names the hosts that an instance may be placed on.
type poolKey struct {
	family string
	zone   model.Zone
}

// arrival is the beginning or the end of a lease on a host.
type arrival struct {
	at    sim.Time
	lease int32
	ends  bool
}

// allocateHosts adds the Dedicated Hosts of the ledger, and packs the other instances
// with host tenancy on hosts that are allocated while an instance is on them: an item for
// those of each owner, which is that of the instance that a host was allocated for. The
// instances themselves cost nothing.
func (c *cover) allocateHosts() {
	c.addAllocated()
	ledger := c.sheet.ledger
	var moves []arrival
	for i := range ledger.Leases {
		l := &ledger.Leases[i]
		if l.Option == model.OnDemand && l.Tenancy == model.TenancyHost && !l.OnHost && l.To > l.From {
			moves = append(moves, arrival{l.From, int32(i), false}, arrival{l.To, int32(i), true})
		}
	}
	slices.SortFunc(moves, func(a, b arrival) int {
		switch {
		case a.at != b.at:
			return cmp.Compare(a.at, b.at)
		case a.ends != b.ends && a.ends:
			return -1
		case a.ends != b.ends:
			return 1
		}
		x, y := &ledger.Leases[a.lease], &ledger.Leases[b.lease]
		return cmp.Or(cmp.Compare(x.Instance, y.Instance), cmp.Compare(a.lease, b.lease))
	})
	c.pack(moves)
}

// pack plays the arrivals and ends in order of time.
func (c *cover) pack(moves []arrival) {
	ledger := c.sheet.ledger
	var pools fold[poolKey, hostPool]
	first := map[string]candidate{}                  // of each family
	on := make([]*dedicatedHost, len(ledger.Leases)) // by lease
	families := make([]string, len(ledger.Types))
	for i := range families {
		families[i] = familyOf(&ledger.Types[i])
	}
	for _, m := range moves {
		l := &ledger.Leases[m.lease]
		kind := &ledger.Types[l.Type]
		family := families[l.Type]
		pool := pools.at(poolKey{family, l.Zone})
		switch h := on[m.lease]; {
		case !m.ends:
			if pool.rules.Shape.Family == "" {
				shape, _ := c.sheet.book.DedicatedShape(family)
				pool.rules = model.RulesOf(shape)
			}
			on[m.lease] = pool.place(l, kind)
			if first[family].name == "" {
				first[family] = candidate{kind.Name, family, l.Platform, model.TenancyHost, vcpus{}, ""}
			}
		case h != nil:
			pool.release(h, l, kind)
		}
	}
	for i, key := range pools.keys {
		c.addHosts(first[key.family], key.zone, &pools.sums[i])
	}
}

// addHosts adds the items of a pool, one per owner.
func (c *cover) addHosts(kind candidate, zone model.Zone, pool *hostPool) {
	var owners fold[int32, hourSums]
	for _, h := range pool.closed {
		owners.at(h.owner).add(c.hours, billed(h.from, h.to, minute))
	}
	for i, owner := range owners.keys {
		sums := &owners.sums[i]
		n := c.hours.hourOf(sums.span.to-1) + 1
		c.extend(n)
		left := sums.seconds(n)
		for h := range left {
			left[h] *= micro
		}
		c.items = append(c.items, item{candidate: kind, owner: owner, zone: zone, use: -1, span: sums.span, left: left})
	}
}

// addAllocated adds an item for each Dedicated Host that the account held, whatever was
// on it.
func (c *cover) addAllocated() {
	ledger := c.sheet.ledger
	for i := range ledger.DedicatedHosts {
		h := &ledger.DedicatedHosts[i]
		var sums hourSums
		sums.add(c.hours, billed(h.From, h.To, minute))
		n := c.hours.hourOf(sums.span.to-1) + 1
		c.extend(n)
		left := sums.seconds(n)
		for hour := range left {
			left[hour] *= micro
		}
		kind := &ledger.Types[h.Type]
		c.items = append(c.items, item{
			candidate: candidate{kind.Name, familyOf(kind), model.Linux, model.TenancyHost, vcpus{}, ""},
			owner:     h.Owner, zone: h.Zone, use: -1, span: sums.span, left: left,
		})
	}
}

// markOnHost marks the instances that are on hosts: paid for with them, or not placed.
func (c *cover) markOnHost(it *item, line *charge) {
	if it.tenancy != model.TenancyHost || it.use < 0 {
		return
	}
	line.description = it.name + " on a Dedicated Host"
	line.price = newPrice(model.Price{}, true)
	shape, known := c.sheet.book.DedicatedShape(it.family)
	rules := model.RulesOf(shape)
	switch _, priced := c.sheet.book.DedicatedHost(it.family); {
	case !known || !priced:
		line.price = price{missing: "there is no Dedicated Host of its family in the price book"}
	case !rules.Takes(&c.sheet.ledger.Types[c.hours.Uses[it.use].Type]):
		line.price = price{missing: "no Dedicated Host of its family takes it"}
	}
}
