package stat

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestIntervalMatchesStudentTables(t *testing.T) {
	// Values −1 and 1 in turn have mean 0 and s = √(n/(n−1)), so the half-width is
	// t/√(n−1). t(0.975) and t(0.995): any printed table.
	for _, c := range []struct {
		n          int
		confidence float64
		t          float64
	}{{2, 0.95, 12.706}, {4, 0.95, 3.182}, {10, 0.95, 2.262}, {30, 0.95, 2.045}, {10, 0.99, 3.250}, {1000, 0.95, 1.962}} {
		xs := make([]float64, c.n)
		for i := range xs {
			xs[i] = float64(2*(i%2) - 1)
		}
		got := Interval(xs, c.confidence)
		if want := c.t / math.Sqrt(float64(c.n-1)); got.Value != 0 || got.N != c.n || math.Abs(got.HalfWidth/want-1) > 3e-4 {
			t.Errorf("n %d at %v: %+v, want 0 ± %v", c.n, c.confidence, got, want)
		}
	}
}

func TestIntervalOfTooFewOrEqualValues(t *testing.T) {
	if got := Interval(nil, 0.95); !math.IsNaN(got.Value) || !math.IsNaN(got.HalfWidth) || got.N != 0 {
		t.Errorf("of nothing: %+v", got)
	}
	if got := Interval([]float64{3}, 0.95); got.Value != 3 || !math.IsNaN(got.HalfWidth) || got.N != 1 {
		t.Errorf("of one: %+v", got)
	}
	same := []float64{0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1}
	if got := Interval(same, 0.95); got.Value != 0.1 || got.HalfWidth != 0 {
		t.Errorf("of equal values: %+v, want 0.1 ± 0", got)
	}
	if got := Interval([]float64{1, math.NaN(), 2}, 0.95); !math.IsNaN(got.Value) || !math.IsNaN(got.HalfWidth) {
		t.Errorf("with a NaN: %+v", got)
	}
	mustPanic(t, "confidence of 95", func() { Interval(same, 95) })
}

// coverage returns how often the interval of an estimate contains the truth.
func coverage(trials int, truth float64, estimate func() Estimate) float64 {
	hits := 0
	for range trials {
		if e := estimate(); math.Abs(e.Value-truth) <= e.HalfWidth {
			hits++
		}
	}
	return float64(hits) / float64(trials)
}

func TestIntervalCoversTheTruth(t *testing.T) {
	const trials = 8000
	for _, n := range []int{2, 5, 20} {
		for _, confidence := range []float64{0.8, 0.95} {
			r := rand.New(rand.NewPCG(uint64(n), 6))
			xs := make([]float64, n)
			got := coverage(trials, 1e6, func() Estimate {
				for i := range xs {
					xs[i] = 1e6 + r.NormFloat64()
				}
				return Interval(xs, confidence)
			})
			band := 3.5 * math.Sqrt(confidence*(1-confidence)/trials)
			if math.Abs(got-confidence) > band {
				t.Errorf("n %d: covers %v, want %v ± %v", n, got, confidence, band)
			}
		}
	}
}

// autoregress returns draws of xₜ = rho·xₜ₋₁ + noise, stationary with variance 1.
func autoregress(r *rand.Rand, rho float64) func() float64 {
	x := r.NormFloat64()
	return func() float64 {
		value := x
		x = rho*x + math.Sqrt(1-rho*rho)*r.NormFloat64()
		return value
	}
}

func TestMSER5FindsAKnownTransient(t *testing.T) {
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 8))
		draw := autoregress(r, 0.5)
		xs := make([]float64, 5000)
		for i := range xs {
			xs[i] = 100 + draw() + 40*math.Exp(-float64(i)/100) // below the noise after 370
		}
		if got, ok := MSER5(xs); !ok || got < 200 || got > 900 {
			t.Errorf("seed %d: truncate %d, %v, want about 370", seed, got, ok)
		}
	}
}

func TestMSER5MinimisesItsScore(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 9))
		xs := make([]float64, 50+r.IntN(200))
		for i := range xs {
			xs[i] = r.NormFloat64() + 3*math.Exp(-float64(i)/10)
		}
		best, want := math.Inf(1), 0
		for d := 0; d <= len(xs)/5/2; d++ {
			var means []float64
			for i := 5 * d; i+5 <= len(xs); i += 5 {
				means = append(means, (xs[i]+xs[i+1]+xs[i+2]+xs[i+3]+xs[i+4])/5)
			}
			e := Interval(means, 0.95)
			score := 0.0
			for _, y := range means {
				score += (y - e.Value) * (y - e.Value)
			}
			if score /= float64(len(means) * len(means)); score < best {
				best, want = score, 5*d
			}
		}
		if got, _ := MSER5(xs); got != want {
			t.Errorf("seed %d: truncate %d, want %d", seed, got, want)
		}
	}
}

func TestMSER5KnowsWhenItCannotTell(t *testing.T) {
	if got, ok := MSER5(make([]float64, 100)); got != 0 || !ok {
		t.Errorf("constant series: %d, %v, want 0, true", got, ok)
	}
	if _, ok := MSER5(make([]float64, 49)); ok {
		t.Error("49 observations suffice")
	}
	growing := make([]float64, 1000)
	for i := range growing {
		growing[i] = float64(i)
	}
	if _, ok := MSER5(growing); ok {
		t.Error("a series that never settles has a warm-up")
	}
	growing[999] = math.NaN()
	if _, ok := MSER5(growing); ok {
		t.Error("NaN has a warm-up")
	}
}

func TestEnoughForCountsTheThinSide(t *testing.T) {
	for _, c := range []struct {
		q    float64
		n    int64
		want bool
	}{
		{0.5, 40, true}, {0.5, 39, false}, {0.9, 200, true}, {0.9, 199, false},
		{0.99, 2000, true}, {0.99, 1999, false}, {0.999, 20_000, true}, {0.999, 19_999, false},
		{0.01, 2000, true}, {0.01, 1999, false}, {1, math.MaxInt64, false}, {math.NaN(), 1000, false},
	} {
		if got := EnoughFor(c.q, c.n); got != c.want {
			t.Errorf("EnoughFor(%v, %d) = %v", c.q, c.n, got)
		}
	}
}
