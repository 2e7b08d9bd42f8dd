package dataplane

import (
	"math"

	"headroom/model"
	"headroom/sim"
)

// Growth is how much the nodes of a load balancer take, and how that grows with what they
// are given. The zero Growth takes whatever comes.
//
// The node of an Application Load Balancer takes 25 capacity units at first, of 25 new
// connections a second each, and twice as much from a 5-minute boundary on before which its
// busiest minute used more than half. The node of a Network Load Balancer takes 3 Gbit/s,
// and 3 Gbit/s more after each minute that used more than half. What comes beyond that is
// not let in: 503, and of connections a refusal. All numbers are our reading of what people
// have measured; AWS publishes none.
type Growth struct {
	Start Start
	Units int // that are kept ready, and billed, in the whole load balancer
}

// Start is how large a load balancer is at the beginning of a run.
type Start uint8

// Starts. A warm one has served before: it takes all of the first minute, and has the size
// that this asks for.
const (
	WarmStart Start = iota + 1
	ColdStart
)

// Sizes of nodes.
const (
	firstUnits         = 25
	connectionsPerUnit = 25 // new ones a second
	evaluationsPerUnit = 1000
	growsEvery         = 5 // minutes

	gigabit   = 1_000_000_000 / 8
	firstRate = 3 * gigabit // bytes a second

	// MaxUnits is the most capacity units that may be kept ready.
	MaxUnits = 1_000_000
)

// node is a load balancer in a zone.
type node struct {
	requests int64    // that clients sent to it
	rejected int64    // new connections that found it too small
	shifted  sim.Time // how long a zonal shift kept clients away from it

	second  sim.Time // the end of the present one
	taken   int64    // new connections in it
	most    int64    // of them in a second
	units   int64
	minute  int64 // new connections of the present one
	busiest int64 // of the minutes since it could last grow, in capacity units
}

// carrier is what the nodes of a Network Load Balancer have to carry together.
type carrier struct {
	second sim.Time // the end of the present one
	bytes  int64    // in it
	most   int64    // of them in a second
	minute int64    // bytes of the present one
}

// grows reports whether a load balancer can be too small.
func (g *Growth) grows() bool { return g.Start != 0 }

// newGrowth gives the nodes of a load balancer their first size.
func (p *Plane) newGrowth(index int) {
	b := &p.balancers[index]
	if !b.cfg.Growth.grows() {
		return
	}
	warm, zones := b.cfg.Growth.Start == WarmStart, int64(len(b.cfg.Zones))
	kept := (int64(b.cfg.Growth.Units) + zones - 1) / zones
	for z := range b.nodes {
		b.nodes[z].resize(max(firstUnits, kept))
		if warm {
			b.nodes[z].most = math.MaxInt64
		}
	}
	b.carrier.most = max(firstRate*zones, int64(b.cfg.Growth.Units)*int64(model.GiB)/int64(sim.Hour/sim.Second))
	if b.floor = b.carrier.most; warm {
		b.carrier.most = math.MaxInt64
	}
	p.scheduleAfter(sim.Minute, indexed(nodesGrow, index))
}

// resize gives a node another size.
func (n *node) resize(units int64) { n.units, n.most = units, units*connectionsPerUnit }

// admits takes a new connection of a client, or reports that the node is too small.
func (n *node) admits(now sim.Time) bool {
	if now >= n.second {
		n.second, n.taken = now-now%sim.Second+sim.Second, 0
	}
	if n.taken >= n.most {
		n.rejected++
		return false
	}
	n.taken++
	n.minute++
	return true
}

// carries reports whether a Network Load Balancer has room for one more connection.
func (c *carrier) carries(now sim.Time) bool {
	c.turn(now)
	return c.bytes < c.most
}

// add counts what a connection carries.
func (c *carrier) add(now sim.Time, bytes model.Bytes) {
	c.turn(now)
	c.bytes += int64(bytes)
	c.minute += int64(bytes)
}

func (c *carrier) turn(now sim.Time) {
	if now >= c.second {
		c.second, c.bytes = now-now%sim.Second+sim.Second, 0
	}
}

// onNodesGrow ends a minute of a load balancer: its nodes may have to grow.
func (p *Plane) onNodesGrow(ev model.Event) {
	p.housekeeping++
	p.scheduleAfter(sim.Minute, ev)
	b := &p.balancers[ev.Index()]
	minutes := int64(p.kernel.Now() / sim.Minute)
	if b.cfg.Network() {
		b.growCarrier(minutes == 1)
		return
	}
	evaluations := (b.hour.evaluations - b.evaluated) / int64(len(b.cfg.Zones)) / evaluationsPerUnit / 60
	b.evaluated = b.hour.evaluations
	for _, z := range b.cfg.Zones {
		n := &b.nodes[z]
		// Doubled, so that half a unit counts.
		n.busiest = max(n.busiest, 2*evaluations, (2*n.minute+60*connectionsPerUnit-1)/(60*connectionsPerUnit))
		n.minute = 0
		if minutes == 1 && b.cfg.Growth.Start == WarmStart {
			units := n.units
			for units < n.busiest {
				units *= 2
			}
			n.resize(units)
		}
		if minutes%growsEvery == 0 {
			if n.busiest > n.units {
				n.resize(min(2*n.units, MaxUnits))
			}
			n.busiest = 0
		}
	}
}

// growCarrier ends a minute of a Network Load Balancer.
func (b *balancer) growCarrier(first bool) {
	c := &b.carrier
	step := firstRate * int64(len(b.cfg.Zones))
	switch {
	case first && b.cfg.Growth.Start == WarmStart:
		c.most = max(b.floor, c.minute/60*2)
	case c.minute > c.most/2*60:
		c.most += step
	}
	c.minute = 0
}

// reject answers a new connection that the node of an Application Load Balancer is too small
// for, which ends with that.
func (p *Plane) reject(i uint32, r *request) {
	s := &p.sources[r.source]
	p.balancers[s.balancer].hour.connections--
	if s.connections.on {
		p.connections.at(p.carriers[i]).done = true
	}
	p.meter.arrived(r.arrived, r)
	p.failFor(i, Code503, CauseNodeTooSmall)
}
