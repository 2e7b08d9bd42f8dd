package dataplane

import "slices"

// evictTarget ends the requests that reached a server through one target, but those of nodes that still send
// to it.
func (p *Plane) evictTarget(target uint32) {
	server := p.targets.at(target).server
	p.hear(p.kernel.Now())
	p.settle(server, p.kernel.Now())
	leaves := func(r *request) bool { return r.target == target && !p.targets.at(target).sentBy(r.zone) }
	for _, i := range p.aboard(server) {
		if leaves(p.requests.at(i)) {
			p.withdraw(i)
			p.failFor(i, Code502, CauseDrained)
		}
	}
	for _, i := range p.waitingFor(target) {
		if leaves(p.requests.at(i)) {
			p.failFor(i, Code502, CauseDrained)
		}
	}
	p.refill(server)
	p.relieve()
}

// aboard lists the requests at a server: who is in service or away on a call, in
// order of arrival, then who waits.
func (p *Plane) aboard(id uint32) []uint32 {
	p.leaveFastPath(id)
	s := p.servers.at(id)
	list := s.station.Jobs(nil)
	inside := list[:s.station.InService()]
	if s.base != noIndex {
		list = p.onCPU(id)
		inside = list
	}
	slices.SortFunc(inside, p.byArrival)
	if s.nic != nil {
		list = append(p.flowsAboard(id), list...)
	}
	if s.journey {
		list = p.journeysAboard(id, s, list)
	}
	return list
}
