package tables

import (
	"maps"
	"slices"
	"strings"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

func thresholdKeys() []schema.Key {
	return schema.Within("thresholds", "", []schema.Key{
		schema.Row("METRIC", schema.Either("limit", schema.Text(), schema.TableOf(schema.Text())), "", `limit on a metric: "< 400ms", ">= 99.9%", "< $90", "<= 3"; or { limit = "< 400ms", window = "NAME" } for a window alone, as the metric "latency.p99{window=NAME}" is, too`),
	})
}

// limitUnits are tried in turn on the number of a threshold.
var limitUnits = []struct {
	unit    string
	applies func(number string) bool
	measure *schema.Measure
}{
	{"USD", func(n string) bool { return strings.HasPrefix(n, "$") }, schema.PlainDollars},
	{"ratio", func(n string) bool { return strings.HasSuffix(n, "%") }, schema.Share},
	{"", func(n string) bool { return schema.NumberLength(n) == len(n) }, schema.Number},
	{"s", func(string) bool { return true }, schema.Seconds},
}

// readThresholds reads the limits, and the windows that they may be for.
func (l *loader) readThresholds(t *schema.Table) {
	l.readWindows()
	t.Ask("METRIC")
	l.limits = t
	for _, metric := range slices.Sorted(maps.Keys(t.Node.Table)) {
		t.Pass(metric)
		t.Node.Note(metric)
		limit, window, ok := l.limitOf(t.Node.Table[metric])
		if !ok {
			t.Mistake(metric, `must be { limit = "< 400ms", window = "NAME" } with a window of the file`, "")
			continue
		}
		th, ok := parseThreshold(limit)
		if !ok {
			t.Mistake(metric, `must be a limit such as "< 400ms", ">= 99.9%", "< $90" or "<= 3"`, "")
			continue
		}
		if th.Key = metric; window != "" {
			th.Key = model.Windowed(metric, window)
		}
		if l.options.CheckMetric != nil {
			if err := l.options.CheckMetric(th.Key); err != nil {
				t.Add(schema.Fault{Path: t.PathOf(metric), Rule: err.Error()}, t.Node.Table[metric], metric)
			}
		}
		l.scenario.Thresholds = append(l.scenario.Thresholds, th)
		l.limitsOf = append(l.limitsOf, metric)
		l.scenario.limitsAt = append(l.scenario.limitsAt, t.Node.Table[metric].At)
	}
}

// ThresholdAt returns where the threshold on a metric is written.
func (s *Scenario) ThresholdAt(key string) (at tree.Position, ok bool) {
	i := slices.IndexFunc(s.Thresholds, func(t model.Threshold) bool { return t.Key == key })
	if i < 0 || i >= len(s.limitsAt) || s.limitsAt[i].Line < 1 {
		return tree.Position{}, false
	}
	return s.limitsAt[i], true
}

// limitOf returns the limit of a threshold, and the window that it is for, if any.
func (l *loader) limitOf(n *tree.Node) (limit *tree.Node, window string, ok bool) {
	if n.Table == nil {
		return n, "", true
	}
	limit = n.Table["limit"]
	if limit == nil {
		return n, "", false
	}
	if of := n.Table["window"]; of != nil {
		name, text := of.AsText()
		known := slices.ContainsFunc(l.cfg.Windows, func(w cloud.Window) bool { return w.Name == name })
		return limit, name, text && known && len(n.Table) == 2
	}
	return limit, "", len(n.Table) == 1
}

func parseThreshold(n *tree.Node) (model.Threshold, bool) {
	text, ok := n.AsText()
	th := model.Threshold{Text: text}
	for _, operator := range model.Operators() {
		number, found := strings.CutPrefix(strings.TrimSpace(text), operator)
		if !ok || !found {
			continue
		}
		number = strings.TrimSpace(number)
		th.Operator = operator
		for _, u := range limitUnits {
			if u.applies(number) {
				limit, rule := schema.ReadQuantity(tree.Scalar(n.At, number), u.measure)
				th.Unit, th.Limit = u.unit, limit
				return th, rule == "" && number != ""
			}
		}
	}
	return th, false
}
