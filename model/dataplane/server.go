package dataplane

import (
	"slices"

	"headroom/model"
	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/slab"
	"headroom/sim/station"
)

// server is one instance as requests see it. What each request asks of it comes first: it
// lies in few lines of the processor's cache.
type server struct {
	shared    sharedCPU
	station   station.Station
	supply    *supply  // nil: it gets all of its vCPUs for good, and only serves requests
	nic       *nic     // nil: bytes take no time
	due       sim.Time // inKernel, onReturn: of the pending serverDeparts; Never without one
	behind    sim.Time // of one that is pending since before an earlier departure came up; Never without one
	open      bool     // it takes requests: its port listens and nothing keeps it from them
	listens   bool     // the application port does
	journey   bool     // its service has steps
	foreseen  bool     // its fast path may open
	lone      bool     // it has nothing but a CPU: see [Plane.offerStraight]
	serves    bool     // lone, and nothing keeps it from serving who comes, or foresees it
	keeps     bool     // it keeps its steps to itself: kept
	watch     watching
	settles   settling
	untracked bool // a base, or one of its applications, whose requests have no trips
	zone      model.Zone
	hurried   bool     // somebody counts its requests as they end
	allZones  bool     // nodes of every zone send to it, each by a way of its own
	attended  int16    // checks aboard that decide: departures are in the kernel
	pace      float64  // CPU time here for a second of demand
	lag       sim.Time // onReturn: of that event, after the departure; Never: it needs none
	in, out   model.Bytes
	cfg       *Service // nil: serves no requests
	service   int32
	base      uint32       // whose CPU, interface and disks this application shares; noIndex: it has its own
	memory    *ram         // nil: it has enough
	function  *lambda      // that it stands for; nil: it is an instance
	errors    model.Errors // of its application now
	gate      gate
	asks      rng.Distribution // what the call that follows its service's first step asks for; nil: none follows, or it asks for nothing
	outlets   []outlet         // by call of the service
	callers   []uint16         // as its service's
	kept      kept
	code      Code          // that errors of its application end with
	receiving int32         // requests whose bytes come in through its interface; each has a place, or one in line
	payer     int32         // owner that its bytes are charged to
	public    bool          // it has a public address
	metered   bool          // what it is sent leaves AWS
	shutIn    bool          // no route leads from it to the internet
	gateway   model.Gateway // its way to the internet, where that is one

	fleet   int32
	typ     int32
	owner   slab.Handle // the control plane's instance
	targets []slab.Handle

	applications []slab.Handle // that share these; nil: it is no base

	disks   []uint32 // by Service.Disks, in Plane.disks
	held    []uint32 // the same, each once
	lacks   []uint32 // those that others share and it is not attached to
	link    *passage // through which its volumes are reached, where one is shared; nil without
	array   *array   // of volumes that share a narrow link; nil without
	mounts  *passage // through which file systems are reached; nil without
	volumes []model.VolumeSpec
	id      uint32      // of itself, where it has disks
	cached  model.Bytes // what its cache holds

	since  sim.Time // it is there; Never: its interface is counted
	end    int32    // of the filter
	tracks int32    // connections at most; 0: no limit
	files  []bool   // by file system: its mount is there; nil without a filter

	travel sim.Time // to it and back, of a machine outside

	impairment model.Impairment // ends a cache line, with its slot's generation before it
}

// Listen opens the application port. Target groups without checks find out at
// once, the others by their next check.
func (p *Plane) Listen(h slab.Handle) {
	s := p.servers.Get(h)
	if s.cfg == nil {
		return
	}
	s.listens = true
	s.updateOpen()
	for _, a := range s.applications {
		p.Listen(a)
	}
	p.startApplication(indexOf(h), s)
	p.regroup(indexOf(h))
	for _, t := range s.targets {
		if g := p.targets.Get(t).group; !p.targetGroups[g].cfg.HealthCheck.Enabled {
			p.observe(t, true)
		}
	}
}

