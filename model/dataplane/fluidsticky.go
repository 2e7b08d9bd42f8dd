package dataplane

import (
	"math"

	"headroom/sim"
	law "headroom/sim/fluid"
)

// stickyClients is the clients of a workload with their cookies of a target group, in a run of rates: how many have one
// of each cohort. Whoever asks without goes where the algorithm says, and stays there.
type stickyClients struct {
	source  int
	group   int32
	users   float64
	asks    float64 // of each a second
	moved   float64 // share of them that came or left since currents were found
	keeps   sim.Time
	renewed bool    // by each request
	stays   float64 // seconds, on average; 0: for good
}

// findStickyClients finds out who has cookies.
func (p *Plane) findStickyClients() {
	for i := range p.cfg.Workloads {
		v := &p.cfg.Workloads[i].Visitors
		if v.Count == 0 {
			continue
		}
		for _, g := range p.reached(&p.sources[i]) {
			sticky := p.targetGroups[g].cfg.Stickiness
			if sticky.Kind == 0 || p.fluid.stickyClientsOf(i, int32(g)) >= 0 {
				continue
			}
			l := stickyClients{source: i, group: int32(g), users: float64(v.Count), keeps: sticky.Duration, renewed: sticky.Kind == LoadBalancerCookie}
			if v.Stay != nil {
				l.stays = v.Stay.Mean()
			}
			p.fluid.sticky = append(p.fluid.sticky, l)
		}
	}
}

// stickyClientsOf is the index of the cookies of a source and a target group; -1: there are none.
func (f *fluidly) stickyClientsOf(source int, group int32) int {
	for k := range f.sticky {
		if l := &f.sticky[k]; l.source == source && l.group == group {
			return k
		}
	}
	return -1
}

// isSticky reports whether clients stay with the servers of a cohort.
func (f *fluidly) isSticky(groups []membership) bool {
	for k := range f.sticky {
		for _, m := range groups {
			if m.rotating && m.group == f.sticky[k].group {
				return true
			}
		}
	}
	return false
}

// takeCookies lets a server bring its clients to a cohort that it joins, if they may go on asking it.
func (p *Plane) takeCookies(to, from *cohort) {
	f := p.fluid
	for len(to.cookies) < len(f.sticky) {
		to.cookies = append(to.cookies, 0)
	}
	for k := range f.sticky {
		brings := 0.0
		if from != nil && len(from.cookies) > 0 && f.rotatesIn(from, f.sticky[k].group) {
			if brings = from.cookies[k]; !f.rotatesIn(to, f.sticky[k].group) { // their cookies lead nowhere
				p.targetGroups[f.sticky[k].group].balance.unstuck += int64(brings*f.sticky[k].returns() + 0.5)
				brings = 0
			}
		}
		to.cookies[k] = (to.cookies[k]*float64(to.servers) + brings) / float64(to.servers+1)
	}
}

func (f *fluidly) rotatesIn(c *cohort, group int32) bool {
	for _, m := range c.groups {
		if m.group == group {
			return m.rotating
		}
	}
	return false
}

// divideByCookie divides a share of a source's requests to a target group among the servers that their clients have a
// cookie of, and returns the rest.
func (p *Plane) divideByCookie(key currentKey, share float64) float64 {
	f := p.fluid
	k := f.stickyClientsOf(key.source, key.group)
	if k < 0 {
		return share
	}
	rest := 1.0
	for _, c := range f.cohorts {
		if c.servers == 0 || len(c.cookies) == 0 || c.cookies[k] == 0 {
			continue
		}
		part := float64(c.servers) * c.cookies[k] / f.sticky[k].users
		rest -= part
		key.cohort = c
		p.arrive(key, share*part)
	}
	return share * max(0, rest)
}

// playCookies has clients get cookies, and lose them, in what has been played. Clients ask at random: those who
// stay for a while and ask for the last time some time before its end are new when they ask again, and so are those
// whose cookie has expired in the meantime.
func (p *Plane) playCookies() {
	f := p.fluid
	for k := range f.sticky {
		l := &f.sticky[k]
		asked := 0.0
		for _, c := range f.currents {
			if c.source == l.source && c.group == l.group {
				asked += c.expected
			}
		}
		holders, able := 0.0, 0.0
		for _, c := range f.cohorts {
			if c.servers > 0 && len(c.cookies) > 0 {
				holders += float64(c.servers) * c.cookies[k]
				if f.rotatesIn(c, l.group) {
					able += float64(c.servers)
				}
			}
		}
		seconds := f.length.Seconds()
		l.asks = asked / l.users / seconds
		fresh, ended := l.turn(max(0, l.users-holders), seconds, able > 0)
		stay := 1 - ended/max(holders+fresh, 1e-9)
		for _, c := range f.cohorts {
			if c.servers == 0 || len(c.cookies) == 0 {
				continue
			}
			if able > 0 && f.rotatesIn(c, l.group) {
				c.cookies[k] += fresh / able
			}
			c.cookies[k] *= stay
		}
		if l.moved += (fresh + ended) / l.users; l.moved > unnoticed {
			l.moved, f.stale = 0, true
		}
	}
}

