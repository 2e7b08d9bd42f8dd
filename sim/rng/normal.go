package rng

import (
	"fmt"
	"math"
)

type normal struct {
	mean, sd float64 // of the parent
	above    float64 // probability that the parent exceeds 0
	table    *table
}

// Normal returns the normal law of that mean and standard deviation,
// conditioned on not being negative. The parameters are those of the parent,
// before it is truncated; Mean and Variance of the result are those of the
// truncated law, whose mean is larger.
func Normal(mean, sd float64) (Distribution, error) {
	if err := checkPositive("mean", mean); err != nil {
		return nil, err
	}
	if err := checkNotNegative("sd", sd); err != nil {
		return nil, err
	}
	if sd == 0 {
		return fixed(mean), nil
	}
	if sd < minParameter {
		return nil, fmt.Errorf("sd: must be 0 or at least %g, got %g", minParameter, sd)
	}
	above := 0.5 * math.Erfc(-mean/sd/math.Sqrt2)
	return &normal{mean: mean, sd: sd, above: above, table: normalTable()}, nil
}

// Quantile implements [Distribution].
func (d *normal) Quantile(u float64) float64 {
	exceeded := (1 - u) * d.above // the parent's probability of being larger
	return max(0, d.mean-d.sd*d.table.at(exceeded))
}

// hazard returns the inverse Mills ratio of the parent at 0.
func (d *normal) hazard() float64 {
	z := d.mean / d.sd
	return math.Exp(-z*z/2) / math.Sqrt(2*math.Pi) / d.above
}

// Mean implements [Distribution].
func (d *normal) Mean() float64 { return d.mean + d.sd*d.hazard() }

// Variance implements [Distribution].
func (d *normal) Variance() float64 {
	h := d.hazard()
	return d.sd * d.sd * (1 - d.mean/d.sd*h - h*h)
}

type lognormal struct {
	median, sigma float64
	table         *quantiles // of the quantiles divided by the median
}

// lognormalCurve is the logarithm of the quantile of a lognormal law of median
// 1.
type lognormalCurve struct{ sigma float64 }

func (c lognormalCurve) at(v float64, above bool, _ float64) (y, slope float64) {
	y, slope = normalCurve{}.at(v, above, 0)
	return c.sigma * y, c.sigma * slope
}

// maxSigma is the largest standard deviation of the logarithm: 100 σ of it
// stays within the range of a float64.
const maxSigma = 10

// Lognormal returns the lognormal law of that mean and cv, the ratio of its
// standard deviation to its mean. A cv of 0 is [Fixed].
func Lognormal(mean, cv float64) (Distribution, error) {
	if err := checkMeanCV(mean, cv); err != nil {
		return nil, err
	}
	if cv == 0 {
		return fixed(mean), nil
	}
	variance := math.Log1p(cv * cv)
	return newLognormal(mean/math.Sqrt(1+cv*cv), math.Sqrt(variance)), nil
}

// LognormalMedian returns the lognormal law of that median; sigma is the
// standard deviation of its logarithm. A sigma of 0 is [Fixed].
func LognormalMedian(median, sigma float64) (Distribution, error) {
	if err := checkPositive("median", median); err != nil {
		return nil, err
	}
	if !(sigma >= 0 && sigma <= maxSigma) {
		return nil, fmt.Errorf("sigma: must be between 0 and %d, got %g", maxSigma, sigma)
	}
	if sigma == 0 {
		return fixed(median), nil
	}
	return newLognormal(median, sigma), nil
}

func newLognormal(median, sigma float64) *lognormal {
	return &lognormal{median: median, sigma: sigma, table: newQuantiles(lognormalCurve{sigma})}
}

// Quantile implements [Distribution].
func (d *lognormal) Quantile(u float64) float64 { return d.median * d.table.at(u) }

// Mean implements [Distribution].
func (d *lognormal) Mean() float64 { return d.median * math.Exp(d.sigma*d.sigma/2) }

// Variance implements [Distribution].
func (d *lognormal) Variance() float64 {
	mean := d.Mean()
	return mean * mean * math.Expm1(d.sigma*d.sigma)
}
