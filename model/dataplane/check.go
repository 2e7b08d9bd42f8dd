package dataplane

import (
	"math"

	"headroom/model"
	"headroom/model/health"
	"headroom/sim/slab"
)

// checkSource is the source of the requests that are health checks: no workload
// and no call. They take a place and CPU at their server like any other, and count
// in no route.
const checkSource = math.MaxUint16

// shortJourney is what a service with steps does with a health check, or a request
// that it fails early: it computes the answer and calls nobody.
var shortJourney = []Step{{Kind: StepCPU}}

// onTargetIsChecked sends a target its next check and comes back after the
// interval.
func (p *Plane) onTargetIsChecked(ev model.Event) {
	t := p.targets.Get(ev.Handle())
	if t == nil || t.draining {
		p.meter.overtaken()
		return
	}
	if p.fluid != nil && !p.checkFluidly(indexOf(ev.Handle())) {
		return
	}
	p.scheduleAfter(p.targetGroups[t.group].cfg.HealthCheck.Interval, ev)
	if p.fluid != nil {
		return
	}
	p.sendCheck(indexOf(ev.Handle()))
}

// sendCheck sends a check to a target. One that is refused fails at once, one that
// is not answered within the timeout fails then.
//
// A success at a healthy target changes nothing that anybody sees, so it may be
// counted when somebody looks; the end of a check at any other target is waited for.
func (p *Plane) sendCheck(target uint32) {
	now := p.kernel.Now()
	t := p.targets.at(target)
	id := t.server
	p.settle(id, now)
	if t.check != 0 { // its timeout ends in this instant
		p.missCheck(t.check)
	}
	check := &p.targetGroups[t.group].cfg.HealthCheck
	h, r := p.requests.Alloc()
	i := indexOf(h)
	*r = request{
		arrived: now, demand: check.Demand, source: checkSource, group: None,
		server: id, target: noIndex, older: target, newer: noIndex, gone: true,
	}
	if p.tracked {
		p.beginTrip(i, 0, 0, now)
	}
	t.check = h
	if p.filter == nil || !p.dropped(i, r) {
		p.offer(i, p.requests.at(i))
	}
	p.refillIfDue(id, now)
	if t.check != h {
		return
	}
	p.scheduleAfter(check.Timeout, handled(targetCheckFails, h))
	if t.health.State() != health.Healthy {
		t.decides = true
		p.attend(id)
	}
}

// onTargetCheckFails ends a check that is not answered in time.
func (p *Plane) onTargetCheckFails(ev model.Event) {
	r := p.requests.Get(ev.Handle())
	if r == nil {
		p.meter.overtaken()
		return
	}
	p.settle(r.server, p.kernel.Now())
	if p.requests.Get(ev.Handle()) != nil {
		p.missCheck(ev.Handle())
	}
}

// missCheck fails a check and takes it off its settled server, which works on for
// nobody if it does so for clients that have gone.
func (p *Plane) missCheck(h slab.Handle) {
	i := indexOf(h)
	r := p.requests.at(i)
	target, server := r.older, r.server
	switch {
	case !r.phase.aboard():
		p.free(i)
	case p.servers.at(server).finishes():
		r.older = noIndex
	default:
		p.withdraw(i)
		p.free(i)
	}
	p.conclude(target, false)
	p.refill(server)
}

// passes reports whether the answer to a check is a success.
func (p *Plane) passes(r *request) bool {
	if r.older == noIndex { // nobody asks any more
		return true
	}
	check := &p.targetGroups[p.targets.at(r.older).group].cfg.HealthCheck
	status := 200
	if r.errs {
		status = p.servers.at(r.server).errors.Status
	}
	return check.Connects || check.Matcher.Contains(status)
}

// checked ends a check that was answered or refused.
func (p *Plane) checked(i uint32, success bool) {
	target := p.requests.at(i).older
	p.free(i)
	p.conclude(target, success)
}

// conclude counts the end of a target's check; noIndex: the target has left.
func (p *Plane) conclude(target uint32, success bool) {
	if target == noIndex {
		return
	}
	p.dismissCheck(p.targets.at(target))
	p.observe(p.targets.handle(target), success)
}

// dismissCheck lets a target wait for its check no more.
func (p *Plane) dismissCheck(t *target) {
	if r := p.requests.Get(t.check); r != nil && r.source == checkSource {
		r.older = noIndex
	}
	t.check = 0
	if t.decides {
		t.decides = false
		p.servers.at(p.baseOf(t.server)).attended--
	}
}

// attend puts the departures of a server in the kernel while a check decides about
// it.
func (p *Plane) attend(id uint32) {
	p.leaveFastPathNow(id)
	id = p.baseOf(id)
	s := p.servers.at(id)
	s.attended++
	p.calendar.remove(id)
	p.changed(id, s)
}
