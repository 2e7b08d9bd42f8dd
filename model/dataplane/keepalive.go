package dataplane

import (
	"fmt"

	"headroom/sim"
)

// towardsTarget is how long a packet takes between a node of a load balancer and a target.
const towardsTarget = 500 * sim.Microsecond

// keptLonger is how long targets keep a connection that its load balancer closes before they do.
const keptLonger = sim.Horizon

// targetHandshake is how long a node and a target take for the round trips of a handshake of TLS
// 1.2, in full. (RFC 5246, 7.3.)
const targetHandshake = handshakeRoundTrips * 2 * towardsTarget

// keptConnections are those that a node of an Application Load Balancer keeps open to a
// target and that carry no request: when the target answered on each, oldest first. The
// node takes the one that it used last.
type keptConnections []sim.Time

// toTargets counts the connections of load balancers to the targets of a group that keeps
// them: each that was opened is kept, closed, or carries a request.
type toTargets struct{ opened, closed int64 }

// keepsFor reports whether the connections that carry the requests of a source to the targets
// of a group are known one by one. Those of WebSockets are not.
func (p *Plane) keepsFor(r *request, g *targetGroup) bool {
	s := &p.sources[r.source]
	return g.keeps > 0 && s.balancer != None && !s.sockets.on
}

// keepToTarget keeps the connection on which a target answered.
func (p *Plane) keepToTarget(r *request, at sim.Time) {
	if !p.keepsFor(r, &p.targetGroups[r.group]) {
		return
	}
	t := p.targets.at(r.target)
	for len(t.kept) <= int(r.zone) {
		t.kept = append(t.kept, nil)
	}
	t.kept[r.zone] = append(t.kept[r.zone], at)
}

// keepAfterError does so where a target answered with an error: the request is about to fail,
// and would close it.
func (p *Plane) keepAfterError(r *request, at sim.Time) {
	if g := &p.targetGroups[r.group]; p.keepsFor(r, g) {
		p.keepToTarget(r, at)
		g.carriers.closed--
	}
}

// closeToTarget closes the connection of a request that is not answered on it.
func (p *Plane) closeToTarget(r *request) {
	if r.target == noIndex || r.source == checkSource {
		return
	}
	if g := &p.targetGroups[r.group]; p.keepsFor(r, g) {
		g.carriers.closed++
	}
}

// lost takes a request to a connection that its node has kept to its target, and reports
// whether that is lost: the target has closed it, or does so before the request arrives,
// and the node does not know yet.
func (p *Plane) lost(r *request, g *targetGroup, t *target) bool {
	s := &p.sources[r.source]
	b := s.balancer
	if !p.keepsFor(r, g) {
		if s.sockets.on { // each has a connection of its own
			p.shakeHands(r, g, b)
		}
		return false
	}
	if int(r.zone) >= len(t.kept) || len(t.kept[r.zone]) == 0 {
		g.carriers.opened++
		p.shakeHands(r, g, b)
		return false
	}
	list := &t.kept[r.zone]
	last := len(*list) - 1
	silent := p.kernel.Now() - (*list)[last]
	limit := p.balancers[b].cfg.IdleTimeout
	if silent >= g.keeps+towardsTarget || limit > 0 && silent >= limit {
		g.carriers.closed += int64(len(*list)) // one of the two has closed it, and the older ones before
		g.carriers.opened++
		p.shakeHands(r, g, b)
		*list = (*list)[:0]
		return false
	}
	*list = (*list)[:last]
	if silent <= g.keeps-towardsTarget || limit > 0 && g.keeps > limit {
		return false
	}
	p.balancers[b].counts.TargetCloses++
	return true
}

// shakeHands begins a connection of a load balancer to a target with a handshake, where they speak HTTPS, or TLS, and the
// target listens. Its round trips are in the latency (hop), its CPU time is spent before that of the request.
func (p *Plane) shakeHands(r *request, g *targetGroup, balancer int) {
	if g.cfg.Secure && p.servers.at(r.server).open {
		p.balancers[balancer].counts.TargetHandshakes++
		r.mark(shakesHands|owesCPU, true)
	}
}

// closeKept closes the connections that load balancers keep to an application that ends, and
// resets its WebSockets.
func (p *Plane) closeKept(s *server) {
	for _, h := range s.targets {
		p.forgetKeptTo(p.targets.Get(h))
		p.resetSocketsOf(indexOf(h))
	}
}

// forgetKeptTo closes the connections that are kept to a target.
func (p *Plane) forgetKeptTo(t *target) {
	for _, list := range t.kept {
		p.targetGroups[t.group].carriers.closed += int64(len(list))
	}
	t.kept = nil
}

// verifyKept: the connections that are kept to a target are in order of its answers, and of
// those that were opened to the targets of a group each is kept, closed, or carries a request.
func (p *Plane) verifyKept() error {
	there := make([]int64, len(p.targetGroups))
	for _, r := range p.requests.All() {
		if r.inFlight() && r.target != noIndex && p.keepsFor(r, &p.targetGroups[r.group]) {
			there[r.group]++
		}
	}
	for h, t := range p.targets.All() {
		for zone, list := range t.kept {
			there[t.group] += int64(len(list))
			for i, at := range list {
				if at > p.kernel.Now() || i > 0 && at < list[i-1] {
					return fmt.Errorf("target %v: connection %d of the node in zone %d was answered at %v", h, i, zone, at)
				}
			}
		}
	}
	for k := range p.targetGroups {
		if c := p.targetGroups[k].carriers; c.opened != c.closed+there[k] {
			return fmt.Errorf("target group %d: %d connections opened to targets, %d closed, %d there", k, c.opened, c.closed, there[k])
		}
	}
	return nil
}
