package cloud

import (
	"context"
	"testing"

	"headroom/model/workload"
	"headroom/sim"
	"headroom/sim/rng"
)

// From a fifth on, the end that the share tells lies within a factor of two of where it
// is, by the events that it takes: also where a flash crowd comes late.
func TestSharesTellTheEnd(t *testing.T) {
	crowd, err := workload.Steps([]workload.Knot{{At: 0, PerSecond: 5}, {At: 3 * sim.Hour, PerSecond: 400}, {At: 5 * sim.Hour, PerSecond: 2}}, workload.Tail{})
	if err != nil {
		t.Fatal(err)
	}
	cfg := queue(Service{Discipline: FCFS, Workers: 100, Backlog: NoLimit}, 128, 800, must(rng.Exponential(0.1)))
	cfg.Workloads[0].Arrivals, cfg.Duration = must(workload.Poisson(crowd)), 8*sim.Hour
	world, err := New(cfg, 0)
	if err != nil {
		t.Fatal(err)
	}
	type told struct {
		share  float64
		events int64
	}
	var all []told
	world.Watch(func(share float64) { all = append(all, told{share, world.kernel.Processed()}) })
	if _, err := world.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	last, judged := 0.0, 0
	for _, at := range all {
		if at.share < last || at.share > 1 {
			t.Fatalf("a share of %v after %v", at.share, last)
		}
		last = at.share
		if at.share < 0.2 {
			continue
		}
		judged++
		if end := float64(at.events) / at.share / float64(world.kernel.Processed()); end < 0.5 || end > 2 {
			t.Errorf("at %.2f the end is expected at %.2f of where it is", at.share, end)
		}
	}
	if judged < 4 || last < 0.75 {
		t.Errorf("%d reports from 20 %% on, the last of %.2f", judged, last)
	}
}
