package buying

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/pricing"
	"headroom/results"
	"headroom/sim/batch"
	"headroom/sim/stat"
)

// Variants are a scenario by how it launches instances. They share their random
// streams, so that they meet the same load.
type Variants struct {
	OnDemand, Spot, Mixed *cloud.Config
	// Written is the scenario as it is; nil if that is OnDemand.
	Written *cloud.Config
	// Stays says of Spot and Mixed what launches On-Demand there nonetheless.
	Stays []string
}

// Size is how much to commit to instead of the optimum.
type Size struct {
	Count  *int64       // Reserved Instances of each kind of usage
	Hourly *model.Money // of a Savings Plan
}

// Options say what to compare.
type Options struct {
	Replications int
	Workers      int // 0: one per core
	// Account is its prices and what it has bought already, the rest On-Demand:
	// what savings are relative to.
	Account  pricing.Plan
	Currency pricing.Currency
	Plans    []string // names; nil: all
	Size     Size
	// Progress, if set, is told how many replications have finished, of all that
	// [Options.Simulations] counts.
	Progress func(done int)
	// Moved, if set, is told now and then how much of one of them is done, of 1.
	Moved func(index int, share float64)
	// Keeper, if set, is asked by [BuyFleet] for replications before they are simulated.
	Keeper Keeper
}

// Simulations returns how many replications a comparison takes.
func (o *Options) Simulations(v Variants) int {
	return (1 + len(v.launches(o))) * o.Replications
}

func (o *Options) wants(plan string) bool { return o.Plans == nil || slices.Contains(o.Plans, plan) }

// Plans that need a simulation of their own.
const (
	spotPlan  = "spot"
	mixedPlan = "mixed"
	written   = "as-written"
)

// Comparison is what a usage costs under each plan.
type Comparison struct {
	Scenario     string
	Seed         uint64
	Replications int           // with all instances On-Demand
	Interrupted  bool          // before all was simulated and priced
	Config       *cloud.Config // as it launches On-Demand
	Currency     pricing.Currency
	PriceDate    string // of the newest list prices; empty: not known
	Rows         []Row
	Warnings     []string
}

// Row is one plan. An estimate that nobody observed has an N of 0.
type Row struct {
	Plan, Description string
	Replications      int                  // that were priced; 0: none had finished
	Commitments       []pricing.Commitment // that the plan buys
	Upfront           model.Money          // paid when their terms begin

	Cost            stat.Estimate // dollars
	Saving          stat.Estimate // share of what on-demand costs
	EffectiveHourly stat.Estimate // dollars an instance-hour
	Coverage        stat.Estimate
	Utilization     stat.Estimate
	BreakEven       stat.Estimate // utilization
	BreakEvenMonth  stat.Estimate // +Inf: not within the term

	Interruptions stat.Estimate
	RequestsLost  stat.Estimate // to them
	P99           stat.Estimate // seconds
	Availability  stat.Estimate

	Day []DayHour // what commitments cover over the day; nil without any

	Charges  []results.Charge
	Unpriced []string // what is missing in the cost, and why
}

// priceTime is how long the pricing of what is there may take once a comparison is
// interrupted.
const priceTime = 300 * time.Millisecond

// Compare prices a scenario under each plan. If ctx is done first, the comparison is
// of what had finished and is marked Interrupted, rows without it are empty, and the
// error wraps the cause; there is none without a replication On-Demand.
func Compare(ctx context.Context, v Variants, o Options) (*Comparison, error) {
	entries, err := chosen(o.Plans)
	if err != nil {
		return nil, err
	}
	r := runner{options: o}
	onDemand, stopped := r.simulate(ctx, "", v.OnDemand)
	if len(onDemand) == 0 || stopped != nil && ctx.Err() == nil {
		return nil, stopped
	}
	launched := map[*cloud.Config][]*replication{}
	for _, cfg := range v.launches(&o) {
		if stopped == nil {
			launched[cfg], stopped = r.simulate(ctx, "", cfg)
		}
		if stopped != nil && ctx.Err() == nil {
			return nil, stopped
		}
	}
	if stopped != nil {
		pricing, end := context.WithTimeout(context.WithoutCancel(ctx), priceTime)
		defer end()
		ctx = pricing
	}
	c := &Comparison{
		Scenario: v.OnDemand.Name, Seed: v.OnDemand.Seed, Replications: len(onDemand), Config: v.OnDemand, Currency: o.Currency,
	}
	account := bill(o.Account, onDemand)
	baseline := make(map[int]*pricing.Invoice, len(onDemand))
	for i, one := range onDemand {
		baseline[one.index] = account[i]
	}
	rows, err := batch.Map(ctx, len(entries), batch.Options{Workers: o.Workers}, func(_ context.Context, i int) (Row, error) {
		runs := onDemand
		if cfg := v.way(entries[i].Name); cfg != nil {
			runs = launched[cfg]
		}
		if len(runs) == 0 {
			return emptyRow(entries[i]), nil
		}
		return r.row(entries[i], runs, baseline), nil
	})
	if err != nil && ctx.Err() == nil {
		return nil, err
	}
	if stopped == nil {
		stopped = err
	}
	c.Interrupted = stopped != nil
	c.take(entries, rows)
	c.warn(v, o)
	return c, stopped
}

