package dataplane

import (
	"headroom/sim"
	"headroom/sim/station"
)

// The applications that share a machine have a fast path together. When a request ends depends on
// those who come after it, so that no end is known when it comes, unless no vCPU is shared
// (sharedforeseen.go); but so many share the CPU at most that there is an instant by which it has
// ended. Who waits that long needs no time limit, and only that is kept of a request which a compact
// one has. Whoever finds more there leaves the fast path for all of them, until the machine is empty
// again. Requests on it are at the station of the base and in the lines of its applications, by
// their numbers among compact requests, as full ones are elsewhere.

// placeMargin is how much longer a request may take than work and places say: the CPU's clock
// loses a part of a nanosecond whenever somebody comes or goes.
const placeMargin = 1.001

// mostSharing is how many requests share a vCPU on a fast path at most, where their applications
// let more of them in.
const mostSharing = 16

// openShared takes the fast path of the applications of a settled base from now on if they are
// empty and undisturbed.
func (p *Plane) openShared(id uint32, b *server) bool {
	disturbed := b.supply != nil || b.watch == inKernel || b.attended > 0 || b.station.Speed() != station.FullSpeed
	if disturbed || p.fastPaths[id].impatient > patienceTries || b.station.InService() > 0 {
		return false
	}
	places := int64(0)
	for _, h := range b.applications {
		a := p.servers.Get(h)
		if !a.open || a.errors.Rate > 0 || a.gate.held > 0 || a.gate.line.Len() > 0 {
			return false
		}
		places += int64(a.gate.limit)
	}
	most := min(places, mostSharing*b.station.Servers())
	for _, h := range b.applications {
		a, f := p.servers.Get(h), &p.fastPaths[indexOf(h)]
		f.opensFor(a, b, most)
		f.base, f.foresight = id, p.newForesight(b)
	}
	base := &p.fastPaths[id]
	base.shared, base.counted, base.foresight = true, b.watch == inCalendar, p.newForesight(b)
	base.station.Reset(station.Spec{Servers: b.station.Servers()}, 0)
	b.settles = settlesShared
	return true
}

// opensFor opens the fast path of a server that computes on the CPU of a base with so many
// requests at most.
func (f *fastPath) opensFor(s, base *server, most int64) {
	f.open, f.shared, f.counted = true, true, base.watch == inCalendar
	f.zone, f.pace, f.paced = uint8(s.zone), s.pace, s.pace != 1
	f.target, f.answered, f.work = noIndex, -1, 0
	f.most, f.slow = int32(most), placeMargin*max(1, float64(most)/float64(base.station.Servers()))
}

// endsWithin reports whether a request that takes a time on the CPU has surely ended before
// somebody's patience has: while it waits, all places of its application work off what is aboard.
func (f *fastPath) endsWithin(patience, time sim.Time, g *gate) bool {
	most := float64(time)
	if g.held >= g.limit {
		most += float64(f.work) / float64(g.limit)
	}
	return most*f.slow <= float64(patience)
}

// stationFull reports whether one more would be one too many at a station.
func (f *fastPath) stationFull(s *station.Station) bool { return s.InService() >= int(f.most) }

// enterShared is [Plane.enterCompact] for the fast path of an application.
func (p *Plane) enterShared(r *compactRequest, f *fastPath, n *lane, patience sim.Time) bool {
	now := r.arrived
	if base := &p.fastPaths[f.base]; base.open && p.stillForesees(f.base, base, now) {
		return p.enterForeseen(r, f, n, patience)
	}
	b := p.servers.at(f.base)
	if b.station.Next() <= now {
		p.passShared(b, now)
	}
	if b.station.InService() <= int(f.foresight.upTo) && p.foresee(f.base, b, now) {
		return p.enterForeseen(r, f, n, patience)
	}
	g, time := &p.servers.at(r.server).gate, f.time(r.demand)
	waits := g.held >= g.limit
	if waits && g.line.Len() >= int(g.backlog) || !waits && f.stationFull(&b.station) || !f.endsWithin(patience, time, g) {
		return false
	}
	k := p.compact.alloc()
	*p.compact.at(k) = *r
	f.work += time
	if !n.came.put(now) {
		p.openArrivalTab(n, now)
	}
	if waits {
		g.line.Push(k, time)
		return true
	}
	g.held++
	if now >= p.meter.warmup {
		n.came.atOnce++
	}
	b.station.Offer(now, k, time)
	if f.counted {
		p.calendar.announce(f.base, b.station.Next())
	}
	return true
}

// goesShared is [Plane.goesFast] for an application: it takes a full request to its fast path.
func (p *Plane) goesShared(i uint32, s, b *server) bool {
	r, now := p.requests.at(i), p.kernel.Now()
	f := &p.fastPaths[r.server]
	if p.fastPaths[s.base].open || b.station.Next() <= now {
		p.settle(s.base, now)
	}
	goes := (f.open || p.openShared(s.base, b)) && p.enterSharedFull(i, s, b)
	p.payTabs()
	return goes
}

