package cloud

import (
	"math"
	"testing"

	"headroom/sim"
	"headroom/sim/rng"
)

// Targets close connections that are silent for five seconds, and are sent a request within half a millisecond of that
// now and then: of requests at random, as often as an exponential time says; in turn, an Erlang one.
func TestFluidConnectionsToTargetsAreLost(t *testing.T) {
	for _, test := range []struct {
		algorithm string
		rate      float64 // of a node to a target
		want      float64 // share that is lost
	}{
		{"random", 0.4, 0.001 * 0.4 * math.Exp(-2)},
		{"round_robin", 0.2, 0.001 * math.Pow(0.8, 4) * math.Pow(5, 3) / 6 * math.Exp(-4)},
		{"random", 20, 0}, // never silent for so long
	} {
		cfg := fluidly(balanced(test.algorithm, 4))
		cfg.Services[0].KeepAlive = 5 * sim.Second
		cfg.Workloads[0].Arrivals = steadily(test.rate * 8)
		cfg.Workloads[0].Demand = must(rng.Fixed(0.0001))
		cfg.Duration = sim.Time(1e6/(test.rate*8)) * sim.Second
		cfg.Fluid = cfg.Duration / 100
		out := play(t, cfg)
		r, b := &out.Routes[len(out.Routes)-1], &out.Balancers[0]
		if got, want := float64(b.TargetCloses), test.want*float64(r.Arrived); math.Abs(got-want) > 0.01*want+2 { // a fraction of each current
			t.Errorf("%s at %v/s: %v of %d are lost, want %.1f", test.algorithm, test.rate, got, r.Arrived, want)
		}
		if failures(r) != b.TargetCloses {
			t.Errorf("%d fail, %d are lost", failures(r), b.TargetCloses)
		}
	}
}
