package pricing

import (
	"math"

	"headroom/model"
)

// Currency is one that invoices may be written in, and what a dollar is worth in
// it.
type Currency struct {
	Code   string
	PerUSD float64
}

// USDollar is the currency of all price lists.
var USDollar = Currency{Code: "USD", PerUSD: 1}

// In returns the line with its amounts in another currency than dollars, each
// rounded to 10⁻⁹ of it.
func (l Line) In(c Currency) Line {
	if c.PerUSD == 1 {
		return l
	}
	for _, amount := range []*model.Money{&l.List, &l.Contracted, &l.Billed, &l.Effective} {
		*amount = model.Money(math.Round(float64(*amount) * c.PerUSD))
	}
	l.UnitPrice *= c.PerUSD
	l.ListPrice *= c.PerUSD
	return l
}
