package stat

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Skewness estimates how far the law of independent observations leans to large values: its third central moment
// over the third power of its standard deviation. Of the observations' own it is the one without bias for normal
// values (Joanes and Gill 1998: G₁); deviation is its standard error for these. Few observations of a skewed law
// show less skewness than it has, for they hold none of the rare large ones. It is 0 if all are equal, and knows
// nothing (0 and +Inf) of fewer than three.
func Skewness(xs []float64) (skewness, deviation float64) {
	n := float64(len(xs))
	if n < 3 {
		return 0, math.Inf(1)
	}
	mean, squares := moments(xs)
	deviation = math.Sqrt(6 * n * (n - 1) / ((n - 2) * (n + 1) * (n + 3)))
	if squares == 0 {
		return 0, deviation
	}
	cubes, s := 0.0, math.Sqrt(squares/(n-1))
	for _, x := range xs {
		z := (x - mean) / s
		cubes += z * z * z
	}
	return n / ((n - 1) * (n - 2)) * cubes, deviation
}

// Reach is how many standard errors above the mean of n observations their expectation may lie, at a one-sided
// risk below 0.5. Student's quantile is too little where the law leans to large values: of exponential ones an
// expectation lies beyond the one-sided 97.5 % bound of ten in 9.5 % of cases, not 2.5 %. lean is how far the law
// of the mean leans, Skewness/√n; of a lean to small values, which makes Student's bound too wide, nothing is taken off.
//
// It is the quantile of Student's statistic by the Cornish-Fisher expansion to the order of 1/n, with t for the normal
// quantile (P. Hall, The Bootstrap and Edgeworth Expansion, 1992, sections 2.5 and 2.6: with a = lean/6 these are
// a(1 + 2t²) and, for a kurtosis of κ, 5a²t(4t² − 1)/2 − κt(t² − 3)/12n), and for κ that of gamma laws, 3/2 of
// the squared skewness. For these the risk is right within 15 % from twenty observations on (see the tests); of lognormal
// laws the bound is a little wide. The bound for how far the expectation may lie below takes -lean.
func Reach(risk, freedom, lean float64) float64 {
	return stretched(-distuv.StudentsT{Sigma: 1, Nu: freedom}.Quantile(risk), lean)
}

// Risk is the inverse of [Reach]: the probability, as far as observations tell, that their expectation lies more than
// so many standard errors above their mean.
func Risk(reach, freedom, lean float64) float64 {
	t := reach
	switch {
	case lean <= 0 || reach <= 0:
	case reach <= stretched(0, lean):
		t = 0
	default:
		for range 100 { // Newton's method from above: the function is convex and grows
			off := stretched(t, lean) - reach
			next := t - off/stretching(t, lean)
			if !(next < t) {
				break
			}
			t = next
		}
	}
	return distuv.StudentsT{Sigma: 1, Nu: freedom}.CDF(-t)
}

// stretched is a quantile t ≥ 0 of Student's law made one of its statistic under a law that leans.
func stretched(t, lean float64) float64 {
	a := max(0, lean) / 6
	return t + a*(1+2*t*t) + 5.5*a*a*t*(t*t+2)
}

// stretching is the slope of stretched.
func stretching(t, lean float64) float64 {
	a := max(0, lean) / 6
	return 1 + 4*a*t + 5.5*a*a*(3*t*t+2)
}
