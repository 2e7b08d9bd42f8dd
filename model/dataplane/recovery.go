package dataplane

import "headroom/sim"

// Of the return of service after the loss of a Region or a zone.
const (
	restoredShare = 0.9 // of the requests of a while that must be served
	restoredFor   = 10  // seconds that make such a while
)

// recovery watches whether the requests of workloads are served again after a loss.
type recovery struct {
	since  sim.Time
	counts [][]sent // by workload, then by the second after the loss in which they were sent
}

// sent is what became of the attempts of a second.
type sent struct{ served, lost uint32 }

// WatchRecovery begins to watch, at the first loss of a Region or a zone.
func (p *Plane) WatchRecovery() {
	if p.meter.recovery == nil {
		p.meter.recovery = &recovery{since: p.kernel.Now(), counts: make([][]sent, len(p.cfg.Workloads))}
	}
}

// saw counts an attempt that has ended.
func (m *meter) saw(source uint16, arrived sim.Time, served bool) {
	v := m.recovery
	workload := m.workloads[source]
	if workload == ofCall || arrived < v.since {
		return
	}
	if of := v.at(workload, arrived); served {
		of.served++
	} else {
		of.lost++
	}
}

// at is the second of an instant.
func (v *recovery) at(workload uint16, sentAt sim.Time) *sent {
	second := int((sentAt - v.since) / sim.Second)
	for len(v.counts[workload]) <= second {
		v.counts[workload] = append(v.counts[workload], sent{})
	}
	return &v.counts[workload][second]
}

// sawMany counts attempts of a source that were sent at about an instant and have ended.
func (m *meter) sawMany(source int, at sim.Time, n int64, served bool) {
	if m.recovery == nil || n == 0 || m.workloads[source] == ofCall || at < m.recovery.since {
		return
	}
	of := m.recovery.at(m.workloads[source], at)
	if served {
		of.served += uint32(n)
	} else {
		of.lost += uint32(n)
	}
}

// restored returns how long after the loss nine of ten requests that were sent within ten
// seconds were served: by workload, and in the whole at the end. It is Never for those that
// were not served again, and nothing without a loss.
func (v *recovery) restored() []sim.Time {
	if v == nil {
		return nil
	}
	var whole []sent
	times := make([]sim.Time, 0, len(v.counts)+1)
	for _, counts := range v.counts {
		times = append(times, restoredAt(counts))
		for s, c := range counts {
			if s == len(whole) {
				whole = append(whole, sent{})
			}
			whole[s].served += c.served
			whole[s].lost += c.lost
		}
	}
	return append(times, restoredAt(whole))
}

func restoredAt(counts []sent) sim.Time {
	var served, all float64
	for s := range counts {
		served += float64(counts[s].served)
		all += float64(counts[s].served + counts[s].lost)
		if first := s - restoredFor; first >= 0 {
			served -= float64(counts[first].served)
			all -= float64(counts[first].served + counts[first].lost)
		}
		if s >= restoredFor-1 && all > 0 && served >= restoredShare*all {
			return sim.Time(s-restoredFor+1) * sim.Second
		}
	}
	return sim.Never
}
