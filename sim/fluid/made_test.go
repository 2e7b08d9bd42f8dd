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

// Stays that are longer than a run can be are recorded as the longest, whatever law says them.
func TestStaysBeyondAllBoundsAreRecorded(t *testing.T) {
	demand, _ := rng.Fixed(4e9) // seconds: 127 years
	laws := New(Station{Servers: 2, Demand: demand, Backlog: NoLimit}, Split{Nodes: 1})
	law := laws.Law(0.5, 1)
	for name, l := range map[string]*Law{
		"station": law, "stretched": law.Stretched(10), "taking": laws.Taking(func(demand float64) float64 { return 3 * demand }),
		"mixture": Mix([]*Law{law, laws.Taking(func(demand float64) float64 { return 3 * demand })}, []float64{0.5, 0.5}),
		"chain":   Chain([]Stage{{Choices: []Choice{{Time: law, Share: 1}}, Times: 2}}),
	} {
		for _, limit := range []float64{0, 1e9, 10} {
			var h stat.Histogram
			l.Record([]Into{{Histogram: &h}}, Batch{N: 10, Offset: 0.5, Limit: limit})
			if h.Count() != 10 {
				t.Errorf("%s: %d stays of 10 are recorded below %v s", name, h.Count(), limit)
			}
			if got, least := h.Mean()*1e-9, 1e8; limit == 0 && got < least || limit > 0 && got > limit*1.01 {
				t.Errorf("%s: mean %v s below %v s", name, got, limit)
			}
		}
	}
}
