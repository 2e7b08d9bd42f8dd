package catalog

import "headroom/model"

// Columns of the instance table.
const (
	columnZones = iota + 2
	columnUSD
	columnDate
	columnEstimated
	columnRatesUSD // on-demand price of the date of the reserved and spot rates
	columnRatesDate
	columnReserved // twelve: class, term, payment
)

// Columns of the instance table after the reserved rates.
const (
	columnSpotMin = columnReserved + 12 + iota
	columnSpotAverage
	columnSpotMax
	columnBucket
	columnSavings
)

// OnDemand returns the hourly On-Demand price of a type: the newest that is
// known, else an estimate.
func (c *Catalog) OnDemand(typeName string, platform model.Platform) (model.Price, bool) {
	key := typeName + "," + platform.String()
	if usd, ok := c.book[key]; ok {
		return model.Price{USD: usd, Date: bookDate}, true
	}
	r := c.row(typeName, platform)
	usd, ok := r.float(columnUSD)
	if !ok {
		return model.Price{}, false
	}
	return model.Price{USD: usd, Date: r.cell(columnDate), Estimated: r.flag(columnEstimated)}, true
}

// row returns what is known of a type with a platform.
func (c *Catalog) row(typeName string, platform model.Platform) row {
	of := c.instances
	if platform == model.RHEL || platform == model.SUSE {
		of = c.licensed()
	}
	r, _ := of.find(typeName + "," + platform.String())
	return r
}

// PriceDate returns the date of the Region's newest On-Demand price: what a
// bill's prices are as of. Other prices may be older; each carries its own date.
func (c *Catalog) PriceDate() string {
	if len(c.book) == 0 {
		return c.about.cell(4)
	}
	newest := ""
	for r := range c.instances.all() {
		if p, ok := c.OnDemand(r.cell(0), model.Linux); ok && p.Date != bookDate && !p.Estimated {
			newest = max(newest, p.Date)
		}
	}
	return newest
}

// place numbers the valid offerings as the tables order them.
func place(o model.Offering) int {
	return int(o.Class-model.Standard)*6 + int(o.Term-model.OneYear)/2*3 + int(o.Payment-model.NoUpfront)
}

// defaultDiscount is the median discount of all listed rates of an offering
// in us-east-1, for types without a rate of their own.
func defaultDiscount(offering int) float64 {
	return [12]float64{0.37, 0.40, 0.41, 0.57, 0.60, 0.62, 0.27, 0.31, 0.32, 0.50, 0.53, 0.54}[offering]
}

// Reserved returns the effective hourly rate of a Reserved Instance, with what
// is paid upfront spread over the term. Rates are older than the newest
// On-Demand price (or the price book's) and are scaled by how much that has
// changed since, so that a price cut leaves no reservation above On-Demand. A
// missing rate is the On-Demand price less the usual discount, estimated. It is
// false for a type without an On-Demand price.
func (c *Catalog) Reserved(typeName string, platform model.Platform, o model.Offering) (model.Price, bool) {
	onDemand, priced := c.OnDemand(typeName, platform)
	if !priced || !o.Valid() {
		return model.Price{}, false
	}
	offering := place(o)
	r := c.row(typeName, platform)
	rate, listed := r.float(columnReserved + offering)
	then, dated := r.float(columnRatesUSD)
	if !listed || !dated {
		return model.Price{USD: onDemand.USD * (1 - defaultDiscount(offering)), Date: onDemand.Date, Estimated: true}, true
	}
	return model.Price{USD: rate * (onDemand.USD / then), Date: r.cell(columnRatesDate)}, true
}
