package controlplane

import "fmt"

// spread collects the values that one datapoint aggregates.
type spread struct {
	extent
	sum    float64
	keeps  bool      // every value, for a percentile
	values []float64 // that it keeps
}

func (s *spread) add(v float64) {
	s.extent.add(v)
	s.sum += v
	if s.keeps {
		s.values = append(s.values, v)
	}
}

// extent is between which two values some lie.
type extent struct {
	low, high float64
	n         int
}

func (e *extent) add(v float64) {
	if e.n == 0 || v < e.low {
		e.low = v
	}
	if e.n == 0 || v > e.high {
		e.high = v
	}
	e.n++
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
func (e extent) String() string {
	low, high := fmt.Sprintf("%.4g", e.low), fmt.Sprintf("%.4g", e.high)
	if low == high {
		return low
	}
	return low + " to " + high
}
