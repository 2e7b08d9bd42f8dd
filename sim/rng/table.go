package rng

import (
	"math"
	"sync"
	"sync/atomic"
)

// curve is an increasing function of the probability: the quantile of a
// continuous law, or its logarithm.
type curve interface {
	// at returns the value beyond which the tail below, or above, has the
	// probability v, and its derivative by v. It may start from a guess.
	at(v float64, above bool, guess float64) (y, slope float64)
}

// The layout of a table. Each tail is cut into cells by the leading bits of its
// probability: 2⁵ cells for each halving, down to 2⁻⁵³, so that cells are as
// fine as the tail is thin.
const (
	cellBits   = 5
	cellShift  = 52 - cellBits
	cellMask   = 1<<cellShift - 1
	cells      = 52 << cellBits
	coreCells  = 12 << cellBits     // of them, next to the median
	beyondCore = 0x1p-12            // probability of the others, in both tails together
	halfBits   = 0x3fe0000000000000 // of 0.5
	cellLength = 1.0 / (1 << cellShift)
	roughLimit = 1e-7 // relative error of the tail's probability beyond which a cell is not used
)

// cubic is the curve in one cell, as a polynomial of the position in the cell,
// in [0, 1). Where a cubic is too far off, c3 is NaN.
type cubic struct{ c0, c1, c2, c3 float64 }

func (c *cubic) at(p float64) float64 { return c.c0 + p*(c.c1+p*(c.c2+p*c.c3)) }

// table evaluates a curve by a lookup and a cubic, and where that is not
// accurate by the curve itself. The cells far out, three quarters of all, are made when the
// first is wanted: many a law is drawn from a few times in a run.
type table struct {
	curve       curve
	logarithmic bool                 // at returns the exponential of the curve
	rough       float64              // probability of the core's cells whose cubics are not used
	core        [2 * coreCells]cubic // by the probability u below, then by 1-u above
	ends        [2]edge              // of the core
	once        sync.Once
	outer       atomic.Pointer[outer]
}

// outer is the cells beyond the core.
type outer struct {
	rough float64
	tails [2][cells - coreCells]cubic // by u below, and by 1-u above
}

// edge is the curve where two cells meet.
type edge struct{ v, y, slope float64 }

func newTable(c curve) *table {
	t := &table{curve: c}
	for side, above := range [...]bool{false, true} {
		y, slope := c.at(0.5, above, 0)
		end, rough := t.fill(t.core[side*coreCells:][:coreCells], edge{0.5, y, slope}, above)
		t.ends[side] = end
		t.rough += rough
	}
	return t
}

// far returns the cells beyond the core.
func (t *table) far() *outer {
	t.once.Do(func() {
		o := &outer{}
		for side, above := range [...]bool{false, true} {
			_, rough := t.fill(o.tails[side][:], t.ends[side], above)
			o.rough += rough
		}
		t.outer.Store(o)
	})
	return t.outer.Load()
}

// allRough is the probability of all cells whose cubics are not used.
func (t *table) allRough() float64 { return t.rough + t.far().rough }

// tolerableRoughness is the probability of a slow draw below which a table of
// quantiles is preferred to one of their logarithms, which costs 5 ns more.
const tolerableRoughness = 1e-3

// quantiles is a table of quantiles that is made when the first is wanted: it takes a
// millisecond, and most laws of a scenario that is only read are never drawn from.
type quantiles struct {
	logarithm curve // of the quantiles
	once      sync.Once
	made      atomic.Pointer[table]
}

// newQuantiles returns a table of the quantiles of which c has the logarithms.
func newQuantiles(c curve) *quantiles { return &quantiles{logarithm: c} }

// at returns the quantile at u in (0, 1).
func (q *quantiles) at(u float64) float64 {
	t := q.made.Load()
	if t == nil {
		t = q.table()
	}
	return t.at(u)
}

// table makes the table, or waits for who makes it.
func (q *quantiles) table() *table {
	q.once.Do(func() { q.made.Store(tabulated(q.logarithm)) })
	return q.made.Load()
}

// tabulated returns the table of quantiles that is the more accurate: plain, or of their
// logarithms.
func tabulated(c curve) *table {
	plain := newTable(exponentiated{c})
	if plain.rough+beyondCore <= tolerableRoughness || plain.allRough() <= tolerableRoughness {
		return plain
	}
	logarithms := newTable(c)
	if logarithms.allRough() >= plain.allRough() {
		return plain
	}
	logarithms.logarithmic = true
	return logarithms
}

