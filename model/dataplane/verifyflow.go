package dataplane

import (
	"fmt"
)

// verifyConnections: a flow that carries a request is carried by one, every other one is silent
// on the lists that it belongs to, and all of them are counted at their targets and load
// balancers.
func (p *Plane) verifyConnections() error {
	carried := map[uint32]int{}
	for h, r := range p.requests.All() {
		i := indexOf(h)
		if r.source != checkSource && p.sources[r.source].flows.on && int(i) < len(p.carriers) && p.carriers[i] != noIndex {
			carried[p.carriers[i]]++
		}
	}
	silent, pooled, err := p.listedFlows()
	if err != nil {
		return err
	}
	open := make([]int64, len(p.balancers))
	at := map[uint32]int32{}
	for h, f := range p.flows.All() {
		id := indexOf(h)
		busy := f.state == flowIsBusy || f.state == flowIsCut
		switch {
		case busy != (carried[id] == 1):
			return fmt.Errorf("flow %d in state %d carries %d requests", id, f.state, carried[id])
		case silent[id] != (f.state == flowIsFree || f.state == flowIsDone):
			return fmt.Errorf("flow %d in state %d: among the silent ones %v", id, f.state, silent[id])
		case pooled[id] != (f.state == flowIsFree || f.state == flowIsForgotten):
			return fmt.Errorf("flow %d in state %d: in its client's pool %v", id, f.state, pooled[id])
		}
		if f.state != flowIsForgotten {
			open[p.sources[f.source].flows.balancer]++
			if p.targets.Get(f.target) != nil {
				at[indexOf(f.target)]++
			}
		}
	}
	p.eachCompact(func(r *request) {
		if f := &p.sources[r.source].flows; f.on {
			open[f.balancer]++
			at[r.target]++
		}
	})
	p.countHeld(open)
	for b := range p.balancers {
		if got := p.balancers[b].flowsOpen(); got != open[b] {
			return fmt.Errorf("load balancer %d: %d flows, counted %d", b, open[b], got)
		}
	}
	for h, t := range p.targets.All() {
		if t.flows != at[indexOf(h)] {
			return fmt.Errorf("target %v: %d flows, counted %d", h, at[indexOf(h)], t.flows)
		}
	}
	return nil
}

// listedFlows are those on the lists of sources, and of their clients.
func (p *Plane) listedFlows() (silent, pooled map[uint32]bool, err error) {
	silent, pooled = map[uint32]bool{}, map[uint32]bool{}
	for k := range p.sources {
		s := &p.sources[k].flows
		if !s.on {
			continue
		}
		for id := s.silent.oldest; id != noIndex; id = p.flows.at(id).silent.newer {
			f := p.flows.at(id)
			if older := f.silent.older; older != noIndex && p.flows.at(older).since > f.since {
				return nil, nil, fmt.Errorf("source %d: flow %d is silent for longer than one before it", k, id)
			}
			silent[id] = true
		}
		for i := range s.pools {
			for id := s.pools[i].oldest; id != noIndex; id = p.flows.at(id).pooled.newer {
				if p.flows.at(id).owner != uint32(i) {
					return nil, nil, fmt.Errorf("source %d: flow %d of client %d is in the pool of %d", k, id, p.flows.at(id).owner, i)
				}
				pooled[id] = true
			}
		}
	}
	return silent, pooled, nil
}
