package run

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"headroom/model/dataplane"
	"headroom/model/fluid"
	"headroom/model/workload"
	"headroom/results"
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

// By rates, and where they are played by turns with requests, as many workers as one likes find what one does: also where they share
// the laws that one of them has worked out.
func TestRatesAreTheSameWithAnyNumberOfWorkers(t *testing.T) {
	for _, auto := range []bool{false, true} {
		played := func(workers int) string {
			e := crowded()
			e.cfg.Auto, e.cfg.Services[0].Discipline = auto, dataplane.ProcessorSharing
			if errs := e.cfg.Validate(); len(errs) > 0 {
				t.Fatal(errs)
			}
			o := Options{Replications: 5}
			o.Workers = workers
			s, err := Summarize(context.Background(), e, nil, o)
			if err != nil {
				t.Fatal(err)
			}
			if at := slices.IndexFunc(s.Metrics, func(m results.Value) bool { return m.Key == "requests.completed" }); at < 0 || !(s.Metrics[at].Value > 1000) {
				t.Fatalf("next to nothing was completed: %v", s.Metrics)
			}
			s.Config = nil // addresses
			return fmt.Sprintf("%v", s)
		}
		one := played(1)
		for _, workers := range []int{2, 4} {
			if many := played(workers); many != one {
				t.Errorf("auto %t: %d workers find\n%s\none finds\n%s", auto, workers, many, one)
			}
		}
	}
}
