package results

import (
	"math"
	"testing"

	"headroom/sim/stat"
)

// A textbook case: differences 1, 2, 3, 4 have t = 3.873 with 3 degrees of
// freedom, p = 0.0305.
func TestPairedTIsTheTextbooks(t *testing.T) {
	d := paired("x", "s", []float64{10, 20, 30, 40}, []float64{11, 22, 33, 44})
	if math.Abs(d.P-0.030466) > 1e-5 || d.Delta.Value != 2.5 || !d.Significant() {
		t.Errorf("%+v", d)
	}
	if one := paired("x", "s", []float64{1}, []float64{2}); one.Significant() || !math.IsNaN(one.P) {
		t.Errorf("one replication: %+v", one)
	}
}

// Welch's test by hand: means 10 and 15 with variances of the mean 1 and 4, of 4 and
// 6 replications, have t = 5/√5 = 2.236 with 25/(1/3 + 16/5) = 7.08 degrees of
// freedom; the interval reaches 2.359 · √5 = 5.276 to each side.
func TestUnpairedTIsWelchs(t *testing.T) {
	estimate := func(mean, deviation float64, n int) Value {
		return Value{Key: "x", Unit: "s", Estimate: stat.Estimate{Value: mean, HalfWidth: deviation * quantile95(float64(n-1)), N: n}}
	}
	d := apart(estimate(10, 1, 4), estimate(15, 2, 6))
	if math.Abs(d.P-0.0600) > 2e-4 || math.Abs(d.Delta.HalfWidth-5.276) > 5e-3 || d.Significant() || !math.IsNaN(d.Reduction) || d.Constant {
		t.Errorf("%+v", d)
	}
	if d := apart(estimate(10, 0, 4), estimate(15, 2, 6)); math.Abs(d.Delta.HalfWidth-2*quantile95(5)) > 1e-9 || d.Constant {
		t.Errorf("one side constant: %+v", d)
	}
	if d := apart(estimate(10, 0, 4), estimate(15, 0, 6)); !d.Constant || !d.Significant() {
		t.Errorf("both constant: %+v", d)
	}
}

func TestConstantMetricsHaveNoVarianceToDivide(t *testing.T) {
	if d := paired("x", "s", []float64{2, 2, 2}, []float64{3, 3, 3}); !d.Constant || !math.IsNaN(d.Reduction) || !d.Significant() {
		t.Errorf("constant: %+v", d)
	}
	if d := paired("x", "s", []float64{1, 2, 3}, []float64{1, 2, 3}); d.Constant || d.Reduction != MostReduction || d.Significant() {
		t.Errorf("identical: %+v", d)
	}
	if d := paired("x", "s", []float64{1, 2, 3}, []float64{1, 2.0001, 3}); d.Reduction != MostReduction {
		t.Errorf("almost: %+v", d)
	}
}

func TestCompareApartListsWhatOnlyOneHas(t *testing.T) {
	value := func(key string) Value { return Value{Key: key, Estimate: stat.Estimate{Value: 1, N: 2}} }
	c := CompareApart([]Value{value("a"), value("both")}, []Value{value("both"), value("b")})
	if len(c.Differences) != 1 || c.Differences[0].Key != "both" || c.OnlyA[0] != "a" || c.OnlyB[0] != "b" || c.Paired {
		t.Errorf("%+v", c)
	}
}
