package fluid

import (
	"headroom/sim"
	"headroom/sim/fluid"
)

// Stay is how long requests stayed.
type Stay struct {
	Law   *fluid.Law
	Limit sim.Time // of those who are recorded nobody stayed longer; [sim.Never]
}

// Tail returns the share that stay longer than a time.
func (s *Stay) Tail(limit sim.Time) float64 { return s.Law.Tail(limit.Seconds()) }

// mean is how long those stayed on average who are recorded.
func (s *Stay) mean() float64 {
	if s.Limit == sim.Never {
		return s.Law.Mean()
	}
	return s.Law.MeanBelow(max(s.Limit, 1).Seconds())
}

// Record adds n stays to histograms, the same to each. What is left of one is decided by a number from 0 to 1.
func (s *Stay) Record(into []fluid.Into, n int64, offset float64) {
	b := fluid.Batch{N: n, Offset: offset}
	if s.Limit != sim.Never {
		b.Limit = max(s.Limit, 1).Seconds()
	}
	s.Law.Record(into, b)
}
