package dataplane

import (
	"headroom/model"
	"headroom/sim"
)

// clears reports whether a server will have answered all that is aboard, and one request
// more, by the time limits of them all, whatever becomes of their bytes: if all that come in
// do so at the least rate, enter the CPU one by one after its last known end, and their
// responses go out after that, at the least rate too.
func (p *Plane) clears(now sim.Time, c *cargo, f *fastPath, deadline sim.Time) bool {
	n := &f.nic.fast
	after := max(float64(now)+float64(n.in+c.in)*n.slow, float64(n.last))
	after = (after + float64(n.work+c.work) + float64(n.out+c.out)*n.slow) * (1 + 1e-9)
	if after > float64(sim.Horizon) || after > float64(deadline) {
		return false
	}
	if after > float64(n.tightest) { // which may be of somebody who has left
		p.tighten(f)
		if after > float64(n.tightest) {
			return false
		}
	}
	n.tightest = min(n.tightest, deadline)
	return true
}

// tighten finds the first time limit of those aboard a fast path.
func (p *Plane) tighten(f *fastPath) {
	n := &f.nic.fast
	p.playFlows(f, n.played)
	n.tightest = sim.Never
	p.compact.listed = p.jobsOn(f, n.played, p.compact.listed[:0])
	for _, k := range p.compact.listed {
		n.tightest = min(n.tightest, p.deadlineOf(p.compact.at(k), f))
	}
}

// deadlineOf is when somebody loses patience who waits for a request on a fast path.
func (p *Plane) deadlineOf(r *compactRequest, f *fastPath) sim.Time {
	if r.source == fullRequest {
		_, patience := p.patience(r.in, p.requests.at(r.in), f)
		return sim.Sum(r.arrived, patience)
	}
	s, hop := &p.sources[r.source], sim.Time(0)
	if s.direct {
		hop = s.distance(model.Zone(f.zone))
	} else if hop = s.hop; f.zone != r.zone {
		hop += s.lb.cfg.CrossLatency
	}
	return sim.Sum(r.arrived, min(s.limits.limit, s.patience-hop))
}
