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
	s.record(into, fluid.Batch{N: n, Offset: offset})
}

// coarse is how many stays differ at most that are recorded coarsely.
const coarse = 32

// RecordCoarsely is [Stay.Record] of few stays that stand for as many others each: all that the law holds possible are
// among them as often in the long run, but the rarer at a time.
func (s *Stay) RecordCoarsely(into []fluid.Into, n int64, offset float64) {
	each := max(1, (n+coarse-1)/coarse)
	s.record(into, fluid.Batch{N: n / each, Offset: offset, Each: each})
	if rest := n % each; rest > 0 {
		s.record(into, fluid.Batch{N: 1, Offset: offset, Each: rest})
	}
}

func (s *Stay) record(into []fluid.Into, b fluid.Batch) {
	if s.Limit != sim.Never {
		b.Limit = max(s.Limit, 1).Seconds()
	}
	s.Law.Record(into, b)
}
