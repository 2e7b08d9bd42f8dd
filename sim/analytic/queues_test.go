package analytic

import (
	"math"
	"math/big"
	"testing"
)

func TestMMcKMatchesItsStateProbabilities(t *testing.T) {
	for _, c := range []struct {
		lambda, mu float64
		servers, k int
	}{{1, 1, 1, 1}, {2, 1, 1, 4}, {0.5, 2, 3, 3}, {5, 1, 4, 30}, {30, 1, 4, 50}} {
		weight, total, number, waiting := 1.0, 1.0, 0.0, 0.0
		for n := 1; n <= c.k; n++ {
			weight *= c.lambda / (c.mu * float64(min(n, c.servers)))
			total += weight
			number += float64(n) * weight
			waiting += float64(max(0, n-c.servers)) * weight
		}
		blocking := weight / total
		accepted := c.lambda * (1 - blocking)
		q, err := NewMMcK(c.lambda, c.mu, c.servers, c.k)
		if err != nil {
			t.Fatal(err)
		}
		for name, pair := range map[string][2]float64{
			"blocking":      {q.Blocking(), blocking},
			"throughput":    {q.Throughput(), accepted},
			"mean number":   {q.MeanNumber(), number / total},
			"mean wait":     {q.MeanWait(), waiting / total / accepted},
			"mean response": {q.MeanResponse(), number / total / accepted},
		} {
			if !within(pair[0], pair[1], 1e-12) {
				t.Errorf("%+v: %s = %v, want %v", c, name, pair[0], pair[1])
			}
		}
	}
}

func TestMMcKJoinsErlangBAndMMc(t *testing.T) {
	loss, _ := NewMMcK(80, 1, 100, 100)
	if want, _ := ErlangB(100, 80); !within(loss.Blocking(), want, 1e-13) {
		t.Errorf("room for the servers only: blocking %v, want Erlang B %v", loss.Blocking(), want)
	}
	roomy, _ := NewMMcK(80, 1, 100, 2000)
	unlimited, _ := NewMMc(80, 1, 100)
	if got, want := roomy.MeanWait(), unlimited.MeanWait(); !within(got, want, 1e-11) {
		t.Errorf("ample room: mean wait %v, want that of M/M/c %v", got, want)
	}
	overload, _ := NewMMcK(1e9, 1, 4, 10)
	if got := overload.Throughput(); !within(got, 4, 1e-8) {
		t.Errorf("overload: throughput %v, want that of 4 busy servers", got)
	}
}

func TestMG1JoinsMM1AndMD1(t *testing.T) {
	exponential, _ := NewMG1(0.8, 1, 1)
	mm1, _ := NewMMc(0.8, 1, 1)
	if got, want := exponential.MeanWaitFCFS(), mm1.MeanWait(); !within(got, want, 1e-13) {
		t.Errorf("M/G/1 with scv 1 waits %v, M/M/1 %v", got, want)
	}
	if got, want := exponential.MeanResponsePS(), mm1.MeanResponse(); !within(got, want, 1e-13) {
		t.Errorf("M/M/1-PS responds in %v, M/M/1-FCFS in %v", got, want)
	}
	if got := mm1.ApproximateGGcWait(1, 0); !within(got, 2, 1e-13) { // ρ/(2(1−ρ)), exact for one server
		t.Errorf("Allen-Cunneen for M/D/1 = %v, want 2", got)
	}
	md1, _ := NewMD1(0.8, 1)
	const step = 1e-3
	area := 0.0
	for at := step / 2; at < 200; at += step {
		area += step * md1.WaitTail(at)
	}
	if !within(area, md1.MeanWait(), 1e-6) {
		t.Errorf("M/D/1: area under the tail %v, want the mean wait %v", area, md1.MeanWait())
	}
}

// crommelin is Erlang's alternating series for P(W ≤ t) of M/D/1 with service 1,
// (1−ρ) Σ_{j≤t} (−λ(t−j))ʲ/j! · exp(λ(t−j)), in 2000 bits, where cancellation does
// no harm.
func crommelin(lambda, t float64) float64 {
	const precision = 2000
	number := func(x float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(x) }
	sum := number(0)
	for j := 0; float64(j) <= t; j++ {
		x := number(lambda)
		x.Mul(x, new(big.Float).Sub(number(t), number(float64(j))))
		term := number(1) // exp(x), by its series
		exponential := number(1)
		for n := 1; n < 1000; n++ {
			term.Mul(term, x).Quo(term, number(float64(n)))
			exponential.Add(exponential, term)
		}
		for n := 1; n <= j; n++ {
			exponential.Mul(exponential, x).Quo(exponential, number(float64(-n)))
		}
		sum.Add(sum, exponential)
	}
	p, _ := sum.Mul(sum, number(1-lambda)).Float64()
	return p
}

func TestMD1WaitMatchesErlangsSeries(t *testing.T) {
	for _, lambda := range []float64{0.0625, 0.5, 0.875, 0.9921875} {
		q, err := NewMD1(lambda, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []float64{0, 0.25, 0.999, 1, 1.5, 7, 19.99, 20, 20.5, 33.25, 60} {
			got, want := q.WaitTail(at), 1-crommelin(lambda, at)
			if math.Abs(got-want) > 2e-14 {
				t.Errorf("lambda %v: P(W > %v) = %v, want %v", lambda, at, got, want)
			}
		}
	}
}

func TestMD1DecayIsExactInHeavyTraffic(t *testing.T) {
	// Near load 1 the wait is exponential with its mean: E[W]·decay → 1.
	for _, gap := range []float64{1e-4, 1e-6, 1e-8} {
		q, err := NewMD1(1-gap, 1)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := q.WaitQuantile(1-1/math.E), q.MeanWait(); !within(got, want, 3*gap+1e-8) {
			t.Errorf("load 1−%v: 63 %% quantile %v, want about the mean %v", gap, got, want)
		}
	}
}

func TestPowerOfDSolvesTheMeanField(t *testing.T) {
	// The fixed point of ds(i)/dt = λ(s(i−1)ᵈ − s(i)ᵈ) − (s(i) − s(i+1)), reached by
	// integrating it from the empty system; the response follows by Little's law.
	for _, c := range []struct {
		d   int
		rho float64
	}{{1, 0.5}, {2, 0.5}, {2, 0.9}, {2, 0.99}, {3, 0.7}} {
		const levels, step = 60, 0.05
		var s [levels + 2]float64
		s[0] = 1
		for range 60_000 {
			next := s
			for i := 1; i <= levels; i++ {
				up := c.rho * (math.Pow(s[i-1], float64(c.d)) - math.Pow(s[i], float64(c.d)))
				next[i] += step * (up - s[i] + s[i+1])
			}
			s = next
		}
		number := 0.0
		for _, share := range s[1:] {
			number += share
		}
		got, err := PowerOfD(c.d, c.rho)
		if want := number / c.rho; err != nil || !within(got, want, 1e-9) {
			t.Errorf("PowerOfD(%d, %v) = %v, %v, want %v", c.d, c.rho, got, err, want)
		}
	}
}
