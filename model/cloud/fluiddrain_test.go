package cloud

import (
	"math"
	"testing"
	"time"

	"headroom/model/scaling"
	"headroom/sim"
	"headroom/sim/rng"
)

// One request in 20 s comes to each of 20 targets: nearly each has answered within the minute for which its
// balancer keeps a connection, and is billed for the whole of its deregistration delay. Of one in 200 s it is a quarter.
func TestFluidTargetsDrainWhileConnectionsAreKept(t *testing.T) {
	for _, rate := range []float64{1, 0.1} {
		make := func() *Config {
			cfg := baseConfig()
			desired := 1
			g := cfg.addGroup(1, 20, 20)
			g.Schedules = []Schedule{{Name: "down", Schedule: scaling.Schedule{Start: cfg.Start.Add(20 * time.Minute), Desired: &desired}}}
			cfg.TargetGroups[0].DeregistrationDelay = 300 * sim.Second
			cfg.Workloads = nil
			cfg.request(steadily(rate), must(rng.Exponential(0.05)))
			cfg.Duration = sim.Hour
			return cfg
		}
		hours := func(cfg *Config) (sum float64) {
			for _, l := range play(t, cfg).Ledger.Leases {
				sum += (l.To - l.From).Seconds() / 3600
			}
			return sum
		}
		requests, rates := hours(make()), hours(fluidly(make()))
		if math.Abs(rates-requests) > 0.4*rate/(0.1+rate)+0.2 { // of 19 times 5 minutes
			t.Errorf("%v requests/s: %.3f instance-hours, requests one by one say %.3f", rate, rates, requests)
		}
	}
}
