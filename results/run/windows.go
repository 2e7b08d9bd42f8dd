package run

import (
	"cmp"
	"context"
	"slices"

	"headroom/model/cloud"
	"headroom/results"
	"headroom/sim"
)

// windows plays a world up to where its last window begins, and returns what each of them
// shows. To end a world closes its accounts, so that copies of it are ended: one where the
// window begins, and one that goes on from there to its end, with levels of its own. A
// window that begins with the run takes one at its end.
func (e *Experiment) windows(ctx context.Context, world *cloud.World) ([]results.Window, error) {
	all := make([]results.Window, len(e.cfg.Windows))
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(e.asked(a), e.asked(b)) })
	for _, i := range order {
		w := e.cfg.Windows[i]
		if err := world.RunUntil(ctx, e.asked(i)); err != nil {
			return nil, err
		}
		var before results.Ended
		var err error
		if w.From > 0 {
			if before, err = e.until(ctx, world, w.From); err != nil {
				return nil, err
			}
		}
		after, err := e.until(ctx, world, w.To)
		if err != nil {
			return nil, err
		}
		all[i] = results.Since(before, after)
	}
	return all, nil
}

// asked is when a world is asked for a window.
func (e *Experiment) asked(window int) sim.Time {
	if w := e.cfg.Windows[window]; w.From > 0 {
		return w.From
	}
	return e.cfg.Windows[window].To
}

// until is what a world has shown by an instant, and its bill.
func (e *Experiment) until(ctx context.Context, world *cloud.World, to sim.Time) (results.Ended, error) {
	outcome, err := world.Until(ctx, to)
	if err != nil {
		return results.Ended{}, err
	}
	return results.Ended{Outcome: outcome, Invoice: e.bill(ctx, outcome, true)}, nil
}
