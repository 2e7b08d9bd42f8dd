package cloud

import (
	"math"
	"testing"

	"headroom/model/alarm"
	"headroom/model/scaling"
	"headroom/sim"
	"headroom/sim/rng"
)

// breach makes an alarm of the first group fire now with a metric of the
// test's choice.
func breach(w *World, action AlarmAction, metric float64) {
	a := &watch{
		cfg:    &Alarm{Name: "test", Config: alarm.Config{EvaluationPeriods: 1, Threshold: 50}},
		window: alarm.NewWindow(1),
	}
	a.window.Push(metric, true)
	w.invoke(a, action)
}

// TEST-20: warming instances are inside desired, so that repeated breaches in
// the same step launch nothing, and scale-in waits until all are warm.
func TestStepScalingCountsWarmingInstances(t *testing.T) {
	cfg := baseConfig()
	cfg.LaunchTemplates[0].Launch = LaunchTimes{Boot: must(rng.Fixed(60))}
	g := cfg.addGroup(1, 20, 10)
	infinity := math.Inf(1)
	out := scaling.Step{Type: scaling.PercentChangeInCapacity, EstimatedInstanceWarmup: 300 * sim.Second,
		Steps: []scaling.StepAdjustment{
			{Lower: 0, Upper: 10}, {Lower: 10, Upper: 20, Adjustment: 10}, {Lower: 20, Upper: infinity, Adjustment: 30},
		}}
	in := scaling.Step{Type: scaling.PercentChangeInCapacity, EstimatedInstanceWarmup: 300 * sim.Second,
		Steps: []scaling.StepAdjustment{
			{Lower: -10, Upper: 0}, {Lower: -20, Upper: -10, Adjustment: -10}, {Lower: -infinity, Upper: -20, Adjustment: -30},
		}}
	g.Policies = []ScalingPolicy{
		{Name: "out", Spec: out},
		{Name: "in", Spec: in},
	}
	w := must(New(cfg, 0))
	for _, step := range []struct {
		at      sim.Time
		policy  int
		metric  float64
		base    int
		desired int
	}{
		{at: 0, policy: 0, metric: 60, base: 10, desired: 11},
		{at: 60, policy: 0, metric: 62, base: 10, desired: 11},
		{at: 120, policy: 0, metric: 72, base: 10, desired: 13},
		{at: 180, policy: 1, metric: 35, base: 10, desired: 13},
		{at: 479, policy: 1, metric: 35, base: 11, desired: 13},
		{at: 480, policy: 1, metric: 35, base: 13, desired: 12},
	} {
		until(t, w, step.at*sim.Second, 1)
		if got := w.base(&w.groups[0]); got != step.base {
			t.Errorf("at %d s: base %d, want %d", step.at, got, step.base)
		}
		breach(w, AlarmAction{Policy: step.policy, Side: scaling.High}, step.metric)
		until(t, w, step.at*sim.Second, 1)
		if got := w.groups[0].desired; got != step.desired {
			t.Errorf("at %d s with metric %g: desired %d, want %d", step.at, step.metric, got, step.desired)
		}
	}
}

// TEST-21: the timeline of a rise and a fall under target tracking, with load
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
			g := &w.groups[0]
			if g.desired != step.desired || w.base(g) != step.base {
				t.Errorf("low factor %g at %d s: desired %d, base %d, want %d and %d",
					low.factor, step.at, g.desired, w.base(g), step.desired, step.base)
			}
		}
	}
}

// FACTS 18.3: of two scale-ins the smaller one wins, and a scale-out in the
// same instant beats both.
func TestTheLargestWantedCapacityWins(t *testing.T) {
	cfg := baseConfig()
	g := cfg.addGroup(1, 20, 8)
	simple := func(adjustment int, by scaling.AdjustmentType) ScalingPolicy {
		return ScalingPolicy{Name: "p", Spec: scaling.Simple{Type: by, Adjustment: adjustment}}
	}
	g.Policies = []ScalingPolicy{
		simple(-3, scaling.ChangeInCapacity), simple(-25, scaling.PercentChangeInCapacity), simple(1, scaling.ChangeInCapacity),
	}
	w := must(New(cfg, 0))
	breach(w, AlarmAction{Policy: 0, Side: scaling.High}, 10)
	breach(w, AlarmAction{Policy: 1, Side: scaling.High}, 10)
	until(t, w, 0, 1)
	if got := w.groups[0].desired; got != 6 {
		t.Errorf("desired %d after removing 3 or 25 %%, want 6", got)
	}
	until(t, w, 600*sim.Second, 1)
	breach(w, AlarmAction{Policy: 0, Side: scaling.High}, 10)
	breach(w, AlarmAction{Policy: 2, Side: scaling.High}, 10)
	until(t, w, 600*sim.Second, 1)
	if got := w.groups[0].desired; got != 7 {
		t.Errorf("desired %d after remove 3 and add 1, want 7", got)
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
			if got := w.groups[0].desired; got != 20 && got != 8 {
				t.Fatalf("detailed %v, at %v: desired %d, want 20 and then 8", detailed, at, got)
			}
		}
		if w.groups[0].desired != 8 {
			t.Errorf("detailed %v: desired %d at the end, want 8", detailed, w.groups[0].desired)
		}
	}
}
