package rng

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

const testSeed = 20260302

// reference is what gonum or a formula says about a law.
type reference interface{ CDF(x float64) float64 }

type cdf func(float64) float64

func (f cdf) CDF(x float64) float64 { return f(x) }

type lawCase struct {
	name           string
	law            Distribution
	mean, variance float64 // closed forms, or NaN if the constructor's words are the only ones
	cdf            reference
	heavy          bool // the fourth moment is too large for a band of the sample variance
}

func must(d Distribution, err error) Distribution {
	if err != nil {
		panic(err)
	}
	return d
}

// gammaCV returns gonum's gamma law of that mean and cv.
func gammaCV(mean, cv float64) distuv.Gamma {
	return distuv.Gamma{Alpha: 1 / (cv * cv), Beta: 1 / (mean * cv * cv)}
}

func truncated(mean, sd float64) cdf {
	parent := distuv.Normal{Mu: mean, Sigma: sd}
	p0 := parent.CDF(0)
	return func(x float64) float64 { return (parent.CDF(x) - p0) / (1 - p0) }
}

func hyper(weights, means []float64) cdf {
	return func(x float64) float64 {
		p := 0.0
		for i, w := range weights {
			p -= w * math.Expm1(-x/means[i])
		}
		return p
	}
}

// halfNormal is sd·√(2/π): the mean of |N(0, sd²)|, approached when the
// parent's mean is nothing beside its sd.
func halfNormal(sd float64) float64 { return sd * math.Sqrt(2/math.Pi) }

func battery() []lawCase {
	mu, sigma := math.Log(12)-math.Log1p(1.5*1.5)/2, math.Sqrt(math.Log1p(1.5*1.5))
	return []lawCase{
		{name: "uniform", law: must(Uniform(2, 5)), mean: 3.5, variance: 0.75, cdf: distuv.Uniform{Min: 2, Max: 5}},
		{name: "exponential", law: must(Exponential(3)), mean: 3, variance: 9, cdf: distuv.Exponential{Rate: 1. / 3}},
		{name: "normal far from 0", law: must(Normal(35, 4)), mean: 35, variance: 16, cdf: distuv.Normal{Mu: 35, Sigma: 4}},
		{name: "normal truncated", law: must(Normal(1, 1)), mean: math.NaN(), variance: math.NaN(), cdf: truncated(1, 1)},
		{name: "half normal", law: must(Normal(1e-9, 2)), mean: halfNormal(2), variance: 4 * (1 - 2/math.Pi), cdf: truncated(1e-9, 2)},
		{name: "lognormal", law: must(Lognormal(12, 1.5)), mean: 12, variance: 324, cdf: distuv.LogNormal{Mu: mu, Sigma: sigma}, heavy: true},
		{name: "lognormal of a median", law: must(LognormalMedian(8, 0.25)), mean: 8 * math.Exp(1./32), variance: math.NaN(), cdf: distuv.LogNormal{Mu: math.Log(8), Sigma: 0.25}},
		{name: "gamma cv 0.5", law: must(Gamma(4, 0.5)), mean: 4, variance: 4, cdf: gammaCV(4, 0.5)},
		{name: "gamma cv 0.001", law: must(Gamma(4, 0.001)), mean: 4, variance: 16e-6, cdf: gammaCV(4, 0.001)},
		{name: "gamma cv 1", law: must(Gamma(2, 1)), mean: 2, variance: 4, cdf: distuv.Exponential{Rate: 0.5}},
		{name: "gamma cv 3", law: must(Gamma(2, 3)), mean: 2, variance: 36, cdf: gammaCV(2, 3), heavy: true},
		{name: "gamma cv 10", law: must(Gamma(1, 10)), mean: 1, variance: 100, cdf: gammaCV(1, 10), heavy: true},
		{name: "erlang 1", law: must(Erlang(1, 6)), mean: 6, variance: 36, cdf: distuv.Exponential{Rate: 1. / 6}},
		{name: "erlang 4", law: must(Erlang(4, 6)), mean: 6, variance: 9, cdf: distuv.Gamma{Alpha: 4, Beta: 4. / 6}},
		{name: "weibull cv", law: must(Weibull(7, math.Sqrt(5))), mean: 7, variance: 245, cdf: distuv.Weibull{K: 0.5, Lambda: 3.5}, heavy: true},
		{name: "weibull shape", law: must(WeibullShape(3, 5)), mean: distuv.Weibull{K: 3, Lambda: 5}.Mean(), variance: distuv.Weibull{K: 3, Lambda: 5}.Variance(), cdf: distuv.Weibull{K: 3, Lambda: 5}},
		{name: "pareto shape", law: must(Pareto(6, 2)), mean: 2.4, variance: 0.24, cdf: distuv.Pareto{Xm: 2, Alpha: 6}, heavy: true},
		{name: "pareto mean", law: must(ParetoMean(1.5, 3)), mean: 3, variance: math.Inf(1), cdf: distuv.Pareto{Xm: 1, Alpha: 1.5}, heavy: true},
		{name: "hyperexponential", law: must(Hyperexponential([]float64{3, 1}, []float64{1, 9})), mean: 3, variance: 33, cdf: hyper([]float64{0.75, 0.25}, []float64{1, 9})},
		{name: "hyperexponential apart", law: must(Hyperexponential([]float64{7, 3}, []float64{1e-6, 1e3})), mean: 300.0000007, variance: 510000, cdf: hyper([]float64{0.7, 0.3}, []float64{1e-6, 1e3})},
		{name: "hyperexponential balanced", law: must(HyperexponentialBalanced(5, 2)), mean: 5, variance: 100, cdf: hyper([]float64{0.8872983346207417, 0.1127016653792583}, []float64{2.8175416344814576, 22.182458365518542}), heavy: true},
	}
}

