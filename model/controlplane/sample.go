package controlplane

import (
	"math"

	"headroom/model"
)

// Samples are what instances of one owner ran out of, by minute; NaN where none of them has
// it, nil where that was not asked for.
type Samples struct {
	Credits []float64 // CPU credits, mean over instances
	Memory  []float64 // bytes that an application holds, in swap too, mean over instances
	Burst   []float64 // share of the burst credit of a volume, the least of all

	Failing []StatusChecks // instances whose status check failed, by check
}

// sampleAll samples all instances, where somebody asked for it.
func (cp *Plane) sampleAll() {
	if !cp.sampled {
		return
	}
	groups, fleets := make([]minute, len(cp.members)), make([]minute, len(cp.uses))
	for _, in := range cp.instances.All() {
		if !in.life.leaves() && !in.life.rests() {
			into, k := groups, in.order.group
			if k == None {
				into, k = fleets, in.order.fleet
			}
			into[k].failing.add(cp.failing(in))
		}
		if in.life != serving && in.life != draining {
			continue
		}
		into := groups
		k := in.order.group
		if k == None {
			into, k = fleets, in.order.fleet
		}
		into[k].add(cp.data.Sample(in.server))
	}
	for i := range groups {
		groups[i].close(&cp.members[i].Samples)
	}
	for i := range fleets {
		fleets[i].close(&cp.uses[i].Samples)
	}
}

// minute adds up samples of one instant.
type minute struct {
	credits, memory       float64
	withCredits, withData int
	burst                 float64
	withBurst             bool
	failing               StatusChecks
}

func (m *minute) add(x model.ServerSample) {
	if x.HasCredits {
		m.credits += x.Credits.Float64()
		m.withCredits++
	}
	if x.HasMemory {
		m.memory += float64(x.Memory)
		m.withData++
	}
	if x.HasBurst && (!m.withBurst || x.Burst < m.burst) {
		m.burst, m.withBurst = x.Burst, true
	}
}

func (m *minute) close(s *Samples) {
	mean := func(sum float64, n int) float64 {
		if n == 0 {
			return math.NaN()
		}
		return sum / float64(n)
	}
	s.Credits = append(s.Credits, mean(m.credits, m.withCredits))
	s.Memory = append(s.Memory, mean(m.memory, m.withData))
	burst := math.NaN()
	if m.withBurst {
		burst = m.burst
	}
	s.Burst = append(s.Burst, burst)
	s.Failing = append(s.Failing, m.failing)
}
