package dataplane

import (
	"headroom/model/fluid"
	"headroom/sim"
)

// queue is who waits for one of so many places, by means.
type queue struct {
	line float64 // who waits
	wait float64 // seconds of those who have got a place
}

// admit returns how many of those who come in some seconds get a place, of so many that each is kept for a time.
func (q *queue) admit(came, places, kept, seconds float64) float64 {
	q.wait = 0
	most := came + q.line
	if kept > 0 {
		most = min(most, places/kept*seconds)
	}
	q.line += came - most
	if most > 0 {
		q.wait = q.line / most * seconds
	}
	if q.line < rareCalls {
		q.line = 0
	}
	return most
}

// rareCalls are none.
const rareCalls = 1e-6

// passGate lets into the journeys of a cohort who finds a place, and refuses who finds none in line either.
func (c *cohort) passGate(a *fluid.Arrivals) {
	if c.gate.limit == 0 || c.servers == 0 {
		return
	}
	g, servers, seconds := &c.gate, float64(c.servers), a.Length.Seconds()
	kept := c.away
	switch {
	case len(c.disks) > 0 && c.leave > 0: // there is room for as many as leave, and those who were missing
		room := g.limit - (c.content()/servers - g.line) + c.leave*seconds
		kept = g.limit / max(room, rareCalls) * seconds
	case c.aboard > 0: // the same
		steps := c.links.crowdedSteps()
		room := g.limit - steps.held - c.Number + steps.ends
		kept = g.limit / max(room, rareCalls) * seconds
	case c.Law != nil:
		kept += c.Law.Mean()
	}
	each := a.Expected / servers
	in := g.admit(each, g.limit, kept, seconds)
	g.refused = 0
	if a.Patience != sim.Never {
		g.line = min(g.line, each/seconds*a.Patience.Seconds())
	}
	if over := g.line - g.backlog; over > 0 && each > 0 {
		g.refused = min(1, over/each)
		g.line = g.backlog
	}
	if g.line > 0 && in > 0 {
		g.wait = g.line / in * seconds
	}
	a.Expected = in * servers
}

// gating is the gate of the journeys of a server, by means.
type gating struct {
	queue
	limit, backlog float64 // limit 0: it does not matter
	refused        float64 // share of those who come
}

// shapeAway finds out what requests hold while they are away: places at the gate of the journey, or their
// server.
func (p *Plane) shapeAway(c *cohort, s *server) {
	if cfg := s.cfg; !p.fluid.services[c.key.service].away || cfg.Async {
		return
	}
	if !c.Sharing && c.Places == c.Servers {
		c.holds = true
		return
	}
	c.Sharing = true
	if c.Places > 0 {
		c.gate.limit, c.gate.backlog = float64(c.Places), float64(c.Backlog)
	}
	c.Places, c.Backlog = 0, 0
}

// patienceAt is how long clients wait for the CPU who wait so long in all.
func (p *Plane) patienceAt(c *cohort, patience sim.Time) sim.Time {
	if patience == sim.Never || c.holds {
		return patience
	}
	return max(1, patience-sim.Seconds(c.away-c.aboard+c.gate.wait))
}

// content is how many requests are at all servers of a cohort, and away from there.
func (c *cohort) content() float64 {
	inside := c.Content + c.gate.line*float64(c.servers)
	if c.away > 0 && !c.holds && c.rate > 0 {
		inside += (c.away - c.atDisk - c.aboard) * c.rate * float64(c.servers)
		for _, d := range c.disks {
			inside += d.Content
		}
	}
	if c.links != nil {
		inside += c.links.content() + c.links.crowdedSteps().number*float64(c.servers) + c.links.ready
	}
	return inside
}

// refuses is the share of those who come that finds no place.
func (c *cohort) refuses() float64 {
	refused := c.gate.refused + (1-c.gate.refused)*c.Refused
	if c.links != nil {
		refused = c.links.refused + (1-c.links.refused)*refused
	}
	return refused
}

// began is which share of those who left had begun to be served, where a share of them was there for too long.
func (c *cohort) began(patience sim.Time, late float64) float64 {
	switch {
	case c.function != nil || c.gate.wait >= patience.Seconds():
		return 1 - late
	case c.gate.wait > 0:
		return 1
	}
	return c.Began(patience, late)
}

// waits is which share of the requests waits for a place, and how long.
func (c *cohort) waits() (share float64, mean sim.Time) {
	if gate := sim.Seconds(c.gate.wait); gate > 0 {
		return 1, gate
	}
	if c.function != nil {
		return c.function.coldly, c.function.startsIn
	}
	return c.Waits()
}
