package pricing

import (
	"cmp"
	"slices"

	"headroom/model"
	"headroom/sim"
)

// Families whose hosts take several sizes at a time, and those of two sockets
// that no instance may straddle if it fits into one (rules.md). A host of any
// other family takes one size.
var (
	mixingFamilies = []string{"a1", "c5", "m5", "r5", "c5n", "m5n", "r5n", "t3"}
	socketFamilies = []string{"c5", "m5", "r5", "c5n", "m5n", "r5n"}
)

// offHosts are types of a family that do not go on its Dedicated Host.
var offHosts = []string{"c5.12xlarge", "c5.24xlarge", "c5.metal", "c5d.12xlarge", "c5d.24xlarge", "c5d.metal"}

// hostRules say what fits on one Dedicated Host.
type hostRules struct {
	shape   model.HostShape
	mixes   bool
	sockets int // 0: instances may straddle sockets
}

func rulesOf(shape model.HostShape) hostRules {
	r := hostRules{shape: shape, mixes: slices.Contains(mixingFamilies, shape.Family)}
	if slices.Contains(socketFamilies, shape.Family) && shape.Cores > 0 {
		r.sockets = 2
	}
	return r
}

// capacity returns what a host holds: threads, or slots of a T family, and memory.
func (r *hostRules) capacity() (cpu, memoryMiB int64) {
	if r.shape.Slots > 0 {
		return int64(r.shape.Slots), r.shape.MemoryMiB
	}
	return int64(r.shape.VCPUs), r.shape.MemoryMiB
}

// need returns what an instance takes of the host, and how many of its size go on
// one at most.
func (r *hostRules) need(t *model.InstanceType) (cpu, memoryMiB int64, most int) {
	all, memory := r.capacity()
	switch {
	case slices.Contains(offHosts, t.Name):
		return all + 1, memory, 0
	case t.BareMetal:
		return all, memory, 1
	case r.shape.Slots > 0:
		cpu = slotsOf(t.Size)
	default:
		cpu = max(1, int64(t.VCPUs))
	}
	most = int(all / cpu)
	if r.sockets > 0 && cpu*int64(r.sockets) <= all {
		most = r.sockets * int(all/int64(r.sockets)/cpu)
	}
	return cpu, t.MemoryMiB, most
}

// slotsOf returns how many of the smallest size an instance of a T family counts
// for.
func slotsOf(size string) int64 {
	switch size {
	case "large":
		return 2
	case "xlarge":
		return 4
	case "2xlarge":
		return 8
	default:
		return 1
	}
}

// hostPool are the Dedicated Hosts of one family in one zone.
type hostPool struct {
	rules  hostRules
	open   []*dedicatedHost // in order of their opening
	closed []*dedicatedHost
}

type dedicatedHost struct {
	owner     int32
	from, to  sim.Time
	cpu       int64 // free
	memoryMiB int64 // free
	sizes     []sizeCount
}

type sizeCount struct {
	kind  int32
	count int
}

func (h *dedicatedHost) count(kind int32) *sizeCount {
	for i := range h.sizes {
		if h.sizes[i].kind == kind {
			return &h.sizes[i]
		}
	}
	h.sizes = append(h.sizes, sizeCount{kind: kind})
	return &h.sizes[len(h.sizes)-1]
}

// place puts an instance on the host with the least free CPU among those that
// take it, the oldest among equals; on a new one if none does. It returns nil for
// a type that goes on no host of the family.
func (p *hostPool) place(l *model.Lease, t *model.InstanceType) *dedicatedHost {
	cpu, memory, most := p.rules.need(t)
	all, allMemory := p.rules.capacity()
	if cpu > all || memory > allMemory || most == 0 {
		return nil
	}
	var best *dedicatedHost
	for _, h := range p.open {
		fits := h.cpu >= cpu && h.memoryMiB >= memory && (best == nil || h.cpu < best.cpu)
		if fits && p.accepts(h, l.Type) && h.count(l.Type).count < most {
			best = h
		}
	}
	if best == nil {
		best = &dedicatedHost{owner: l.Owner, from: l.From, cpu: all, memoryMiB: allMemory}
		p.open = append(p.open, best)
	}
	best.cpu -= cpu
	best.memoryMiB -= memory
	best.count(l.Type).count++
	return best
}

// accepts reports whether a host takes that size beside the others on it.
func (p *hostPool) accepts(h *dedicatedHost, kind int32) bool {
	if p.rules.mixes {
		return true
	}
	for _, other := range h.sizes {
		if other.count > 0 && other.kind != kind {
			return false
		}
	}
	return true
}

// release takes an instance off its host, and gives the host back when it was the
// last.
func (p *hostPool) release(h *dedicatedHost, l *model.Lease, t *model.InstanceType) {
	cpu, memory, _ := p.rules.need(t)
	h.cpu += cpu
	h.memoryMiB += memory
	h.count(l.Type).count--
	if all, _ := p.rules.capacity(); h.cpu < all {
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

// allocateHosts packs the instances with host tenancy on Dedicated Hosts, each
// allocated while an instance is on it, and adds an item for those of each owner:
// the owner of the instance that a host was allocated for. The instances
// themselves cost nothing.
func (c *cover) allocateHosts() {
	ledger := c.sheet.ledger
	var moves []arrival
	for i := range ledger.Leases {
		l := &ledger.Leases[i]
		if l.Option == model.OnDemand && l.Tenancy == model.TenancyHost && l.To > l.From {
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
			if pool.rules.shape.Family == "" {
				shape, _ := c.sheet.book.DedicatedShape(family)
				pool.rules = rulesOf(shape)
			}
			on[m.lease] = pool.place(l, kind)
			if first[family].name == "" {
				first[family] = candidate{kind.Name, family, l.Platform, model.TenancyHost}
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

// seat marks the instances that are on hosts: paid for with them, or not placed.
func (c *cover) seat(it *item, line *charge) {
	if it.tenancy != model.TenancyHost || it.use < 0 {
		return
	}
	line.description = it.name + " on a Dedicated Host"
	line.price = newPrice(model.Price{}, true)
	shape, known := c.sheet.book.DedicatedShape(it.family)
	rules := rulesOf(shape)
	cpu, memory, most := rules.need(&c.sheet.ledger.Types[c.hours.Uses[it.use].Type])
	all, allMemory := rules.capacity()
	switch _, priced := c.sheet.book.DedicatedHost(it.family); {
	case !known || !priced:
		line.price = price{missing: "there is no Dedicated Host of its family in the price book"}
	case cpu > all || memory > allMemory || most == 0:
		line.price = price{missing: "no Dedicated Host of its family takes it"}
	}
}
