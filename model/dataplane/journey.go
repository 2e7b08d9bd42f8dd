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
// requests only where journeys, retries or phases need it.
type trip struct {
	key    uint64      // names what is drawn for it
	parent slab.Handle // the request that calls; 0 of a user's
	began  sim.Time    // of the first attempt
	mark   sim.Time    // when its present phase began
	phases [phaseCount]sim.Time

	step      int32    // of its service
	left, out int32    // calls of this step: to come, on their way; batches of I/Os in an array
	until     sim.Time // of this step: when the I/Os that are known will be done
	child     uint32
	sibling   uint32      // next call of the same parent
	holds     model.Bytes // of its server's memory, of its own
	boarded   bool        // its first step has begun
	hung      bool        // hangs, and holds memory at its server
	placed    bool        // holds a place of its server
	connected bool        // a call that holds a connection
	flows     uint8       // its bytes in interfaces: of its server, of its caller's
	atCaller  bool        // the latter is one of them
}

// phaseKind is a part of a request's latency.
type phaseKind uint8

// Phases, in the order in which outcomes list them.
const (
	phaseBalancer phaseKind = iota
	phaseQueue
	phaseCPU
	phaseCall
	phasePool
	phasePause
	phaseDisk
	phaseNetwork
	phaseCount
)

// endPhase ends a phase at an instant.
func (t *trip) endPhase(k phaseKind, at sim.Time) {
	t.phases[k] += at - t.mark
	t.mark = at
}

// journeyKey names the request of a source by its number.
func journeyKey(source, number uint64) uint64 { return rng.Key(source, number) }

// beginTrip puts a trip beside a new request.
func (p *Plane) beginTrip(i uint32, t trip) {
	for int(i) >= len(p.trips) {
		p.trips = append(p.trips, trip{})
	}
	own := &p.trips[i]
	*own = trip{key: t.key, parent: t.parent, began: t.began, mark: t.began, child: noIndex, sibling: noIndex}
}

// takeOverTrip gives a request that takes another's place its trip: the attempt
// that follows one which the server still works on.
func (p *Plane) takeOverTrip(next, of uint32) {
	t := p.trips[of]
	p.beginTrip(next, trip{key: t.key, parent: t.parent, began: t.began})
	p.trips[of].parent = 0
	if parent := p.requests.Get(t.parent); parent != nil {
		p.takeOverCall(indexOf(t.parent), next, of)
	}
}

// gate lets at most limit requests into the journeys of a server.
type gate struct {
	limit, backlog, held int32
	line                 station.Queue
}

// admit takes a request into a server with journeys, or refuses it.
func (p *Plane) admit(i uint32, now sim.Time) {
	r := p.requests.at(i)
	s := p.servers.at(r.server)
	if s.base != noIndex {
		p.settleBase(s.base, now)
		s = p.servers.at(r.server)
	}
	t := &p.trips[i]
	t.step, t.boarded, t.mark = 0, false, now
	t.left, t.out = 0, 0 // what an attempt before left behind that was cut short
	if s.function != nil {
		if p.invoke(i, r, s, now) {
			p.board(i, now)
		}
		return
	}
	if g := &s.gate; s.memory != nil && (g.held < g.limit || g.line.Len() < int(g.backlog)) {
		s.memory.Connect(now)
		p.watchMemory(r.server, s)
	}
	switch g := &s.gate; {
	case g.held < g.limit:
		g.held++
		p.trips[i].placed = true
		p.board(i, now)
	case g.line.Len() < int(g.backlog):
		r.phase = queued
		r.ticket = g.line.Push(i, s.time(s.work(r)))
	default:
		p.turnAway(i)
	}
}

// board begins the journey of a request that has a place, or goes on with it.
func (p *Plane) board(i uint32, now sim.Time) {
	t := &p.trips[i]
	if t.boarded {
		t.endPhase(phaseQueue, now)
	} else {
		t.boarded = true
		p.begins(i, p.requests.at(i), now)
		if p.takeMemory(i, now) {
			return
		}
	}
	p.proceed(i, now)
}

