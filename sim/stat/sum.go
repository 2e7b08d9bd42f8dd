package stat

import (
	"math"
	"math/big"
	"math/bits"
)

// Sum is an exact signed sum of 128 bits: 2⁶⁴ additions of any int64 fit. The
// zero value is 0.
type Sum struct {
	hi int64
	lo uint64
}

// Add adds v.
func (s *Sum) Add(v int64) {
	lo, carry := bits.Add64(s.lo, uint64(v), 0)
	s.lo = lo
	s.hi += v>>63 + int64(carry)
}

// AddProduct adds a·b.
func (s *Sum) AddProduct(a, b int64) {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	// Mul64 is unsigned: a negative factor was taken 2⁶⁴ too large.
	high := int64(hi) - (a>>63)&b - (b>>63)&a
	lo, carry := bits.Add64(s.lo, lo, 0)
	s.lo = lo
	s.hi += high + int64(carry)
}

// Merge adds another sum.
func (s *Sum) Merge(other Sum) {
	lo, carry := bits.Add64(s.lo, other.lo, 0)
	s.lo = lo
	s.hi += other.hi + int64(carry)
}

// Minus returns the sum less another.
func (s Sum) Minus(other Sum) Sum {
	lo, borrow := bits.Sub64(s.lo, other.lo, 0)
	return Sum{hi: s.hi - other.hi - int64(borrow), lo: lo}
}

// Int64 returns the value held to the range of an int64.
func (s Sum) Int64() int64 {
	switch {
	case s.hi > 0 || s.hi == 0 && s.lo > math.MaxInt64:
		return math.MaxInt64
	case s.hi < -1 || s.hi == -1 && s.lo <= math.MaxInt64:
		return math.MinInt64
	}
	return int64(s.lo)
}

// Big returns the exact value.
func (s Sum) Big() *big.Int {
	n := big.NewInt(s.hi)
	n.Lsh(n, 64)
	return n.Add(n, new(big.Int).SetUint64(s.lo))
}

// Float64 returns the nearest float64.
func (s Sum) Float64() float64 { return s.Over(1) }

// Over returns the float64 nearest to the sum divided by n, which must not be 0.
func (s Sum) Over(n int64) float64 {
	const exact = 1 << 53 // integers up to here are float64s: one rounding, in the division
	low := int64(s.lo)
	if s.hi == low>>63 && -exact <= low && low <= exact && -exact <= n && n <= exact {
		return float64(low) / float64(n)
	}
	f, _ := new(big.Rat).SetFrac(s.Big(), big.NewInt(n)).Float64()
	return f
}

// squares is an exact sum of squares of 192 bits, lowest word first.
type squares [3]uint64

func (s *squares) add(v int64) {
	if v < 0 {
		v = -v // -2⁶³ stays itself, and is right again as a uint64
	}
	hi, lo := bits.Mul64(uint64(v), uint64(v))
	var carry uint64
	s[0], carry = bits.Add64(s[0], lo, 0)
	s[1], carry = bits.Add64(s[1], hi, carry)
	s[2] += carry
}

func (s *squares) merge(other squares) {
	var carry uint64
	s[0], carry = bits.Add64(s[0], other[0], 0)
	s[1], carry = bits.Add64(s[1], other[1], carry)
	s[2], _ = bits.Add64(s[2], other[2], carry)
}

func (s squares) big() *big.Int {
	n := new(big.Int)
	for i := len(s) - 1; i >= 0; i-- {
		n.Lsh(n, 64)
		n.Add(n, new(big.Int).SetUint64(s[i]))
	}
	return n
}
