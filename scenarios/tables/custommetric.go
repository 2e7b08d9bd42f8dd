package tables

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"headroom/model/alarm"
	"headroom/model/controlplane"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
	"headroom/sim"
)

// mostQueries is how many metrics one formula may have (PutScalingPolicy and PutMetricAlarm).
const mostQueries = 20

// queryKeys are those of a metric in a list of metrics, as Terraform has them.
func queryKeys(list string) []schema.Key {
	return []schema.Key{
		schema.Row(list+"[].id", schema.Text(), `"m1"`, "by which formulas after it name the metric"),
		schema.Row(list+"[].expression", schema.Text(), "", "a formula over metrics before it, instead of metric_name: m1 / m2, IF(m2 > 0, m1, 0), FILL(m1, 0), FILL(m1, REPEAT), FILL(m1, LINEAR), SUM([m1, m2]), AVG, MIN, MAX, ABS, CEIL, FLOOR"),
		schema.Row(list+"[].label", schema.Text(), "", "a name for people"),
		schema.Row(list+"[].return_data", schema.Flag(), "(true of the last)", "whether it is the metric that counts; of one only"),
		schema.Row(list+"[].metric_name", schema.Choice(metricNames), "", "a CloudWatch metric"),
		schema.Row(list+"[].namespace", schema.Text(), "(AWS's)", "where it is published: AWS/…, or a name of your own, whose datapoints come in every period"),
		schema.Row(list+"[].stat", schema.Text(), "(Average; Sum of request counts)", "what a datapoint is of its period: Average, Minimum, Maximum, Sum, SampleCount, or a percentile of the instances, or of the response times, like p90"),
		schema.Row(list+"[].period", schema.Quantity(schema.Seconds, 1, year), "60", "length of a datapoint in target tracking: 60 s; 10, 20 or 30 s if all metrics are of your own"),
		schema.Row(list+"[].autoscaling_group", schema.Name("autoscaling_group"), "(its own)", "whose instances"),
		schema.Row(list+"[].target_group", schema.Name("target_group"), "(the group's first)", "whose requests or targets"),
	}
}

func customMetricKeys() []schema.Key {
	const key = "customized_metric_specification"
	return schema.Within("autoscaling_group.NAME.policy[]", "ValidationError", append([]schema.Key{
		schema.Row(key, schema.Inner(), "", "target tracking: a metric of the simulator, or a formula over several, instead of metric"),
		schema.Row(key+".metrics", schema.List(), schema.Required, "the metrics; without a list, one metric's keys"),
	}, queryKeys(key+".metrics")...))
}

// respellCustom takes Terraform's nesting of a custom metric apart: its one metric into a
// list, and each metric_stat into its place there.
func respellCustom(n *tree.Node) {
	custom := single(n, "customized_metric_specification")
	if custom == nil {
		return
	}
	respell(custom, "metric", "metrics")
	if custom.Table["metrics"] == nil {
		one := tree.NewTable(custom.At)
		for key, v := range custom.Table {
			one.Table[key] = v
			delete(custom.Table, key)
		}
		custom.Table["metrics"] = &tree.Node{At: custom.At, Form: tree.ListForm, List: []*tree.Node{one}}
	}
	respellQueries(custom.Table["metrics"])
}

// respellCustomName takes a metric of the simulator's own, "custom:requests.queued{target_group=web}",
// into its name and the key of its label.
func respellCustomName(n *tree.Node) {
	v := n.Table["metric_name"]
	text, ok := textOf(v)
	rest, custom := strings.CutPrefix(text, "custom:")
	if !ok || !custom {
		return
	}
	name, label, _ := strings.Cut(strings.TrimSuffix(rest, "}"), "{")
	n.Table["metric_name"] = &tree.Node{At: v.At, Form: v.Form, Scalar: name}
	if key, value, labelled := strings.Cut(label, "="); labelled && n.Table[key] == nil {
		n.Table[key] = &tree.Node{At: v.At, Form: v.Form, Scalar: value}
	}
}

// single returns the table of a key, which may be the only one of a list.
func single(n *tree.Node, key string) *tree.Node {
	v := n.Table[key]
	if v != nil && v.Form == tree.ListForm && len(v.List) == 1 {
		v = v.List[0]
		n.Table[key] = v
	}
	if v == nil || v.Form != tree.TableForm {
		return nil
	}
	return v
}

// respellQueries flattens each metric of a list.
func respellQueries(list *tree.Node) {
	if list == nil || list.Form != tree.ListForm {
		return
	}
	for _, row := range list.List {
		if row.Form != tree.TableForm {
			continue
		}
		for _, block := range []string{"metric_stat", "metric"} {
			inner := single(row, block)
			if inner == nil {
				continue
			}
			delete(row.Table, block)
			for key, v := range inner.Table {
				if row.Table[key] == nil {
					row.Table[key] = v
				}
			}
		}
		respell(row, "statistic", "stat")
		delete(row.Table, "unit") // CloudWatch: which of a metric's units; there is one
		respellCustomName(row)
		respellDimensions(row)
	}
}

