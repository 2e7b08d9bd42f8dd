package dataplane

import (
	"fmt"

	law "headroom/sim/fluid"
	"headroom/sim/rng"
)

// workOf is the CPU time that a service takes for requests which ask for a demand of their
// own: of all steps of its journey together.
func (p *Plane) workOf(service int32, own rng.Distribution) rng.Distribution {
	steps := p.cfg.Services[service].Steps
	if len(steps) == 0 {
		return own
	}
	var parts []rng.Distribution
	asked := own != nothing && own.Mean() > 0
	for k := range steps {
		if step := &steps[k]; step.Kind == StepCPU && step.Time != nil {
			parts = append(parts, step.Time)
		} else if step.Kind == StepCPU && asked {
			parts = append(parts, own)
		}
	}
	switch len(parts) {
	case 0: // nothing of this is asked for
		return nothing
	case 1:
		return parts[0]
	}
	key := fmt.Sprintf("work %d %p", service, own)
	known := p.fluid.mixtures[key]
	if known == nil {
		known = together(parts)
		p.fluid.mixtures[key] = known
	}
	return known
}

// sumPoints are the points of a sum of several distributions.
const sumPoints = 4096

// together is the distribution of the sum of independent parts: at points which are spread
// evenly over all of their quantiles.
func together(parts []rng.Distribution) rng.Distribution {
	values, weights := make([]float64, sumPoints), make([]float64, sumPoints)
	places := law.NewSpread(len(parts))
	for k := range values {
		weights[k] = 1
		for i, d := range parts {
			values[k] += d.Quantile(places.At(k, i))
		}
	}
	d, err := rng.Empirical(values, weights)
	if err != nil {
		return parts[0]
	}
	return d
}

// holdLonger has the requests of a cohort hold their servers while they are away, and so ask for more than
// the CPU gives.
func (p *Plane) holdLonger(c *cohort, away []law.Stage) {
	if c.held > 0 && near(c.away/c.held, 1, heldAlike) || c.work == nil {
		return
	}
	c.Demand, c.keeps, c.held = c.work, 1, c.away
	if len(away) == 0 {
		return
	}
	others := law.Chain(away)
	speed := c.Speed
	values, weights := make([]float64, sumPoints), make([]float64, sumPoints)
	places := law.NewSpread(2)
	for k := range values {
		weights[k] = 1
		values[k] = c.work.Quantile(places.At(k, 0)) + speed*others.Quantile(places.At(k, 1))
	}
	d, err := rng.Empirical(values, weights)
	if err != nil {
		return
	}
	c.Demand, c.keeps, c.held = d, c.work.Mean()/(c.work.Mean()+speed*others.Mean()), c.away
}

// heldAlike is how much a time away may change before demands are found anew.
const heldAlike = 0.05
