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
	level    int   // of who sends
	took     int64 // in what is being played
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
		key := inletKey{p.sources[c.source].balancer, c.zone, p.levelOf(c.source)}
		i, ok := at[key]
		if !ok {
			i = len(f.inlets)
			at[key] = i
			f.inlets = append(f.inlets, inlet{node: &b.nodes[c.zone], level: key.level})
		}
		f.inlets[i].currents = append(f.inlets[i].currents, c)
	}
}

// admitMany lets in at a node what it has room for in a time that ends at an instant, and
// rejects the rest.
func (p *Plane) admitMany(in *inlet, at, length sim.Time) {
	came := int64(0)
	for _, c := range in.currents {
		came += c.came
	}
	room := int64(math.MaxInt64)
	if in.node.most != math.MaxInt64 && came > 0 {
		room = in.kept.Of(math.MaxInt32, min(1, float64(in.node.most)*length.Seconds()/math.MaxInt32))
	}
	for i := range p.fluid.inlets { // whoever came before
		if o := &p.fluid.inlets[i]; o.node == in.node && o.level < in.level {
			room = max(0, room-o.took)
		}
	}
	in.took = min(came, room)
	in.node.minute += in.took
	if came <= room {
		return
	}
	left, rejected := came, came-room
	for _, c := range in.currents {
		if c.came == 0 {
			continue
		}
		n := int64(float64(rejected)*float64(c.came)/float64(left) + 0.5)
		left, rejected = left-c.came, rejected-n
		c.came -= n
		c.expected *= float64(c.came) / float64(c.came+n)
		in.node.rejected += n
		in.node.requests += n
		p.rejectMany(c, at, n)
	}
}

// rejectMany answers connections that a node is too small for.
func (p *Plane) rejectMany(c *current, at sim.Time, n int64) {
	nowhere := *c
	nowhere.fate = findsNoWeight // they reach no target group
	r := p.routeOf(&nowhere)
	r.Arrived += n
	r.Arrivals[at/sim.Minute] += n
	p.countAttempts(c, n)
	p.failMany(&nowhere, at, n, failure{code: Code503, cause: CauseNodeTooSmall})
}
