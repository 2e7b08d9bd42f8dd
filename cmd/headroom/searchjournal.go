package main

import (
	"context"
	"path/filepath"
	"slices"

	"headroom/results/folder"
	"headroom/results/search"
	"headroom/results/sweep"
)

// remembering is an engine that asks another one only for what its memory does not have.
type remembering struct {
	engine search.Engine
	memory *sweep.Memory
	points *searchPoints
	full   bool // nothing more can be kept
}

// remember opens the memory of a search in the folder of its files. What is in it of an
// earlier search goes with that search's files.
func remember(e *experiment, to *folder.Folder, engine search.Engine) (*remembering, error) {
	payload, err := e.Pack()
	if err != nil {
		return nil, err
	}
	manifest, err := searchManifest(payload)
	if err != nil {
		return nil, err
	}
	memory, another, err := sweep.OpenMemory(disk, to.Dir(), manifest)
	if err != nil {
		return nil, outFault(err)
	}
	tellKept(filepath.Join(to.Dir(), sweep.MemoryName), "search", another, memory.Len())
	return &remembering{engine: engine, memory: memory, points: newSearchPoints(e.Search.Len())}, nil
}

// Simulate implements [search.Engine].
func (r *remembering) Simulate(ctx context.Context, these []search.Replication, told func(search.Finding)) ([]search.Finding, error) {
	var found []search.Finding
	var rest []search.Replication
	var of []int // where the rest stands
	for i := range these {
		values, known, err := r.memory.Recall(r.points.of(&these[i]))
		if err != nil {
			return nil, err
		}
		if !known {
			rest, of = append(rest, these[i]), append(of, i)
			continue
		}
		found = append(found, search.Finding{Of: i, Values: values})
		told(found[len(found)-1])
	}
	asked := make([]sweep.Asked, len(rest))
	for i := range rest {
		asked[i] = r.points.of(&rest[i])
	}
	computed, err := r.engine.Simulate(ctx, rest, func(f search.Finding) {
		if f.Err == nil {
			r.keep(asked[f.Of], f.Values)
		}
		f.Of = of[f.Of]
		told(f)
	})
	for _, f := range computed {
		f.Of = of[f.Of]
		found = append(found, f)
	}
	slices.SortFunc(found, func(a, b search.Finding) int { return a.Of - b.Of })
	return found, err
}

// keep remembers what a replication showed. A disk that takes no more is no reason to end the
// search: only, what killed it would lose the rest.
func (r *remembering) keep(a sweep.Asked, values []float64) {
	if r.full {
		return
	}
	if err := r.memory.Keep(a, values); err != nil {
		r.full = true
		complain(err.Error() + "; the search goes on, but could not be taken up again from here")
	}
}
