package dataplane

import (
	"slices"

	"headroom/model"
	"headroom/model/health"
	"headroom/model/routing"
	"headroom/sim"
	law "headroom/sim/fluid"
	"headroom/sim/slab"
	"headroom/sim/stat"
)

// targetGroup is the state of one target group.
type targetGroup struct {
	cfg    *TargetGroup
	scopes []scope        // one, or one a zone without cross-zone balancing
	routed []routedTarget // by the number that policies know a target by
	counts bool           // its algorithm looks at the requests in flight
	rule   law.Rule       // by which rates see it choose
	idle   sim.Time       // how long its balancers keep a connection open; 0: without balancers

	requests, responses int64
	noted               int64             // of requests, when a step of rates was played last
	lately              float64           // requests a second, of late, if it counts and rates are played
	latency             stat.Sum          // ns, over responses
	times               []*stat.Histogram // of response times, for who asked for them

	tenancies   uint32   // targets that it has had
	freeNumbers []int32  // numbers of targets that have gone
	balancers   []int    // that forward to it
	enabled     []bool   // zones in which one of those has a node; nil: without them
	keeps       sim.Time // how long its targets keep a silent connection; 0: nobody asks
	carriers    toTargets
	healthy     stat.Level
	balance     balance
	sender      int32   // in the filter, of its load balancer's connections
	misses      bool    // its port is not where its service listens
	nodeFlows   []int32 // by target and node, of a group that does not preserve client addresses
	checker     int32   // as sender, of health checks
	unchecked   bool    // they come to a port where nobody listens
	minimum     health.Group
	relay       *relay // its target, where that is a load balancer; nil
}

// TargetCounts returns the counts of a target group, as of when its servers were
// settled last: see [Plane.Settle].
func (p *Plane) TargetCounts(index int) model.TargetCounts {
	g := &p.targetGroups[index]
	c := model.TargetCounts{
		Requests: g.requests, Responses: g.responses, Latency: g.latency,
		HealthyArea: g.healthy.Area(p.kernel.Now()).Float64(), Healthy: int(g.healthy.Value()),
	}
	for _, in := range g.routed {
		if in.target != noIndex && p.targets.at(in.target).unhealthy() {
			c.Unhealthy++
		}
	}
	return c
}

// responded counts a response.
func (g *targetGroup) responded(latency sim.Time) {
	g.responses++
	g.latency.Add(int64(latency))
	if len(g.times) > 0 {
		g.record(latency)
	}
}

// record keeps a response time for who asked for them.
func (g *targetGroup) record(latency sim.Time) {
	for _, h := range g.times {
		h.Record(int64(latency))
	}
}

// TargetRequests returns how many requests a target group has, and how many of them wait in
// line at their targets, as of when its servers were settled last.
func (p *Plane) TargetRequests(index int) (waiting, all int) {
	for _, in := range p.targetGroups[index].routed {
		if in.target == noIndex {
			continue
		}
		of := p.targets.at(in.target)
		s := p.servers.at(of.server)
		_, line := p.atStation(of.server, s)
		waiting += line + s.gate.line.Len()
		all += int(of.inFlight)
	}
	return waiting, all
}

// routedTarget is what a request asks of the target that has a number in its group: a quarter of a
// cache line, for it is another target's with each request.
type routedTarget struct {
	target uint32 // noIndex: it has gone
	server uint32
	admits uint32 // its target's tenancy while that is in the policy's rotation; else 0
	asked  uint32 // requests since the group was last weighed
}

// scope is the targets that one node chooses among.
type scope struct {
	policy     routing.Policy
	slow       *routing.SlowStart // policy, where targets start slowly; nil
	registered int
	healthy    int
	failOpen   bool
	hash       *routing.FlowHash         // policy, of a group of flows; nil
	least      *routing.LeastOutstanding // policy, if it is that; nil
}

// target is one server in one target group.
type target struct {
	server     uint32
	group      int32
	scope      int32
	local      int32
	tenancy    uint32 // number of the target in its group, from 1
	inFlight   int32
	flows      int32        // that Network Load Balancers keep to it
	sockets    int32        // that are open to it
	since      answerCounts // of mitigation
	answered   sim.Time     // its last answer; -1: none
	draining   bool
	rotating   bool // in the policy's rotation: of a scope at least
	decides    bool // the end of its check may change its health
	connection bool // a connection is open that nobody has asked on since it fell silent
	health     health.Counter
	check      slab.Handle // the request that looks at it; 0: none
	weight     int64
	rotatesIn  []bool            // by scope, of one in every scope; nil: it is in one
	rotates    sim.Time          // since when it is in the policy's rotation
	kept       []keptConnections // by zone of the node; of groups that keep
	failedAt   sim.Time          // of flows: when it last became unhealthy
	checked    sim.Time          // of a fluid run: the next check, which nobody waits for; 0: it is waited for
}

func (t *target) healthy() bool { return t.health.State() == health.Healthy }

// unhealthy reports whether the target failed its checks; an initial one has not
// passed any yet.
func (t *target) unhealthy() bool { return !t.draining && t.health.State() == health.Unhealthy }

