package tables

import (
	"fmt"
	"slices"

	"headroom/model/dataplane"
	"headroom/sim"
	"headroom/sim/rng"
)

// asker is somebody whose calls a function computes for as long as they say.
type asker struct {
	name   string
	demand rng.Distribution
}

// alikeDemands is how much longer one asker's requests may compute than another's, on
// average, for both to be told the same latency.
const alikeDemands = 1.01

// warnOfBlended warns of functions by rates whose callers want different CPU time: rates know
// what all of them together want, and show one latency for all.
func (l *loader) warnOfBlended() {
	if l.cfg.Fluid == 0 {
		return
	}
	askers := make([][]asker, len(l.cfg.Functions))
	add := func(name string, demand rng.Distribution, to dataplane.DestinationKind, target int) {
		if demand == nil {
			return
		}
		for _, f := range l.cfg.CalledFunctions(to, target) {
			askers[f] = append(askers[f], asker{name, demand})
		}
	}
	for i := range l.cfg.Workloads {
		w := &l.cfg.Workloads[i]
		if w.To == dataplane.ToLoadBalancer && l.choosesByRule() {
			continue // which may lead it past what others ask
		}
		add("workload."+w.Name, w.Demand, w.To, w.Target)
	}
	for i := range l.cfg.Services {
		s := &l.cfg.Services[i]
		for k := range s.Steps {
			if call := &s.Steps[k].Call; s.Steps[k].Kind == dataplane.StepCall {
				add(fmt.Sprintf("service.%s.steps.%d", s.Name, k), call.Demand, call.To, call.Target)
			}
		}
	}
	for i := range askers {
		l.warnOfBlend(i, askers[i])
	}
}

// warnOfBlend warns if some of a function's callers want much more CPU time than others.
func (l *loader) warnOfBlend(i int, askers []asker) {
	f := &l.cfg.Functions[i]
	if len(askers) == 0 || !computesAsAsked(&l.cfg.Services[f.Service]) {
		return
	}
	least, most := askers[0], askers[0]
	for _, a := range askers {
		if a.demand.Mean() < least.demand.Mean() {
			least = a
		}
		if a.demand.Mean() > most.demand.Mean() {
			most = a
		}
	}
	if most.demand.Mean() > alikeDemands*least.demand.Mean() {
		l.warnAt(l.tables["function"][i].Node, fmt.Sprintf("function.%s: rates show one latency for all who call it, though %s computes %v on average and %s %v: run.fidelity = \"request\" tells them apart",
			f.Name, least.name, sim.Seconds(least.demand.Mean()), most.name, sim.Seconds(most.demand.Mean())))
	}
}

// computesAsAsked reports whether a service computes for as long as a request says.
func computesAsAsked(s *dataplane.Service) bool {
	for _, step := range s.Steps {
		if step.Kind == dataplane.StepCPU && step.Time == nil {
			return true
		}
	}
	return len(s.Steps) == 0
}

// choosesByRule reports whether a balancer looks at requests before it forwards them.
func (l *loader) choosesByRule() bool {
	return slices.ContainsFunc(l.cfg.LoadBalancers, func(b dataplane.LoadBalancer) bool {
		return len(b.Rules) > 0 || slices.ContainsFunc(b.Listeners, func(of dataplane.Listener) bool { return len(of.Rules) > 0 })
	})
}
