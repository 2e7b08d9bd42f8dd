package sweep

import (
	"math"
	"slices"
	"testing"

	"headroom/model"
	"headroom/sim/rng"
)

func TestBreachJudgesMeansAndCountsReplications(t *testing.T) {
	l := NewLayout([]string{"latency.p99", "availability"}, []string{"s", "ratio"})
	nan := math.NaN()
	latency := model.Threshold{Key: "latency.p99", Operator: "<", Limit: 1, Text: "< 1s"}
	absent := model.Threshold{Key: "goodput", Operator: ">", Limit: 1, Text: "> 1"}
	for _, c := range []struct {
		values     [][]float64
		thresholds []model.Threshold
		want       []string
		count      int
	}{
		{[][]float64{{0.5, 1}, {0.7, 1}, {0.9, 1}}, []model.Threshold{latency}, nil, 0},
		{[][]float64{{0.1, 1}, {0.1, 1}, {1.5, 1}}, []model.Threshold{latency}, nil, 1}, // the mean holds
		{[][]float64{{0.9, 1}, {0.9, 1}, {5, 1}}, []model.Threshold{latency}, []string{"latency.p99 < 1s"}, 1},
		{[][]float64{{nan, 1}, {nan, 1}}, []model.Threshold{latency}, []string{"latency.p99 < 1s"}, 2},
		{[][]float64{{0.5, 1}}, []model.Threshold{latency, absent}, []string{"goodput > 1"}, 1},
	} {
		r := Row{Layout: l, Values: c.values}
		b := r.Breach(c.thresholds)
		if !slices.Equal(b.Thresholds, c.want) || b.Count != c.count || b.N != len(c.values) {
			t.Errorf("%v: %q, %d of %d; want %q, %d", c.values, b.Thresholds, b.Count, b.N, c.want, c.count)
		}
	}
	if b := (&Row{Err: "failed"}).Breach([]model.Threshold{latency}); b.N != 0 || !math.IsNaN(b.Probability.Value) {
		t.Errorf("a failed point: %+v", b)
	}
}

// The table of the paper gives 0..70.8 % for none of three, 29.2..100 % for all of
// them, and 2.5..44.5 % for one or two of ten, rounded outwards.
func TestBreachIntervalsAreThoseOfClopperAndPearson(t *testing.T) {
	for _, c := range []struct {
		count, n  int
		low, high float64
	}{{0, 3, 0, 0.7076}, {3, 3, 0.2924, 1}, {1, 10, 0.0025, 0.4450}, {2, 10, 0.0252, 0.5561}, {0, 10, 0, 0.3085}} {
		s := proportion(c.count, c.n)
		if math.Abs(s.Low-c.low) > 1e-4 || math.Abs(s.High-c.high) > 1e-4 {
			t.Errorf("%d of %d: %.4f..%.4f, want %.4f..%.4f", c.count, c.n, s.Low, s.High, c.low, c.high)
		}
	}
}

// An interval is honest if it holds the truth in 95 % of cases, at few trials too.
func TestBreachIntervalsHoldTheTruth(t *testing.T) {
	draws := rng.New(1, 0, "breaches")
	for _, n := range []int{3, 5, 10} {
		for _, p := range []float64{0.01, 0.2, 0.5, 0.9} {
			const cases = 2000
			held := 0
			for range cases {
				count := 0
				for range n {
					if draws.Uniform() < p {
						count++
					}
				}
				if s := proportion(count, n); s.Low <= p && p <= s.High {
					held++
				}
			}
			if float64(held) < 0.935*cases { // 0.95, less three standard errors
				t.Errorf("n %d, p %g: %d of %d intervals hold it", n, p, held, cases)
			}
		}
	}
}
