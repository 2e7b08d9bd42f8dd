package dataplane

import (
	"cmp"
	"slices"

	"headroom/model"
	"headroom/sim"
)

// A tier is the servers of a service that computes and then calls one other, whose answer it only
// passes on: its CPUs hear nothing of what becomes of its calls. So requests that nothing else comes
// between may be played tier by tier, many of them at each, in place of one by one: the departures
// of a tier are no events then, but are put in order and are the arrivals at the next.
//
// Nobody but users hears of their answers, and their load balancers, target groups and servers have nobody else to serve, so
// that each sees the same in the same order.
//
// That is done in spells. A spell begins with an arrival, where all that is met on the way down is a
// target that serves; it ends before anybody looks or anything else happens ([Plane.EndRow]), and then the
// departures that are next are events again.

// tiers is the tiers of a plane, and its spell.
type tiers struct {
	list   []tier   // callers before those whom they call
	all    []bool   // by service: it is a tier, or called by one
	of     []int    // by service: which of list, counted from 1
	lag    sim.Time // how long a spell lasts at most: no request runs into a time limit before its call is known
	spell  bool     // one is on
	since  int      // arrivals since somebody looked, or the tiers were played
	until  sim.Time // while they are: to when; -1 otherwise
	waking bool     // an event will end a spell that lasts
	played int64    // calls that were no events
	ticket uint32   // of who came last with nothing to do
	late   []answer // that are on their way at the end of what is played
}

// tier is a service of a chain of them.
type tier struct {
	service  int
	call     int // its source
	group    int // of targets that it is sent to
	servers  []uint32
	departed []departed // from them, whose calls are still to be played
}

// departed is a request whose call is its next step.
type departed struct {
	at   sim.Time
	i    uint32
	turn uint32 // at its server
}

// Limits of a spell.
const (
	tierRow     = 64              // arrivals that are played together, at least
	tierLast    = 10 * sim.Second // how long it lasts at most
	fewDeparted = 4 * tierRow     // that are put in order one by one
)

// findTiers finds the services that are tiers, when it is known what becomes of their answers.
func (p *Plane) findTiers() {
	t := &p.tiers
	t.until, t.lag, t.all = -1, tierLast, make([]bool, len(p.calls))
	t.of = make([]int, len(p.calls))
	if p.full || p.everyDeparture || p.fluid != nil || p.shares {
		return
	}
	for service := range p.calls {
		p.findTier(service)
	}
	slices.Reverse(t.list)
	for i, k := range t.list {
		t.all[k.service], t.of[k.service] = true, i+1
		for _, callee := range p.calleesOf(&p.sources[k.call]) {
			t.all[callee] = true
		}
	}
	for i := range p.sources {
		s := &p.sources[i]
		callees := p.calleesOf(s)
		if slices.ContainsFunc(callees, func(service int) bool { return t.all[service] }) {
			t.lag = min(t.lag, s.limits.limit)
		}
		s.descends = s.call == nil && slices.ContainsFunc(callees, func(service int) bool { return p.isTier(service) })
	}
}

func (p *Plane) isTier(service int) bool {
	return slices.ContainsFunc(p.tiers.list, func(k tier) bool { return k.service == service })
}

// findTier finds whether a service is a tier, after the one that it calls.
func (p *Plane) findTier(service int) bool {
	if p.isTier(service) {
		return true
	}
	cfg := &p.cfg.Services[service]
	if len(cfg.Steps) != 2 || cfg.Steps[0].Kind != StepCPU || cfg.Steps[1].Kind != StepCall || cfg.Async || cfg.Errors.Rate > 0 || p.calls[service].slack != sim.Never {
		return false
	}
	call := p.calls[service].first
	group, ok := p.onlyGroup(&p.sources[call])
	if !ok {
		return false
	}
	callee := p.targetGroups[group].cfg.Service
	if !p.endsTiers(callee) && !p.findTier(callee) {
		return false
	}
	for i := range p.sources {
		if s := &p.sources[i]; i != call && (s.lb == p.sources[call].lb || slices.Contains(p.calleesOf(s), callee)) {
			return false
		}
	}
	p.tiers.list = append(p.tiers.list, tier{service: service, call: call, group: group})
	return true
}

