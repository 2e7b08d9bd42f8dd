package fluid

import (
	"headroom/sim"
	"headroom/sim/fluid"
	"headroom/sim/stat"
)

// Stay is how long requests stayed.
type Stay struct {
	Law   *fluid.Law
	Limit sim.Time // of those who are recorded nobody stayed longer; [sim.Never]
}

// Tail returns the share that stay longer than a time.
func (s *Stay) Tail(limit sim.Time) float64 { return s.Law.Tail(limit.Seconds()) }

// Record adds n stays to a histogram, each with a time that is no part of it. What is left of
// one is decided by a number from 0 to 1.
func (s *Stay) Record(h *stat.Histogram, n int64, also sim.Time, offset float64) {
	b := fluid.Batch{N: n, Longer: int64(also), Offset: offset}
	if s.Limit != sim.Never {
		b.Limit = max(s.Limit, 1).Seconds()
	}
	s.Law.Record(h, b)
}
