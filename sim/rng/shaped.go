package rng

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
)

type gamma struct {
	shape, scale float64
	table        *quantiles
}

// gammaLaw is the gamma law of scale 1.
type gammaLaw struct{ shape, logGamma float64 }

func (l gammaLaw) tail(x float64, above bool) (probability, density float64) {
	density = math.Exp((l.shape-1)*math.Log(x) - x - l.logGamma)
	if above {
		return mathext.GammaIncRegComp(l.shape, x), density
	}
	return mathext.GammaIncReg(l.shape, x), density
}

// newGamma returns the gamma law of a valid shape and scale.
func newGamma(shape, scale float64) *gamma {
	logGamma, _ := math.Lgamma(shape)
	l := gammaLaw{shape: shape, logGamma: logGamma}
	return &gamma{shape: shape, scale: scale, table: newQuantiles(logInverse{l})}
}

// Gamma returns the gamma law of that mean and cv, the ratio of its standard
// deviation to its mean. A cv of 0 is [Fixed]. Quantiles below e⁻⁶⁹⁰ of the
// scale count as that, which is as good as 0; at a cv of 10 one variate in a
// thousand is so small, at 100 nearly all are.
func Gamma(mean, cv float64) (Distribution, error) {
	if err := checkMeanCV(mean, cv); err != nil {
		return nil, err
	}
	if cv == 0 {
		return fixed(mean), nil
	}
	return newGamma(1/(cv*cv), mean*cv*cv), nil
}

// maxErlang is the largest number of stages, whose cv is minCV.
const maxErlang = 100_000_000

// Erlang returns the law of that mean of the sum of k independent exponential
// stages, alike.
func Erlang(k int, mean float64) (Distribution, error) {
	if k < 1 || k > maxErlang {
		return nil, fmt.Errorf("k: must be between 1 and %d, got %d", maxErlang, k)
	}
	if err := checkPositive("mean", mean); err != nil {
		return nil, err
	}
	if k == 1 {
		return Exponential(mean)
	}
	return newGamma(float64(k), mean/float64(k)), nil
}

// Quantile implements [Distribution].
func (d *gamma) Quantile(u float64) float64 { return d.scale * d.table.at(u) }

// Mean implements [Distribution].
func (d *gamma) Mean() float64 { return d.shape * d.scale }

// Variance implements [Distribution].
func (d *gamma) Variance() float64 { return d.shape * d.scale * d.scale }

type weibull struct {
	shape, scale float64
	table        *quantiles // of the quantiles divided by the scale
}

// weibullCurve is the logarithm of the quantile of a Weibull law of scale 1.
type weibullCurve struct{ shape float64 }

func (c weibullCurve) at(v float64, above bool, _ float64) (y, slope float64) {
	x, slope := exponentialCurve{}.at(v, above, 0)
	return math.Log(x) / c.shape, slope / x / c.shape
}

// The range of a Weibull shape; its cv is 0.0001 at the upper and beyond
// maxCV at the lower end.
const (
	minWeibullShape = 0.1
	maxWeibullShape = 13000
)

// Weibull returns the Weibull law of that mean and cv, the ratio of its
// standard deviation to its mean. A cv of 0 is [Fixed].
func Weibull(mean, cv float64) (Distribution, error) {
	if err := checkMeanCV(mean, cv); err != nil {
		return nil, err
	}
	if cv == 0 {
		return fixed(mean), nil
	}
	low, high := math.Log(minWeibullShape), math.Log(maxWeibullShape)
	for range 100 { // the cv decreases in the shape
		middle := (low + high) / 2
		if weibullCV(math.Exp(middle)) > cv {
			low = middle
		} else {
			high = middle
		}
	}
	shape := math.Exp((low + high) / 2)
	return newWeibull(shape, mean/math.Gamma(1+1/shape)), nil
}

// weibullCV returns the cv of a Weibull law. Where the shape is large, the
// difference of logarithms below has lost its digits and the first term of its
// series, π/(√6·shape), has not.
func weibullCV(shape float64) float64 {
	if shape > 1000 {
		return math.Pi / math.Sqrt(6) / shape
	}
	second, _ := math.Lgamma(1 + 2/shape)
	first, _ := math.Lgamma(1 + 1/shape)
	return math.Sqrt(math.Expm1(second - 2*first))
}

// WeibullShape returns the Weibull law with P(X > x) = exp(-(x/scale)^shape).
func WeibullShape(shape, scale float64) (Distribution, error) {
	if !(shape >= minWeibullShape && shape <= maxWeibullShape) {
		return nil, fmt.Errorf("shape: must be between %g and %d, got %g", minWeibullShape, maxWeibullShape, shape)
	}
	if err := checkPositive("scale", scale); err != nil {
		return nil, err
	}
	return newWeibull(shape, scale), nil
}

func newWeibull(shape, scale float64) *weibull {
	return &weibull{shape: shape, scale: scale, table: newQuantiles(weibullCurve{shape})}
}

// Quantile implements [Distribution].
func (d *weibull) Quantile(u float64) float64 { return d.scale * d.table.at(u) }

// Mean implements [Distribution].
func (d *weibull) Mean() float64 { return d.scale * math.Gamma(1+1/d.shape) }

// Variance implements [Distribution].
func (d *weibull) Variance() float64 {
	sd := d.Mean() * weibullCV(d.shape)
	return sd * sd
}

// errWeights says what is wrong with weights whose sum is not usable.
var errWeights = errors.New("weights: must not all be 0")

// normalise returns n weights that sum to 1; no weights at all are equal ones.
func normalise(weights []float64, n int) ([]float64, error) {
	if len(weights) != 0 && len(weights) != n {
		return nil, fmt.Errorf("weights: must be as many as the values (%d), got %d", n, len(weights))
	}
	if err := checkEach("weights", weights); err != nil {
		return nil, err
	}
	shares := make([]float64, n)
	total := 0.0
	for i := range shares {
		shares[i] = 1
		if len(weights) != 0 {
			shares[i] = weights[i]
		}
		total += shares[i]
	}
	if total < minParameter {
		return nil, errWeights
	}
	for i := range shares {
		shares[i] /= total
	}
	return shares, nil
}