// dimensionKeys are the keys here of CloudWatch's dimensions.
var dimensionKeys = map[string]string{"AutoScalingGroupName": "autoscaling_group", "TargetGroup": "target_group"}

// respellDimensions takes dimensions, as a table or as a list of names and values, into the
// keys of what they name. Others stay, and are unknown.
func respellDimensions(n *tree.Node) {
	for _, key := range []string{"dimensions", "metric_dimension"} {
		v := n.Table[key]
		if v == nil {
			continue
		}
		left := 0
		take := func(name string, value *tree.Node) {
			if to := dimensionKeys[name]; to != "" && n.Table[to] == nil {
				n.Table[to] = value
			} else if name != "LoadBalancer" { // a target group has one
				left++
			}
		}
		switch v.Form {
		case tree.TableForm:
			for _, name := range v.Keys() {
				take(name, v.Table[name])
			}
		case tree.ListForm:
			for _, row := range v.List {
				name, ok := textOf(row.Table["name"])
				if !ok || row.Table["value"] == nil {
					left++
					continue
				}
				take(name, row.Table["value"])
			}
		}
		if left == 0 {
			delete(n.Table, key)
		}
	}
}

// customMetric reads the metric of a target tracking policy that AWS has no name for.
func (l *loader) customMetric(t *schema.Table, group int) controlplane.Metric {
	if t.Has("metric") {
		t.Wrong("metric", "must not be given with customized_metric_specification")
	}
	t.Pass("metric", "target_group")
	custom := t.Inside("customized_metric_specification")
	m, ok := l.readQueries(custom, "metrics", group)
	if !ok {
		t.MarkFaulty("metric")
	}
	custom.Done()
	return m
}

