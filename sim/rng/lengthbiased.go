package rng

import (
	"fmt"
	"math"
	"sort"
	"sync"
)

// LengthBiased returns the law whose density is that of d times x / E[X]: how
// long whatever is seen at a random instant lasts in all, of things that last d
// each. A uniform share of it is what is left then, on average E[X²] / 2 E[X]
// (Cox, "Renewal Theory", 1962, §5.4). It fails where d has no finite mean, or
// one of 0.
//
// The laws of this package have it in closed form, or by an inverse as exact as
// their own, but for the normal law and what others define: there it is the
// quantile at a rank that is found in a table, off by less than 10⁻³ of itself.
func LengthBiased(d Distribution) (Distribution, error) {
	if mean := d.Mean(); !(mean > 0 && mean <= math.MaxFloat64) {
		return nil, fmt.Errorf("mean: must be positive and finite for a length-biased draw, got %g", mean)
	}
	if own, ok := d.(interface{ lengthBiased() Distribution }); ok {
		return own.lengthBiased(), nil
	}
	return newRanked(d), nil
}

func (f fixed) lengthBiased() Distribution { return f }

// biasedUniform has a density in proportion to the value.
type biasedUniform struct{ low, high float64 }

func (d *uniform) lengthBiased() Distribution { return &biasedUniform{d.low, d.low + d.width} }

// Quantile implements [Distribution].
func (d *biasedUniform) Quantile(u float64) float64 {
	low := d.low / d.high // squares of parameters may not fit
	return d.high * math.Sqrt(low*low+u*(1-low*low))
}

// Mean implements [Distribution].
func (d *biasedUniform) Mean() float64 {
	low := d.low / d.high
	return d.high * 2 / 3 * (1 + low + low*low) / (1 + low)
}

// Variance implements [Distribution].
func (d *biasedUniform) Variance() float64 {
	low, mean := d.low/d.high, d.Mean()
	return d.high*d.high*(1+low*low)/2 - mean*mean
}

// twoStages is the quantile table of the sum of two exponentials of mean 1.
var twoStages = sync.OnceValue(func() *quantiles { return newGamma(2, 1).table })

func (d *exponential) lengthBiased() Distribution {
	return &gamma{shape: 2, scale: d.mean, table: twoStages()}
}

// A lognormal law that is length-biased is another, of the same sigma.
func (d *lognormal) lengthBiased() Distribution {
	return &lognormal{median: d.median * math.Exp(d.sigma*d.sigma), sigma: d.sigma, table: d.table}
}

func (d *gamma) lengthBiased() Distribution { return newGamma(d.shape+1, d.scale) }

// biasedWeibull is the scale times a power of a gamma variate.
type biasedWeibull struct {
	shape, scale float64
	power        *gamma // (x / scale)^shape
}

func (d *weibull) lengthBiased() Distribution {
	return &biasedWeibull{shape: d.shape, scale: d.scale, power: newGamma(1+1/d.shape, 1)}
}

// Quantile implements [Distribution].
func (d *biasedWeibull) Quantile(u float64) float64 {
	return d.scale * math.Pow(d.power.Quantile(u), 1/d.shape)
}

// moment returns the n-th moment over that power of the scale.
func (d *biasedWeibull) moment(n float64) float64 {
	of, _ := math.Lgamma(1 + (n+1)/d.shape)
	mean, _ := math.Lgamma(1 + 1/d.shape)
	return math.Exp(of - mean)
}

// Mean implements [Distribution].
func (d *biasedWeibull) Mean() float64 { return d.scale * d.moment(1) }

// Variance implements [Distribution].
func (d *biasedWeibull) Variance() float64 {
	mean := d.moment(1)
	return d.scale * d.scale * (d.moment(2) - mean*mean)
}

// biasedPareto is a Pareto law of a shape that is 1 less, and may be near 0: its
// quantiles are cut where a float64 ends.
type biasedPareto struct{ shape, scale float64 }

func (d *pareto) lengthBiased() Distribution { return &biasedPareto{d.shape - 1, d.scale} }

// Quantile implements [Distribution].
func (d *biasedPareto) Quantile(u float64) float64 {
	return d.scale * math.Exp(min(highestLog-math.Log(maxParameter), negLog(1-u)/d.shape))
}

// Mean implements [Distribution].
func (d *biasedPareto) Mean() float64 { return (&pareto{shape: d.shape, scale: d.scale}).Mean() }

// Variance implements [Distribution].
func (d *biasedPareto) Variance() float64 {
	return (&pareto{shape: d.shape, scale: d.scale}).Variance()
}

// biasedHyperexponential draws the sum of two stages of a branch, which is
// chosen in proportion to its part of the mean.
type biasedHyperexponential struct {
	mean, variance float64
	scale          float64
	table          *quantiles
}

// twoStageLaw is the law of that draw.
type twoStageLaw struct{ shares, means []float64 }