// Close forgets a server that was killed.
func (p *Plane) Close(h slab.Handle) {
	if f := p.servers.Get(h).fleet; f != None {
		p.fleets[f] = slices.DeleteFunc(p.fleets[f], func(i uint32) bool { return i == indexOf(h) })
	}
	p.forgetApplication(h)
	p.calendar.remove(indexOf(h))
	p.leaveHost(indexOf(h), p.servers.Get(h))
	p.unhurry(p.servers.Get(h))
	p.freeDisks(p.servers.Get(h))
	p.closePlace(indexOf(h))
	p.servers.Free(h)
}

// Kill ends everything aboard a server and takes it out of its target groups.
func (p *Plane) Kill(h slab.Handle, cause model.Cause) {
	id := indexOf(h)
	for _, a := range p.servers.Get(h).applications {
		p.Kill(a, cause)
	}
	now := p.kernel.Now()
	until := now
	if cause == model.Failed { // a failure comes before the departures of its instant
		until--
	}
	p.hear(until)
	p.settle(id, until)
	code := Code502
	if cause == model.Reclaimed {
		code = codeReclaimed
	}
	s := p.servers.Get(h)
	s.open, s.listens, s.serves = false, false, false
	for _, i := range p.evicted(id, until) {
		p.dropFor(i, code, CauseEnded)
	}
	p.shutOff(id, now)
	s = p.servers.Get(h)
	p.endMemory(s)
	p.endNetwork(id, s)
	if s.base == noIndex {
		p.detachDisks(s)
	}
	p.failInside(id, None, code, CauseEnded)
	p.forgetPlace(id)
	for len(s.targets) > 0 {
		t := s.targets[0]
		p.deregister(t)
		p.removeTarget(t)
	}
	p.relieve()
}

// evicted takes everybody out of a server that is settled up to an instant, now or the last before,
// in order of arrival there: who is in service or away on a call, then who waits.
func (p *Plane) evicted(id uint32, until sim.Time) []uint32 {
	now, s := p.kernel.Now(), p.servers.at(id)
	if s.cfg == nil {
		return nil
	}
	if s.base != noIndex {
		return p.evictApplication(id, until)
	}
	p.leaveFastPath(id)
	waiting := s.station.Waiting()
	list := s.station.Evict(now, nil)
	p.forgetKept(s)
	if s.supply != nil {
		p.follow(id, s, now)
	}
	inside := list[:len(list)-waiting]
	slices.SortFunc(inside, p.byArrival)
	if s.nic != nil {
		list = append(p.evictFlows(id, s, now), list...)
	}
	if s.journey {
		list = p.evictJourneys(id, until, list)
	}
	s.due = sim.Never
	p.calendar.remove(id)
	return list
}

// settled settles a server, if anything may have happened there.
func (p *Plane) settled(h slab.Handle) *server {
	id, now := indexOf(h), p.kernel.Now()
	s := p.servers.Get(h)
	if f := &p.fastPaths[id]; f.open || f.shared || s.next() <= now || s.station.Waiting() > 0 {
		p.settle(id, now)
		s = p.servers.Get(h)
	}
	return s
}

// offer brings the request to its server: it starts, waits, or is refused.
func (p *Plane) offer(i uint32, r *request) {
	id, now := r.server, p.kernel.Now()
	s := p.servers.at(id)
	switch {
	case s.foreseen:
		if p.goesFast(i, r, s) {
			return
		}
		r = p.requests.at(i) // leaving a fast path may have moved the pool
	case s.untracked:
		p.enterApplication(i, s)
		return
	case s.disturbed() || s.station.Next() <= now:
		p.settleBefore(id, s)
		r = p.requests.at(i)
	}
	if s.errors.Rate > 0 {
		r.mark(errs, p.errsNow(s))
	}
	switch {
	case !s.open:
		p.unavailable(i, r, s)
		return
	case s.nic != nil && p.receive(i, r, s):
		return
	case s.journey:
		p.admit(job{i, r, s, &p.trips[i]}, now)
		return
	}
	if p.serveOrQueue(i, r, s, now) {
		p.changed(id, s)
	}
}

// settleBefore settles a server that somebody comes to, if anything may have happened there.
func (p *Plane) settleBefore(id uint32, s *server) {
	if now := p.kernel.Now(); s.next() <= now || s.supply != nil {
		p.settle(id, now)
	}
}

