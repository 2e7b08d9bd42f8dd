package dataplane

import (
	"slices"

	"headroom/model/network"
	"headroom/sim/slab"
)

// ChangeRules gives a security group rules, or takes them from it: all of them, or none
// where one fails. Connections that it kept track of live on; the others end at once.
func (p *Plane) ChangeRules(group int, d network.Direction, rules []network.Rule, revoke bool) error {
	f := p.filter
	before, after := f.policy, network.NewPolicy(f.policy.Groups())
	if most := p.cfg.Network.Rules; most > 0 {
		after.Limit(most)
	}
	change := after.Authorize
	if revoke {
		change = after.Revoke
	}
	for _, r := range rules {
		if err := change(group, d, r); err != nil {
			return err
		}
	}
	p.regroupAll()
	f.policy = after
	f.compile()
	p.findGuarded()
	p.reconsiderRules()
	if revoke {
		p.cutConnections(before)
	}
	return nil
}

// cutConnections ends the connections that a policy did not keep track of and the present
// one does not allow.
func (p *Plane) cutConnections(before *network.Policy) {
	f := p.filter
	cuts := network.Compile(f.senders, f.ends, func(flow network.Flow) bool { return before.Cuts(flow, f.policy) })
	for _, s := range p.servers.All() {
		for k := range s.files {
			s.files[k] = s.files[k] && !cuts.Says(int(f.mounts+s.end), p.mountEnd(k))
		}
	}
	if !cuts.SaysAny() {
		return
	}
	for h := range p.servers.All() { // compact requests do not know whose connection they came by
		if id := indexOf(h); p.fastPaths[id].open {
			p.leaveFastPathNow(id)
			p.refill(id)
		}
	}
	p.settleAll()
	var list []uint32
	for h, r := range p.requests.All() {
		if r.phase.aboard() && r.source != checkSource && !r.gone && p.isCut(indexOf(h), r, &cuts) {
			list = append(list, indexOf(h))
		}
	}
	slices.SortFunc(list, p.byArrival)
	handles := make([]slab.Handle, len(list))
	for k, i := range list {
		handles[k] = p.requests.handle(i)
	}
	for _, h := range handles {
		if r := p.requests.Get(h); r != nil && r.phase.aboard() && !r.gone { // it was not a call of one before
			p.loseConnection(indexOf(h))
		}
	}
	p.relieve()
}

// isCut reports whether one of the connections of a request is among those that are cut.
func (p *Plane) isCut(i uint32, r *request, cuts *network.Matrix) bool {
	sender, _ := p.connectionOf(i, r)
	s := &p.sources[r.source]
	return sender != None && cuts.Says(sender, int(p.servers.at(r.server).end)) ||
		s.balancer != None && cuts.Says(p.senderOf(i, s), p.cfg.LoadBalancers[s.target].End)
}

// loseConnection leaves a request without an answer: its server lets go of it, unless it
// waits for a disk, which fails it.
func (p *Plane) loseConnection(i uint32) {
	server := p.requests.at(i).server
	if p.servers.at(server).worksOn(p.requests.at(i)) {
		p.disown(i, CodeConnect)
		return
	}
	p.withdraw(i)
	p.hang(i)
	p.refill(server)
}