// enterSharedFull is [Plane.enterFastPath] for the fast path of an application.
func (p *Plane) enterSharedFull(i uint32, s, b *server) bool {
	r, now := p.requests.at(i), p.kernel.Now()
	f, g := &p.fastPaths[r.server], &s.gate
	waits := g.held >= g.limit
	if waits && g.line.Len() >= int(g.backlog) {
		p.turnAway(i)
		return true
	}
	time := f.time(r.demand)
	limits, patience := p.patience(i, r, f)
	if full := !waits && f.stationFull(&b.station); full || !f.endsWithin(patience, time, g) {
		p.leaveShared(s.base)
		if !full {
			p.fastPaths[s.base].impatient++
		}
		p.changed(s.base, b)
		return false
	}
	if limits != nil {
		p.removeDeadline(limits, r)
	}
	k := p.compact.alloc()
	*p.compact.at(k) = compactRequest{arrived: now, demand: r.demand, source: fullRequest, in: i, server: r.server}
	f.work += time
	if waits {
		r.phase = queued
		g.line.Push(k, time)
		return true
	}
	g.held++
	if r.phase = inService; !r.gone {
		p.meter.started(now, r, now)
	}
	b.station.Offer(now, k, time)
	p.changed(s.base, b)
	return true
}

// passShared plays what happened on the CPU of a base, whose applications have their fast path,
// up to and including an instant.
func (p *Plane) passShared(b *server, until sim.Time) {
	for turn, ok := b.station.Settle(until); ok; turn, ok = b.station.Settle(until) {
		r := p.compact.at(turn.Job)
		a, f := p.servers.at(r.server), &p.fastPaths[r.server]
		f.work -= f.time(r.demand)
		g := &a.gate
		g.held--
		p.compactEnds(turn.Job, f, turn.At)
		for g.line.Len() > 0 && g.held < g.limit {
			k, time := g.line.Pop()
			g.held++
			b.station.Offer(turn.At, k, time)
			p.compactBegins(k, turn.At)
		}
		if b.station.Quiet(until) {
			return
		}
	}
}

// settleShared is [Plane.settleFastPath] for all applications of a base.
func (p *Plane) settleShared(b *server, until sim.Time) {
	p.unforesee(b.id, until)
	p.passShared(b, until)
	p.tellApplications(b)
	p.payTabs()
}

// tellApplications brings the counts of applications in line with their fast path.
func (p *Plane) tellApplications(b *server) {
	for _, h := range b.applications {
		a, f := p.servers.Get(h), &p.fastPaths[indexOf(h)]
		p.tellTarget(f)
		a.in, a.out = a.in.Plus(f.in), a.out.Plus(f.out)
		f.in, f.out = 0, 0
	}
}

// leaveShared gives a base and its applications the full requests that those aboard their fast
// path are. The pool of requests may move.
func (p *Plane) leaveShared(id uint32) {
	b := p.servers.at(id)
	switch {
	case !p.fastPaths[id].shared:
		return
	case b.settles == settlesAlone:
		p.leaveAlone(id, b)
		return
	}
	p.unforesee(id, 0)
	p.tellApplications(b)
	b.settles, p.fastPaths[id].shared = settlesStation, false
	jobs := []uint32{}
	enter := func(k uint32, as phase, ticket uint32) uint32 {
		i := p.expandOne(&p.fastPaths[p.compact.at(k).server], k)
		r := p.requests.at(i)
		r.phase, r.ticket = as, ticket
		p.compact.release(k)
		jobs = append(jobs, i)
		return i
	}
	b.station.Rename(func(k uint32) uint32 { return enter(k, inService, 0) })
	for _, h := range b.applications {
		p.servers.Get(h).gate.line.Rename(func(k, ticket uint32) uint32 { return enter(k, queued, ticket) })
		f := &p.fastPaths[indexOf(h)]
		f.open, f.shared = false, false
	}
	p.limitAgain(jobs)
}

// onShared lists the compact requests of a server on a fast path on which they share a CPU: those that compute,
// then those in line.
func (p *Plane) onShared(id uint32) (computing, waiting []uint32) {
	s := p.servers.at(id)
	for _, k := range p.servers.at(p.baseOf(id)).station.Jobs(nil) {
		if p.compact.at(k).server == id {
			computing = append(computing, k)
		}
	}
	for k := range s.gate.line.All() {
		waiting = append(waiting, k)
	}
	return computing, waiting
}

// applicationsForeseen reports whether the fast path of applications that share a machine may
// open: in one step, of which nobody must hear at once, on its CPU alone. Requests to them may
// be compact from then on.
func (p *Plane) applicationsForeseen(b *server) bool {
	if !b.untracked || b.nic != nil || len(b.disks) > 0 {
		return false
	}
	first := false
	for _, h := range b.applications {
		service := int(p.servers.Get(h).service)
		if p.needsKernel(service) {
			return false
		}
		first = first || !p.calls[service].shared
	}
	for _, h := range b.applications {
		p.calls[p.servers.Get(h).service].shared = true
	}
	if first {
		p.findWays()
	}
	return true
}
