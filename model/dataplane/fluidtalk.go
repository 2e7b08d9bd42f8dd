package dataplane

import (
	"slices"

	law "headroom/sim/fluid"
	"headroom/sim/rng"
)

// talk is what a step says to somebody on the internet while it pauses.
type talk struct {
	flows [2]*flowStation // nil: nothing
	sizes [2]rng.Distribution
	times [2]law.Time
	lasts rng.Distribution
}

// talkStage is a step that talks to somebody on the internet: it ends when both sides have said what they have to, and
// not before its pause.
func (c *cohort) talkStage(k int, pause rng.Distribution) law.Stage {
	t := &c.links.talks[k]
	times := [2]law.Time{}
	for d, f := range t.flows {
		if f != nil {
			times[d] = f.timeOf(t.sizes[d], talks)
		}
	}
	if t.lasts == nil || times != t.times {
		values := make([]float64, sumPoints)
		places := law.NewSpread(2)
		for i := range values {
			if pause != nil {
				values[i] = pause.Quantile((float64(i) + 0.5) / sumPoints)
			}
			for d, time := range times {
				if time != nil {
					values[i] = max(values[i], time.Quantile(places.At(i, d)))
				}
			}
		}
		slices.Sort(values)
		t.times, t.lasts = times, sure(rng.Empirical(values, nil))
	}
	return law.Stage{Choices: []law.Choice{{Time: t.lasts, Share: 1}}, Times: 1}
}

// talksInCrowds is how long the steps of a request are in crowds of flows.
func (c *cohort) talksInCrowds() (seconds float64) {
	if c.links == nil {
		return 0
	}
	for k := range c.links.talks {
		for _, f := range c.links.talks[k].flows {
			if f != nil && f.crowd != nil && c.links.talks[k].lasts != nil {
				seconds += c.links.talks[k].lasts.Mean()
				break
			}
		}
	}
	return seconds
}

// talking is how many requests at all servers begin the flows of their steps in the present step of time.
func (c *cohort) talking() float64 {
	if c.links != nil { // those that have left the CPU in the step before, as playLink has it
		return c.links.talking
	}
	return c.Done * float64(c.servers) * (1 - c.lost)
}

// isShutIn reports whether nobody answers what the requests at a cohort ask on the internet, so
// that all of them fail. What they would have computed after that is counted with the rest.
func (p *Plane) isShutIn(c *cohort) bool {
	return p.fluid.services[c.key.service].talks && (c.key.shutIn || p.filter != nil && !p.filter.out[c.key.end])
}

// failsBefore reports whether they fail before they come to a step.
func (p *Plane) failsBefore(c *cohort, step int) bool {
	return p.isShutIn(c) && slices.IndexFunc(p.cfg.Services[c.key.service].Steps, func(s Step) bool { return s.outside() }) < step
}

// countTalks counts what so many requests at a cohort have said in a step, where bytes are charged for by their path.
func (p *Plane) countTalks(c *cohort, n float64) {
	if p.isShutIn(c) {
		return
	}
	steps := p.cfg.Services[c.key.service].Steps
	for k := range steps {
		step := &steps[k]
		if !step.outside() {
			continue
		}
		sent, received := c.saidIn(k, outward, n*meanBytes(step.Sent)), c.saidIn(k, inward, n*meanBytes(step.Received))
		if c.links == nil {
			c.in += received / float64(max(c.servers, 1))
			c.out += sent / float64(max(c.servers, 1))
		}
		m := &p.transfers.moved[c.key.payer]
		m.Out = m.Out.Plus(wholeOf(sent, &c.said[0]))
		g := c.key.gateway
		if !g.There {
			continue
		}
		both := wholeOf(sent+received, &c.said[1])
		nat := &p.transfers.moved[g.Owner]
		if nat.NAT = nat.NAT.Plus(both); g.Zone != c.key.zone {
			p.addSide(c.key.payer, both)
			p.addSide(g.Owner, both)
		}
	}
}
