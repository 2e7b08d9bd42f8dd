package analytic

import (
	"fmt"
	"math"
	"math/big"
	"testing"
)

// within reports whether got is within a relative tolerance of want.
func within(got, want, tolerance float64) bool {
	return got == want || math.Abs(got-want) <= tolerance*math.Abs(want)
}

// erlangBSum is Erlang's loss formula as defined, (aᶜ/c!) / Σ aᵏ/k!, in 500 bits.
func erlangBSum(c int, a float64) float64 {
	const precision = 500
	term := big.NewFloat(1).SetPrec(precision)
	sum := new(big.Float).Copy(term)
	for k := 1; k <= c; k++ {
		term.Mul(term, big.NewFloat(a)).Quo(term, big.NewFloat(float64(k)))
		sum.Add(sum, term)
	}
	b, _ := term.Quo(term, sum).Float64()
	return b
}

func TestErlangBMatchesPublishedTables(t *testing.T) {
	// Loads that lose 1 % and 5 %, as Erlang B tables print them, to three digits.
	for _, c := range []struct {
		servers    int
		load, loss float64
		tolerance  float64
	}{
		{10, 5, 0.018385, 1e-4},
		{1, 0.0101, 0.01, 1e-3},
		{2, 0.153, 0.01, 1e-2},
		{10, 4.46, 0.01, 1e-2},
		{20, 12.0, 0.01, 3e-2},
		{50, 37.9, 0.01, 1e-2},
		{100, 84.1, 0.01, 1e-2},
		{10, 6.22, 0.05, 1e-2},
		{100, 95.2, 0.05, 1e-2},
	} {
		got, err := ErlangB(c.servers, c.load)
		if err != nil || !within(got, c.loss, c.tolerance) {
			t.Errorf("ErlangB(%d, %v) = %v, %v, want %v", c.servers, c.load, got, err, c.loss)
		}
	}
}

func TestErlangBMatchesItsDefinition(t *testing.T) {
	for _, c := range []int{0, 1, 2, 7, 100, 1000} {
		for _, load := range []float64{0.01, 0.5, 0.9, 1, 3} {
			a := load * float64(max(c, 1))
			got, err := ErlangB(c, a)
			if want := erlangBSum(c, a); err != nil || !within(got, want, 1e-12) {
				t.Errorf("ErlangB(%d, %v) = %v, %v, want %v", c, a, got, err, want)
			}
		}
	}
}

func TestErlangCMatchesHalfinWhittAtScale(t *testing.T) {
	// Halfin and Whitt (1981): with c = a + β√a, C tends to 1/(1 + β·Φ(β)/φ(β)).
	const c = 100_000
	for _, beta := range []float64{0.2, 1, 2} {
		root := (-beta + math.Sqrt(beta*beta+4*c)) / 2
		got, err := ErlangC(c, root*root)
		if err != nil {
			t.Fatal(err)
		}
		normal := 0.5 * math.Erfc(-beta/math.Sqrt2)
		density := math.Exp(-beta*beta/2) / math.Sqrt(2*math.Pi)
		want := 1 / (1 + beta*normal/density)
		if !within(got, want, 0.01) {
			t.Errorf("ErlangC(%d, beta %v) = %v, want about %v", c, beta, got, want)
		}
	}
}

func TestMMcMatchesPublishedValues(t *testing.T) {
	q, err := NewMMc(80, 1, 100)
	if err != nil {
		t.Fatal(err)
	}
	if got := q.MeanWait(); !within(got, 0.000982321, 1e-6) {
		t.Errorf("M/M/100 at 0.8: mean wait %v, want 0.000982321", got)
	}
	// Two servers: C = 2ρ²/(1+ρ), E[W] = ρ²/(1−ρ²) services.
	q, _ = NewMMc(1.5, 1, 2)
	if got, want := q.WaitProbability(), 9.0/14; !within(got, want, 1e-14) {
		t.Errorf("M/M/2 at 0.75: wait probability %v, want %v", got, want)
	}
	if got, want := q.MeanWait(), 9.0/7; !within(got, want, 1e-14) {
		t.Errorf("M/M/2 at 0.75: mean wait %v, want %v", got, want)
	}
	if got, want := q.MeanNumber(), 24.0/7; !within(got, want, 1e-14) { // 2ρ/(1−ρ²)
		t.Errorf("M/M/2 at 0.75: mean number %v, want %v", got, want)
	}
}

