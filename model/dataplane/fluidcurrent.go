package dataplane

import (
	"slices"

	"headroom/model"
	"headroom/model/fluid"
	"headroom/model/workload"
	"headroom/sim"
	law "headroom/sim/fluid"
	"headroom/sim/rng"
)

// current is requests that take the same way: of one class of one source, by one node of a
// load balancer, to the servers of one cohort through one target group, or to none.
type current struct {
	currentKey
	share    float64 // of what the source sends
	weight   float64 // of the source, requests a second
	demand   rng.Distribution
	request  float64 // bytes
	response float64
	hop      sim.Time // its balancer's share of a latency
	across   sim.Time // of that, for another zone
	limit    sim.Time // of the time at the server
	patience sim.Time // how long everybody waits for an answer of the server
	action   *classAction

	came     int64 // in the present step
	expected float64
	inside   int64
	held     []holding // that wait in vain, by when they give up

	level int // of who serves, or else of who sends

	refused, late, errs, breaks, stay, leaving, waited fluid.Share
	bytes                                              [2]float64 // in and out that are left of one
}

// currentKey says where a current leads.
type currentKey struct {
	source int
	inflow int   // of the source
	class  int32 // action of its way; None without a load balancer
	zone   model.Zone
	group  int32 // None
	cohort *cohort
	fate   fate
}

// fate is what becomes of a current that reaches no server.
type fate uint8

const (
	arrivesThere fate = iota
	findsNobody       // in the target group
	findsNoWeight
	findsNodeDown
	isAnswered // by the load balancer itself
	findsNoServer
)

// holding is requests that give up at the same instant.
type holding struct {
	at sim.Time
	n  int64
	failure
}

// current returns the current that leads there, a new one where there is none.
func (f *fluidly) current(key currentKey) *current {
	if c := f.known[key]; c != nil {
		return c
	}
	c := &current{currentKey: key}
	f.known[key] = c
	f.currents = append(f.currents, c)
	if key.cohort != nil {
		key.cohort.currents = append(key.cohort.currents, c)
	}
	return c
}

// findCurrents finds out where the requests of every workload go.
func (p *Plane) findCurrents() {
	f := p.fluid
	f.stale = p.namesTurn()
	for _, c := range f.currents {
		c.share, c.came, c.expected = 0, 0, 0
	}
	for i := range f.inflows {
		f.inflows[i].currents = f.inflows[i].currents[:0]
		p.divideInflow(i)
	}
	p.forgetCurrents()
	for i := range f.inflows {
		in := &f.inflows[i]
		in.shares = in.shares[:0]
		for _, c := range in.currents {
			in.shares = append(in.shares, c.share)
		}
		in.carries, in.parts = make([]float64, len(in.currents)), make([]int64, len(in.currents))
	}
	for _, c := range f.currents {
		p.equipCurrent(c)
	}
	p.findInlets()
	for _, c := range f.cohorts {
		if c.key.reach == serves && len(c.currents) > 0 {
			p.shapeByCurrents(c)
			p.keepEven(c)
			c.varied = variationOf(c)
		}
	}
}

// forgetCurrents forgets currents that are dry, and cohorts without servers.
func (p *Plane) forgetCurrents() {
	f := p.fluid
	dry := func(c *current) bool { return c.share == 0 && c.inside == 0 && len(c.held) == 0 }
	kept := f.currents[:0]
	for _, c := range f.currents {
		if dry(c) {
			delete(f.known, c.currentKey)
			continue
		}
		kept = append(kept, c)
	}
	clear(f.currents[len(kept):])
	f.currents = kept
	cohorts := f.cohorts[:0]
	for _, c := range f.cohorts {
		mine := c.currents[:0]
		for _, u := range c.currents {
			if !dry(u) {
				mine = append(mine, u)
			}
		}
		clear(c.currents[len(mine):])
		if c.currents = mine; c.servers == 0 && len(mine) == 0 {
			p.forgetIOs(c)
			delete(f.byKey, c.key)
			continue
		}
		cohorts = append(cohorts, c)
	}
	clear(f.cohorts[len(cohorts):])
	f.cohorts = cohorts
}

// divideInflow divides the requests of an inflow among the currents that they make.
func (p *Plane) divideInflow(inflow int) {
	source := p.fluid.inflows[inflow].source
	s := &p.sources[source]
	key := currentKey{source: source, inflow: inflow, class: None, group: None}
	switch {
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
	case s.call != nil:
		p.divideBalancer(key, []float64{1}, 1)
	default:
		p.divideBalancer(key, s.class.upTo, 1)
	}
}

// divideBalancer divides what comes to a load balancer, of classes up to cumulative shares, among
// the nodes that DNS names.
func (p *Plane) divideBalancer(key currentKey, classes []float64, share float64) {
	s := &p.sources[key.source]
	before := 0.0
	for k, upTo := range classes {
		for _, z := range s.lb.dns {
			key.class, key.zone = int32(k), z
			p.divideNode(key, &s.way.actions[k], share*(upTo-before)/float64(len(s.lb.dns)))
		}
		before = upTo
	}
}

