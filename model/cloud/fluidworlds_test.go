package cloud

import (
	"math"
	"strings"
	"testing"

	"headroom/model"
	"headroom/model/dataplane"
	"headroom/model/routing"
	"headroom/sim"
	"headroom/sim/rng"
)

// carried takes from a random world what rates never carry, so that the rest of it may be played.
func carried(cfg *Config) *Config {
	for i := range cfg.TargetGroups {
		g := &cfg.TargetGroups[i]
		g.SlowStart, g.Mitigation = 0, false
		g.Appliances.PacketRate, g.Appliances.ByteRate = 0, 0
		if g.Appliances.On {
			g.Appliances.MTU = dataplane.UsualApplianceMTU
		}
		if entry, _ := routing.Find(g.Algorithm, cfg.Algorithms...); !entry.ByRates {
			g.Algorithm = "round_robin"
		}
	}
	flows := false
	for i := range cfg.LoadBalancers {
		cfg.LoadBalancers[i].ZoneAffinity = 0
		flows = flows || cfg.LoadBalancers[i].Network()
	}
	for i := range cfg.Workloads {
		if w := &cfg.Workloads[i]; flows {
			w.Clients.PerConnection = 1
			if w.Visitors.Think == nil {
				w.Visitors = dataplane.Visitors{}
			}
		}
	}
	return fluidly(cfg)
}

// TestFluidLosesNoRequestInRandomWorlds looks at the invariants of random worlds of rates, with flows, appliances,
// security groups and DNS names.
func TestFluidLosesNoRequestInRandomWorlds(t *testing.T) {
	const seeds, enough = 40, 3
	for _, kind := range []string{"brief flows", "gateways", "packets"} {
		played, why := 0, ""
		for seed := uint64(0); seed < seeds && played < enough; seed++ {
			cfg := carried(swarms[kind](seed))
			cfg.Duration = min(cfg.Duration, 6*sim.Minute)
			w, err := New(cfg, 0)
			if err != nil {
				if !strings.Contains(err.Error(), model.NotFluid) && !strings.Contains(err.Error(), "at the start") {
					t.Fatalf("%s, seed %d: %v", kind, seed, err)
				}
				why = err.Error()
				continue
			}
			played++
			verifyEvery(t, w, 17*sim.Second, kind)
			if t.Failed() {
				t.Fatalf("%s, seed %d", kind, seed)
			}
		}
		if played < enough {
			t.Errorf("%s: %d of %d are carried; another says %s", kind, played, seeds, why)
		}
	}
}

// A service may ask its CPU for nothing, before it pauses.
func TestFluidStepsMayAskForNothing(t *testing.T) {
	cfg := fluidly(balanced("round_robin", 2))
	cfg.Services[0].Discipline = ProcessorSharing
	cfg.Services[0].Steps = []dataplane.Step{{Kind: dataplane.StepCPU, Time: must(rng.Fixed(0))}, {Kind: dataplane.StepPause, Time: must(rng.Fixed(0.25))}}
	cfg.Workloads[0].Arrivals, cfg.Duration = steadily(20), 10*sim.Minute
	out := play(t, cfg)
	if got := out.Routes[len(out.Routes)-1].Latency.Mean() / 1e9; math.Abs(got/0.25-1) > 0.001 {
		t.Errorf("mean latency %.5f s, want that of the pause, 0.25 s", got)
	}
}
