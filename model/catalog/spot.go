package catalog

import "headroom/model"

// Defaults where no source names the market of a type, both the model's: Spot
// costs 35 % of On-Demand, and 5 to 10 % are interrupted a month.
const (
	defaultSpotRatio = 0.35
	defaultBucket    = 1
)

// spotRatio returns the mean Spot price over the On-Demand price of the same
// date, and the date; "" where it is the default.
func spotRatio(r row) (ratio float64, date string) {
	average, averaged := r.float(columnSpotAverage)
	onDemand, dated := r.float(columnRatesUSD)
	if averaged && dated {
		return average / onDemand, r.cell(columnRatesDate)
	}
	if percent, ok := r.float(columnSavings); ok {
		return 1 - percent/100, "2025-06-28" // the Spot Advisor's
	}
	return defaultSpotRatio, ""
}

// SpotMeanRatio returns the long-run mean of a type's Spot price as a fraction
// of its On-Demand price: what the price walk reverts to. It may exceed 1.
func (c *Catalog) SpotMeanRatio(typeName string, platform model.Platform) float64 {
	r := c.row(typeName, platform)
	ratio, _ := spotRatio(r)
	return ratio
}

// SpotAverage returns the long-run mean of a type's hourly Spot price: the
// [Catalog.SpotMeanRatio] of today's On-Demand price. It is false for a type
// that has no On-Demand price or is not sold as Spot.
func (c *Catalog) SpotAverage(typeName string, platform model.Platform) (model.Price, bool) {
	onDemand, priced := c.OnDemand(typeName, platform)
	about, _ := types().find(typeName)
	if !priced || !about.flag(columnTypeSpot) {
		return model.Price{}, false
	}
	r := c.row(typeName, platform)
	ratio, date := spotRatio(r)
	if date == "" {
		return model.Price{USD: ratio * onDemand.USD, Date: onDemand.Date, Estimated: true}, true
	}
	return model.Price{USD: ratio * onDemand.USD, Date: date, Estimated: onDemand.Estimated}, true
}

// columnTypeSpot is the column of the type table that says whether a type is
// sold as Spot.
const columnTypeSpot = 12

// InterruptionBucket returns the Spot Advisor's monthly interruption frequency
// of a type: 0 below 5 %, 1 to 10 %, 2 to 15 %, 3 to 20 %, 4 above. It is 1
// where the advisor is silent.
func (c *Catalog) InterruptionBucket(typeName string, platform model.Platform) int {
	r := c.row(typeName, platform)
	cell := r.cell(columnBucket)
	if cell == "" {
		return defaultBucket
	}
	return mustInt(cell)
}
