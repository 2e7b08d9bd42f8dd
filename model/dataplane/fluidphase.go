package dataplane

import (
	"slices"

	"headroom/sim"
	law "headroom/sim/fluid"
)

// phaseLaws is how long requests of a cohort are in the phases that have laws, and what they follow from.
type phaseLaws struct {
	work   law.Stage // at the CPU, where that is no law of the cohort
	asked  *law.Law  // the same, stretched
	cpu    *law.Law
	parts  [4][]law.Stage
	others [4]*law.Law // calls, pauses, disks, networks
}

// looks reports whether somebody looks at phases, zones or types.
func (m *meter) looks() bool {
	return m.observed.Phases != nil || m.observed.Zones != nil || m.observed.Types != nil
}

// recordObserved records responses for who looks at phases, zones or types.
func (p *Plane) recordObserved(t *tally, u float64) {
	o, c := &p.meter.observed, t.of
	if c == nil || !t.measured {
		return
	}
	if o.Phases != nil {
		p.recordPhases(t, u)
	}
	if !p.isUser(t.source) {
		return
	}
	if o.Zones != nil {
		p.fluid.record(o.Zones[c.key.zone], t.hop)
	}
	if o.Types != nil && c.key.typ >= 0 {
		p.fluid.record(o.Types[c.key.typ], t.hop)
	}
}

// recordPhases divides responses into the phases of their service, each by itself.
func (p *Plane) recordPhases(t *tally, u float64) {
	c, phases := t.of, &p.meter.observed.Phases[t.of.key.service]
	p.findPhases(c)
	share, mean := c.waits()
	waited := min(t.n, int64(float64(t.n)*share+u))
	pool := 0.0
	for _, e := range p.fluid.services[c.key.service].calls {
		pool += e.pool.wait
	}
	for k, h := range phases {
		of := (*law.Law)(nil)
		switch phaseKind(k) {
		case phaseBalancer:
			h.RecordMany(int64(t.hop), t.n)
			continue
		case phaseQueue:
			h.RecordMany(int64(mean), waited)
			h.RecordMany(0, t.n-waited)
			continue
		case phasePool:
			h.RecordMany(int64(sim.Seconds(pool)), t.n)
			continue
		case phaseCPU:
			of = c.phases.cpu
		case phaseCall:
			of = c.phases.others[0]
		case phasePause:
			of = c.phases.others[1]
		case phaseDisk:
			of = c.phases.others[2]
		case phaseNetwork:
			of = c.phases.others[3]
		}
		if of == nil {
			h.RecordMany(0, t.n)
			continue
		}
		of.Record([]law.Into{{Histogram: h}}, law.Batch{N: t.n, Offset: u})
	}
}

// findPhases finds the laws of the phases of a cohort, if they have changed.
func (p *Plane) findPhases(c *cohort) {
	l := &c.phases
	if l.cpu = c.Law; !c.Sharing || c.Servers == c.Places { // in order: what it asks for
		work := c.Demand
		if c.holds {
			work = c.work
		}
		stage := law.Stage{Choices: []law.Choice{{Time: work, Share: 1}}, Times: 1}
		if l.work.Choices == nil || l.work.Choices[0].Time != work {
			l.work, l.cpu = stage, law.Chain([]law.Stage{stage}).Stretched(1/c.Speed)
			l.asked = l.cpu
		}
		l.cpu = l.asked
	}
	for k, kind := range []StepKind{StepCall, StepPause, StepDisk, 0} {
		stages := c.networkStages()
		if kind != 0 {
			stages = p.stagesOf(c, &p.fluid.services[c.key.service], kind)
		}
		switch {
		case len(stages) == 0:
			l.others[k] = nil
		case l.others[k] == nil || !slices.EqualFunc(l.parts[k], stages, alikeStages):
			l.parts[k], l.others[k] = stages, law.Chain(stages)
		}
	}
}
