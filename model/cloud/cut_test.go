package cloud

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"headroom/sim"
)

// A world that is cut shows what a shorter run would have shown.
func TestCutIsAShorterRun(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			long, short := swarm(seed), swarm(seed)
			end := long.Duration / 2 / sim.Second * sim.Second
			short.Duration, short.Warmup = end, min(short.Warmup, end)
			long.Warmup = short.Warmup
			w := must(New(long, 0))
			if err := w.RunUntil(t.Context(), end); err != nil {
				t.Fatal(err)
			}
			got, ok := w.Cut()
			if !ok {
				t.Fatal("came to nothing")
			}
			want := run(t, must(New(short, 0)))
			if got.Config.Duration != end || got.Ledger.End != end || long.Duration == end {
				t.Errorf("ends at %v and %v, want %v; the config's own is %v", got.Config.Duration, got.Ledger.End, end, long.Duration)
			}
			for i := range want.Routes {
				g, w := &got.Routes[i], &want.Routes[i]
				if g.Arrived != w.Arrived || g.Completed != w.Completed || g.InFlight != w.InFlight || len(g.Arrivals) != len(w.Arrivals) {
					t.Errorf("route %d: got %d arrived, %d completed, %d in flight, %d minutes; want %d, %d, %d, %d", i,
						g.Arrived, g.Completed, g.InFlight, len(g.Arrivals), w.Arrived, w.Completed, w.InFlight, len(w.Arrivals))
				}
			}
			if g, w := fmt.Sprint(got.Ledger.Leases), fmt.Sprint(want.Ledger.Leases); g != w {
				t.Errorf("leases: got %s\nwant %s", g, w)
			}
		})
	}
}

func TestBuildingEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if w, err := Build(ctx, composite(), 0); w != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, %v", w, err)
	}
}
