package dataplane

import "headroom/sim"

// Where an application, or a server of its own, lets fewer requests compute at once than may share the
// CPU of its machine, there is a line before it, and who comes takes a place or waits for one. Where they are that
// many, or without bound, nobody waits. While the fast path is open free places are counted there,
// beside all else that is asked, and the gate has its line alone.

// placesHeld is how many requests have a place at the gate of a settled server.
func (p *Plane) placesHeld(id uint32, s *server) int {
	if f := &p.fastPaths[id]; f.open && (f.shared || s.base != noIndex) {
		return p.computing(id)
	}
	return int(s.gate.held)
}

// waitsSurely reports whether a request that takes a time on the CPU that an application shares, settled
// up to now, and waits for a place before, has ended before somebody's patience has: all places of its
// application work off what is before it.
func (p *Plane) waitsSurely(id uint32, time, now, patience sim.Time) bool {
	g, b := &p.servers.at(id).gate, p.servers.at(p.baseOf(id))
	if g.line.Len() == 0 {
		g.ahead = sim.Never
	}
	surely := func() bool {
		return g.ahead < sim.Never && (float64(time)+float64(g.ahead)/float64(g.limit))*b.shared.slow <= float64(patience)
	}
	if patience == sim.Never || surely() {
		return true
	}
	g.ahead = g.line.Demand()
	b.station.Each(now, func(k uint32, left sim.Time) {
		if p.compact.at(k).server == id {
			g.ahead = sim.Sum(g.ahead, left)
		}
	})
	return surely()
}

// queue lets who takes a time on the CPU of a base wait for a place.
func (g *gate) queue(k uint32, time sim.Time, b *server) {
	g.line.Push(k, time)
	g.ahead = sim.Sum(g.ahead, time)
	b.shared.waits++
}

// waitsShared is [Plane.enterShared] for who finds all places of its application taken.
func (p *Plane) waitsShared(r *compactRequest, f *fastPath, n *lane, patience sim.Time) bool {
	g, b, time := &p.servers.at(r.server).gate, p.servers.at(f.base), f.time(r.demand)
	if g.line.Len() >= int(g.backlog) || !p.waitsSurely(r.server, time, r.arrived, patience) {
		return false
	}
	if !n.came.add(r.arrived) {
		p.gatherArrivals(n, r.arrived)
	}
	k := p.compact.alloc()
	*p.compact.at(k) = *r
	g.queue(k, time, b)
	return true
}

// enterLineFull is [Plane.enterSharedFull] for an application with a line, on a base that is
// settled.
func (p *Plane) enterLineFull(i uint32, r *request, f *fastPath, b *server) bool {
	g, time := &p.servers.at(r.server).gate, f.time(r.demand)
	waits := f.free == 0
	if waits && g.line.Len() >= int(g.backlog) {
		p.turnAway(i)
		return true
	}
	limits, patience := p.patience(i, r, f)
	if waits && !p.waitsSurely(r.server, time, p.kernel.Now(), patience) || !waits && (b.crowded() || !b.shared.endsSurely(time, patience)) {
		p.refuseShared(f.base, b)
		return false
	}
	if limits != nil {
		p.removeDeadline(limits, r)
	}
	if waits {
		r.phase = queued
		g.queue(p.standsFor(i, r), time, b)
		return true
	}
	p.computesFull(i, f, b, 0)
	return true
}

// leavesPlace ends a compact request that has left the CPU of a base, and returns its fast path.
func (p *Plane) leavesPlace(k uint32, at sim.Time) *fastPath {
	f := &p.fastPaths[p.compact.at(k).server]
	f.free++
	p.compactEnds(k, f, at)
	return f
}
