package dataplane

import (
	"math"
	"slices"
	"strconv"

	"headroom/model/fluid"
	"headroom/sim"
	law "headroom/sim/fluid"
	"headroom/sim/rng"
)

// asking is requests of a cohort that ask for alike, whose clients wait as long.
type asking struct {
	demand rng.Distribution // of the CPU
	name   int              // of that, in [fluidly.demands]
	cell   int              // of the part, over the largest
	waits  sim.Time         // that clients wait at most; [sim.Never]

	law    *law.Law // of their stays at the CPU; nil: nobody has been there, or all ask for alike
	stay   *law.Law // with the time away
	stages []law.Stage
}

// cellStep is by which factor parts differ that are told apart: as long as they stay in a cell the demands are
// mixed as they were when they came there first. What they ask for in the mean is that of their own parts.
const cellStep = 1.02

// nameOf returns the demand that is as good as one, of those that are known, and its number.
func (f *fluidly) nameOf(d rng.Distribution) (rng.Distribution, int) {
	for i, known := range f.demands {
		if known == d || likeDemand(known, d) {
			return known, i
		}
	}
	f.demands = append(f.demands, d)
	return d, len(f.demands) - 1
}

// likeDemand reports whether two demands are the same, which different workloads may have written down.
func likeDemand(a, b rng.Distribution) bool {
	same := a.Mean() == b.Mean() && a.Variance() == b.Variance()
	for _, u := range []float64{0.01, 0.2, 0.5, 0.8, 0.99, 0.9999} {
		same = same && a.Quantile(u) == b.Quantile(u)
	}
	return same
}

// sortKinds finds out who of a cohort's currents asks for alike.
func (p *Plane) sortKinds(c *cohort) {
	var kinds []asking
	var parts []fluid.Ask
	all := 0.0
	for _, u := range c.currents {
		demand, name := p.fluid.nameOf(u.demand)
		u.demand = demand
		one := asking{demand: demand, name: name, waits: u.patience}
		if u.kind = slices.IndexFunc(kinds, one.alike); u.kind < 0 {
			u.kind = len(kinds)
			kinds, parts = append(kinds, one), append(parts, fluid.Ask{Demand: demand})
		}
		part := max(u.share*u.weight, 1e-9)
		parts[u.kind].Part += part
		all += part
	}
	c.Scale = 1
	if len(kinds) == 1 {
		c.asks, c.Kinds, c.Demand = nil, nil, kinds[0].demand
		return
	}
	if !slices.EqualFunc(c.asks, kinds, func(a, b asking) bool { return a.alike(b) }) {
		for i := range parts {
			parts[i].Part /= all
		}
		c.asks, c.Kinds = kinds, parts
		c.placeKinds()
	}
	c.Demand = p.mixed(c)
}

// alike reports whether two kinds are one.
func (a asking) alike(b asking) bool {
	return a.name == b.name && (a.waits == b.waits || near(float64(a.waits)/float64(b.waits), 1, waitAlike))
}

// waitAlike is by how much times may differ for which clients wait that are as good as the same.
const waitAlike = 0.02

// placeKinds finds the cells of the parts of a cohort's kinds, and reports whether they are others than before.
func (c *cohort) placeKinds() (moved bool) {
	most := 0.0
	for i := range c.Kinds {
		most = max(most, c.Kinds[i].Part)
	}
	for i := range c.Kinds {
		cell := int(math.Round(math.Log(max(c.Kinds[i].Part/most, rareCalls)) / math.Log(cellStep)))
		moved = moved || cell != c.asks[i].cell
		c.asks[i].cell = cell
	}
	return moved
}

// mixed is the demand of a cohort's kinds together, of the CPU.
func (p *Plane) mixed(c *cohort) rng.Distribution {
	if !slices.ContainsFunc(c.asks, func(a asking) bool { return a.name != c.asks[0].name }) {
		return c.asks[0].demand
	}
	text := []byte("kinds")
	demands, parts := make([]rng.Distribution, len(c.asks)), make([]float64, len(c.asks))
	for i := range c.asks {
		k := &c.asks[i]
		text = strconv.AppendInt(append(text, ' '), int64(k.name), 10)
		text = strconv.AppendInt(append(text, '*'), int64(k.cell), 10)
		demands[i], parts[i] = k.demand, max(c.Kinds[i].Part, rareCalls)
	}
	known := p.fluid.mixtures[string(text)]
	if known == nil {
		known = sure(law.Mixture(demands, parts))
		p.fluid.mixtures[string(text)] = known
	}
	return known
}

// mixKinds has the demand of a cohort be that of who comes in a step.
func (p *Plane) mixKinds(c *cohort, a fluid.Arrivals) {
	expected := a.Expected
	if len(c.Kinds) == 0 || expected <= 0 {
		return
	}
	for i := range c.Kinds {
		c.Kinds[i].Part = 0
	}
	for _, u := range c.currents {
		c.Kinds[u.kind].Part += u.expected / expected
	}
	if c.placeKinds() {
		demand := p.mixed(c)
		if c.holds {
			c.work, c.held = demand, 0
			p.holdLonger(c, p.stagesAway(c, &p.fluid.services[c.key.service]))
		} else {
			c.Demand = demand
		}
		c.varied = variationOf(c)
	}
	asked := 0.0
	for i := range c.Kinds {
		asks := c.Kinds[i].Part * c.Kinds[i].Demand.Mean()
		if k := &c.asks[i]; k.waits < a.Patience && k.law != nil { // what they leave behind a cohort does not see
			asks *= c.Worked(p.fluid.laws, i, c.LateOf(i, k.law, k.waits))
		}
		asked += asks
	}
	c.Scale = asked / c.Demand.Mean()
}

// tellApart finds how long the requests of each kind were at the servers of a cohort.
func (p *Plane) tellApart(c *cohort) {
	for i := range c.asks {
		if c.asks[i].law = nil; c.Law != nil {
			if c.asks[i].law = c.LawOf(p.fluid.laws, i); c.Crowded() > 0 {
				c.asks[i].law = c.asks[i].law.Stretched(1 + c.Crowded())
			}
		}
	}
}

// partInside divides who is inside a cohort at the end of a step among its currents: of those who stay for longer
// there are more. From step to step as many leave as come if the odds of being there still are as the stays are long.
func (p *Plane) partInside(c *cohort) {
	if len(c.asks) == 0 || c.line == 0 || c.line == 1 {
		for _, u := range c.currents {
			u.line = c.line
		}
		return
	}
	inside := 0.0
	for _, u := range c.currents {
		u.line = u.mean().Seconds() // for now
		inside += float64(u.came + u.inside)
	}
	inside *= c.line
	low, high := math.Log(1e-12), math.Log(1e12)
	at := func(by float64, u *current) float64 { return by * u.line / (1 + by*u.line) }
	for range 60 {
		by, sum := math.Exp((low+high)/2), 0.0
		for _, u := range c.currents {
			sum += float64(u.came+u.inside) * at(by, u)
		}
		if sum < inside {
			low = (low + high) / 2
		} else {
			high = (low + high) / 2
		}
	}
	for _, u := range c.currents {
		u.line = at(math.Exp(high), u)
	}
}

// ruleOf is how a target group chooses.
func ruleOf(g *targetGroup) law.Rule {
	if g.cfg.Flows.On {
		return law.AtRandom
	}
	return g.rule
}
