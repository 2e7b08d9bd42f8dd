package stat

import (
	"math"
	"math/big"
	"math/bits"
)

// Tally summarises integer observations: count, exact sum and sum of squares,
// minimum and maximum.
type Tally struct {
	count    int64
	sum      Sum
	squares  squares
	min, max int64
}

// Record takes one observation.
func (t *Tally) Record(v int64) {
	if t.count == 0 {
		t.min, t.max = v, v
	}
	t.count++
	t.min = min(t.min, v)
	t.max = max(t.max, v)
	t.sum.Add(v)
	t.squares.add(v)
}

// RecordZeros is [Tally.Record] for 0, n times: they add nothing to the sums.
func (t *Tally) RecordZeros(n int64) {
	if n == 0 {
		return
	}
	if t.count == 0 {
		t.min, t.max = 0, 0
	}
	t.count += n
	t.min = min(t.min, 0)
	t.max = max(t.max, 0)
}

// Merge takes all observations of another.
func (t *Tally) Merge(other *Tally) {
	if other.count == 0 {
		return
	}
	if t.count == 0 {
		t.min, t.max = other.min, other.max
	}
	t.count += other.count
	t.min = min(t.min, other.min)
	t.max = max(t.max, other.max)
	t.sum.Merge(other.sum)
	t.squares.merge(other.squares)
}

// Since returns what the tally got since it was as before. Its extremes are those of all.
func (t *Tally) Since(before *Tally) Tally {
	since := *t
	since.count -= before.count
	since.sum = t.sum.Minus(before.sum)
	borrow := uint64(0)
	for i := range since.squares {
		since.squares[i], borrow = bits.Sub64(t.squares[i], before.squares[i], borrow)
	}
	return since
}

// Count returns how many observations were recorded.
func (t *Tally) Count() int64 { return t.count }

// Sum returns their exact sum.
func (t *Tally) Sum() Sum { return t.sum }

// Min returns the smallest observation, 0 if there is none.
func (t *Tally) Min() int64 { return t.min }

// Max returns the largest observation, 0 if there is none.
func (t *Tally) Max() int64 { return t.max }

// Mean returns the exact mean, rounded once; NaN if there is no observation.
func (t *Tally) Mean() float64 {
	if t.count == 0 {
		return math.NaN()
	}
	return t.sum.Over(t.count)
}

// Variance returns the sample variance (divisor n−1), in squared units; NaN if
// there are fewer than two observations. It is exact but for one rounding:
// (n·Σx² − (Σx)²) / (n·(n−1)) over integers, where nothing cancels.
func (t *Tally) Variance() float64 {
	if t.count < 2 {
		return math.NaN()
	}
	n := big.NewInt(t.count)
	sum := t.sum.Big()
	spread := t.squares.big()
	spread.Mul(spread, n).Sub(spread, sum.Mul(sum, sum))
	pairs := new(big.Int).Mul(n, big.NewInt(t.count-1))
	v, _ := new(big.Rat).SetFrac(spread, pairs).Float64()
	return v
}
