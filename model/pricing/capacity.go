package pricing

import (
	"cmp"
	"slices"

	"headroom/model"
	"headroom/sim"
)

// CapacityReservation holds room for Count instances in a zone, which costs their
// On-Demand price whether they run or not. Running instances with its
// attributes fill it, whoever owns them; what they leave is billed as unused, and
// regional Reserved Instances and Savings Plans that are left over discount it.
type CapacityReservation struct {
	Name     string
	Type     string // instance type
	Platform model.Platform
	Tenancy  model.Tenancy
	Zone     string // letter
	Count    int64
	From, To sim.Time // To 0: the end of the run
	Match    int32    // of leases that name it, or are of its placement group; 0: none
	Targeted bool     // only those fill it
}

// Validate returns every fault of the reservation.
func (r *CapacityReservation) Validate(book Book) []Fault {
	var f faults
	_, ok := book.OnDemand(r.Type, r.Platform)
	f.require(ok, "instance_type", "has no price in this Region", r.Type)
	f.require(r.Zone != "", "availability_zone", "is needed", `""`)
	f.require(r.Count > 0, "instance_count", "must be positive", r.Count)
	f.require(r.Tenancy == model.TenancyDefault || r.Tenancy == model.TenancyDedicated, "tenancy", "must be default or dedicated", int(r.Tenancy))
	f.require(r.To == 0 || r.To > r.From, "end_date", "must be after the beginning", r.To)
	return f
}

// matches reports whether a lease fills the reservation.
func (r *CapacityReservation) matches(s *sheet, l *model.Lease) bool {
	return l.Option == model.OnDemand && s.ledger.Types[l.Type].Name == r.Type && l.Platform == r.Platform &&
		l.Tenancy == r.Tenancy && s.zone(l.Zone) == r.Zone &&
		(l.Match == 0 && !r.Targeted || l.Match > 0 && l.Match == r.Match)
}

// change is a step of a number of instances: of those that run, or of those that
// earlier reservations hold.
type change struct {
	second int64
	by     int64
	runs   int // place in matching; -1: held by earlier reservations
}

// holding is the usage of an item that lies inside a Capacity Reservation.
type holding struct {
	reservation string
	left        []int64 // microseconds by clock hour that no line has yet
}

// holdCapacity adds an item for the unused part of each Capacity Reservation.
// Reservations with the same attributes fill one after the other.
func (c *cover) holdCapacity() {
	for i := range c.sheet.capacity {
		r := &c.sheet.capacity[i]
		if slices.Contains(c.sheet.ledger.Refused, r.Name) {
			continue
		}
		period := c.sheet.held(r)
		c.extend(c.hours.hourOf(period.to-1) + 1)
		it := item{
			candidate: candidate{r.Type, (&Commitment{Kind: ReservedInstance, Type: r.Type}).family(), r.Platform, r.Tenancy, vcpus{}, ""},
			owner:     account, zone: model.Zone(slices.Index(c.sheet.ledger.Zones, r.Zone)), use: -1,
			reservation: r.Name, span: period, left: make([]int64, len(c.months)),
		}
		if it.reservation == "" {
			it.reservation = "capacity-reservation"
		}
		it.units = quarters(c.sheet.book.NormalizedUnits(r.Type))
		c.fill(&it, i)
		c.items = append(c.items, it)
	}
}

// fill counts the time of a reservation that instances fill, owners in their order,
// and that none does: of n that run, those beyond what earlier reservations of
// the same attributes hold fill it.
func (c *cover) fill(it *item, reservation int) {
	r := &c.sheet.capacity[reservation]
	changes, matching := c.changes(it, reservation)
	slices.SortFunc(changes, func(a, b change) int { return cmp.Compare(a.second, b.second) })
	inside := make([]*holding, len(matching))
	for k, m := range matching {
		held := &c.items[m].held
		*held = append(*held, holding{it.reservation, make([]int64, len(c.months))})
		inside[k] = &(*held)[len(*held)-1]
	}
	running, before := make([]int64, len(matching)), int64(0)
	for i := range changes[:len(changes)-1] {
		if ch := changes[i]; ch.runs >= 0 {
			running[ch.runs] += ch.by
		} else {
			before += ch.by
		}
		for from := changes[i].second; from < changes[i+1].second; {
			h := c.hours.hourOf(from)
			to := min(changes[i+1].second, c.hours.begin(h+1))
			unused, place := r.Count, int64(0)
			for k, n := range running {
				filled := max(0, min(place+n, before+r.Count)-max(place, before))
				place += n
				unused -= filled
				inside[k].left[h] += filled * (to - from) * micro
			}
			it.left[h] += unused * (to - from) * micro
			from = to
		}
	}
}

// changes returns when the number of instances that may fill a reservation changes
// while it is held, and the items that they belong to.
func (c *cover) changes(it *item, reservation int) (changes []change, matching []int) {
	r := &c.sheet.capacity[reservation]
	changes = []change{{it.span.from, 0, -1}, {it.span.to, 0, -1}}
	add := func(period span, by int64, runs int) {
		if period = (span{max(period.from, it.span.from), min(period.to, it.span.to)}); period.from < period.to {
			changes = append(changes, change{period.from, by, runs}, change{period.to, -by, runs})
		}
	}
	for i := range c.sheet.capacity[:reservation] {
		if q := &c.sheet.capacity[i]; q.Type == r.Type && q.Platform == r.Platform && q.Tenancy == r.Tenancy && q.Zone == r.Zone && !q.Targeted && !r.Targeted {
			add(c.sheet.held(q), q.Count, -1)
		}
	}
	places := map[useKey]int{}
	for i := range c.items {
		if use := c.items[i].use; use >= 0 {
			u := &c.hours.Uses[use]
			if c.items[i].candidate == it.candidate && u.Zone == it.zone {
				places[u.key()] = len(matching)
				matching = append(matching, i)
			}
		}
	}
	for i := range c.sheet.ledger.Leases {
		if l := &c.sheet.ledger.Leases[i]; r.matches(c.sheet, l) {
			if place, found := places[keyOf(l)]; found {
				charged, _ := leaseSpan(l)
				add(charged, 1, place)
			}
		}
	}
	return changes, matching
}

// held returns when a reservation is held.
func (s *sheet) held(r *CapacityReservation) span {
	to := r.To
	if to == 0 {
		to = s.ledger.End
	}
	return billed(r.From, max(r.From, to), minute)
}

// inside returns the item as its part in one of the reservations that it fills.
func (it *item) inside(held int) *item {
	part := *it
	part.filled = it.held[held].reservation
	return &part
}

// addReserved bills what is left of an item inside reservations, On-Demand, and
// takes it out of the item.
func (s *sheet) addReserved(c *cover, it *item) {
	for k := range it.held {
		held := it.held[k].left
		for h := range it.left {
			part := int64(0)
			if h < len(held) {
				part = min(held[h], it.left[h])
				held[h] = part
			}
			it.left[h] -= part
		}
		s.addItem(c, it.inside(k), held[:min(len(held), len(it.left))], OnDemand)
	}
}
