package pricing

import (
	"math"
	"math/big"
	"math/bits"
	"strconv"

	"headroom/model"
)

// decimal returns the number that x shows when it is written in decimal, exactly:
// 0.096 is 12/125, not the nearest binary fraction.
func decimal(x float64) *big.Rat {
	r, ok := new(big.Rat).SetString(strconv.FormatFloat(x, 'g', -1, 64))
	if !ok {
		panic("pricing: price is not a finite number")
	}
	return r
}

// round converts dollars to Money, half away from zero: the one rounding of a
// line. What Money cannot hold is the most that it can, as a sum of it is.
func round(dollars *big.Rat) model.Money {
	scaled := new(big.Rat).Mul(dollars, big.NewRat(int64(model.Dollar), 1))
	twice := new(big.Int).Lsh(new(big.Int).Abs(scaled.Num()), 1)
	twice.Add(twice, scaled.Denom())
	whole := twice.Div(twice, new(big.Int).Lsh(scaled.Denom(), 1))
	if !whole.IsInt64() {
		return model.Money(scaled.Sign()) * math.MaxInt64
	}
	return model.Money(int64(scaled.Sign()) * whole.Int64())
}

// float converts an exact number for showing.
func float(r *big.Rat) float64 {
	x, _ := r.Float64()
	return x
}

// ratio returns a/b.
func ratio(a, b int64) *big.Rat { return big.NewRat(a, b) }

// total is a sum of non-negative integers below 2⁶⁴ that cannot overflow.
type total struct{ high, low uint64 }

func (t *total) add(x uint64) {
	var carry uint64
	t.low, carry = bits.Add64(t.low, x, 0)
	t.high += carry
}

// rat returns the sum divided by divisor.
func (t total) rat(divisor int64) *big.Rat {
	return new(big.Rat).SetFrac(t.int(), big.NewInt(divisor))
}

// addProduct adds a × b.
func (t *total) addProduct(a, b uint64) {
	high, low := bits.Mul64(a, b)
	var carry uint64
	t.low, carry = bits.Add64(t.low, low, 0)
	t.high += high + carry
}

// addTotal adds another sum.
func (t *total) addTotal(u total) {
	t.add(u.low)
	t.high += u.high
}

// subtractProduct takes a × b away, which must not exceed the sum.
func (t *total) subtractProduct(a, b uint64) {
	high, low := bits.Mul64(a, b)
	var borrow uint64
	t.low, borrow = bits.Sub64(t.low, low, 0)
	t.high, borrow = bits.Sub64(t.high, high, borrow)
	if borrow > 0 {
		panic("pricing: more is taken than there is")
	}
}

// divide returns the sum divided by divisor, rounded down, at most 2⁶⁴-1.
func (t *total) divide(divisor uint64) uint64 {
	if t.high >= divisor {
		return math.MaxUint64
	}
	quotient, _ := bits.Div64(t.high, t.low, divisor)
	return quotient
}

func (t *total) int() *big.Int {
	n := new(big.Int).SetUint64(t.high)
	return n.Lsh(n, 64).Add(n, new(big.Int).SetUint64(t.low))
}

// validPrice says whether x can be a price.
func validPrice(x float64) bool { return x >= 0 && !math.IsInf(x, 1) }
