package buying

import (
	"context"
	"errors"
	"fmt"

	"headroom/model/cloud"
	"headroom/model/pricing"
	"headroom/sim/stat"
)

// Advice is what to commit to.
type Advice struct {
	Scenario     string
	Seed         uint64
	Replications int
	Config       *cloud.Config
	PriceDate    string        // of the newest list prices; empty: not known
	OnDemand     stat.Estimate // dollars, without new commitments
	Offers       []Offer       // the cheapest first
	Warnings     []string
}

// Offer is one plan at its optimum. Its own dollars are those of the whole bill;
// those of the recommendation are of the usage that it may cover.
type Offer struct {
	pricing.Recommendation
	Bill   stat.Estimate // dollars
	Saving stat.Estimate // share of the bill without it, paired
}

// Recommend sizes commitments to the expected cost of the demand that a scenario
// shows per clock hour. There is none if ctx is done first: to size takes as long as to
// simulate.
func Recommend(ctx context.Context, cfg *cloud.Config, o Options) (*Advice, error) {
	r := runner{options: o}
	runs, err := r.simulate(ctx, cfg)
	if err != nil {
		return nil, err
	}
	a := &Advice{Scenario: cfg.Name, Seed: cfg.Seed, Replications: o.Replications, Config: cfg}
	if o.Replications == 1 {
		a.Warnings = append(a.Warnings, "one replication: no intervals, and one demand only; `--replications 10` gives more")
	}
	a.Warnings = append(a.Warnings, derivedRates)
	baseline := bill(o.Account, runs)
	a.OnDemand = observed(baseline, func(_ int, v **pricing.Invoice) float64 { return (*v).Cost().USD() })
	for _, rec := range pricing.Recommend(o.Account, ledgers(runs), o.Plans...) {
		invoices := bill(o.Account.With(rec.Commitments), runs)
		a.Offers = append(a.Offers, Offer{
			Recommendation: rec,
			Bill:           observed(invoices, func(_ int, v **pricing.Invoice) float64 { return (*v).Cost().USD() }),
			Saving: observed(invoices, func(i int, v **pricing.Invoice) float64 {
				return 1 - (*v).Cost().USD()/baseline[i].Cost().USD()
			}),
		})
	}
	return a, nil
}

// CheckCommitments returns what is wrong with names of plans that should buy
// commitments.
func CheckCommitments(plans []string) error {
	if err := CheckPlans(plans); err != nil {
		return nil // said by others
	}
	var faults []error
	for _, name := range plans {
		entry, _ := pricing.FindPlan(name)
		if instances, dollars := entry.Sized(); !instances && !dollars {
			faults = append(faults, fmt.Errorf("--plans: must be plans of Reserved Instances or Savings Plans, got %q", name))
		}
	}
	return errors.Join(faults...)
}
