package results

import (
	"math"
	"slices"

	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/model/pricing"
	"headroom/sim/stat"
)

// Column is one metric of one entity by minute of the run.
type Column struct {
	Entity string          // "target_group.web"; [EntityAll]
	Metric string          // as in metric keys: "latency.p99"
	Values []float64       // of replication 0 by minute; NaN: no observation
	Band   []stat.Estimate // over the replications, of those that observed anything; nil: no other kept its series
}

// EntityAll is the entity of what all workloads show together.
const EntityAll = "scenario"

// columns lists what a replication showed by minute.
func columns(parts []part) []Column {
	var all []Column
	for i := range parts {
		p := &parts[i]
		entity := p.Label + "." + p.Name
		switch p.Label {
		case "":
			if len(p.outcome.Config.Workloads) > 0 {
				all = append(all, p.traffickedColumns(EntityAll)...)
			}
		case labelTargetGroup, labelWorkload, labelBalancer:
			all = append(all, p.traffickedColumns(entity)...)
		case labelService:
			if p.application {
				all = append(all, p.traffickedColumns(entity)...)
			}
		case labelGroup:
			g := p.groups()[0]
			desired, inService, utilization := groupMinutes(&g)
			all = append(all,
				Column{Entity: entity, Metric: "capacity.desired", Values: desired},
				Column{Entity: entity, Metric: "capacity.in_service", Values: inService},
				Column{Entity: entity, Metric: "cpu.utilization", Values: utilization})
			for k, m := range p.outcome.Config.Groups[p.index].Enabled[:len(g.Enabled)] {
				all = append(all, Column{Entity: entity, Metric: m.Name, Values: floats(g.Enabled[k])})
			}
			all = append(all, forecastColumns(entity, &g)...)
			all = append(all, sampled(entity, &g.Samples)...)
		case labelContainer:
			g := p.containers()[0]
			desired, inService, utilization := groupMinutes(&g)
			all = append(all,
				Column{Entity: entity, Metric: "task.desired", Values: desired},
				Column{Entity: entity, Metric: "task.running", Values: inService},
				Column{Entity: entity, Metric: "task.cpu.utilization", Values: utilization})
			all = append(all, sampled(entity, &g.Samples)...)
		case labelInstance:
			all = append(all, sampled(entity, &p.fleets()[0].Samples)...)
		case labelHosts:
			all = append(all, Column{Entity: entity, Metric: "hosts.used", Values: floats(p.pools()[0].UsedSeries)})
		}
	}
	return all
}

// sampled lists what instances ran out of by minute, where they have it.
func sampled(entity string, s *controlplane.Samples) (all []Column) {
	for _, c := range []Column{
		{Entity: entity, Metric: "credits.balance", Values: s.Credits}, {Entity: entity, Metric: "memory.held", Values: s.Memory}, {Entity: entity, Metric: "volume.burst_balance", Values: s.Burst},
	} {
		if slices.ContainsFunc(c.Values, func(v float64) bool { return !math.IsNaN(v) }) {
			all = append(all, c)
		}
	}
	return append(all, failing(entity, s.Failing)...)
}

// failing lists of how many instances a status check failed, by minute, where one did.
func failing(entity string, minutes []controlplane.StatusChecks) (all []Column) {
	for _, check := range []struct {
		name string
		of   func(c *controlplane.StatusChecks) int64
	}{
		{"", func(c *controlplane.StatusChecks) int64 { return c.Any }},
		{"_system", func(c *controlplane.StatusChecks) int64 { return c.System }},
		{"_instance", func(c *controlplane.StatusChecks) int64 { return c.Instance }},
		{"_attached_ebs", func(c *controlplane.StatusChecks) int64 { return c.AttachedEBS }},
	} {
		column, any := Column{Entity: entity, Metric: "status_checks.failed" + check.name, Values: make([]float64, len(minutes))}, false
		for k := range minutes {
			column.Values[k] = float64(check.of(&minutes[k]))
			any = any || column.Values[k] > 0
		}
		if any {
			all = append(all, column)
		}
	}
	return all
}

// minutes is a part's traffic by minute.
type minutes struct {
	arrived, completed, failed, inFlight []int64
	latencyNs                            []stat.Sum
}

// traffickedColumns are the traffic of a part by minute, with what calls ask of it.
func (p *part) traffickedColumns(entity string) []Column {
	return append(p.byMinute().columns(entity), p.pointColumns(entity)...)
}

// pointColumns are the points of a part's latency by minute, if they were kept.
func (p *part) pointColumns(entity string) (all []Column) {
	m := p.outcome.Minutes
	if m == nil {
		return nil
	}
	points := &m.All
	switch p.Label {
	case labelWorkload:
		points = &m.Workloads[p.index]
	case labelTargetGroup:
		points = &m.TargetGroups[p.index]
	case labelBalancer:
		points = &m.Balancers[p.index]
	case labelService:
		points = &m.Services[p.index]
	}
	for k, metric := range [...]string{"latency.p50", "latency.p95", "latency.p99"} {
		values := make([]float64, len(points[k]))
		for i, ns := range points[k] {
			values[i] = math.NaN()
			if ns != dataplane.NoLatency {
				values[i] = float64(ns) / 1e9
			}
		}
		all = append(all, Column{Entity: entity, Metric: metric, Values: values})
	}
	return all
}

// byMinute adds up the routes of a part, and what calls ask of it.
func (p *part) byMinute() minutes {
	var m minutes
	for i := range p.travelled(p.belongs().routes, len(p.outcome.Routes)) {
		m.add(p, &p.outcome.Routes[i])
	}
	switch p.Label {
	case labelBalancer, labelTargetGroup, labelService:
		for i := range p.travelled(p.belongs().hops, len(p.outcome.Hops)) {
			m.add(p, &p.outcome.Hops[i])
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

// add takes the requests of a route that is the part's.
func (m *minutes) add(p *part, r *dataplane.RouteOutcome) {
	if !p.has(r) {
		return
	}
	accumulate(&m.arrived, r.Arrivals)
	accumulate(&m.completed, r.Completes)
	accumulate(&m.failed, r.Failures)
	m.latencyNs = append(m.latencyNs, make([]stat.Sum, max(0, len(r.LatencyNs)-len(m.latencyNs)))...)
	for i, sum := range r.LatencyNs {
		m.latencyNs[i].Merge(sum)
	}
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
		{Entity: entity, Metric: "requests.arrived", Values: floats(m.arrived)},
		{Entity: entity, Metric: "requests.completed", Values: floats(m.completed)},
		{Entity: entity, Metric: "requests.failed", Values: floats(m.failed)},
		{Entity: entity, Metric: "requests.in_flight", Values: floats(m.inFlight)},
		{Entity: entity, Metric: "latency.mean", Values: latency},
	}
}

// groupMinutes lists what a group has at the end of each minute.
func groupMinutes(g *controlplane.GroupOutcome) (desired, inService, utilization []float64) {
	n := len(g.Minutes)
	desired, inService, utilization = make([]float64, 0, n), make([]float64, 0, n), make([]float64, 0, n)
	for _, m := range g.Minutes {
		desired = append(desired, float64(m.Desired))
		inService = append(inService, float64(m.InService))
		utilization = append(utilization, m.Utilization)
	}
	return desired, inService, utilization
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
