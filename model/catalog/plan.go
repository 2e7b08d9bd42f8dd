package catalog

import (
	"strings"

	"headroom/model"
)

const planColumns = "type,ondemand,1y_no,1y_partial,1y_all,3y_no,3y_partial,3y_all"

// Columns of the table of Compute Savings Plans.
const (
	columnPlanOnDemand = iota + 1
	columnPlanRates    // six: term, payment
)

const (
	plansRegion = "us-east-1"
	plansDate   = "2026-09-24"
)

// ComputePlan returns the rate of an hour of a Compute Savings Plan, with what is
// paid upfront spread over the term; the class of the offering has no meaning.
// Rates are published for some Linux types of us-east-1 and move with the
// On-Demand price of a price book. Where there is none it is the Convertible
// Reserved Instance's (equal in 659 of 666 published rates), of a family without
// Reserved Instances the share of the On-Demand price that a size of it has in
// us-east-1, and else the usual discount: estimated.
func (c *Catalog) ComputePlan(typeName string, platform model.Platform, o model.Offering) (model.Price, bool) {
	o.Class = model.Convertible
	onDemand, priced := c.OnDemand(typeName, platform)
	if !priced || !o.Valid() {
		return model.Price{}, false
	}
	if platform == model.Linux && c.region == plansRegion {
		if r, ok := plans().find(typeName); ok {
			if share, ok := planShare(r, o); ok {
				return model.Price{USD: share * onDemand.USD, Date: plansDate, Estimated: onDemand.Estimated}, true
			}
		}
	}
	rate, ok := c.Reserved(typeName, platform, o)
	if ok && rate.Estimated && platform == model.Linux {
		family, _, _ := strings.Cut(typeName, ".")
		for line := range plans().withPrefix(family + ".") {
			if share, ok := planShare(line, o); ok {
				return model.Price{USD: share * onDemand.USD, Date: plansDate, Estimated: true}, true
			}
		}
	}
	rate.Estimated = true
	return rate, ok
}

// planShare returns a rate as a share of the On-Demand price of its date.
func planShare(r row, o model.Offering) (float64, bool) {
	rate, ok := r.float(columnPlanRates + place(o)%6)
	list, dated := r.float(columnPlanOnDemand)
	if !ok || !dated || list == 0 {
		return 0, false
	}
	return rate / list, true
}
