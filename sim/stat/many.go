package stat

import (
	"math"
	"math/bits"
)

// RecordMany takes n equal observations, in the time of one. It panics if v is negative.
func (h *Histogram) RecordMany(v, n int64) {
	if n <= 0 {
		return
	}
	i := bucketOf(v)
	if i >= uint(len(h.buckets)) {
		h.grow(v)
	}
	h.buckets[i] += n
	h.count += n
	h.sum.AddProduct(v, n)
	h.max = max(h.max, v)
	h.below = max(h.below, math.MaxInt64-v)
}

// RecordMany takes n equal observations, in the time of one.
func (t *Tally) RecordMany(v, n int64) {
	if n <= 0 {
		return
	}
	if t.count == 0 {
		t.min, t.max = v, v
	}
	t.count += n
	t.min = min(t.min, v)
	t.max = max(t.max, v)
	t.sum.AddProduct(v, n)
	t.squares.addMany(v, n)
}

// addMany adds n times the square of v.
func (s *squares) addMany(v, n int64) {
	if v < 0 {
		v = -v
	}
	high, low := bits.Mul64(uint64(v), uint64(v))
	carried, first := bits.Mul64(low, uint64(n))
	third, second := bits.Mul64(high, uint64(n))
	second, carry := bits.Add64(second, carried, 0)
	third += carry
	s[0], carry = bits.Add64(s[0], first, 0)
	s[1], carry = bits.Add64(s[1], second, carry)
	s[2] += third + carry
}

// Bin returns the smallest value of bucket i of every [Histogram], and how many values it has.
func Bin(i int) (from, width int64) { return bucketBounds(i) }

// BinOf returns the bucket of a value that is not negative.
func BinOf(v int64) int { return int(bucketOf(v)) }
