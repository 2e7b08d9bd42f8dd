package dataplane

import (
	"slices"

	"headroom/model"
	"headroom/model/health"
	"headroom/model/routing"
	"headroom/sim"
	"headroom/sim/slab"
	"headroom/sim/stat"
)

// targetGroup is the state of one target group.
type targetGroup struct {
	cfg       *TargetGroup
	scopes    []scope  // one, or one a zone without cross-zone balancing
	locals    []uint32 // target by the number that policies know it by
	spare     []int32  // numbers of targets that have gone
	balancers []int    // that forward to it
	counts    bool     // its algorithm looks at the requests in flight
	healthy   stat.Level

	requests, responses int64
	latency             sim.Time // Σ over responses
}

// TargetCounts returns the counts of a target group; its servers are settled.
func (p *Plane) TargetCounts(index int) model.TargetCounts {
	p.settleAll()
	g := &p.targetGroups[index]
	c := model.TargetCounts{
		Requests: g.requests, Responses: g.responses, Latency: g.latency,
		HealthyArea: g.healthy.Area(p.kernel.Now()).Float64(), Healthy: int(g.healthy.Value()),
	}
	for i := range g.scopes {
		c.Registered += g.scopes[i].registered
	}
	return c
}

// responded counts a response.
func (g *targetGroup) responded(latency sim.Time) {
	g.responses++
	g.latency += latency
}

// scope is the targets that one node chooses among.
type scope struct {
	policy     routing.Policy
	registered int
	healthy    int
	failOpen   bool
}

// target is one server in one target group.
type target struct {
	server   uint32
	group    int32
	scope    int32
	local    int32
	inFlight int32
	draining bool
	rotating bool // in the policy's rotation
	health   health.Counter
}

func (t *target) healthy() bool { return t.health.State() == health.Healthy }

// Register adds a server to a target group; trusted targets are healthy at
// once.
func (p *Plane) Register(server slab.Handle, group int, trusted bool) {
	g := &p.targetGroups[group]
	in := p.servers.Get(server)
	h, t := p.targets.Alloc()
	*t = target{
		server: indexOf(server),
		group:  int32(group),
		local:  g.number(indexOf(h)),
		health: health.NewCounter(g.cfg.HealthCheck.Check),
	}
	if !g.cfg.CrossZone {
		t.scope = int32(in.zone)
	}
	in.targets = append(in.targets, h)
	if g.counts && in.watch == onLook {
		in.watch = inCalendar
		p.refill(indexOf(server))
	}
	s := &g.scopes[t.scope]
	s.registered++
	if trusted || !g.cfg.HealthCheck.Enabled {
		t.health.Observe(true) // one success makes a new target healthy
		s.healthy++
		g.healthy.Add(p.kernel.Now(), 1)
	}
	if g.cfg.HealthCheck.Enabled {
		p.scheduleAfter(g.cfg.HealthCheck.Interval, handled(targetIsChecked, h))
	}
	p.admitHealth(indexOf(h))
}

// number gives a new target a free number.
func (g *targetGroup) number(target uint32) int32 {
	if n := len(g.spare); n > 0 {
		local := g.spare[n-1]
		g.spare = g.spare[:n-1]
		g.locals[local] = target
		return local
	}
	g.locals = append(g.locals, target)
	return int32(len(g.locals) - 1)
}

// admitHealth brings the rotation in line with the health of a target that changed,
// or of all in its scope when the scope begins or stops failing open.
func (p *Plane) admitHealth(target uint32) {
	t := p.targets.at(target)
	g := &p.targetGroups[t.group]
	s := &g.scopes[t.scope]
	open := health.FailOpen(s.healthy, s.registered)
	if open == s.failOpen {
		p.rotate(target, s)
	} else {
		s.failOpen = open
		for _, other := range g.locals {
			if other != noIndex && p.targets.at(other).scope == t.scope {
				p.rotate(other, s)
			}
		}
	}
	if !g.cfg.CrossZone {
		for _, b := range g.balancers {
			p.reconsiderNodes(b)
		}
	}
}

func (p *Plane) rotate(target uint32, s *scope) {
	t := p.targets.at(target)
	wanted := !t.draining && (s.failOpen || t.healthy())
	if wanted == t.rotating {
		return
	}
	t.rotating = wanted
	if wanted {
		s.policy.Add(int(t.local))
	} else {
		s.policy.Remove(int(t.local))
	}
}

