package dataplane

import (
	"headroom/model"
	"headroom/sim"
)

// What flows through a Network Load Balancer are in a run of rates that clients in a closed loop keep for their next
// requests: each has one at most, which leads to the target that it got when it was opened.

// heldFlows is the flows of a workload. How many lead to each server is with its cohort, by the number of these.
type heldFlows struct {
	source int
	users  float64
	ends   float64 // share of the clients who think for longer than a silent flow is there
	open   float64 // share of the time between requests for which it is there
	most   float64 // requests on a flow
	asked  float64 // first attempts in what is being played
	moved  float64 // flows that were opened or have ended since currents were found
	level  int64   // flows that are open
}

// findHeldFlows finds out who keeps flows.
func (p *Plane) findHeldFlows() {
	for i, t := range p.fluid.thinkers {
		s := &p.sources[i]
		if t == nil || s.clients.PerConnection <= 1 || !s.flows.on || s.flows.listener == nil {
			continue
		}
		p.fluid.held = append(p.fluid.held, heldFlows{
			source: i, users: float64(s.cfg.Visitors.Count), ends: t.Longer(s.flows.limit), open: t.Upon(s.flows.limit), most: float64(s.clients.PerConnection),
		})
	}
}

// heldOf is the number of the flows of a source; None: it keeps none.
func (f *fluidly) heldOf(source int) int {
	for k := range f.held {
		if f.held[k].source == source {
			return k
		}
	}
	return None
}

// flowsAt is how many flows of a number lead to each server of a cohort.
func (c *cohort) flowsAt(k int) float64 {
	if k >= len(c.flows) || c.servers == 0 {
		return 0
	}
	return c.flows[k]
}

// divideHeld divides those of a share of the first attempts who have a flow, and returns the rest, who open one: among
// them are those who have closed theirs. Where the load balancer has forgotten it they are reset.
func (p *Plane) divideHeld(key currentKey, class int, share float64) (rest float64) {
	f := p.fluid
	k, s := f.heldOf(key.source), &p.sources[key.source]
	a := &s.way.actions[class]
	if k == None || f.inflows[key.inflow].attempt > 0 || a.refused || a.forward == nil {
		return share
	}
	l, rest := &f.held[k], share
	key.class, key.kept = int32(class), true
	for _, c := range f.cohorts {
		part := min(rest, share*float64(c.servers)*c.flowsAt(k)/p.mayAsk(l))
		if part <= 0 {
			continue
		}
		for _, z := range p.nodesTo(c, s) {
			at, each := key, part/float64(len(p.nodesTo(c, s)))
			at.zone = z
			rest -= each * (1 - l.ends)
			if p.zoneDown[z] > 0 {
				at.outcome = findsNodeDown
				p.addShare(at, each*(1-l.ends))
				continue
			}
			if at.outcome = isForgotten; l.ends > 0 && s.flows.forgets {
				rest -= each * l.ends
				p.addShare(at, each*l.ends)
			}
			if l.ends < 1 {
				at.outcome, at.group, at.cohort = arrivesThere, int32(a.groups[0]), c
				p.arrive(at, each*(1-l.ends))
			}
		}
	}
	return max(0, rest)
}

// mayAsk is how many clients think, or ask in the present step.
func (p *Plane) mayAsk(l *heldFlows) float64 {
	f := p.fluid
	asks := f.thinkers[l.source].Thinking()
	for i := range f.inflows {
		if in := &f.inflows[i]; in.source == l.source && in.attempt == 0 && !in.redirected {
			asks += in.count
		}
	}
	return max(1, float64(asks))
}

// nodesTo are the zones of the nodes by which flows lead to the servers of a cohort.
func (p *Plane) nodesTo(c *cohort, s *source) []model.Zone {
	if g := &p.targetGroups[s.flows.group]; g.cfg.CrossZone {
		return s.lb.dns
	}
	return []model.Zone{c.key.zone}
}

// keepFlows notes that so many flows of a current's source lead to its servers more than before.
func (p *Plane) keepFlows(c *current, more float64) {
	f := p.fluid
	if len(f.held) == 0 || c.cohort == nil || c.outcome != arrivesThere || c.cohort.servers == 0 || more == 0 {
		return
	}
	k := f.heldOf(c.source)
	if k == None {
		return
	}
	for len(c.cohort.flows) < len(f.held) {
		c.cohort.flows = append(c.cohort.flows, 0)
	}
	c.cohort.flows[k] = max(0, c.cohort.flows[k]+more/float64(c.cohort.servers))
	f.held[k].moved += max(more, -more)
}

