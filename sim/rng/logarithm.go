package rng

import "math"

// The logarithm is half of what an exponential draw costs. negLog looks the
// leading logBits bits of the mantissa up, in 4 KiB that stay in the first
// cache, and takes a polynomial for what is left of it, below 2⁻⁹.
const (
	logBits  = 8
	logShift = 52 - logBits
)

// logCell holds 1/c and −ln c for the middle c of one cell of [1, 2).
type logCell struct{ inverse, negLog float64 }

var logCells = func() (cells [1 << logBits]logCell) {
	for i := range cells {
		c := 1 + (float64(i)+0.5)/(1<<logBits)
		cells[i] = logCell{inverse: 1 / c, negLog: -math.Log(c)}
	}
	return cells
}()

// negLog returns −ln v for a normal v in (0, 1], to 3·10⁻¹⁶ plus one part in
// 10¹⁵. It does not branch.
func negLog(v float64) float64 { return negLogBits(math.Float64bits(v), 1023) }

// negLogBits is negLog for the bits of a number, whose exponent is more than its own by a bias: those
// of n stand for n·2⁻⁵³ too.
func negLogBits(b uint64, bias int64) float64 {
	cell := &logCells[b>>logShift&(1<<logBits-1)]
	x := math.Float64frombits(b&(1<<52-1)|1023<<52)*cell.inverse - 1
	p := x * (1 - x*(1./2-x*(1./3-x*(1./4-x*(1./5)))))
	return cell.negLog - p - float64(int64(b>>52)-bias)*math.Ln2
}
