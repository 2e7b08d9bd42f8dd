package dataplane

import "headroom/sim"

// Where an application lets fewer requests compute at once than may share the CPU of its machine,
// there is a line before it, and who comes takes a place or waits for one. Where they are that
// many, or without bound, nobody waits, and nobody counts places on the fast path. While it is open
// free places are counted there, beside all else that is asked, and the gate has its line alone.

// placesHeld is how many requests have a place at the gate of a settled server.
func (p *Plane) placesHeld(id uint32, s *server) int {
	if s.base == noIndex || !p.fastPaths[id].open {
		return int(s.gate.held)
	}
	return p.computing(id)
}

// waitsSurely reports whether a request that takes a time on the CPU, and waits for a place before,
// has ended before somebody's patience has: all places of its application work off what is aboard.
func (f *fastPath) waitsSurely(time, patience sim.Time, g *gate) bool {
	return (float64(time)+float64(f.work)/float64(g.limit))*f.slow <= float64(patience)
}

// waitsShared is [Plane.enterShared] for who finds all places of its application taken.
func (p *Plane) waitsShared(r *compactRequest, f *fastPath, b *server, n *lane, patience sim.Time) bool {
	g, time := &p.servers.at(r.server).gate, f.time(r.demand)
	if g.line.Len() >= int(g.backlog) || !f.waitsSurely(time, patience, g) {
		return false
	}
	if !n.came.add(r.arrived) {
		p.gatherArrivals(n, r.arrived)
	}
	k := p.compact.alloc()
	*p.compact.at(k) = *r
	g.line.Push(k, time)
	b.waits++
	f.work += time
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
	if waits && !f.waitsSurely(time, patience, g) || !waits && (f.stationFull(&b.station) || !f.endsSurely(time, patience)) {
		p.refuseShared(f.base, b)
		return false
	}
	if limits != nil {
		p.removeDeadline(limits, r)
	}
	f.work += time
	if waits {
		r.phase = queued
		g.line.Push(p.standsFor(i, r), time)
		b.waits++
		return true
	}
	f.free--
	p.computesFull(i, f, b, 0)
	return true
}

// leavesPlace ends a compact request that has left the CPU of a base, and returns its fast path.
func (p *Plane) leavesPlace(k uint32, at sim.Time) *fastPath {
	r := p.compact.at(k)
	f := &p.fastPaths[r.server]
	if f.lines {
		f.work -= f.time(r.demand)
		f.free++
	}
	p.compactEnds(k, f, at)
	return f
}
