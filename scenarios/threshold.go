package scenarios

import (
	"maps"
	"slices"
	"strings"

	"headroom/model"
)

func thresholdKeys() []Key {
	return within("thresholds", "", []Key{
		{"METRIC", loose("limit"), "", `limit on a metric: "< 400ms", ">= 99.9%", "< $90", "<= 3"`, ""},
	})
}

// limitUnits are tried in turn on the number of a threshold.
var limitUnits = []struct {
	unit    string
	applies func(number string) bool
	measure *measure
}{
	{"USD", func(n string) bool { return strings.HasPrefix(n, "$") }, &measure{prefix: "$", name: "price", units: []unit{noUnit}}},
	{"ratio", func(n string) bool { return strings.HasSuffix(n, "%") }, inShares},
	{"", func(n string) bool { return numberLength(n) == len(n) }, plainNumber},
	{"s", func(string) bool { return true }, inSeconds},
}

func (l *loader) readThresholds(t *table) {
	l.asked["thresholds.METRIC"] = true
	for _, metric := range slices.Sorted(maps.Keys(t.n.table)) {
		t.seen[metric] = true
		t.n.note(metric)
		th, ok := parseThreshold(t.n.table[metric])
		if !ok {
			t.mistake(metric, `must be a limit such as "< 400ms", ">= 99.9%", "< $90" or "<= 3"`, "")
			continue
		}
		th.Key = metric
		if l.options.CheckMetric != nil {
			if err := l.options.CheckMetric(metric); err != nil {
				t.add(Fault{Path: t.pathOf(metric), Rule: err.Error()}, t.n.table[metric], metric)
			}
		}
		l.scenario.Thresholds = append(l.scenario.Thresholds, th)
	}
}

func parseThreshold(n *node) (model.Threshold, bool) {
	text, ok := n.scalar.(string)
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
				limit, rule := readQuantity(&node{form: scalarForm, scalar: number}, u.measure)
				th.Unit, th.Limit = u.unit, limit
				return th, rule == "" && number != ""
			}
		}
	}
	return th, false
}
