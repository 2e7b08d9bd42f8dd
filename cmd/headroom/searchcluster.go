package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"headroom/results/folder"
	"headroom/results/run"
	"headroom/results/search"
	"headroom/results/sweep"
	"headroom/scenarios/space"
	"headroom/scenarios/tables"
	"headroom/sim/batch/jetstream"
)

// engine returns what simulates the rounds of a search: nil, which is this process, or a
// cluster. Whoever has it must leave it.
func (f *recommendFlags) engine(ctx context.Context, e *experiment, to *folder.Folder) (engine search.Engine, leave func(), err error) {
	if !f.cluster.distributed() {
		return nil, func() {}, nil
	}
	giveUp := func() {}
	if to == nil {
		own, remove, err := folder.Temporary(disk, "headroom-search-", searchFolder())
		if err != nil {
			return nil, nil, err
		}
		to = own
		giveUp = func() {
			if err := remove(); err != nil {
				complain(err.Error())
			}
		}
	}
	payload, err := e.Pack()
	if err != nil {
		giveUp()
		return nil, nil, err
	}
	manifest, err := searchManifest(payload)
	if err != nil {
		giveUp()
		return nil, nil, err
	}
	cluster, err := f.cluster.join(ctx, "headroom recommend", to.Dir(), complain)
	if err != nil {
		f.cluster.forget()
		giveUp()
		return nil, nil, err
	}
	identity := rand.Text()
	work := &carried{
		job: jetstream.Job{
			ID: manifest.Sum()[:planDigits] + "-" + strings.ToLower(identity)[:8], Title: e.Name,
			Program: manifest[programPart], Payload: payload, Key: keyOf(identity),
		},
		answer: searchPlan(e.Scenario).Answer, slots: slotsOf(f.workers, f.workersSet), say: complain,
	}
	rounds := sweep.NewRounds()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		rounds.End(carry(ctx, cluster, work, rounds))
	}()
	return &clusterEngine{rounds, newSearchPoints(e.Search.Len())}, func() {
		rounds.End(nil)
		<-ended
		f.cluster.leave(cluster)
		giveUp()
	}, nil
}

// clusterEngine has the rounds of a search computed by a cluster.
type clusterEngine struct {
	rounds *sweep.Rounds
	points *searchPoints
}

// Simulate implements [search.Engine].
func (c *clusterEngine) Simulate(ctx context.Context, these []search.Replication, told func(search.Finding)) ([]search.Finding, error) {
	if len(these) == 0 {
		return nil, nil
	}
	asked := make([]sweep.Asked, len(these))
	for i, r := range these {
		asked[i] = c.points.of(&r)
	}
	all, err := c.rounds.Do(ctx, asked, func(f sweep.Found) { told(search.Finding(f)) })
	found := make([]search.Finding, len(all))
	for i, f := range all {
		found[i] = search.Finding(f)
	}
	return found, err
}

// searchPoints are the points of the plan of a search.
type searchPoints struct {
	candidates int
	layouts    map[search.Experiment]*sweep.Layout
}

func newSearchPoints(candidates int) *searchPoints {
	return &searchPoints{candidates, map[search.Experiment]*sweep.Layout{}}
}

// of says which replication of which point is one of a candidate.
func (p *searchPoints) of(r *search.Replication) sweep.Asked {
	if p.layouts[r.Experiment] == nil {
		p.layouts[r.Experiment] = sweep.NewLayout(r.Experiment.Keys())
	}
	asked := sweep.Asked{Point: r.Candidate, Replication: r.Number, Layout: p.layouts[r.Experiment]}
	switch {
	case r.Candidate < 0:
		asked.Point = p.candidates
	case r.Rates:
		asked.Point += p.candidates + 1
	}
	return asked
}

// searchPlan says what the replications of a search are of: its candidates, after them what there is
// now, and then the candidates by rates.
func searchPlan(s *tables.Scenario) *sweep.Plan {
	return &sweep.Plan{
		Points: 2*s.Search.Len() + 1,
		Build: func(point int) (*run.Experiment, error) {
			if point == s.Search.Len() {
				return run.Of(s), nil
			}
			scenario, err := s.Candidate(point % (s.Search.Len() + 1))
			if err != nil {
				return nil, err
			}
			if of := run.Of(scenario); point < s.Search.Len() {
				return of, nil
			} else {
				return of.Screened(space.ScreenStep)
			}
		},
	}
}

// searchManifest says what the rounds of a search depend on: all of its scenario, this very
// program, and how the machine computes.
func searchManifest(payload []byte) (sweep.Manifest, error) {
	sum := sha256.Sum256(payload)
	return wholeManifest(map[string]string{"the search": hex.EncodeToString(sum[:])}, nil)
}
