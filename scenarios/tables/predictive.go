package tables

import (
	"math"

	"headroom/model/controlplane"
	"headroom/model/forecast"
	"headroom/model/scaling"
	"headroom/model/workload"
	"headroom/scenarios/schema"
	"headroom/sim"
)

// readPredictive reads a policy that forecasts, with the metric that it sees. Only one
// of a group may scale.
func (l *loader) readPredictive(t *schema.Table, group int, policy *controlplane.ScalingPolicy) {
	kind, _ := scaling.Find(t.Choice("policy_type"))
	metric := l.policyMetric(t, group, true)
	before := l.readHistory(t)
	values, ok := settings(t, kind.Parameters)
	if !ok {
		return
	}
	spec, errs := kind.Parse(values)
	t.Absorb(errs, kind.Parameters[0].Name)
	if len(errs) > 0 {
		return
	}
	p := spec.(scaling.Predictive)
	p.Before = before
	for _, other := range l.cfg.Groups[group].Policies {
		if o, is := other.Spec.(scaling.Predictive); is && o.Scales && p.Scales {
			t.Wrong("mode", "must be ForecastAndScale of one policy of a group only, and "+other.Name+" has it")
		}
	}
	if p.Scales && len(before) == 0 && l.cfg.Duration < sim.Day {
		l.warnAt(t.Node, t.Path+": forecasts nothing in a run of less than a day without a history")
	}
	policy.Spec = p
	if t.Sound("metric") {
		policy.Inputs = []controlplane.Input{{Metric: metric, Period: sim.Minute}}
	}
}

// Columns of a history.
const (
	historyTime = "t"
	historyLoad = "load"
)

// readHistory reads the load of the hours before the one in which the run starts, as
// many as a forecast looks at, the oldest first; NaN where the file has none.
func (l *loader) readHistory(t *schema.Table) []float64 {
	if !t.Has("history") {
		return nil
	}
	d := l.open(t, "history", workload.Columns{Numbers: []string{historyTime, historyLoad}})
	if d == nil {
		return nil
	}
	start := float64(l.cfg.Start.Unix())
	sums, counts := make([]float64, forecast.Longest), make([]int, forecast.Longest)
	known := 0
	for i, at := range d.table.Numbers(historyTime) {
		if at < firstTimestamp {
			at = start - at
		}
		back := int(math.Floor(start/3600) - math.Floor(at/3600)) // hours
		switch {
		case at >= start:
			l.Faults = append(l.Faults, schema.Fault{
				File: d.path, Line: d.table.Line(i), Path: "column " + historyTime, Rule: "must lie before the start of the run",
			})
			return nil
		case back < 1 || back > forecast.Longest:
			continue
		}
		known = max(known, back)
		sums[forecast.Longest-back] += d.table.Numbers(historyLoad)[i]
		counts[forecast.Longest-back]++
	}
	for i := range sums {
		sums[i] /= float64(counts[i]) // 0/0 is not known
	}
	return sums[forecast.Longest-known:]
}
