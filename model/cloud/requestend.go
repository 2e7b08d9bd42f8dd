package cloud

import (
	"headroom/sim"
	"headroom/sim/slab"
)

// complete ends a request that was served.
func (w *World) complete(h slab.Handle, r *request) {
	in := w.instances.at(r.instance)
	if r.phase != orphaned {
		now := w.kernel.Now()
		r.phase = answered
		hop := w.hop(r, in)
		w.meter.completed(now, r, hop)
		if r.target != noIndex {
			w.targetGroups[r.group].responded(now - r.arrived + hop)
		}
		w.leave(r)
	}
	in.served(r)
	w.requests.Free(h)
}

// fail ends an attempt; its client may try again.
func (w *World) fail(i uint32, code Code) {
	r := w.requests.at(i)
	w.meter.failed(w.kernel.Now(), r, code)
	w.leave(r)
	w.retry(i)
}

// leave takes the request off its balancer's and its client's lists.
func (w *World) leave(r *request) {
	t := &w.traffic[r.workload]
	if t.limits.limit != sim.Never {
		w.requests.unwatch(&t.limits, r)
	}
	if t.balancer != None {
		w.balancers[t.balancer].closed(w.kernel.Now(), r)
	}
	if r.target != noIndex {
		w.release(r.target)
		r.target = noIndex
	}
}

// retry sends the request again after its backoff, or forgets it.
func (w *World) retry(i uint32) {
	r := w.requests.at(i)
	c := &w.traffic[r.workload].cfg.Clients
	if int(r.attempt) >= c.RetryAttempts {
		w.free(i)
		return
	}
	wait := c.Backoff << min(r.attempt, 20)
	r.attempt++
	r.phase = backingOff
	h := w.requests.Bump(w.requests.handle(i)) // a departure that was cut short is stale
	w.scheduleAfter(wait, handled(requestRetries, h))
}

// onRequestRetries sends a request again after its backoff.
func (w *World) onRequestRetries(ev event) {
	r := w.requests.Get(ev.handle())
	if r == nil {
		panic("cloud: a request that backs off was freed")
	}
	r.arrived = w.kernel.Now()
	r.phase, r.group = dispatched, None
	w.enter(indexOf(ev.handle()), r)
}

// onRequestsExpire ends the requests of a workload that exceed their limit.
func (w *World) onRequestsExpire(ev event) {
	t := &w.traffic[ev.index()]
	now := w.kernel.Now()
	for t.limits.oldest != noIndex && w.requests.at(t.limits.oldest).arrived+t.limits.limit <= now {
		w.expire(t.limits.oldest, t.limits.code)
	}
	if t.limits.watched = t.limits.oldest != noIndex; t.limits.watched {
		w.schedule(w.requests.at(t.limits.oldest).arrived+t.limits.limit, ev)
	}
}

// expire gives up on a request that waits or is being served.
func (w *World) expire(i uint32, code Code) {
	r := w.requests.at(i)
	if r.phase == hanging {
		w.fail(i, code)
		return
	}
	s := &w.instances.at(r.instance).station
	if s.finishAll {
		w.disown(i, code)
		return
	}
	w.withdraw(i, s)
	w.fail(i, code)
	w.startNext(s)
}

// disown fails a request whose work the instance will still do.
func (w *World) disown(i uint32, code Code) {
	r := w.requests.at(i)
	w.meter.failed(w.kernel.Now(), r, code)
	w.leave(r)
	if int(r.attempt) < w.traffic[r.workload].cfg.Clients.RetryAttempts {
		h, again := w.requests.Alloc()
		r = w.requests.at(i) // the pool may have moved
		*again = *r
		w.retry(indexOf(h))
	}
	if r.phase == queued {
		r.phase = abandoned
	} else {
		r.phase = orphaned
	}
}

// withdraw takes a request out of its station.
func (w *World) withdraw(i uint32, s *station) {
	r := w.requests.at(i)
	switch {
	case r.phase == queued:
		w.requests.unlink(&s.waiting, i)
		s.backed -= r.demand
	case s.discipline == FCFS:
		s.advance(w.kernel.Now())
		s.running--
	default:
		s.advance(w.kernel.Now())
		s.abandon(i)
		w.rearm(r.instance, s)
	}
}

// onRequestGivesUp ends a request whose node never answered.
func (w *World) onRequestGivesUp(ev event) {
	r := w.requests.Get(ev.handle())
	if r == nil || r.phase != hanging {
		w.meter.overtaken()
		return
	}
	w.fail(indexOf(ev.handle()), CodeConnect)
}

// evict ends everything aboard an instance with code.
func (w *World) evict(instance uint32, code Code) {
	s := &w.instances.at(instance).station
	s.advance(w.kernel.Now())
	s.open = false
	s.due = sim.Never
	for len(s.jobs) > 0 {
		i := s.jobs.pop().request
		s.running--
		w.drop(i, code)
		s = &w.instances.at(instance).station
	}
	if s.running > 0 {
		for _, i := range w.inServiceAt(instance) {
			s.running--
			w.drop(i, code)
		}
	}
	for s.waiting.n > 0 {
		i := s.waiting.head
		w.requests.unlink(&s.waiting, i)
		s.backed -= w.requests.at(i).demand
		w.drop(i, code)
	}
}

// inServiceAt finds the requests that are in service at an instance with workers.
// It goes through all that are in flight: an instance dies seldom, and requests
// need not keep a list for it.
func (w *World) inServiceAt(instance uint32) []uint32 {
	var found []uint32
	for h, r := range w.requests.All() {
		if r.instance == instance && (r.phase == inService || r.phase == orphaned) {
			found = append(found, indexOf(h))
		}
	}
	return found
}

// drop fails a request that its station has let go of.
func (w *World) drop(i uint32, code Code) {
	if p := w.requests.at(i).phase; p == abandoned || p == orphaned {
		w.free(i)
		return
	}
	w.fail(i, code)
}

func (w *World) free(i uint32) { w.requests.Free(w.requests.handle(i)) }
