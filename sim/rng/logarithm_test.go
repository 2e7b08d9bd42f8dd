package rng

import (
	"math"
	"testing"
)

func TestNegLogIsTheLogarithm(t *testing.T) {
	s := New(1, 0, "logarithm")
	check := func(v float64) {
		got, want := negLog(v), -math.Log(v)
		if math.Abs(got-want) > 5e-16+2e-15*want {
			t.Fatalf("negLog(%v) = %v, want %v", v, got, want)
		}
	}
	for _, v := range []float64{1, 0.5, math.Nextafter(1, 0), math.Nextafter(0.5, 1), 0x1p-53, 0x1p-1000, 3e-308} {
		check(v)
	}
	for range 1_000_000 {
		v := s.Uniform()
		check(v)
		check(v * 0x1p-40)
	}
}

func TestNegLogDecreases(t *testing.T) {
	for i := range 1 << logBits { // across the border of each cell
		border := 0.5 + float64(i)/(1<<(logBits+1))
		below, above := negLog(math.Nextafter(border, 0)), negLog(border)
		if below < above-1e-15 {
			t.Errorf("negLog rises at %v: %v, then %v", border, below, above)
		}
	}
}
