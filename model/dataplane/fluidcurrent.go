package dataplane

import (
	"math"
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
	kind     int     // of those of its cohort
	line     float64 // share of what was inside that stays, in the present step
	request  float64 // bytes
	response float64
	hop      sim.Time // its balancer's share of a latency
	nodeFlow int      // of who is redirected where a balancer may be too small
	opens    float64  // share that opens a connection to its balancer
	keeps    sim.Time // of a connection for each request, beside it
	across   sim.Time // of that, for another zone
	limit    sim.Time // of the time at the server
	patience sim.Time // how long everybody waits for an answer of the server
	action   *classAction

	came     int64 // in the present step
	expected float64
	inside   int64
	held     []holding // that wait in vain, by when they give up
	lately   lately

	// Where bytes take their time:
	part   float64             // of what comes to the cohort
	flows  [2]*flowStation     // of its requests and responses; nil: they have none
	sizes  [2]rng.Distribution // of these
	stages []law.Stage
	stays  *law.Law // of its requests; nil: that of the cohort

	level int // of who serves, or else of who sends

	calls functionShares // of a function

	refused, late, began, errs, breaks, stay, leaving, waited, opened, lost, gated, stuck fluid.Share
	bytes                                                                                 [2]float64 // in and out that are left of one
}

// currentKey says where a current leads.
type currentKey struct {
	source  int
	inflow  int   // of the source
	class   int32 // action of its way; None without a load balancer
	zone    model.Zone
	entry   model.Zone // of the node of a Network Load Balancer before that one
	group   int32      // None
	cohort  *cohort
	outcome outcome
	kept    bool // they come by flows that their clients have
}

// outcome is what becomes of a current that reaches no server.
type outcome uint8

const (
	arrivesThere outcome = iota
	findsNobody          // in the target group
	findsNoWeight
	findsNodeDown
	isAnswered // by the load balancer itself
	findsNoServer
	findsNoAddress
	isKeptOut      // of the load balancer, by security groups
	isDropped      // on the way to its server, by security groups
	missesPort     // nobody listens there at the server
	isRefused      // the same at the load balancer
	isRejected     // by the load balancer
	findsNoTarget  // for its flow
	shakesInVain   // its certificate has expired
	isLost         // at an appliance before its load balancer
	isForgotten    // its flow, by a Network Load Balancer
	findsEntryDown // of the Network Load Balancer before its own
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
	for _, c := range f.cohorts {
		c.among = nil
	}
	f.forgetUnlike()
	for level := range f.deepest + 2 { // callers first
		for i := range f.inflows {
			if in := &f.inflows[i]; p.levelOf(in.source) == level {
				in.currents, in.led = in.led[:0], in.currents
				p.divideInflow(i)
			}
		}
	}
	p.forgetCurrents()
	for i := range f.inflows {
		in := &f.inflows[i]
		in.division.Shares = in.division.Shares[:0]
		for _, c := range in.currents {
			in.division.Shares = append(in.division.Shares, c.share)
		}
		if !slices.Equal(in.currents, in.led) { // else what is left over of them is theirs
			in.division.Begin(len(in.currents))
		}
	}
	for _, c := range f.currents {
		p.equipCurrent(c)
	}
	p.findNodes()
	for _, c := range f.cohorts {
		if c.key.reach == serves && len(c.currents) > 0 {
			p.shapeByCurrents(c)
			p.shapeNetwork(c)
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

// equipCurrent finds out what the requests of a current are and what their way takes.
func (p *Plane) equipCurrent(c *current) {
	s := &p.sources[c.source]
	c.weight, c.level = p.weightOf(c.source), p.levelOf(c.source)
	c.demand, c.request, c.response = p.asked(c.source)
	c.limit, c.patience, c.hop, c.across = s.limits.limit, s.limits.limit, 0, 0
	zone := c.zone
	if c.cohort != nil {
		c.level = p.fluid.services[c.cohort.key.service].level
		c.demand = p.workOf(c.cohort.key.service, c.demand)
		c.demand = p.asRepeated(c)
		zone = c.cohort.key.zone
		if c.cohort.function != nil && c.class != None { // it is in no zone in particular
			zone = c.zone
		}
	}
	switch {
	case s.balancer == None:
		c.hop = s.distance(zone)
	case c.class != None:
		c.action = &s.way.actions[c.class]
		c.hop = s.lb.cfg.Latency + s.far + c.action.handshake + p.beforeBalancer(c)
		if zone != c.zone {
			c.across = s.lb.cfg.CrossLatency
		}
	}
	p.equipConnections(c)
	if s.patience != sim.Never {
		c.patience = min(c.patience, s.patience-c.hop-c.across)
	}
}

// weightOf is how many requests a source sends a second, about.
func (p *Plane) weightOf(source int) float64 {
	s := &p.sources[source]
	if s.cfg != nil {
		return s.cfg.Rate(p.frame.Duration)
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
	p.sortKinds(c)
	if c.holds {
		c.work, c.held = c.Demand, 0
		p.holdLonger(c, p.stagesAway(c, &p.fluid.services[c.key.service]))
	}
	c.Choices, c.Split = c.servers, law.Split{Nodes: 1}
	for _, m := range c.groups {
		if !m.rotating {
			continue
		}
		g := &p.targetGroups[m.group]
		c.Rule, c.Choices = ruleOf(g), 0
		if len(g.balancers) > 0 {
			c.Nodes = max(1, p.balancers[g.balancers[0]].nodesKnown())
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
		if c.Rule == law.LeastWaiting && c.away == 0 {
			c.Among = c.among
		}
		if p.fluid.byChance(c) {
			c.Split = law.Split{Nodes: 1}
		}
		p.joinRules(c, m)
		if p.fluid.repeatOf(c.currents[0]).share > 0 {
			c.Nodes = 1 // in a storm nobody sees what they add
		}
		return
	}
	if c.key.fleet != None {
		c.Rule = law.InTurn
	}
}

// joinRules finds which share of a cohort's requests comes through other target groups than one that it is in: these choose by rules, and
// turns, of their own.
func (p *Plane) joinRules(c *cohort, m membership) {
	const steps = 16 // shares are told apart to this part
	all, others, turns := 0.0, 0.0, 1
	for _, o := range c.groups {
		part, rule := 0.0, ruleOf(&p.targetGroups[o.group])
		for _, u := range c.currents {
			if u.group == o.group {
				part += u.share * u.weight
			}
		}
		all += part
		switch {
		case o == m || part == 0 || !o.rotating:
		case rule != c.Rule:
			c.Other, others = rule, others+part
		case rule == law.InTurn:
			turns++
		}
	}
	if all > 0 && c.Rule != law.AtRandom {
		c.Share = math.Round(others/all*steps) / steps
		c.Nodes *= turns
	}
}

// keepEven has requests that come evenly spaced, by one node and in turn, come so to every server.
func (p *Plane) keepEven(c *cohort) {
	if c.Nodes > 1 || c.Rule != law.InTurn && c.Choices > 1 {
		return
	}
	for _, u := range c.currents {
		if s := &p.sources[u.source]; s.lb != nil && len(s.lb.dns) > 1 || s.flows.relayed { // chance chooses the node
			return
		}
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
