package dataplane

import (
	"slices"

	"headroom/model"
	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/slab"
	"headroom/sim/station"
)

// trip is what is known of a request beyond its attempt: kept beside the
// requests only where journeys, retries or phases need it. It is a cache line.
type trip struct {
	key    uint64      // names what is drawn for it
	parent slab.Handle // the request that calls; 0 of a user's
	began  sim.Time    // of the first attempt

	step      int32 // of its service
	left, out int32 // calls of this step: to come, on their way; batches of I/Os in an array
	child     uint32
	sibling   uint32 // next call of the same parent
	boarded   bool   // its first step has begun
	hung      bool   // hangs, and holds memory at its server
	placed    bool   // holds a place of its server
	connected bool   // a call that holds a connection
	flows     uint8  // its bytes in interfaces: of its server, of its caller's
	atCaller  bool   // the latter is one of them
	foreknown foreknown

	known sim.Time // when the I/Os of this step that are known will be done; of a call that is foreknown: its CPU time
}

// journeyKey names the request of a source by its number.
func journeyKey(source, number uint64) uint64 { return rng.Key(source, number) }

// beginTrip puts a trip beside a new request: named by a key, of a parent, 0 of a user's.
func (p *Plane) beginTrip(i uint32, key uint64, parent slab.Handle, began sim.Time) *trip {
	if p.noTrip(i) {
		p.makeRoom(i, began)
	}
	t := &p.trips[i]
	t.begin(key, parent, began)
	return t
}

func (t *trip) begin(key uint64, parent slab.Handle, began sim.Time) {
	*t = trip{}
	t.key, t.parent, t.began, t.child, t.sibling = key, parent, began, noIndex, noIndex
}

// noTrip reports whether there is no room for the trip of a new request, or something beside it.
func (p *Plane) noTrip(i uint32) bool { return int(i) >= len(p.trips) || p.besides }

// makeRoom makes room for the trip of a new request, and begins what lies beside it.
//
//go:noinline
func (p *Plane) makeRoom(i uint32, began sim.Time) {
	for int(i) >= len(p.trips) {
		p.trips, p.work = append(p.trips, trip{}), append(p.work, 0)
	}
	if p.meter.apart {
		p.beginPhases(i, began)
	}
	if p.holds {
		p.beginHolding(i)
	}
}

// takeOverTrip gives a request that takes another's place its trip: the attempt
// that follows one which the server still works on.
func (p *Plane) takeOverTrip(next, of uint32) {
	t := p.trips[of]
	p.beginTrip(next, t.key, t.parent, t.began)
	p.trips[of].parent = 0
	if parent := p.requests.Get(t.parent); parent != nil {
		p.takeOverCall(indexOf(t.parent), next, of)
	}
}

// gate lets at most limit requests into the journeys of a server.
type gate struct {
	limit, backlog, held int32
	line                 station.Queue
	ahead                sim.Time // what of those in line and before them is to be done at most, while somebody waits on a fast path: whoever begins then has stood in line; Never: not known
}

// job is a request at a server, with all that is known of it: good until the pool of requests
// may move. That of servers moves when one opens, which no request leads to.
type job struct {
	i uint32
	r *request
	s *server
	t *trip // nil where it is not asked for
}

func (p *Plane) job(i uint32) job {
	r := p.requests.at(i)
	return job{i, r, p.servers.at(r.server), &p.trips[i]}
}

// admit takes a request into a server with journeys, or refuses it.
func (p *Plane) admit(j job, now sim.Time) {
	if j.s.base != noIndex {
		p.settleBase(j.s.base, now)
		j = p.job(j.i)
	}
	s, t := j.s, j.t
	t.step, t.boarded, t.foreknown = 0, false, 0
	p.markPhase(j.i, now)
	t.left, t.out = 0, 0 // what an attempt before left behind that was cut short
	if s.function != nil {
		if p.invoke(j.i, j.r, s, now) {
			p.board(p.job(j.i), now)
		}
		return
	}
	g := &s.gate
	if s.memory != nil && (g.held < g.limit || g.line.Len() < int(g.backlog)) {
		s.memory.Connect(now)
		p.watchMemory(j.r.server, s)
	}
	switch {
	case g.held < g.limit:
		g.held++
		t.placed, t.boarded = true, true
		p.begins(j.i, j.r, now)
		if s.memory == nil || !p.takeMemory(j.i, now) {
			p.proceed(j, now)
		}
	case g.line.Len() < int(g.backlog):
		j.r.phase = queued
		j.r.ticket = g.line.Push(j.i, s.time(s.work(j.r)))
	default:
		p.turnAway(j.i)
	}
}

