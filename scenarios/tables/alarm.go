package tables

import (
	"fmt"

	"headroom/model/alarm"
	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
	"headroom/sim"
)

// metricKinds are the metrics that an alarm may watch.
var metricKinds = []struct {
	name, meaning string
	kind          controlplane.MetricKind
}{
	{"CPUUtilization", "percent of the vCPUs of a group that are busy", controlplane.CPUUtilization},
	{"NetworkIn", "bytes that an instance of a group receives in a minute", controlplane.NetworkIn},
	{"NetworkOut", "bytes that an instance of a group sends in a minute", controlplane.NetworkOut},
	{"CPUCreditUsage", "CPU credits that an instance of a group spends in 5 minutes", controlplane.CPUCreditUsage},
	{"CPUCreditBalance", "CPU credits that an instance of a group has", controlplane.CPUCreditBalance},
	{"CPUSurplusCreditBalance", "surplus CPU credits that an instance of a group owes", controlplane.CPUSurplusCreditBalance},
	{"CPUSurplusCreditsCharged", "surplus CPU credits for which an instance of a group is charged in 5 minutes", controlplane.CPUSurplusCreditsCharged},
	{"mem_used_percent", "percent of the memory of an instance of a group that is in use, which its CloudWatch agent publishes", controlplane.MemoryUsed},
	{"RequestCountPerTarget", "requests for each target of a target group", controlplane.RequestCountPerTarget},
	{"RequestCount", "requests for a target group", controlplane.RequestCount},
	{"TargetResponseTime", "seconds until the targets of a target group respond", controlplane.TargetResponseTime},
	{"HealthyHostCount", "healthy targets of a target group", controlplane.HealthyHostCount},
	{"UnHealthyHostCount", "unhealthy targets of a target group", controlplane.UnHealthyHostCount},
}

func metricNames() []schema.Word {
	var words []schema.Word
	for _, m := range metricKinds {
		words = append(words, schema.Word{Name: m.name, Meaning: m.meaning})
	}
	return words
}

// statistics are the statistics by name.
var statistics = map[string]controlplane.Statistic{
	"Average": controlplane.Average, "Minimum": controlplane.Minimum, "Maximum": controlplane.Maximum, "Sum": controlplane.Sum,
}

func alarmKeys() []schema.Key {
	return schema.Within("alarm.NAME", "ValidationError", []schema.Key{
		schema.Row("metric_name", schema.Choice(metricNames), schema.Required, "the CloudWatch metric"),
		schema.Row("autoscaling_group", schema.Name("autoscaling_group"), "", "whose CPU, credits or network; in a policy, its own group"),
		schema.Row("target_group", schema.Name("target_group"), "", "whose requests or targets; in a policy, the group's first"),
		schema.Row("statistic", schema.OneOf("Average: the mean of what was measured", "Minimum: the least", "Maximum: the most", "Sum: all of it together"), "(Average; Sum of request counts)", "what a datapoint is of its period"),
		schema.Row("period", schema.Quantity(schema.Seconds, 1, year), schema.Required, "length of a datapoint: 10, 20, 30 s or whole minutes"),
		schema.Row("evaluation_periods", schema.Whole(1, 10_000), schema.Required, "datapoints that count"),
		schema.Row("datapoints_to_alarm", schema.Whole(1, 10_000), "(evaluation_periods)", "breaching ones among them that raise the alarm"),
		schema.Row("comparison_operator", schema.Choice(comparisons), schema.Required, "how a datapoint breaches the threshold"),
		schema.Row("threshold", schema.Quantity(schema.Number, -1e18, 1e18), schema.Required, "in the unit of the metric"),
		schema.Row("treat_missing_data", schema.Choice(treatments), `"missing"`, "what a datapoint that did not come counts as"),
	})
}

func comparisons() []schema.Word {
	return []schema.Word{
		{Name: alarm.GreaterThanThreshold.String(), Meaning: "above it"},
		{Name: alarm.GreaterThanOrEqualToThreshold.String(), Meaning: "at it or above"},
		{Name: alarm.LessThanThreshold.String(), Meaning: "below it"},
		{Name: alarm.LessThanOrEqualToThreshold.String(), Meaning: "at it or below"},
	}
}

