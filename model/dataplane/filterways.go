package dataplane

import "slices"

// Most scenarios have security groups that drop nothing of what is sent: what a source may meet is known
// from where its requests come from and where they go, until a rule changes or a server opens at an end
// where none was. A source whose every hop is let through is not guarded: its requests take their short
// ways and ask no filter. Those of a guarded one go the general way, hop by hop.

// homes are the ends at which servers of one kind have been.
type homes struct {
	ends   []int32
	limits bool // some keep track of so many connections and no more
}

// addHome adds the end of a server to the homes of its kind, where packets may be dropped.
func (p *Plane) addHome(h *homes, s *server) {
	if s.function != nil || slices.Contains(h.ends, s.end) && (h.limits || s.tracks == 0) {
		return
	}
	h.ends, h.limits = append(h.ends, s.end), h.limits || s.tracks > 0
	p.findGuarded()
}

// findGuarded finds the sources some of whose packets may be dropped, or come to a port where nobody listens.
func (p *Plane) findGuarded() {
	for i := range p.sources {
		s := &p.sources[i]
		s.guarded = s.gateway.balancer != None || p.filter != nil && (p.full || !p.reachesAll(s))
	}
}

// reachesAll reports whether all connections of a source are made, and those of its load balancer to its
// targets.
func (p *Plane) reachesAll(s *source) bool {
	f := p.filter
	switch {
	case s.misses || s.flows.relayed:
		return false
	case s.to == ToInstances:
		return s.call == nil && f.letsIn(s.sender, &f.fleets[s.target])
	case s.to != ToLoadBalancer:
		return false
	}
	for _, from := range p.callers(s) {
		if !f.passes.Says(int(s.sender+from), p.cfg.LoadBalancers[s.target].End) {
			return false
		}
	}
	for i := range s.way.actions {
		for _, group := range s.way.actions[i].groups {
			if !p.reachesTargets(s, group) {
				return false
			}
		}
	}
	return true
}

// reachesTargets reports whether what a source sends comes to the targets of a group, from its load
// balancer or as if it did not pass one.
func (p *Plane) reachesTargets(s *source, group int) bool {
	g, in := &p.targetGroups[group], &p.filter.groups[group]
	if g.misses {
		return false
	}
	if s.shown == None {
		return g.sender == None || p.filter.letsIn(g.sender, in)
	}
	for _, from := range p.callers(s) {
		if !p.filter.letsIn(s.shown+from, in) {
			return false
		}
	}
	return true
}

// callers lists who sends the requests of a source, counted from its first sender.
func (p *Plane) callers(s *source) []int32 {
	if s.call == nil {
		return []int32{0}
	}
	return p.filter.services[s.service].ends
}

// letsIn reports whether all homes take the connections of a sender, however many.
func (f *filter) letsIn(sender int32, h *homes) bool {
	return !h.limits && !slices.ContainsFunc(h.ends, func(end int32) bool { return !f.passes.Says(int(sender), int(end)) })
}
