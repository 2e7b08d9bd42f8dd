package dataplane

import "headroom/sim"

// phaseTimes is where the latency of an attempt went: kept beside the trips where somebody
// looks.
type phaseTimes struct {
	mark sim.Time // when its present phase began
	of   [phaseCount]sim.Time
}

// phaseKind is a part of a request's latency.
type phaseKind uint8

// Phases, in the order in which outcomes list them.
const (
	phaseBalancer phaseKind = iota
	phaseQueue
	phaseCPU
	phaseCall
	phasePool
	phasePause
	phaseDisk
	phaseNetwork
	phaseCount
)

// endPhase ends a phase of a request with a trip at an instant.
func (p *Plane) endPhase(i uint32, k phaseKind, at sim.Time) {
	if p.meter.apart {
		t := &p.phases[i]
		t.of[k] += at - t.mark
		t.mark = at
	}
}

// beginPhases begins the phases of an attempt at an instant.
func (p *Plane) beginPhases(i uint32, at sim.Time) {
	for int(i) >= len(p.phases) {
		p.phases = append(p.phases, phaseTimes{})
	}
	p.phases[i] = phaseTimes{mark: at}
}

// markPhase says that the present phase of a request with a trip began at an instant.
func (p *Plane) markPhase(i uint32, at sim.Time) {
	if p.meter.apart {
		p.phases[i].mark = at
	}
}

// countPhases counts where the latency of an attempt went that was answered.
func (p *Plane) countPhases(i uint32, r *request, s *server, hop sim.Time) {
	m, t := &p.meter, &p.phases[i]
	if r.arrived < m.warmup {
		return
	}
	if m.observed.Phases != nil {
		t.of[phaseBalancer] = hop
		phases, noTime := &m.observed.Phases[s.service], &m.noTime[s.service]
		for k, d := range t.of {
			if d == 0 {
				noTime[k]++
			} else {
				phases[k].Record(int64(d))
			}
		}
	}
	if m.observed.Zones == nil && m.observed.Types == nil || p.trips[i].parent != 0 {
		return
	}
	latency := int64(t.mark - r.arrived + hop)
	if m.observed.Zones != nil {
		m.observed.Zones[s.zoneFor(r)].Record(latency)
	}
	if m.observed.Types != nil && s.typ >= 0 {
		m.observed.Types[s.typ].Record(latency)
	}
}

// recordNoTime records all phases at once that took no time, as most of the eight of a request do.
func (m *meter) recordNoTime() {
	for service := range m.noTime {
		for k, n := range m.noTime[service] {
			m.observed.Phases[service][k].RecordMany(0, n)
		}
		m.noTime[service] = [PhaseCount]int64{}
	}
}
