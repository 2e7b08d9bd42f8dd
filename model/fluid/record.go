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
	limit := s.Limit
	within := 1.0
	if limit != sim.Never {
		within = 1 - s.Tail(limit)
	}
	if within > 1-1e-12 {
		s.Law.Record(h, n, int64(also), offset)
		return
	}
	upTo, before := 0.0, int64(0)
	weights := s.Law.Weights()
	for i, w := range weights {
		if w == 0 && i+1 < len(weights) {
			continue
		}
		upTo = min(1, upTo+w/max(within, 1e-12))
		if i+1 == len(weights) {
			upTo = 1
		}
		many := min(n, int64(float64(n)*upTo+offset))
		from, width := stat.Bin(i)
		h.RecordMany(int64(min(sim.Time(from+width/2), limit)+also), many-before)
		before = many
	}
	h.RecordMany(int64(also), n-before)
}