// board begins the journey of a request that has a place, or goes on with it.
func (p *Plane) board(j job, now sim.Time) {
	if j.t.boarded {
		p.endPhase(j.i, phaseQueue, now)
	} else {
		j.t.boarded = true
		p.begins(j.i, j.r, now)
		if j.s.memory != nil && p.takeMemory(j.i, now) {
			return
		}
	}
	p.proceed(j, now)
}

// proceed takes the next step of a request.
func (p *Plane) proceed(j job, now sim.Time) {
	steps := j.s.cfg.Steps
	if j.r.source == checkSource || len(steps) == 0 || j.r.errs() && j.s.errors.Latency > 0 {
		steps = shortJourney
	}
	k := int(j.t.step)
	if k >= len(steps) {
		p.endJourney(j, now)
		return
	}
	step := &steps[k]
	switch step.Kind {
	case StepCPU:
		p.compute(j, step, now)
		return
	case StepPause:
		end := p.later(now, p.drawStep(j, 0, step.Time))
		switch j.r.phase = pausing; {
		case step.outside() && !p.getsOut(j.s):
			p.askInVain(j, now)
		case !step.outside() || !p.talk(j.i, step, end):
			p.endStepAt(j.i, end)
		}
	case StepDisk:
		p.useDisk(j.i, &step.IO, now)
		return
	case StepCall:
		j.r.phase = calling
		if j.t.left = int32(step.Call.Count); step.Call.Parallel {
			p.callAll(j.i, now)
		} else {
			p.issue(j, now)
		}
	default:
		panic("dataplane: unknown kind of step")
	}
	if j.s.cfg.Async {
		p.yield(j.i, now)
	}
}

// later is an instant that may lie beyond the end of the run, but not beyond
// what the kernel takes.
func (p *Plane) later(now, d sim.Time) sim.Time { return now + min(d, p.frame.Duration+1) }

// compute puts a request on the CPU, if it has a place.
func (p *Plane) compute(j job, step *Step, now sim.Time) {
	r, s, t := j.r, j.s, j.t
	if !t.placed { // it gave its place away while it waited
		if s.gate.held >= s.gate.limit {
			r.phase = queued
			r.ticket = s.gate.line.Push(j.i, 0)
			return
		}
		s.gate.held++
		t.placed = true
	}
	demand := s.asked(r)
	switch {
	case t.foreknown&workForeknown != 0:
		demand, t.foreknown = p.work[j.i], 0
	case step.Time != nil:
		demand = p.drawStep(j, 0, step.Time)
	}
	if r.marks&owesCPU != 0 {
		r.mark(owesCPU, false)
		demand = sim.Sum(demand, s.cfg.Handshake)
	}
	r.phase = inService
	demand = s.time(demand)
	id := r.server
	if s.base != noIndex {
		id, s = s.base, p.servers.at(s.base)
	}
	s.station.Offer(now, j.i, demand)
	if d := j.s.cfg.callsNext(t.step); d != nil {
		p.foreknow(j.i, j.s, t.step, d)
	}
	if s.watch != inKernel || s.disturbed() {
		p.changed(id, s)
	} else if due := s.station.Next(); due < s.due {
		p.departsAt(due, id, s, sim.RankDeparture)
	}
}

// drawStep draws a quantity of a request's present step.
func (p *Plane) drawStep(j job, part uint64, d rng.Distribution) sim.Time {
	if d == nil {
		return 0
	}
	return max(0, sim.Seconds(p.calls[j.s.service].draws.DrawOf(j.t.key, uint64(j.t.step)<<32|part, d)))
}

// yield gives the place of a request that waits for others to the next in line,
// where the service is asynchronous.
func (p *Plane) yield(i uint32, now sim.Time) {
	r := p.requests.at(i)
	if s := p.servers.at(r.server); s.cfg.Async && p.trips[i].placed {
		p.trips[i].placed = false
		s.gate.held--
		p.nextInLine(r.server, now)
	}
}