// take puts the rows into the order of the plans; those that are not there are empty.
func (c *Comparison) take(entries []pricing.PlanEntry, rows []batch.Result[Row]) {
	for _, entry := range entries {
		c.Rows = append(c.Rows, emptyRow(entry))
	}
	for _, row := range rows {
		c.Rows[row.Index] = row.Value
	}
}

// emptyRow is the row of a plan of which nothing is known.
func emptyRow(entry pricing.PlanEntry) Row {
	none := stat.Estimate{Value: math.NaN(), HalfWidth: math.NaN()}
	return Row{
		Plan: entry.Name, Description: entry.Description,
		Cost: none, Saving: none, EffectiveHourly: none, Coverage: none, Utilization: none, BreakEven: none, BreakEvenMonth: none,
		Interruptions: none, RequestsLost: none, P99: none, Availability: none,
	}
}

// way returns how a plan launches instances, nil for On-Demand.
func (v *Variants) way(plan string) *cloud.Config {
	switch plan {
	case spotPlan:
		return v.Spot
	case mixedPlan:
		return v.Mixed
	case written:
		return v.Written
	}
	return nil
}

// launches returns the ways to launch that the wanted plans need beside On-Demand,
// each once.
func (v *Variants) launches(o *Options) []*cloud.Config {
	var all []*cloud.Config
	for _, plan := range []string{spotPlan, mixedPlan, written} {
		if cfg := v.way(plan); o.wants(plan) && cfg != nil && !slices.Contains(all, cfg) {
			all = append(all, cfg)
		}
	}
	return all
}

// chosen returns the plans of these names, all without names, and what is wrong
// with the names.
func chosen(names []string) ([]pricing.PlanEntry, error) {
	if names == nil {
		return pricing.Plans(), nil
	}
	if err := CheckPlans(names); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(pricing.Plans(), func(p pricing.PlanEntry) bool { return !slices.Contains(names, p.Name) }), nil
}

// CheckPlans returns what is wrong with names of plans, with the nearest.
func CheckPlans(names []string) error {
	var known []string
	for _, p := range pricing.Plans() {
		known = append(known, p.Name)
	}
	var faults []error
	for _, name := range names {
		if slices.Contains(known, name) {
			continue
		}
		hint := ": there are " + strings.Join(known, ", ")
		if near := results.Nearest(name, known); near != "" {
			hint = fmt.Sprintf(" (did you mean %q?)", near)
		}
		faults = append(faults, fmt.Errorf("must be plans, got %q%s", name, hint))
	}
	return errors.Join(faults...)
}

// interruption says what there is, and what is missing.
func (c *Comparison) interruption(asked int) string {
	var missing []string
	for i := range c.Rows {
		if c.Rows[i].Replications == 0 {
			missing = append(missing, c.Rows[i].Plan)
		}
	}
	text := fmt.Sprintf("interrupted: %d of %d replications On-Demand finished", c.Replications, asked)
	for i := range c.Rows {
		if r := &c.Rows[i]; r.Replications > 0 && r.Replications < c.Replications {
			text += fmt.Sprintf(", %d of %s", r.Replications, r.Plan)
		}
	}
	if len(missing) > 0 {
		text += "; missing: " + results.Listed(missing)
	}
	return text
}

// warn says what a reader should know before trusting the comparison.
func (c *Comparison) warn(v Variants, o Options) {
	if c.Interrupted {
		c.Warnings = append(c.Warnings, c.interruption(o.Replications))
	}
	if c.Replications == 1 {
		c.Warnings = append(c.Warnings, "one replication: no intervals; `--replications 10` gives them")
	}
	if o.wants(spotPlan) || o.wants(mixedPlan) {
		c.Warnings = append(c.Warnings, v.Stays...)
	}
	var listed []results.Charge
	derived := false
	for i := range c.Rows {
		row := &c.Rows[i]
		for _, what := range row.Unpriced {
			c.Warnings = append(c.Warnings, row.Plan+": not in the cost, because it has no price: "+what)
		}
		for k := range row.Charges {
			if ch := &row.Charges[k]; ch.Option == pricing.SavingsPlan {
				derived = derived || ch.Estimated
			} else {
				listed = append(listed, *ch)
			}
		}
	}
	if derived {
		c.Warnings = append(c.Warnings, derivedRates)
	}
	if text := results.EstimatedPrices(listed); text != "" {
		c.Warnings = append(c.Warnings, text)
	}
}