// exponentiated is the exponential of a curve.
type exponentiated struct{ logarithm curve }

func (e exponentiated) at(v float64, above bool, guess float64) (y, slope float64) {
	y, slope = e.logarithm.at(v, above, math.Log(max(guess, 0)))
	x := math.Exp(y)
	return x, slope * x
}

// at returns the curve, or its exponential, at u in (0, 1). It chooses the tail by arithmetic: a
// processor would mispredict the branch half of the time.
func (t *table) at(u float64) float64 {
	b := math.Float64bits(u)
	above := uint64(int64(halfBits-1-b) >> 63) // all ones where u ≥ 0.5
	b ^= (b ^ math.Float64bits(1-u)) & above
	cell := (halfBits - 1 - b) >> cellShift
	y := math.NaN()
	if cell < coreCells { // neither 0.5 itself, nor far out
		y = t.core[cell+above&coreCells].at(float64(int64(b&cellMask)) * cellLength)
	}
	if y != y {
		y = t.rare(u)
	}
	if t.logarithmic {
		y = math.Exp(y)
	}
	return y
}

// rare returns the curve at u where the core does not know it.
func (t *table) rare(u float64) float64 {
	v, side := u, 0
	if u >= 0.5 {
		v, side = 1-u, 1
	}
	b := math.Float64bits(v)
	if cell := (halfBits - 1 - b) >> cellShift; coreCells <= cell && cell < cells {
		if y := t.far().tails[side][cell-coreCells].at(float64(int64(b&cellMask)) * cellLength); y == y {
			return y
		}
	}
	y, _ := t.curve.at(max(v, 0x1p-53), side == 1, 0)
	return y
}

// fill computes cubics of one tail, from an edge outwards, and returns the edge where they
// end and the probability of those that are rough. Each is the Hermite interpolation of
// the curve between the ends of its cell.
func (t *table) fill(side []cubic, e edge, above bool) (end edge, rough float64) {
	for i := range side {
		outer := math.Float64frombits(math.Float64bits(e.v) - 1<<cellShift)
		width := e.v - outer
		last := e.slope * width
		y, slope := t.curve.at(outer, above, e.y-last)
		first, rise := slope*width, e.y-y
		c := cubic{c0: y, c1: first, c2: 3*rise - 2*first - last, c3: first + last - 2*rise}
		if t.isRough(c, outer, width, above) {
			c.c3 = math.NaN()
			rough += width
		}
		side[i] = c
		e = edge{outer, y, slope}
	}
	return e, rough
}

// isRough reports whether c is too far off somewhere in the cell that begins at
// the probability outer, or turns back.
func (t *table) isRough(c cubic, outer, width float64, above bool) bool {
	for _, p := range [...]float64{0.05, 0.5, 0.95} {
		got := c.at(p)
		v := outer + p*width
		want, slope := t.curve.at(v, above, got)
		if !(math.Abs(got-want) <= roughLimit*v*math.Abs(slope)) && got != want {
			return true
		}
		if rises := c.c1 + p*(2*c.c2+3*p*c.c3); rises < 0 != above && rises != 0 {
			return true
		}
	}
	return false
}

// exponentialCurve is the quantile of the exponential law of mean 1.
type exponentialCurve struct{}

func (exponentialCurve) at(v float64, above bool, _ float64) (y, slope float64) {
	if above {
		return -math.Log(v), -1 / v
	}
	return -math.Log1p(-v), 1 / (1 - v)
}

// normalCurve is the quantile of the standard normal law.
type normalCurve struct{}

// at polishes the value of Erfinv, which has lost digits in the tail, by one
// step of Newton's method on the logarithm of the tail.
func (normalCurve) at(v float64, above bool, _ float64) (y, slope float64) {
	y = math.Sqrt2 * math.Erfinv(2*v-1)
	p := 0.5 * math.Erfc(-y/math.Sqrt2)
	density := math.Exp(-y*y/2) / math.Sqrt(2*math.Pi)
	y -= math.Log(p/v) * p / density
	if above {
		return -y, -1 / density
	}
	return y, 1 / density
}

// normalTable is made when a normal variate is first wanted.
var normalTable = sync.OnceValue(func() *table { return newTable(normalCurve{}) })
