package cloud

import (
	"context"

	"headroom/sim"
)

// Window is a stretch of the run whose metrics are of interest by themselves: what
// happens after From, up to and including To.
type Window struct {
	Name     string
	From, To sim.Time
}

// Until plays a replication anew up to the end of a window, and returns what it had shown
// by then. Levels and their extremes are of the window alone; all else is of the run, of
// which the window began with what another window showed that ended there. It takes the
// time of a run that is so long; the replication itself knows nothing of windows.
func Until(ctx context.Context, cfg *Config, replication int, window Window) (*Outcome, error) {
	w, err := Build(ctx, cfg, replication)
	if err != nil {
		return nil, err
	}
	if window.From > 0 {
		if err := w.RunUntil(ctx, window.From); err != nil {
			return nil, err
		}
		w.data.MeasureLevels()
		w.control.MeasureLevels()
	}
	if err := w.RunUntil(ctx, window.To); err != nil {
		return nil, err
	}
	w.cfg.Duration, w.cfg.Warmup = window.To, min(w.cfg.Warmup, window.To)
	return w.outcome(), nil
}
