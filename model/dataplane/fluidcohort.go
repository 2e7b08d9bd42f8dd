package dataplane

import (
	"strconv"

	"headroom/model"
	"headroom/model/bandwidth"
	"headroom/model/fluid"
	"headroom/sim"
	law "headroom/sim/fluid"
	"headroom/sim/rng"
	"headroom/sim/station"
)

// cohort is servers to which requests come alike, and which do alike with them.
type cohort struct {
	fluid.Cohort
	key           cohortKey
	servers       int
	groups        []membership  // of each of them
	currents      []*current    // that lead there
	asks          []asking      // of each kind of these; nil: all ask for alike
	checking      float64       // CPU time of health checks, ns a second of time
	in, out       float64       // bytes of each server so far
	busy          float64       // CPU time of each server so far, ns
	using         float64       // of it a second, in the last step: vCPUs
	asked         float64       // the same of who came
	unit          float64       // CPU time that a second of a server of the shape is
	checks        []fluid.Check // as audits play them
	came          int64         // requests in the present step
	checksMayFail bool          // checks may fail
	line          float64       // share of what was inside that stays, in the present step
	varied        float64       // squared coefficient of variation of the demand
	carry         float64       // work that chance has brought each server and that is not done, ns

	// Of services whose requests wait for others.
	gate   gating
	stay   *law.Law // of its requests; nil: that of the CPU
	stages []law.Stage
	known  knownStays
	away   float64          // seconds of each that it is not at the CPU
	broken float64          // share whose calls have failed
	rate   float64          // requests a second that go from its CPU
	lost   float64          // share that leaves before its time, and calls nobody
	holds  bool             // each holds its server while it is away
	work   rng.Distribution // what it asks the CPU for, if it does
	keeps  float64          // share of the time of a server that is held for that; 0: all
	held   float64          // seconds away that are in the demand
	phases phaseLaws        // of its requests, if somebody looks
	disks  []*diskStation
	links  *interfaceRates // nil: bytes take no time
	said   [2]float64      // bytes of steps that are left of whole ones
	atDisk float64         // of away, at disks
	aboard float64         // of away, in crowds of flows
	leave  float64         // requests a second that leave each server
	cached float64         // bytes in the cache of each server

	function *functionRates // nil: it is of instances

	flows   []float64     // that lead to each server, by [fluidly.held]
	cookies []float64     // clients that each server has the cookie of, by [fluidly.sticky]
	hosted  bool          // its servers are on hosts that may promise more than they have
	beside  besides       // on the hosts of its servers
	weighed float64       // requests to each server since its target group was weighed
	among   *law.ByNumber // others of its target group, that are not alike; nil: none are

	together *unlike        // the same, for an audit
	noted    fluid.Arrivals // in the last step
}

// cohortKey is what the servers of a cohort have in common.
type cohortKey struct {
	service, typ int32
	zone         model.Zone
	fleet        int32
	pace         float64
	speed        station.Speed
	ceiling      station.Speed // of all together
	reach        reach
	errors       model.Errors
	payer        int32
	public       bool
	shutIn       bool
	gateway      model.Gateway
	network      bandwidth.Terms
	end          int32  // to security groups
	leads        string // addresses that lead there
	groups       string
	disks        string
	function     int32    // counted from 1; 0: none
	born         sim.Time // of those that came when others had a line; 0: long ago
}

// reach is what becomes of a request that is sent to a server.
type reach uint8

const (
	serves reach = iota
	refuses
	hangs
	isCut
)

// membership is a target group that servers are in.
type membership struct {
	group, scope int32
	rotating     bool
}

// regroup is told that something may have changed at a server: what came before is played as
// it was.
func (p *Plane) regroup(id uint32) {
	f := p.fluid
	if f == nil {
		return
	}
	s := p.servers.at(id)
	if s.cfg == nil {
		return
	}
	for int(id) >= len(f.places) {
		f.places = append(f.places, place{})
	}
	at := &f.places[id]
	key, groups := p.cohortKeyOf(s)
	if at.cohort != nil && at.cohort.key.alike(key) {
		return
	}
	p.playFluid(p.kernel.Now() - 1)
	for _, h := range s.targets {
		if t := p.targets.Get(h); !t.draining { // or it has been asked
			p.noteAnswer(t)
		}
	}
	p.noteNetwork(id)
	to := p.cohortOf(s, key, groups)
	from := at.cohort
	if len(f.sticky) > 0 {
		p.takeCookies(to, from)
	}
	p.takeFlows(to, from)
	p.joinDisks(to, from, s)
	p.leaveCohort(id, to)
	p.joinNetwork(to, from, s)
	to.servers++
	to.Targets++
	f.bursts = f.bursts || s.supply != nil
	to.hosted = to.hosted || s.supply != nil && s.supply.host != None
	*at = place{
		cohort: to, busy: at.busy, in: at.in, out: at.out,
		busyFrom: to.busy, inFrom: to.in, outFrom: to.out, links: to.linkTimes(),
	}
	f.stale = true
	to.checksMayFail = to.checksMayFail || key.errors.Rate > 0 // from this instant on
	if to.checksMayFail || key.reach != serves {
		for _, h := range s.targets {
			p.wake(indexOf(h))
		}
	}
}

