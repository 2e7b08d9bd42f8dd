package dataplane

import (
	"headroom/model"
	"headroom/model/routing"
)

// answerCounts is what a target did since anomaly mitigation last looked at it.
type answerCounts struct{ answered, failed int32 }

// scheduleMitigation lets a target group look for anomalous targets.
func (p *Plane) scheduleMitigation() {
	for i := range p.targetGroups {
		if p.targetGroups[i].cfg.Mitigation {
			p.scheduleAfter(routing.MitigationInterval, indexed(weightsChange, i))
		}
	}
}

// onWeightsChange looks at the errors of each scope's healthy targets and changes
// their weights.
func (p *Plane) onWeightsChange(ev model.Event) {
	p.scheduleAfter(routing.MitigationInterval, ev)
	g := &p.targetGroups[ev.Index()]
	for _, in := range g.routed {
		if in.target != noIndex {
			p.settle(in.server, p.kernel.Now())
		}
	}
	for k := range g.scopes {
		p.weigh(g, int32(k))
	}
}

// weigh changes the weights of the healthy targets of a scope.
func (p *Plane) weigh(g *targetGroup, scope int32) {
	weigher := g.scopes[scope].policy.(routing.Weigher)
	var records []routing.Record
	for local, in := range g.routed {
		if in.target == noIndex || p.targets.at(in.target).scope != scope {
			continue
		}
		t := p.targets.at(in.target)
		if t.healthy() && !t.draining {
			records = append(records, routing.Record{
				Target: local, Answered: int64(t.since.answered), Failed: int64(t.since.failed), Weight: t.weight,
			})
		}
		t.since = answerCounts{}
	}
	routing.Mitigate(records)
	for _, r := range records {
		p.targets.at(g.routed[r.Target].target).weight = r.Weight
		weigher.SetWeight(r.Target, r.Weight)
	}
}
