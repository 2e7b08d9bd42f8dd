package results

import (
	"slices"

	"headroom/model/cloud"
	"headroom/model/dataplane"
	"headroom/sim/stat"
)

// poolMetrics are what calls wait for before they are sent; given where they have a pool of
// connections.
func poolMetrics() []Metric {
	return []Metric{{
		Name: "pool.wait.mean", Unit: "s", Labels: []string{labelService}, hops: true, needs: labelWorkload, where: pools,
		Meaning: "time that calls wait for a connection of their pool, of those that got one; of a service the calls that it makes, whereas phase.pool is of those that it answers",
		read:    func(p *part) float64 { return p.poolWait().Mean() / 1e9 },
	}}
}

// pools reports whether calls of a service have a pool of connections; of the whole, those of any.
func pools(cfg *cloud.Config, s scope) bool {
	services := cfg.Services
	if s.Label != "" {
		services = services[s.index : s.index+1]
	}
	pooled := func(step dataplane.Step) bool { return step.Kind == dataplane.StepCall && step.Call.PoolSize > 0 }
	return slices.ContainsFunc(services, func(of dataplane.Service) bool { return slices.ContainsFunc(of.Steps, pooled) })
}

// poolWait is what calls of the part's service, or all calls, waited for a connection of their pool.
func (p *part) poolWait() *stat.Tally {
	all := &stat.Tally{}
	s := p.scope
	if s.Label == labelService {
		s.Label = labelCaller
	}
	for i := range s.travelled(p.belongs().hops, len(p.outcome.Hops)) {
		all.Merge(&p.outcome.Hops[i].PoolWait)
	}
	return all
}
