package controlplane

import (
	"testing"
	"time"

	"headroom/model"
	"headroom/model/scaling"
	"headroom/sim"
	"headroom/sim/rng"
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
			b.kill(b.groups[0].members[0].handle, model.Failed)
			b.lost(0)
		}
	}
}

// A health replacement runs from 290 to 390 s: simple scaling, whose own cooldown
// is 0 and whose alarm repeats every minute, waits for it.
func TestReplacementBlocksSimpleScaling(t *testing.T) {
	frame, cfg := baseFrame(), baseEstate()
	cfg.LaunchTemplates[0].Launch = LaunchTimes{Pending: must(rng.Fixed(100))}
	g := cfg.addGroup(1, 9, 2)
	g.Policies = []ScalingPolicy{{Name: "out", Spec: scaling.Simple{Type: scaling.ChangeInCapacity, Adjustment: 1}}}
	cfg.alwaysInAlarm()
	b := start(t, frame, cfg)
	desired := func(at sim.Time) int {
		b.until(at * sim.Second)
		return b.Snapshot().Groups[0].Desired
	}
	for _, step := range []struct {
		at      sim.Time
		desired int
	}{{59, 2}, {60, 3}, {179, 3}, {180, 4}, {290, 4}, {300, 4}, {419, 4}, {420, 5}, {539, 5}, {540, 6}} {
		if got := desired(step.at); got != step.desired {
			t.Errorf("at %d s: desired %d, want %d", step.at, got, step.desired)
		}
		if step.at == 290 {
			b.kill(b.groups[0].members[0].handle, model.Failed)
			b.lost(0)
		}
	}
}

// A rebalance of zones runs from 70 s, when the launch begins, to 160 s.
func TestZoneRebalanceBlocksSimpleScaling(t *testing.T) {
	frame, cfg := baseFrame(), baseEstate()
	g := cfg.addGroup(1, 9, 4)
	g.Policies = []ScalingPolicy{{Name: "out", Spec: scaling.Simple{Type: scaling.ChangeInCapacity, Adjustment: 1}}}
	cfg.alwaysInAlarm()
	cfg.PublicationDelay = 15 * sim.Second // repeats at 75, 135, 195 s
	b := start(t, frame, cfg)
	b.zoneDown[1]++
	for h, in := range b.membersOf(&b.groups[0]) {
		if in.zone == 1 {
			b.kill(h, model.Failed)
			b.lost(0)
			break
		}
	}
	b.until(70 * sim.Second)
	b.zoneDown[1]--
	for h, in := range b.membersOf(&b.groups[0]) {
		if in.zone == 0 && in.life == pending {
			b.run(h)
		}
	}
	if b.rebalance(0); b.groups[0].surge != 1 {
		t.Fatalf("surge %d, want one launch beyond desired", b.groups[0].surge)
	}
	b.until(159 * sim.Second)
	if got := b.Snapshot().Groups[0].Desired; got != 4 {
		t.Errorf("at 159 s: desired %d, want 4 while zones are rebalanced", got)
	}
	b.until(195 * sim.Second)
	if got := b.Snapshot().Groups[0].Desired; got != 5 {
		t.Errorf("at 195 s: desired %d, want 5", got)
	}
}
