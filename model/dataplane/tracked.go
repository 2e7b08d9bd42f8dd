package dataplane

import "slices"

// Of most requests nothing is known beyond their attempt. Those of a source that is tracked have trips: they go
// on journeys, or their user requests are told from their attempts. Where there is such a source each full
// request has a trip, for they lie side by side; nobody asks for what is in those of other sources, whose
// compact requests have none.

// trackSources finds the sources that are tracked, and the services that their requests reach.
func (p *Plane) trackSources(setup *Setup) {
	o := &setup.Observe
	all := o.Phases || o.Zones || o.Types || setup.Shares && p.sharesMore()
	for i := range p.calls {
		p.holds = p.holds || p.cfg.Services[i].Memory != nil
		p.calls[i].tracked = all || len(p.cfg.Services[i].Steps) > 0
		p.tracked = p.tracked || p.calls[i].tracked
	}
	for i := range p.sources {
		s := &p.sources[i]
		s.tracked = s.call != nil || p.cfg.tellsUsers(s.cfg) ||
			slices.ContainsFunc(p.calleesOf(s), func(service int) bool { return p.calls[service].tracked })
		p.tracked = p.tracked || s.tracked
	}
	for i := range p.sources {
		s := &p.sources[i]
		if s.lookup != nil { // one answer of its DNS name may lead on a journey
			s.tracked = slices.ContainsFunc(s.lookup.variants, func(k uint16) bool { return p.sources[k].tracked })
		}
		s.tracked = s.tracked || p.tracked && p.cfg.Fluid > 0 // rates tell the user requests of all, or of none
		if s.tracked {
			for _, service := range p.calleesOf(s) {
				p.calls[service].tracked = true
			}
		}
	}
}

// calleesOf lists the services that requests of a source may reach.
func (p *Plane) calleesOf(s *source) []int { return p.cfg.Callees(s.to, s.target, p.fleetServices) }

// tellsUsers reports whether the user requests of a workload are told from their attempts.
func (t *Traffic) tellsUsers(w *Workload) bool {
	c := &w.Clients
	return c.RetryAttempts > 0 || c.Deadline > 0 || w.Visitors.Think != nil || !c.StayPut && t.redirected(w)
}
