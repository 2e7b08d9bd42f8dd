package cloud

import (
	"context"

	"headroom/sim"
	"headroom/sim/fork"
)

// Window is a stretch of the run whose metrics are of interest by themselves: what
// happens after From, up to and including To.
type Window struct {
	Name     string
	From, To sim.Time
}

// Until returns what the world will have shown by an instant, now or later, and goes on as
// if nobody had asked. Levels and their extremes are of the time from now on, unless that
// is none or all; all else is of the run up to then. It takes a copy of the world, and the time of a run that is so long.
func (w *World) Until(ctx context.Context, to sim.Time) (*Outcome, error) {
	f := w.fork()
	if now := w.kernel.Now(); now > 0 && now < to {
		f.data.MeasureLevels()
		f.control.MeasureLevels()
	}
	if err := f.RunUntil(ctx, to); err != nil {
		return nil, err
	}
	f.cfg.Duration, f.cfg.Warmup = to, min(f.cfg.Warmup, to)
	return f.outcome(), nil
}

// fork returns a world that goes on from the same instant, and of which nobody hears.
func (w *World) fork() *World {
	f := fork.Of(w)
	f.watch = nil
	f.data.BeCopy()
	return f
}
