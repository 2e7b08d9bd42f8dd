package dataplane

import (
	"math"
	"slices"

	"headroom/sim"
	law "headroom/sim/fluid"
)

// A target group that chooses the target with the fewest requests in flight gives little to one that does not answer, for
// each that it was sent is in flight until it is given up; and much to one that refuses all, which has none in flight.

// knownDivisions are how requests fared among unequal targets of late.
type knownDivisions struct {
	of   [16]division
	next int
}

// division is one of them.
type division struct {
	of          *law.Fewest
	turns       int
	since, last sim.Time // it was asked for, in one stretch
	lasts       bool
}

// lastingDivision is how long targets of one kind must be beside others before it pays to play them at length. It is more than twice
// what health checks take by default to have a target get nothing.
const lastingDivision = 150 * sim.Second

// unequal is how requests fare among targets from an instant on.
func (f *fluidly) unequal(kinds []law.Unequal, turns int, now sim.Time) *law.Fewest {
	k := &f.divisions
	for i := range k.of {
		d := &k.of[i]
		if d.of == nil || d.turns != turns || !d.of.Like(kinds, alikeDivision) {
			continue
		}
		if now-d.last > 2*f.step {
			d.since = now
		}
		if d.last = now; now-d.since >= lastingDivision && !d.lasts {
			f.laws.Forget(d.of)
			d.of, d.lasts = f.laws.Fewest(kinds, turns, false), true
		}
		return d.of
	}
	d := &k.of[k.next]
	k.next = (k.next + 1) % len(k.of)
	if d.of != nil {
		f.laws.Forget(d.of)
	}
	*d = division{of: f.laws.Fewest(kinds, turns, true), turns: turns, since: now, last: now}
	return d.of
}

// alikeDivision is by how much times may differ of targets that get as good as the same.
const alikeDivision = 0.05

// weighByFewest returns the weights of the cohorts of a target group that chooses the fewest in flight.
func (p *Plane) weighByFewest(key currentKey, rotates func(*cohort) bool) func(*cohort) float64 {
	f, g := p.fluid, &p.targetGroups[key.group]
	faster := func(c *cohort) float64 { return float64(c.servers*c.Servers) * c.Speed }
	var cohorts []*cohort
	var kinds []law.Unequal
	unequal, known, lined := false, true, false
	for _, c := range f.cohorts {
		if c.servers > 0 && rotates(c) {
			cohorts = append(cohorts, c)
			lined = lined || c.Line > 0
			first := cohorts[0] // types of another pace get as good as the same, and would take long to play
			unequal = unequal || c.key.reach != serves || c.Servers != first.Servers || c.key.speed != first.key.speed
			if known = known && (c.key.reach != serves || c.Demand != nil); known {
				kinds = append(kinds, p.unequal(c, key.source))
			}
		}
	}
	if !unequal {
		return faster
	}
	f.stale = true // for they get another share of another rate
	rate := g.lately
	turns := 1
	if lb := p.sources[key.source].lb; lb != nil {
		if nodes := max(1, lb.nodesKnown()); g.cfg.CrossZone {
			turns = nodes
		} else {
			rate /= float64(nodes)
		}
	}
	unit := unitOf(kinds)
	if rate == 0 || !known || unit == 0 {
		return faster
	}
	merged, of := law.Merge(kinds)
	fewest := f.unequal(merged, turns, p.kernel.Now())
	shares := make([]float64, len(kinds))
	balances := !lined && fewest.Balances(rate*unit)
	if balances {
		together := fewest.Shares(rate * unit)
		for i, k := range of {
			shares[i] = together[k] * float64(kinds[i].Targets) / float64(merged[k].Targets)
			balances = balances && kinds[i].Load(rate*unit*shares[i]) < law.MostLoad
		}
	}
	if !balances {
		shares = law.Fill(kinds, rate*unit, 2*f.step.Seconds()/unit, filled(cohorts, unit))
	}
	for i, c := range cohorts {
		if c.key.reach == serves {
			c.among = fewest.Among(of[i])
		}
	}
	return func(c *cohort) float64 { return shares[slices.Index(cohorts, c)] }
}

// filled is how many requests each server of cohorts has, and how many leave it in a unit of time.
func filled(cohorts []*cohort, unit float64) []law.Filled {
	are := make([]law.Filled, len(cohorts))
	for i, c := range cohorts {
		are[i].Number = c.Number
		if c.Line == 0 {
			are[i].Leaves = c.Leaves() * unit
		}
		for _, u := range c.currents {
			for _, h := range u.held {
				are[i].Number += float64(h.n) / float64(c.servers)
			}
		}
	}
	return are
}

// unitOf has times be over that which a request asks for at the fastest who serve, which it returns: 0 if nobody does.
func unitOf(kinds []law.Unequal) float64 {
	unit := 0.0
	for i := range kinds {
		if each := kinds[i].Each; each > 0 && (unit == 0 || each < unit) {
			unit = each
		}
	}
	for i := range kinds {
		if unit > 0 {
			kinds[i].Each, kinds[i].Away, kinds[i].Limit = kinds[i].Each/unit, kinds[i].Away/unit, kinds[i].Limit/unit
		}
	}
	return unit
}

// unequal is what the servers of a cohort are beside others, for the requests of a source.
func (p *Plane) unequal(c *cohort, source int) law.Unequal {
	u := law.Unequal{Targets: c.servers, Servers: math.Inf(1)}
	limit := p.sources[source].limits.limit
	switch {
	case c.key.reach == serves:
		u.Servers, u.Each, u.Away = float64(c.Servers), c.Demand.Mean()*max(c.Scale, 1e-9)/c.Speed, c.away
		if limit != sim.Never && !c.Finishes {
			u.Limit = limit.Seconds()
		}
	case c.key.reach == refuses:
	case c.key.reach == isCut:
		u.Away = min(limit, targetConnect).Seconds()
	default:
		u.Away = min(limit, retransmissions).Seconds()
	}
	return u
}

// followRates notes how many requests come to target groups that look at those in flight, of late, when a step has been played.
func (p *Plane) followRates() {
	length := (p.fluid.to + 1 - p.fluid.from).Seconds()
	for i := range p.targetGroups {
		g := &p.targetGroups[i]
		if !g.counts {
			continue
		}
		now := float64(g.requests-g.noted) / length
		if g.noted == 0 {
			g.lately = now
		}
		g.noted = g.requests
		g.lately += (now - g.lately) * min(1, length/ratesLast.Seconds())
	}
}

// ratesLast is how long a rate of late is about.
const ratesLast = 10 * sim.Second
