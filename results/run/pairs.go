package run

import (
	"context"
	"fmt"

	"headroom/results"
	"headroom/scenarios/tables"
	"headroom/sim/batch"
)

// Compare simulates two experiments with the same seeds and pairs their
// replications: each meets the arrivals and demands that the other meets, so that
// what differs is due to the scenarios. Both must have the same seed for that to
// hold. The error is that of a replication. If ctx is done first, the comparison is of
// the pairs that have finished, if any have, and the error wraps the cause.
func Compare(ctx context.Context, a, b *Experiment, o Options) (*results.Comparison, error) {
	done, err := inPairs(ctx, [2]*Experiment{a, b}, o, (*Replication).Values)
	if err != nil && len(done[0]) == 0 {
		return nil, err
	}
	var samples [2]results.Sample
	for i, e := range []*Experiment{a, b} {
		samples[i].Keys, samples[i].Units = e.Keys()
		samples[i].Values = done[i]
	}
	return results.Compare(samples[0], samples[1]), err
}

// Pair is [Scenario] for two scenarios, whose replications are simulated as those of
// [Compare] are. If ctx is done first, both summaries are of the pairs that have
// finished; there are none without a pair.
func Pair(ctx context.Context, sides [2]*tables.Scenario, o Options) (*[2]*results.Summary, error) {
	var experiments [2]*Experiment
	for i, s := range sides {
		experiments[i] = Of(s)
		if err := results.CheckThresholds(s.Config, s.Thresholds); err != nil {
			return nil, err
		}
	}
	measured, err := inPairs(ctx, experiments, o, (*Replication).measure)
	if len(measured[0]) == 0 {
		return nil, err
	}
	var summaries [2]*results.Summary
	for i, s := range sides {
		summaries[i] = experiments[i].meter.Summarize(measured[i], o.Replications, s.Thresholds)
		complete(summaries[i], s)
	}
	return &summaries, err
}

// inPairs plays each replication of the first experiment and then that of the second,
// and returns what keep returns of them, of each experiment as much. If ctx is done
// first, that is of the pairs that have finished; if a replication fails, there is none.
func inPairs[T any](ctx context.Context, sides [2]*Experiment, o Options, keep func(*Replication) T) (kept [2][]T, err error) {
	done, err := batch.Map(ctx, o.Replications, batch.Options{Workers: o.Workers, Progress: o.Progress},
		func(ctx context.Context, index int) (pair [2]T, err error) {
			for i, e := range sides {
				r, err := e.replicate(ctx, index, o.ears(index).half(i == 0))
				if err != nil {
					return pair, fmt.Errorf("%s: %w", e.cfg.Name, err)
				}
				pair[i] = keep(r)
			}
			return pair, nil
		})
	if err != nil && ctx.Err() == nil {
		return kept, err
	}
	for _, pair := range done {
		for i := range kept {
			kept[i] = append(kept[i], pair.Value[i])
		}
	}
	return kept, err
}
