package workload

import (
	"math"
	"testing"

	"headroom/sim"
	"headroom/sim/rng"
)

// The counts of a flow are those of the arrivals one by one, whenever it is asked.
func TestFlowOfCountsIsItsArrivals(t *testing.T) {
	p, err := Counts(Bins{
		Starts: []sim.Time{0, 10 * sim.Second, 20 * sim.Second, 45 * sim.Second}, Counts: []float64{7, 0, 1234.4, 3},
		Width: 10 * sim.Second, Scale: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	flow, source := NewFlow(p, rng.New(1, 0, "flow")), p.Start(rng.New(1, 0, "flow"))
	next, more := source.Next()
	all := 0.0
	for at := sim.Time(0); at < 90*sim.Second; at += 777_777_777 {
		want := int64(0)
		for more && next <= at {
			want++
			next, more = source.Next()
		}
		count, expected := flow.Upto(at)
		if all += expected; count != want {
			t.Errorf("up to %v: %d arrive, want %d", at, count, want)
		}
	}
	if more || math.Abs(all-1244) > 1e-6 {
		t.Errorf("%v are expected of 1244", all)
	}
}
