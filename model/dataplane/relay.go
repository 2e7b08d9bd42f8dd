package dataplane

import (
	"cmp"

	"headroom/model"
	"headroom/model/health"
	"headroom/sim"
)

// relay is the Application Load Balancer that is the target of a Network Load Balancer's
// target group: connections go to its nodes, and the requests on them by its rules.
// (Elastic Load Balancing, "Use an Application Load Balancer as a target of a Network Load
// Balancer".)
type relay struct {
	balancer int
	check    *classAction // what it does with a health check
	nodes    []relayNode  // by zone
}

// relayNode is one of its nodes.
type relayNode struct {
	health   health.Counter
	there    bool
	rotating bool
}

// behind is the Application Load Balancer that clients of a port reach by a Network Load
// Balancer, and where it listens; [None] if there is none.
func (t *Traffic) behind(balancer, port int) (next, at int) {
	lb := &t.LoadBalancers[balancer]
	if !lb.Network() {
		return None, 0
	}
	if l := lb.ListenerFor(port); l != None {
		for _, f := range lb.AllListeners()[l].Default.Forward {
			if f.TargetGroup == None {
				continue
			}
			if g := &t.TargetGroups[f.TargetGroup]; g.Balancer > 0 {
				return g.Balancer - 1, int(g.Port)
			}
		}
	}
	return None, 0
}

// relayed reports whether requests of a workload come to a load balancer behind another.
func (t *Traffic) relayed(w *Workload, balancer int) bool {
	for first := range t.LoadBalancers {
		if next, _ := t.behind(first, int(w.Port)); next == balancer && t.asks(w, first) {
			return true
		}
	}
	return false
}

// reached lists the target groups whose targets serve what comes to a load balancer.
func (t *Traffic) reached(balancer int) []int {
	var groups []int
	for _, g := range t.LoadBalancers[balancer].forwards() {
		if next := t.TargetGroups[g].Balancer; next > 0 {
			groups = append(groups, t.LoadBalancers[next-1].forwards()...)
			continue
		}
		groups = append(groups, g)
	}
	return groups
}

// newRelays prepares the target groups whose target is a load balancer: its nodes have been
// registered, and healthy, before the run.
func (p *Plane) newRelays() error {
	for i := range p.targetGroups {
		g := &p.targetGroups[i]
		if g.cfg.Balancer == 0 {
			continue
		}
		lb := &p.cfg.LoadBalancers[g.cfg.Balancer-1]
		check := RequestClass{Path: cmp.Or(g.cfg.HealthCheck.Path, "/"), Method: "GET", Weight: 1}
		w, err := newWay(lb, asker{port: int(g.cfg.Port), classes: []RequestClass{check}, clients: &Clients{}}, func(model.RuleName) *int64 { return new(int64) })
		if err != nil {
			return err
		}
		g.relay = &relay{balancer: g.cfg.Balancer - 1, check: &w.actions[0], nodes: make([]relayNode, len(p.frame.Zones))}
		for _, z := range lb.Zones {
			n := &g.relay.nodes[z]
			n.there, n.health = true, health.NewCounter(g.cfg.HealthCheck.Check)
			n.health.Observe(true)
			g.scopes[g.scopeIn(z)].registered++
		}
		p.admitRelay(g)
		if g.cfg.HealthCheck.Enabled {
			p.scheduleAfter(g.cfg.HealthCheck.Interval, indexed(relayIsChecked, i))
		}
	}
	return nil
}

// onRelayIsChecked asks each node of a load balancer that is a target how it is.
func (p *Plane) onRelayIsChecked(ev model.Event) {
	p.housekeeping++
	g := &p.targetGroups[ev.Index()]
	p.scheduleAfter(g.cfg.HealthCheck.Interval, ev)
	changed := false
	for z := range g.relay.nodes {
		if n := &g.relay.nodes[z]; n.there && n.health.Observe(p.relayPasses(g, model.Zone(z))) {
			changed = true
		}
	}
	if changed {
		p.regroupAll()
		p.admitRelay(g)
	}
}

// relayPasses reports whether the node of a zone answers a check as it should: by its rules,
// which may lead to targets, and then 503 unless one is healthy.
func (p *Plane) relayPasses(g *targetGroup, z model.Zone) bool {
	a := g.relay.check
	if p.zoneDown[z] > 0 || a.refused {
		return false
	}
	status := a.status
	if a.forward != nil {
		status = 503
		for _, k := range a.groups {
			if to := &p.targetGroups[k]; to.scopes[to.scopeIn(z)].healthy > 0 {
				status = 200
			}
		}
	}
	return g.cfg.HealthCheck.Matcher.Contains(status)
}

// admitRelay brings the rotation in line with the health of the nodes: where none is healthy
// connections go to all of them.
func (p *Plane) admitRelay(g *targetGroup) {
	for k := range g.scopes {
		g.scopes[k].healthy = 0
	}
	healthy := int64(0)
	for z := range g.relay.nodes {
		if n := &g.relay.nodes[z]; n.there && n.health.State() == health.Healthy {
			g.scopes[g.scopeIn(model.Zone(z))].healthy++
			healthy = 1
		}
	}
	g.healthy.Add(p.kernel.Now(), healthy-g.healthy.Value())
	for z := range g.relay.nodes {
		n, s := &g.relay.nodes[z], &g.scopes[g.scopeIn(model.Zone(z))]
		s.failOpen = g.minimum.FailOpen(s.healthy, s.registered)
		wanted := n.there && (s.failOpen || n.health.State() == health.Healthy)
		switch {
		case wanted && !n.rotating:
			s.policy.Add(z)
		case !wanted && n.rotating:
			s.policy.Remove(z)
		}
		n.rotating = wanted
	}
	if !g.cfg.CrossZone {
		for _, b := range g.balancers {
			p.reconsiderNodes(b)
		}
	}
}

// relays sends a request on a flow to the node of the Application Load Balancer that the flow
// leads to.
func (p *Plane) relays(i uint32, r *request, id uint32) {
	p.embark(i, r, id)
	r.zone = p.flows.at(id).onward
}

// beforeRelay is what the Network Load Balancer before an Application Load Balancer adds to a
// response, with the way between nodes in two zones.
func (p *Plane) beforeRelay(i uint32, s *source) sim.Time {
	cfg := p.balancers[s.flows.balancer].cfg
	if id := p.carriers[i]; id != noIndex {
		if f := p.flows.at(id); f.zone != f.onward {
			return cfg.Latency + cfg.CrossLatency
		}
	}
	return cfg.Latency
}

// relayAnswers counts the response of an Application Load Balancer on a flow.
func (p *Plane) relayAnswers(r *request, s *source, f *flow) {
	p.balancers[s.balancer].answers(r)
	if f.zone != f.onward {
		h := &p.balancers[s.flows.balancer].hour
		h.crossed = h.crossed.Plus(r.requestBytes()).Plus(r.responseBytes())
	}
}

// comesBy finds the connection of a request to an Application Load Balancer, and its node.
func (p *Plane) comesBy(i uint32, r *request, s *source, a *classAction) (zone model.Zone, fresh bool) {
	if s.flows.on { // which has been found
		return model.Zone(r.zone), p.flows.at(p.carriers[i]).carried == 1
	}
	return p.takeConnection(i, s, a)
}

// relayLetsIn reports whether the Application Load Balancer behind a Network Load Balancer lets
// a client in.
func (p *Plane) relayLetsIn(i uint32, s *source) bool {
	return s.flows.shown == None || p.filter.passes.Says(p.callerAt(i, s, s.flows.shown), p.cfg.LoadBalancers[s.balancer].End)
}
