package fluid

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mathext"

	"headroom/sim/analytic"
	"headroom/sim/rng"
)

// services returns the parts of a law of mean 1.
func services(t *testing.T, law rng.Distribution, err error) []part {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return even(cut(law, finerBody, finerTail))
}

func TestSingleIsPollaczekAndKhinchine(t *testing.T) {
	for _, cv := range []float64{0.25, 0.5, 1, 1.5} {
		law, err := rng.Lognormal(1, cv)
		parts := services(t, law, err)
		for _, load := range []float64{0.2, 0.7, 0.95, 0.985} {
			s := newSingle(parts, interval(1), load, cv*cv)
			want := load * (1 + cv*cv) / 2 / (1 - load)
			if !near(s.mean, want, 0.005) || !near(s.waits, load, 0.01) {
				t.Errorf("cv %v at %v: mean %v, waits %v, want %v, %v", cv, load, s.mean, s.waits, want, load)
			}
		}
	}
}

func TestSingleWithConstantServicesIsMD1(t *testing.T) {
	for _, load := range []float64{0.02, 0.1, 0.3, 0.8, 0.95} {
		s := newSingle([]part{{1, 1}}, interval(1), load, 0)
		if want := load / 2 / (1 - load); !near(s.mean, want, 0.01) {
			t.Errorf("load %v: mean wait %v, want %v", load, s.mean, want)
		}
		within := s.law()
		q, err := analytic.NewMD1(load, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range []float64{0.2, 0.9, 3, 10} {
			got, want := s.waits*(1-within.at(d*s.waits/s.mean)), q.WaitTail(d)
			if math.Abs(got-want) > 0.003 {
				t.Errorf("load %v: P(W > %v) = %v, want %v", load, d, got, want)
			}
		}
	}
}

func TestSingleWithEveryNthArrivalIsGIM1(t *testing.T) {
	law, err := rng.Exponential(1)
	parts := services(t, law, err)
	for _, stages := range []int{2, 8, 1000} {
		for _, load := range []float64{0.3, 0.8, 0.95} {
			s, root := newSingle(parts, interval(stages), load, 1), decay(stages, load)
			if !near(s.mean, root/(1-root), 0.008) || !near(s.waits, root, 0.02) {
				t.Errorf("%d stages at %v: mean %v, waits %v, want %v, %v", stages, load, s.mean, s.waits, root/(1-root), root)
			}
			within := s.law()
			for _, d := range []float64{0.5, 2, 5} {
				if got, want := 1-within.at(d*s.waits/s.mean), math.Exp(-(1-root)*d); math.Abs(got-want) > 0.007 {
					t.Errorf("%d stages at %v: P(W > %v | W > 0) = %v, want %v", stages, load, d, got, want)
				}
			}
		}
	}
}

// A law without a variance is taken as far as its parts go: its waits are finite.
func TestDemandWithoutVarianceIsThatOfItsParts(t *testing.T) {
	law, err := rng.ParetoMean(1.2, 3)
	if err != nil {
		t.Fatal(err)
	}
	d := newDemand(law, 1)
	if math.IsInf(d.scv, 0) || !(d.scv > 10) {
		t.Fatalf("squared coefficient of variation %v, want a number beyond 10", d.scv)
	}
	s := newSingle(even(cut(law, finerBody, finerTail)), interval(2), 0.5, d.scv)
	if math.IsNaN(s.mean) || !(s.mean > 1) {
		t.Errorf("mean wait %v, want a number beyond 1", s.mean)
	}
	if at := s.law().at(1); !(at > 0 && at < 1) {
		t.Errorf("share of the waits below their mean %v, want one inside of 0 and 1", at)
	}
}

// The nearer to regular arrivals are, and the fewer come, the fewer wait for a constant service: next to nobody does who comes more than a service after
// the one before, and so the share is that of the intervals which are shorter.
func TestHardlyAnybodyWaitsForRegularArrivals(t *testing.T) {
	for _, stages := range []int{4, 12, 100, 400} {
		for _, load := range []float64{0.02, 0.1, 0.22, 0.4} {
			s := newSingle([]part{{1, 1}}, interval(stages), load, 0)
			shorter := mathext.GammaIncReg(float64(stages), float64(stages)*load)
			if !(s.waits >= 0.8*shorter-1e-7 && s.waits <= 1.2*shorter+1e-9 && s.mean <= s.waits) {
				t.Errorf("%d stages at %v: %v wait, %v on average, and %v of the intervals are shorter than a service", stages, load, s.waits, s.mean, shorter)
			}
		}
	}
}
