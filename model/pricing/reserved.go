package pricing

import (
	"cmp"
	"slices"

	"headroom/model"
	"headroom/sim"
)

// queued is an On-Demand lease in the order in which Reserved Instances apply: the
// smallest first, equal sizes by launch time, then by number.
type queued struct {
	units       int64
	launched    sim.Time
	number      int32
	lease, item int32
	count       int64 // of leases that are alike, side by side in the queue
	first       int32 // clock hour of its first room
	room        int   // end of its part of cover.room
}

func (q *queued) compare(r *queued) int {
	switch {
	case q.units != r.units:
		return cmp.Compare(q.units, r.units)
	case q.launched != r.launched:
		return cmp.Compare(q.launched, r.launched)
	case q.number != r.number:
		return cmp.Compare(q.number, r.number)
	default:
		return cmp.Compare(q.lease, r.lease)
	}
}

// alike reports whether leases that are side by side are charged for the same time
// and covered alike, so that they can be counted.
func (c *cover) alike(q, r *queued) bool {
	if q.item != r.item || q.launched != r.launched {
		return false
	}
	leases := c.sheet.ledger.Leases
	one, _ := leaseSpan(&leases[q.lease])
	other, _ := leaseSpan(&leases[r.lease])
	return one == other
}

// lineUp queues the instances that some Reserved Instance may cover. It takes 8
// bytes per clock hour of each kind of instance that came and went together: what
// none has taken of them yet.
func (c *cover) lineUp() {
	if c.queue != nil {
		return
	}
	items := make(map[useKey]int32, len(c.items))
	for i := range c.items {
		if c.items[i].use >= 0 && c.reservable(&c.items[i]) {
			items[c.hours.Uses[c.items[i].use].key()] = int32(i)
		}
	}
	leases := c.sheet.ledger.Leases
	c.queue = make([]queued, 0, len(leases))
	for i := range leases {
		l := &leases[i]
		if l.Option != model.OnDemand {
			continue
		}
		if at, found := items[keyOf(l)]; found {
			c.queue = append(c.queue, queued{
				units: c.items[at].units, launched: l.From - l.Carried, number: l.Instance, lease: int32(i), item: at, count: 1,
			})
		}
	}
	slices.SortFunc(c.queue, func(a, b queued) int { return a.compare(&b) })
	kept := c.queue[:0]
	for _, q := range c.queue {
		if last := len(kept) - 1; last >= 0 && c.alike(&kept[last], &q) {
			kept[last].count++
			continue
		}
		kept = append(kept, q)
	}
	c.queue = kept
	for i := range c.queue {
		if i&63 == 0 && c.sheet.halted != nil && c.sheet.halted() {
			c.queue, c.room = c.queue[:0], nil
			return
		}
		c.makeRoom(&c.queue[i])
	}
}

func (c *cover) reservable(it *item) bool {
	for i := range c.sheet.commitments {
		if r := &c.sheet.commitments[i]; r.Kind == ReservedInstance && c.matches(r, it) {
			return true
		}
	}
	return false
}

// makeRoom notes how much of each clock hour leases are.
func (c *cover) makeRoom(q *queued) {
	charged, _ := leaseSpan(&c.sheet.ledger.Leases[q.lease])
	first := c.hours.hourOf(charged.from)
	q.first = int32(first)
	for from, h := charged.from, first; from < charged.to && h < c.inForce; h++ {
		to := min(charged.to, c.hours.begin(h+1))
		c.room = append(c.room, q.count*(to-from)*micro)
		from = to
	}
	q.room = len(c.room)
}

// matches reports whether a Reserved Instance applies to an item. Zonal ones do
// not discount unused Capacity Reservations (EC2 User Guide).
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
	room := 0
	for i := range c.queue {
		q := &c.queue[i]
		if pool.weights[q.item] > 0 {
			key := takenKey{commitment: commitment, item: int(q.item)}
			for j := room; j < q.room; j++ {
				taken := pool.take(key, int(q.first)+j-room, c.room[j])
				c.room[j] -= taken
			}
		}
		room = q.room
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
	for h, last := c.window(r); h < last; h++ {
		p.left[h] = r.Count * p.size * microHour
	}
	return p
}

// take covers at most micros of an item in a clock hour, and returns how much.
func (p *pool) take(key takenKey, h int, micros int64) int64 {
	if micros == 0 || p.left[h] == 0 {
		return 0
	}
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