// sample draws n variates.
func sample(d Distribution, n int) []float64 {
	s := New(testSeed, 0, "battery")
	x := make([]float64, n)
	for i := range x {
		x[i] = s.Draw(d)
	}
	return x
}

func near(got, want, tolerance float64) bool {
	return got == want || math.Abs(got-want) <= tolerance*math.Abs(want)
}

func TestMomentsAreTheClosedForms(t *testing.T) {
	for _, c := range battery() {
		if got := c.law.Mean(); !math.IsNaN(c.mean) && !near(got, c.mean, 1e-7) {
			t.Errorf("%s: mean: got %v, want %v", c.name, got, c.mean)
		}
		if got := c.law.Variance(); !math.IsNaN(c.variance) && !near(got, c.variance, 1e-5) {
			t.Errorf("%s: variance: got %v, want %v", c.name, got, c.variance)
		}
	}
}

// The sample mean lies within five standard errors; the sample variance within
// five of its own, computed from the sample's fourth moment.
func TestSampleMomentsAreWithinTheirBands(t *testing.T) {
	const n = 200_000
	for _, c := range battery() {
		mean, variance := c.law.Mean(), c.law.Variance()
		if math.IsInf(variance, 1) {
			continue
		}
		var first, second, fourth float64
		for _, x := range sample(c.law, n) {
			off := x - mean
			first += off / n
			second += off * off / n
			fourth += off * off * off * off / n
		}
		if band := 5 * math.Sqrt(variance/n); math.Abs(first) > band {
			t.Errorf("%s: sample mean: got %v, want %v ± %v (seed %d)", c.name, mean+first, mean, band, testSeed)
		}
		if band := 5 * math.Sqrt((fourth-second*second)/n); !c.heavy && math.Abs(second-variance) > band {
			t.Errorf("%s: sample variance: got %v, want %v ± %v (seed %d)", c.name, second, variance, band, testSeed)
		}
	}
}

// 1.95/√n is the critical distance of Kolmogorov and Smirnov at 0.1 %.
func TestSamplesFollowTheReferenceLaw(t *testing.T) {
	const n = 100_000
	for _, c := range battery() {
		x := sample(c.law, n)
		slices.Sort(x)
		worst := 0.0
		for i, v := range x {
			p := c.cdf.CDF(v)
			worst = max(worst, p-float64(i)/n, float64(i+1)/n-p)
		}
		if limit := 1.95 / math.Sqrt(n); worst > limit {
			t.Errorf("%s: Kolmogorov-Smirnov distance %v exceeds %v (seed %d)", c.name, worst, limit, testSeed)
		}
	}
}

func TestQuantileInvertsTheReferenceCDF(t *testing.T) {
	for _, c := range battery() {
		const limit = 1e-6
		s := New(testSeed, 1, "quantiles")
		for i := range 3000 {
			u := s.Uniform()
			switch i % 3 {
			case 1:
				u = max(u*u*u, 0x1p-52)
			case 2:
				u = 1 - u*u
			}
			x := c.law.Quantile(u)
			if x < 1e-250 {
				continue // counts as 0
			}
			if got := c.cdf.CDF(x); math.Abs(got-u) > limit*min(1, u+1e-3) {
				t.Fatalf("%s: CDF(Quantile(%v)): got %v (off by %v)", c.name, u, got, got-u)
			}
		}
	}
}

