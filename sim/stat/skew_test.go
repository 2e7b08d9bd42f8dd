package stat

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

func TestSkewnessByHand(t *testing.T) {
	// Mean 4, squares 50, cubes 180: 5/12 · 180/(50/4)^1.5 = 1.2·√2.
	skewness, deviation := Skewness([]float64{1, 2, 3, 4, 10})
	if math.Abs(skewness-1.2*math.Sqrt2) > 1e-12 || math.Abs(deviation-math.Sqrt(120.0/144)) > 1e-12 {
		t.Errorf("got %v ± %v, want 1.697 ± 0.913", skewness, deviation)
	}
	if mirrored, _ := Skewness([]float64{-1, -2, -3, -4, -10}); math.Abs(mirrored+skewness) > 1e-12 {
		t.Errorf("mirrored: got %v, want %v", mirrored, -skewness)
	}
	if skewness, deviation := Skewness([]float64{3, 3, 3}); skewness != 0 || !(deviation > 0) {
		t.Errorf("of equal values: got %v ± %v, want 0", skewness, deviation)
	}
	if skewness, deviation := Skewness([]float64{1, 5}); skewness != 0 || !math.IsInf(deviation, 1) {
		t.Errorf("of two: got %v ± %v, want 0 ± infinite", skewness, deviation)
	}
}

func TestReachIsStudentsWhereNothingLeans(t *testing.T) {
	for _, lean := range []float64{0, -0.5} {
		for risk, want := range map[float64]float64{0.025: 2.262, 0.005: 3.250} {
			if got := Reach(risk, 9, lean); math.Abs(got-want) > 1e-3 {
				t.Errorf("risk %v, lean %v: got %v, want %v", risk, lean, got, want)
			}
		}
	}
}

func TestRiskIsTheInverseOfReach(t *testing.T) {
	for _, lean := range []float64{-1, 0, 0.01, 0.3, 1, 3} {
		for _, freedom := range []float64{2, 9, 39.5, 1000} {
			for _, risk := range []float64{0.49, 0.2, 0.025, 1e-3, 1e-6} {
				if got := Risk(Reach(risk, freedom, lean), freedom, lean); !(math.Abs(got/risk-1) < 1e-8) {
					t.Errorf("lean %v, freedom %v: got %v, want %v", lean, freedom, got, risk)
				}
			}
		}
		before := 1.0
		for reach := -3.0; reach < 12; reach += 0.1 { // beside half of the probability there is a step of none
			risk := Risk(reach, 9, lean)
			if risk > before || reach >= 0 && risk > 0.5 || reach < 0 && risk < 0.5 {
				t.Errorf("lean %v: risk %v at %v, after %v", lean, risk, reach, before)
			}
			before = risk
		}
	}
}

// beyond is how often the expectation of a law lies above the mean of n values by more than their reach at a risk.
func beyond(n int, risk float64, draw func() float64, mean float64, lean func(xs []float64) float64) float64 {
	crossed, xs := 0, make([]float64, n)
	student := Reach(risk, float64(n-1), 0) // looked up once
	for range trials {
		for i := range xs {
			xs[i] = draw()
		}
		if value, deviation := Mean(xs); value+deviation*stretched(student, lean(xs)) < mean {
			crossed++
		}
	}
	return float64(crossed) / trials
}

const trials = 10_000

func leanless([]float64) float64 { return 0 }

// leaning is what [Skewness] shows, and a standard error more.
func leaning(xs []float64) float64 {
	skewness, deviation := Skewness(xs)
	return (skewness + deviation) / math.Sqrt(float64(len(xs)))
}

// Where the skewness is known, the bound of gamma laws is crossed about as often as its risk says.
func TestReachOfKnownSkewness(t *testing.T) {
	src := rand.NewPCG(5, 6)
	for _, c := range []struct {
		skewness float64
		n        int
		risk     float64
	}{{0.5, 10, 0.025}, {1, 20, 0.01}, {2, 20, 0.025}, {2, 40, 0.01}, {3, 40, 0.025}, {4, 100, 0.025}} {
		shape := 4 / c.skewness / c.skewness
		law := distuv.Gamma{Alpha: shape, Beta: 1, Src: src}
		got := beyond(c.n, c.risk, law.Rand, shape, func([]float64) float64 { return c.skewness / math.Sqrt(float64(c.n)) })
		student := beyond(c.n, c.risk, law.Rand, shape, leanless)
		t.Logf("%+v: %.4f, by Student's %.4f", c, got, student)
		if band := 4 * math.Sqrt(c.risk/trials); math.Abs(got-c.risk) > 0.15*c.risk+band || student < 1.3*c.risk {
			t.Errorf("%+v: crossed in %v, by Student's bound in %v; want %v ± 15 %%", c, got, student, c.risk)
		}
	}
}

// Where it is estimated, and taken for larger by its standard error, bounds of skewed laws are crossed less than twice as often
// as they say from twenty values on, and Student's two to eight times as often; those of normal values are hardly wider.
func TestReachOfEstimatedSkewness(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for name, law := range map[string]struct {
		draw func() float64
		mean float64
	}{
		"exponential": {r.ExpFloat64, 1},
		"lognormal":   {func() float64 { return math.Exp(r.NormFloat64() / 2) }, math.Exp(1.0 / 8)},
	} {
		for _, c := range []struct {
			n          int
			risk, most float64
		}{{10, 0.025, 1.5}, {20, 0.025, 1.3}, {40, 0.025, 1.2}, {10, 0.004, 2.5}, {20, 0.004, 1.6}, {40, 0.004, 1.6}} {
			got := beyond(c.n, c.risk, law.draw, law.mean, leaning)
			student := beyond(c.n, c.risk, law.draw, law.mean, leanless)
			t.Logf("%s, %+v: %.4f, by Student's %.4f", name, c, got, student)
			if got > c.most*c.risk+4*math.Sqrt(c.risk/trials) || student < 1.7*got {
				t.Errorf("%s, %+v: crossed in %v, by Student's bound in %v", name, c, got, student)
			}
		}
	}
	for n, most := range map[int]float64{10: 1.35, 20: 1.14, 40: 1.07, 100: 1.03} {
		xs, sum, student := make([]float64, n), 0.0, Reach(0.025, float64(n-1), 0)
		for range trials {
			for i := range xs {
				xs[i] = r.NormFloat64()
			}
			sum += stretched(student, leaning(xs)) / student / trials
		}
		if sum > most {
			t.Errorf("bounds of %d normal values are %.3f times as wide as Student's, want at most %v", n, sum, most)
		}
	}
}
