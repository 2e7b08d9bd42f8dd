package fluid

import (
	"sort"
	"testing"

	"headroom/sim/rng"
)

// A guide leads to the bound that a search through all of them finds: among bounds that are equal, far
// apart and close together, for shares that are bounds themselves, and at both ends.
func TestGuideFindsTheBoundOfASearch(t *testing.T) {
	draws := rng.New(1, 0, "seek")
	for _, n := range []int{2, 3, 40, 3000} {
		below := make([]float64, n)
		for i := 1; i < n-1; i++ {
			below[i] = draws.Uniform()
			if i%3 == 0 {
				below[i] = below[i-1]
			}
		}
		below[n-1] = 1
		sort.Float64s(below)
		guide := guideTo(below)
		check := func(p float64) {
			if got, want := seek(below, guide, p), sort.SearchFloat64s(below, p); got != want {
				t.Fatalf("%d bounds: %v is found at %d, want %d", n, p, got, want)
			}
		}
		for i := range guides + 1 {
			check(float64(i) / guides)
		}
		for _, p := range below {
			check(p)
		}
		for range 2000 {
			check(draws.Uniform())
		}
	}
}
