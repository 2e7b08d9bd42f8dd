package buying

import (
	"context"
	"fmt"
	"math"
	"slices"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/pricing"
	"headroom/results"
	"headroom/results/run"
	"headroom/sim/stat"
)

// replication is what is kept of one: what was used, and how it went.
type replication struct {
	index                                  int
	ledger                                 *model.Ledger
	interruptions, lost, p99, availability float64
	watched                                []float64 // of the runner's
}

// runner simulates, and counts what it has finished.
type runner struct {
	options Options
	watched []string // metrics that are kept, too
	done    int
}

// simulate plays the replications of one way of launching, but those that were kept under
// its name; without a name there are none. If ctx is done first, it
// returns those that have finished.
func (r *runner) simulate(ctx context.Context, way string, cfg *cloud.Config) ([]*replication, error) {
	keeper := r.options.Keeper
	if way == "" {
		keeper = nil
	}
	known, missing, err := r.recall(keeper, way)
	if err != nil {
		return nil, err
	}
	before := r.done
	progress := func(done int) {
		r.done = before + len(known) + done
		if r.options.Progress != nil {
			r.options.Progress(r.done)
		}
	}
	if len(known) > 0 {
		progress(0)
	}
	if len(missing) == 0 {
		return known, nil
	}
	o := run.Options{These: missing, Workers: r.options.Workers, Progress: progress}
	if moved := r.options.Moved; moved != nil {
		o.Moved = func(index int, share float64) { moved(before+index, share) }
	}
	e := run.New(cfg, pricing.Plan{}) // billed by each plan, later
	keys, _ := e.Keys()
	fresh, err := run.Simulate(ctx, e, o, func(one *run.Replication) *replication {
		kept := r.take(one, keys)
		if keeper != nil {
			keeper.Keep(way, one.Index, kept.encode())
		}
		return kept
	})
	all := append(known, fresh...)
	slices.SortFunc(all, func(a, b *replication) int { return a.index - b.index })
	return all, err
}

// recall returns the replications of a way that were kept, and which were not.
func (r *runner) recall(keeper Keeper, way string) (known []*replication, missing []int, err error) {
	for index := range r.options.Replications {
		var content []byte
		is := false
		if keeper != nil {
			if content, is, err = keeper.Recall(way, index); err != nil {
				return nil, nil, err
			}
		}
		if !is {
			missing = append(missing, index)
			continue
		}
		one, err := decodeReplication(content, index, len(r.watched))
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", way, err)
		}
		known = append(known, one)
	}
	return known, missing, nil
}

// take keeps of a replication what prices and judges need.
func (r *runner) take(one *run.Replication, keys []string) *replication {
	values := one.Values()
	read := func(key string) float64 {
		if i := slices.Index(keys, key); i >= 0 {
			return values[i]
		}
		return math.NaN()
	}
	kept := &replication{
		index:         one.Index,
		ledger:        one.Outcome.Ledger,
		interruptions: read("spot.interruptions"), lost: read("spot.requests_lost"),
		p99: read("latency.p99"), availability: read("availability"),
	}
	for _, key := range r.watched {
		kept.watched = append(kept.watched, read(key))
	}
	return kept
}

func ledgers(runs []*replication) []*model.Ledger {
	all := make([]*model.Ledger, len(runs))
	for i, r := range runs {
		all[i] = r.ledger
	}
	return all
}

// bill returns what a plan charges for each replication.
func bill(plan pricing.Plan, runs []*replication) []*pricing.Invoice {
	invoices := make([]*pricing.Invoice, len(runs))
	for i, r := range runs {
		invoice := plan.Bill(r.ledger)
		invoices[i] = &invoice
	}
	return invoices
}

// row prices the replications under one plan. The baseline is by their index.
func (r *runner) row(entry pricing.PlanEntry, runs []*replication, baseline map[int]*pricing.Invoice) Row {
	plan := r.sized(entry, runs)
	invoices := bill(plan, runs)
	row := Row{
		Plan: entry.Name, Description: entry.Description,
		Commitments:  plan.Commitments[len(r.options.Account.Commitments):],
		Replications: len(runs),
		Charges:      results.Charges(invoices, runs[0].ledger.Owners),
		Day:          day(plan, runs),
	}
	figures := make([]pricing.Figures, len(runs))
	for i := range runs {
		figures[i] = plan.Figures(*invoices[i], *baseline[runs[i].index])
		for _, u := range invoices[i].Unpriced {
			if text := u.SKU + " (" + u.Reason + ")"; !slices.Contains(row.Unpriced, text) {
				row.Unpriced = append(row.Unpriced, text)
			}
		}
	}
	row.Upfront = figures[0].Upfront
	of := func(read func(*pricing.Figures) float64) stat.Estimate {
		return observed(figures, func(_ int, f *pricing.Figures) float64 { return read(f) })
	}
	row.Cost = of(func(f *pricing.Figures) float64 { return f.Cost.USD() })
	row.Saving = of(func(f *pricing.Figures) float64 { return f.Saving })
	row.EffectiveHourly = of(func(f *pricing.Figures) float64 { return f.EffectiveHourly })
	row.Coverage = of(func(f *pricing.Figures) float64 { return f.Coverage })
	row.Utilization = of(func(f *pricing.Figures) float64 { return f.Utilization })
	row.BreakEven = of(func(f *pricing.Figures) float64 { return f.BreakEvenUtilization })
	row.BreakEvenMonth = of(func(f *pricing.Figures) float64 { return f.BreakEvenMonth })
	row.Interruptions = observed(runs, func(_ int, r **replication) float64 { return (*r).interruptions })
	row.RequestsLost = observed(runs, func(_ int, r **replication) float64 { return (*r).lost })
	row.P99 = observed(runs, func(_ int, r **replication) float64 { return (*r).p99 })
	row.Availability = observed(runs, func(_ int, r **replication) float64 { return (*r).availability })
	return row
}

// sized returns the plan with the commitments that it buys.
func (r *runner) sized(entry pricing.PlanEntry, runs []*replication) pricing.Plan {
	o := &r.options
	all := ledgers(runs)
	instances, dollars := entry.Sized()
	if instances && o.Size.Count != nil || dollars && o.Size.Hourly != nil {
		var count int64
		var hourly model.Money
		if o.Size.Count != nil {
			count = *o.Size.Count
		}
		if o.Size.Hourly != nil {
			hourly = *o.Size.Hourly
		}
		plan, _ := entry.Fixed(o.Account, all, count, hourly)
		return plan
	}
	if entry.Simulated {
		return o.Account // the ledger is Spot already
	}
	return entry.Size(o.Account, all)
}

// observed estimates the mean of what was observed. One that is infinite anywhere
// is infinite, without an interval.
func observed[T any](all []T, read func(int, *T) float64) stat.Estimate {
	var values []float64
	for i := range all {
		if v := read(i, &all[i]); !math.IsNaN(v) {
			values = append(values, v)
		}
	}
	if slices.ContainsFunc(values, func(v float64) bool { return math.IsInf(v, 1) }) {
		return stat.Estimate{Value: math.Inf(1), HalfWidth: math.NaN(), N: len(values)}
	}
	return stat.Interval(values, results.Confidence)
}
