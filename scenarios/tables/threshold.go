package tables

import (
	"maps"
	"slices"
	"strings"

	"headroom/model"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

func thresholdKeys() []schema.Key {
	return schema.Within("thresholds", "", []schema.Key{
		schema.Row("METRIC", schema.Either("limit", schema.Text()), "", `limit on a metric: "< 400ms", ">= 99.9%", "< $90", "<= 3"`),
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

func (l *loader) readThresholds(t *schema.Table) {
	t.Ask("METRIC")
	l.limits = t
	for _, metric := range slices.Sorted(maps.Keys(t.Node.Table)) {
		t.Pass(metric)
		t.Node.Note(metric)
		th, ok := parseThreshold(t.Node.Table[metric])
		if !ok {
			t.Mistake(metric, `must be a limit such as "< 400ms", ">= 99.9%", "< $90" or "<= 3"`, "")
			continue
		}
		th.Key = metric
		if l.options.CheckMetric != nil {
			if err := l.options.CheckMetric(metric); err != nil {
				t.Add(schema.Fault{Path: t.PathOf(metric), Rule: err.Error()}, t.Node.Table[metric], metric)
			}
		}
		l.scenario.Thresholds = append(l.scenario.Thresholds, th)
	}
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
