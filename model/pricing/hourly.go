package pricing

import (
	"slices"
	"time"

	"headroom/model"
)

// Hourly is what commitments cover in each clock hour, in dollars.
type Hourly struct {
	First time.Time // beginning of the first clock hour
	// Usage is what commitments may cover, at On-Demand prices, and Covered what they do.
	Usage, Covered []float64
	Unused         []float64 // of the commitments, at their own rates
}

// Hourly returns what the plan's commitments cover of a ledger's usage hour by hour.
func (p Plan) Hourly(ledger *model.Ledger) Hourly {
	c := newCover(p.sheet(ledger).home())
	c.settle()
	if slices.ContainsFunc(c.sheet.commitments, func(of Commitment) bool { return of.Kind == ComputeSavingsPlan }) {
		c.addServices()
	}
	c.idle = make([]float64, len(c.months))
	h := Hourly{First: c.hours.First, Usage: c.worth(), Unused: c.idle}
	c.apply()
	h.Covered = c.worth()
	for i := range h.Covered {
		h.Covered[i] = h.Usage[i] - h.Covered[i]
	}
	return h
}

// worth returns what is left of the usage in each clock hour, at On-Demand prices.
func (c *cover) worth() []float64 {
	all := make([]float64, len(c.months))
	for i := range c.items {
		it := &c.items[i]
		list := c.sheet.rateOf(it.candidate)
		if list.usd == nil {
			continue
		}
		rate := float(list.usd) / microHour
		for h, micros := range it.left {
			all[h] += rate * float64(micros)
		}
	}
	return all
}