// scopeIn is the scope of the targets in a zone.
func (g *targetGroup) scopeIn(zone model.Zone) int32 {
	if g.cfg.CrossZone {
		return 0
	}
	return int32(zone)
}

// scopesOf returns the scopes that a target is in, and the number of the first: that of its zone, or all.
func (g *targetGroup) scopesOf(t *target) (scopes []scope, first int) {
	if t.rotatesIn != nil {
		return g.scopes, 0
	}
	return g.scopes[t.scope : t.scope+1], int(t.scope)
}

// isIn reports whether a target is in a scope.
func (t *target) isIn(scope int) bool { return t.rotatesIn != nil || int(t.scope) == scope }

// sentBy reports whether the nodes of a zone still send to a target that those of some zones may send
// to and others not: a target in every scope.
func (t *target) sentBy(zone uint8) bool { return int(zone) < len(t.rotatesIn) && t.rotatesIn[zone] }

// count changes how many targets the scopes of one have, and how many healthy ones.
func (g *targetGroup) count(t *target, registered, healthy int) {
	scopes, _ := g.scopesOf(t)
	for k := range scopes {
		scopes[k].registered += registered
		scopes[k].healthy += healthy
	}
}

// number gives a new target a free number.
func (g *targetGroup) number(of routedTarget) int32 {
	if n := len(g.freeNumbers); n > 0 {
		local := g.freeNumbers[n-1]
		g.freeNumbers = g.freeNumbers[:n-1]
		g.routed[local] = of
		return local
	}
	g.routed = append(g.routed, of)
	return int32(len(g.routed) - 1)
}

// Deregister takes a server out of all its target groups in good order and
// returns how many it is still in.
func (p *Plane) Deregister(server slab.Handle) int {
	targets := p.servers.Get(server).targets
	for _, t := range append([]slab.Handle(nil), targets...) {
		p.deregister(t)
	}
	left := len(targets)
	for _, a := range p.servers.Get(server).applications {
		left += p.Deregister(a)
	}
	return left
}

// deregister stops new requests to a target and lets the present ones finish
// within the deregistration delay: the whole of it while the balancer keeps a
// connection to the target open, as users observe, which is decided now.
func (p *Plane) deregister(h slab.Handle) {
	t := p.targets.Get(h)
	if t == nil || t.draining {
		return
	}
	g := &p.targetGroups[t.group]
	p.watchClosely(t.server)
	busy := p.answersNow(t)
	t.draining = true
	p.dismissCheck(t)
	g.count(t, -1, 0)
	if t.healthy() {
		g.count(t, 0, -1)
		g.healthy.Add(p.kernel.Now(), -1)
	}
	p.admitHealth(indexOf(h))
	wait := g.cfg.DeregistrationDelay
	if !g.cfg.Flows.On && t.sockets == 0 && !g.connected(t, p.kernel.Now()) {
		wait = 0
	}
	if busy > wait {
		wait = min(busy, g.cfg.DeregistrationDelay)
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
	p.endFlowsAtDrain(indexOf(ev.Handle()))
	if t.inFlight > 0 {
		p.evictTarget(indexOf(ev.Handle()))
	}
	p.failInside(server, t.group, Code502, CauseDrained)
	p.removeTarget(ev.Handle())
	if s := p.servers.at(server); len(s.targets) == 0 && !p.othersRegistered(s) {
		p.control.Drained(s.owner)
	}
}

// removeTarget forgets a target.
func (p *Plane) removeTarget(h slab.Handle) {
	p.detachWaiting(indexOf(h))
	p.resetSocketsOf(indexOf(h))
	t := p.targets.Get(h)
	if p.targetGroups[t.group].cfg.Flows.On {
		p.endFlowsOf(indexOf(h), true)
	}
	s := p.servers.at(t.server)
	for k, other := range s.targets {
		if other == h {
			s.targets = append(s.targets[:k], s.targets[k+1:]...)
			break
		}
	}
	g := &p.targetGroups[t.group]
	p.forgetPorts(t)
	g.routed[t.local] = routedTarget{target: noIndex}
	g.freeNumbers = append(g.freeNumbers, t.local)
	p.forgetKeptTo(p.targets.Get(h))
	server := t.server
	p.targets.Free(h)
	p.regroup(server)
}

// Healthy reports whether all target groups that a server is in call it healthy.
func (p *Plane) Healthy(server slab.Handle) bool {
	for _, h := range p.servers.Get(server).targets {
		if t := p.targets.Get(h); t != nil && t.health.State() != health.Healthy {
			return false
		}
	}
	return true
}

// Unhealthy reports whether a target group calls a server unhealthy.
func (p *Plane) Unhealthy(server slab.Handle) bool {
	for _, h := range p.servers.Get(server).targets {
		if t := p.targets.Get(h); t != nil && t.unhealthy() {
			return true
		}
	}
	return slices.ContainsFunc(p.servers.Get(server).applications, p.Unhealthy)
}
