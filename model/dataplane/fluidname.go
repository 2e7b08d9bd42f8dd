package dataplane

import "headroom/sim"

// namesTurn reports whether some clients of a DNS name have another answer than it gives now.
func (p *Plane) namesTurn() bool {
	for i := range p.records {
		r := &p.records[i]
		if k := len(r.past) - 1; k > 0 && sim.Sum(r.past[k].from, r.cfg.longest()) > p.fluid.done {
			return true
		}
	}
	return false
}

// answerShares are the shares of clients that have each answer of a DNS name, amid what is being played: answers
// are of any age up to how long they are kept, each as likely as another, as [lookup.choose] draws them.
func (p *Plane) answerShares(r *record) []float64 {
	shares := make([]float64, len(r.cfg.Answers))
	now, long := p.fluid.done+p.fluid.length/2, float64(r.cfg.Long.Percent)/100
	if long > 0 {
		r.addShares(shares, now, r.cfg.Long.Kept, long)
	}
	if long < 1 {
		r.addShares(shares, now, r.cfg.TTL, 1-long)
	}
	return shares
}

// addShares adds those of a part of the clients, who keep answers for so long.
func (r *record) addShares(shares []float64, now, kept sim.Time, of float64) {
	until := now
	for k := len(r.past) - 1; k >= 0; k-- {
		from := max(r.past[k].from, now-kept)
		part := 1.0
		switch {
		case k == 0 && kept > 0: // it was the same before the run
			part = float64(until-now+kept) / float64(kept)
		case kept > 0:
			part = float64(until-from) / float64(kept)
		}
		before := 0.0
		for i, upTo := range r.past[k].upTo {
			shares[i] += of * part * (upTo - before)
			before = upTo
		}
		if until = from; kept == 0 || until <= now-kept {
			break
		}
	}
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
