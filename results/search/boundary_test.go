package search

import (
	"math"
	"testing"

	"headroom/sim/rng"
)

// Pocock's constants for looks at equal steps: two-sided 5 % is one-sided 2.5 %
// (Jennison and Turnbull 2000, table 2.1).
func TestLevelsAreThoseOfPocock(t *testing.T) {
	for looks, want := range map[int]float64{1: 1.960, 2: 2.178, 3: 2.289, 5: 2.413, 10: 2.555} {
		var at []int
		for k := range looks {
			at = append(at, 100*(k+1))
		}
		if got := quantile(nominal(at, 0.025)); !(math.Abs(got-want) <= 0.002) {
			t.Errorf("%d looks: got %.4f, want %.3f", looks, got, want)
		}
	}
}

// With the looks of a search, and the small risks that it shares out, the mean crosses as often as the risk says,
// and the level is more than Bonferroni's.
func TestMeansCrossAsOftenAsTheRiskSays(t *testing.T) {
	at := looks(10, 200)
	const risk, walks = 0.02, 200_000
	level := nominal(at, risk)
	if bonferroni := risk / float64(len(at)); level < 1.4*bonferroni {
		t.Errorf("level %g, Bonferroni's %g", level, bonferroni)
	}
	z, crossed := quantile(level), 0
	draws := rng.New(1, 0, "walks")
	for range walks {
		sum, n := 0.0, 0
		for _, look := range at {
			sum += quantile(draws.Uniform()) * math.Sqrt(float64(look-n))
			if n = look; sum > z*math.Sqrt(float64(n)) {
				crossed++
				break
			}
		}
	}
	got := float64(crossed) / walks
	if off := math.Sqrt(risk * (1 - risk) / walks); !(math.Abs(got-risk) <= 4*off) {
		t.Errorf("%g of the walks crossed, want %g", got, risk)
	}
	for _, risk := range []float64{1e-3, 1e-5} {
		if level := nominal(at, risk); !(math.Abs(crossing(at, quantile(level))/risk-1) < 1e-3 && level > risk/float64(len(at)) && level < risk) {
			t.Errorf("risk %g: level %g", risk, level)
		}
	}
}
