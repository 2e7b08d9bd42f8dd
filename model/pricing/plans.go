package pricing

import (
	"slices"

	"headroom/model"
)

// PlanEntry describes one plan of the registry.
type PlanEntry struct {
	Name        string // as scenarios and compare write it
	Description string // one line
	// Simulated says that the plan changes what happens, so that it takes a run of
	// its own: Size is nil, and the run's ledger is billed as it is.
	Simulated bool
	// Size returns the plan that is cheapest over all replications together, beside
	// what an account has bought already.
	Size func(Plan, []*model.Ledger) Plan

	kind           CommitmentKind // that it buys; 0: none, or several
	coverageCurves func(demand) []coverageCurve
}

// Plans returns the plans that compare lists, in its order.
func Plans() []PlanEntry {
	plans := []PlanEntry{{
		Name: "on-demand", Description: "by the second, without commitment",
		Size: func(own Plan, _ []*model.Ledger) Plan { return own },
	}, {
		Name: "as-written", Description: "the purchase options and the commitments of the scenario itself", Simulated: true,
	}}
	for _, class := range []model.Class{model.Standard, model.Convertible} {
		plans = append(plans, commitmentPlans(Commitment{Kind: ReservedInstance, Class: class})...)
	}
	plans = append(plans, commitmentPlans(Commitment{Kind: EC2InstanceSavingsPlan})...)
	plans = append(plans, commitmentPlans(Commitment{Kind: ComputeSavingsPlan})...)
	return append(plans,
		PlanEntry{Name: "spot", Description: "at the Spot price of the moment, with interruptions", Simulated: true},
		PlanEntry{
			Name: "dedicated-hosts", Description: "packed on Dedicated Hosts, paid by the host",
			Size: func(plan Plan, _ []*model.Ledger) Plan {
				plan.Hosts = true
				return plan
			},
		},
		PlanEntry{
			Name: "dedicated-instances", Description: "on hardware of one account, paid by the instance and the Region",
			Size: func(plan Plan, _ []*model.Ledger) Plan {
				plan.Dedicated = true
				return plan
			},
		},
		PlanEntry{
			Name: "mixed", Description: "base reserved, then a Compute Savings Plan, the rest as launched, On-Demand and Spot",
			Size: mixed,
		})
}

// FindPlan returns the plan with that name.
func FindPlan(name string) (PlanEntry, bool) {
	plans := Plans()
	i := slices.IndexFunc(plans, func(p PlanEntry) bool { return p.Name == name })
	if i < 0 {
		return PlanEntry{}, false
	}
	return plans[i], true
}

// commitmentPlans returns the plans of a kind: both terms, all payments.
func commitmentPlans(c Commitment) []PlanEntry {
	var plans []PlanEntry
	for _, term := range []model.Term{model.OneYear, model.ThreeYears} {
		for payment := model.NoUpfront; payment <= model.AllUpfront; payment++ {
			c.Term, c.Payment = term, payment
			of := c
			coverageCurves := func(d demand) []coverageCurve { return d.coverageCurves(of) }
			plans = append(plans, PlanEntry{
				Name:        c.PlanName(),
				Description: c.Kind.String() + "s of " + c.Term.String() + ", " + c.Payment.String() + ", sized to their optimum",
				Size: func(own Plan, ledgers []*model.Ledger) Plan {
					return own.With(sizeAll(coverageCurves(own.demand(ledgers))))
				},
				kind: c.Kind, coverageCurves: coverageCurves,
			})
		}
	}
	return plans
}

// coverageCurves returns those for commitments like one, whatever its size, at what
// is paid for them.
func (d demand) coverageCurves(of Commitment) []coverageCurve {
	all := d.spend
	if of.Kind == ReservedInstance {
		all = func(of Commitment) []coverageCurve { return d.reserve(of.offering()) }
	}
	paid := all(of)
	for i := range paid {
		paid[i].fee *= d.kept
		for k := range paid[i].segments {
			paid[i].segments[k].value *= d.kept
		}
	}
	return paid
}

// Fixed returns the plan with commitments of a given size: count Reserved
// Instances of each kind of usage that can share them, or hourly dollars of a
// Savings Plan, of each family where it is for one. It is false for a plan that
// does not buy what the size is of.
func (e PlanEntry) Fixed(own Plan, ledgers []*model.Ledger, count int64, hourly model.Money) (Plan, bool) {
	if e.coverageCurves == nil {
		return Plan{}, false
	}
	var all []Commitment
	for _, a := range e.coverageCurves(own.demand(ledgers)) {
		x := hourly.USD()
		if a.whole {
			x = float64(count)
		}
		if c, any := a.sized(x); any {
			all = append(all, c)
		}
	}
	return own.With(all), true
}

// Sized says of what [PlanEntry.Fixed] takes the size: instances, or dollars.
func (e PlanEntry) Sized() (instances, dollars bool) {
	return e.kind == ReservedInstance, e.kind.savingsPlan()
}

// sizeAll returns the commitments of least cost.
func sizeAll(coverageCurves []coverageCurve) []Commitment {
	var all []Commitment
	for i := range coverageCurves {
		x, _ := coverageCurves[i].best(1)
		if c, any := coverageCurves[i].sized(x); any {
			all = append(all, c)
		}
	}
	return all
}

// mixed reserves the base for a year without upfront, then buys a Compute Savings
// Plan for what that leaves, and leaves Spot usage on Spot.
func mixed(plan Plan, ledgers []*model.Ledger) Plan {
	plan.WithoutSpot = false
	for _, of := range []Commitment{
		{Kind: ReservedInstance, Class: model.Standard, Term: model.OneYear, Payment: model.NoUpfront},
		{Kind: ComputeSavingsPlan, Term: model.OneYear, Payment: model.NoUpfront},
	} {
		plan = plan.With(sizeAll(plan.demand(ledgers).coverageCurves(of)))
	}
	return plan
}
