package rng

import (
	"fmt"
	"math"
)

// Distribution is the law of a random quantity that is not negative: a
// duration, a demand, a size. It is immutable and may be shared between
// goroutines.
type Distribution interface {
	// Quantile returns the value that a variate does not exceed with
	// probability u, for u strictly inside (0, 1). It never decreases in u.
	// It distinguishes no probability, of either tail, below 2⁻⁵³.
	Quantile(u float64) float64
	// Mean returns the expectation, +Inf where there is none.
	Mean() float64
	// Variance returns the variance, +Inf where there is none.
	Variance() float64
}

// Limits of the parameters. They are far beyond any duration, size or
// dispersion that makes sense, and keep every quantile finite.
const (
	maxParameter = 1e18
	minParameter = 1e-18
	maxCV        = 100
	minCV        = 1e-4
)

// checkPositive returns an error unless v is a usable positive number.
func checkPositive(name string, v float64) error {
	if !(v >= minParameter && v <= maxParameter) { // also refuses NaN
		return fmt.Errorf("%s: must be positive, between %g and %g, got %g", name, minParameter, maxParameter, v)
	}
	return nil
}

// checkNotNegative returns an error unless v is 0 or a usable positive number.
func checkNotNegative(name string, v float64) error {
	if !(v >= 0 && v <= maxParameter) {
		return fmt.Errorf("%s: must be between 0 and %g, got %g", name, maxParameter, v)
	}
	return nil
}

// checkEach returns an error unless each of a list is usable as a number that is not negative.
func checkEach(name string, list []float64) error {
	for i, v := range list {
		if !(v >= 0 && v <= maxParameter) {
			return checkNotNegative(fmt.Sprintf("%s[%d]", name, i), v)
		}
	}
	return nil
}

// checkMeanCV returns an error unless mean and cv, the ratio of the standard
// deviation to the mean, are usable.
func checkMeanCV(mean, cv float64) error {
	if err := checkPositive("mean", mean); err != nil {
		return err
	}
	if cv == 0 || cv >= minCV && cv <= maxCV {
		return nil
	}
	return fmt.Errorf("cv: must be 0 or between %g and %d, got %g", minCV, maxCV, cv)
}

type fixed float64

// Fixed returns the law that always yields value.
func Fixed(value float64) (Distribution, error) {
	if err := checkNotNegative("value", value); err != nil {
		return nil, err
	}
	return fixed(value), nil
}

// Quantile implements [Distribution].
func (f fixed) Quantile(float64) float64 { return float64(f) }

// Mean implements [Distribution].
func (f fixed) Mean() float64 { return float64(f) }

// Variance implements [Distribution].
func (f fixed) Variance() float64 { return 0 }

type uniform struct{ low, width float64 }

// Uniform returns the law that is uniform between low and high.
func Uniform(low, high float64) (Distribution, error) {
	if err := checkNotNegative("low", low); err != nil {
		return nil, err
	}
	if err := checkNotNegative("high", high); err != nil {
		return nil, err
	}
	if high < low {
		return nil, fmt.Errorf("high: must not be below low (%g), got %g", low, high)
	}
	return &uniform{low: low, width: high - low}, nil
}

// Quantile implements [Distribution].
func (d *uniform) Quantile(u float64) float64 { return d.low + d.width*u }

// Mean implements [Distribution].
func (d *uniform) Mean() float64 { return d.low + d.width/2 }

// Variance implements [Distribution].
func (d *uniform) Variance() float64 { return d.width * d.width / 12 }

type exponential struct{ mean float64 }

// Exponential returns the exponential law of that mean.
func Exponential(mean float64) (Distribution, error) {
	if err := checkPositive("mean", mean); err != nil {
		return nil, err
	}
	return &exponential{mean: mean}, nil
}

// Quantile implements [Distribution].
func (d *exponential) Quantile(u float64) float64 { return d.mean * negLog(1-u) }

// Mean implements [Distribution].
func (d *exponential) Mean() float64 { return d.mean }

// Variance implements [Distribution].
func (d *exponential) Variance() float64 { return d.mean * d.mean }

type pareto struct {
	shape, scale float64
	table        *quantiles // of the quantiles divided by the scale
}

// paretoCurve is the logarithm of the quantile of a Pareto law of scale 1.
type paretoCurve struct{ shape float64 }

func (c paretoCurve) at(v float64, above bool, _ float64) (y, slope float64) {
	y, slope = exponentialCurve{}.at(v, above, 0)
	return y / c.shape, slope / c.shape
}

// minParetoShape keeps the largest quantile, scale·2^(53/shape), finite.
const minParetoShape = 0.1

// Pareto returns the law with P(X > x) = (scale/x)^shape for x ≥ scale. Its
// mean is infinite for shape ≤ 1 and its variance for shape ≤ 2.
func Pareto(shape, scale float64) (Distribution, error) {
	if err := checkPositive("shape", shape); err != nil {
		return nil, err
	}
	if shape < minParetoShape {
		return nil, fmt.Errorf("shape: must be at least %g, got %g", minParetoShape, shape)
	}
	if err := checkPositive("scale", scale); err != nil {
		return nil, err
	}
	return &pareto{shape: shape, scale: scale, table: newQuantiles(paretoCurve{shape})}, nil
}

// ParetoMean returns the [Pareto] law of that shape and mean; shape must
// exceed 1.
func ParetoMean(shape, mean float64) (Distribution, error) {
	if !(shape > 1) {
		return nil, fmt.Errorf("shape: must exceed 1 for the mean to exist, got %g", shape)
	}
	if err := checkPositive("mean", mean); err != nil {
		return nil, err
	}
	return Pareto(shape, mean*(shape-1)/shape)
}

// Quantile implements [Distribution].
func (d *pareto) Quantile(u float64) float64 { return d.scale * d.table.at(u) }

// Mean implements [Distribution].
func (d *pareto) Mean() float64 {
	if d.shape <= 1 {
		return math.Inf(1)
	}
	return d.scale * d.shape / (d.shape - 1)
}

// Variance implements [Distribution].
func (d *pareto) Variance() float64 {
	if d.shape <= 2 {
		return math.Inf(1)
	}
	a := d.shape
	return d.scale * d.scale * a / ((a - 1) * (a - 1) * (a - 2))
}
