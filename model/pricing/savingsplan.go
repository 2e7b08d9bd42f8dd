package pricing

import (
	"cmp"
	"math/bits"
	"slices"

	"headroom/model"
)

// planRate returns what an hour of a candidate takes of a Savings Plan, rounded
// to 10⁻⁹ dollars. Those of EC2 Instance plans are derived (rules.md): they are the
// Standard rates, and not above those of Compute plans where these are estimates.
func (s *sheet) planRate(plan *Commitment, c candidate) price {
	rate := price{}
	if c.service != "" {
		rate = s.servicePlanRate(plan, c)
	} else {
		rate = c.onTenancy(s.book, newPrice(s.book.ComputePlan(c.name, c.platform, plan.offering())))
	}
	if plan.Kind == EC2InstanceSavingsPlan {
		standard := reservedRate(s.book, plan.offering(), c)
		if rate.usd == nil || standard.usd == nil || !standard.estimated || standard.usd.Cmp(rate.usd) < 0 {
			rate = standard
		}
		rate.estimated = true
	}
	if rate.usd != nil {
		rate.usd = ratio(int64(round(rate.usd)), int64(model.Dollar))
	}
	return rate
}

// offer is a candidate that a Savings Plan may cover.
type offer struct {
	candidate
	rate, list uint64 // 10⁻⁹ dollars an hour
	running    []int  // items of instances and hosts
	idle       []int  // items of unused Capacity Reservations, covered after those
}

// offers returns the candidates of a plan by falling savings percentage; among
// equals the lowest rate is first.
func (c *cover) offers(plan *Commitment) []offer {
	if plan.Kind == ComputeSavingsPlan {
		c.addServices()
	}
	var all fold[candidate, offer]
	for i := range c.items {
		it := &c.items[i]
		onHost := it.tenancy == model.TenancyHost && it.use >= 0 // paid for with its host
		if onHost || plan.Family != "" && plan.Family != it.family {
			continue
		}
		o := all.at(it.candidate)
		if it.reservation != "" {
			o.idle = append(o.idle, i)
		} else {
			o.running = append(o.running, i)
		}
	}
	var offers []offer
	for i, key := range all.keys {
		rate, list := c.sheet.planRate(plan, key), c.sheet.rateOf(key)
		if rate.usd == nil || list.usd == nil || rate.usd.Sign() == 0 || rate.usd.Cmp(list.usd) > 0 {
			continue
		}
		o := all.sums[i]
		o.candidate, o.rate, o.list = key, uint64(round(rate.usd)), uint64(round(list.usd))
		offers = append(offers, o)
	}
	slices.SortFunc(offers, func(a, b offer) int {
		return cmp.Or(compareProducts(a.rate, b.list, b.rate, a.list), cmp.Compare(a.rate, b.rate),
			cmp.Compare(a.name, b.name), cmp.Compare(a.platform, b.platform), cmp.Compare(a.tenancy, b.tenancy))
	})
	return offers
}

// compareProducts compares a × b with c × d.
func compareProducts(a, b, c, d uint64) int {
	high, low := bits.Mul64(a, b)
	high2, low2 := bits.Mul64(c, d)
	return cmp.Or(cmp.Compare(high, high2), cmp.Compare(low, low2))
}

// spend applies a Savings Plan: in each clock hour the candidates by falling
// savings percentage, until the commitment is spent.
func (c *cover) spend(commitment int) {
	plan := &c.sheet.commitments[commitment]
	offers := c.offers(plan)
	for h, last := c.window(plan); h < last; h++ {
		var budget total // 10⁻⁹ dollars an hour × microseconds
		budget.addProduct(uint64(plan.Hourly), microHour)
		for i := range offers {
			o := &offers[i]
			if c.pay(o.running, takenKey{commitment: commitment}, spending{h, o.rate, &budget}) &&
				c.pay(o.idle, takenKey{commitment: commitment}, spending{h, o.rate, &budget}) {
				continue
			}
			budget = total{} // less than a microsecond of usage
			break
		}
		c.leave(commitment, h, budget)
	}
}

// spending is the use of a commitment in a clock hour at a rate.
type spending struct {
	hour   int
	rate   uint64
	budget *total
}

// pay lets a plan pay for items in proportion to their usage, as far as it can.
// It reports whether that was all of it.
func (c *cover) pay(items []int, key takenKey, s spending) bool {
	wanted := c.usage(items, s.hour)
	affordable := s.budget.divide(s.rate)
	taken := int64(min(uint64(wanted), affordable))
	s.budget.subtractProduct(uint64(taken), s.rate)
	left, of := taken, wanted
	for _, i := range items {
		if s.hour >= len(c.items[i].left) || left == 0 {
			continue
		}
		usage := c.items[i].left[s.hour]
		high, low := bits.Mul64(uint64(left), uint64(usage))
		share, _ := bits.Div64(high, low, uint64(of))
		of -= usage
		left -= int64(share)
		if share > 0 {
			key.item = i
			c.take(key, s.hour, int64(share))
		}
	}
	return taken == wanted
}
