package dataplane

import (
	"headroom/model"
	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/slab"
	"headroom/sim/station"
)

// calls is what a service's journeys need.
type calls struct {
	first   int      // source of its first call
	callers []uint16 // by step: the source of its calls
	count   int      // calls among its steps
	draws   rng.Stream
	errors  rng.Stream // which requests fail
	instant bool       // departures of its servers lead somewhere else at once
	lag     sim.Time   // from a departure until it leads to a caller, at least; Never: nobody calls
	lead    sim.Time   // from a departure until it leads to somebody else than a caller, at least; Never: to nobody
	slack   sim.Time   // from a departure until a caller does more because of it than answer, at least
	height  int        // see [Plane.findHeights]
	tracked bool       // requests of a source that is tracked reach it
	shared  bool       // some of its servers have a fast path on which requests share a CPU
	keeps   bool       // its servers keep their steps to themselves
	ios     []fixedIO  // by step
}

// outlet is one call step of one server: its connections and the retries that
// its budget allows.
type outlet struct {
	inUse  int32
	tokens float64
	line   station.Queue // calls that wait for a connection
}

// callAll issues all calls of a request's step.
func (p *Plane) callAll(i uint32, now sim.Time) {
	for p.trips[i].left > 0 {
		p.issue(p.job(i), now)
	}
}

// issue sends the next call of a request's step. What comes of it, comes by an
// event.
func (p *Plane) issue(j job, now sim.Time) {
	t := j.t
	index := j.s.callers[t.step]
	s := &p.sources[index]
	c, o := s.call, &j.s.outlets[s.outlet]
	part := uint64(c.Count) - uint64(t.left)
	t.left--
	t.out++
	demand, class := t.known, uint16(0)
	if t.foreknown&callForeknown == 0 {
		demand = p.drawStep(j, part<<2, c.Demand)
	}
	t.foreknown &^= callForeknown
	if t.left > 0 && !c.Parallel && c.Demand != nil {
		p.foreknowCall(t, j.s.service, firstCall(t.step)|(part+1)<<2, c.Demand)
	}
	if s.passes {
		class = s.passedClass(j.r)
	}
	key, parent, sibling := rng.Key(t.key, uint64(t.step)<<32|part<<2|3), p.requests.handle(j.i), t.child
	h, r := p.requests.Alloc() // which may move the pool
	i := indexOf(h)
	r.arrived, r.source, r.class, r.group, r.target, r.demand = now, index, class, None, noIndex, demand
	if c.Request != nil || c.Response != nil {
		r.setBytes(p.drawBytes(j.i, part<<2|1, c.Request), p.drawBytes(j.i, part<<2|2, c.Response))
	}
	t.child = i
	if p.noTrip(i) {
		p.makeRoom(i, now)
	}
	own := &p.trips[i] // as [Plane.beginTrip] does
	own.begin(key, parent, now)
	own.sibling = sibling
	if c.Clients.RetryBudget > 0 {
		o.tokens = min(o.tokens+c.Clients.RetryBudget, RetryBurst)
	}
	if c.PoolSize > 0 {
		if int(o.inUse) >= c.PoolSize {
			p.awaitConnection(i, r, o)
			return
		}
		p.meter.connected(r, 0)
	}
	o.inUse++
	if own.connected = true; s.lookup == nil && s.goesStraight() {
		p.sendStraight(i, r, s)
	} else {
		p.enter(i, r)
	}
}

// foreknown is what has been drawn for the next steps of a request: see [Plane.foreknow].
type foreknown uint8

const (
	callForeknown foreknown = 1 << iota // what its next call asks for: trip.known
	workForeknown                       // what it computes itself after that: Plane.work
)

// foreknow draws the CPU time that the call will ask for which follows a step of a request that has begun, and that
// of the step after it, while the request has something else to wait for: a call that is sent, and a caller that goes on,
// would wait for its draw, as long as for all else that they meet on their way.
func (p *Plane) foreknow(i uint32, s *server, step int32, d rng.Distribution) {
	if p.full { // which draws when it is asked for
		return
	}
	t := &p.trips[i]
	p.foreknowCall(t, s.service, firstCall(step+1), d)
	if k := int(step) + 2; k < len(s.cfg.Steps) && s.cfg.Steps[k].Kind == StepCPU && s.cfg.Steps[k].Time != nil {
		p.work[i] = max(0, sim.Seconds(p.calls[s.service].draws.DrawOf(t.key, uint64(k)<<32, s.cfg.Steps[k].Time)))
		t.foreknown |= workForeknown
	}
}

