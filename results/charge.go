package results

import (
	"cmp"
	"slices"
	"time"

	"headroom/model"
	"headroom/model/pricing"
	"headroom/sim"
	"headroom/sim/stat"
)

// Charge is a line of the invoice: the mean over replications of the lines with
// the same SKU, owner, zone, way of buying and month. In a replication without
// such a line it costs nothing.
type Charge struct {
	Service      pricing.Service
	SKU          string
	Description  string
	Option       pricing.Option
	Owner        string // table of the scenario; "" for the account
	ResourceType string
	Region       string
	Zone         string
	From, To     sim.Time  // earliest and latest over replications
	Month        time.Time // first instant of the billing period

	Consumed     float64
	ConsumedUnit string
	Priced       float64
	PricedUnit   string
	Cost         stat.Estimate // dollars
	List         float64       // dollars, at On-Demand list prices
	Estimated    bool          // the price is an estimate
}

// chargeKey says which lines of different replications are the same charge.
type chargeKey struct {
	service                  pricing.Service
	sku, owner, zone, option string
	month                    int64
}

// charges means the invoices of replications line by line. Their order is that
// of each invoice: by owner as the scenario lists them, the account first.
func charges(measured []*measurement) []Charge {
	index := map[chargeKey]int{}
	var all []Charge
	var costs [][]float64 // by charge, then replication
	for k, m := range measured {
		for i := range m.lines {
			line := &m.lines[i]
			key := chargeKey{line.Service, line.SKU, line.Owner, line.Zone, string(line.Option), line.Month.Unix()}
			at, known := index[key]
			if !known {
				at = len(all)
				index[key] = at
				all = append(all, newCharge(line))
				costs = append(costs, make([]float64, len(measured)))
			}
			all[at].add(line)
			costs[at][k] += line.Billed.USD()
		}
	}
	for i := range all {
		all[i].Cost = stat.Interval(costs[i], confidence)
		all[i].Consumed /= float64(len(measured))
		all[i].Priced /= float64(len(measured))
		all[i].List /= float64(len(measured))
	}
	sortCharges(all, measured[0].owners)
	return all
}

func newCharge(l *pricing.Line) Charge {
	return Charge{
		Service: l.Service, SKU: l.SKU, Description: l.Description, Option: l.Option, Owner: l.Owner,
		ResourceType: l.ResourceType, Region: l.Region, Zone: l.Zone, From: l.From, To: l.To, Month: l.Month,
		ConsumedUnit: l.ConsumedUnit, PricedUnit: l.PricedUnit,
	}
}

func (c *Charge) add(l *pricing.Line) {
	c.From, c.To = min(c.From, l.From), max(c.To, l.To)
	c.Consumed += l.Consumed
	c.Priced += l.Priced
	c.List += l.List.USD()
	c.Estimated = c.Estimated || l.Estimated
}

func sortCharges(all []Charge, owners []string) {
	rank := make(map[string]int, len(owners))
	for i, name := range owners {
		rank[name] = i + 1
	}
	slices.SortStableFunc(all, func(a, b Charge) int {
		return cmp.Or(
			cmp.Compare(rank[a.Owner], rank[b.Owner]),
			cmp.Compare(a.SKU, b.SKU),
			cmp.Compare(a.Zone, b.Zone),
			a.Month.Compare(b.Month),
			cmp.Compare(a.Option, b.Option),
		)
	})
}

// Subtotal is what one service charges for what was bought in one way, and its
// share of the total.
type Subtotal struct {
	Service pricing.Service
	Option  pricing.Option
	Cost    stat.Estimate // dollars
	Share   float64       // of the mean total
}

// subtotals sums the lines by service, then way of buying, in the order in
// which the packages list them.
func subtotals(measured []*measurement) []Subtotal {
	var all []Subtotal
	total := 0.0
	for _, service := range pricedServices() {
		for _, option := range purchaseOptions() {
			costs := make([]float64, len(measured))
			charged := false
			for k, m := range measured {
				var sum model.Money
				for i := range m.lines {
					if l := &m.lines[i]; l.Service == service && l.Option == option {
						sum += l.Billed
						charged = true
					}
				}
				costs[k] = sum.USD()
			}
			if charged {
				s := Subtotal{Service: service, Option: option, Cost: stat.Interval(costs, confidence)}
				total += s.Cost.Value
				all = append(all, s)
			}
		}
	}
	for i := range all {
		if total > 0 {
			all[i].Share = all[i].Cost.Value / total
		}
	}
	return all
}
