package cloud

import (
	"testing"

	"headroom/sim"
	"headroom/sim/rng"
)

// The timeline of a rise and a fall under target tracking, with load
// so that CPU = 320/n percent, then 20 percent.
func TestTargetTrackingTimeline(t *testing.T) {
	for _, low := range []struct {
		factor float64
		at     sim.Time
	}{{0.9, 1860}, {0.7, 1920}} {
		cfg := composite()
		cfg.Groups[0].Min, cfg.Groups[0].Desired = 1, 4
		cfg.Alarms[1].Config.Threshold = 50 * low.factor
		// 320 requests a second of 10 ms on 100/s instances is CPU = 320/n; at
		// 1000 s it falls to 140, 20 percent on seven.
		cfg.Workloads[0].Arrivals = evenlyAt(sim.Second/320, sim.Second/140, 1000*sim.Second)
		w := must(New(cfg, 0))
		for _, step := range []struct {
			at            sim.Time
			desired, base int
		}{
			{179, 4, 4}, {180, 7, 4}, {240, 7, 4}, {300, 7, 4}, {360, 7, 4}, {390, 7, 7}, {1000, 7, 7},
			{low.at - 1, 7, 7}, {low.at, 3, 3},
		} {
			until(t, w, step.at*sim.Second, 20011)
			g := groupNow(w)
			if g.Desired != step.desired || g.Base != step.base {
				t.Errorf("low factor %g at %d s: desired %d, base %d, want %d and %d",
					low.factor, step.at, g.Desired, g.Base, step.desired, step.base)
			}
		}
	}
}

// The low alarm repeats every minute, but a metric that has seen more instances
// than there are now justifies no second scale-in.
func TestScaleInTrustsNoStaleMetric(t *testing.T) {
	for _, detailed := range []bool{true, false} {
		cfg := composite()
		cfg.PublicationDelay = 30 * sim.Second
		cfg.Types[0].VCPUs = 2
		cfg.LaunchTemplates[0].Detailed = detailed
		cfg.Groups[0].Max, cfg.Groups[0].Desired = 30, 20
		cfg.Duration = 3 * sim.Hour
		// 153.6/s of 50 ms are 19.2 % of 20 instances and 48 % of 8.
		cfg.Workloads[0].Arrivals = evenlyAt(sim.Second*10/1536, sim.Second*10/1536, 0)
		cfg.Workloads[0].Demand = must(rng.Fixed(0.05))
		if !detailed {
			for i := range cfg.Alarms {
				cfg.Alarms[i].Config.Period = 5 * sim.Minute
			}
		}
		w := must(New(cfg, 0))
		for at := sim.Minute; at <= cfg.Duration; at += sim.Minute {
			until(t, w, at, 20011)
			if got := groupNow(w).Desired; got != 20 && got != 8 {
				t.Fatalf("detailed %v, at %v: desired %d, want 20 and then 8", detailed, at, got)
			}
		}
		if groupNow(w).Desired != 8 {
			t.Errorf("detailed %v: desired %d at the end, want 8", detailed, groupNow(w).Desired)
		}
	}
}
