package dataplane

import (
	"headroom/model"
	"headroom/sim"
)

// enter counts an attempt, starts its clock, and dispatches it.
func (p *Plane) enter(i uint32, r *request) {
	s := &p.sources[r.source]
	if s.lookup != nil {
		r.source = s.lookup.choose(r.arrived)
		s = &p.sources[r.source]
	}
	if s.goesStraight() {
		p.sendStraight(i, r, s)
		return
	}
	if s.limits.limit != sim.Never {
		p.addDeadline(&s.limits, i, r)
		if !s.limits.watched {
			p.watchLimits(int(r.source), r.arrived)
		}
	}
	switch s.to {
	case ToLoadBalancer:
		p.balance(i, r, s)
	case ToTargetGroup:
		p.forward(i, r, scopeOf{group: s.target})
	case ToAddress:
		p.toAddress(i, r, s.target)
	case ToFunction:
		p.toFunction(i, r, s.target)
	case ToInstances:
		p.toFleet(i, r, p.fleets[s.target])
	}
}

// toFleet sends requests to the instances of a fleet in turn.
func (p *Plane) toFleet(i uint32, r *request, members []uint32) {
	p.meter.arrived(r.arrived, r)
	if len(members) == 0 {
		p.fail(i, Code502)
		return
	}
	s := &p.sources[r.source]
	s.next = (s.next + 1) % len(members)
	r.server = members[s.next]
	p.sendDirect(i, r)
}

// sendDirect brings a request to its server without a load balancer, unless security groups
// keep it away.
func (p *Plane) sendDirect(i uint32, r *request) {
	if p.filter != nil {
		if p.dropped(i, r) {
			return
		}
		r = p.requests.at(i) // the pool may have moved
	}
	p.offer(i, r)
}

// complete ends a request that was served.
func (p *Plane) complete(j job, at sim.Time) {
	i, r, s := j.i, j.r, j.s
	if s.nic != nil && p.send(i, r, s, at) {
		return
	}
	if r.carries() {
		s.in, s.out = s.in.Plus(r.requestBytes()), s.out.Plus(r.responseBytes())
	}
	if r.gone {
		p.discard(i, r)
		return
	}
	if r.errs() {
		p.failApplication(i, s, at)
		return
	}
	switch source := &p.sources[r.source]; {
	case source.nearby && s.nic == nil && r.target != noIndex:
		p.completeStraight(j, source, at)
		return
	case source.direct:
		p.countDirect(s, r)
	case source.call != nil && p.transfers.counts:
		p.countCall(i, r, s)
	}
	zone := s.zoneFor(r)
	p.countCrossing(r, zone)
	hop := p.hop(i, r, zone)
	if p.apart != nil && p.tracked {
		hop += p.callDistance(i, r, s.zone)
	}
	if at-r.arrived+hop > p.sources[r.source].patience {
		p.respondTooLate(i, s, at)
		return
	}
	p.meter.completed(at, r, hop)
	if p.accessLog != nil {
		p.logServed(i, r, at, hop)
	}
	if r.target != noIndex {
		p.targetResponds(i, s, at)
		p.keepToTarget(r, at)
		p.targets.at(r.target).since.answered++
	}
	r.phase = answered
	p.leave(i, r, at)
	if p.sources[r.source].tracked {
		if p.transfers.counts {
			p.countInside(i, r, s)
		}
		if p.meter.apart {
			p.countPhases(i, r, s, hop)
		}
		p.answer(i, r, at+hop)
		return
	}
	p.free(i)
}

// discard ends a request that no client waits for: one whose client has left, or a
// health check.
func (p *Plane) discard(i uint32, r *request) {
	if r.source == checkSource {
		p.checked(i, p.passes(r))
		return
	}
	p.free(i)
}

// failApplication ends a request that its application answered with an error.
func (p *Plane) failApplication(i uint32, s *server, at sim.Time) {
	r := p.requests.at(i)
	if r.target != noIndex {
		p.targetResponds(i, s, at)
		p.keepAfterError(r, at)
	}
	if b := p.sources[r.source].balancer; b != None && s.code != Code500 {
		p.balancers[b].counts.TargetErrors++
	}
	p.failFor(i, s.code, CauseApplication)
}

