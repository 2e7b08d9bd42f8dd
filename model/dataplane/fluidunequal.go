package dataplane

import (
	"math"
	"slices"

	"headroom/sim"
	law "headroom/sim/fluid"
)

// A target group that chooses the target with the fewest requests in flight gives little to one that does not answer, for
// each that it was sent is in flight until it is given up; and much to one that refuses all, which has none in flight.

// knownDivisions are how requests were divided among unequal targets of late.
type knownDivisions struct {
	of [8]struct {
		rate   float64
		kinds  []law.Unequal
		shares []float64
	}
	next int
}

// divide is [law.DivideUnequal] of them.
func (k *knownDivisions) divide(rate float64, kinds []law.Unequal) []float64 {
	for i := range k.of {
		if of := &k.of[i]; of.rate == rate && slices.Equal(of.kinds, kinds) {
			return of.shares
		}
	}
	of := &k.of[k.next]
	k.next = (k.next + 1) % len(k.of)
	of.rate, of.kinds, of.shares = rate, kinds, law.DivideUnequal(rate, kinds)
	return of.shares
}

// alikeDivision is by how much rates and times may differ of targets that get as good as the same.
const alikeDivision = 0.05

// rounded is a number, to within alikeDivision.
func rounded(x float64) float64 {
	if x <= 0 {
		return 0
	}
	step := math.Log1p(alikeDivision)
	return math.Exp(math.Round(math.Log(x)/step) * step)
}

// weighByFewest returns the weights of the cohorts of a target group that chooses the fewest in flight.
func (p *Plane) weighByFewest(key currentKey, rotates func(*cohort) bool) func(*cohort) float64 {
	f, g := p.fluid, &p.targetGroups[key.group]
	faster := func(c *cohort) float64 { return float64(c.servers*c.Servers) * c.Speed }
	var cohorts []*cohort
	var kinds []law.Unequal
	unequal, known := false, true
	for _, c := range f.cohorts {
		if c.servers > 0 && rotates(c) {
			cohorts = append(cohorts, c)
			unequal = unequal || c.key.reach != serves || c.key.speed != cohorts[0].key.speed
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
	if lb := p.sources[key.source].lb; !g.cfg.CrossZone && lb != nil {
		rate /= float64(max(1, len(lb.dns)))
	}
	if rate == 0 || !known {
		return faster
	}
	shares := f.divisions.divide(rounded(rate), kinds)
	return func(c *cohort) float64 { return shares[slices.Index(cohorts, c)] }
}

// unequal is what the servers of a cohort are beside others, for the requests of a source.
func (p *Plane) unequal(c *cohort, source int) law.Unequal {
	u := law.Unequal{Targets: c.servers, Servers: math.Inf(1)}
	limit := p.sources[source].limits.limit
	switch {
	case c.key.reach == serves:
		u.Servers, u.Each, u.Away = float64(c.Servers), rounded(c.Demand.Mean()*max(c.Scale, 1e-9)/c.Speed), rounded(c.away)
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
