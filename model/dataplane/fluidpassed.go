package dataplane

import (
	"headroom/model"
	"headroom/model/fluid"
	"headroom/sim/rng"
)

// Bytes of a crowd of flows are counted as they pass, of whomever they are; others when their requests are completed.

// sendOutward lets out the responses that a cohort has ready, and counts what has passed of them, and of what steps say.
func (p *Plane) sendOutward(c *cohort, a fluid.Arrivals) {
	away, talking := p.fluid.services[c.key.service].away, 0.0
	if away {
		c.lost, c.rate = c.Late(a.Patience), c.Done/a.Length.Seconds()
		talking = c.talking()
	}
	p.passOutward(c, a)
	if away {
		p.countTalks(c, talking)
	}
	p.countCrowds(c)
}

// countCrowds counts the requests and responses of a cohort that have passed in the crowds of its links.
func (p *Plane) countCrowds(c *cohort) {
	if c.links == nil {
		return
	}
	for _, u := range c.currents {
		var passed [2]float64
		for d, f := range u.flows {
			if f != nil && f.crowd != nil {
				of := &f.sizes[f.find(u.sizes[d], u.patience)]
				passed[d] = of.passed * u.share * u.weight / max(of.weight, 1e-12)
			}
		}
		if passed != [2]float64{} {
			p.countBytes(u, passed)
		}
	}
}

// completes is how many bytes of so many requests of a current, and of their responses, are counted when they are completed.
func (c *current) completes(n int64) (bytes [2]float64) {
	bytes = [2]float64{inward: float64(n) * c.request, outward: float64(n) * c.response}
	for d, f := range c.flows {
		if f != nil && f.crowd != nil {
			bytes[d] = 0
		}
	}
	return bytes
}

// countBytes counts bytes of requests and responses of a current by the paths that they take.
func (p *Plane) countBytes(c *current, bytes [2]float64) {
	in, out := model.Bytes(bytes[inward]), c.wholeBytes(1, bytes[outward])
	p.inspectBack(c.source, out)
	s := &p.sources[c.source]
	if b := s.lb; b != nil {
		if b.hour.out = b.hour.out.Plus(out); b.cfg.Network() {
			part := &b.parts[s.flows.protocol]
			part.processed = part.processed.Plus(out)
		} else {
			b.hour.processed = b.hour.processed.Plus(out)
			if s.flows.relayed {
				p.relayBack(c, in, out)
			}
		}
		if c.cohort != nil && c.cohort.function == nil && c.cohort.key.zone != c.zone {
			b.hour.crossed = b.hour.crossed.Plus(out).Plus(in)
		}
	}
	p.countSides(c, bytes[inward]+bytes[outward])
	if s.direct && c.cohort != nil && (c.cohort.key.public || s.to == ToAddress) {
		m := &p.transfers.moved[c.cohort.key.payer]
		m.Out = m.Out.Plus(out)
	}
}

// saidIn is how many bytes step k of a cohort has said or heard in a step of time, where so many were asked for.
func (c *cohort) saidIn(k, direction int, asked float64) float64 {
	if c.links == nil {
		return asked
	}
	t := &c.links.talks[k]
	f, size := t.flows[direction], t.sizes[direction]
	if f == nil || f.crowd == nil {
		return asked
	}
	return f.sizes[f.find(size, talks)].passed / c.saying(size, direction)
}

// saying is how many steps say as much.
func (c *cohort) saying(size rng.Distribution, direction int) (n float64) {
	for k := range c.links.talks {
		if c.links.talks[k].sizes[direction] == size {
			n++
		}
	}
	return n
}
