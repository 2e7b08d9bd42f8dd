package fluid

import (
	"sort"

	"headroom/sim/rng"
)

// sizes is a distribution by its quantiles, as [worth] has them, with sums of the smaller ones.
type sizes struct {
	values       []float64
	share        []float64 // of those before
	sum, squares []float64 // the same
	apart        []float64 // the values that differ; one of many that are the same
}

func newSizes(d rng.Distribution) *sizes {
	w := newWorth(d)
	s := &sizes{values: w.values, share: append(w.below, 1), sum: make([]float64, 1, len(w.values)+1), squares: make([]float64, 1, len(w.values)+1)}
	from, rest, scale := len(s.values)-1, 0.0, 1.0
	for ; from >= 0 && (s.share[from] >= longTail || from == len(s.values)-1); from-- {
		rest += (s.share[from+1] - s.share[from]) * s.values[from]
	}
	if rest > 0 { // points lose some of a long tail
		scale = max(0, 1+(d.Mean()-w.sum)/rest)
	}
	for k := range s.values {
		if k > from {
			s.values[k] = max(s.values[k]*scale, s.values[max(0, k-1)])
		}
		v, part := s.values[k], s.share[k+1]-s.share[k]
		s.sum, s.squares = append(s.sum, s.sum[k]+part*v), append(s.squares, s.squares[k]+part*v*v)
	}
	if s.apart = s.values; s.values[0] == s.most() {
		s.apart = s.values[:1]
	}
	return s
}

// longTail is the share from which on sizes make up for those that points leave out, so that their mean is that of all.
const longTail = 0.999

func (s *sizes) most() float64 { return s.values[len(s.values)-1] }

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
	n, sum := s.share[low], s.sum[low]
	if to-from <= narrow*s.most() {
		return n, from - n*from + sum
	}
	m, upper := s.share[high], s.sum[high]
	share = (m*to - upper - n*from + sum) / (to - from)
	over := (m*to*to - 2*to*upper + s.squares[high] - n*from*from + 2*from*sum - s.squares[low]) / 2
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
