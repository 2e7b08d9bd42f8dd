package fluid

import (
	"slices"
	"testing"

	"headroom/sim"
	"headroom/sim/fluid"
	"headroom/sim/rng"
)

// Clients who give up and come back are played in the order of their instants: each attempt arrives no
// earlier than the one before, and leaves its target when its patience is over, at the latest.
func TestReplayPlaysRetriesInOrder(t *testing.T) {
	demand, err := rng.Lognormal(0.2, 1)
	if err != nil {
		t.Fatal(err)
	}
	const patience = 2 * sim.Second
	shape := Shape{Station: fluid.Station{Servers: 1, Demand: demand, Backlog: NoLimit}, Split: fluid.Split{Rule: fluid.AtRandom}, Sharing: true}
	for seed := range uint64(5) {
		w := window{shape: shape, moments: []moment{{stay: Stay{Limit: patience}, retries: Retries{Attempts: 2, Backoff: sim.Second / 10}}}}
		w.shape.Choices = 4
		r := newReplay(&w, rng.New(seed, 0, "replay"))
		tried := 0
		for n := 0; n < 4000; n = len(r.requests) {
			r.arrive(24)
			for _, a := range r.requests[n:] {
				tried += int(a.number)
			}
		}
		if tried == 0 {
			t.Fatalf("nobody tries again (seed %d)", seed)
		}
		if !slices.IsSortedFunc(r.requests, func(a, b attempt) int { return int(a.arrived - b.arrived) }) {
			t.Errorf("an attempt arrives before one that was played before it (seed %d)", seed)
		}
		for i := range r.requests {
			if a := &r.requests[i]; a.state != gone && a.arrived+patience < sim.Seconds(r.now)-sim.Second {
				t.Errorf("attempt %d of %v is there at %v s (seed %d)", i, a.arrived, r.now, seed)
				break
			}
		}
	}
}
