package controlplane

import (
	"testing"
	"time"

	"headroom/model/scaling"
	"headroom/sim"
	"headroom/sim/slab"
)

func TestCapacityRebalanceReplacesAtTheNotice(t *testing.T) {
	frame := baseFrame()
	estate := spotEstate(frame, 4)
	estate.Groups[0].Mixed.CapacityRebalance = true
	b := start(t, frame, estate)
	b.giveNotice(occupant{handle: b.spotMember(serving)}, "test")
	b.until(sim.Second)
	if g := b.Snapshot().Groups[0]; g.InService+g.Pending != 5 || g.Capacity != 4 {
		t.Errorf("right after the notice: %+v, want 4 wanted and one under notice", g)
	}
	b.until(200 * sim.Second)
	if g := b.Snapshot().Groups[0]; g.InService != 4 || g.Capacity != 4 {
		t.Errorf("after the reclaim: %+v, want 4 members", g)
	}
}

func TestNoticedInstancesDoNotJoinTheirTargetGroup(t *testing.T) {
	frame := baseFrame()
	estate := spotEstate(frame, 2)
	seven := 7
	estate.Groups[0].Schedules = []Schedule{{Name: "seven", Schedule: scaling.Schedule{
		Start: frame.Start.Add(600 * time.Second), Desired: &seven,
	}}}
	b := start(t, frame, estate)
	b.until(630 * sim.Second)
	noticed, other := b.spotMember(pending), slab.Handle(0)
	for h, in := range b.instances.All() {
		if in.life == pending && h != noticed {
			other = h
		}
	}
	b.giveNotice(occupant{handle: noticed}, "test")
	b.until(700 * sim.Second)
	joined := func(h slab.Handle) int {
		in := b.instances.Get(h)
		if in == nil || in.life != serving {
			t.Fatalf("instance %v is not in service at 700 s", h)
		}
		return len(b.fake.servers.Get(in.server).groups)
	}
	if joined(noticed) != 0 || joined(other) != 1 {
		t.Errorf("in %d target groups with a notice, in %d without, want 0 and 1", joined(noticed), joined(other))
	}
}
