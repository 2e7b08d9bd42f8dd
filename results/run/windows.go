package run

import (
	"cmp"
	"context"
	"slices"

	"headroom/model/cloud"
	"headroom/results"
	"headroom/sim"
)

// plays are those of a replication up to instants, for its windows. To end a replication
// closes its accounts, so that each instant takes a play of its own; windows that meet
// share that of the instant between them.
type plays struct {
	experiment  *Experiment
	replication int
	ended       map[cloud.Window]results.Ended
}

// replicateWindows plays a replication anew for the windows of the scenario: the last one
// first, for what a window showed is taken apart when it is less what it began with, which
// is what the window before it showed.
func (e *Experiment) replicateWindows(ctx context.Context, replication int) ([]results.Window, error) {
	all := make([]results.Window, len(e.cfg.Windows))
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(e.cfg.Windows[b].To, e.cfg.Windows[a].To) })
	p := plays{e, replication, map[cloud.Window]results.Ended{}}
	for _, i := range order {
		w := e.cfg.Windows[i]
		before, err := p.at(ctx, w.From)
		if err != nil {
			return nil, err
		}
		after, err := p.until(ctx, w)
		if err != nil {
			return nil, err
		}
		delete(p.ended, w)
		all[i] = results.Since(before, after)
	}
	return all, nil
}

// at returns what there was at an instant, nothing at the beginning of the run.
func (p *plays) at(ctx context.Context, instant sim.Time) (results.Ended, error) {
	if instant == 0 {
		return results.Ended{}, nil
	}
	for _, w := range p.experiment.cfg.Windows {
		if w.To == instant {
			return p.until(ctx, w)
		}
	}
	return p.until(ctx, cloud.Window{To: instant})
}

// until plays to the end of a window, once.
func (p *plays) until(ctx context.Context, w cloud.Window) (results.Ended, error) {
	if known, ok := p.ended[w]; ok {
		return known, nil
	}
	outcome, err := cloud.Until(ctx, p.experiment.cfg, p.replication, w)
	if err != nil {
		return results.Ended{}, err
	}
	p.ended[w] = results.Ended{Outcome: outcome, Invoice: p.experiment.bill(ctx, outcome, true)}
	return p.ended[w], nil
}
