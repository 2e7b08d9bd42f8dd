package results

import (
	"context"

	"headroom/model/cloud"
	"headroom/model/pricing"
)

// Experiment measures a scenario one replication at a time, for whoever decides
// between them whether to go on. It is safe for concurrent use.
type Experiment struct {
	cfg    *cloud.Config
	plan   pricing.Plan
	layout *layout
}

// NewExperiment prepares the replications of a scenario, which a plan bills.
func NewExperiment(cfg *cloud.Config, plan pricing.Plan) *Experiment {
	return &Experiment{cfg: cfg, plan: plan, layout: newLayout(cfg)}
}

// Keys returns the keys of the metrics that a replication measures, with their
// units, in the order of the values.
func (e *Experiment) Keys() (keys, units []string) {
	for _, entry := range e.layout.entries {
		keys = append(keys, entry.key)
		units = append(units, entry.metric.Unit)
	}
	return keys, units
}

// Replicate simulates one replication and returns its value of every metric; NaN
// stands for none observed.
func (e *Experiment) Replicate(ctx context.Context, replication int) ([]float64, error) {
	world, err := cloud.New(e.cfg, replication)
	if err != nil {
		return nil, err
	}
	outcome, err := world.Run(ctx)
	if err != nil {
		return nil, err
	}
	invoice := e.plan.Bill(outcome.Ledger)
	return e.Measure(outcome, &invoice), nil
}

// Measure returns the value of every metric of a replication that was simulated
// and billed; NaN stands for none observed.
func (e *Experiment) Measure(outcome *cloud.Outcome, invoice *pricing.Invoice) []float64 {
	parts := make([]part, len(e.layout.scopes))
	for i, s := range e.layout.scopes {
		parts[i] = part{scope: s, outcome: outcome, invoice: invoice}
	}
	values := make([]float64, len(e.layout.entries))
	for i, entry := range e.layout.entries {
		values[i] = entry.metric.read(&parts[entry.scope])
	}
	return values
}
