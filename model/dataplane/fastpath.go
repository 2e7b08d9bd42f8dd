package dataplane

import (
	"headroom/model"
	"headroom/sim"
	"headroom/sim/slab"
	"headroom/sim/station"
)

// fastPath is the way through a server whose departures can be foreseen: one that
// serves in order of arrival at full speed, whose requests make one step, and where
// all stay until they are done. It is open while that is so; [Plane.leaveFastPath] gives
// the server's own station all that is aboard as soon as it is not. Fast paths lie apart
// from the rest of their servers, for a plain request needs nothing else: of four cache lines
// the first is all that is touched when it has ended, or where it shares a CPU, and the first
// and the second, which the machine fetches together, are all that is when it comes, at a
// station of one or two.
type fastPath struct {
	open     bool
	counted  bool // who picks by requests in flight looks at the server
	paced    bool // time on its CPU is not the demand
	wired    bool // nic is not nil
	shared   bool // of an application, or of the base of some, or of a server that shares its CPU among its requests
	flows    bool // its target is one of flows
	zone     uint8
	scope    uint8            // of the target
	target   uint32           // that compact requests come through; noIndex: none has yet
	local    int32            // as scope
	asked    int32            // compact requests that came through it and that it does not know of
	ended    int32            // compact requests that it answered and does not know of
	answered sim.Time         // the last answer to one
	base     uint32           // shared: whose CPU it is
	free     int32            // shared: places that nobody has
	station  station.Foreseen // its first fields end the first line

	nic       *nic        // the server's, where bytes take their time
	settled   sim.Time    // all up to then is counted
	pace      float64     // as the server's
	in, out   model.Bytes // of requests that went this way; see [Plane.used]
	impatient int32       // times that somebody would not wait, or found too many
	_         [60]byte    // to the end of its fourth cache line
}

// patienceTries is how often a fast path opens again after somebody would not wait for the
// end of a request; where that happens all the time it is not fast.
const patienceTries = 8

// foreseeable reports whether the departures of a new server of its own can be foreseen where
// nothing disturbs them: in order of arrival, as many at once as compute, in one step, of which
// nobody must hear at once, and without volumes that share its interface.
func (p *Plane) foreseeable(s *server) bool {
	spec := s.station.Spec()
	return p.mayForesee(int(s.service)) && int64(spec.Limit) == spec.Servers && (s.nic == nil || !s.nic.disks)
}

// mayForesee reports whether the departures of some server of a service can be foreseen.
func (p *Plane) mayForesee(service int) bool {
	cfg := &p.cfg.Services[service]
	return !p.calls[service].tracked && !p.calls[service].instant && cfg.Discipline == FCFS && len(cfg.Steps) == 0
}

// openFastPath takes the fast path of a server that has one from now on if it is settled,
// empty and undisturbed.
func (p *Plane) openFastPath(id uint32, s *server) bool {
	f := &p.fastPaths[id]
	disturbed := s.supply != nil || s.watch == inKernel || s.attended > 0 || s.errors.Rate > 0 || s.station.Speed() != station.FullSpeed
	if !s.open || disturbed || f.impatient > patienceTries || s.station.InService() > 0 || s.station.Waiting() > 0 {
		return false
	}
	if s.sharesCPU() {
		p.openAlone(f, s)
		return true
	}
	now := p.kernel.Now()
	if !p.openFastNetwork(f, s, now) {
		return false
	}
	f.opensInOrder(s, s.watch == inCalendar, now)
	f.station.Reset(s.station.Spec(), s.station.Busy(now))
	return true
}

// opensInOrder opens the fast path of a server in order of arrival, at whose station its owner sees to.
func (f *fastPath) opensInOrder(s *server, counted bool, now sim.Time) {
	f.open, f.counted = true, counted
	f.zone, f.pace, f.paced, f.settled = uint8(s.zone), s.pace, s.pace != 1, now
	f.target, f.answered = noIndex, -1
}

// settledUntil is the instant up to which all on a fast path is counted.
func (p *Plane) settledUntil(f *fastPath) sim.Time {
	if f.wired {
		return max(f.settled, f.nic.fast.played)
	}
	if f.counted {
		return max(f.settled, p.compact.ends.turned)
	}
	return f.settled
}

