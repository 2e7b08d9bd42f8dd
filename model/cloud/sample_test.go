package cloud

import (
	"math"
	"testing"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/sim"
	"headroom/sim/rng"
)

// What the series show of a T instance is its balance by the script, minute by minute: also
// of one that was full and still for hours and computes again, and of a zone that is lost.
func TestSeriesFollowInstancesThatWereStill(t *testing.T) {
	cfg := burstable(nano, model.CreditsStandard, controlplane.Utilization{Steps: []controlplane.UtilizationStep{
		{From: 0}, {From: 30 * sim.Hour, Share: 1}, {From: 31 * sim.Hour, Share: 0}, {From: 60 * sim.Hour, Share: 0.3},
	}})
	cfg.Duration, cfg.Observe.Series = 62*sim.Hour, true
	const lost = 29 * sim.Hour
	cfg.Faults = []Fault{{Kind: ZoneOutage, At: lost + 30*sim.Second, Duration: must(rng.Fixed(600)), Zone: 0, Pool: None}}
	w := must(New(cfg, 0))
	outcome := run(t, w)
	got := &outcome.Fleets[0].Samples
	script, failing := weekByHand{}, 0
	for minute := range got.Credits { // each shows the instant of its end
		for second := range sim.Time(60) {
			load := 0.0
			switch now := sim.Time(minute)*sim.Minute + second*sim.Second; {
			case now >= 60*sim.Hour:
				load = 0.3
			case now >= 30*sim.Hour && now < 31*sim.Hour:
				load = 1
			}
			script.second(load)
		}
		if math.Abs(got.Credits[minute]-script.balance) > 0.1 { // it opens a little later
			t.Fatalf("minute %d: %.3f credits, by the script %.3f", minute, got.Credits[minute], script.balance)
		}
		if at := sim.Time(minute+1) * sim.Minute; got.Failing[minute].System > 0 {
			if failing++; at <= lost || at > lost+11*sim.Minute {
				t.Fatalf("minute %d: a system check fails without a fault", minute)
			}
		}
	}
	if failing != 10 {
		t.Errorf("the system check of an instance whose zone was lost for ten minutes fails in %d samples, want 10", failing)
	}
}
