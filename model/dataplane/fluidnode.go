package dataplane

import (
	"math"

	"headroom/model"
	"headroom/model/fluid"
	"headroom/sim"
)

// nodeFlow is the node of a load balancer that may be too small for what comes.
type nodeFlow struct {
	balancer *balancer
	node     *node
	currents []*current
	kept     fluid.Share
	level    int  // of who sends
	atOnce   bool // it is asked when they come: where they go next depends on it
}

type nodeKey struct {
	balancer int
	zone     model.Zone
	level    int
}

// findNodes finds the nodes that may be too small, and what comes there.
func (p *Plane) findNodes() {
	f := p.fluid
	f.nodes = f.nodes[:0]
	at := map[nodeKey]int{}
	for _, c := range f.currents {
		s := &p.sources[c.source]
		if s.lb == nil || c.share == 0 || c.outcome == isKeptOut || c.outcome == isLost {
			continue
		}
		if s.flows.relayed && c.outcome != findsEntryDown {
			p.addNode(at, s.flows.balancer, c)
		}
		switch {
		case !s.lb.limited || s.flows.relayed && !c.entered():
		case c.redirects():
			c.nodeFlow = len(f.nodes)
			f.nodes = append(f.nodes, nodeFlow{balancer: s.lb, node: &s.lb.nodes[c.zone], currents: []*current{c}, atOnce: true})
		default:
			p.addNode(at, s.balancer, c)
		}
	}
}

// addNode has a current come in by a load balancer, if that may be too small.
func (p *Plane) addNode(at map[nodeKey]int, balancer int, c *current) {
	f, b := p.fluid, &p.balancers[balancer]
	if !b.limited {
		return
	}
	key := nodeKey{balancer, c.zone, p.levelOf(c.source)}
	if b.cfg.Network() { // all nodes together
		key.zone = b.cfg.Zones[0]
	}
	i, ok := at[key]
	if !ok {
		i = len(f.nodes)
		at[key] = i
		f.nodes = append(f.nodes, nodeFlow{balancer: b, node: &b.nodes[key.zone], level: key.level})
	}
	f.nodes[i].currents = append(f.nodes[i].currents, c)
}

// limits reports whether a load balancer may be too small for a current.
func (p *Plane) limits(c *current) bool {
	s := &p.sources[c.source]
	return s.lb != nil && s.lb.limited || s.flows.relayed && p.balancers[s.flows.balancer].limited
}

// wholeStep is the seconds of the present step, in all of which a node takes so many.
func (f *fluidly) wholeStep() float64 { return (f.to + 1 - f.from).Seconds() }

// admitMany lets in at a node what it has room for in the present step, and rejects the rest.
func (p *Plane) admitMany(in *nodeFlow, at sim.Time) {
	if in.balancer.cfg.Network() {
		p.admitFlows(in, at)
		return
	}
	came := int64(0)
	for _, c := range in.currents {
		came += c.connects()
	}
	n, room := in.node, int64(math.MaxInt64)
	if n.second != p.fluid.from {
		n.second, n.taken = p.fluid.from, 0
	}
	if n.most != math.MaxInt64 && came > 0 {
		room = in.kept.Of(math.MaxInt32, min(1, float64(n.most)*p.fluid.wholeStep()/math.MaxInt32))
		room = max(0, room-n.taken)
	}
	took := min(came, room)
	n.taken += took
	n.minute += took
	p.rejectRest(in, at, came-took, failure{code: Code503, cause: CauseNodeTooSmall})
}

// connects is how many of those who come open a connection, which is what a node may be too small for.
func (c *current) connects() int64 { return int64(float64(c.came)*c.opens + 0.5) }

// rejectRest rejects so many of those who come to a node, by how many there are.
func (p *Plane) rejectRest(in *nodeFlow, at sim.Time, rejected int64, why failure) {
	left := int64(0)
	for _, c := range in.currents {
		left += c.connects()
	}
	for _, c := range in.currents {
		connects := c.connects()
		if connects == 0 || rejected <= 0 {
			continue
		}
		n := int64(float64(rejected)*float64(connects)/float64(left) + 0.5)
		left, rejected = left-connects, rejected-n
		c.came -= n
		c.expected *= float64(c.came) / float64(c.came+n)
		p.rejectMany(c, at, rejection{by: in.balancer, n: n, failure: why})
	}
}

// rejection is of so many connections, by a load balancer that is too small for them.
type rejection struct {
	by *balancer
	n  int64
	failure
}

// rejectMany answers connections that are rejected.
func (p *Plane) rejectMany(c *current, at sim.Time, why rejection) {
	b, n := why.by, why.n
	nowhere := *c
	nowhere.outcome = findsNoWeight // they reach no target group
	r := p.routeOf(&nowhere)
	r.Arrived += n
	r.Arrivals[at/sim.Minute] += n
	p.countAttempts(c, n)
	bytes, zone := c.wholeBytes(0, float64(n)*c.request), c.zone
	p.inspectMany(c, n, bytes)
	switch relayed := p.sources[c.source].flows.relayed; {
	case relayed && b.cfg.Network():
		zone, nowhere.outcome = c.entry, findsEntryDown
	case relayed:
		p.relayMany(c, n, bytes)
	}
	b.nodes[zone].rejected += n
	b.nodes[zone].requests += n
	p.failMany(&nowhere, at, n, why.failure)
}
