package rng

import (
	"math"
	"testing"
)

// two is a constructor of two numbers.
type two func(a, b float64) (Distribution, error)

func constructors() map[string]two {
	return map[string]two{
		"Fixed":                    func(a, _ float64) (Distribution, error) { return Fixed(a) },
		"Exponential":              func(a, _ float64) (Distribution, error) { return Exponential(a) },
		"Uniform":                  Uniform,
		"Normal":                   Normal,
		"Lognormal":                Lognormal,
		"LognormalMedian":          LognormalMedian,
		"Gamma":                    Gamma,
		"Erlang":                   func(a, b float64) (Distribution, error) { return Erlang(int(min(max(a, -5), 1e9)), b) },
		"Weibull":                  Weibull,
		"WeibullShape":             WeibullShape,
		"Pareto":                   Pareto,
		"ParetoMean":               ParetoMean,
		"HyperexponentialBalanced": HyperexponentialBalanced,
		"Hyperexponential":         func(a, b float64) (Distribution, error) { return Hyperexponential(nil, []float64{a, b}) },
		"weights":                  func(a, b float64) (Distribution, error) { return Hyperexponential([]float64{a, b}, []float64{1, 2}) },
		"Empirical":                func(a, b float64) (Distribution, error) { return Empirical([]float64{1, a}, []float64{1, b}) },
	}
}

// Whatever the numbers, a constructor returns an error or a law that works.
func TestConstructorsReturnAnErrorOrAWorkingLaw(t *testing.T) {
	odd := []float64{math.NaN(), math.Inf(1), math.Inf(-1), -1, -1e-300, 0, 5e-324, 1e-19, 1e-18, 1e-4, 0.01, 0.5, 1, 1.001, 3, 99, 1e4, 1e9, 1e18, 1e19, math.MaxFloat64}
	s := New(testSeed, 0, "odd")
	for name, build := range constructors() {
		for _, a := range odd {
			for _, b := range odd {
				d, err := build(a, b)
				if err != nil {
					continue
				}
				if !(d.Mean() >= 0) || !(d.Variance() >= 0) {
					t.Errorf("%s(%v, %v): got mean %v, variance %v", name, a, b, d.Mean(), d.Variance())
				}
				for _, u := range []float64{0x1p-53, s.Uniform(), 0.5, s.Uniform(), 1 - 0x1p-53} {
					if x := d.Quantile(u); !(x >= 0) || math.IsInf(x, 1) {
						t.Errorf("%s(%v, %v): Quantile(%v): got %v", name, a, b, u, x)
					}
				}
			}
		}
	}
}

func TestConstructorsNameTheFault(t *testing.T) {
	for _, c := range []struct {
		build func() (Distribution, error)
		want  string
	}{
		{func() (Distribution, error) { return Exponential(0) }, "mean: must be positive, between 1e-18 and 1e+18, got 0"},
		{func() (Distribution, error) { return Fixed(-1) }, "value: must be between 0 and 1e+18, got -1"},
		{func() (Distribution, error) { return Uniform(3, 2) }, "high: must not be below low (3), got 2"},
		{func() (Distribution, error) { return Lognormal(1, -0.5) }, "cv: must be 0 or between 0.0001 and 100, got -0.5"},
		{func() (Distribution, error) { return Erlang(0, 1) }, "k: must be between 1 and 100000000, got 0"},
		{func() (Distribution, error) { return ParetoMean(1, 2) }, "shape: must exceed 1 for the mean to exist, got 1"},
		{func() (Distribution, error) { return HyperexponentialBalanced(1, 0.5) }, "cv: must be at least 1, got 0.5"},
		{func() (Distribution, error) { return Hyperexponential([]float64{1}, []float64{1, 2}) }, "weights: must be as many as the values (2), got 1"},
		{func() (Distribution, error) { return Hyperexponential([]float64{0, 0}, []float64{1, 2}) }, "weights: must not all be 0"},
		{func() (Distribution, error) { return Hyperexponential(nil, nil) }, "means: must be between 1 and 64 of them, got 0"},
		{func() (Distribution, error) { return Empirical(nil, nil) }, "values: must not be empty"},
		{func() (Distribution, error) { return Empirical([]float64{1, math.NaN()}, nil) }, "values[1]: must be between 0 and 1e+18, got NaN"},
	} {
		if _, err := c.build(); err == nil || err.Error() != c.want {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}
