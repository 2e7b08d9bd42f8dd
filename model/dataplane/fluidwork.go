package dataplane

import (
	"fmt"
	"math"

	"headroom/model/fluid"
	law "headroom/sim/fluid"
	"headroom/sim/rng"
)

// workOf is the CPU time that a service takes for requests which ask for a demand of their
// own: of all steps of its journey together.
func (p *Plane) workOf(service int32, own rng.Distribution) rng.Distribution {
	steps := p.cfg.Services[service].Steps
	asked := own != nothing && own.Mean() > 0
	if len(steps) == 0 && asked {
		return own
	}
	var parts []rng.Distribution
	for k := range steps {
		if step := &steps[k]; step.Kind == StepCPU && step.Time != nil && step.Time.Mean() > 0 {
			parts = append(parts, step.Time)
		} else if step.Kind == StepCPU && step.Time == nil && asked {
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

// chanceWork is the work of each server of a cohort in a step, where that has so much in the mean: more or fewer
// have come, and they ask for more or less. Alarms and policies see that. A line takes all chance away.
func (p *Plane) chanceWork(c *cohort, mean float64, a fluid.Arrivals) float64 {
	if c.Played || a.Expected <= 0 || c.Line > 0 || c.gate.line > 0 || mean <= a.Other {
		return mean
	}
	chance := float64(c.came)/a.Expected - 1
	if c.varied > 0 {
		chance += math.Sqrt(c.varied/a.Expected) * p.fluid.works.Normal()
	}
	want := mean + (mean-a.Other)*chance + c.carry
	done := min(max(want, a.Other), float64(c.Servers)*float64(a.Length))
	c.carry = want - done
	return done
}

// variationOf is the squared coefficient of variation of what is asked for at a cohort.
func variationOf(c *cohort) float64 {
	d := c.Demand
	if c.holds && c.work != nil {
		d = c.work
	}
	return variationOfDemand(d)
}

func variationOfDemand(d rng.Distribution) float64 {
	mean := d.Mean()
	if v := d.Variance() / (mean * mean); v > 0 && v < mostVaried {
		return v
	}
	return 0
}

// mostVaried is the squared coefficient of variation beyond which the square root says nothing of a step.
const mostVaried = 1e4

// holdLonger has the requests of a cohort hold their servers while they are away, and so ask for more than
// the CPU gives.
func (p *Plane) holdLonger(c *cohort, away []law.Stage) {
	if c.held > 0 && near(c.away/c.held, 1, heldAlike) || c.work == nil {
		return
	}
	c.Demand, c.keeps, c.held = c.work, 1, c.away
	for i := range c.Kinds {
		c.Kinds[i].Demand = c.asks[i].demand
	}
	if len(away) == 0 {
		return
	}
	others := law.Chain(away)
	speed := c.Speed
	longer := func(work rng.Distribution) rng.Distribution {
		values, weights := make([]float64, sumPoints), make([]float64, sumPoints)
		places := law.NewSpread(2)
		for k := range values {
			weights[k] = 1
			values[k] = work.Quantile(places.At(k, 0)) + speed*others.Quantile(places.At(k, 1))
		}
		return sure(rng.Empirical(values, weights))
	}
	c.Demand, c.keeps, c.held = longer(c.work), c.work.Mean()/(c.work.Mean()+speed*others.Mean()), c.away
	for i := range c.Kinds {
		c.Kinds[i].Demand = longer(c.asks[i].demand)
	}
}

// heldAlike is how much a time away may change before demands are found anew.
const heldAlike = 0.05
