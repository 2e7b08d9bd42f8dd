package dataplane

// divideInflow divides the requests of an inflow among the currents that they make.
func (p *Plane) divideInflow(inflow int) {
	source := p.fluid.inflows[inflow].source
	s := &p.sources[source]
	key := currentKey{source: source, inflow: inflow, class: None, group: None}
	switch in := &p.fluid.inflows[inflow]; {
	case in.redirected:
		if share := p.keepOut(key, 1); share > 0 {
			p.divideClass(key, in.class, share)
		}
	case s.lookup != nil:
		for k, share := range p.answerShares(s.lookup.record) {
			if share > 0 {
				key.source = int(s.lookup.variants[k])
				p.divideBalancer(key, s.class.upTo, share)
			}
		}
	case s.to == ToTargetGroup:
		p.divideGroup(key, s.target, 1)
	case s.to == ToInstances:
		p.divideFleet(key, s.target)
	case s.to == ToFunction:
		p.divideFunction(key, s.target)
	case s.to == ToAddress:
		p.divideAddress(key, s.target)
	case s.call != nil:
		p.divideBalancer(key, p.callClasses(source), 1)
	default:
		p.divideBalancer(key, s.class.upTo, 1)
	}
}

// divideBalancer divides what comes to a load balancer, of classes up to cumulative shares, among
// the nodes that DNS names.
func (p *Plane) divideBalancer(key currentKey, classes []float64, share float64) {
	if share = p.keepOut(key, share); share == 0 {
		return
	}
	before := 0.0
	for k, upTo := range classes {
		p.divideClass(key, k, share*(upTo-before))
		before = upTo
	}
}

// divideNode divides what comes to a node of a load balancer.
func (p *Plane) divideNode(key currentKey, a *classAction, share float64) {
	switch {
	case p.zoneDown[key.zone] > 0:
		key.outcome = findsNodeDown
	case a.refused:
		key.outcome = isRefused
	case a.rejects != 0:
		key.outcome = isRejected
	case a.forward == nil:
		key.outcome = isAnswered
	default:
		total := 0
		for choice := range a.groups {
			total += a.forward.Weight(choice)
		}
		for choice, g := range a.groups {
			if w := a.forward.Weight(choice); w > 0 {
				p.divideGroup(key, g, share*float64(w)/float64(total))
			}
		}
		if total > 0 {
			return
		}
		key.outcome = findsNoWeight
	}
	p.addShare(key, share)
}

// divideGroup divides what comes to a target group from the node of a zone.
func (p *Plane) divideGroup(key currentKey, group int, share float64) {
	key.group = int32(group)
	scope := p.targetGroups[group].scopeIn(key.zone)
	rotates := func(c *cohort) bool {
		for _, m := range c.groups {
			if m.group == key.group && m.scope == scope {
				return m.rotating
			}
		}
		return false
	}
	weight := func(c *cohort) float64 { return float64(c.servers) }
	if p.targetGroups[group].counts {
		weight = p.weighByFewest(key, rotates)
		p.gatherUnlike(key, scope, rotates)
	}
	if share = p.divideByCookie(key, share); share > 0 && !p.divideCohorts(key, share, rotates, weight) {
		if key.outcome = findsNobody; p.targetGroups[group].cfg.Flows.On {
			key.outcome, key.group = findsNoTarget, None
		}
		p.addShare(key, share)
	}
}

// divideFleet divides what comes to the instances of a fleet in turn.
func (p *Plane) divideFleet(key currentKey, fleet int) {
	belongs := func(c *cohort) bool { return int(c.key.fleet) == fleet }
	if !p.divideCohorts(key, 1, belongs, func(c *cohort) float64 { return float64(c.servers) }) {
		key.outcome = findsNoServer
		p.addShare(key, 1)
	}
}

// divideCohorts divides a share among the cohorts that are asked, by their weight, and reports
// whether there are any.
func (p *Plane) divideCohorts(key currentKey, share float64, asked func(*cohort) bool, weight func(*cohort) float64) bool {
	total := 0.0
	for _, c := range p.fluid.cohorts {
		if c.servers > 0 && asked(c) {
			total += weight(c)
		}
	}
	if total == 0 {
		return false
	}
	for _, c := range p.fluid.cohorts {
		if c.servers > 0 && asked(c) {
			key.cohort = c
			p.arrive(key, share*weight(c)/total)
		}
	}
	return true
}

// addShare gives a current a share of its source's requests.
func (p *Plane) addShare(key currentKey, share float64) {
	in := &p.fluid.inflows[key.inflow]
	c := p.fluid.current(key)
	if c.share == 0 {
		in.currents = append(in.currents, c)
	}
	c.share += share
}
