package bucket

import (
	"math"
	"math/bits"
)

// grains is a signed integer of 128 bits in two's complement.
type grains struct {
	hi int64
	lo uint64
}

// product returns a·b.
func product(a, b int64) grains {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	// Mul64 is unsigned: it took a negative factor for 2⁶⁴ more.
	return grains{int64(hi) - a>>63&b - b>>63&a, lo}
}

func (g grains) plus(h grains) grains {
	lo, carry := bits.Add64(g.lo, h.lo, 0)
	return grains{g.hi + h.hi + int64(carry), lo}
}

func (g grains) minus(h grains) grains {
	lo, borrow := bits.Sub64(g.lo, h.lo, 0)
	return grains{g.hi - h.hi - int64(borrow), lo}
}

func (g grains) less(h grains) bool {
	return g.hi < h.hi || g.hi == h.hi && g.lo < h.lo
}

// over returns g divided by d > 0, rounded down, and held to what an int64 can be.
func (g grains) over(d int64) int64 {
	if g.hi < 0 {
		// ⌊g/d⌋ = −⌊(−g−1)/d⌋ − 1, and −g−1 has every bit turned.
		return -grains{^g.hi, ^g.lo}.over(d) - 1
	}
	if uint64(g.hi) >= uint64(d) {
		return math.MaxInt64
	}
	q, _ := bits.Div64(uint64(g.hi), g.lo, uint64(d))
	return int64(min(q, math.MaxInt64))
}

// overUp returns g ≥ 0 divided by d > 0, rounded up, and held to what an int64 can
// be.
func (g grains) overUp(d int64) int64 {
	q := g.over(d)
	if product(q, d).less(g) && q < math.MaxInt64 {
		q++
	}
	return q
}
