package fluid

import (
	"reflect"
	"sort"
	"testing"

	"headroom/sim/rng"
	"headroom/sim/stat"
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

// What is recorded in several histograms at once is what is recorded in each by itself.
func TestStaysAreTheSameInEachHistogram(t *testing.T) {
	demand, err := rng.Lognormal(0.05, 1)
	if err != nil {
		t.Fatal(err)
	}
	laws := New(Station{Servers: 2, Demand: demand, Backlog: NoLimit}, Split{Rule: LeastWaiting})
	for _, law := range []*Law{laws.Law(0.777, 7), laws.Law(0.777, 7).Stretched(2), Among([]float64{0.1, 0.2, 0.9}), Observed(recorded(5, 70, 1e9))} {
		for _, b := range []Batch{{N: 1, Offset: 0.3}, {N: 77, Offset: 0.9}, {N: 77, Offset: 0.9, Limit: 0.15}, {N: 9000, Offset: 0.2}} {
			var both, one, other stat.Histogram
			var longer stat.Histogram
			law.Record([]Into{{&both, 0}, {&longer, 1e6}}, b)
			law.Record([]Into{{&one, 0}}, b)
			law.Record([]Into{{&other, 1e6}}, b)
			if !reflect.DeepEqual(both, one) || !reflect.DeepEqual(longer, other) || one.Count() != b.N {
				t.Errorf("%+v: %d stays of mean %v, alone %d of %v", b, both.Count(), both.Mean(), one.Count(), one.Mean())
			}
		}
	}
}

func recorded(values ...int64) *stat.Histogram {
	h := &stat.Histogram{}
	for _, v := range values {
		h.Record(v)
	}
	return h
}