// foreknowCall draws the CPU time that the next call of a request will ask for. The part names the draw: see
// [firstCall].
func (p *Plane) foreknowCall(t *trip, service int32, part uint64, d rng.Distribution) {
	t.known = max(0, sim.Seconds(p.calls[service].draws.DrawOf(t.key, part, d)))
	t.foreknown |= callForeknown
}

// callsNext is what the call that follows a step asks for; nil: none follows, or it asks for nothing.
func (s *Service) callsNext(step int32) rng.Distribution {
	if k := int(step) + 1; k < len(s.Steps) && s.Steps[k].Kind == StepCall {
		return s.Steps[k].Call.Demand
	}
	return nil
}

// firstCall names the draws of the first call of a step; those of each other one of it are 4 further on.
func firstCall(step int32) uint64 { return uint64(step) << 32 }

// drawBytes draws a size of a request's present step.
func (p *Plane) drawBytes(i uint32, part uint64, d rng.Distribution) model.Bytes {
	if d == nil {
		return 0
	}
	t := &p.trips[i]
	draws := &p.calls[p.servers.at(p.requests.at(i).server).service].draws
	return heldBytes(draws.DrawOf(t.key, uint64(t.step)<<32|part, d))
}

// outletOf returns the connections that a call goes out by; nil if its caller is
// no more.
func (p *Plane) outletOf(i uint32) *outlet {
	parent := p.requests.Get(p.trips[i].parent)
	if parent == nil {
		return nil
	}
	return &p.servers.at(parent.server).outlets[p.sources[p.requests.at(i).source].outlet]
}

// connect takes a connection of the pool of an outlet for an attempt of a call, or waits
// for one.
func (p *Plane) connect(i uint32, r *request, o *outlet) {
	p.markPhase(i, p.kernel.Now())
	if c := p.sources[r.source].call; c.PoolSize > 0 && int(o.inUse) >= c.PoolSize {
		p.awaitConnection(i, r, o)
		return
	}
	o.inUse++
	p.trips[i].connected = true
	p.dial(i, r)
}

// awaitConnection puts an attempt in line for a connection of an outlet that has none free.
func (p *Plane) awaitConnection(i uint32, r *request, o *outlet) {
	r.phase = pooling
	r.ticket = o.line.Push(i, 0)
	if limit := p.sources[r.source].call.PoolTimeout; limit > 0 {
		p.scheduleAfter(limit, handled(callGivesUp, p.requests.handle(i)))
	}
}

// dial sends an attempt that has its connection.
func (p *Plane) dial(i uint32, r *request) {
	now := p.kernel.Now()
	if p.sources[r.source].call.PoolSize > 0 {
		p.meter.connected(r, now-r.arrived)
	}
	r.arrived, r.phase = now, dispatched
	p.endPhase(i, phasePool, now)
	p.enter(i, r)
}

// disconnect gives the connection of an attempt to the next that waits.
func (p *Plane) disconnect(i uint32) {
	if !p.trips[i].connected {
		return
	}
	p.trips[i].connected = false
	if o := p.outletOf(i); o != nil {
		p.handOver(o)
	}
}

// handOver gives a connection of an outlet back, or to the next call that waits for one.
func (p *Plane) handOver(o *outlet) {
	if o.line.Len() == 0 {
		o.inUse--
		return
	}
	p.connectNext(o)
}

// connectNext gives a connection of an outlet to the first call that waits for one.
func (p *Plane) connectNext(o *outlet) {
	next, _ := o.line.Pop()
	p.trips[next].connected = true
	h := p.requests.Bump(p.requests.handle(next)) // its time limit is over
	p.requests.at(next).phase = backingOff
	p.scheduleAfter(0, handled(callReturns, h))
}

// onCallGivesUp ends an attempt that got no connection in time.
func (p *Plane) onCallGivesUp(ev model.Event) {
	r := p.requests.Get(ev.Handle())
	if r == nil || r.phase != pooling {
		p.meter.overtaken()
		return
	}
	i := indexOf(ev.Handle())
	p.outletOf(i).line.Remove(r.ticket)
	now := p.kernel.Now()
	p.endPhase(i, phasePool, now)
	r.arrived = now
	p.meter.arrived(now, r)
	p.meter.failed(now, r, CodePool)
	r.phase = failed
	p.retry(i, CodePool)
}

// onCallReturns brings a call's end to its caller, who goes on or fails, or a connection
// to a call that waited for it.
func (p *Plane) onCallReturns(ev model.Event) { p.returnCall(ev.Handle(), p.kernel.Now()) }

