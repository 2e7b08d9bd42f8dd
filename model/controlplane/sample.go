package controlplane

import (
	"math"

	"headroom/model"
	"headroom/sim/slab"
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
	if n := cp.instances.Slots(); cp.stirred || len(cp.still) < n {
		cp.still, cp.stirred = make([]still, n), false
	}
	for i := range cp.still {
		s := &cp.still[i]
		if !s.holds || !cp.data.Still(s.server) {
			h, in := cp.instances.At(i)
			if *s = (still{}); h == 0 {
				continue
			}
			cp.sample(in, s, groups, fleets)
			continue
		}
		s.owner(groups, fleets).add(&s.sample)
	}
	for i := range groups {
		groups[i].close(&cp.members[i].Samples)
	}
	for i := range fleets {
		fleets[i].close(&cp.uses[i].Samples)
	}
}

// still is what an instance showed at its last sample. It holds while its server is still
// and no instance has another life or impairment: most minutes are as the one before.
type still struct {
	holds        bool
	group, fleet int
	server       slab.Handle
	sample       model.ServerSample
}

// owner is the minute of a still's owner.
func (s *still) owner(groups, fleets []minute) *minute {
	if s.group == None {
		return &fleets[s.fleet]
	}
	return &groups[s.group]
}

// sample adds an instance to the minute of its owner, and notes what holds for the next.
func (cp *Plane) sample(in *instance, s *still, groups, fleets []minute) {
	s.group, s.fleet, s.server = in.order.group, in.order.fleet, in.server
	into := s.owner(groups, fleets)
	if !in.life.leaves() && !in.life.rests() {
		into.failing.add(cp.failing(in))
	}
	if in.life != serving && in.life != draining {
		return
	}
	s.sample = cp.data.Sample(in.server)
	into.add(&s.sample)
	s.holds = s.sample.Still && cp.sound(in)
}

// minute adds up samples of one instant.
type minute struct {
	credits, memory       float64
	withCredits, withData int
	burst                 float64
	withBurst             bool
	failing               StatusChecks
}

func (m *minute) add(x *model.ServerSample) {
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
