package dataplane

import (
	"strconv"

	law "headroom/sim/fluid"
	"headroom/sim/rng"
)

// demandOf is the demand of what currents bring together: of several kinds, each has its part of
// the points of one distribution.
func (p *Plane) demandOf(currents []*current) rng.Distribution {
	first := currents[0].demand
	alike := true
	var text []byte
	for _, c := range currents {
		alike = alike && c.demand == first
		text = strconv.AppendInt(append(text, ' '), int64(c.source), 10)
	}
	if alike {
		return first
	}
	known := p.fluid.mixtures[string(text)]
	if known == nil {
		known = mixed(currents)
		p.fluid.mixtures[string(text)] = known
	}
	return known
}

// mixturePoints are the points that each of several demands has in their mixture.
const mixturePoints = 400

func mixed(currents []*current) rng.Distribution {
	var values, weights []float64
	for _, c := range currents {
		for k := range mixturePoints {
			values = append(values, c.demand.Quantile((float64(k)+0.5)/mixturePoints))
			weights = append(weights, max(c.share*c.weight, 1e-9))
		}
	}
	d, err := rng.Empirical(values, weights)
	if err != nil {
		return currents[0].demand
	}
	return d
}

// ruleOf is how a target group chooses.
func ruleOf(g *targetGroup) law.Rule {
	if g.cfg.Flows.On {
		return law.AtRandom
	}
	return g.rule
}