// returnCall is [Plane.onCallReturns] at an instant that may have passed.
func (p *Plane) returnCall(h slab.Handle, now sim.Time) {
	r := p.requests.Get(h)
	if r == nil { // its caller is no more
		p.meter.overtaken()
		return
	}
	i := indexOf(h)
	if r.phase == backingOff {
		p.dial(i, r)
		return
	}
	broken, source, own := r.phase == failed, &p.sources[r.source], &p.trips[i]
	if source.last && !broken && p.passesOn(i, source, own, now) {
		return
	}
	c, caller := source.call, p.job(indexOf(own.parent))
	if own.connected {
		own.connected = false
		p.handOver(&caller.s.outlets[source.outlet])
	}
	t := caller.t
	if t.child == i {
		t.child = own.sibling
	} else {
		p.unlink(caller.i, i)
	}
	p.free(i)
	t.out--
	switch {
	case broken && !c.IgnoreErrors:
		p.breakOff(caller.i, now)
	case t.left > 0 && !c.Parallel:
		p.issue(caller, now)
	case t.left == 0 && t.out == 0:
		t.step++
		p.endPhase(caller.i, phaseCall, now)
		if !p.resumes(caller, now) {
			p.proceed(caller, now)
		}
	}
}

// breakOff fails a request whose call failed.
func (p *Plane) breakOff(i uint32, now sim.Time) {
	server := p.requests.at(i).server
	p.hangUp(i, now)
	p.vacate(p.job(i))
	if p.servers.at(server).function != nil {
		p.dropFor(i, Code502, CauseFunction)
	} else {
		p.drop(i, Code500)
	}
	p.nextInLine(server, now)
	p.relieve()
}

// takeOverCall puts next in the place of another call of the same parent.
func (p *Plane) takeOverCall(parent, next, of uint32) {
	p.trips[next].sibling = p.trips[of].sibling
	for at := &p.trips[parent].child; *at != noIndex; at = &p.trips[*at].sibling {
		if *at == of {
			*at = next
			return
		}
	}
}

// unlink takes a call off its parent's list.
func (p *Plane) unlink(parent, i uint32) {
	for at := &p.trips[parent].child; *at != noIndex; at = &p.trips[*at].sibling {
		if *at == i {
			*at = p.trips[i].sibling
			return
		}
	}
}

// hangUp ends the calls of a request that will not hear of them. It plays nothing
// else than what has departed until an instant; whoever began it must let those who wait take
// the places, by relieve.
func (p *Plane) hangUp(i uint32, until sim.Time) {
	t := &p.trips[i]
	child := t.child
	t.child, t.left, t.out = noIndex, 0, 0
	for child != noIndex {
		next := p.trips[child].sibling
		p.hangUpOne(child, until)
		child = next
	}
}

// hangUpOne ends one call: the callee drops it, or works on for nobody.
func (p *Plane) hangUpOne(i uint32, until sim.Time) {
	now, h, r := p.kernel.Now(), p.requests.handle(i), p.requests.at(i)
	switch {
	case r.phase == calling:
		p.hear(until)
	case r.phase.aboard() && p.servers.at(r.server).watch == onReturn:
		p.settle(r.server, until)
	}
	if r = p.requests.Get(h); r == nil { // its answer had arrived
		return
	}
	switch {
	case r.phase == pooling:
		p.outletOf(i).line.Remove(r.ticket)
		p.free(i)
	case r.phase.aboard():
		p.dropCall(i, now)
	case r.phase == hanging || r.phase == connecting || r.phase == undelivered || r.phase == inspecting:
		p.countInspected(r)
		p.countFailed(i, r, Code460)
		p.letGoHung(i)
		p.closeToTarget(r)
		p.leave(i, r, now)
		p.disconnect(i)
		p.free(i)
	default: // its end, its retry or its connection is on its way
		p.disconnect(i)
		p.free(i)
	}
}

// dropCall ends a call at its callee, which is settled but for this instant: its
// departures are events.
func (p *Plane) dropCall(i uint32, now sim.Time) {
	r := p.requests.at(i)
	server := r.server
	worksOn := p.servers.at(server).worksOn(r)
	if !worksOn {
		p.withdraw(i)
	}
	p.countFailed(i, p.requests.at(i), Code460)
	p.disconnect(i)
	p.closeToTarget(p.requests.at(i))
	p.leaveToServer(i, p.requests.at(i), now)
	if worksOn {
		p.trips[i].parent = 0
		return
	}
	p.free(i)
	p.vacated = append(p.vacated, server)
}

// relieve lets those who wait take the places that dropped calls have left.
func (p *Plane) relieve() {
	for len(p.vacated) > 0 {
		last := len(p.vacated) - 1
		server := p.vacated[last]
		p.vacated = p.vacated[:last]
		p.refill(server)
	}
}
