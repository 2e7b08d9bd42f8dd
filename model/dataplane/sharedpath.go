package dataplane

import (
	"headroom/sim"
	"headroom/sim/station"
)

// Requests that share a CPU have a fast path together, be they those of a server of its own
// (alonepath.go) or of all applications of a machine: it is at the station of their base, which a
// server of its own is itself. When a request ends depends on those who come after it, so that no
// end is known when it comes, unless no vCPU is shared (sharedforeseen.go); but so many share the
// CPU at most that there is an instant by which it has ended. Who waits that long needs no time
// limit, and only that is kept of a request which a compact one has. Who may not wait that long
// goes this way as a full request that keeps its time limit. Whoever finds too many there leaves
// the fast path for all of them, until the machine is empty again; then twice as many may be there.
// Before some applications there are lines (sharedline.go). Requests on the path are at the station
// and in these lines by their numbers among compact requests, as full ones are elsewhere.

// placeMargin is how much longer a request may take than work and places say: the CPU's clock
// loses a part of a nanosecond whenever somebody comes or goes.
const placeMargin = 1.001

// mostSharing is how many requests share a vCPU on a fast path at most, where their applications
// let more of them in, until somebody has found too many.
const mostSharing = 16

// openShared takes the fast path of the applications of a settled base from now on if they are
// empty and undisturbed.
func (p *Plane) openShared(id uint32, b *server) bool {
	base := &p.fastPaths[id]
	disturbed := b.supply != nil || b.watch == inKernel || b.attended > 0 || b.station.Speed() != station.FullSpeed
	if disturbed || base.impatient > patienceTries || b.station.InService() > 0 {
		return false
	}
	places, fewest := int64(0), int64(station.NoLimit)
	for _, h := range b.applications {
		a := p.servers.Get(h)
		if !a.open || a.errors.Rate > 0 || a.gate.held > 0 || a.gate.line.Len() > 0 {
			return false
		}
		places += int64(a.gate.limit)
		fewest = min(fewest, int64(a.gate.limit))
	}
	if places <= b.station.Servers() {
		p.openApart(base, b)
		return true
	}
	servers := b.station.Servers()
	most := mostSharing * servers << base.impatient
	lines := fewest < mostSharing*servers
	if most = min(most, fewest); lines {
		most = min(places, mostSharing*servers<<base.impatient)
	}
	b.shared = newSharedCPU(servers, most, p.foreseeUpTo(b))
	b.shared.lines = lines
	for _, h := range b.applications {
		p.fastPaths[indexOf(h)].opensFor(p.servers.Get(h), b)
	}
	base.shared = true
	b.settles = settlesShared
	return true
}

// sharedCPU is what the CPU of a base has in common for all who share it on a fast path. It lies
// beside the station, which is asked with it.
type sharedCPU struct {
	waits    int32   // who stands in the lines before it
	most     int32   // who is served at once at most
	slow     float64 // times as long as alone that work takes at most
	upTo     int32   // see [Plane.foreseeUpTo]
	foresees bool    // the ends of all who compute there are announced
	lines    bool    // requests may wait for a place
}

func newSharedCPU(servers, most int64, upTo int32) sharedCPU {
	return sharedCPU{most: int32(most), slow: placeMargin * max(1, float64(most)/float64(servers)), upTo: upTo}
}

// manyPlaces is how many places an application has before which there is no line: whoever asks
// finds one free.
const manyPlaces = 1 << 30

// places is how many places an application with a limit has.
func (c *sharedCPU) places(limit int32) int32 {
	if c.lines {
		return limit
	}
	return manyPlaces
}

// opensFor opens the fast path of a server that computes on the CPU of a base.
func (f *fastPath) opensFor(s, base *server) {
	f.open, f.shared, f.counted = true, true, base.watch == inCalendar
	f.zone, f.pace, f.paced = uint8(s.zone), s.pace, s.pace != 1
	f.target, f.answered, f.base, f.free = noIndex, -1, base.id, base.shared.places(s.gate.limit)
}

// endsSurely reports whether a request that takes a time on the CPU has ended before somebody's
// patience has.
func (c *sharedCPU) endsSurely(time, patience sim.Time) bool {
	return float64(time)*c.slow <= float64(patience)
}

// crowded reports whether one more would be one too many on the CPU of a base.
func (b *server) crowded() bool { return b.station.InService() >= int(b.shared.most) }

// enterShared is [Plane.enterCompact] for a fast path on which requests share a CPU.
func (p *Plane) enterShared(r *compactRequest, f *fastPath, n *lane, patience sim.Time) bool {
	now, time, b := r.arrived, f.time(r.demand), p.servers.at(f.base)
	s := &b.station
	if f.counted {
		p.foreseeAgain(f, b, now)
	} else {
		for s.Shares() && s.Next() <= now {
			p.departs(b)
		}
	}
	if f.free == 0 {
		p.passShared(f.base, b, now)
		if f.free == 0 {
			return p.waitsShared(r, f, n, patience)
		}
	}
	if b.crowded() || !b.shared.endsSurely(time, patience) {
		return false
	}
	if !n.came.add(now) {
		p.gatherArrivals(n, now)
	}
	if now >= p.meter.warmup {
		n.came.atOnce++
	}
	f.free--
	k := p.compact.alloc()
	*p.compact.at(k) = *r
	p.computes(k, f, b, time)
	return true
}

