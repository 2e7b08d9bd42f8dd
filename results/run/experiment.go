package run

import (
	"context"
	"errors"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/pricing"
	"headroom/results"
	"headroom/scenarios/tables"
	"headroom/sim"
	"headroom/sim/memory"
)

// Experiment is a scenario that can be simulated, and the plan that bills it. It
// is immutable and safe for concurrent use.
type Experiment struct {
	cfg   *cloud.Config
	plan  pricing.Plan
	meter *results.Meter

	limits []model.Threshold
}

// New prepares the replications of a config, which a plan bills; without a price
// book their invoices are empty. What limits are set to is measured also where it is nothing.
func New(cfg *cloud.Config, plan pricing.Plan, limits ...model.Threshold) *Experiment {
	return &Experiment{cfg: cfg, plan: plan, meter: results.NewMeter(cfg, limits...), limits: limits}
}

// Of prepares the replications of a scenario, billed as its file says.
func Of(s *tables.Scenario) *Experiment { return New(s.Config, s.Plan, s.Thresholds...) }

// Screened prepares the same of rates, in steps: what comes near those that play requests, for less
// where there are many. The error lists by their keys what rates do not carry.
func (e *Experiment) Screened(step sim.Time) (*Experiment, error) {
	cfg := *e.cfg
	cfg.Fluid, cfg.Audit = min(step, cfg.Duration), 0
	if errs := cfg.Validate(); len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return New(&cfg, e.plan, e.limits...), nil
}

// Keys returns the keys of the metrics that a replication measures, with their
// units, in the order of the values.
func (e *Experiment) Keys() (keys, units []string) { return e.meter.Keys() }

// Replicate simulates one replication and returns its value of every metric; NaN
// stands for none observed. The error is that of ctx or of the config.
func (e *Experiment) Replicate(ctx context.Context, replication int) ([]float64, error) {
	return e.values(ctx, replication, ears{})
}

// values is [Experiment.Replicate] for who listens.
func (e *Experiment) values(ctx context.Context, replication int, who ears) ([]float64, error) {
	r, err := e.replicate(ctx, replication, who)
	if err != nil {
		return nil, err
	}
	return r.Values(), nil
}

// Replication is one that was simulated and billed.
type Replication struct {
	Index   int // from 0
	Outcome *cloud.Outcome
	Invoice pricing.Invoice

	meter   *results.Meter
	windows []results.Window
}

// Values returns the value of every metric, in the order of [Experiment.Keys];
// NaN stands for none observed.
func (r *Replication) Values() []float64 { return r.meter.Read(r.Outcome, &r.Invoice, r.windows...) }

// measure returns what a summary needs of a replication.
func (r *Replication) measure() *results.Measurement {
	return r.meter.Measure(r.Outcome, &r.Invoice, r.windows...)
}

// replicate is the only way from a config to what it showed. If memory runs out the
// replication is what there is until then, with the error.
func (e *Experiment) replicate(ctx context.Context, replication int, who ears) (*Replication, error) {
	world, err := cloud.Build(ctx, e.cfg, replication)
	if err != nil {
		return nil, err
	}
	if who.access != nil {
		world.LogAccess(who.access)
	}
	if who.moved != nil {
		world.Watch(who.moved)
	}
	windows, err := e.windows(ctx, world)
	var outcome *cloud.Outcome
	if err == nil {
		outcome, err = world.Run(ctx)
	}
	if err != nil {
		if OutOfMemory(ctx) == nil {
			return nil, err
		}
		cut, ok := world.Cut()
		if !ok {
			return nil, err
		}
		outcome = cut
	}
	r := &Replication{Index: replication, Outcome: outcome, meter: e.meter, windows: windows}
	r.Invoice = e.bill(ctx, outcome, err == nil)
	if err == nil && ctx.Err() != nil { // the invoice may be of a part
		return nil, ctx.Err()
	}
	return r, err
}

// bill returns the invoice of an outcome; of a whole one, billing ends with the context.
func (e *Experiment) bill(ctx context.Context, outcome *cloud.Outcome, whole bool) pricing.Invoice {
	plan := e.plan
	if plan.Book == nil {
		return pricing.Invoice{}
	}
	if whole {
		plan.Halted = func() bool { return ctx.Err() != nil }
	}
	return plan.Bill(outcome.Ledger)
}

// OutOfMemory returns how a context ended because of the memory limit, nil if it did
// not.
func OutOfMemory(ctx context.Context) *memory.Exceeded {
	var over *memory.Exceeded
	errors.As(context.Cause(ctx), &over)
	return over
}
