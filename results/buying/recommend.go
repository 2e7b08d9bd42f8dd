package buying

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"headroom/model/cloud"
	"headroom/model/pricing"
	"headroom/results"
	"headroom/sim/stat"
)

// Advice is what to commit to.
type Advice struct {
	Scenario     string
	Seed         uint64
	Replications int
	Interrupted  bool // before all was simulated and sized
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
// shows per clock hour. If ctx is done first, the advice is of the replications that had
// finished and of the plans that could be sized soon, is marked Interrupted, and the error
// wraps the cause; there is none without any.
func Recommend(ctx context.Context, cfg *cloud.Config, o Options) (*Advice, error) {
	r := runner{options: o}
	runs, stopped := r.simulate(ctx, "", cfg)
	if len(runs) == 0 || stopped != nil && ctx.Err() == nil {
		return nil, stopped
	}
	offers, late := sizedSoon(ctx, o, runs)
	if stopped == nil {
		stopped = late
	}
	if stopped != nil && len(offers) == 0 {
		return nil, stopped
	}
	a := &Advice{Scenario: cfg.Name, Seed: cfg.Seed, Replications: len(runs), Config: cfg}
	if stopped != nil {
		a.Interrupted = true
		a.Warnings = append(a.Warnings, interruptedAdvice(o, len(runs), offers))
	}
	if len(runs) == 1 {
		a.Warnings = append(a.Warnings, "one replication: no intervals, and one demand only; `--replications 10` gives more")
	}
	a.Warnings = append(a.Warnings, derivedRates)
	baseline := bill(o.Account, runs)
	a.OnDemand = observed(baseline, func(_ int, v **pricing.Invoice) float64 { return (*v).Cost().USD() })
	for _, rec := range offers {
		invoices := bill(o.Account.With(rec.Commitments), runs)
		a.Offers = append(a.Offers, Offer{
			Recommendation: rec,
			Bill:           observed(invoices, func(_ int, v **pricing.Invoice) float64 { return (*v).Cost().USD() }),
			Saving: observed(invoices, func(i int, v **pricing.Invoice) float64 {
				return 1 - (*v).Cost().USD()/baseline[i].Cost().USD()
			}),
		})
	}
	return a, stopped
}

// sizedSoon sizes each plan to what was used, the cheapest first. Once ctx is done it goes
// on for as long as [Compare] would; the error says that not all are there.
func sizedSoon(ctx context.Context, o Options, runs []*replication) (offers []pricing.Recommendation, late error) {
	var over time.Time
	if ctx.Err() != nil {
		over = time.Now().Add(priceTime)
	}
	wanted := sizedPlans(&o)
	if len(wanted) == 0 {
		return nil, nil
	}
	for offer := range pricing.Recommendations(o.Account, ledgers(runs), wanted...) {
		offers = append(offers, offer)
		switch {
		case ctx.Err() == nil || len(offers) == len(wanted):
			continue
		case over.IsZero():
			over = time.Now().Add(priceTime)
		}
		if time.Now().After(over) {
			late = context.Cause(ctx)
			break
		}
	}
	pricing.SortByCost(offers)
	return offers, late
}

// sizedPlans are those that commit and are wanted.
func sizedPlans(o *Options) (names []string) {
	for _, p := range pricing.Plans() {
		if instances, dollars := p.Sized(); (instances || dollars) && o.wants(p.Name) {
			names = append(names, p.Name)
		}
	}
	return names
}

// interruptedAdvice says what there is, and what is missing.
func interruptedAdvice(o Options, finished int, offers []pricing.Recommendation) string {
	text := fmt.Sprintf("interrupted: %d of %d replications finished", finished, o.Replications)
	missing := slices.DeleteFunc(sizedPlans(&o), func(name string) bool {
		return slices.ContainsFunc(offers, func(r pricing.Recommendation) bool { return r.Plan == name })
	})
	if len(missing) > 0 {
		text += "; missing: " + results.Listed(missing)
	}
	return text
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
