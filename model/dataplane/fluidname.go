package dataplane

import "headroom/sim"

// namesTurn reports whether some clients of a DNS name have another answer than it gives now.
func (p *Plane) namesTurn() bool {
	for i := range p.records {
		r := &p.records[i]
		if k := len(r.past) - 1; k > 0 && sim.Sum(r.past[k].from, r.cfg.TTL) > p.fluid.done {
			return true
		}
	}
	return false
}

// answerShares are the shares of clients that have each answer of a DNS name, amid what is being played: answers
// are of any age up to the time to live, each as likely as another, as [lookup.choose] draws them.
func (p *Plane) answerShares(r *record) []float64 {
	now := p.fluid.done + p.fluid.length/2
	shares := make([]float64, len(r.cfg.Answers))
	until := now
	for k := len(r.past) - 1; k >= 0; k-- {
		from := max(r.past[k].from, now-r.cfg.TTL)
		part := 1.0
		switch {
		case k == 0 && r.cfg.TTL > 0: // it was the same before the run
			part = float64(until-now+r.cfg.TTL) / float64(r.cfg.TTL)
		case r.cfg.TTL > 0:
			part = float64(until-from) / float64(r.cfg.TTL)
		}
		before := 0.0
		for i, upTo := range r.past[k].upTo {
			shares[i] += part * (upTo - before)
			before = upTo
		}
		if until = from; r.cfg.TTL == 0 || until <= now-r.cfg.TTL {
			break
		}
	}
	return shares
}

// divides reports whether chance says to which load balancer a request of a source goes.
func (p *Plane) divides(s *source) bool {
	if s.lookup == nil {
		return false
	}
	asked := 0
	for _, share := range p.answerShares(s.lookup.record) {
		if share > 0 {
			asked++
		}
	}
	return asked > 1
}

// answerShare is the share of a workload's requests that a source sends: all, but of an answer of a DNS name.
func (p *Plane) answerShare(source int) float64 {
	if l := p.sources[source].lookup; l != nil {
		shares := p.answerShares(l.record)
		for k, of := range l.variants {
			if int(of) == source {
				return shares[k]
			}
		}
	}
	return 1
}
