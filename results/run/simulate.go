package run

import (
	"context"
	"fmt"
	"sync"

	"headroom/model"
	"headroom/model/dataplane"
	"headroom/results"
	"headroom/scenarios/tables"
	"headroom/sim/batch"
)

// Options say how many replications to simulate, and how.
type Options struct {
	Replications int
	// These, if set, are the replications to simulate, by index in ascending order, instead
	// of the first.
	These   []int
	Workers int // replications under way at a time; 0: one per core
	// Progress, if set, is called after each replication with the number of
	// replications finished. Calls do not overlap.
	Progress func(done int)
	// Moved, if set, is told now and then how much of a replication is done, of 1. Calls
	// for different replications may overlap, and with Progress.
	Moved func(index int, share float64)
	// AccessLog, if set, hears of each request of the first replication that ended at an
	// Application Load Balancer: see [AccessLog].
	AccessLog func(*dataplane.Access)
}

// ears is who hears of a replication while it runs; nil: nobody.
type ears struct {
	access func(*dataplane.Access)
	moved  func(share float64)
}

func (o *Options) ears(index int) (e ears) {
	if index == 0 {
		e.access = o.AccessLog
	}
	if o.Moved != nil {
		e.moved = func(share float64) { o.Moved(index, share) }
	}
	return e
}

// half has them hear of a replication that is the first or the second half of the work.
func (e ears) half(first bool) ears {
	if moved := e.moved; moved != nil {
		e.moved = func(share float64) {
			if !first {
				share++
			}
			moved(share / 2)
		}
	}
	return e
}

// Simulate plays the replications of an experiment and returns what keep returns
// of each, in the order of their index. Keep is called from many goroutines.
//
// If ctx is done first, the results are those that have finished; if a
// replication fails, those before it. The error says of which scenario it is,
// and wraps the cause.
func Simulate[T any](ctx context.Context, e *Experiment, o Options, keep func(*Replication) T) ([]T, error) {
	return simulate(ctx, e, o, keep, func(*Replication) {})
}

// simulate is [Simulate], with what to do with replications that memory cut short.
func simulate[T any](ctx context.Context, e *Experiment, o Options, keep func(*Replication) T, cut func(*Replication)) ([]T, error) {
	of := func(i int) int { return i }
	count := o.Replications
	if o.These != nil {
		of, count = func(i int) int { return o.These[i] }, len(o.These)
	}
	done, err := batch.Map(ctx, count, batch.Options{Workers: o.Workers, Progress: o.Progress},
		func(ctx context.Context, i int) (kept T, err error) {
			index := of(i)
			r, err := e.replicate(ctx, index, o.ears(index))
			if err != nil {
				if r != nil {
					cut(r)
				}
				return kept, err
			}
			return keep(r), nil
		})
	all := make([]T, len(done))
	for i := range done {
		all[i] = done[i].Value
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", e.cfg.Name, err)
	}
	return all, err
}

// Summarize simulates an experiment and returns what its replications showed. The
// summary is the same, to the bit, with any number of workers.
//
// A threshold on a metric that the scenario does not have is an error before
// anything runs. If ctx is done first, the summary holds the replications that
// have finished and is marked Interrupted, and the error wraps the context's
// cause; there is no summary without a replication. When memory has run out before
// any finished, it holds one that was cut short then.
func Summarize(ctx context.Context, e *Experiment, thresholds []model.Threshold, o Options) (*results.Summary, error) {
	if err := results.CheckThresholds(e.cfg, thresholds); err != nil {
		return nil, err
	}
	var rest remains
	measured, err := simulate(ctx, e, o, (*Replication).measure, func(r *Replication) { rest.keep(r.Outcome.Replication, r.measure()) })
	if len(measured) == 0 && rest.measured != nil {
		measured = append(measured, rest.measured)
	}
	if len(measured) == 0 || err != nil && ctx.Err() == nil {
		return nil, err
	}
	return e.meter.Summarize(measured, o.Replications, thresholds), err
}

// remains is a replication that was cut short, the first of those that were.
type remains struct {
	mu       sync.Mutex
	index    int
	measured *results.Measurement
}

func (r *remains) keep(index int, m *results.Measurement) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.measured == nil || index < r.index {
		r.index, r.measured = index, m
	}
}

// Scenario is [Summarize] for a scenario, whose thresholds it judges. The summary
// has the currency of its invoices, the date of its prices, and its warnings
// before those of the run.
func Scenario(ctx context.Context, s *tables.Scenario, o Options) (*results.Summary, error) {
	summary, err := Summarize(ctx, Of(s), s.Thresholds, o)
	if summary != nil {
		complete(summary, s)
	}
	return summary, err
}

// complete gives a summary what the file of its scenario says.
func complete(summary *results.Summary, s *tables.Scenario) {
	summary.Currency, summary.PriceDate = s.Currency, s.PriceDate()
	summary.Warnings = append(s.Warnings[:len(s.Warnings):len(s.Warnings)], summary.Warnings...)
}