// onTargetIsChecked looks at one target and comes back after the interval.
func (p *Plane) onTargetIsChecked(ev model.Event) {
	t := p.targets.Get(ev.Handle())
	if t == nil || t.draining {
		p.meter.overtaken()
		return
	}
	check := &p.targetGroups[t.group].cfg.HealthCheck
	p.scheduleAfter(check.Interval, ev)
	p.settle(t.server, p.kernel.Now())
	server := p.servers.at(t.server)
	switch {
	case server.refuses():
		p.observe(ev.Handle(), false)
	case server.backed() > check.Timeout:
		p.scheduleAfter(check.Timeout, handled(targetCheckFails, ev.Handle()))
	default:
		p.observe(ev.Handle(), true)
	}
}

// refuses reports whether one more request would be turned away.
func (s *server) refuses() bool {
	return !s.open || s.station.Refuses() || s.journey && s.gate.refuses()
}

// backed is how long a health check would wait behind the requests in line at a
// server with workers.
func (s *server) backed() sim.Time {
	switch {
	case s.cfg.Discipline != FCFS:
		return 0
	case s.journey:
		return s.gate.backed()
	case !s.station.Full():
		return 0
	}
	return s.station.Backed() / sim.Time(s.station.Servers())
}

// onTargetCheckFails counts a check that nobody answered in time.
func (p *Plane) onTargetCheckFails(ev model.Event) {
	if t := p.targets.Get(ev.Handle()); t == nil || t.draining {
		p.meter.overtaken()
		return
	}
	p.observe(ev.Handle(), false)
}

func (p *Plane) observe(h slab.Handle, success bool) {
	t := p.targets.Get(h)
	before := t.health.State()
	if !t.health.Observe(success) {
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
	g.scopes[t.scope].healthy += delta
	g.healthy.Add(p.kernel.Now(), int64(delta))
	p.admitHealth(indexOf(h))
}

// Deregister takes a server out of all its target groups in good order and
// returns how many it is still in.
func (p *Plane) Deregister(server slab.Handle) int {
	targets := p.servers.Get(server).targets
	for _, t := range append([]slab.Handle(nil), targets...) {
		p.deregister(t)
	}
	return len(targets)
}

// deregister stops new requests to a target and lets the present ones finish
// within the deregistration delay.
func (p *Plane) deregister(h slab.Handle) {
	t := p.targets.Get(h)
	if t == nil || t.draining {
		return
	}
	g := &p.targetGroups[t.group]
	s := &g.scopes[t.scope]
	p.watchClosely(t.server)
	t.draining = true
	s.registered--
	if t.healthy() {
		s.healthy--
		g.healthy.Add(p.kernel.Now(), -1)
	}
	p.admitHealth(indexOf(h))
	wait := g.cfg.DeregistrationDelay
	if t.inFlight == 0 {
		wait = 0
	}
	p.scheduleAfter(wait, handled(targetIsDrained, h))
}

// onTargetIsDrained removes a target that has nothing in flight or whose time
// is up; what is still in flight fails.
func (p *Plane) onTargetIsDrained(ev model.Event) {
	t := p.targets.Get(ev.Handle())
	if t == nil {
		p.meter.overtaken()
		return
	}
	server := t.server
	if t.inFlight > 0 {
		p.evictTarget(indexOf(ev.Handle()))
	}
	p.removeTarget(ev.Handle())
	if s := p.servers.at(server); len(s.targets) == 0 {
		p.control.Drained(s.owner)
	}
}

// removeTarget forgets a target with nothing in flight.
func (p *Plane) removeTarget(h slab.Handle) {
	t := p.targets.Get(h)
	s := p.servers.at(t.server)
	for k, other := range s.targets {
		if other == h {
			s.targets = append(s.targets[:k], s.targets[k+1:]...)
			break
		}
	}
	g := &p.targetGroups[t.group]
	g.locals[t.local] = noIndex
	g.spare = append(g.spare, t.local)
	p.targets.Free(h)
}

// evictTarget ends the requests that reached a server through one target.
func (p *Plane) evictTarget(target uint32) {
	server := p.targets.at(target).server
	p.settle(server, p.kernel.Now())
	for _, i := range p.aboard(server) {
		if r := p.requests.at(i); r.target == target {
			p.withdraw(i)
			p.fail(i, Code502)
		}
	}
	p.refill(server)
	p.relieve()
}

// aboard lists the requests at a server: who is in service or away on a call, in
// order of arrival, then who waits.
func (p *Plane) aboard(id uint32) []uint32 {
	s := p.servers.at(id)
	list := s.station.Jobs(nil)
	inside := list[:s.station.InService()]
	slices.SortFunc(inside, p.byArrival)
	if s.journey {
		list = p.journeysAboard(id, s, list)
	}
	return list
}

// Unhealthy reports whether a target group calls a server unhealthy.
func (p *Plane) Unhealthy(server slab.Handle) bool {
	for _, h := range p.servers.Get(server).targets {
		if t := p.targets.Get(h); t != nil && t.health.State() == health.Unhealthy {
			return true
		}
	}
	return false
}