// enterSharedFull is [Plane.enterFastPath] for such a fast path.
func (p *Plane) enterSharedFull(i uint32, f *fastPath) bool {
	id, b, now := f.base, p.servers.at(f.base), p.kernel.Now()
	if b.shared.foresees || b.station.Next() <= now {
		p.settle(id, now)
	}
	r := p.requests.at(i)
	if b.shared.lines {
		return p.enterLineFull(i, r, f, b)
	}
	if b.crowded() {
		p.refuseShared(id, b)
		return false
	}
	time, keeps := f.time(r.demand), uint32(0)
	if r.source != checkSource { // whose time is up by an event
		switch limits, patience := p.patience(i, r, f); {
		case limits == nil:
		case b.shared.endsSurely(time, patience):
			p.removeDeadline(limits, r)
		default:
			keeps = keepsLimit
		}
	}
	p.computesFull(i, f, b, keeps)
	return true
}

// computesFull puts a full request on the CPU of a base, by a compact one that stands for it.
func (p *Plane) computesFull(i uint32, f *fastPath, b *server, keeps uint32) {
	r, now := p.requests.at(i), p.kernel.Now()
	if r.phase = inService; !r.gone {
		p.meter.started(now, r, now)
	}
	f.free--
	k := p.standsFor(i, r)
	p.compact.at(k).out = keeps
	b.station.Begin(now, k, f.time(r.demand))
	if f.counted {
		p.calendar.announce(f.base, b.station.Next())
	}
}

// standsFor makes a compact request that stands for a full one that comes now.
func (p *Plane) standsFor(i uint32, r *request) (k uint32) {
	k = p.compact.alloc()
	*p.compact.at(k) = compactRequest{arrived: p.kernel.Now(), demand: r.demand, source: fullRequest, in: i, server: r.server}
	return k
}

// refuseShared leaves the fast path of a base for somebody whom it cannot take. Next time it
// may take twice as many.
func (p *Plane) refuseShared(id uint32, b *server) {
	p.leaveShared(id)
	p.fastPaths[id].impatient++
	p.changed(id, b)
}

// goesShared is [Plane.goesFast] for an application: it takes a full request to its fast path.
func (p *Plane) goesShared(i uint32, s, b *server) bool {
	now := p.kernel.Now()
	f := &p.fastPaths[p.requests.at(i).server]
	if !f.open && b.station.Next() <= now {
		p.settle(s.base, now)
	}
	goes := (f.open || p.openShared(s.base, b)) && p.enterFastPath(i, p.requests.at(i), f)
	p.countGathered()
	return goes
}

// passShared plays what happened on the CPU of a base that has a fast path, up to and including
// an instant.
func (p *Plane) passShared(id uint32, b *server, until sim.Time) {
	p.unforesee(id, b)
	for b.station.Next() <= until {
		p.departs(b)
	}
}

// departs ends who leaves the CPU of a base next, and gives its place to the next in line of its
// application.
func (p *Plane) departs(b *server) {
	at, k := b.station.Next(), b.station.First()
	if b.shared.waits == 0 {
		b.station.Leave()
		p.leavesPlace(k, at)
		return
	}
	line := &p.servers.at(p.compact.at(k).server).gate.line
	if line.Len() == 0 {
		b.station.Leave()
		p.leavesPlace(k, at)
		return
	}
	next, time := line.Pop()
	b.station.Replace(at, next, time)
	b.shared.waits--
	p.leavesPlace(k, at).free--
	p.compactBegins(next, at)
}

// settleShared is [Plane.settleFastPath] for all who share the CPU of a base.
func (p *Plane) settleShared(b *server, until sim.Time) {
	if b.shared.foresees {
		p.compact.ends.turn(until, p.endDue)
	}
	p.passShared(b.id, b, until)
	p.tellShared(b)
	p.countGathered()
}

// tellShared brings the counts of those who share the CPU of a base in line with their fast path.
func (p *Plane) tellShared(b *server) {
	if b.applications == nil {
		p.tellTarget(&p.fastPaths[b.id])
	}
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
	base, b := &p.fastPaths[id], p.servers.at(id)
	switch {
	case !base.shared:
		return
	case b.settles == settlesApart:
		p.leaveApart(base, b)
		return
	}
	p.unforesee(id, b)
	p.tellShared(b)
	base.open, base.shared, b.settles = false, false, settlesStation
	jobs := []uint32{}
	enter := func(k uint32, as phase, ticket uint32) uint32 {
		f, limited := &p.fastPaths[p.compact.at(k).server], p.limitKept(k)
		i := p.expandOne(f, k)
		r := p.requests.at(i)
		r.phase, r.ticket = as, ticket
		if p.compact.release(k); !limited && !r.gone {
			jobs = append(jobs, i)
		}
		return i
	}
	queue := func(k, ticket uint32) uint32 { return enter(k, queued, ticket) }
	b.station.Rename(func(k uint32) uint32 {
		if s := p.servers.at(p.compact.at(k).server); s != b {
			s.gate.held++
		}
		return enter(k, inService, 0)
	})
	if len(b.applications) == 0 {
		b.gate.line.Rename(queue)
		b.station.PutLine(b.gate.line)
		b.gate = gate{}
	}
	for _, h := range b.applications {
		p.servers.Get(h).gate.line.Rename(queue)
		f := &p.fastPaths[indexOf(h)]
		f.open, f.shared = false, false
	}
	b.shared.waits = 0
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