// time is what a demand takes on the server's CPU.
func (f *fastPath) time(demand sim.Time) sim.Time {
	if f.paced {
		demand = demand.Scaled(f.pace)
	}
	return min(demand, station.MaxDemand)
}

// goesFast takes a request to the fast path of its server, if that is open or may open;
// otherwise the server is settled.
func (p *Plane) goesFast(i uint32, r *request, s *server) bool {
	id := r.server
	f := &p.fastPaths[id]
	goes := f.open && p.enterFastPath(i, r, f)
	if !goes {
		p.settleBefore(id, s)
		goes = p.openFastPath(id, s) && p.enterFastPath(i, p.requests.at(i), &p.fastPaths[id])
	}
	p.countGathered()
	return goes
}

// enterFastPath takes a full request to a fast path, or returns false if it cannot go that
// way: its client or its balancer will not wait for its end.
func (p *Plane) enterFastPath(i uint32, r *request, f *fastPath) bool {
	switch {
	case f.wired:
		return p.receiveFull(i, r, f)
	case f.shared:
		return p.enterSharedFull(i, f)
	}
	now := r.arrived
	if f.counted {
		p.compact.ends.turn(now, p.endDue)
	} else {
		p.passOnFastPath(f, now)
	}
	start, ok := f.station.Foresee(now)
	if !ok {
		p.turnAway(i)
		return true
	}
	end := sim.Sum(start, f.time(r.demand))
	limits, patience := p.patience(i, r, f)
	if end-now > patience || end > sim.Horizon {
		p.refuseFastPath(r.server)
		return false
	}
	if limits != nil {
		p.removeDeadline(limits, r)
	}
	if r.phase = queued; start == now {
		r.phase = inService
		if !r.gone {
			p.meter.started(now, r, now)
		}
	}
	p.enqueue(&compactRequest{arrived: now, source: fullRequest, in: i, server: r.server}, f, start, end)
	return true
}

// patience is the longest that everybody waits for a request's end at its server, with
// the time limit that it is under, if there is one.
func (p *Plane) patience(i uint32, r *request, f *fastPath) (*deadlines, sim.Time) {
	if r.source == checkSource {
		return nil, p.targetGroups[p.targets.at(r.older).group].cfg.HealthCheck.Timeout
	}
	s := &p.sources[r.source]
	if s.limits.limit == sim.Never { // and so is patience
		return nil, sim.Never
	}
	if s.patience == sim.Never {
		return &s.limits, s.limits.limit
	}
	return &s.limits, min(s.limits.limit, s.patience-p.hop(i, r, model.Zone(f.zone)))
}

// settleFastPath counts what happened on a fast path up to and including an instant.
func (p *Plane) settleFastPath(f *fastPath, until sim.Time) {
	f.settled = max(f.settled, until)
	if f.counted {
		p.compact.ends.turn(until, p.endDue)
	}
	if f.wired {
		p.playFlows(f, until)
	} else if !f.counted {
		p.passOnFastPath(f, until)
		f.station.Sweep(until, func(at sim.Time, k uint32) { p.compactEnds(k, f, at) })
	}
	p.tellTarget(f)
	p.countGathered()
}

// endOnFastPath ends a compact request whose end was announced, after those that left its
// fast path before for who waited.
func (p *Plane) endOnFastPath(k uint32, at, now sim.Time) sim.Time {
	f := &p.fastPaths[p.compact.at(k).server]
	if f.wired {
		return p.endWithFlows(k, f, now)
	}
	if f.shared {
		p.leavesPlace(k, at)
		return sim.Never
	}
	if !f.station.Due(at) {
		p.compactEnds(k, f, at)
		return sim.Never
	}
	ended := false
	for passage, ok := f.station.Pass(at); ok; passage, ok = f.station.Pass(at) {
		ended = ended || passage.Leaves == k
		p.compact.ends.remove(passage.Leaves)
		p.passed(f, passage)
	}
	if !ended {
		p.compactEnds(k, f, at)
	}
	return sim.Never
}

// passOnFastPath lets who waits on a fast path enter until an instant.
func (p *Plane) passOnFastPath(f *fastPath, until sim.Time) {
	for passage, ok := f.station.Pass(until); ok; passage, ok = f.station.Pass(until) {
		p.passed(f, passage)
	}
}