// endsTiers reports whether a service only computes and takes whoever comes.
func (p *Plane) endsTiers(service int) bool {
	cfg, c := &p.cfg.Services[service], &p.calls[service]
	return len(cfg.Steps) == 0 && c.slack == sim.Never && c.lag > 0 &&
		(cfg.Backlog == NoLimit || cfg.Discipline == ProcessorSharing && cfg.Concurrency == 0)
}

// onlyGroup returns the target group that all requests of a call go to that ends its caller's work, if
// their targets are picked by nothing but whose turn it is.
func (p *Plane) onlyGroup(s *source) (group int, ok bool) {
	if !s.last || s.way == nil || len(s.way.actions) != 1 {
		return 0, false
	}
	a := &s.way.actions[0]
	if len(a.groups) != 1 || len(p.calleesOf(s)) != 1 {
		return 0, false
	}
	g := &p.targetGroups[a.groups[0]]
	return a.groups[0], !g.counts && g.cfg.CrossZone && g.cfg.SlowStart == 0
}

// comesToTier counts an arrival at a tier, and plays all tiers when many have come.
func (p *Plane) comesToTier() {
	t := &p.tiers
	switch t.since++; {
	case t.spell && t.since >= max(tierRow, p.servers.Len()):
		if p.descend(p.kernel.Now()); !p.roomBelow() {
			p.endSpell(p.kernel.Now())
		}
	case !t.spell && t.since > p.servers.Len(): // which it takes a look at
		if t.since = 0; p.clearBelow() {
			p.beginSpell()
		}
	}
}

// beginSpell has the departures of all tiers be no events for a while.
func (p *Plane) beginSpell() {
	t := &p.tiers
	t.spell = true
	for k := range t.list {
		t.list[k].servers = t.list[k].servers[:0]
	}
	for h, s := range p.servers.All() {
		if s.watch == inKernel && s.service != None && t.of[s.service] != 0 {
			at := &t.list[t.of[s.service]-1]
			s.watch = inTier
			at.servers = append(at.servers, indexOf(h))
		}
	}
	if !t.waking {
		t.waking = true
		p.scheduleAfter(t.lag, indexed(tiersEnd, 0))
	}
}

// departs has a request whose call is its next step wait until its tier is played.
func (t *tiers) departs(s *server, i uint32, at sim.Time) {
	of := &t.list[t.of[s.service]-1]
	of.departed = append(of.departed, departed{at, i, uint32(len(of.departed))})
}

// clearBelow reports whether calls of all tiers meet nothing but targets that serve.
func (p *Plane) clearBelow() bool {
	if p.replies.hurried > 0 {
		return false
	}
	for _, s := range p.servers.All() {
		if s.service == None || !p.tiers.all[s.service] {
			continue
		}
		if !s.lone || s.disturbed() || s.attended > 0 || s.errors.Rate > 0 || s.journey && s.watch != inKernel ||
			!s.journey && (s.watch != onReturn || s.lag != sim.Never) {
			return false
		}
	}
	for _, k := range p.tiers.list {
		s, rotating := &p.sources[k.call], 0
		for _, in := range p.targetGroups[k.group].routed {
			if in.admits != 0 {
				if rotating++; !p.servers.at(in.server).serves {
					return false
				}
			}
		}
		if _, ok := s.way.actions[0].forward.Next(); !ok || rotating == 0 || s.lookup != nil || !s.goesStraight() {
			return false
		}
	}
	return p.roomBelow()
}

