package dataplane

import (
	"slices"

	"headroom/sim"
)

// newRedirected makes the inflows of a workload whose requests are redirected, for each class that
// they ask for next.
func (p *Plane) newRedirected(source int) {
	s, f := &p.sources[source], p.fluid
	if s.way == nil {
		return
	}
	for k := range int(s.way.kinds) {
		asked := slices.ContainsFunc(s.way.actions, func(a classAction) bool { return a.follows == k })
		for attempt := range s.clients.RetryAttempts + 1 {
			if asked {
				f.inflows = append(f.inflows, inflow{source: source, attempt: attempt, redirected: true, class: k})
			}
		}
	}
}

// redirects reports whether the requests of a current are sent elsewhere.
func (c *current) redirects() bool {
	return c.outcome == isAnswered && c.action != nil && c.action.follows != None
}

// redirect sends requests that have just been answered with a redirect to where that leads, and reports whether they
// go on.
func (p *Plane) redirect(c *current, n int64, took sim.Time) bool {
	if !c.redirects() || !p.isUser(c.source) {
		return false
	}
	f := p.fluid
	for i := range f.inflows {
		if in := &f.inflows[i]; in.redirected && in.attempt == 0 && in.source == f.inflows[c.inflow].source && in.class == c.action.follows {
			in.count += n
			in.sent += float64(n) * float64(f.inflows[c.inflow].before+took)
			return true
		}
	}
	panic("dataplane: nobody follows a redirect")
}

// follow prepares a step of an inflow of requests that were redirected.
func (in *inflow) follow() (come int64) {
	come, in.count = in.count, 0
	if come > 0 {
		in.before = coarse(sim.Time(in.sent / float64(come)))
	}
	in.sent, in.expected = 0, float64(come)
	return come
}

// expiries lists the instants of a run from which on no handshake succeeds that did before.
func (p *Plane) expiries() (all []sim.Time) {
	for i := range p.sources {
		if w := p.sources[i].way; w != nil {
			for k := range w.actions {
				if a := &w.actions[k]; a.frontEnd != nil && a.frontEnd.secure && a.expires > 0 && a.expires <= p.frame.Duration {
					all = append(all, a.expires)
				}
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
