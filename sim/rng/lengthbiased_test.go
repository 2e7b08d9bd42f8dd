package rng

import (
	"fmt"
	"math"
	"testing"
)

// strange is a law that somebody else defined: the maximum of two exponentials.
type strange struct{}

func (strange) Quantile(u float64) float64 { return math.Log((1 + math.Sqrt(u)) / (1 - u)) }
func (strange) Mean() float64              { return 1.5 }
func (strange) Variance() float64          { return 1.25 }

// lifetimes are laws by cv, as light and as heavy as scenarios have them.
func lifetimes() map[string]Distribution {
	laws := map[string]Distribution{
		"fixed": must(Fixed(7)), "uniform": must(Uniform(1, 9)), "exponential": must(Exponential(5)),
		"normal": must(Normal(5, 1)), "normal truncated": must(Normal(1, 3)), "somebody's": strange{},
		"erlang": must(Erlang(3, 6)), "pareto": must(ParetoMean(5, 3)),
		"empirical":        must(Empirical([]float64{0, 1, 2, 50}, []float64{1, 5, 3, 1})),
		"hyperexponential": must(Hyperexponential([]float64{9, 1}, []float64{1, 100})),
	}
	for _, cv := range []float64{0.25, 1, 4, 8} {
		laws[fmt.Sprintf("lognormal cv %g", cv)] = must(Lognormal(3600, cv))
		laws[fmt.Sprintf("gamma cv %g", cv)] = must(Gamma(3600, cv))
		laws[fmt.Sprintf("weibull cv %g", cv)] = must(Weibull(3600, cv))
	}
	return laws
}

// The mean of what is left at a random instant is E[X²] / 2 E[X]: of the closed
// form, and of a midpoint rule over the quantiles, which sees all but the last
// millionth of the tail.
func TestMeanOfTheRestIsTheSecondMomentOverTwiceTheFirst(t *testing.T) {
	for name, law := range lifetimes() {
		biased := must(LengthBiased(law))
		want := (law.Variance() + law.Mean()*law.Mean()) / (2 * law.Mean())
		if got := biased.Mean() / 2; !near(got, want, 1e-4) {
			t.Errorf("%s: mean of the rest: got %v, want %v", name, got, want)
		}
		// Substitution of the rank 1-w⁴ stretches the upper tail, where the mean is.
		const n = 100_000
		got := 0.0
		for i := range n {
			w := (float64(i) + 0.5) / n
			got += biased.Quantile(min(max(1-w*w*w*w, 0x1p-53), 1-0x1p-53)) * 4 * w * w * w / n / 2
		}
		if !near(got, want, 2e-3) {
			t.Errorf("%s: mean of quantiles over 2: got %v, want %v", name, got, want)
		}
	}
}

// The probability of a length-biased draw up to x is the part of the mean that
// comes from draws of the law up to x: E[X; X ≤ x] / E[X].
func TestLengthBiasedRanksAreShares(t *testing.T) {
	for name, law := range lifetimes() {
		if name == "fixed" || name == "empirical" { // whose steps no rank lies on
			continue
		}
		biased := must(LengthBiased(law))
		for _, u := range []float64{0.02, 0.3, 0.5, 0.9, 0.99} {
			x := biased.Quantile(u)
			low, high := 0.0, 1.0
			for range 60 { // the rank of x
				if middle := (low + high) / 2; law.Quantile(max(middle, 0x1p-53)) < x {
					low = middle
				} else {
					high = middle
				}
			}
			const n = 50_000
			got := 0.0
			for i := range n { // ∫ of the quantile from 0 to the rank, in steps that are finer at its end
				w := (float64(i) + 0.5) / n
				p := low * (1 - w*w*w)
				got += law.Quantile(min(max(p, 0x1p-53), 1-0x1p-53)) * low * 3 * w * w / n
			}
			if got /= law.Mean(); !near(got, u, 3e-3) {
				t.Errorf("%s: share of the mean below Quantile(%v): got %v", name, u, got)
			}
		}
	}
}

func TestLengthBiasedQuantilesNeverDecrease(t *testing.T) {
	for name, law := range lifetimes() {
		biased := must(LengthBiased(law))
		last := 0.0
		for i := range 20_000 {
			u := (float64(i) + 0.5) / 20_000
			x := biased.Quantile(u)
			if !(x >= last*(1-1e-12)) || math.IsInf(x, 0) {
				t.Fatalf("%s: Quantile(%v): got %v after %v", name, u, x, last)
			}
			last = x
		}
	}
}

func TestOnlyFiniteMeansCanBeLengthBiased(t *testing.T) {
	for name, law := range map[string]Distribution{"pareto 1": must(Pareto(1, 3)), "zero": must(Fixed(0))} {
		if _, err := LengthBiased(law); err == nil {
			t.Errorf("%s: got a law, want an error", name)
		}
	}
	heavy := must(LengthBiased(must(Pareto(1.001, 3))))
	if x := heavy.Quantile(1 - 0x1p-53); math.IsInf(x, 0) || math.IsNaN(x) {
		t.Errorf("pareto 1.001: largest quantile: got %v", x)
	}
}
