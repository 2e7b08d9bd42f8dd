package stat

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Estimate is a value that was measured, not known.
type Estimate struct {
	Value     float64
	HalfWidth float64 // of the confidence interval around Value; NaN if unknown
	N         int     // observations behind it: replications, or batches
}

// Interval estimates the mean of independent observations, one a replication,
// with the Student-t interval of the given confidence (0.95): mean ± t·s/√n with
// n−1 degrees of freedom. HalfWidth is NaN for n < 2 and exactly 0 if all values
// are equal; Value is NaN for n = 0. An observation that is NaN or infinite
// makes both NaN or infinite. It panics if confidence is not inside (0, 1).
func Interval(xs []float64, confidence float64) Estimate {
	return NewIntervals(confidence).Of(xs)
}

// Mean returns the mean of independent observations and its standard error, which is NaN for n < 2 and exactly 0 if
// all are equal; NaN for n = 0.
func Mean(xs []float64) (value, deviation float64) {
	n := float64(len(xs))
	if n < 2 {
		value, _ = moments(xs)
		return value, math.NaN()
	}
	value, squares := moments(xs)
	return value, math.Sqrt(squares / (n - 1) / n)
}

// Intervals makes many intervals of one confidence, and looks up the quantile of
// Student's t only where their numbers of observations differ.
type Intervals struct {
	confidence float64
	freedom    int // of the quantile, which it has looked up last
	quantile   float64
}

// NewIntervals returns a maker of intervals. It panics if confidence is not inside
// (0, 1).
func NewIntervals(confidence float64) *Intervals {
	if !(0 < confidence && confidence < 1) {
		panic("stat: confidence outside (0, 1)")
	}
	return &Intervals{confidence: confidence}
}

// Of is [Interval].
func (v *Intervals) Of(xs []float64) Estimate {
	n := len(xs)
	if n == 0 {
		return Estimate{Value: math.NaN(), HalfWidth: math.NaN()}
	}
	mean, squares := moments(xs)
	e := Estimate{Value: mean, HalfWidth: math.NaN(), N: n}
	switch {
	case n < 2:
	case squares == 0:
		e.HalfWidth = 0
	default:
		e.HalfWidth = v.width(n-1) * math.Sqrt(squares/float64(n-1)/float64(n))
	}
	return e
}

// width returns how many standard errors are half an interval.
func (v *Intervals) width(freedom int) float64 {
	if v.freedom != freedom {
		v.freedom = freedom
		v.quantile = distuv.StudentsT{Sigma: 1, Nu: float64(freedom)}.Quantile(0.5 + v.confidence/2)
	}
	return v.quantile
}

// EnoughFor reports whether n observations suffice to estimate the q-quantile:
// at least 20 are expected on its thinner side, n·min(q, 1−q) ≥ 20. The number
// beyond the true quantile is binomial, so its standard deviation is about
// 1/√20 = 22 % of its mean: the 95 % interval of a p99.9 from 20 000
// independent observations then runs from the true p99.86 to p99.94.
func EnoughFor(q float64, n int64) bool {
	const (
		beyond    = 20
		roundings = 1e-9 // 1−0.9 is a little less than 0.1
	)
	return float64(n)*min(q, 1-q) >= beyond-roundings
}

// moments returns the mean and the sum of squared deviations from it. Values are
// taken relative to the first, so that equal ones give their value and 0 exactly.
func moments(xs []float64) (mean, squares float64) {
	if len(xs) == 0 {
		return math.NaN(), 0
	}
	first, n := xs[0], float64(len(xs))
	shift := 0.0
	for _, x := range xs {
		shift += x - first
	}
	mean = first + shift/n
	for _, x := range xs {
		squares += (x - mean) * (x - mean)
	}
	return mean, squares
}
