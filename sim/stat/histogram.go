package stat

import (
	"iter"
	"math"
	"math/bits"
)

// A histogram has 2^precision buckets per octave. Bucket width over value is
// below 2^-precision, hence the 0.79 % of the quantiles.
const (
	precision = 7
	perOctave = 1 << precision
)

// Histogram keeps the distribution of non-negative integers in buckets that
// widen with the value: one per integer below 256, then 128 per octave. Count,
// sum, minimum and maximum are exact.
//
// Memory follows the largest value, 1 KiB an octave: 24 KiB up to one second in
// nanoseconds, 36 KiB up to an hour, 57 KiB at most.
type Histogram struct {
	buckets []int64
	count   int64
	sum     Sum
	max     int64
	below   int64 // largest distance from the largest int64: the minimum, but zero when empty
}

// Record takes one observation. It panics if v is negative.
func (h *Histogram) Record(v int64) {
	i := bucketOf(v)
	if i >= uint(len(h.buckets)) {
		h.grow(v)
	}
	h.buckets[i]++
	h.count++
	h.sum.Add(v)
	h.stretch(v)
}

// AddTotals adds a number of observations that were placed to the count, and what they add up
// to: a sum, and a share of each.
func (h *Histogram) AddTotals(count, sum, share int64) {
	h.count += count
	h.sum.Add(sum)
	h.sum.AddProduct(count, share)
}

// Place takes the half of an observation that makes quantiles and extremes. Whoever calls it adds
// to the totals before anybody looks ([Histogram.AddTotals]), many at once. It panics if v is
// negative.
func (h *Histogram) Place(v int64) {
	i := bucketOf(v)
	if i >= uint(len(h.buckets)) {
		h.grow(v)
	}
	h.buckets[i]++
	h.stretch(v)
}

// stretch takes an observation into the extremes.
func (h *Histogram) stretch(v int64) {
	if v > h.max {
		h.max = v
	}
	if below := math.MaxInt64 - v; below > h.below {
		h.below = below
	}
}

// Merge takes all observations of another.
func (h *Histogram) Merge(other *Histogram) {
	if other.count == 0 {
		return
	}
	if len(other.buckets) > len(h.buckets) {
		h.grow(other.max)
	}
	for i, n := range other.buckets {
		h.buckets[i] += n
	}
	h.count += other.count
	h.sum.Merge(other.sum)
	h.max = max(h.max, other.max)
	h.below = max(h.below, other.below)
}

// SetSince makes h what later got since it was as before: its count, sum and buckets
// exactly, its extremes to the width of a bucket. The memory of h is used again.
func (h *Histogram) SetSince(later, before *Histogram) {
	h.clear()
	if later.count == before.count {
		return
	}
	h.grow(later.max)
	copy(h.buckets, later.buckets)
	for i, n := range before.buckets {
		h.buckets[i] -= n
	}
	h.count, h.sum = later.count-before.count, later.sum.Minus(before.sum)
	first, last := 0, len(h.buckets)-1
	for h.buckets[first] == 0 {
		first++
	}
	for h.buckets[last] == 0 {
		last--
	}
	least, _ := bucketBounds(first)
	most, width := bucketBounds(last)
	h.max = min(later.max, most+width-1)
	h.below = math.MaxInt64 - max(later.Min(), least)
	h.buckets = h.buckets[:lengthFor(h.max)]
}

// Set makes h what another is. The memory of h is used again.
func (h *Histogram) Set(other *Histogram) {
	h.clear()
	h.Merge(other)
}

// clear forgets all observations.
func (h *Histogram) clear() {
	*h = Histogram{buckets: h.buckets[:0]}
}

// Count returns how many observations were recorded.
func (h *Histogram) Count() int64 { return h.count }

// Sum returns their exact sum.
func (h *Histogram) Sum() Sum { return h.sum }

// Mean returns the exact mean, rounded once; NaN if there is no observation.
func (h *Histogram) Mean() float64 {
	if h.count == 0 {
		return math.NaN()
	}
	return h.sum.Over(h.count)
}