// regroupAll is [Plane.regroup] for what changes at no server: where requests go.
func (p *Plane) regroupAll() {
	if p.fluid != nil {
		p.playFluid(p.kernel.Now() - 1)
		p.fluid.stale = true
	}
}

// alike reports whether a server that looks like another key is of the cohort.
func (k cohortKey) alike(o cohortKey) bool {
	o.born = k.born
	return k == o
}

func (p *Plane) cohortKeyOf(s *server) (cohortKey, []membership) {
	k := cohortKey{
		service: s.service, typ: s.typ, zone: s.zone, pace: s.pace, speed: s.station.Speed(), ceiling: s.station.Ceiling(), errors: s.errors, fleet: None,
	}
	if p.direct || p.fluid.fleets || p.transfers.counts {
		k.fleet, k.payer, k.public, k.gateway = s.fleet, s.payer, s.public, s.gateway
	}
	if s.function != nil {
		k.function = int32(s.function.index) + 1
	}
	if s.nic != nil {
		k.network, k.public, k.gateway = *s.nic.links[inward].Terms(), s.public, s.gateway
	}
	if p.filter != nil {
		k.end = s.end
	}
	k.shutIn = s.shutIn && p.fluid.services[s.service].talks
	for a, id := range p.leads {
		if id == s.id {
			k.leads += strconv.Itoa(a) + " "
		}
	}
	switch {
	case s.impairment.Cut:
		k.reach = isCut
	case s.silent():
		k.reach = hangs
	case !s.open:
		k.reach = refuses
	}
	groups := make([]membership, 0, len(s.targets))
	var text []byte
	for _, h := range s.targets {
		t := p.targets.Get(h)
		m := membership{group: t.group, scope: t.scope, rotating: t.rotating}
		groups = append(groups, m)
		text = strconv.AppendInt(text, int64(m.group), 10)
		text = strconv.AppendBool(append(text, ' '), m.rotating)
	}
	k.groups, k.disks = string(text), p.disksKey(s)
	return k, groups
}

// cohortOf returns the cohort of a server, a new one where there is none yet.
func (p *Plane) cohortOf(s *server, key cohortKey, groups []membership) *cohort {
	f := p.fluid
	if c := f.byKey[key]; c != nil {
		if c.servers == 0 || !f.isSticky(groups) && !p.holdsFlows(groups) && (c.Line == 0 || c.Rule == law.LeastWaiting) && p.likeDisks(c, f.places[s.id].cohort, s) && p.likeNetwork(c, s) {
			return c
		}
		key.born = p.kernel.Now() + 1
		if c := f.byKey[key]; c != nil {
			return c
		}
	}
	c := &cohort{key: key, groups: groups}
	c.Shape = p.shapeOf(s)
	p.wire(c, s)
	p.shapeAway(c, s)
	p.equipDisksOf(c, s)
	c.hold(key.ceiling)
	if s.function != nil {
		c.function, c.Sharing = s.function.rates, true
	}
	for _, m := range groups {
		check := &p.targetGroups[m.group].cfg.HealthCheck
		if check.Enabled && key.reach == serves {
			c.checking += float64(check.Demand) * s.pace / check.Interval.Seconds()
			c.checks = append(c.checks, fluid.Check{Alone: c.checkAlone(check.Demand), Limit: check.Timeout, Every: check.Interval})
		}
	}
	if f.auto != nil && key.reach == serves {
		c.Player = f.auto.Player(key.service)
	}
	f.byKey[key] = c
	f.cohorts = append(f.cohorts, c)
	return c
}

