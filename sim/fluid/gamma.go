package fluid

import (
	"math"
	"sync/atomic"

	"gonum.org/v1/gonum/mathext"
)

// Gamma laws of mean 1 are tabulated by the logarithm of their shape.
const (
	shapesPerOctave = 8
	leastShape      = -8 // octaves
	mostShape       = 14
)

// gammaTables are those that were asked for. Whoever comes first works one out.
var gammaTables [(mostShape-leastShape)*shapesPerOctave + 1]atomic.Pointer[table]

func gammaTable(i int) *table {
	if t := gammaTables[i].Load(); t != nil {
		return t
	}
	shape := math.Exp2(leastShape + float64(i)/shapesPerOctave)
	t := tabulate(1, func(x float64) float64 { return mathext.GammaIncReg(shape, shape*x) })
	gammaTables[i].Store(t)
	return t
}

// scaledGamma is a gamma law, between two that are tabulated.
type scaledGamma struct {
	from, to *table
	part     float64
	mean     float64
}

func gammaLaw(shape, mean float64) *scaledGamma {
	place := (math.Log2(shape) - leastShape) * shapesPerOctave
	place = min(max(place, 0), float64(len(gammaTables)-1)-1e-9)
	i := int(place)
	return &scaledGamma{from: gammaTable(i), to: gammaTable(i + 1), part: place - float64(i), mean: mean}
}

// at is the share below a value.
func (g *scaledGamma) at(x float64) float64 {
	i, part, inside := g.from.place(x / g.mean)
	if !inside {
		return part
	}
	a, b := g.from.values, g.to.values
	low, high := a[i]+g.part*(b[i]-a[i]), a[i+1]+g.part*(b[i+1]-a[i+1])
	return low + part*(high-low)
}
