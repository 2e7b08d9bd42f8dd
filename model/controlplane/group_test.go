package controlplane

import (
	"testing"
	"time"

	"headroom/model"
	"headroom/model/scaling"
	"headroom/sim"
)

// The first datapoint exists at t = 60.
func TestCooldownBlocksSimpleScalingOnly(t *testing.T) {
	frame, cfg := baseFrame(), baseEstate()
	g := cfg.addGroup(1, 10, 4)
	g.Policies = []ScalingPolicy{{
		Name: "out", Spec: scaling.Simple{Type: scaling.ChangeInCapacity, Adjustment: 2, Cooldown: 300 * sim.Second},
	}}
	seven := 7
	g.Schedules = []Schedule{{Name: "seven", Schedule: scaling.Schedule{
		Start: frame.Start.Add(310 * time.Second), Desired: &seven,
	}}}
	cfg.alwaysInAlarm()
	b := start(t, frame, cfg)
	for _, step := range []struct {
		at               sim.Time
		desired, counted int
		kill             bool
	}{
		{at: 59, desired: 4, counted: 4},
		{at: 60, desired: 6, counted: 4},
		{at: 120, desired: 6, counted: 4},
		{at: 150, desired: 6, counted: 6},
		{at: 260, desired: 6, counted: 6, kill: true},
		{at: 261, desired: 6, counted: 5},
		{at: 310, desired: 7, counted: 5},
		{at: 350, desired: 7, counted: 6},
		{at: 400, desired: 7, counted: 7},
		{at: 719, desired: 7, counted: 7},
		{at: 720, desired: 9, counted: 7},
	} {
		b.until(step.at * sim.Second)
		g := b.Snapshot().Groups[0]
		if g.Desired != step.desired || g.Base != step.counted {
			t.Errorf("at %d s: desired %d, counted %d, want %d and %d",
				step.at, g.Desired, g.Base, step.desired, step.counted)
		}
		if step.kill {
			b.kill(b.groups[0].members[0], model.Failed)
			b.lost(0)
		}
	}
}
