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
	{"StatusCheckFailed", "0 or 1 a minute for each instance of a group: any of its status checks failed", controlplane.StatusCheckFailed},
	{"StatusCheckFailed_System", "the same of what the instance runs on", controlplane.StatusCheckFailedSystem},
	{"StatusCheckFailed_Instance", "the same of the instance itself", controlplane.StatusCheckFailedInstance},
	{"StatusCheckFailed_AttachedEBS", "the same of its volumes, of Nitro types", controlplane.StatusCheckFailedAttachedEBS},
	{"MemoryUtilization", "percent of the memory that the tasks of an ECS service reserve", controlplane.MemoryUsed},
	{"RequestCountPerTarget", "requests for each target of a target group", controlplane.RequestCountPerTarget},
	{"RequestCount", "requests for a target group", controlplane.RequestCount},
	{"TargetResponseTime", "seconds until the targets of a target group respond", controlplane.TargetResponseTime},
	{"HealthyHostCount", "healthy targets of a target group", controlplane.HealthyHostCount},
	{"UnHealthyHostCount", "unhealthy targets of a target group", controlplane.UnHealthyHostCount},
	{"requests.in_flight", "requests that a target group has, at the end of the period: a metric of your own", controlplane.RequestsInFlight},
	{"requests.queued", "those of them that wait in line at their targets", controlplane.RequestsQueued},
	{"GroupMinSize", "min_size of a group, among its enabled_metrics", controlplane.GroupMinSize},
	{"GroupMaxSize", "max_size of a group, among its enabled_metrics", controlplane.GroupMaxSize},
	{"GroupDesiredCapacity", "desired capacity of a group, among its enabled_metrics", controlplane.GroupDesiredCapacity},
	{"GroupInServiceInstances", "instances of a group in service, among its enabled_metrics", controlplane.GroupInServiceInstances},
	{"GroupPendingInstances", "instances of a group on their way into service, among its enabled_metrics", controlplane.GroupPendingInstances},
	{"GroupStandbyInstances", "instances of a group on standby, among its enabled_metrics", controlplane.GroupStandbyInstances},
	{"GroupTerminatingInstances", "instances of a group on their way out, among its enabled_metrics", controlplane.GroupTerminatingInstances},
	{"GroupTotalInstances", "instances of a group in any of these states, among its enabled_metrics", controlplane.GroupTotalInstances},
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
	"SampleCount": controlplane.SampleCount,
}

func alarmKeys() []schema.Key {
	return schema.Within("alarm.NAME", "ValidationError", append([]schema.Key{
		schema.Row("metric_name", schema.Choice(metricNames), "", "the CloudWatch metric; needed without metric_query"),
		schema.Row("namespace", schema.Text(), "(AWS's)", "where it is published: AWS/…, or a name of your own, whose datapoints come in every period"),
		schema.Row("extended_statistic", schema.Text(), "", "a percentile of the instances, or of the response times, like p90, instead of statistic"),
		schema.Row("metric_query", schema.List(), "", "metrics and formulas over them, instead of metric_name"),
		schema.Row("autoscaling_group", schema.Name("autoscaling_group"), "", "whose CPU, credits or network; in a policy, its own group"),
		schema.Row("target_group", schema.Name("target_group"), "", "whose requests or targets; in a policy, the group's first"),
		schema.Row("container_service", schema.Name("container_service"), "", "whose CPUUtilization or MemoryUtilization; in a policy of a container_service, its own"),
		schema.Row("statistic", schema.OneOf("Average: the mean of what was measured", "Minimum: the least", "Maximum: the most", "Sum: all of it together", "SampleCount: how many instances measured it"), "(Average; Sum of request counts)", "what a datapoint is of its period"),
		schema.Row("period", schema.Quantity(schema.Seconds, 1, year), schema.Required, "length of a datapoint: 10, 20, 30 s or whole minutes"),
		schema.Row("evaluation_periods", schema.Whole(1, 10_000), schema.Required, "datapoints that count"),
		schema.Row("datapoints_to_alarm", schema.Whole(1, 10_000), "(evaluation_periods)", "breaching ones among them that raise the alarm"),
		schema.Row("comparison_operator", schema.Choice(comparisons), schema.Required, "how a datapoint breaches the threshold"),
		schema.Row("threshold", schema.Quantity(schema.Number, -1e18, 1e18), schema.Required, "in the unit of the metric"),
		schema.Row("treat_missing_data", schema.Choice(treatments), `"missing"`, "what a datapoint that did not come counts as"),
	}, queryKeys("metric_query")...))
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
		if t.Has("alarm_rule") {
			t.PassAll()
			t.Done()
			l.cfg.Alarms = append(l.cfg.Alarms, controlplane.Alarm{Name: t.Name})
			continue
		}
		a := l.readAlarm(t, cloud.None)
		a.Name = t.Name
		l.cfg.Alarms = append(l.cfg.Alarms, a)
	}
}