// roomBelow reports whether the nodes of all load balancers that tiers call take whatever comes until the
// tiers are played.
func (p *Plane) roomBelow() bool {
	most := int64(p.requests.Len() + max(tierRow, p.servers.Len()))
	for _, k := range p.tiers.list {
		b := p.sources[k.call].lb
		for _, zone := range b.dns {
			if n := &b.nodes[zone]; b.limited && n.most-n.taken < most {
				return false
			}
		}
	}
	return true
}

// descend plays what has departed from each tier up to an instant at the next.
func (p *Plane) descend(until sim.Time) {
	t, a := &p.tiers, &p.replies
	was, first := a.until, len(a.list)
	t.since = 0
	a.until, t.until = until, until
	late := t.late
	t.late = t.late[:0]
	for _, l := range late {
		i := indexOf(l.call)
		p.answerAt(i, &p.sources[p.requests.at(i).source], l.at)
	}
	p.playAnswers(first)
	for k := range t.list {
		of := &t.list[k]
		for _, id := range of.servers {
			if s := p.servers.at(id); s.station.Next() <= until {
				p.settleStation(id, s, until)
			}
		}
		p.order(of.departed)
		for _, d := range of.departed {
			j := p.job(d.i)
			j.r.phase, j.t.left = calling, 1
			p.issue(j, d.at)
		}
		t.played += int64(len(of.departed))
		of.departed = of.departed[:0]
	}
	a.until, t.until = was, -1
}

// order puts those who have departed from a tier in the order in which they did.
func (p *Plane) order(all []departed) {
	if len(all) > fewDeparted {
		slices.SortFunc(all, func(a, b departed) int { return cmp.Or(cmp.Compare(a.at, b.at), p.byServer(a, b)) })
		return
	}
	for i := 1; i < len(all); i++ { // each has few to pass: its server's were put in order
		d, k := all[i], i
		for ; k > 0 && all[k-1].at >= d.at; k-- {
			if all[k-1].at == d.at && p.byServer(all[k-1], d) <= 0 {
				break
			}
			all[k] = all[k-1]
		}
		all[k] = d
	}
}

// byServer is the order of two departures of one instant from a tier: see journeytogether.go.
func (p *Plane) byServer(a, b departed) int {
	x, y := p.requests.at(a.i), p.requests.at(b.i)
	late := x.arrived == a.at
	switch {
	case late != (y.arrived == b.at):
		return cmp.Compare(x.arrived, y.arrived)
	case late:
		return int(int32(x.ticket - y.ticket))
	}
	return cmp.Or(cmp.Compare(x.server, y.server), cmp.Compare(a.turn, b.turn))
}

// comes gives a request a ticket that has come to a tier at an instant of which it departs.
func (t *tiers) comes(r *request, s *server) {
	if r.ticket = 0; s.station.Next() == r.arrived {
		t.ticket++
		r.ticket = t.ticket
	}
}

// departsInSpell ends a spell if a server departs that it settles otherwise.
func (p *Plane) departsInSpell(ev model.Event) {
	if s := p.servers.at(uint32(ev.Index())); s.watch != inTier && s.service >= 0 && p.tiers.all[s.service] {
		p.endSpell(p.kernel.Now() - 1) // what departs now is an event, too
	}
}

// endSpell plays all tiers up to an instant, and makes events of the departures and answers after it.
func (p *Plane) endSpell(until sim.Time) {
	t := &p.tiers
	p.descend(until)
	t.spell, t.since = false, 0
	for k := range t.list {
		for _, id := range t.list[k].servers {
			s := p.servers.at(id)
			s.watch = inKernel
			p.departsInKernel(id, s)
		}
	}
	for _, l := range t.late {
		if l.at <= p.frame.Duration {
			p.kernel.At(l.at, sim.RankRelease, handled(callReturns, l.call))
		}
	}
	t.late = t.late[:0]
}

// onTiersEnd has ended a spell that lasted.
func (p *Plane) onTiersEnd(model.Event) {
	p.housekeeping++
	p.tiers.waking = false
}

// Descended is how many calls were played tier by tier.
func (p *Plane) Descended() int64 { return p.tiers.played }