// Min returns the smallest observation, 0 if there is none.
func (h *Histogram) Min() int64 {
	if h.count == 0 {
		return 0
	}
	return math.MaxInt64 - h.below
}

// Max returns the largest observation, 0 if there is none.
func (h *Histogram) Max() int64 { return h.max }

// Quantile returns the q-quantile, the observation of rank ⌈q·n⌉ (nearest
// rank), within 0.79 %: ranks that share a bucket are spread evenly over it.
// Below 256 it is exact, and so are Quantile(0), the minimum, and Quantile(1),
// the maximum. It is 0 if there is no observation and panics if q is not in
// [0, 1]. [EnoughFor] says whether to believe it.
func (h *Histogram) Quantile(q float64) int64 {
	if !(0 <= q && q <= 1) {
		panic("stat: quantile outside [0, 1]")
	}
	if h.count == 0 {
		return 0
	}
	rank := nearestRank(q, h.count)
	switch rank {
	case 1:
		return h.Min()
	case h.count:
		return h.max
	}
	var before int64
	for i, n := range h.buckets {
		if before+n < rank {
			before += n
			continue
		}
		from, width := bucketBounds(i)
		// from + width·(place−½)/n, in 128 bits; place ≤ n keeps it inside.
		place := uint64(rank - before)
		hi, lo := bits.Mul64(uint64(width), 2*place-1)
		offset, _ := bits.Div64(hi, lo, 2*uint64(n))
		return min(max(from+int64(offset), h.Min()), h.max)
	}
	panic("stat: histogram lost an observation")
}

// Below returns the share of the observations below the lower bound of each bucket up to the first
// that has all of them below it.
func (h *Histogram) Below() []float64 {
	below := []float64{0}
	var so int64
	for _, n := range h.buckets {
		if so == h.count {
			break
		}
		so += n
		below = append(below, float64(so)/float64(h.count))
	}
	return below
}

// A bucket is a range of a [Histogram] and how many observations fell into it.
type bucket struct {
	from, to int64 // both included
	count    int64
}

// filled yields the buckets that are not empty, in increasing order.
func (h *Histogram) filled() iter.Seq[bucket] {
	return func(yield func(bucket) bool) {
		for i, n := range h.buckets {
			from, width := bucketBounds(i)
			if n > 0 && !yield(bucket{from: from, to: from + width - 1, count: n}) {
				return
			}
		}
	}
}

// grow makes room for v and its whole octave. The length depends on the maximum
// only, so equal observations make equal histograms. It stays out of Record.
//
//go:noinline
func (h *Histogram) grow(v int64) {
	if v < 0 {
		panic("stat: negative value in a histogram")
	}
	length := lengthFor(v)
	if length <= cap(h.buckets) {
		used := len(h.buckets)
		h.buckets = h.buckets[:length]
		clear(h.buckets[used:])
		return
	}
	grown := make([]int64, length)
	copy(grown, h.buckets)
	h.buckets = grown
}

// lengthFor is how many buckets a histogram has whose largest value is v.
func lengthFor(v int64) int { return int(max(2, bucketOf(v)/perOctave+1)) * perOctave }

// bucketOf returns the bucket of v, or one beyond the last if v is negative.
func bucketOf(v int64) uint {
	shift := uint(bits.Len64(uint64(v)|perOctave)) - precision - 1
	return shift<<precision + uint(uint64(v)>>shift)
}

// bucketBounds returns the smallest value of bucket i and how many values it has.
func bucketBounds(i int) (from, width int64) {
	if i < 2*perOctave {
		return int64(i), 1
	}
	shift := i/perOctave - 1
	return int64(i%perOctave+perOctave) << shift, 1 << shift
}

// nearestRank returns ⌈q·n⌉, at least 1. The product is lowered by some
// roundings first, lest 0.07 × 100 = 7.000000000000001 become 8.
func nearestRank(q float64, n int64) int64 {
	const slack = 1 - 0x1p-50
	rank := int64(math.Ceil(q * float64(n) * slack))
	return min(max(rank, 1), n)
}
