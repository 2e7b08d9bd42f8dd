package controlplane

import (
	"fmt"
	"slices"

	"headroom/model"
	"headroom/model/spot"
)

// hasRoom reports whether a Spot pool whose room is recorded takes one instance
// more. Those under notice have their room until they have gone.
func (cp *Plane) hasRoom(w *placementRequest) bool {
	if w.option != model.Spot || w.spotPool == None {
		return true
	}
	p := &cp.spotPools[w.spotPool]
	return !p.limited || p.taken < p.room
}

// draws takes the room of an instance in its Spot pool.
func (cp *Plane) draws(w *placementRequest, b *hostPlace) {
	if w.option == model.Spot && w.spotPool != None && cp.cfg.SpotPools[w.spotPool].Supply != nil {
		b.pool = int32(w.spotPool) + 1
		cp.spotPools[w.spotPool].taken++
	}
}

// startSupply reads the room of a pool at time 0, and plans what its trace does.
func (cp *Plane) startSupply(i int) {
	p := &cp.spotPools[i]
	s := p.cfg.Supply
	if s == nil {
		return
	}
	if s.Limits() {
		p.limited, p.room = true, s.Start()
	}
	p.step = -1
	cp.planSupply(i)
}

// planSupply schedules the next step of a pool's trace.
func (cp *Plane) planSupply(i int) {
	p := &cp.spotPools[i]
	steps := p.cfg.Supply.Steps()
	for p.step++; p.step < len(steps); p.step++ {
		if at := steps[p.step].At; at > 0 || at == 0 && !p.limited {
			cp.schedule(at, indexed(supplyMoves, i))
			return
		}
	}
}

// onSupplyMoves plays a step of a pool's trace: instances that it has no room for
// any more are given notice, and who waits for room tries again where it grows.
func (cp *Plane) onSupplyMoves(ev model.Event) {
	i := ev.Index()
	p := &cp.spotPools[i]
	k := p.step
	staying := cp.staying(p)
	cause := "preemption of the trace"
	grows := false
	if p.limited {
		room := p.cfg.Supply.Room[k].Count
		grows, p.room = room > p.room, room
		cause = "capacity of the trace"
	}
	for _, o := range staying[:p.cfg.Supply.Excess(k, len(staying))] {
		cp.giveNotice(o, cause)
	}
	cp.planSupply(i)
	if grows {
		cp.spotMoved(i)
		cp.roomIsMade()
	}
}

// staying lists what has room in a pool and is under no notice, and not on its way
// out: those that a recommendation was given first, then the newest.
func (cp *Plane) staying(p *spotPool) (list []occupant) {
	live := p.placed[:0]
	for _, o := range p.placed {
		v, present := cp.viewOf(o)
		if !present || v.pool == 0 {
			continue
		}
		live = append(live, o)
		if !v.noticed && (o.tenant || cp.instances.Get(o.handle).stays()) {
			list = append(list, o)
		}
	}
	p.placed = live
	slices.SortStableFunc(list, func(a, b occupant) int { return spot.NewestFirst(cp.victimOf(a), cp.victimOf(b)) })
	return list
}

// stays reports whether an instance is neither on its way out nor stops.
func (in *instance) stays() bool { return !in.life.leaves() && !in.life.rests() }

// victimOf is what the order of victims looks at.
func (cp *Plane) victimOf(o occupant) spot.Victim {
	if o.tenant {
		t := cp.tenants.Get(o.handle)
		return spot.Victim{Instance: t.number, Launched: t.since}
	}
	in := cp.instances.Get(o.handle)
	return spot.Victim{Instance: in.number, Launched: in.launchedAt}
}

// rememberInPool remembers who has room in a pool whose trace is played.
func (cp *Plane) rememberInPool(b hostPlace, o occupant) {
	if b.pool > 0 {
		p := &cp.spotPools[b.pool-1]
		p.placed = append(p.placed, o)
	}
}

// verifySupply: what has room in a pool is counted, and no more of it stays than the
// trace has room for.
func (cp *Plane) verifySupply() error {
	taken, staying := make([]int, len(cp.spotPools)), make([]int, len(cp.spotPools))
	count := func(b hostPlace, goes bool) {
		if b.pool == 0 {
			return
		}
		taken[b.pool-1]++
		if !goes {
			staying[b.pool-1]++
		}
	}
	for _, in := range cp.instances.All() {
		count(in.hostPlace, in.noticed || !in.stays())
	}
	for _, t := range cp.tenants.All() {
		count(t.hostPlace, t.noticed)
	}
	for i := range cp.spotPools {
		p := &cp.spotPools[i]
		if taken[i] != p.taken {
			return fmt.Errorf("spot pool %d: %d have room, counted %d", i, taken[i], p.taken)
		}
		if p.limited && staying[i] > p.room {
			return fmt.Errorf("spot pool %d: %d stay in room for %d", i, staying[i], p.room)
		}
	}
	return nil
}
