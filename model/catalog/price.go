package catalog

import "headroom/model"

// Price is a list price.
type Price struct {
	USD  float64 // an hour, or a unit of the service item
	Date string  // of the price list, as far as its source dates it; "book" for an overridden price
	// Estimated marks a number that AWS did not publish in a source we read: a
	// price ratio, a default discount, or a figure that nobody confirmed.
	Estimated bool
}

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
// known, else an estimate. RHEL and SUSE are priced only by a price book.
func (c *Catalog) OnDemand(typeName string, platform model.Platform) (Price, bool) {
	key := typeName + "," + platform.String()
	if usd, ok := c.book[key]; ok {
		return Price{USD: usd, Date: bookDate}, true
	}
	r, _ := c.instances.find(key)
	usd, ok := r.float(columnUSD)
	if !ok {
		return Price{}, false
	}
	return Price{USD: usd, Date: r.cell(columnDate), Estimated: r.flag(columnEstimated)}, true
}

// PriceDate returns the date of the Region's newest On-Demand price: what a
// bill's prices are as of. Other prices may be older; each carries its own date.
func (c *Catalog) PriceDate() string {
	newest := ""
	for _, t := range c.Types() {
		if p, ok := c.OnDemand(t.Name, model.Linux); ok && p.Date != bookDate && !p.Estimated {
			newest = max(newest, p.Date)
		}
	}
	return newest
}

// Class is the kind of a Reserved Instance.
type Class uint8

// Classes.
const (
	Standard Class = iota + 1
	Convertible
)

// Term is the length of a reservation in years.
type Term uint8

// Terms.
const (
	OneYear    Term = 1
	ThreeYears Term = 3
)

// Payment says how much of a reservation is paid at its beginning.
type Payment uint8

// Payments.
const (
	NoUpfront Payment = iota + 1
	PartialUpfront
	AllUpfront
)

// Offering is one way to reserve.
type Offering struct {
	Class   Class
	Term    Term
	Payment Payment
}

// index numbers the offerings as the tables order them, or is false for a value
// that is none.
func (o Offering) index() (int, bool) {
	if o.Class < Standard || o.Class > Convertible || o.Payment < NoUpfront || o.Payment > AllUpfront {
		return 0, false
	}
	if o.Term != OneYear && o.Term != ThreeYears {
		return 0, false
	}
	return int(o.Class-Standard)*6 + int(o.Term-OneYear)/2*3 + int(o.Payment-NoUpfront), true
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
func (c *Catalog) Reserved(typeName string, platform model.Platform, o Offering) (Price, bool) {
	onDemand, priced := c.OnDemand(typeName, platform)
	offering, valid := o.index()
	if !priced || !valid {
		return Price{}, false
	}
	r, _ := c.instances.find(typeName + "," + platform.String())
	rate, listed := r.float(columnReserved + offering)
	then, dated := r.float(columnRatesUSD)
	if !listed || !dated {
		return Price{USD: onDemand.USD * (1 - defaultDiscount(offering)), Date: onDemand.Date, Estimated: true}, true
	}
	return Price{USD: rate * (onDemand.USD / then), Date: r.cell(columnRatesDate)}, true
}