// targetResponds counts the response of a request's target, whatever it says.
// A message of a WebSocket is no request.
func (p *Plane) targetResponds(i uint32, s *server, at sim.Time) {
	r := p.requests.at(i)
	p.targets.at(r.target).answered = at
	if r.phase == sending || p.sources[r.source].carried && p.isMessage(i) { // which was counted when it began
		return
	}
	p.targetGroups[r.group].responded(at - r.arrived + p.crossing(r, s.zoneFor(r)) + s.travel)
}

// respondTooLate leaves a request whose response will come too late to its
// client's time limit, which is not over yet.
func (p *Plane) respondTooLate(i uint32, s *server, at sim.Time) {
	r := p.requests.at(i)
	if r.target != noIndex {
		p.targetResponds(i, s, at)
		p.keepToTarget(r, at)
		p.targets.at(r.target).since.answered++
		p.release(r.target)
		r.target = noIndex
	}
	p.undeliver(i, r)
}

// undeliver leaves a request to the time limit of its client. One whose client has none is given
// up by TCP: its packets get lost.
func (p *Plane) undeliver(i uint32, r *request) {
	if r.phase = undelivered; p.sources[r.source].limits.limit == sim.Never {
		p.hang(i)
	}
}

// answer brings the response of a tracked request to who asked: at once to a user,
// to a caller by an event or when its server is settled. An answer that took no time is one
// too: a caller that asks again must not overtake who waits there.
func (p *Plane) answer(i uint32, r *request, at sim.Time) {
	s := &p.sources[r.source]
	if s.call == nil {
		p.meter.userAnswered(r, &p.trips[i], at)
		p.think(i, r, at)
		p.free(i)
		return
	}
	p.answerAt(i, s, at)
}

// endUnanswered ends a request that got no response and is not tried again.
func (p *Plane) endUnanswered(i uint32) {
	r := p.requests.at(i)
	s := &p.sources[r.source]
	if !s.tracked {
		p.free(i)
		return
	}
	if s.call == nil {
		p.meter.userFailed(r, &p.trips[i])
		p.think(i, r, p.kernel.Now())
		p.free(i)
		return
	}
	r.phase = failed
	p.scheduleAfter(0, handled(callReturns, p.requests.handle(i)))
}

// fail ends an attempt; its client may try again.
func (p *Plane) fail(i uint32, code Code) {
	r := p.requests.at(i)
	now := p.kernel.Now()
	if p.sources[r.source].carried {
		code = p.asCarrierFails(i, r, code)
	}
	p.countFailed(i, r, code)
	if s := &p.sources[r.source]; s.connections.on {
		p.breaksOff(i, r, code)
	}
	p.letGoHung(i)
	p.closeToTarget(r)
	r.phase = failed
	if r.target != noIndex && code != Code460 {
		p.targets.at(r.target).since.failed++
	}
	p.leave(i, r, now)
	if p.sources[r.source].call != nil {
		p.disconnect(i)
	}
	p.retry(i, code)
}

// leave takes the request off its balancer's and its client's lists.
func (p *Plane) leave(i uint32, r *request, at sim.Time) {
	s := &p.sources[r.source]
	if s.limits.limit != sim.Never {
		p.removeDeadline(&s.limits, r)
	}
	switch {
	case s.connections.on:
		p.leaveConnection(i, r, at)
	case s.carried:
		p.leaveCarrier(i, r, at)
	case s.balancer != None:
		p.balancers[s.balancer].closed(at, r)
	}
	if r.target != noIndex {
		p.release(r.target)
		r.target = noIndex
	}
}

// retry sends the request again after its backoff, or ends it unanswered.
func (p *Plane) retry(i uint32, code Code) {
	r := p.requests.at(i)
	c := p.sources[r.source].clients
	if int(r.attempt) >= c.RetryAttempts || !c.RetryOn.allows(code) || !p.takeRetry(i, c) {
		p.endUnanswered(i)
		return
	}
	wait := c.Backoff << min(r.attempt, 20)
	r.attempt++
	r.phase, r.marks = backingOff, 0
	h := p.requests.Bump(p.requests.handle(i)) // a pause that was cut short is stale
	p.scheduleAfter(wait, handled(requestRetries, h))
}

