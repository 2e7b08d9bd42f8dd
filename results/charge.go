package results

import (
	"math"
	"slices"

	"headroom/model"
	"headroom/model/pricing"
	"headroom/sim/stat"
)

// Charge is a line of the invoice: the mean over replications of the lines with
// the same SKU, owner, zone, way of buying and month. In a replication without
// such a line it costs nothing.
type Charge struct {
	// Line holds means over all replications; From and To are the earliest and
	// the latest.
	pricing.Line
	Cost stat.Estimate // effective dollars: what is paid upfront is spread over its term
}

// chargeKey says which lines of different replications are the same charge.
type chargeKey struct {
	sku, owner, zone              string
	service                       pricing.Service
	option                        pricing.Option
	category                      pricing.Category
	frequency                     pricing.Frequency
	discount, status, reservation string
	month                         int64
}

func keyOf(l *pricing.Line) chargeKey {
	return chargeKey{
		sku: l.SKU, owner: l.Owner, zone: l.Zone, service: l.Service, option: l.Option, category: l.Category, frequency: l.Frequency,
		discount: l.Discount.Name, status: l.Discount.Status, reservation: l.Reservation, month: l.Month.Unix(),
	}
}

// Charges means invoices of replications line by line. Owners order them, as a
// ledger lists them.
func Charges(invoices []*pricing.Invoice, owners []string) []Charge {
	measured := make([]*Measurement, len(invoices))
	for i, invoice := range invoices {
		measured[i] = &Measurement{lines: invoice.Lines, owners: owners}
	}
	return charges(measured)
}

// charges means the invoices of replications line by line. Their order is that
// of each invoice: by owner as the scenario lists them, the account first.
func charges(measured []*Measurement) []Charge {
	index := map[chargeKey]int{}
	var all []Charge
	var costs [][]float64 // by charge, then replication
	for k, m := range measured {
		for i := range m.lines {
			line := &m.lines[i]
			key := keyOf(line)
			at, known := index[key]
			if !known {
				at = len(all)
				index[key] = at
				all = append(all, Charge{Line: *line})
				costs = append(costs, make([]float64, len(measured)))
			} else {
				all[at].add(line)
			}
			costs[at][k] += line.Effective.USD()
		}
	}
	for i := range all {
		all[i].Cost = stat.Interval(costs[i], Confidence)
		all[i].mean(len(measured))
	}
	sortCharges(all, measured[0].owners)
	return all
}

// add sums a line of another replication up.
func (c *Charge) add(l *pricing.Line) {
	c.From, c.To = min(c.From, l.From), max(c.To, l.To)
	c.Consumed += l.Consumed
	c.Priced += l.Priced
	c.List += l.List
	c.Contracted += l.Contracted
	c.Billed += l.Billed
	c.Effective += l.Effective
	c.Discount.Quantity += l.Discount.Quantity
	c.Estimated = c.Estimated || l.Estimated
}

// mean turns sums over n replications into means, and prices into those of the
// mean.
func (c *Charge) mean(n int) {
	if n == 1 {
		return
	}
	each := float64(n)
	c.Consumed /= each
	c.Priced /= each
	c.Discount.Quantity /= each
	for _, sum := range []*model.Money{&c.List, &c.Contracted, &c.Billed, &c.Effective} {
		*sum = model.Money(math.Round(float64(*sum) / each))
	}
	if paid := c.Effective; c.Priced > 0 && c.Discount.Kind == 0 {
		c.UnitPrice = paid.USD() / c.Priced // Spot prices differ
	}
}

func sortCharges(all []Charge, owners []string) {
	order := pricing.Order(owners)
	slices.SortStableFunc(all, func(a, b Charge) int { return order(&a.Line, &b.Line) })
}

// Subtotal is what one service charges for what was bought in one way, and its
// share of the total.
type Subtotal struct {
	Service pricing.Service
	Option  pricing.Option
	Unused  bool          // what was committed and nobody used
	Cost    stat.Estimate // dollars
	Share   float64       // of the mean total
}

// subtotalKey tells subtotals apart.
type subtotalKey struct {
	service pricing.Service
	option  pricing.Option
	unused  bool // what was committed and nobody used
}

// subtotals sums the lines by service, then way of buying, in the order in
// which the packages list them.
func subtotals(measured []*Measurement) []Subtotal {
	sums := map[subtotalKey][]model.Money{} // by replication
	for k, m := range measured {
		for i := range m.lines {
			l := &m.lines[i]
			if l.Category != pricing.Usage {
				continue
			}
			key := subtotalKey{l.Service, l.Option, l.Discount.Status == "Unused"}
			if sums[key] == nil {
				sums[key] = make([]model.Money, len(measured))
			}
			sums[key][k] += l.Effective
		}
	}
	var all []Subtotal
	total := 0.0
	for _, service := range pricing.Services() {
		for _, option := range pricing.Options() {
			for _, unused := range []bool{false, true} {
				if sum := sums[subtotalKey{service, option, unused}]; sum != nil {
					s := Subtotal{Service: service, Option: option, Unused: unused, Cost: intervalOf(sum)}
					total += s.Cost.Value
					all = append(all, s)
				}
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

// intervalOf is the estimate of what each replication costs.
func intervalOf(sums []model.Money) stat.Estimate {
	costs := make([]float64, len(sums))
	for k, sum := range sums {
		costs[k] = sum.USD()
	}
	return stat.Interval(costs, Confidence)
}
