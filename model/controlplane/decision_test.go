package controlplane

import (
	"math"
	"testing"

	"headroom/model/scaling"
	"headroom/sim"
	"headroom/sim/rng"
)

// breach makes an alarm of the first group fire now with a metric of the
// test's choice.
func (b bench) breach(action AlarmAction, metric float64) {
	b.ask(action.Group, invocation{
		policy: action.Policy, side: action.Side, alarm: &Alarm{Name: "test"}, streak: new(streak), threshold: 50,
		metric: metric, hasMetric: true, watch: None,
	})
}

// Warming instances are inside desired, so that repeated breaches in
// the same step launch nothing, and scale-in waits until all are warm.
func TestStepScalingCountsWarmingInstances(t *testing.T) {
	cfg := baseEstate()
	cfg.LaunchTemplates[0].Launch = LaunchTimes{Pending: must(rng.Fixed(60))}
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
	b := start(t, baseFrame(), cfg)
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
		b.until(step.at * sim.Second)
		if got := b.Snapshot().Groups[0].Base; got != step.base {
			t.Errorf("at %d s: base %d, want %d", step.at, got, step.base)
		}
		b.breach(AlarmAction{Policy: step.policy, Side: scaling.High}, step.metric)
		b.until(step.at * sim.Second)
		if got := b.Snapshot().Groups[0].Desired; got != step.desired {
			t.Errorf("at %d s with metric %g: desired %d, want %d", step.at, step.metric, got, step.desired)
		}
	}
}

// Of two scale-ins the smaller one wins, and a scale-out in the
// same instant beats both.
func TestTheLargestWantedCapacityWins(t *testing.T) {
	cfg := baseEstate()
	g := cfg.addGroup(1, 20, 8)
	simple := func(adjustment int, by scaling.AdjustmentType) ScalingPolicy {
		return ScalingPolicy{Name: "p", Spec: scaling.Simple{Type: by, Adjustment: adjustment}}
	}
	g.Policies = []ScalingPolicy{
		simple(-3, scaling.ChangeInCapacity), simple(-25, scaling.PercentChangeInCapacity), simple(1, scaling.ChangeInCapacity),
	}
	b := start(t, baseFrame(), cfg)
	b.breach(AlarmAction{Policy: 0, Side: scaling.High}, 10)
	b.breach(AlarmAction{Policy: 1, Side: scaling.High}, 10)
	b.until(0)
	if got := b.Snapshot().Groups[0].Desired; got != 6 {
		t.Errorf("desired %d after removing 3 or 25 %%, want 6", got)
	}
	b.until(600 * sim.Second)
	b.breach(AlarmAction{Policy: 0, Side: scaling.High}, 10)
	b.breach(AlarmAction{Policy: 2, Side: scaling.High}, 10)
	b.until(600 * sim.Second)
	if got := b.Snapshot().Groups[0].Desired; got != 7 {
		t.Errorf("desired %d after remove 3 and add 1, want 7", got)
	}
}