func TestMMcResponseOfOneServerIsExponential(t *testing.T) {
	for _, rho := range []float64{0.1, 0.5, 0.9, 0.999} {
		q, err := NewMMc(rho, 1, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []float64{0, 0.3, 1, 20, 1000} {
			if got, want := q.ResponseTail(at), math.Exp(-(1-rho)*at); !within(got, want, 1e-12) {
				t.Errorf("rho %v: P(T > %v) = %v, want %v", rho, at, got, want)
			}
		}
		want, err := MM1ResponseQuantile(rho, 1, 0.99)
		if got := q.ResponseQuantile(0.99); err != nil || !within(got, want, 1e-10) {
			t.Errorf("rho %v: p99 response %v, want %v", rho, got, want)
		}
		if median, _ := MM1ResponseQuantile(rho, 1, 0.5); !within(median, math.Ln2/(1-rho), 1e-12) {
			t.Errorf("rho %v: median response %v", rho, median)
		}
	}
}

func TestMMcTailsIntegrateToTheirMeans(t *testing.T) {
	for _, c := range []int{2, 3, 10} {
		for _, rho := range []float64{0.3, 0.5, 0.9} { // at 2, 0.5 both rates are equal
			q, err := NewMMc(rho*float64(c), 1, c)
			if err != nil {
				t.Fatal(err)
			}
			wait, response := 0.0, 0.0
			const step = 1e-3
			for at := step / 2; at < 400; at += step { // midpoint rule
				wait += step * q.WaitTail(at)
				response += step * q.ResponseTail(at)
			}
			if !within(wait, q.MeanWait(), 1e-5) || !within(response, q.MeanResponse(), 1e-5) {
				t.Errorf("c %d, rho %v: areas %v, %v, want means %v, %v",
					c, rho, wait, response, q.MeanWait(), q.MeanResponse())
			}
		}
	}
}

func TestQuantilesInvertTails(t *testing.T) {
	mmc, err := NewMMc(7.5, 1, 8)
	if err != nil {
		t.Fatal(err)
	}
	md1, err := NewMD1(0.9, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []float64{0.3, 0.5, 0.9, 0.999, 1 - 1e-9} {
		for name, got := range map[string]float64{
			"M/M/8 wait":     mmc.WaitTail(mmc.WaitQuantile(q)),
			"M/M/8 response": mmc.ResponseTail(mmc.ResponseQuantile(q)),
			"M/D/1 wait":     md1.WaitTail(md1.WaitQuantile(q)),
		} {
			if !within(got, 1-q, 1e-6) {
				t.Errorf("%s: tail at the %v-quantile = %v", name, q, got)
			}
		}
	}
	if got := mmc.WaitQuantile(0.01); got != 0 {
		t.Errorf("M/M/8: 1 %% quantile of the wait = %v, want 0", got)
	}
	if got := md1.WaitQuantile(0.05); got != 0 {
		t.Errorf("M/D/1: 5 %% quantile of the wait = %v, want 0", got)
	}
}

func TestUnstableQueuesAreInfinite(t *testing.T) {
	mmc, _ := NewMMc(3, 1, 3)
	mg1, _ := NewMG1(1, 1, 2)
	md1, _ := NewMD1(2, 1)
	power, _ := PowerOfD(2, 1)
	mm1, _ := MM1ResponseQuantile(1, 1, 0.5)
	for name, got := range map[string]float64{
		"M/M/c mean":      mmc.MeanResponse(),
		"M/M/c wait p50":  mmc.WaitQuantile(0.5),
		"M/M/c p50":       mmc.ResponseQuantile(0.5),
		"M/G/1 wait":      mg1.MeanWaitFCFS(),
		"M/G/1-PS":        mg1.MeanResponsePS(),
		"M/D/1 wait":      md1.MeanWait(),
		"M/D/1 p50":       md1.WaitQuantile(0.5),
		"power of 2":      power,
		"M/M/1 p50":       mm1,
		"inverse of tail": 1 / (1 - md1.WaitTail(5)),
	} {
		if !math.IsInf(got, 1) {
			t.Errorf("%s = %v, want +Inf", name, got)
		}
	}
}

func TestSenselessParametersAreErrors(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for i, call := range []func() error{
		func() error { _, err := ErlangB(-1, 1); return err },
		func() error { _, err := ErlangB(1, nan); return err },
		func() error { _, err := ErlangC(0, 1); return err },
		func() error { _, err := NewMMc(-1, 1, 1); return err },
		func() error { _, err := NewMMc(1, 0, 1); return err },
		func() error { _, err := NewMMc(1, inf, 1); return err },
		func() error { _, err := NewMMc(1, 1, 0); return err },
		func() error { _, err := NewMMcK(1, 1, 2, 1); return err },
		func() error { _, err := NewMMcK(1, 1, 0, 1); return err },
		func() error { _, err := NewMG1(1, nan, 1); return err },
		func() error { _, err := NewMG1(1, 1, -1); return err },
		func() error { _, err := NewMD1(inf, 1); return err },
		func() error { _, err := PowerOfD(0, 0.5); return err },
		func() error { _, err := PowerOfD(2, -0.5); return err },
		func() error { _, err := MM1ResponseQuantile(1, 2, 1.5); return err },
	} {
		if call() == nil {
			t.Errorf("case %d: no error", i)
		}
	}
	q, _ := NewMMc(1, 2, 1)
	if got := q.ResponseQuantile(2); !math.IsNaN(got) {
		t.Errorf("quantile of 2 = %v, want NaN", got)
	}
}

func TestAnIdleSystemNeverWaits(t *testing.T) {
	mmc, _ := NewMMc(0, 1, 2)
	mmck, _ := NewMMcK(0, 1, 2, 5)
	md1, _ := NewMD1(0, 1)
	power, _ := PowerOfD(2, 0)
	got := fmt.Sprint(mmc.MeanWait(), mmck.MeanWait(), md1.MeanWait(), md1.WaitTail(0), power)
	if want := "0 0 0 0 1"; got != want {
		t.Errorf("waits without load: %s, want %s", got, want)
	}
}
