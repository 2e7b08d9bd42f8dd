package dataplane

import (
	"math"

	"headroom/model"
	"headroom/model/fluid"
	"headroom/sim"
)

// inlet is the node of a load balancer that may be too small for what comes.
type inlet struct {
	node     *node
	currents []*current
	kept     fluid.Share
	level    int  // of who sends
	atOnce   bool // it is asked when they come: where they go next depends on it
}

type inletKey struct {
	balancer int
	zone     model.Zone
	level    int
}

// findInlets finds the nodes that may be too small, and what comes there.
func (p *Plane) findInlets() {
	f := p.fluid
	f.inlets = f.inlets[:0]
	at := map[inletKey]int{}
	for _, c := range f.currents {
		b := p.sources[c.source].lb
		if b == nil || !b.limited || c.share == 0 || c.fate == isKeptOut {
			continue
		}
		if c.redirects() {
			c.inlet = len(f.inlets)
			f.inlets = append(f.inlets, inlet{node: &b.nodes[c.zone], currents: []*current{c}, atOnce: true})
			continue
		}
		key := inletKey{p.sources[c.source].balancer, c.zone, p.levelOf(c.source)}
		if b.cfg.Network() { // all nodes together
			key.zone = b.cfg.Zones[0]
		}
		i, ok := at[key]
		if !ok {
			i = len(f.inlets)
			at[key] = i
			f.inlets = append(f.inlets, inlet{node: &b.nodes[key.zone], level: key.level})
		}
		f.inlets[i].currents = append(f.inlets[i].currents, c)
	}
}

// wholeStep is the seconds of the present step, in all of which a node takes so many.
func (f *fluidly) wholeStep() float64 { return (f.to + 1 - f.from).Seconds() }

// admitMany lets in at a node what it has room for in the present step, and rejects the rest.
func (p *Plane) admitMany(in *inlet, at sim.Time) {
	if p.sources[in.currents[0].source].lb.cfg.Network() {
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

// rejectRest rejects so many of those who come to an inlet, by how many there are.
func (p *Plane) rejectRest(in *inlet, at sim.Time, rejected int64, why failure) {
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
		node := &p.sources[c.source].lb.nodes[c.zone]
		node.rejected += n
		node.requests += n
		p.rejectMany(c, at, n, why)
	}
}

// rejectMany answers connections that a node is too small for.
func (p *Plane) rejectMany(c *current, at sim.Time, n int64, why failure) {
	nowhere := *c
	nowhere.fate = findsNoWeight // they reach no target group
	r := p.routeOf(&nowhere)
	r.Arrived += n
	r.Arrivals[at/sim.Minute] += n
	p.countAttempts(c, n)
	p.failMany(&nowhere, at, n, why)
}
