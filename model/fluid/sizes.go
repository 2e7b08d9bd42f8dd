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

// before is the place of the first size that is no smaller than a bound.
func (s *sizes) before(bound float64) int { return sort.SearchFloat64s(s.values, bound) }

// upTo is the mean share of sizes up to a bound that lies evenly between two.
func (s *sizes) upTo(from, to float64) float64 {
	share, _ := s.upToBetween(from, to, s.before(from), s.before(to))
	return share
}

// meanUpto is the mean of sizes of which no more counts than a bound that lies evenly between two.
func (s *sizes) meanUpto(from, to float64) float64 {
	_, mean := s.upToBetween(from, to, s.before(from), s.before(to))
	return mean
}

// upToBetween is both, for bounds whose places are known.
func (s *sizes) upToBetween(from, to float64, low, high int) (share, mean float64) {
	n, sum := float64(low), s.sum[low]
	if to-from <= narrow*s.most() {
		return n / worthPoints, from - (n*from-sum)/worthPoints
	}
	m, upper := float64(high), s.sum[high]
	share = (m*to - upper - n*from + sum) / worthPoints / (to - from)
	over := (m*to*to - 2*to*upper + s.squares[high] - n*from*from + 2*from*sum - s.squares[low]) / 2 / worthPoints
	return min(max(share, 0), 1), ((to*to-from*from)/2 - over) / (to - from)
}

// narrow is so small a part of the largest size that there is nothing between.
const narrow = 1e-9

// reading looks sizes up for bounds that are near those before: of one wave after the other.
type reading struct {
	of        *sizes
	low, high int
}

// upTo is the mean share of sizes up to a bound that lies evenly between two, and the mean of what counts of them.
func (r *reading) upTo(from, to float64) (share, mean float64) {
	r.low, r.high = r.of.walk(r.low, from), r.of.walk(r.high, to)
	return r.of.upToBetween(from, to, r.low, r.high)
}

// walk is before, from a place that is near.
func (s *sizes) walk(i int, bound float64) int {
	for i > 0 && s.values[i-1] >= bound {
		i--
	}
	for i < len(s.values) && s.values[i] < bound {
		i++
	}
	return i
}