func (l twoStageLaw) tail(x float64, above bool) (probability, density float64) {
	for i, share := range l.shares {
		z := x / l.means[i]
		survival := math.Exp(-z)
		density += share * z / l.means[i] * survival
		switch {
		case above:
			probability += share * (1 + z) * survival
		case z > 0.1:
			probability += share * (1 - (1+z)*survival)
		default: // 1 - (1+z)e⁻ᶻ as a series, for its digits
			probability += share * z * z * (1./2 + z*(-1./3+z*(1./8+z*(-1./30+z*(1./144+z*(-1./840+z*(1./5760+z*(-1./45360))))))))
		}
	}
	return probability, density
}

func (d *hyperexponential) lengthBiased() Distribution {
	l := twoStageLaw{means: d.law.means}
	b := &biasedHyperexponential{scale: d.mean}
	for i, share := range d.law.shares {
		m := d.law.means[i]
		l.shares = append(l.shares, share*m)
		b.mean += share * m * 2 * m
		b.variance += share * m * 6 * m * m
	}
	b.variance = b.scale * b.scale * (b.variance - b.mean*b.mean)
	b.mean *= b.scale
	b.table = newQuantiles(logInverse{l})
	return b
}

// Quantile implements [Distribution].
func (d *biasedHyperexponential) Quantile(u float64) float64 { return d.scale * d.table.at(u) }

// Mean implements [Distribution].
func (d *biasedHyperexponential) Mean() float64 { return d.mean }

// Variance implements [Distribution].
func (d *biasedHyperexponential) Variance() float64 { return d.variance }

func (d *empirical) lengthBiased() Distribution {
	weights := make([]float64, len(d.values))
	before, largest := 0.0, d.values[len(d.values)-1]
	for i, v := range d.values {
		weights[i] = (d.upTo[i] - before) * (v / largest)
		before = d.upTo[i]
	}
	biased, err := Empirical(d.values, weights)
	if err != nil {
		return fixed(d.mean) // all weight is on values that round to nothing
	}
	return biased
}

// ranked is the length-biased law of any other: the quantile at a rank, in
// proportion to the value there.
type ranked struct {
	law     Distribution
	ranks   []float64 // ends of the cells, ascending, from 0 to 1
	biased  []float64 // probability of a draw below each end
	moments [2]float64
}

// cellsPerHalving is how finely the tails of a law are cut, down to 2⁻⁵⁰.
const (
	cellsPerHalving = 16
	halvings        = 50
)

func newRanked(d Distribution) *ranked {
	r := &ranked{law: d, ranks: []float64{0}}
	for i := halvings * cellsPerHalving; i > 0; i-- {
		r.ranks = append(r.ranks, 0.5*math.Exp2(-float64(i)/cellsPerHalving))
	}
	for i := len(r.ranks) - 1; i >= 0; i-- { // the other tail, and the median between them
		r.ranks = append(r.ranks, 1-r.ranks[i])
	}
	r.biased = make([]float64, len(r.ranks))
	var second, third float64
	for i := 1; i < len(r.ranks); i++ {
		width := r.ranks[i] - r.ranks[i-1]
		r.biased[i] = r.biased[i-1]
		for _, p := range [...]struct{ at, weight float64 }{{0.1127016653792583, 5. / 18}, {0.5, 8. / 18}, {0.8872983346207417, 5. / 18}} {
			x := r.at(r.ranks[i-1] + p.at*width) // Gauss's rule of three points
			r.biased[i] += p.weight * width * x
			second += p.weight * width * x * x
			third += p.weight * width * x * x * x
		}
	}
	mean := r.biased[len(r.biased)-1]
	for i := range r.biased {
		r.biased[i] /= mean
	}
	r.moments = [2]float64{second / mean, third / mean}
	return r
}

// Quantile implements [Distribution]. Within a cell the quantile of the law is
// taken for a straight line.
func (r *ranked) Quantile(u float64) float64 {
	i := min(max(1, sort.SearchFloat64s(r.biased, u)), len(r.biased)-1)
	from, to := r.ranks[i-1], r.ranks[i]
	low, high := r.at(from), r.at(to)
	at := 0.0
	if width := r.biased[i] - r.biased[i-1]; width > 0 {
		at = (u - r.biased[i-1]) / width
	}
	if low+high == 0 {
		return low
	}
	// The mass up to the share s of the cell is low·s + (high-low)·s²/2.
	mass := at * (low + high) / 2
	s := 2 * mass / (low + math.Sqrt(low*low+2*(high-low)*mass))
	return r.at(from + s*(to-from))
}

// at returns the quantile of the law at a rank, which may be 0 or 1.
func (r *ranked) at(u float64) float64 { return r.law.Quantile(min(max(u, 0x1p-53), 1-0x1p-53)) }

// Mean implements [Distribution].
func (r *ranked) Mean() float64 { return r.moments[0] }

// Variance implements [Distribution].
func (r *ranked) Variance() float64 { return r.moments[1] - r.moments[0]*r.moments[0] }