// nextInLine lets those who wait at a server into free places.
func (p *Plane) nextInLine(id uint32, now sim.Time) {
	if s := p.servers.at(id); s.untracked && s.base != noIndex {
		p.nextOnBase(s, now)
		return
	}
	for {
		g := &p.servers.at(id).gate
		if g.line.Len() == 0 || g.held >= g.limit {
			return
		}
		i, _ := g.line.Pop()
		g.held++
		p.trips[i].placed = true
		p.board(p.job(i), now)
	}
}

// endStep ends a step of a request and takes the next one.
func (p *Plane) endStep(j job, k phaseKind, now sim.Time) {
	p.endPhase(j.i, k, now)
	j.t.step++
	p.proceed(j, now)
}

// onStepEnds ends a pause, or what a disk was asked for.
func (p *Plane) onStepEnds(ev model.Event) {
	p.stepEnds(ev.Handle(), p.kernel.Now())
}

// stepEnds is [Plane.onStepEnds] at an instant that may have passed.
func (p *Plane) stepEnds(h slab.Handle, now sim.Time) {
	r := p.requests.Get(h)
	switch {
	case r != nil && r.phase == pausing:
		p.endPause(p.job(indexOf(h)), now)
	case r != nil && r.phase == starting:
		p.endStart(indexOf(h), now)
	case r != nil && r.phase == talking:
		p.endTalk(indexOf(h), now)
	case r != nil && r.phase == onDisk:
		p.endDisk(indexOf(h), now)
	case r != nil && r.phase == paging:
		p.endPaging(indexOf(h), now)
	default:
		p.meter.overtaken()
	}
}

// endJourney ends a journey: the response leaves, and the place is free.
func (p *Plane) endJourney(j job, now sim.Time) {
	server := j.r.server
	if j.s.function != nil && p.answersTooMuch(j.i) {
		return
	}
	p.vacate(j)
	p.complete(j, now)
	if j.s.gate.line.Len() > 0 {
		p.nextInLine(server, now)
	}
}

// vacate gives back the place and the memory that a request holds.
func (p *Plane) vacate(j job) {
	if j.s.memory != nil || j.s.function != nil {
		p.giveBack(j)
	}
	if j.t.placed {
		j.t.placed = false
		j.s.gate.held--
	}
}

// giveBack gives back the memory or the environment that a request holds.
func (p *Plane) giveBack(j job) {
	if j.s.memory != nil {
		j.s.memory.End(p.kernel.Now(), j.t.boarded, p.holdings[j.i].holds)
	}
	if j.s.function != nil {
		p.leaveEnvironment(j.i, j.s)
	}
}

// withdrawJourney takes a request off its journey, with all that it has called.
func (p *Plane) withdrawJourney(i uint32) {
	r := p.requests.at(i)
	s := p.servers.at(r.server)
	switch r.phase {
	case queued:
		s.gate.line.Remove(r.ticket)
	case inService:
		p.abandon(r.server, s, i)
	case calling:
		p.hangUp(i, p.kernel.Now())
	}
	p.vacate(p.job(i))
}

// evictJourneys takes those who wait, pause and call out of a dying server.
// list holds those on the CPU. What they have called may have departed until an instant.
func (p *Plane) evictJourneys(id uint32, until sim.Time, list []uint32) []uint32 {
	s := p.servers.at(id)
	list = p.journeysAboard(id, s, list)
	for s.gate.line.Len() > 0 {
		s.gate.line.Pop()
	}
	for _, i := range list {
		if p.requests.at(i).phase == calling {
			p.hangUp(i, until)
		}
		if p.tracked {
			p.trips[i].placed = false
		}
		if m := p.servers.at(id).memory; m != nil {
			m.End(p.kernel.Now(), p.trips[i].boarded, p.holdings[i].holds)
		}
	}
	p.servers.at(id).gate.held = 0
	return list
}

// journeysAboard adds to those on the CPU of a server who is away on a call, a
// pause or a disk, in order of arrival, and who waits. It goes through all requests: a
// server dies seldom, and requests need not keep a list for it.
func (p *Plane) journeysAboard(id uint32, s *server, list []uint32) []uint32 {
	for h, r := range p.requests.All() {
		if r.server == id && r.phase.away() {
			list = append(list, indexOf(h))
		}
	}
	slices.SortFunc(list, p.byArrival)
	for i := range s.gate.line.All() {
		list = append(list, i)
	}
	return list
}