func treatments() []schema.Word {
	return []schema.Word{
		{Name: alarm.MissingIsMissing.String(), Meaning: "as missing: without any, the state is INSUFFICIENT_DATA"},
		{Name: alarm.MissingIsIgnored.String(), Meaning: "as nothing: the alarm keeps its state"},
		{Name: alarm.MissingIsBreaching.String(), Meaning: "as breaching"},
		{Name: alarm.MissingIsNotBreaching.String(), Meaning: "as not breaching"},
	}
}

// readAlarms reads the alarms that policies name.
func (l *loader) readAlarms() {
	for _, t := range l.tables["alarm"] {
		a := l.readAlarm(t, cloud.None)
		a.Name = t.Name
		l.cfg.Alarms = append(l.cfg.Alarms, a)
	}
}

// readAlarm reads an alarm. One that stands in a policy watches its group,
// unless it says otherwise.
func (l *loader) readAlarm(t *schema.Table, group int) controlplane.Alarm {
	var a controlplane.Alarm
	metric := t.Choice("metric_name")
	for _, m := range metricKinds {
		if m.name == metric {
			a.Metric.Kind = m.kind
		}
	}
	t.Mode = "with metric_name " + tree.Quote(metric)
	if a.Metric.Kind != 0 {
		a.Metric.Subject = l.subject(t, a.Metric.Kind, group)
		l.noteMemoryMetric(t, "metric_name", a.Metric)
		t.Assume("statistic", usualStatistic(a.Metric.Kind))
	}
	statistic := t.Choice("statistic")
	a.Metric.Statistic = statistics[statistic]
	if k := a.Metric.Kind; k != 0 && !k.OfGroup() && t.Sound("statistic") && statistic != usualStatistic(k) {
		t.Wrong("statistic", "must be "+usualStatistic(k)+", the one that is simulated for "+metric)
	}
	a.Config.Period = t.Duration("period")
	a.Config.EvaluationPeriods = t.Whole("evaluation_periods")
	if t.Sound("evaluation_periods") {
		t.Assume("datapoints_to_alarm", int64(a.Config.EvaluationPeriods))
	}
	a.Config.DatapointsToAlarm = t.Whole("datapoints_to_alarm")
	a.Config.Comparison, _ = alarm.ParseComparison(t.Choice("comparison_operator"))
	a.Config.Threshold = t.Quantity("threshold")
	a.Config.TreatMissing, _ = alarm.ParseMissing(t.Choice("treat_missing_data"))
	if t.Sound("metric_name", "period", "evaluation_periods", "datapoints_to_alarm", "comparison_operator", "threshold", "treat_missing_data") {
		t.Absorb(a.Config.Validate(), "period")
		if !t.Faulty("period") && a.Config.Period < sim.Minute {
			t.Wrong("period", "must be whole minutes: this metric is not published more often")
		}
	}
	t.Done()
	return a
}

func usualStatistic(k controlplane.MetricKind) string {
	if k == controlplane.RequestCount || k == controlplane.RequestCountPerTarget {
		return "Sum"
	}
	return "Average"
}

// subject reads whose metric it is: by default the group, or its first target
// group.
func (l *loader) subject(t *schema.Table, kind controlplane.MetricKind, group int) int {
	if kind.OfGroup() {
		if group != cloud.None {
			t.Assume("autoscaling_group", l.cfg.Groups[group].Name)
		}
		t.Require("autoscaling_group")
		return t.Reference("autoscaling_group")
	}
	if group != cloud.None && len(l.cfg.Groups[group].TargetGroups) > 0 {
		t.Assume("target_group", l.cfg.TargetGroups[l.cfg.Groups[group].TargetGroups[0]].Name)
	}
	t.Require("target_group")
	return t.Reference("target_group")
}

// connectAlarms warns of alarms that do nothing.
func (l *loader) connectAlarms() {
	for i, t := range l.tables["alarm"] {
		if len(l.cfg.Alarms[i].Actions) == 0 {
			l.warnAt(t.Node, fmt.Sprintf("%s: no policy names this alarm", t.Path))
		}
	}
}