// shapeOf is what a server serves requests with.
func (p *Plane) shapeOf(s *server) fluid.Shape {
	spec := s.station.Spec()
	if s.journey {
		spec.Limit, spec.Backlog = s.gate.limit, s.gate.backlog
	}
	shape := fluid.Shape{Sharing: s.cfg.Discipline == ProcessorSharing, Finishes: s.cfg.FinishAbandoned}
	shape.Servers, shape.Backlog = int(spec.Servers), int(spec.Backlog)
	shape.Speed = float64(s.station.Speed()) / float64(station.FullSpeed) / s.pace
	if spec.Limit != station.NoLimit {
		shape.Places = int(spec.Limit)
	}
	return shape
}

// leaveCohort takes a server out of its cohort, with its part of who is inside, who go with it
// to another; nil: they have been seen to.
func (p *Plane) leaveCohort(id uint32, to *cohort) {
	f := p.fluid
	at := &f.places[id]
	from := at.cohort
	if from == nil {
		return
	}
	at.busy += from.busy - at.busyFrom
	at.in += from.in - at.inFrom
	at.out += from.out - at.outFrom
	p.noteNetwork(id)
	at.cohort = nil
	if to != nil {
		p.takeInside(from, None, func(c *current, n int64) {
			key := c.currentKey
			key.cohort = to
			f.current(key).inside += n
		})
		to.Join(to.servers, &from.Cohort)
	}
	for _, u := range from.currents {
		u.lately.n *= float64(from.servers-1) / float64(from.servers)
	}
	from.servers--
	from.Targets--
	f.stale = true
}

// takeInside takes one server's part of who is inside a cohort.
func (p *Plane) takeInside(from *cohort, group int32, take func(c *current, n int64)) {
	for _, c := range from.currents {
		if c.inside == 0 || group != None && c.group != group {
			continue
		}
		if n := c.leaving.Of(c.inside, 1/float64(from.servers)); n > 0 {
			c.inside -= n
			take(c, n)
		}
	}
}

// failInside fails what is inside a server that came there through a target group; None: all.
func (p *Plane) failInside(id uint32, group int32, code Code, cause ErrorCause) {
	f := p.fluid
	if f == nil || int(id) >= len(f.places) || f.places[id].cohort == nil {
		return
	}
	now := p.kernel.Now()
	p.playFluid(now - 1)
	p.takeInside(f.places[id].cohort, group, func(c *current, n int64) { p.failMany(c, now, n, failure{code: code, cause: cause}) })
}

// advanceCohort plays a step of a cohort, up to an instant, for what comes to it.
func (p *Plane) advanceCohort(c *cohort, until, length sim.Time) {
	c.came = 0
	if c.servers == 0 && c.Content == 0 && len(c.currents) == 0 || c.key.reach != serves {
		return
	}
	a := fluid.Arrivals{Length: length, Patience: 0, Other: c.checking * length.Seconds()}
	pool := int64(0)
	for _, u := range c.currents {
		c.came += u.came
		pool += u.came + u.inside
		a.Expected += u.expected
		a.Patience = max(a.Patience, u.patience)
	}
	p.tellRetries(c, &a)
	p.mixKinds(c, a)
	a.Fewer = p.fewer(c, a.Expected)
	a.Beside = c.sharedWith()
	if c.function != nil {
		p.advanceFunction(c, a)
		return
	}
	all := a.Expected
	p.passInward(c, &a)
	c.passGate(&a)
	a.Patience = p.patienceAt(c, a.Patience)
	a.Expected = p.playDisks(c, false, a)
	a.At, a.Came = until+1, float64(c.came)
	if all > 0 {
		a.Came *= a.Expected / all
	}
	before, unit := c.Busy, c.unit
	if c.keeps > 0 {
		unit *= c.keeps
	}
	c.Advance(p.fluid.laws, a)
	if len(c.disks) > 0 {
		p.leaveForDisks(c, a)
	}
	p.sendOutward(c, a)
	c.busy += p.chanceWork(c, c.Busy-before, a) * unit
	c.using = (c.Busy - before) * unit / float64(length)
	if f := p.fluid; f.bursts && c.Demand != nil && c.servers > 0 {
		c.asked = (a.Expected*c.Demand.Mean()*c.Scale*c.key.pace/float64(c.servers) + a.Other*1e-9) / length.Seconds()
	}
	if p.fluid.audit != nil && !c.hosted { // there are no hosts in its windows
		if a.Checks = c.checks; c.together == nil {
			p.fluid.audit.Note(&c.Cohort, until+1, a)
		}
		c.noted = a
	}
	p.tellApart(c)
	c.line = 0
	if pool > 0 {
		c.line = min(1, c.content()/float64(pool))
	}
	p.partInside(c)
	p.strain(c)
}
