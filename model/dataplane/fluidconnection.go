package dataplane

import (
	"math"

	"headroom/sim"
)

// divideClass divides the requests of a class among the nodes that DNS names.
func (p *Plane) divideClass(key currentKey, class int, share float64) {
	s := &p.sources[key.source]
	if s.flows.relayed {
		p.divideRelayed(key, class, share)
		return
	}
	if len(p.fluid.held) > 0 {
		share = p.divideHeld(key, class, share)
	}
	for _, z := range s.lb.dns {
		key.zone = z
		p.divideAt(key, class, share/float64(len(s.lb.dns)))
	}
}

// divideAt divides the requests of a class that come to a node, by whether they come by a connection that their
// client has kept, or begin with a handshake.
func (p *Plane) divideAt(key currentKey, class int, share float64) {
	s := &p.sources[key.source]
	a, opens := &s.way.actions[class], p.opens(key.source)
	kinds := int(s.way.kinds)
	key.class = int32(class)
	switch {
	case a.refused || a.rejects != 0 || !a.frontEnd.secure || s.call != nil && p.fluid.done < a.expires:
		p.divideNode(key, a, share)
	case p.fluid.done >= a.expires: // who has a connection does not have it for long
		p.shakeInVain(key, share)
	default:
		resumed := s.clients.Resumption
		for k, part := range []float64{1 - opens, opens * (1 - resumed), opens * resumed} {
			if key.class = int32(class + k*kinds); part > 0 {
				p.divideNode(key, &s.way.actions[key.class], share*part)
			}
		}
	}
}

// shakeInVain has a share of the requests find no certificate that they accept, at nodes that are there.
func (p *Plane) shakeInVain(key currentKey, share float64) {
	if key.outcome = shakesInVain; p.zoneDown[key.zone] > 0 {
		key.outcome = findsNodeDown
	}
	p.addShare(key, share)
}

// keptFor is how many requests a client sends on a connection, and the requests a second that come to the pool
// from which connections are taken, in the long run.
func (p *Plane) keptFor(source int) (requests, rate float64) {
	return float64(max(1, p.sources[source].clients.PerConnection)), p.weightOf(source)
}

// opens is the share of a source's requests that open a connection. One carries so many requests, unless nobody
// uses it until its time to be silent is over: clients take the one that was silent for longest, so that
// it ends where none comes for so long, and its requests have a geometric law that is cut off.
func (p *Plane) opens(source int) float64 {
	c := &p.sources[source].connections
	if !c.on {
		return 1
	}
	most, rate := p.keptFor(source)
	if c.limit == sim.Never {
		return 1 / most
	}
	ends := math.Exp(-rate * c.limit.Seconds())
	if ends < 1e-12 {
		return 1 / most
	}
	return ends / -math.Expm1(most*math.Log1p(-ends))
}

// equipConnections finds out what the requests of a current are to the connections of their balancer: as many are
// kept as are in use at once, but for the share of instants at which one is opened.
func (p *Plane) equipConnections(c *current) {
	s := &p.sources[c.source]
	c.opens, c.keeps = 1, 0
	if s.lb == nil || c.class == None || !s.connections.on {
		return
	}
	switch kinds := int32(s.way.kinds); {
	case c.class >= kinds || c.outcome == shakesInVain:
	case c.action.frontEnd.secure:
		c.opens = 0
	default:
		c.opens = p.opens(c.source)
	}
	_, rate := p.keptFor(c.source)
	if rate <= 0 || c.cohort == nil || c.cohort.Law == nil {
		return
	}
	busy := rate * (c.mean() + c.hop).Seconds()
	c.keeps = min(s.connections.limit, sim.Seconds(max(0, atOnce(busy, p.opens(c.source))-busy)/rate))
}

// atOnce is the least number which so many, Poisson distributed about a mean, reach in a share of all instants
// at most.
func atOnce(mean, share float64) float64 {
	term := math.Exp(-mean)
	if term == 0 { // so many that they vary little
		return mean
	}
	n, beyond := 0.0, 1.0
	for beyond > share && term > 0 {
		beyond -= term
		n++
		term *= mean / n
	}
	return n
}

// countConnections counts the connections that requests open, and their handshakes.
func (p *Plane) countConnections(c *current, n int64) {
	s := &p.sources[c.source]
	b := s.lb
	opened := c.opened.Of(n, c.opens)
	b.hour.connections += opened
	if !c.action.frontEnd.secure || c.outcome == isRefused || c.outcome == isRejected || c.outcome == findsNodeDown {
		return
	}
	if c.outcome == shakesInVain {
		b.counts.HandshakesFailed += n
		return
	}
	b.counts.Handshakes += opened
	if int(c.class) >= 2*int(s.way.kinds) {
		b.counts.Resumed += opened
	}
}
