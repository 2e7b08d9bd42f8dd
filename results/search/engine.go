package search

import (
	"context"

	"headroom/sim/batch"
)

// Engine simulates the replications that a search asks for, in rounds: in this process,
// or wherever else. What they give must not depend on where.
type Engine interface {
	// Simulate returns what became of replications; told is called as they finish, with
	// how many have so far. The error is that of ctx, or of an engine that cannot go on;
	// then what has finished is returned with it.
	Simulate(ctx context.Context, these []Replication, told func(finished int)) ([]Finding, error)
}

// Replication is one of a candidate.
type Replication struct {
	Candidate  int // -1: the reference
	Experiment Experiment
	Number     int
	Rates      bool // of [Problem.Screen]
}

// Finding is what became of a replication.
type Finding struct {
	Of     int // its index in what was asked for
	Values []float64
	Err    error // of the replication: it cannot be simulated
}

// here simulates in this process.
type here struct{ workers int }

// Simulate implements [Engine].
func (h here) Simulate(ctx context.Context, these []Replication, told func(int)) ([]Finding, error) {
	all, err := batch.Map(ctx, len(these), batch.Options{Workers: h.workers, Progress: told},
		func(ctx context.Context, i int) (Finding, error) {
			values, err := try(func() ([]float64, error) { return these[i].Experiment.Replicate(ctx, these[i].Number) })
			if err != nil && ctx.Err() != nil {
				return Finding{}, err
			}
			return Finding{i, values, err}, nil
		})
	found := make([]Finding, len(all))
	for i, a := range all {
		found[i] = a.Value
	}
	return found, err
}
