package fluid

import (
	"math"
	"testing"

	"headroom/sim"
	"headroom/sim/fluid"
	"headroom/sim/rng"
	"headroom/sim/stat"
)

// What is recorded coarsely is as many stays as else, and in the long run the same: in the mean, in the middle and where
// stays are rare.
func TestStaysThatAreRecordedCoarselyAreTheSame(t *testing.T) {
	demand, _ := rng.Lognormal(0.1, 1)
	laws := fluid.New(fluid.Station{Servers: 2, Places: 32, Demand: demand}, fluid.Split{Rule: fluid.LeastWaiting})
	stay := Stay{Law: fluid.Mix([]*fluid.Law{laws.Law(0.4, 3), laws.Law(0.97, 3)}, []float64{0.95, 0.05}), Limit: 10 * sim.Second}
	var fine, few stat.Histogram
	draws := rng.New(1, 0, "offsets")
	for i := range 24_000 {
		n, u := int64(i%700), draws.Uniform()
		stay.Record([]fluid.Into{{Histogram: &fine}}, n, u)
		stay.RecordCoarsely([]fluid.Into{{Histogram: &few, Longer: 3}}, n, u)
		if fine.Count() != few.Count() {
			t.Fatalf("after %d at once: %d stays are recorded coarsely, want %d", n, few.Count(), fine.Count())
		}
	}
	if got, want := few.Mean(), fine.Mean(); math.Abs(got/want-1) > 0.005 {
		t.Errorf("mean %.4g ns, want %.4g", got, want)
	}
	for _, p := range []float64{0.5, 0.9, 0.99, 0.999} {
		if got, want := float64(few.Quantile(p)), float64(fine.Quantile(p)); math.Abs(got/want-1) > 0.02 {
			t.Errorf("quantile %v: %.4g ns, want %.4g", p, got, want)
		}
	}
}
