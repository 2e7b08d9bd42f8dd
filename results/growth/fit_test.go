package main

import (
	"math"
	"testing"
)

func TestFitFindsAnExponent(t *testing.T) {
	var x, exact, noisy []float64
	for i := range 7 {
		n := math.Pow(10, float64(i)/2+1)
		x = append(x, n)
		exact = append(exact, 3*math.Pow(n, 1.5))
		noisy = append(noisy, 3*n*[]float64{1.1, 0.9}[i%2])
	}
	if e := fit(x, exact); math.Abs(e.value-1.5) > 1e-9 || e.high-e.low > 1e-6 {
		t.Errorf("exact: %+v, want 1.5", e)
	}
	if e := fit(x, noisy); e.low > 1 || e.high < 1 || e.high-e.low < 0.01 {
		t.Errorf("noisy: %+v, want an interval about 1", e)
	}
	if e := fit(x[:2], exact[:2]); e.points != 2 || e.value != 0 {
		t.Errorf("two points: %+v, want none", e)
	}
}

// A constant start flattens what is linear, unless it is taken off.
func TestAConstantStartIsNoGrowth(t *testing.T) {
	sizes := []float64{1, 10, 100, 1000, 10_000}
	values := make([]float64, len(sizes))
	for i, n := range sizes {
		values[i] = 5 + n
	}
	x, y := above(sizes, values, 5)
	if e := fit(x, y); len(x) != 4 || math.Abs(e.value-1) > 1e-9 {
		t.Errorf("%+v of %v, want 1 of four", e, x)
	}
}

func TestEveryCurveGrowsToItsEnd(t *testing.T) {
	for _, c := range curves() {
		s := sizes(c.least, c.most)
		if s[0] != c.least || s[len(s)-1] != c.most || len(s) < 7 {
			t.Errorf("%s: sizes %v", c.name, s)
		}
		if a, b := c.scenario(c.least), c.scenario(c.most); a == b {
			t.Errorf("%s: its least and its most are the same", c.name)
		}
	}
}