// divideNode divides what comes to a node of a load balancer.
func (p *Plane) divideNode(key currentKey, a *classAction, share float64) {
	switch {
	case p.zoneDown[key.zone] > 0:
		key.fate = findsNodeDown
	case a.forward == nil:
		key.fate = isAnswered
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
		key.fate = findsNoWeight
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
	if p.targetGroups[group].counts { // the fewer in flight the faster
		weight = func(c *cohort) float64 {
			if c.key.reach != serves {
				return float64(c.servers)
			}
			return float64(c.servers*c.Servers) * c.Speed
		}
	}
	if !p.divideCohorts(key, share, rotates, weight) {
		key.fate = findsNobody
		p.addShare(key, share)
	}
}

// divideFleet divides what comes to the instances of a fleet in turn.
func (p *Plane) divideFleet(key currentKey, fleet int) {
	belongs := func(c *cohort) bool { return int(c.key.fleet) == fleet }
	if !p.divideCohorts(key, 1, belongs, func(c *cohort) float64 { return float64(c.servers) }) {
		key.fate = findsNoServer
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
			p.addShare(key, share*weight(c)/total)
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

// equipCurrent finds out what the requests of a current are and what their way takes.
func (p *Plane) equipCurrent(c *current) {
	s := &p.sources[c.source]
	c.weight, c.level = p.weightOf(c.source), p.levelOf(c.source)
	c.demand, c.request, c.response = p.asked(c.source)
	c.limit, c.patience, c.hop, c.across = s.limits.limit, s.limits.limit, 0, 0
	zone := c.zone
	if c.cohort != nil {
		c.level = p.fluid.trades[c.cohort.key.service].level
		c.demand = p.workOf(c.cohort.key.service, c.demand)
		c.demand = p.asRepeated(c)
		zone = c.cohort.key.zone
	}
	if s.balancer == None {
		c.hop = s.distance(zone)
	} else {
		c.action = &s.way.actions[c.class]
		c.hop = s.lb.cfg.Latency + s.far
		if zone != c.zone {
			c.across = s.lb.cfg.CrossLatency
		}
	}
	if s.patience != sim.Never {
		c.patience = min(c.patience, s.patience-c.hop-c.across)
	}
}

// weightOf is how many requests a source sends a second, about.
func (p *Plane) weightOf(source int) float64 {
	s := &p.sources[source]
	if s.cfg != nil {
		return s.cfg.Arrivals.Mean(p.frame.Duration)
	}
	sum := 0.0
	for i := range p.sources {
		if i != source && slices.Contains(p.cfg.Callees(p.sources[i].to, p.sources[i].target, p.fleetServices), s.service) {
			sum += p.weightOf(i) * p.answerShare(i)
		}
	}
	return sum * float64(s.call.Count)
}

func meanBytes(d rng.Distribution) float64 {
	if d == nil {
		return 0
	}
	return float64(heldBytes(d.Mean()))
}

// shapeByCurrents gives a cohort what depends on who asks it.
func (p *Plane) shapeByCurrents(c *cohort) {
	c.Demand = p.demandOf(c.currents)
	if c.holds {
		c.work, c.held = c.Demand, 0
		p.holdLonger(c, p.stagesAway(c, &p.fluid.trades[c.key.service]))
	}
	c.Choices, c.Split = c.servers, law.Split{Nodes: 1}
	for _, m := range c.groups {
		if !m.rotating {
			continue
		}
		g := &p.targetGroups[m.group]
		c.Rule, c.Choices = ruleOf(g), 0
		if len(g.balancers) > 0 {
			c.Nodes = max(1, len(p.balancers[g.balancers[0]].dns))
		}
		if !g.cfg.CrossZone {
			c.Nodes = 1
		}
		for _, other := range p.fluid.cohorts {
			for _, o := range other.groups {
				if o == m {
					c.Choices += other.servers
				}
			}
		}
		if p.fluid.repeatOf(c.currents[0]).share > 0 {
			c.Nodes = 1 // in a storm nobody sees what they add
		}
		return
	}
	if c.key.fleet != None {
		c.Rule = law.InTurn
	}
}

// keepEven has requests that come evenly spaced, by one node and in turn, come so to every server.
func (p *Plane) keepEven(c *cohort) {
	if c.Nodes > 1 || c.Rule != law.InTurn && c.Choices > 1 {
		return
	}
	for _, u := range c.currents {
		if cfg := p.sources[u.source].cfg; cfg == nil || !workload.Evenly(cfg.Arrivals) || p.divides(&p.sources[u.source]) || u.class > 0 || u.source != c.currents[0].source {
			return
		}
	}
	c.Rule, c.Choices = law.InTurn, evenChoices
}

// evenChoices are so many stations that what comes to one of them in turn is evenly spaced.
const evenChoices = 1000

// addInside adds who is inside or held to the requests in flight, by route.
func (p *Plane) addInside(inFlight []int64) {
	if p.fluid == nil {
		return
	}
	for _, c := range p.fluid.currents {
		group := p.groupOf(c)
		at := p.meter.at(int32(c.source), group)
		inFlight[at] += c.inside
		for _, h := range c.held {
			inFlight[at] += h.n
		}
	}
}
