package dataplane

import (
	"fmt"
	"math"

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
	asked := own.Mean() > 0
	for k := range steps {
		if step := &steps[k]; step.Kind == StepCPU && step.Time != nil {
			parts = append(parts, step.Time)
		} else if step.Kind == StepCPU && asked {
			parts = append(parts, own)
		}
	}
	switch len(parts) {
	case 0:
		return own
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
// evenly over all of their quantiles (an additive recurrence of the generalised golden ratio).
func together(parts []rng.Distribution) rng.Distribution {
	values, weights := make([]float64, sumPoints), make([]float64, sumPoints)
	places := spread{}
	places.begin(len(parts))
	for k := range values {
		weights[k] = 1
		for i, d := range parts {
			values[k] += d.Quantile(places.at(k, i))
		}
	}
	d, err := rng.Empirical(values, weights)
	if err != nil {
		return parts[0]
	}
	return d
}

// spread is points that are spread evenly in a cube.
type spread struct{ steps []float64 }

func (s *spread) begin(dimensions int) {
	golden := 2.0
	for range 40 {
		golden = math.Pow(1+golden, 1/float64(dimensions+1))
	}
	s.steps = make([]float64, dimensions)
	for i := range s.steps {
		s.steps[i] = math.Pow(golden, -float64(i+1))
	}
}

// at is where the k-th point lies in a dimension, between 0 and 1.
func (s *spread) at(k, dimension int) float64 {
	_, part := math.Modf(0.5 + float64(k+1)*s.steps[dimension])
	return part
}
