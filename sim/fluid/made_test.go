package fluid

import (
	"math"
	"testing"

	"headroom/sim/rng"
	"headroom/sim/stat"
)

// However few stays are recorded at once of a mixture, in the long run all of its laws say theirs, short ones and long ones.
func TestFewStaysOfAMixtureAreThoseOfItsLaws(t *testing.T) {
	short, long := make([]float64, 1000), make([]float64, 1000)
	for i := range short {
		u := (float64(i) + 0.5) / 1000
		short[i], long[i] = 1+u, -100*math.Log(1-u)
	}
	for _, share := range []float64{0.02, 0.15, 0.5} {
		law := Mix([]*Law{Among(long), Among(short)}, []float64{share, 1 - share})
		for _, n := range []int64{1, 3, 10, 100} {
			var h stat.Histogram
			offsets := rng.New(1, 0, "offsets")
			for range 400_000 / n {
				law.Record([]Into{{Histogram: &h}}, Batch{N: n, Offset: offsets.Uniform()})
			}
			if got := h.Mean() * 1e-9; math.Abs(got/law.Mean()-1) > 0.04 {
				t.Errorf("%v of long ones, %d at once: mean %.3f, want %.3f", share, n, got, law.Mean())
			}
			for _, p := range []float64{0.5, 0.9, 0.99} {
				at := float64(h.Quantile(p)) * 1e-9
				if tail := law.Tail(at); math.Abs(tail-(1-p)) > 0.04*(1-p) {
					t.Errorf("%v of long ones, %d at once: %.4f exceed the quantile %v", share, n, tail, p)
				}
			}
		}
	}
}
