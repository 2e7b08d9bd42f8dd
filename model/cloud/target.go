package cloud

import (
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
	healthy   stat.Level
	count     groupTraffic
	marks     []groupTraffic // at the start of each metric clock's period
}

// groupTraffic is what a target group's metrics are computed from: running
// totals.
type groupTraffic struct {
	requests, responses int64
	latency             sim.Time
	healthyArea         float64
}

// scope is the targets that one node chooses among.
type scope struct {
	policy     routing.Policy
	registered int
	healthy    int
	failOpen   bool
}

// target is one instance in one target group.
type target struct {
	instance uint32
	group    int32
	scope    int32
	local    int32
	inFlight int32
	draining bool
	rotating bool // in the policy's rotation
	health   health.Counter
}

func (t *target) healthy() bool { return t.health.State() == health.Healthy }

// register adds an instance to a target group; trusted targets are healthy at
// once.
func (w *World) register(instance uint32, group int, trusted bool) {
	g := &w.targetGroups[group]
	in := w.instances.at(instance)
	h, t := w.targets.Alloc()
	*t = target{
		instance: instance,
		group:    int32(group),
		local:    g.number(indexOf(h)),
		health:   health.NewCounter(g.cfg.HealthCheck.Check),
	}
	if !g.cfg.CrossZone {
		t.scope = int32(in.zone)
	}
	in.targets = append(in.targets, h)
	s := &g.scopes[t.scope]
	s.registered++
	if trusted || !g.cfg.HealthCheck.Enabled {
		t.health.Observe(true) // one success makes a new target healthy
		s.healthy++
		g.healthy.Add(w.kernel.Now(), 1)
	}
	if g.cfg.HealthCheck.Enabled {
		w.scheduleAfter(g.cfg.HealthCheck.Interval, handled(targetIsChecked, h))
	}
	w.settle(indexOf(h))
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

// settle brings the rotation in line with the health of a target that changed,
// or of all in its scope when the scope begins or stops failing open.
func (w *World) settle(target uint32) {
	t := w.targets.at(target)
	g := &w.targetGroups[t.group]
	s := &g.scopes[t.scope]
	open := health.FailOpen(s.healthy, s.registered)
	if open == s.failOpen {
		w.rotate(target, s)
	} else {
		s.failOpen = open
		for _, other := range g.locals {
			if other != noIndex && w.targets.at(other).scope == t.scope {
				w.rotate(other, s)
			}
		}
	}
	if !g.cfg.CrossZone {
		for _, b := range g.balancers {
			w.reconsiderNodes(b)
		}
	}
}

func (w *World) rotate(target uint32, s *scope) {
	t := w.targets.at(target)
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
func (w *World) onTargetIsChecked(ev event) {
	t := w.targets.Get(ev.handle())
	if t == nil || t.draining {
		w.meter.overtaken()
		return
	}
	check := &w.targetGroups[t.group].cfg.HealthCheck
	w.scheduleAfter(check.Interval, ev)
	s := &w.instances.at(t.instance).station
	switch {
	case s.refuses():
		w.observe(ev.handle(), false)
	case s.discipline == FCFS && s.running >= s.limit && s.backed/sim.Time(s.servers) > check.Timeout:
		w.scheduleAfter(check.Timeout, handled(targetCheckFails, ev.handle()))
	default:
		w.observe(ev.handle(), true)
	}
}

// onTargetCheckFails counts a check that nobody answered in time.
func (w *World) onTargetCheckFails(ev event) {
	if t := w.targets.Get(ev.handle()); t == nil || t.draining {
		w.meter.overtaken()
		return
	}
	w.observe(ev.handle(), false)
}

func (w *World) observe(h slab.Handle, success bool) {
	t := w.targets.Get(h)
	before := t.health.State()
	if !t.health.Observe(success) {
		return
	}
	g := &w.targetGroups[t.group]
	delta := 0
	switch {
	case t.healthy():
		delta = 1
	case before == health.Healthy:
		delta = -1
	}
	g.scopes[t.scope].healthy += delta
	g.healthy.Add(w.kernel.Now(), int64(delta))
	w.settle(indexOf(h))
}

// deregister stops new requests to a target and lets the present ones finish
// within the deregistration delay.
func (w *World) deregister(h slab.Handle) {
	t := w.targets.Get(h)
	if t == nil || t.draining {
		return
	}
	g := &w.targetGroups[t.group]
	s := &g.scopes[t.scope]
	t.draining = true
	s.registered--
	if t.healthy() {
		s.healthy--
		g.healthy.Add(w.kernel.Now(), -1)
	}
	w.settle(indexOf(h))
	wait := g.cfg.DeregistrationDelay
	if t.inFlight == 0 {
		wait = 0
	}
	w.scheduleAfter(wait, handled(targetIsDrained, h))
}

// onTargetIsDrained removes a target that has nothing in flight or whose time
// is up; what is still in flight fails.
func (w *World) onTargetIsDrained(ev event) {
	t := w.targets.Get(ev.handle())
	if t == nil {
		w.meter.overtaken()
		return
	}
	instance := t.instance
	if t.inFlight > 0 {
		w.evictTarget(indexOf(ev.handle()))
	}
	w.removeTarget(ev.handle())
	in := w.instances.at(instance)
	if len(in.targets) == 0 && in.life == draining {
		w.shutDown(instance)
	}
}

// removeTarget forgets a target with nothing in flight.
func (w *World) removeTarget(h slab.Handle) {
	t := w.targets.Get(h)
	in := w.instances.at(t.instance)
	for k, other := range in.targets {
		if other == h {
			in.targets = append(in.targets[:k], in.targets[k+1:]...)
			break
		}
	}
	g := &w.targetGroups[t.group]
	g.locals[t.local] = noIndex
	g.spare = append(g.spare, t.local)
	w.targets.Free(h)
}

// evictTarget ends the requests that reached an instance through one target.
func (w *World) evictTarget(target uint32) {
	instance := w.targets.at(target).instance
	s := &w.instances.at(instance).station
	var aboard []uint32
	for _, j := range s.jobs {
		aboard = append(aboard, j.request)
	}
	for i := s.waiting.head; i != noIndex; i = w.requests.at(i).next {
		aboard = append(aboard, i)
	}
	if s.discipline == FCFS {
		aboard = append(aboard, w.inServiceAt(instance)...)
	}
	for _, i := range aboard {
		if r := w.requests.at(i); r.target == target {
			w.withdraw(i, s)
			w.fail(i, Code502)
		}
	}
	w.startNext(s)
}
