package dataplane

// pass is a way that packets take: from a sender to an end.
type pass struct {
	sender int32
	end    int
}

// passing is the share of what a source sends that security groups let through on all of some ways, each from one of
// its senders, or, of calls, from those of its callers from there on.
func (p *Plane) passing(source int, ways ...pass) float64 {
	s := &p.sources[source]
	if s.call == nil {
		return p.passAll(ways, 0)
	}
	total, passes := 0.0, 0.0
	for _, c := range p.fluid.cohorts {
		if int(c.key.service) == s.service && c.servers > 0 && c.key.reach == serves {
			total += float64(c.servers)
			passes += float64(c.servers) * p.passAll(ways, c.key.end)
		}
	}
	if total == 0 {
		return 1 // nobody calls
	}
	return passes / total
}

// passAll is 1 if packets pass on all of some ways, of a caller from the first one on, and else 0.
func (p *Plane) passAll(ways []pass, caller int32) float64 {
	for _, w := range ways {
		if !p.filter.passes.Says(int(w.sender+caller), w.end) {
			return 0
		}
	}
	return 1
}

// keepOut takes from a share what does not get to its load balancer, and returns the rest.
func (p *Plane) keepOut(key currentKey, share float64) float64 {
	s := &p.sources[key.source]
	if passes := p.findsAppliance(key.source); passes < 1 {
		lost := key
		lost.fate = isLost
		p.addShare(lost, share*(1-passes))
		share *= passes
	}
	if p.filter == nil || share == 0 {
		return share
	}
	ways := []pass{{s.sender, p.cfg.LoadBalancers[s.target].End}}
	if s.flows.relayed && s.flows.shown != None {
		ways = append(ways, pass{s.flows.shown, p.cfg.LoadBalancers[s.balancer].End})
	}
	passes := p.passing(key.source, ways...)
	if passes < 1 {
		key.fate = isKeptOut
		p.addShare(key, share*(1-passes))
	}
	return share * passes
}

// arrive gives the servers of a cohort a share of a source's requests, less what security groups drop
// on the way or what comes to a port where nobody listens.
func (p *Plane) arrive(key currentKey, share float64) {
	if p.filter == nil {
		p.addShare(key, share)
		return
	}
	s := &p.sources[key.source]
	sender, misses := s.sender, s.misses
	if s.balancer != None {
		g := &p.targetGroups[key.group]
		if sender, misses = g.sender, g.misses; s.shown != None {
			sender = s.shown
		}
	}
	nowhere := key
	nowhere.cohort = nil
	if sender != None {
		end := int(key.cohort.key.end)
		if s.to == ToAddress {
			end = p.filter.endOf(&p.cfg.Addresses[s.target], end)
		}
		if passes := p.passing(key.source, pass{sender, end}); passes < 1 {
			nowhere.fate = isDropped
			p.addShare(nowhere, share*(1-passes))
			share *= passes
		}
	}
	if share > 0 && misses && (key.cohort.key.reach == serves || key.cohort.key.reach == refuses) {
		nowhere.fate = missesPort
		key = nowhere
	}
	if share > 0 {
		p.addShare(key, share)
	}
}

// divideAddress sends all to the server that an address leads to.
func (p *Plane) divideAddress(key currentKey, address int) {
	id := p.leads[address]
	switch {
	case id == noIndex:
		key.fate = findsNoAddress
	case !p.isPlaced(id):
		key.fate = missesPort // it is not open
	default:
		key.cohort = p.fluid.places[id].cohort
		p.arrive(key, 1)
		return
	}
	p.addShare(key, 1)
}

// checkPasses reports whether the packets of a check reach a target, and whether somebody listens there.
func (p *Plane) checkPasses(t *target, s *server) (passes, listens bool) {
	g := &p.targetGroups[t.group]
	if p.filter == nil {
		return true, true
	}
	return g.checker == None || p.filter.passes.Says(int(g.checker), int(s.end)), !g.unchecked
}

// reconsiderRules has the rules of security groups decide anew where requests go, and whose checks
// fail. What is aboard is answered.
func (p *Plane) reconsiderRules() {
	if p.fluid == nil {
		return
	}
	p.fluid.stale = true
	for h := range p.targets.All() {
		p.wake(indexOf(h))
	}
}
