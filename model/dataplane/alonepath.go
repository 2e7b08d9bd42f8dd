package dataplane

import "headroom/sim"

// A server that shares its CPU among its requests, and its machine with nobody, has a fast path
// as applications of one machine have it together (sharedpath.go): no end is known when a request
// comes, but an instant by which it surely has come while so many are there at most. Whoever
// waits that long needs no time limit. Who may not wait that long goes this way as a full request
// that keeps its time limit. Whoever finds too many there leaves the path for all of them, until
// the server is empty again; then twice as many may be there.

// keepsLimit is what stands for the bytes of an answer in a compact request for a full one that
// is still on the list of its source's time limits.
const keepsLimit = 1

// foreseeableAlone reports whether a new server of its own may have such a path: where its
// requests make one step, of which nobody must hear at once, on its CPU alone, of which it has
// all for good, and hardly ever wait in line. Requests to it may be compact from then on.
func (p *Plane) foreseeableAlone(s *server) bool {
	spec := s.station.Spec()
	if p.tracked || p.needsKernel(int(s.service)) || s.cfg.Discipline != ProcessorSharing || int64(spec.Limit) < mostSharing*spec.Servers {
		return false
	}
	if s.disturbed() || s.memory != nil || len(s.disks) > 0 {
		return false
	}
	if calls := &p.calls[s.service]; !calls.shared {
		calls.shared = true
		p.findWays()
	}
	return true
}

// openAlone takes such a fast path of a server, which is settled, empty and undisturbed, from now
// on.
func (p *Plane) openAlone(f *fastPath, s *server) {
	spec := s.station.Spec()
	f.opensFor(s, s, min(int64(spec.Limit), mostSharing*spec.Servers<<f.impatient))
	s.settles = settlesAlone
}

// enterAlone is [Plane.enterCompact] for such a fast path.
func (p *Plane) enterAlone(r *compactRequest, f *fastPath, n *lane, patience sim.Time) bool {
	now := r.arrived
	s := p.servers.at(r.server)
	if s.station.Next() <= now {
		p.passAlone(s, f, now)
	}
	time := f.time(r.demand)
	if s.station.InService() >= int(f.most) || !f.endsSurely(time, patience) {
		return false
	}
	if !n.came.put(now) {
		p.openArrivalTab(n, now)
	}
	if now >= p.meter.warmup {
		n.came.atOnce++
	}
	p.computeAlone(r, s, f, time)
	return true
}

// enterAloneFull is [Plane.enterFastPath] for such a fast path.
func (p *Plane) enterAloneFull(i uint32, r *request, f *fastPath) bool {
	id, now := r.server, p.kernel.Now()
	s := p.servers.at(id)
	if s.station.Next() <= now {
		p.passAlone(s, f, now)
	}
	if s.station.InService() >= int(f.most) {
		p.leaveAlone(id, s)
		f.impatient++
		p.changed(id, s)
		return false
	}
	of, time := compactRequest{arrived: now, demand: r.demand, source: fullRequest, in: i, server: id}, f.time(r.demand)
	if r.source != checkSource { // whose time is up by an event
		switch limits, patience := p.patience(i, r, f); {
		case limits == nil:
		case f.endsSurely(time, patience):
			p.removeDeadline(limits, r)
		default:
			of.out = keepsLimit
		}
	}
	if r.phase = inService; !r.gone {
		p.meter.started(now, r, now)
	}
	p.computeAlone(&of, s, f, time)
	return true
}

// endsSurely reports whether a request that takes a time on the CPU of a server of its own has
// ended before somebody's patience has.
func (f *fastPath) endsSurely(time, patience sim.Time) bool {
	return float64(time)*f.slow <= float64(patience)
}

// computeAlone puts a compact request on the CPU of a server of its own, which is settled.
func (p *Plane) computeAlone(r *compactRequest, s *server, f *fastPath, time sim.Time) {
	k := p.compact.alloc()
	*p.compact.at(k) = *r
	s.station.Offer(r.arrived, k, time)
	if f.counted {
		p.calendar.announce(r.server, s.station.Next())
	}
}

// passAlone plays what happened on the CPU of a server of its own, which has its fast path, up to
// and including an instant.
func (p *Plane) passAlone(s *server, f *fastPath, until sim.Time) {
	for turn, ok := s.station.Settle(until); ok; turn, ok = s.station.Settle(until) {
		p.compactEnds(turn.Job, f, turn.At)
		if s.station.Quiet(until) {
			return
		}
	}
}

// completeLimited ends a full request that has kept its time limit, as [Plane.settleStation] does:
// its response may come too late.
func (p *Plane) completeLimited(i uint32, at sim.Time) {
	p.stepsEnded++
	r := p.requests.at(i)
	p.complete(job{i: i, r: r, s: p.servers.at(r.server)}, at)
}

// settleAlone is [Plane.settleFastPath] for such a fast path.
func (p *Plane) settleAlone(s *server, f *fastPath, until sim.Time) {
	p.passAlone(s, f, until)
	p.tellTarget(f)
	p.payTabs()
}

// leaveAlone gives a server the full requests that those aboard its fast path are. The pool of
// requests may move.
func (p *Plane) leaveAlone(id uint32, s *server) {
	f := &p.fastPaths[id]
	p.tellTarget(f)
	f.open, f.shared, s.settles = false, false, settlesStation
	jobs := []uint32{}
	s.station.Rename(func(k uint32) uint32 {
		limited := p.limitKept(k)
		i := p.expandOne(f, k)
		r := p.requests.at(i)
		r.phase = inService
		p.compact.release(k)
		if !limited && !r.gone {
			jobs = append(jobs, i)
		}
		return i
	})
	p.limitAgain(jobs)
}

// limitKept reports whether a compact request stands for one that is on the list of its source's
// time limits.
func (p *Plane) limitKept(k uint32) bool {
	r := p.compact.at(k)
	return r.source == fullRequest && r.out == keepsLimit && !p.requests.at(r.in).gone
}

// eachLimitKept calls see with each request on such a path that is on the list of its source's
// time limits: who checks the plane asks.
func (p *Plane) eachLimitKept(see func(r *request)) {
	for _, s := range p.servers.All() {
		if s.settles != settlesAlone {
			continue
		}
		for _, k := range s.station.Jobs(nil) {
			if p.limitKept(k) {
				see(p.requests.at(p.compact.at(k).in))
			}
		}
	}
}
