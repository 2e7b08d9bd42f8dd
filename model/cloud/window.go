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

// Between plays a replication anew up to the end of a window, and returns what it had
// shown when the window began, nil at the start of the run, and when it ended. Levels and
// their extremes are in the second of the window alone. It takes the time of two runs
// that are so long; the replication itself knows nothing of windows.
func Between(ctx context.Context, cfg *Config, replication int, w Window) (before, after *Outcome, err error) {
	if w.From > 0 {
		if before, err = playUntil(ctx, cfg, replication, Window{To: w.From}); err != nil {
			return nil, nil, err
		}
	}
	after, err = playUntil(ctx, cfg, replication, w)
	return before, after, err
}

// playUntil plays a replication to the end of a window, from whose beginning on levels are
// measured.
func playUntil(ctx context.Context, cfg *Config, replication int, window Window) (*Outcome, error) {
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
