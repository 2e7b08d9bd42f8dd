package controlplane

import "fmt"

// spread collects values: those that one datapoint aggregates, or the range of
// those that were seen.
type spread struct {
	sum, low, high float64
	n              int
	keeps          bool      // every value, for a percentile
	values         []float64 // that it keeps
}

func (s *spread) add(v float64) {
	if s.n == 0 || v < s.low {
		s.low = v
	}
	if s.n == 0 || v > s.high {
		s.high = v
	}
	s.sum += v
	s.n++
	if s.keeps {
		s.values = append(s.values, v)
	}
}

func (s *spread) aggregate(by Statistic) float64 {
	switch by {
	case Minimum:
		return s.low
	case Maximum:
		return s.high
	case Sum:
		return s.sum
	case SampleCount:
		return float64(s.n)
	case Average:
		return s.sum / float64(max(1, s.n))
	}
	panic(fmt.Sprintf("controlplane: no statistic %d of a spread", by))
}

// String writes the range as short as it can be.
func (s spread) String() string {
	low, high := fmt.Sprintf("%.4g", s.low), fmt.Sprintf("%.4g", s.high)
	if low == high {
		return low
	}
	return low + " to " + high
}
