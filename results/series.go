package results

import (
	"math"
	"slices"

	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/model/pricing"
	"headroom/sim/stat"
)

// Column is one metric of one entity by minute of the run.
type Column struct {
	Entity string    // "target_group.web"
	Metric string    // as in metric keys: "latency.mean"
	Values []float64 // by minute; NaN: no observation
}

// columns lists what replication 0 showed by minute.
func columns(parts []part) []Column {
	var all []Column
	for i := range parts {
		p := &parts[i]
		entity := p.Label + "." + p.Name
		switch p.Label {
		case labelTargetGroup, labelWorkload:
			all = append(all, p.byMinute().columns(entity)...)
		case labelGroup:
			g := p.groups()[0]
			all = append(all,
				Column{entity, "capacity.desired", floats(g.DesiredSeries)},
				Column{entity, "capacity.in_service", floats(g.InServiceSeries)},
				Column{entity, "cpu.utilization", g.CPUSeries})
			all = append(all, forecastColumns(entity, &g)...)
			all = append(all, sampled(entity, &g.Samples)...)
		case labelContainer:
			g := p.containers()[0]
			all = append(all,
				Column{entity, "task.desired", floats(g.DesiredSeries)},
				Column{entity, "task.running", floats(g.InServiceSeries)},
				Column{entity, "task.cpu.utilization", g.CPUSeries})
			all = append(all, sampled(entity, &g.Samples)...)
		case labelInstance:
			all = append(all, sampled(entity, &p.fleets()[0].Samples)...)
		case labelHosts:
			all = append(all, Column{entity, "hosts.used", floats(p.pools()[0].UsedSeries)})
		}
	}
	return all
}

// sampled lists what instances ran out of by minute, where they have it.
func sampled(entity string, s *controlplane.Samples) (all []Column) {
	for _, c := range []Column{
		{entity, "credits.balance", s.Credits}, {entity, "memory.held", s.Memory}, {entity, "volume.burst_balance", s.Burst},
	} {
		if slices.ContainsFunc(c.Values, func(v float64) bool { return !math.IsNaN(v) }) {
			all = append(all, c)
		}
	}
	return all
}

// minutes is a part's traffic by minute.
type minutes struct {
	arrived, completed, failed, inFlight []int64
	latencyNs                            []stat.Sum
}

// byMinute adds up the routes of a part.
func (p *part) byMinute() minutes {
	var m minutes
	for i := range p.travelled(p.belongs().routes, len(p.outcome.Routes)) {
		if r := &p.outcome.Routes[i]; p.has(r) {
			accumulate(&m.arrived, r.Arrivals)
			accumulate(&m.completed, r.Completes)
			accumulate(&m.failed, r.Failures)
			m.latencyNs = append(m.latencyNs, make([]stat.Sum, max(0, len(r.LatencyNs)-len(m.latencyNs)))...)
			for i, sum := range r.LatencyNs {
				m.latencyNs[i].Merge(sum)
			}
		}
	}
	m.inFlight = make([]int64, len(m.arrived))
	level := int64(0)
	for i := range m.arrived {
		level += m.arrived[i] - m.completed[i] - m.failed[i]
		m.inFlight[i] = level
	}
	return m
}

func accumulate(total *[]int64, some []int64) {
	if len(*total) < len(some) {
		*total = append(*total, make([]int64, len(some)-len(*total))...)
	}
	for i, v := range some {
		(*total)[i] += v
	}
}

func (m minutes) columns(entity string) []Column {
	latency := make([]float64, len(m.completed))
	for i, n := range m.completed {
		latency[i] = math.NaN()
		if n > 0 {
			latency[i] = m.latencyNs[i].Over(n) / 1e9
		}
	}
	return []Column{
		{entity, "requests.arrived", floats(m.arrived)},
		{entity, "requests.completed", floats(m.completed)},
		{entity, "requests.failed", floats(m.failed)},
		{entity, "requests.in_flight", floats(m.inFlight)},
		{entity, "latency.mean", latency},
	}
}

func floats(ints []int64) []float64 {
	all := make([]float64, len(ints))
	for i, v := range ints {
		all[i] = float64(v)
	}
	return all
}

// allTraffic is the whole scenario by minute.
func allTraffic(outcome *cloud.Outcome) minutes {
	p := part{outcome: outcome, belongs: belongingsOf(outcome, &pricing.Invoice{})}
	return p.byMinute()
}
