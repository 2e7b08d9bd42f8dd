package fluid

import (
	"sort"

	"headroom/sim/rng"
)

// sizes is a distribution by its quantiles, with sums of the smaller ones.
type sizes struct {
	values       []float64
	sum, squares []float64 // of those before
	apart        []float64 // the values that differ; one of many that are the same
}

func newSizes(d rng.Distribution) *sizes {
	s := &sizes{sum: make([]float64, 1, worthPoints+1), squares: make([]float64, 1, worthPoints+1)}
	all := 0.0
	for k := range worthPoints {
		v := d.Quantile((float64(k) + 0.5) / worthPoints)
		s.values = append(s.values, v)
		all += v
	}
	scale := 1.0
	if all > 0 { // points lose some of a long tail
		scale = d.Mean() * worthPoints / all
	}
	for k := range s.values {
		s.values[k] *= scale
		v := s.values[k]
		s.sum, s.squares = append(s.sum, s.sum[k]+v), append(s.squares, s.squares[k]+v*v)
	}
	if s.apart = s.values; s.values[0] == s.most() {
		s.apart = s.values[:1]
	}
	return s
}

func (s *sizes) most() float64 { return s.values[worthPoints-1] }

// below is how many points are, their sum and that of their squares.
func (s *sizes) below(a float64) (n, sum, squares float64) {
	if a <= s.values[0] {
		return 0, 0, 0
	}
	i := worthPoints
	if a <= s.most() {
		i = sort.SearchFloat64s(s.values, a)
	}
	return float64(i), s.sum[i], s.squares[i]
}

// upTo is the mean share of sizes up to a bound that lies evenly between two.
func (s *sizes) upTo(from, to float64) float64 {
	n, sum, _ := s.below(from)
	if to-from <= narrow*s.most() {
		return n / worthPoints
	}
	m, upper, _ := s.below(to)
	return (m*to - upper - n*from + sum) / worthPoints / (to - from)
}

// meanUpto is the mean of sizes of which no more counts than a bound that lies evenly between two.
func (s *sizes) meanUpto(from, to float64) float64 {
	n, sum, squares := s.below(from)
	if to-from <= narrow*s.most() {
		return from - (n*from-sum)/worthPoints
	}
	m, upper, above := s.below(to)
	over := (m*to*to - 2*to*upper + above - n*from*from + 2*from*sum - squares) / 2 / worthPoints
	return ((to*to-from*from)/2 - over) / (to - from)
}

// narrow is so small a part of the largest size that there is nothing between.
const narrow = 1e-9