// turn returns how many get a cookie in some seconds, and how many lose theirs, if so many have none at first and
// there is somebody to give one: each of the others loses it at a rate, and each of these asks at a rate.
func (l *stickyClients) turn(without, seconds float64, gives bool) (fresh, ended float64) {
	ends, asks := l.ends(), l.asks
	if !gives {
		asks = 0
	}
	if ends+asks == 0 {
		return 0, 0
	}
	settled := l.users * ends / (ends + asks)
	gone := -math.Expm1(-(ends + asks) * seconds)
	after := without + (settled-without)*gone
	fresh = asks * (settled*seconds + (without-settled)*gone/(ends+asks))
	return fresh, max(0, after-without+fresh)
}

// unnoticed is the share of clients that may move until requests are divided anew.
const unnoticed = 5e-4

// ends is how many times a second a client loses its cookie.
func (l *stickyClients) ends() float64 {
	if l.asks <= 0 {
		return 0
	}
	rate := 0.0
	if l.stays > 0 {
		rate = 1 / l.stays
	}
	switch keeps := l.keeps.Seconds(); {
	case l.renewed: // lost to silence
		if silent := math.Exp(-l.asks * keeps); silent < 1 {
			rate += l.asks * silent / (1 - silent)
		}
	case rate == 0:
		rate = 1 / keeps
	default: // whichever comes first
		rate /= -math.Expm1(-keeps * rate)
	}
	return rate
}

// returns is the share of those who have a cookie that ask again before it is good no more.
func (l *stickyClients) returns() float64 {
	x := l.asks * l.keeps.Seconds()
	if x <= 0 {
		return 0
	}
	soon := -math.Expm1(-x)
	share := 1 - soon/x // of cookies of any age
	if l.renewed {
		share = 1 - x*math.Exp(-x)/soon
	}
	if l.stays > 0 {
		share *= l.asks / (l.asks + 1/l.stays)
	}
	return share
}

// countCookies counts requests that came to where their clients had a cookie of, and how many came to each server.
func (p *Plane) countCookies(c *current, n int64) {
	f := p.fluid
	if c.cohort == nil || c.cohort.servers == 0 || !p.targetGroups[c.group].balance.weighed {
		return
	}
	c.cohort.weighed += float64(n) / float64(c.cohort.servers)
	k := f.stickyClientsOf(c.source, c.group)
	if k < 0 || len(c.cohort.cookies) == 0 || c.share == 0 {
		return
	}
	part := float64(c.cohort.servers) * c.cohort.cookies[k] / f.sticky[k].users
	all := 0.0
	for _, u := range f.inflows[c.inflow].currents {
		if u.group == c.group && u.zone == c.zone {
			all += u.share
		}
	}
	p.targetGroups[c.group].balance.stuck += c.stuck.Of(n, min(1, part*all/c.share))
}

// weighFluid tells how many requests have come to the targets of a group since it was asked.
func (p *Plane) weighFluid(g *targetGroup) {
	if p.fluid == nil {
		return
	}
	for k := range g.routed {
		if s := &g.routed[k]; s.admits != 0 {
			if c := p.fluid.places[p.targets.at(s.target).server].cohort; c != nil {
				s.asked = uint32(c.weighed + 0.5)
			}
		}
	}
	for _, c := range p.fluid.cohorts {
		for _, m := range c.groups {
			if &p.targetGroups[m.group] == g {
				c.weighed = 0
			}
		}
	}
}

// byChance reports whether chance says how requests come to the servers of a cohort: clients with cookies, who ask at
// random, send them.
func (f *fluidly) byChance(c *cohort) bool {
	for _, u := range c.currents {
		if f.stickyClientsOf(u.source, u.group) >= 0 {
			return true
		}
	}
	return false
}

// stickyCarried reports whether rates show what the stickiness of a target group does: to many clients, who do
// not try again where they failed, and of which those without a cookie are divided without a look at who is there.
func (t *Traffic) stickyCarried(index int, rule law.Rule) bool {
	for i := range t.Workloads {
		w := &t.Workloads[i]
		if w.Visitors.Count > 0 && t.comesTo(w, index) &&
			(w.Visitors.Count < manyClients || w.Visitors.Think != nil || w.Clients.RetryAttempts > 0 || w.Record > 0 || rule == law.LeastWaiting) {
			return false
		}
	}
	return true
}

// manyClients are so many that chance divides them about as it does in the mean.
const manyClients = 200

// comesTo reports whether requests of a workload may come to a target group.
func (t *Traffic) comesTo(w *Workload, group int) bool {
	switch w.To {
	case ToTargetGroup:
		return w.Target == group
	case ToLoadBalancer:
		for _, g := range t.reached(w.Target) {
			if g == group {
				return true
			}
		}
	}
	return false
}
