package pricing

import (
	"math"
	"slices"
	"strings"

	"headroom/model"
)

// Figures are what one plan shows on one ledger, beside its cost On-Demand.
type Figures struct {
	Cost     model.Money // for the run, upfront payments spread over their terms
	OnDemand model.Money // what the same costs without commitments
	Saving   float64     // share of OnDemand that the plan saves; negative if it costs more
	// EffectiveHourly is dollars per instance-hour, unused commitments and hosts
	// included; NaN without instances.
	EffectiveHourly float64
	Upfront         model.Money // paid when the commitments' terms begin
	// Coverage is the share of the usage that commitments may cover, at On-Demand
	// prices, that they do cover. NaN if there is none.
	Coverage float64
	// Utilization is the share of the commitments' cost that covers usage. NaN
	// without commitments, as are the break-evens.
	Utilization float64
	// BreakEvenUtilization is the utilization at which the commitments cost what
	// they replace.
	BreakEvenUtilization float64
	// BreakEvenMonth is the time in months of 730 h, from the beginning of the term,
	// from which the commitments have cost less than what they replace, if usage
	// goes on as in the run. It is +Inf if they never do within their term.
	BreakEvenMonth float64
}

// hoursPerMonth is a twelfth of a year's 8,760 hours.
const hoursPerMonth = 730

// Figures returns what the plan shows, from its invoice and from that of the same
// ledger without commitments.
func (p Plan) Figures(invoice, onDemand Invoice) Figures {
	f := Figures{Cost: invoice.Cost(), OnDemand: onDemand.Cost()}
	f.Saving = 1 - float64(f.Cost)/float64(f.OnDemand)
	var compute, used, unused, replaced, open model.Money
	var instanceHours float64
	beside := slices.ContainsFunc(p.Commitments, func(c Commitment) bool { return c.Kind == ComputeSavingsPlan })
	for i := range invoice.Lines {
		l := &invoice.Lines[i]
		if l.Category != Usage || l.Service != EC2 && !(beside && ofComputePlans(l)) {
			continue
		}
		if l.Service == EC2 {
			compute += l.Effective
		}
		if l.Instances {
			instanceHours += l.Priced
		}
		switch {
		case l.Discount.Status == "Used":
			used += l.Effective
			replaced += l.Contracted
		case l.Discount.Status == "Unused":
			unused += l.Effective
		case l.Option == OnDemand && (l.Service != EC2 || l.ConsumedUnit == "Seconds" && l.ResourceType != ""):
			open += l.Contracted
		}
	}
	f.EffectiveHourly = compute.USD() / instanceHours
	f.Coverage = float64(replaced) / float64(replaced+open)
	f.Utilization = float64(used) / float64(used+unused)
	f.BreakEvenUtilization = float64(used) / float64(replaced)
	for i := range p.Commitments {
		f.Upfront += model.Money(math.Round(float64(p.Commitments[i].due(p.Book)) * (1 - p.Negotiated[EC2])))
	}
	f.BreakEvenMonth = p.breakEvenMonth(replaced.USD(), (used + unused).USD())
	return f
}

// ofComputePlans reports whether a line is usage of tasks or functions that a Compute Savings
// Plan covers, or may cover: neither storage nor calls, nor what is free. Those of functions
// that are provided are GB-seconds, too.
func ofComputePlans(l *Line) bool {
	of := func(item string) bool { return strings.Contains(l.SKU, item) }
	switch l.Service {
	case Fargate:
		return of("vcpu_linux_") || of("memory_linux_")
	case Lambda:
		return of(onDemandSeconds) || of(readySeconds)
	}
	return false
}

// breakEvenMonth returns the month from which commitments that cost so much in
// the run, upfront spread, have cost less than what they replaced in it.
func (p Plan) breakEvenMonth(replaced, cost float64) float64 {
	if cost == 0 {
		return math.NaN()
	}
	var hourly, recurring, upfront, term float64
	for i := range p.Commitments {
		c := &p.Commitments[i]
		rate := c.rate(p.Book).usd
		if rate == nil {
			continue
		}
		units := float(c.quantity())
		hourly += float(rate) * units
		recurring += float(c.recurring(rate)) * units
		upfront += float(c.upfront(rate))
		term = max(term, float64(c.Term.Hours()))
	}
	gain := replaced/cost*hourly - recurring // each hour
	switch {
	case gain < 0 || gain == 0 && upfront > 0:
		return math.Inf(1)
	case upfront == 0:
		return 0
	case upfront/gain > term:
		return math.Inf(1)
	}
	return upfront / gain / hoursPerMonth
}
