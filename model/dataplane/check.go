package dataplane

import (
	"math"
	"slices"

	"headroom/model"
	"headroom/model/health"
	"headroom/model/routing"
	"headroom/sim"
	"headroom/sim/slab"
)

// checkSource is the source of the requests that are health checks: no workload
// and no call. They take a place and CPU at their server like any other, and count
// in no route.
const checkSource = math.MaxUint16

// shortJourney is what a service with steps does with a health check, or a request
// that it fails early: it computes the answer and calls nobody.
var shortJourney = []Step{{Kind: StepCPU}}

// Register adds a server to a target group, whose port may open later; trusted
// targets are healthy at once. One in a zone that is not enabled for the load balancer is
// unused: nobody looks at it, and no request comes to it.
func (p *Plane) Register(server slab.Handle, group int, trusted bool) {
	g := &p.targetGroups[group]
	if in := p.servers.Get(server); g.enabled != nil && !g.enabled[in.zone] {
		return
	}
	p.register(server, group, trusted)
}

// register makes a server a target of a group, wherever it is.
func (p *Plane) register(server slab.Handle, group int, trusted bool) {
	g := &p.targetGroups[group]
	server = p.applicationOf(server, g.cfg.Service)
	in := p.servers.Get(server)
	if p.filter != nil {
		p.addHome(&p.filter.groups[group], in)
	}
	h, t := p.targets.Alloc()
	g.tenancies++
	*t = target{
		server: indexOf(server),
		group:  int32(group),
		local:  g.number(routedTarget{target: indexOf(h), server: indexOf(server)}), tenancy: g.tenancies,
		health: health.NewCounter(g.cfg.HealthCheck.Check), answered: -1, weight: routing.FullWeight,
	}
	if g.cfg.Mitigation { // the number may have been another's
		g.scopes[g.scopeIn(in.zone)].policy.(routing.Weigher).SetWeight(int(t.local), t.weight)
	}
	if t.scope = g.scopeIn(in.zone); in.allZones && !g.cfg.CrossZone {
		t.scope, t.rotatesIn = 0, make([]bool, len(g.scopes))
	}
	in.targets = append(in.targets, h)
	if by := p.servers.at(p.baseOf(indexOf(server))); g.counts && by.watch == onLook && len(by.applications) > 0 && !by.untracked {
		p.watchClosely(p.baseOf(indexOf(server))) // who waits at a gate enters while it is settled
	} else if g.counts && by.watch == onReturn {
		p.watchClosely(indexOf(server))
	} else if g.counts && by.watch == onLook {
		by.watch = inCalendar
		p.leaveFastPathNow(indexOf(server))
		p.refill(indexOf(server))
	}
	g.count(t, 1, 0)
	if trusted || !g.cfg.HealthCheck.Enabled && in.open {
		t.health.Observe(true) // one success makes a new target healthy
		g.count(t, 0, 1)
		g.healthy.Add(p.kernel.Now(), 1)
	}
	if g.cfg.HealthCheck.Enabled {
		p.scheduleAfter(sim.Sum(g.cfg.Flows.RegistrationDelay, g.cfg.HealthCheck.Interval), handled(targetIsChecked, h))
	}
	p.admitHealth(indexOf(h))
	p.regroup(indexOf(server))
}

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
	if r.errs() {
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

// observe counts the outcome of a target's check.
func (p *Plane) observe(h slab.Handle, success bool) {
	t := p.targets.Get(h)
	before := t.health.State()
	if t.draining || !t.health.Observe(success) { // one that began to listen after it was told to go
		return
	}
	g := &p.targetGroups[t.group]
	delta := 0
	switch {
	case t.healthy():
		delta = 1
	case before == health.Healthy:
		delta = -1
	}
	g.count(t, 0, delta)
	g.healthy.Add(p.kernel.Now(), int64(delta))
	p.admitHealth(indexOf(h))
	if g.cfg.Flows.On && before == health.Healthy {
		p.endFlowsOfUnhealthy(h)
	}
	if s := &g.scopes[t.scope]; s.slow != nil && delta > 0 && t.rotating {
		s.slow.Begin(int(t.local))
	}
}

// admitHealth brings the rotation in line with the health of a target that changed,
// or of all in a scope of its when that begins or stops failing open.
func (p *Plane) admitHealth(target uint32) {
	g := &p.targetGroups[p.targets.at(target).group]
	scopes, first := g.scopesOf(p.targets.at(target))
	for k := range scopes {
		s := &scopes[k]
		open := g.minimum.FailOpen(s.healthy, s.registered)
		if open == s.failOpen {
			p.rotate(target, first+k)
			continue
		}
		s.failOpen = open
		for _, other := range g.routed {
			if other.target != noIndex && p.targets.at(other.target).isIn(first+k) {
				p.rotate(other.target, first+k)
			}
		}
	}
	if !g.cfg.CrossZone {
		for _, b := range g.balancers {
			p.reconsiderNodes(b)
		}
	}
}

// rotate brings the rotation of a scope in line with a target in it.
func (p *Plane) rotate(target uint32, scope int) {
	t := p.targets.at(target)
	g := &p.targetGroups[t.group]
	s := &g.scopes[scope]
	wanted, is := !t.draining && (s.failOpen || t.healthy()), t.rotating
	if t.rotatesIn != nil {
		is = t.rotatesIn[scope]
	}
	if wanted == is {
		return
	}
	if wanted {
		s.policy.Add(int(t.local))
	} else {
		s.policy.Remove(int(t.local))
	}
	if t.rotatesIn != nil {
		t.rotatesIn[scope] = wanted
		wanted = slices.Contains(t.rotatesIn, true)
	}
	if wanted == t.rotating {
		return
	}
	t.rotating = wanted
	in := &g.routed[t.local]
	in.admits = 0
	if wanted {
		in.admits, t.rotates = t.tenancy, p.kernel.Now()
	}
	p.regroup(t.server)
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