// serveOrQueue takes a request to the CPU of its server or into the line there, or
// refuses it, and reports whether it is served.
func (p *Plane) serveOrQueue(i uint32, r *request, s *server, now sim.Time) bool {
	verdict, ticket := s.station.Offer(now, i, s.time(s.work(r)))
	switch verdict {
	case station.Starts:
		r.phase = inService
		p.begins(i, r, now)
		return true
	case station.Waits:
		r.phase, r.ticket = queued, ticket
	default:
		p.turnAway(i)
	}
	return false
}

// time is what a demand takes on the server's CPU.
func (s *server) time(demand sim.Time) sim.Time {
	if s.pace == 1 {
		return demand
	}
	return demand.Scaled(s.pace)
}

// begins counts the beginning of service, unless the client has left.
func (p *Plane) begins(i uint32, r *request, at sim.Time) {
	if r.gone {
		return
	}
	n, wait := &p.lanes[p.meter.at(int32(r.source), int32(r.group))], at-p.receivedAt(i, r)
	if wait == 0 && n.came.from != noMinute && r.arrived >= p.meter.warmup {
		n.came.atOnce++
	} else {
		p.meter.begins(n.route, r.arrived, wait)
	}
	p.endPhase(i, phaseQueue, at)
}

// settle plays what happened at a server up to and including an instant.
func (p *Plane) settle(id uint32, until sim.Time) {
	if f := &p.fastPaths[id]; f.open && !f.shared {
		p.settleFastPath(f, until)
		return
	}
	switch s := p.servers.at(id); s.settles {
	case settlesStation:
		if s.watch == onReturn {
			p.settleReturns(id, s, until)
			return
		}
		p.settleStation(id, s, until)
	case settlesKept:
		p.settleKept(id, until)
	case settlesShared:
		p.settleShared(s, until)
	case settlesApart:
		p.settleApart(s, until)
	case settlesNetwork:
		p.settleNetwork(id, s.nic, until)
	default:
		p.settle(s.base, until)
	}
}

// settleStation plays what happened on the CPU of a server up to and including an instant.
func (p *Plane) settleStation(id uint32, s *server, until sim.Time) {
	if s.lone && s.supply == nil && s.station.Waiting() == 0 {
		p.settleLone(s, until)
		return
	}
	for {
		if s.supply != nil && s.supply.outAt <= until {
			p.runOut(id, s)
		}
		turn, ok := s.station.Settle(until)
		if !ok {
			return
		}
		if s.supply != nil {
			p.follow(id, s, turn.At)
		}
		r := p.requests.at(turn.Job)
		if turn.Kind == station.Started {
			r.phase = inService
			p.begins(turn.Job, r, turn.At)
			continue
		}
		p.stepsEnded++
		of := s
		if r.server != id { // one of its applications
			of = p.servers.at(r.server)
		}
		switch {
		case s.untracked:
			p.leaveBase(job{i: turn.Job, r: r, s: of}, turn.At)
		case s.journey:
			t := &p.trips[turn.Job]
			t.step++
			p.endPhase(turn.Job, phaseCPU, turn.At)
			p.proceed(job{turn.Job, r, of, t}, turn.At)
		default:
			p.endPhase(turn.Job, phaseCPU, turn.At)
			p.complete(job{i: turn.Job, r: r, s: of}, turn.At)
		}
		if s.supply == nil && s.station.Quiet(until) {
			return
		}
	}
}

// withdraw takes a request out of its settled server.
func (p *Plane) withdraw(i uint32) {
	p.leaveFastPath(p.requests.at(i).server)
	r := p.requests.at(i)
	s := p.servers.at(r.server)
	switch {
	case r.phase.flows():
		p.cutFlow(i)
	case s.untracked:
		p.withdrawFromBase(i)
	case s.journey:
		p.withdrawJourney(i)
	case r.phase == queued:
		s.station.LeaveLine(r.ticket)
	default:
		p.abandon(r.server, s, i)
	}
}

// abandon takes a request off the CPU of its settled server.
func (p *Plane) abandon(id uint32, s *server, i uint32) {
	now := p.kernel.Now()
	if s.base != noIndex {
		id, s = s.base, p.servers.at(s.base)
	}
	s.station.Abandon(now, i)
	if s.supply != nil {
		p.follow(id, s, now)
	}
}
