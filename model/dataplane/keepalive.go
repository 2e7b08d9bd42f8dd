package dataplane

import (
	"fmt"

	"headroom/sim"
)

// towardsTarget is how long a packet takes between a node of a load balancer and a target.
const towardsTarget = 500 * sim.Microsecond

// keptConnections are those that a node of an Application Load Balancer keeps open to a
// target and that carry no request: when the target answered on each, oldest first. The
// node takes the one that it used last.
type keptConnections []sim.Time

// keepToTarget keeps the connection on which a target answered.
func (p *Plane) keepToTarget(r *request, at sim.Time) {
	if g := &p.targetGroups[r.group]; g.keeps > 0 && p.sources[r.source].balancer != None && !p.sources[r.source].sockets.on {
		t := p.targets.at(r.target)
		for len(t.kept) <= int(r.zone) {
			t.kept = append(t.kept, nil)
		}
		t.kept[r.zone] = append(t.kept[r.zone], at)
	}
}

// lost takes a request to a connection that its node has kept to its target, and reports
// whether that is lost: the target has closed it, or does so before the request arrives,
// and the node does not know yet.
func (p *Plane) lost(r *request, g *targetGroup, t *target) bool {
	b := p.sources[r.source].balancer
	if b == None || int(r.zone) >= len(t.kept) || len(t.kept[r.zone]) == 0 {
		return false
	}
	list := &t.kept[r.zone]
	last := len(*list) - 1
	silent := p.kernel.Now() - (*list)[last]
	limit := p.balancers[b].cfg.IdleTimeout
	if silent >= g.keeps+towardsTarget || limit > 0 && silent >= limit {
		*list = (*list)[:0] // one of the two has closed it, and the older ones before
		return false
	}
	*list = (*list)[:last]
	if silent <= g.keeps-towardsTarget || limit > 0 && g.keeps > limit {
		return false
	}
	p.balancers[b].counts.TargetCloses++
	return true
}

// closeKept closes the connections that load balancers keep to an application that ends, and
// resets its WebSockets.
func (p *Plane) closeKept(s *server) {
	for _, h := range s.targets {
		p.targets.Get(h).kept = nil
		p.resetSocketsOf(indexOf(h))
	}
}

// verifyKept: the connections that are kept to a target are in order of its answers.
func (p *Plane) verifyKept() error {
	for h, t := range p.targets.All() {
		for zone, list := range t.kept {
			for i, at := range list {
				if at > p.kernel.Now() || i > 0 && at < list[i-1] {
					return fmt.Errorf("target %v: connection %d of the node in zone %d was answered at %v", h, i, zone, at)
				}
			}
		}
	}
	return nil
}