// passed counts a departure and who enters after it.
func (p *Plane) passed(f *fastPath, passage station.Passage) {
	p.compactEnds(passage.Leaves, f, passage.At)
	p.compactBegins(passage.Enters, passage.At)
}

// completeOnFastPath is [Plane.complete], [Plane.leave] and what follows for a request that
// nothing disturbed. What those do beyond this never meets a fast path:
//   - paths in time: outside.go, whose servers are never foreseen;
//   - trips, calls and steps, connections that clients or targets keep, WebSockets, functions and
//     volumes that share an interface: [Plane.foreseeable] and [Plane.markInstant];
//   - errors, disks of their own and a supply that may run out: [Plane.openFastPath];
//   - time limits that strike: [Plane.enterFastPath];
//   - targets that drain, and servers that close: they leave their fast path first.
func (p *Plane) completeOnFastPath(i uint32, f *fastPath, at sim.Time) {
	r := p.requests.at(i)
	p.stepsEnded++
	f.in = f.in.Plus(r.requestBytes())
	f.out = f.out.Plus(r.responseBytes())
	if r.gone {
		p.discard(i, r)
		return
	}
	s := &p.sources[r.source]
	r.phase = answered
	if s.plain {
		across := s.lb.ends(at, r, model.Zone(f.zone))
		p.meter.completed(at, r, s.hop+across)
		p.targetAnswers(r, f, at, across)
		p.free(i)
		return
	}
	if s.direct {
		p.countDirect(p.servers.at(r.server), r)
	}
	p.countCrossing(r, model.Zone(f.zone))
	hop := p.hop(i, r, model.Zone(f.zone))
	p.meter.completed(at, r, hop)
	if p.accessLog != nil {
		p.logServed(i, r, at, hop)
	}
	if s.balancer != None {
		if s.flows.on {
			p.alight(i, r, at)
		} else {
			s.lb.closed(at, r)
		}
	}
	if r.target != noIndex {
		p.targetAnswers(r, f, at, p.crossing(r, model.Zone(f.zone)))
	}
	p.free(i)
}

// targetAnswers counts the response of a request's target, which does not drain and may
// be across the border of a zone, and ends its hold on it.
func (p *Plane) targetAnswers(r *request, f *fastPath, at, across sim.Time) {
	t := p.targets.at(r.target)
	t.answered = max(t.answered, at)
	t.since.answered++
	t.inFlight--
	g := &p.targetGroups[r.group]
	if !f.wired || r.responseBytes() == 0 { // else it did when its response went out
		g.responded(at - r.arrived + across)
	}
	if f.counted && g.counts {
		g.scopes[t.scope].policy.Ended(int(t.local))
	}
}

// growFastPaths makes room for the fast path of a new server, which is closed.
func (p *Plane) growFastPaths(id uint32) {
	for int(id) >= len(p.fastPaths) {
		p.fastPaths = append(slab.Room(p.fastPaths), fastPath{})
	}
	f := &p.fastPaths[id]
	f.open, f.in, f.out, f.impatient, f.target, f.nic = false, 0, 0, 0, noIndex, nil
	f.wired, f.shared = false, false
	f.station.Reset(station.Spec{}, 0)
}

// refillIfDue is [Plane.refill] for a server that has a departure in the present
// instant.
func (p *Plane) refillIfDue(id uint32, now sim.Time) {
	if p.fastPaths[id].open {
		p.settle(id, now)
		return
	}
	if s := p.servers.at(id); s.next() <= now || s.base != noIndex && p.servers.at(s.base).next() <= now {
		p.refill(id)
	}
}

// atStation returns how many requests a settled server has in service and in line.
func (p *Plane) atStation(id uint32, s *server) (serving, waiting int) {
	if s.base != noIndex {
		return p.computing(id), p.fastPaths[id].station.Waiting()
	}
	if f := &p.fastPaths[id]; f.open && !f.shared {
		return f.station.InService(p.settledUntil(f)), f.station.Waiting()
	}
	return s.station.InService(), s.station.Waiting()
}

// takesFastPath reports whether a request goes by the fast path of its server.
func (p *Plane) takesFastPath(r *request) bool { return r.phase.aboard() && p.fastPaths[r.server].open }