// onRequestRetries sends a request again after its backoff.
func (p *Plane) onRequestRetries(ev model.Event) {
	r := p.requests.Get(ev.Handle())
	if r == nil { // a call whose caller is no more
		p.meter.overtaken()
		return
	}
	i := indexOf(ev.Handle())
	r.arrived = p.kernel.Now()
	r.phase, r.group = dispatched, None
	if p.meter.apart {
		p.beginPhases(i, r.arrived)
	}
	if p.sources[r.source].call != nil {
		p.connect(i, r, p.outletOf(i))
		return
	}
	p.enter(i, r)
}

// onRequestsExpire ends the requests of a source that exceed their limit.
func (p *Plane) onRequestsExpire(ev model.Event) {
	p.housekeeping++
	limits := &p.sources[ev.Index()].limits
	now := p.kernel.Now()
	if now != limits.due { // an earlier one came up since
		return
	}
	for limits.oldest != noIndex {
		i := limits.oldest
		r := p.requests.at(i)
		if r.arrived+limits.limit > now {
			break
		}
		if r.phase.aboard() {
			h, server := p.requests.handle(i), r.server
			p.hear(now)
			p.settle(server, now)
			if p.requests.Get(h) == nil || limits.oldest != i { // it was done in time
				continue
			}
			r = p.requests.at(i) // which may be served, and its response too late
			if r.phase.aboard() && p.servers.at(r.server).journey && limits.looked != now {
				limits.looked = now // what it waits for may end in this instant
				p.kernel.At(now, sim.RankState, ev)
				return
			}
		}
		p.expire(i, p.overdue(r, limits.code))
	}
	if limits.watched = limits.oldest != noIndex; limits.watched {
		p.watchLimits(ev.Index(), p.requests.at(limits.oldest).arrived)
	}
}

// expire gives up on a request that waits or is being served; its server is
// settled.
func (p *Plane) expire(i uint32, code Code) {
	r := p.requests.at(i)
	if r.phase == undelivered {
		code = Code460
	}
	if !r.phase.aboard() {
		p.countInspected(r)
		p.fail(i, code)
		return
	}
	if s := p.servers.at(r.server); s.worksOn(r) {
		p.disown(i, code)
		return
	}
	server := r.server
	p.withdraw(i)
	p.fail(i, code)
	p.refill(server)
	p.relieve()
}

// disown fails a request whose work the server will still do.
func (p *Plane) disown(i uint32, code Code) {
	r := p.requests.at(i)
	now := p.kernel.Now()
	if p.sources[r.source].sockets.on {
		code = p.asSocketFails(i, r, code)
	}
	p.countFailed(i, r, code)
	if s := &p.sources[r.source]; s.connections.on {
		p.breaksOff(i, r, code)
	}
	p.closeToTarget(r)
	p.leaveToServer(i, r, now)
	h, again := p.requests.Alloc()
	r = p.requests.at(i) // the pool may have moved
	*again = *r
	again.gone, again.phase = false, failed
	if len(p.sources[r.source].visitors.all) > 0 {
		p.setVisit(indexOf(h), p.visits[i])
	}
	if p.tracked {
		p.disconnect(i)
		p.takeOverTrip(indexOf(h), i)
	}
	p.retry(indexOf(h), code)
}

// leaveToServer takes a request off all lists but its server's, which works on for
// nobody.
func (p *Plane) leaveToServer(i uint32, r *request, now sim.Time) {
	was := r.phase
	r.phase = failed
	p.leave(i, r, now)
	r.phase, r.gone = was, true
}

// drop fails a request that its server has let go of.
func (p *Plane) drop(i uint32, code Code) {
	if p.requests.at(i).gone {
		p.free(i)
		return
	}
	p.fail(i, code)
}

func (p *Plane) free(i uint32) { p.requests.FreeAt(i) }
