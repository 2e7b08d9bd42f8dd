package search

import (
	"context"
	"sync"

	"headroom/sim/batch"
)

// Engine simulates the replications that a search asks for, in rounds: in this process,
// or wherever else. What they give must not depend on where.
type Engine interface {
	// Simulate returns what became of replications, in the order in which they were asked;
	// told is called for each as it finishes, one after the other. The error is that of ctx, or of an engine that cannot go on;
	// then what has finished is returned with it.
	Simulate(ctx context.Context, these []Replication, told func(Finding)) ([]Finding, error)
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

// Here returns the engine that is this process, with so many workers at a time; 0: one per core.
func Here(workers int) Engine { return here{workers} }

// here simulates in this process.
type here struct{ workers int }

// Simulate implements [Engine].
func (h here) Simulate(ctx context.Context, these []Replication, told func(Finding)) ([]Finding, error) {
	var one sync.Mutex
	all, err := batch.Map(ctx, len(these), batch.Options{Workers: h.workers},
		func(ctx context.Context, i int) (Finding, error) {
			values, err := try(func() ([]float64, error) { return these[i].Experiment.Replicate(ctx, these[i].Number) })
			if err != nil && ctx.Err() != nil {
				return Finding{}, err
			}
			f := Finding{i, values, err}
			one.Lock()
			defer one.Unlock()
			told(f)
			return f, nil
		})
	found := make([]Finding, len(all))
	for i, a := range all {
		found[i] = a.Value
	}
	return found, err
}