// keepServed keeps the flows of requests that were answered, but for those that have carried all that they do.
func (p *Plane) keepServed(c *current, n int64) {
	if k := p.fluid.heldOf(c.source); k != None {
		most := p.fluid.held[k].most
		if c.kept {
			p.keepFlows(c, -float64(n)/most)
			return
		}
		p.keepFlows(c, float64(n)*(1-1/most))
	}
}

// countAskers counts first attempts of clients who keep flows.
func (p *Plane) countAskers(c *current, n int64) {
	if k := p.fluid.heldOf(c.source); k != None && p.fluid.inflows[c.inflow].attempt == 0 {
		p.fluid.held[k].asked += float64(n)
	}
}

// loseFlows ends the flows of requests that were not answered.
func (p *Plane) loseFlows(c *current, n int64) {
	if c.kept {
		p.keepFlows(c, -float64(n))
	}
}

// playHeld ends the flows that clients find gone when they ask in what has been played, and counts those that are open.
func (p *Plane) playHeld(until sim.Time) {
	f := p.fluid
	for k := range f.held {
		l, open := &f.held[k], 0.0
		for _, c := range f.cohorts {
			if c.flowsAt(k) == 0 {
				continue
			}
			ends := l.ends
			if !p.targetGroups[p.sources[l.source].flows.group].cfg.CrossZone && p.zoneDown[c.key.zone] > 0 {
				ends = 1
			}
			ended := c.flows[k] * min(1, l.asked/p.mayAsk(l)*ends)
			c.flows[k] -= ended
			l.moved += ended * float64(c.servers)
			open += c.flows[k] * float64(c.servers)
		}
		l.asked = 0
		if l.moved > unnoticed*l.users {
			l.moved, f.stale = 0, true
		}
		s := &p.sources[l.source]
		part, level := &p.balancers[s.flows.balancer].parts[s.flows.protocol], int64(open*l.open+0.5)
		part.open += level - l.level
		part.active.AddProduct(l.level-level, int64(until+1))
		l.level = level
	}
}

// countHeld adds the flows that are kept to those of each load balancer.
func (p *Plane) countHeld(open []int64) {
	if p.fluid == nil {
		return
	}
	for k := range p.fluid.held {
		open[p.sources[p.fluid.held[k].source].flows.balancer] += p.fluid.held[k].level
	}
}

// takeFlows lets a server bring its flows to a cohort that it joins.
func (p *Plane) takeFlows(to, from *cohort) {
	for k := range p.fluid.held {
		for len(to.flows) <= k {
			to.flows = append(to.flows, 0)
		}
		brings := 0.0
		if from != nil {
			brings = from.flowsAt(k)
		}
		to.flows[k] = (to.flows[k]*float64(to.servers) + brings) / float64(to.servers+1)
	}
}

// endHeld ends the flows to a server, by RST or in peace.
func (p *Plane) endHeld(server uint32, reset bool) {
	if p.fluid == nil || len(p.fluid.held) == 0 || !p.isPlaced(server) {
		return
	}
	p.playFluid(p.kernel.Now() - 1)
	c := p.fluid.places[server].cohort
	for k := range p.fluid.held {
		flows := c.flowsAt(k)
		if flows == 0 {
			continue
		}
		if c.flows[k] -= flows / float64(c.servers); reset {
			p.balancers[p.sources[p.fluid.held[k].source].flows.balancer].counts.FlowsReset += int64(flows + 0.5)
		}
		p.fluid.stale = true
	}
}

// holdsFlows reports whether some flows to the servers of target groups are kept.
func (p *Plane) holdsFlows(groups []membership) bool {
	for k := range p.fluid.held {
		for _, m := range groups {
			if int(m.group) == p.sources[p.fluid.held[k].source].flows.group {
				return true
			}
		}
	}
	return false
}

// flowsCarried reports whether rates show which flows a workload keeps: of clients in a closed loop, to TCP listeners
// whose targets are servers.
func (t *Traffic) flowsCarried(w *Workload) bool {
	return w.Visitors.Think != nil && !t.asksAny(w, func(lb *LoadBalancer) bool {
		if !lb.Network() {
			return false
		}
		for _, l := range lb.AllListeners() {
			if l.Protocol != TCP {
				return true
			}
		}
		return lb.Gateway > 0 || t.relays(lb)
	})
}
