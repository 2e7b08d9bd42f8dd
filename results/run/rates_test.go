package run

import (
	"context"
	"slices"
	"testing"

	"headroom/model/fluid"
	"headroom/model/workload"
	"headroom/sim"
)

// crowded is [station] with a crowd, played by rates.
func crowded() *Experiment {
	cfg := station(0.5)
	rate := must(workload.Steps([]workload.Knot{{PerSecond: 0.5}, {At: sim.Hour, PerSecond: 1.5}, {At: sim.Hour + 10*sim.Minute, PerSecond: 0.7}}, workload.Tail{}))
	cfg.Workloads[0].Arrivals = must(workload.Poisson(rate))
	cfg.Fluid, cfg.Laws = 10*sim.Second, &fluid.Shelf{}
	return at(cfg)
}

// What rates say does not depend on what others have asked the laws of a shelf before them.
func TestRatesAreTheSameWithLawsOfAShelf(t *testing.T) {
	want, err := crowded().Replicate(context.Background(), 3)
	if err != nil {
		t.Fatal(err)
	}
	e := crowded()
	for k := range 3 {
		if _, err := e.Replicate(context.Background(), k); err != nil {
			t.Fatal(err)
		}
	}
	got, err := e.Replicate(context.Background(), 3)
	keys, _ := e.Keys()
	for i := range want {
		if got[i] != want[i] && (got[i] == got[i] || want[i] == want[i]) {
			t.Errorf("%s is %v with laws of a shelf, else %v (%v)", keys[i], got[i], want[i], err)
		}
	}
	if at := slices.Index(keys, "requests.completed"); at < 0 || !(got[at] > 1000) {
		t.Errorf("next to nothing was completed: %v", got)
	}
}