func TestQuantilesAreMonotoneAndFinite(t *testing.T) {
	for _, c := range battery() {
		s := New(testSeed, 2, "monotone")
		u := []float64{0x1p-53, 1 - 0x1p-53, 0.5, 0.5 - 0x1p-53, 0.5 + 0x1p-53, 0x1p-60, math.SmallestNonzeroFloat64}
		for range 20_000 {
			v := s.Uniform()
			u = append(u, v, v*v*v*v, 1-v*v*v*v)
		}
		for e := range 52 { // both sides of each power of two
			p := math.Ldexp(1, -1-e)
			u = append(u, p, math.Nextafter(p, 1), math.Nextafter(p, 0), 1-p, 1-math.Nextafter(p, 1))
		}
		slices.Sort(u)
		last := 0.0
		for _, v := range u {
			if v <= 0 || v >= 1 {
				continue
			}
			x := c.law.Quantile(v)
			if !(x >= last*(1-1e-12)) || math.IsInf(x, 0) {
				t.Fatalf("%s: Quantile(%v): got %v after %v", c.name, v, x, last)
			}
			last = x
		}
	}
}

func TestDrawUsesOneUniform(t *testing.T) {
	for _, c := range battery() {
		a, b := New(testSeed, 3, c.name), New(testSeed, 3, c.name)
		for range 100 {
			a.Draw(c.law)
			b.Uniform()
		}
		if got, want := a.Uint64(), b.Uint64(); got != want {
			t.Errorf("%s: the stream is elsewhere after 100 draws: got %x, want %x", c.name, got, want)
		}
	}
}

// TestDrawsOfSubjectsAreThoseOfTheirStreams: what each draws first does not depend on how it is drawn.
func TestDrawsOfSubjectsAreThoseOfTheirStreams(t *testing.T) {
	for _, c := range battery() {
		s := New(testSeed, 0, c.name)
		for key := range uint64(1000) {
			fork := s.Fork(Key(testSeed, key))
			if got, want := s.DrawOf(testSeed, key, c.law), fork.Draw(c.law); got != want {
				t.Fatalf("%s, subject %d: got %v, want %v", c.name, key, got, want)
			}
		}
	}
}

func TestDrawDoesNotAllocate(t *testing.T) {
	s := New(testSeed, 0, "allocations")
	for _, c := range battery() {
		if got := testing.AllocsPerRun(100, func() { s.Draw(c.law) }); got != 0 {
			t.Errorf("%s: got %v allocations a draw, want 0", c.name, got)
		}
	}
}

func TestEmpiricalYieldsItsWeights(t *testing.T) {
	law := must(Empirical([]float64{5, 1, 9, 1, 7}, []float64{2, 1, 4, 1, 0}))
	if got := law.Mean(); !near(got, 6, 1e-15) {
		t.Errorf("mean: got %v, want 6", got)
	}
	if got := law.Variance(); !near(got, 11, 1e-15) {
		t.Errorf("variance: got %v, want 11", got)
	}
	for _, q := range []struct{ u, want float64 }{{0.001, 1}, {0.2499, 1}, {0.2501, 5}, {0.4999, 5}, {0.5001, 9}, {0.9999, 9}} {
		if got := law.Quantile(q.u); got != q.want {
			t.Errorf("Quantile(%v): got %v, want %v", q.u, got, q.want)
		}
	}
	if got := must(Empirical([]float64{3, 1, 2}, nil)).Quantile(0.5); got != 2 {
		t.Errorf("median of 1, 2, 3: got %v", got)
	}
}

// The index is checked against a scan, on weights that crowd into a few cells.
func TestEmpiricalIndexAgreesWithAScan(t *testing.T) {
	s := New(testSeed, 0, "empirical")
	for range 50 {
		n := 1 + s.Below(200)
		values, weights := make([]float64, n), make([]float64, n)
		for i := range values {
			values[i], weights[i] = float64(i), math.Pow(s.Uniform(), 20)
		}
		law := must(Empirical(values, weights)).(*empirical)
		for range 500 {
			u := s.Uniform()
			want := slices.IndexFunc(law.upTo, func(p float64) bool { return p >= u })
			if got := law.Quantile(u); got != law.values[want] {
				t.Fatalf("n %d: Quantile(%v): got %v, want %v (seed %d)", n, u, got, law.values[want], testSeed)
			}
		}
	}
}

func TestDegenerateLawsAreFixed(t *testing.T) {
	for name, law := range map[string]Distribution{
		"fixed": must(Fixed(4)), "lognormal": must(Lognormal(4, 0)), "gamma": must(Gamma(4, 0)), "median": must(LognormalMedian(4, 0)),
		"weibull": must(Weibull(4, 0)), "normal": must(Normal(4, 0)), "uniform": must(Uniform(4, 4)), "empirical": must(Empirical([]float64{4}, nil)),
	} {
		for _, u := range []float64{0x1p-53, 0.3, 0.5, 1 - 0x1p-53} {
			if got := law.Quantile(u); got != 4 {
				t.Errorf("%s: Quantile(%v): got %v, want 4", name, u, got)
			}
		}
		if law.Mean() != 4 || law.Variance() != 0 {
			t.Errorf("%s: got mean %v and variance %v, want 4 and 0", name, law.Mean(), law.Variance())
		}
	}
}
