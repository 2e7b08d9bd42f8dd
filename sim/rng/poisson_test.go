package rng

import (
	"math"
	"testing"
)

// TestPoissonCounts compares counts with the distribution, by chi-square over cells that
// are each expected at least 20 times.
func TestPoissonCounts(t *testing.T) {
	const n = 100_000
	for _, mean := range []float64{0.3, 4, 9.9, 10, 37.5, 1000, 1e6} {
		s := New(11, 0, "poisson")
		sum, squares := 0.0, 0.0
		seen := map[int64]int{}
		for range n {
			k := s.Poisson(mean)
			sum += float64(k)
			squares += (float64(k) - mean) * (float64(k) - mean)
			seen[k]++
		}
		if z := (sum/n - mean) / math.Sqrt(mean/n); math.Abs(z) > 4 {
			t.Errorf("mean %v: got %v, %.1f standard errors away", mean, sum/n, z)
		}
		if z := (squares/n/mean - 1) / math.Sqrt((2+1/mean)/n); math.Abs(z) > 4 {
			t.Errorf("mean %v: variance %v of it, %.1f standard errors away", mean, squares/n/mean, z)
		}
		chi, cells, rest := 0.0, 0.0, 1.0
		restSeen := n
		for k := int64(0); float64(k) < mean+20*math.Sqrt(mean)+20 && mean < 2000; k++ {
			factorial, _ := math.Lgamma(float64(k) + 1)
			p := math.Exp(float64(k)*math.Log(mean) - mean - factorial)
			if n*p < 20 {
				continue
			}
			d := float64(seen[k]) - n*p
			chi, cells, rest, restSeen = chi+d*d/(n*p), cells+1, rest-p, restSeen-seen[k]
		}
		if cells > 0 {
			if n*rest > 1 {
				d := float64(restSeen) - n*rest
				chi += d * d / (n * rest)
			}
			if z := (chi - cells) / math.Sqrt(2*cells); z > 4.5 {
				t.Errorf("mean %v: chi-square %.0f over %.0f cells", mean, chi, cells)
			}
		}
	}
	s := New(11, 0, "poisson")
	if got := s.Poisson(0); got != 0 {
		t.Errorf("mean 0: got %d", got)
	}
}