// proceed takes the next step of a request.
func (p *Plane) proceed(i uint32, now sim.Time) {
	r := p.requests.at(i)
	s := p.servers.at(r.server)
	t := &p.trips[i]
	steps := s.cfg.Steps
	if r.source == checkSource || len(steps) == 0 || r.errs && s.errors.Latency > 0 {
		steps = shortJourney
	}
	if int(t.step) == len(steps) {
		p.endJourney(i, now)
		return
	}
	step := &steps[t.step]
	switch step.Kind {
	case StepCPU:
		p.compute(i, step, now)
	case StepPause:
		end := p.later(now, p.drawStep(i, 0, step.Time))
		if r.phase = pausing; !step.outside() || !p.talk(i, step, end) {
			p.endStepAt(i, end)
		}
		p.yield(i, now)
	case StepDisk:
		p.useDisk(i, &step.IO, now)
	case StepCall:
		r.phase = calling
		p.call(i, &step.Call, now)
		p.yield(i, now)
	default:
		panic("dataplane: unknown kind of step")
	}
}

// later is an instant that may lie beyond the end of the run, but not beyond
// what the kernel takes.
func (p *Plane) later(now, d sim.Time) sim.Time { return now + min(d, p.frame.Duration+1) }

// compute puts a request on the CPU, if it has a place.
func (p *Plane) compute(i uint32, step *Step, now sim.Time) {
	r := p.requests.at(i)
	s := p.servers.at(r.server)
	t := &p.trips[i]
	if !t.placed { // it gave its place away while it waited
		if s.gate.held >= s.gate.limit {
			r.phase = queued
			r.ticket = s.gate.line.Push(i, 0)
			return
		}
		s.gate.held++
		t.placed = true
	}
	demand := s.work(r)
	if step.Time != nil {
		demand = p.drawStep(i, 0, step.Time)
	}
	r.phase = inService
	demand = s.time(demand)
	id := r.server
	if s.base != noIndex {
		id, s = s.base, p.servers.at(s.base)
	}
	s.station.Offer(now, i, demand)
	p.changed(id, s)
}

// drawStep draws a quantity of a request's present step.
func (p *Plane) drawStep(i uint32, part uint64, d rng.Distribution) sim.Time {
	if d == nil {
		return 0
	}
	r, t := p.requests.at(i), &p.trips[i]
	draws := p.calls[p.servers.at(r.server).service].draws.Fork(rng.Key(t.key, uint64(t.step)<<32|part))
	return max(0, sim.Seconds(draws.Draw(d)))
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
	if s := p.servers.at(id); s.plain && s.base != noIndex {
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
		p.board(i, now)
	}
}

// endStep ends a step of a request and takes the next one.
func (p *Plane) endStep(i uint32, k phaseKind, now sim.Time) {
	t := &p.trips[i]
	t.endPhase(k, now)
	t.step++
	p.proceed(i, now)
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
		p.endStep(indexOf(h), phasePause, now)
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
func (p *Plane) endJourney(i uint32, now sim.Time) {
	server := p.requests.at(i).server
	if p.servers.at(server).function != nil && p.answersTooMuch(i) {
		return
	}
	p.vacate(i)
	p.complete(i, now)
	p.nextInLine(server, now)
}

// vacate gives back the place and the memory that a request holds.
func (p *Plane) vacate(i uint32) {
	t, s := &p.trips[i], p.servers.at(p.requests.at(i).server)
	if s.memory != nil {
		s.memory.End(p.kernel.Now(), t.boarded, t.holds)
	}
	if s.function != nil {
		p.leaveEnvironment(i, s)
	}
	if t.placed {
		t.placed = false
		s.gate.held--
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
		p.hangUp(i)
	}
	p.vacate(i)
}

// evictJourneys takes those who wait, pause and call out of a dying server.
// list holds those on the CPU.
func (p *Plane) evictJourneys(id uint32, s *server, list []uint32) []uint32 {
	list = p.journeysAboard(id, s, list)
	for s.gate.line.Len() > 0 {
		s.gate.line.Pop()
	}
	for _, i := range list {
		if p.requests.at(i).phase == calling {
			p.hangUp(i)
		}
		if p.tracked {
			p.trips[i].placed = false
		}
		if m := p.servers.at(id).memory; m != nil {
			m.End(p.kernel.Now(), p.trips[i].boarded, p.trips[i].holds)
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
