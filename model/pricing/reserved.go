package pricing

import (
	"cmp"
	"slices"

	"headroom/model"
)

// queued is an On-Demand lease in the order in which Reserved Instances apply.
type queued struct {
	lease, item int32
	first       int      // clock hour of room[0]
	room        []uint32 // microseconds of each clock hour that none has taken yet
}

// lineUp queues the instances: the smallest first, equal sizes by launch time,
// then by number. It takes 4 bytes per instance and clock hour.
func (c *cover) lineUp() {
	if c.queue != nil {
		return
	}
	items := make(map[useKey]int32, len(c.items))
	for i := range c.items {
		if c.items[i].use >= 0 {
			items[c.hours.Uses[c.items[i].use].key()] = int32(i)
		}
	}
	leases := c.sheet.ledger.Leases
	for i := range leases {
		at, found := items[keyOf(&leases[i])]
		if leases[i].Option != model.OnDemand || !found {
			continue
		}
		if charged, _ := leaseSpan(&leases[i]); charged.seconds() > 0 {
			c.queue = append(c.queue, c.enqueue(queued{lease: int32(i), item: at}, charged))
		}
	}
	slices.SortFunc(c.queue, func(a, b queued) int {
		x, y := &leases[a.lease], &leases[b.lease]
		return cmp.Or(
			cmp.Compare(c.items[a.item].units, c.items[b.item].units),
			cmp.Compare(x.From-x.Carried, y.From-y.Carried),
			cmp.Compare(x.Instance, y.Instance), cmp.Compare(a.lease, b.lease))
	})
}

func (c *cover) enqueue(q queued, charged span) queued {
	q.first = c.hours.hourOf(charged.from)
	q.room = make([]uint32, min(c.hours.hourOf(charged.to-1)+1, c.inForce)-min(q.first, c.inForce))
	for i := range q.room {
		clock := c.clock(q.first + i)
		q.room[i] = uint32((min(clock.to, charged.to) - max(clock.from, charged.from)) * micro)
	}
	return q
}

// matches reports whether a Reserved Instance applies to an item. Zonal ones do
// not discount unused Capacity Reservations (FACTS 28.3).
func (c *cover) matches(r *Commitment, it *item) bool {
	if r.Platform != it.platform || r.Tenancy != it.tenancy {
		return false
	}
	if r.Zone != "" && (r.Zone != c.sheet.zone(it.zone) || it.reservation != "") {
		return false
	}
	if weight, _ := r.weights(c.sheet.book, it); weight == 0 {
		return false
	}
	return r.Type == it.name || r.flexible() && r.family() == it.family
}

// weights returns what an hour of an item takes of a commitment, weight / size
// hours: by normalized units where sizes are flexible.
func (c *Commitment) weights(book Book, it *item) (weight, size int64) {
	if !c.flexible() || c.Type == it.name {
		return 1, 1
	}
	size = quarters(book.NormalizedUnits(c.Type))
	if size == 0 {
		return 0, 1
	}
	return it.units, size
}

// reserveInstances lets Reserved Instances cover instances, and then unused
// Capacity Reservations. Each covers 3,600 seconds of its size in a clock hour,
// whoever runs in it and how many at a time.
func (c *cover) reserveInstances(commitment int) {
	c.lineUp()
	pool := newPool(c, commitment)
	for i := range c.queue {
		q := &c.queue[i]
		weight := pool.weights[q.item]
		if weight == 0 {
			continue
		}
		key := takenKey{commitment: commitment, item: int(q.item)}
		for j := range q.room {
			taken := pool.take(key, q.first+j, int64(q.room[j]))
			q.room[j] -= uint32(taken)
		}
	}
	for _, i := range c.bySize() {
		if c.items[i].reservation != "" && pool.weights[i] > 0 {
			for h := range c.inForce {
				pool.take(takenKey{commitment: commitment, item: i}, h, c.items[i].left[h])
			}
		}
	}
	pool.close()
}

// bySize orders the items by size, then as they are.
func (c *cover) bySize() []int {
	order := make([]int, len(c.items))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(c.items[a].units, c.items[b].units) })
	return order
}

// reserveHosts lets reserved hosts cover Dedicated Hosts of their zone.
func (c *cover) reserveHosts(commitment int) {
	r := &c.sheet.commitments[commitment]
	pool := newPool(c, commitment)
	for i := range c.items {
		it := &c.items[i]
		if it.use >= 0 || it.tenancy != model.TenancyHost || it.family != r.Family || c.sheet.zone(it.zone) != r.Zone {
			continue
		}
		pool.weights[i] = pool.size
		for h := range min(c.inForce, len(it.left)) {
			pool.take(takenKey{commitment: commitment, item: i}, h, it.left[h])
		}
	}
	pool.close()
}

// pool is what commitments counted in hours hold in each clock hour, in
// microseconds times a quarter of a normalized unit where sizes are flexible.
type pool struct {
	cover      *cover
	commitment int
	size       int64
	weights    []int64 // by item; 0 for those that it does not cover
	left       []int64
}

func newPool(c *cover, commitment int) *pool {
	r := &c.sheet.commitments[commitment]
	p := &pool{cover: c, commitment: commitment, size: 1, weights: make([]int64, len(c.items)), left: make([]int64, c.inForce)}
	if r.flexible() {
		p.size = max(1, quarters(c.sheet.book.NormalizedUnits(r.Type)))
	}
	if r.Kind == ReservedInstance {
		for i := range c.items {
			if c.matches(r, &c.items[i]) {
				weight, size := r.weights(c.sheet.book, &c.items[i])
				p.weights[i] = weight * p.size / size
			}
		}
	}
	for h := range p.left {
		p.left[h] = r.Count * p.size * microHour
	}
	return p
}

// take covers at most micros of an item in a clock hour, and returns how much.
func (p *pool) take(key takenKey, h int, micros int64) int64 {
	weight := p.weights[key.item]
	taken := min(micros, p.cover.items[key.item].left[h], p.left[h]/weight)
	if taken > 0 {
		p.left[h] -= taken * weight
		p.cover.take(key, h, taken)
	}
	return taken
}

// close records what is left over.
func (p *pool) close() {
	for h, left := range p.left {
		p.cover.leave(p.commitment, h, total{low: uint64(left)})
	}
}