var validID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-zA-Z0-9_]*$`) })

// readQueries reads a list of metrics and formulas; the metric is the one that counts.
func (l *loader) readQueries(t *schema.Table, key string, group int) (controlplane.Metric, bool) {
	rows := t.Each(key)
	if len(rows) == 0 || len(rows) > mostQueries {
		t.Wrong(key, fmt.Sprintf("must be from 1 to %d metrics", mostQueries))
		return controlplane.Metric{}, false
	}
	var ids []string
	var metrics []controlplane.Metric
	counts, good := -1, true
	for i, row := range rows {
		row.Assume("id", fmt.Sprintf("m%d", i+1))
		id := row.Text("id")
		switch {
		case !row.Sound("id"):
		case !validID().MatchString(id):
			row.Wrong("id", "must begin with a small letter and go on with letters, digits and _")
		case slices.Contains(ids, id):
			row.Wrong("id", "must be unique in its list")
		}
		row.Text("label")
		m := l.readQuery(row, group, ids, metrics)
		ids, metrics = append(ids, id), append(metrics, m)
		if row.Has("return_data") && row.Flag("return_data") {
			if counts >= 0 {
				row.Wrong("return_data", "must be true of one metric only, and "+ids[counts]+" has it")
			}
			counts = i
		}
		row.Pass("return_data")
		good = good && row.Faultless()
		row.Done()
	}
	if counts < 0 {
		counts = len(metrics) - 1
	}
	return metrics[counts], good
}

// readQuery reads one metric, or a formula over those before it.
func (l *loader) readQuery(row *schema.Table, group int, ids []string, before []controlplane.Metric) controlplane.Metric {
	if row.Has("expression") {
		for _, other := range []string{"metric_name", "stat", "namespace", "autoscaling_group", "target_group"} {
			if row.Has(other) {
				row.Wrong(other, "must not be given with expression")
			}
			row.Pass(other)
		}
		row.Pass("period")
		e, err := alarm.ParseExpression(row.Text("expression"), ids)
		if row.Sound("expression") && err != nil {
			row.Wrong("expression", err.Error())
		}
		m := controlplane.Metric{Kind: controlplane.Computed, Math: &controlplane.Math{Terms: slices.Clone(before), Expression: e}}
		for i := range before {
			if step := before[i].Interval; i == 0 || step < m.Interval {
				m.Interval = step
			}
		}
		return m
	}
	row.Pass("expression")
	row.Require("metric_name")
	m := controlplane.Metric{Kind: kindOf(row.Choice("metric_name"))}
	if m.Kind == 0 {
		row.Pass("stat", "namespace", "autoscaling_group", "target_group", "period")
		return m
	}
	m.Subject = l.subject(row, m.Kind, group)
	row.Pass("autoscaling_group", "target_group")
	l.noteMemoryMetric(row, "metric_name", m)
	l.noteGroupMetric(row, "metric_name", m)
	row.Assume("stat", usualStatistic(m.Kind))
	stat := row.Text("stat")
	var ok bool
	if m.Statistic, m.Percent, ok = parseStatistic(stat); !ok && row.Sound("stat") {
		row.Wrong("stat", "must be one of Average Minimum Maximum Sum SampleCount, or a percentile like p90")
	} else if rule := simulated(m.Kind, stat); ok && rule != "" {
		row.Wrong("stat", rule)
	}
	m.Interval = readInterval(row, ownMetric(row.Text("namespace")) || m.Kind.Custom(), m.Kind)
	return m
}

// ownMetric reports whether a namespace is one of the user's: those of AWS begin with AWS/.
func ownMetric(namespace string) bool {
	return namespace != "" && !strings.HasPrefix(namespace, "AWS/")
}

// readInterval reads how often a metric of the user's own is published.
func readInterval(t *schema.Table, own bool, kind controlplane.MetricKind) sim.Time {
	t.Assume("period", int64(60))
	period := t.Duration("period")
	switch {
	case !t.Sound("period"):
	case period == sim.Minute:
	case period != 10*sim.Second && period != 20*sim.Second && period != 30*sim.Second:
		t.Wrong("period", "must be 10, 20, 30 or 60 s")
	case !own && kind != controlplane.MemoryUsed:
		t.Wrong("period", "must be 60 s: AWS publishes this metric no more often; one with a namespace of your own may be")
	default:
		return period
	}
	if own {
		return sim.Minute
	}
	return 0
}

// kindOf returns the metric of a name, 0 for none.
func kindOf(name string) controlplane.MetricKind {
	for _, m := range metricKinds {
		if m.name == name {
			return m.kind
		}
	}
	return 0
}

// parseStatistic reads a statistic or a percentile.
func parseStatistic(name string) (s controlplane.Statistic, percent float64, ok bool) {
	if s, ok = statistics[name]; ok {
		return s, 0, true
	}
	rest, is := strings.CutPrefix(name, "p")
	percent, err := strconv.ParseFloat(rest, 64)
	if !is || err != nil || !(percent >= 0 && percent <= 100) {
		return 0, 0, false
	}
	return controlplane.Percentile, percent, true
}

// simulated says what the statistic of a metric must be, "" if it is one that is simulated.
func simulated(k controlplane.MetricKind, statistic string) string {
	if _, _, known := parseStatistic(statistic); known && k == controlplane.TargetResponseTime && statistic != "Sum" && statistic != "SampleCount" {
		return ""
	}
	if usual := usualStatistic(k); (!k.OfGroup() || k >= controlplane.GroupMinSize) && statistic != usual {
		return "must be " + usual + ", the one that is simulated for this metric"
	}
	return ""
}

// groupMetricWatch is a place of the file that asks for a metric of a group itself.
type groupMetricWatch struct {
	at    *schema.Table
	key   string
	group int
	name  string
}

// noteGroupMetric notes who asks for a metric of a group itself, which has to be enabled.
func (l *loader) noteGroupMetric(t *schema.Table, key string, m controlplane.Metric) {
	if m.Kind.OfGroup() && m.Kind >= controlplane.GroupMinSize {
		name, _ := textOf(t.Node.Table[key])
		l.groupMetricWatches = append(l.groupMetricWatches, groupMetricWatch{t, key, m.Subject, name})
	}
}

// groupMetricNames are the names of the metrics that a group may enable.
func groupMetricNames() []string {
	var names []string
	for _, m := range metricKinds {
		if m.kind >= controlplane.GroupMinSize {
			names = append(names, m.name)
		}
	}
	return names
}

// readEnabled reads which metrics of a group itself are published.
func (l *loader) readEnabled(t *schema.Table) []controlplane.GroupMetric {
	names := t.Texts("enabled_metrics")
	known := groupMetricNames()
	for _, name := range names {
		if !slices.Contains(known, name) {
			t.Reject("enabled_metrics", schema.Fault{Rule: "must be of " + strings.Join(known, " "), Got: tree.Quote(name), Hint: t.Hint(name, known)})
		}
	}
	l.enabledMetrics = append(l.enabledMetrics, names)
	return groupMetrics(names)
}

// groupMetrics returns the metrics of names, without those that are none.
func groupMetrics(names []string) (enabled []controlplane.GroupMetric) {
	for _, name := range names {
		if kind := kindOf(name); kind != 0 {
			enabled = append(enabled, controlplane.GroupMetric{Name: name, Kind: kind})
		}
	}
	return enabled
}

// checkGroupMetrics refuses to watch what a group does not publish.
func (l *loader) checkGroupMetrics() {
	for _, w := range l.groupMetricWatches {
		if w.group >= 0 && w.group < len(l.enabledMetrics) && !slices.Contains(l.enabledMetrics[w.group], w.name) {
			w.at.Wrong(w.key, "must be one of the enabled_metrics of autoscaling_group."+l.cfg.Groups[w.group].Name)
		}
	}
}
