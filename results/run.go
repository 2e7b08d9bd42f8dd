package results

import (
	"context"
	"fmt"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/pricing"
	"headroom/sim/batch"
)

// Options say how to run a scenario.
type Options struct {
	Replications int
	Workers      int          // replications under way at a time; 0: one per core
	Plan         pricing.Plan // bills each of them
	Thresholds   []model.Threshold
	Currency     pricing.Currency // of the invoice file; zero: dollars
	// Progress, if set, is called after each replication with the number of
	// replications finished. Calls do not overlap.
	Progress func(done int)
}

// Run simulates the replications of a scenario and returns what they showed.
// The summary is the same, to the bit, with any number of workers.
//
// A threshold on a metric that the scenario does not have is an error before
// anything runs. If ctx is done first, the summary holds the replications that
// have finished and is marked Interrupted; it is nil when there is none. The
// error is then the context's cause.
func Run(ctx context.Context, cfg *cloud.Config, o Options) (*Summary, error) {
	l := newLayout(cfg)
	if err := l.check(o.Thresholds); err != nil {
		return nil, err
	}
	done, err := batch.Map(ctx, o.Replications, batch.Options{Workers: o.Workers, Progress: o.Progress},
		func(ctx context.Context, index int) (*measurement, error) {
			world, err := cloud.New(cfg, index)
			if err != nil {
				return nil, err
			}
			outcome, err := world.Run(ctx)
			if err != nil {
				return nil, err
			}
			invoice := o.Plan.Bill(outcome.Ledger)
			return l.measure(outcome, &invoice), nil
		})
	interrupted := err != nil && ctx.Err() != nil
	if err != nil && !interrupted {
		return nil, fmt.Errorf("%s: %w", cfg.Name, err)
	}
	if len(done) == 0 {
		return nil, err
	}
	measured := make([]*measurement, len(done))
	for i := range done {
		measured[i] = done[i].Value
	}
	s := l.fold(cfg, measured)
	s.Interrupted, s.Asked = interrupted, o.Replications
	if o.Currency.Code != "" {
		s.Currency = o.Currency
	}
	s.judge(o.Thresholds)
	s.warn(l, measured)
	return s, err
}

// measurement is what is kept of one replication: numbers, not worlds.
type measurement struct {
	values     []float64 // by layout entry; NaN: no observation
	samples    []int64   // by scope: latencies behind its quantiles
	owners     []string
	lines      []pricing.Line
	unpriced   []pricing.Unpriced
	growing    []bool // by scope: the queue was still growing at the end
	start      initial
	series     []Column         // of replication 0
	activities []cloud.Activity // of replication 0
}

// measure reads every metric of a replication.
func (l *layout) measure(outcome *cloud.Outcome, invoice *pricing.Invoice) *measurement {
	m := &measurement{
		values:   make([]float64, len(l.entries)),
		samples:  make([]int64, len(l.scopes)),
		owners:   outcome.Ledger.Owners,
		lines:    invoice.Lines,
		unpriced: invoice.Unpriced,
		growing:  make([]bool, len(l.scopes)),
		start:    initialBias(outcome),
	}
	parts := make([]part, len(l.scopes))
	for i, s := range l.scopes {
		parts[i] = part{scope: s, outcome: outcome, invoice: invoice}
		if s.carriesRequests() {
			m.samples[i] = parts[i].traffic().latency.Count()
			m.growing[i] = parts[i].growing()
		}
	}
	for i, e := range l.entries {
		m.values[i] = e.metric.read(&parts[e.scope])
	}
	if outcome.Replication == 0 {
		m.series, m.activities = columns(parts), outcome.Activities
	}
	return m
}

// carriesRequests reports whether the part is one of traffic.
func (s scope) carriesRequests() bool {
	switch s.Label {
	case "", labelBalancer, labelTargetGroup, labelWorkload:
		return true
	}
	return false
}
