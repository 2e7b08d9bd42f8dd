package pricing

import (
	"cmp"
	"math"
	"slices"

	"headroom/model"
)

// With returns the plan that buys such commitments beside those that it has.
func (p Plan) With(commitments []Commitment) Plan {
	p.Commitments = slices.Concat(p.Commitments, commitments)
	return p
}

// demand is what is left On-Demand in each replication.
type demand struct {
	book   Book
	kept   float64 // share of EC2's prices that is paid
	covers []*cover
	hours  float64 // clock hours of all replications
}

// demand returns what the commitments of the plan leave.
func (p Plan) demand(ledgers []*model.Ledger) demand {
	d := demand{book: p.Book, kept: 1 - p.Negotiated[EC2]}
	for _, ledger := range ledgers {
		c := newCover(p.sheet(ledger).home())
		c.discount()
		d.covers = append(d.covers, c)
		d.hours += float64(c.inForce)
	}
	return d
}

// groupKey is usage that Reserved Instances may share: a family where sizes are
// flexible, else a candidate.
type groupKey struct {
	candidate
	flexible bool
}

func (it *item) group() groupKey {
	if sizeFlexible(it.family, it.platform, it.tenancy) && it.units > 0 {
		return groupKey{candidate{family: it.family, platform: it.platform, tenancy: it.tenancy}, true}
	}
	return groupKey{it.candidate, false}
}

// reserve returns the coverageCurves for Reserved Instances of an offering, one per
// group of usage, in a fixed order.
func (d demand) reserve(o model.Offering) []coverageCurve {
	groups := map[groupKey]*coverageCurve{}
	var keys []groupKey
	for _, c := range d.covers {
		for i := range c.items {
			it := &c.items[i]
			if it.tenancy == model.TenancyHost || it.service != "" || it.empty(c.inForce) {
				continue
			}
			rate := reservedRate(d.book, o, it.candidate)
			list := c.sheet.rateOf(it.candidate)
			if rate.usd == nil || list.usd == nil {
				continue
			}
			key := it.group()
			a := groups[key]
			if a == nil {
				a = &coverageCurve{whole: true, hours: d.hours, runs: float64(len(d.covers))}
				groups[key] = a
				keys = append(keys, key)
			}
			a.consider(d.book, o, it)
		}
	}
	slices.SortFunc(keys, func(a, b groupKey) int {
		return cmp.Or(cmp.Compare(a.family, b.family), cmp.Compare(a.name, b.name),
			cmp.Compare(a.platform, b.platform), cmp.Compare(a.tenancy, b.tenancy))
	})
	var all []coverageCurve
	for _, key := range keys {
		for _, c := range d.covers {
			groups[key].addHours(c, key)
		}
		all = append(all, *groups[key])
	}
	return all
}

// consider makes an item's type the one to reserve if it is the cheapest per
// normalized unit so far; of equal ones the smallest.
func (a *coverageCurve) consider(book Book, o model.Offering, it *item) {
	c := Commitment{
		Kind: ReservedInstance, Class: o.Class, Term: o.Term, Payment: o.Payment,
		Type: it.name, Platform: it.platform, Tenancy: it.tenancy,
	}
	rate := float(c.rate(book).usd)
	if a.of.Kind != 0 && c.flexible() {
		units, best := book.NormalizedUnits(c.Type), book.NormalizedUnits(a.of.Type)
		cheaper := cmp.Or(compareNearly(rate/units, a.fee/best), cmp.Compare(units, best), cmp.Compare(c.Type, a.of.Type))
		if cheaper >= 0 {
			return
		}
	}
	a.of, a.fee = c, rate
}

// size is the usage of one candidate in a group.
type size struct {
	items         []int
	length, value float64 // of a microsecond in Reserved Instances; of one hour of them
}

// sizes returns the candidates of a group, smallest first.
func (a *coverageCurve) sizes(c *cover, key groupKey) []size {
	var sums fold[candidate, size]
	for _, i := range c.bySize() {
		it := &c.items[i]
		list := c.sheet.rateOf(it.candidate)
		weight, of := a.of.weights(c.sheet.book, it)
		if it.group() != key || list.usd == nil || weight == 0 {
			continue
		}
		s := sums.at(it.candidate)
		s.items = append(s.items, i)
		s.length = float64(weight) / (float64(of) * microHour)
		s.value = float(list.usd) * float64(of) / float64(weight)
	}
	return sums.sums
}

// addHours adds a segment per clock hour and size of a group: Reserved Instances
// cover the smallest first.
func (a *coverageCurve) addHours(c *cover, key groupKey) {
	sizes := a.sizes(c, key)
	for h := range c.inForce {
		from := 0.0
		for _, s := range sizes {
			if length := float64(c.usage(s.items, h)) * s.length; length > 0 {
				a.segments = append(a.segments, segment{from, from + length, s.value})
				from += length
			}
		}
	}
}

// usage returns what is left of some items in a clock hour.
func (c *cover) usage(items []int, h int) int64 {
	var micros int64
	for _, i := range items {
		if h < len(c.items[i].left) {
			micros += c.items[i].left[h]
		}
	}
	return micros
}

func (it *item) empty(hours int) bool {
	for h := range min(hours, len(it.left)) {
		if it.left[h] > 0 {
			return false
		}
	}
	return true
}

// spend returns the coverageCurves for Savings Plans: one for Compute, one per family
// for EC2 Instance.
func (d demand) spend(plan Commitment) []coverageCurve {
	families := []string{""}
	if plan.Kind == EC2InstanceSavingsPlan {
		families = nil
		for _, c := range d.covers {
			for i := range c.items {
				if c.items[i].service == "" {
					families = append(families, c.items[i].family)
				}
			}
		}
		slices.Sort(families)
		families = slices.Compact(families)
	}
	var all []coverageCurve
	for _, family := range families {
		plan.Family = family
		a := coverageCurve{of: plan, fee: 1, hours: d.hours, runs: float64(len(d.covers))}
		for _, c := range d.covers {
			a.addOffers(c)
		}
		if len(a.segments) > 0 {
			all = append(all, a)
		}
	}
	return all
}

// addOffers adds a segment per clock hour and candidate of a Savings Plan, by
// falling savings percentage.
func (a *coverageCurve) addOffers(c *cover) {
	offers := c.offers(&a.of)
	for h := range c.inForce {
		from := 0.0
		for i := range offers {
			o := &offers[i]
			micros := c.usage(o.running, h) + c.usage(o.idle, h)
			if micros > 0 {
				length := float64(micros) / microHour * model.Money(o.rate).USD()
				a.segments = append(a.segments, segment{from, from + length, float64(o.list) / float64(o.rate)})
				from += length
			}
		}
	}
}

// compareNearly compares prices, taking those as equal that differ by rounding.
func compareNearly(a, b float64) int {
	if math.Abs(a-b) <= 1e-9*max(a, b) {
		return 0
	}
	return cmp.Compare(a, b)
}