// readAlarm reads an alarm. One that stands in a policy watches its group,
// unless it says otherwise.
func (l *loader) readAlarm(t *schema.Table, group int) controlplane.Alarm {
	var a controlplane.Alarm
	respellCustomName(t.Node)
	respellDimensions(t.Node)
	respellQueries(t.Node.Table["metric_query"])
	if t.Has("metric_query") {
		a.Metric = l.queriedMetric(t, group)
	} else {
		t.Pass("metric_query")
		a.Metric = l.alarmMetric(t, group)
	}
	a.Config.Period = t.Duration("period")
	if a.Metric.Interval > 0 && t.Sound("period") {
		a.Metric.Interval = min(a.Metric.Interval, a.Config.Period)
	}
	a.Config.EvaluationPeriods = t.Whole("evaluation_periods")
	if t.Sound("evaluation_periods") {
		t.Assume("datapoints_to_alarm", int64(a.Config.EvaluationPeriods))
	}
	a.Config.DatapointsToAlarm = t.Whole("datapoints_to_alarm")
	a.Config.Comparison, _ = alarm.ParseComparison(t.Choice("comparison_operator"))
	a.Config.Threshold = t.Quantity("threshold")
	a.Config.TreatMissing, _ = alarm.ParseMissing(t.Choice("treat_missing_data"))
	if t.Sound("period", "evaluation_periods", "datapoints_to_alarm", "comparison_operator", "threshold", "treat_missing_data") {
		t.Absorb(a.Config.Validate(), "period")
		if !t.Faulty("period") && a.Config.Period < sim.Minute && a.Metric.Interval == 0 && a.Metric.Kind != controlplane.MemoryUsed {
			t.Wrong("period", "must be whole minutes: this metric is not published more often; one with a namespace of your own may be")
		}
	}
	t.Done()
	return a
}

// queriedMetric reads the metric of an alarm on a formula.
func (l *loader) queriedMetric(t *schema.Table, group int) controlplane.Metric {
	for _, key := range []string{"metric_name", "namespace", "statistic", "extended_statistic", "autoscaling_group", "target_group", "container_service"} {
		if t.Has(key) {
			t.Wrong(key, "must not be given with metric_query")
		}
		t.Pass(key)
	}
	m, ok := l.readQueries(t, "metric_query", group)
	if !ok {
		t.MarkFaulty("metric_query")
	}
	return m
}

// alarmMetric reads the one metric of an alarm.
func (l *loader) alarmMetric(t *schema.Table, group int) controlplane.Metric {
	t.Mode = "without metric_query"
	t.Require("metric_name")
	name := t.Choice("metric_name")
	m := controlplane.Metric{Kind: kindOf(name)}
	t.Mode = "with metric_name " + tree.Quote(name)
	if m.Kind != 0 {
		m.Subject = l.subject(t, m.Kind, group)
		l.noteMemoryMetric(t, "metric_name", m)
		l.noteGroupMetric(t, "metric_name", m)
	}
	if ownMetric(t.Text("namespace")) || m.Kind.Custom() {
		m.Interval = sim.Minute
	}
	key := "statistic"
	if t.Has("extended_statistic") {
		if key = "extended_statistic"; t.Has("statistic") {
			t.Wrong("statistic", "must not be given with extended_statistic")
		}
		t.Pass("statistic")
		var ok bool
		if m.Statistic, m.Percent, ok = parseStatistic(t.Text(key)); t.Sound(key) && (!ok || m.Statistic != controlplane.Percentile) {
			t.Wrong(key, "must be a percentile from p0 to p100")
		}
	} else {
		t.Pass("extended_statistic")
		if m.Kind != 0 {
			t.Assume(key, usualStatistic(m.Kind))
		}
		m.Statistic = statistics[t.Choice(key)]
	}
	if m.Kind != 0 && t.Sound(key) {
		if text, _ := textOf(t.Node.Table[key]); simulated(m.Kind, text) != "" {
			t.Wrong(key, "must be "+usualStatistic(m.Kind)+", the one that is simulated for "+name)
		}
	}
	return m
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
	if subject, ok := l.taskSubject(t, kind, group); ok {
		return subject
	}
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
