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
		l.Tenancy == r.Tenancy && s.zone(l.Zone) == r.Zone
}

// change is a step of a number of instances.
type change struct {
	second int64
	by     int64
}

// holdCapacity adds an item for the unused part of each Capacity Reservation.
// Reservations with the same attributes fill one after the other.
func (c *cover) holdCapacity() {
	for i := range c.sheet.capacity {
		r := &c.sheet.capacity[i]
		if slices.Contains(c.sheet.ledger.Refused, r.Name) {
			continue
		}
		to := r.To
		if to == 0 {
			to = c.sheet.ledger.End
		}
		period := billed(r.From, max(r.From, to), minute)
		c.extend(c.hours.hourOf(period.to-1) + 1)
		before := int64(0)
		for j := range c.sheet.capacity[:i] {
			if q := &c.sheet.capacity[j]; q.Type == r.Type && q.Platform == r.Platform && q.Tenancy == r.Tenancy && q.Zone == r.Zone {
				before += q.Count
			}
		}
		it := item{
			candidate: candidate{r.Type, (&Commitment{Kind: ReservedInstance, Type: r.Type}).family(), r.Platform, r.Tenancy},
			owner:     account, zone: model.Zone(slices.Index(c.sheet.ledger.Zones, r.Zone)), use: -1,
			reservation: r.Name, span: period, left: make([]int64, len(c.months)),
		}
		if it.reservation == "" {
			it.reservation = "capacity-reservation"
		}
		it.units = quarters(c.sheet.book.NormalizedUnits(r.Type))
		c.idle(&it, r, before)
		c.items = append(c.items, it)
	}
}

// idle counts the time of a reservation that no instance fills: of n that run,
// those beyond the first before fill it.
func (c *cover) idle(it *item, r *CapacityReservation, before int64) {
	changes := []change{{it.span.from, 0}, {it.span.to, 0}}
	for i := range c.sheet.ledger.Leases {
		l := &c.sheet.ledger.Leases[i]
		if !r.matches(c.sheet, l) {
			continue
		}
		charged, _ := leaseSpan(l)
		charged = span{max(charged.from, it.span.from), min(charged.to, it.span.to)}
		if charged.from < charged.to {
			changes = append(changes, change{charged.from, 1}, change{charged.to, -1})
		}
	}
	slices.SortFunc(changes, func(a, b change) int { return cmp.Compare(a.second, b.second) })
	running := int64(0)
	for i := range changes[:len(changes)-1] {
		running += changes[i].by
		unused := r.Count - min(r.Count, max(0, running-before))
		for from := changes[i].second; from < changes[i+1].second; {
			h := c.hours.hourOf(from)
			to := min(changes[i+1].second, c.hours.begin(h+1))
			it.left[h] += unused * (to - from) * micro
			from = to
		}
	}
}
