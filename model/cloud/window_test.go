package cloud

import (
	"fmt"
	"maps"
	"slices"
	"testing"
)

// A copy of a world that was taken on the way ends as the world does, which ends as if
// nobody had taken one. They share nothing: one is played after the other.
func TestACopyOfAWorldGoesOnAsTheWorld(t *testing.T) {
	for name, scenario := range map[string]func(uint64) *Config{
		"swarm": swarm, "journeys": swarmJourney, "disks": swarmDisks, "alone": swarmAlone, "memory": swarmMemory, "network": networked,
		"packets": swarmPackets, "snapshots": swarmSnapshots, "tasks": swarmTasks, "functions": swarmFunctions, "neighbours": neighbours, "listeners": listenersConfig,
		"rates": func(seed uint64) *Config {
			all := storms()
			names := slices.Sorted(maps.Keys(all))
			return fluidly(all[names[seed%uint64(len(names))]])
		},
	} {
		for seed := range uint64(5) {
			t.Run(fmt.Sprintf("%s seed=%d", name, seed), func(t *testing.T) {
				cfg := scenario(seed)
				unseen := run(t, must(New(cfg, 0)))
				w := must(New(cfg, 0))
				if err := w.RunUntil(t.Context(), cfg.Duration/3); err != nil {
					t.Fatal(err)
				}
				early := w.fork()
				if err := w.RunUntil(t.Context(), cfg.Duration/2); err != nil {
					t.Fatal(err)
				}
				late := w.fork()
				for _, end := range []*Outcome{run(t, early), run(t, w), run(t, late)} {
					end.Config = unseen.Config // which may hold functions
					sameOutcome(t, unseen, end)
				}
			})
		}
	}
}

// What a world is asked for changes nothing of it, and is what another world shows that ends
// then.
func TestWhatAWorldWillHaveShown(t *testing.T) {
	for seed := range uint64(12) {
		cfg := swarm(seed)
		from, to := cfg.Duration/3, cfg.Duration*2/3
		w, other := must(New(cfg, 0)), must(New(cfg, 0))
		for _, each := range []*World{w, other} {
			if err := each.RunUntil(t.Context(), from); err != nil {
				t.Fatal(err)
			}
		}
		got, err := w.Until(t.Context(), to)
		if err != nil {
			t.Fatal(err)
		}
		other.data.MeasureLevels()
		other.control.MeasureLevels()
		if err := other.RunUntil(t.Context(), to); err != nil {
			t.Fatal(err)
		}
		other.cfg.Duration, other.cfg.Warmup = to, min(cfg.Warmup, to)
		want := other.outcome()
		got.Config = want.Config
		sameOutcome(t, want, got)
		sameOutcome(t, run(t, must(New(cfg, 0))), run(t, w))
	}
}
