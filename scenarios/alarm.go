package scenarios

import (
	"fmt"

	"headroom/model/alarm"
	"headroom/model/cloud"
	"headroom/sim"
)

// metricKinds are the metrics that an alarm may watch.
var metricKinds = []struct {
	name string
	kind cloud.MetricKind
}{
	{"CPUUtilization", cloud.CPUUtilization},
	{"NetworkIn", cloud.NetworkIn},
	{"NetworkOut", cloud.NetworkOut},
	{"RequestCountPerTarget", cloud.RequestCountPerTarget},
	{"RequestCount", cloud.RequestCount},
	{"TargetResponseTime", cloud.TargetResponseTime},
	{"HealthyHostCount", cloud.HealthyHostCount},
	{"UnHealthyHostCount", cloud.UnHealthyHostCount},
}

func metricNames() []string {
	var names []string
	for _, m := range metricKinds {
		names = append(names, m.name)
	}
	return names
}

// statistics are the statistics by name.
var statistics = map[string]cloud.Statistic{
	"Average": cloud.Average, "Minimum": cloud.Minimum, "Maximum": cloud.Maximum, "Sum": cloud.Sum,
}

func alarmKeys() []Key {
	return within("alarm.NAME", "ValidationError", []Key{
		{"metric_name", choice(metricNames), required, "the CloudWatch metric", ""},
		{"autoscaling_group", name("autoscaling_group"), "", "whose CPU or network; in a policy, its own group", ""},
		{"target_group", name("target_group"), "", "whose requests or targets; in a policy, the group's first", ""},
		{"statistic", oneOf("Average", "Minimum", "Maximum", "Sum"), "(Average; Sum of request counts)", "what a datapoint is of its period", ""},
		{"period", quantity(inSeconds, 1, year), required, "length of a datapoint: 10, 20, 30 s or whole minutes", ""},
		{"evaluation_periods", whole(1, 10_000), required, "datapoints that count", ""},
		{"datapoints_to_alarm", whole(1, 10_000), "(evaluation_periods)", "breaching ones among them that raise the alarm", ""},
		{"comparison_operator", choice(comparisons), required, "how a datapoint breaches the threshold", ""},
		{"threshold", quantity(plainNumber, -1e18, 1e18), required, "in the unit of the metric", ""},
		{"treat_missing_data", choice(treatments), `"missing"`, "what a datapoint that did not come counts as", ""},
	})
}

func comparisons() []string {
	var names []string
	for c := alarm.GreaterThanThreshold; c <= alarm.LessThanOrEqualToThreshold; c++ {
		names = append(names, c.String())
	}
	return names
}

func treatments() []string {
	var names []string
	for m := alarm.MissingIsMissing; m <= alarm.MissingIsNotBreaching; m++ {
		names = append(names, m.String())
	}
	return names
}

// readAlarms reads the alarms that policies name.
func (l *loader) readAlarms() {
	for _, t := range l.tables["alarm"] {
		a := l.readAlarm(t, cloud.None)
		a.Name = t.name
		l.cfg.Alarms = append(l.cfg.Alarms, a)
	}
}

// readAlarm reads an alarm. One that stands in a policy watches its group,
// unless it says otherwise.
func (l *loader) readAlarm(t *table, group int) cloud.Alarm {
	var a cloud.Alarm
	metric := t.choice("metric_name")
	for _, m := range metricKinds {
		if m.name == metric {
			a.Metric.Kind = m.kind
		}
	}
	t.mode = "with metric_name " + quote(metric)
	if a.Metric.Kind != 0 {
		a.Metric.Subject = l.subject(t, a.Metric.Kind, group)
		t.assume("statistic", usualStatistic(a.Metric.Kind))
	}
	statistic := t.choice("statistic")
	a.Metric.Statistic = statistics[statistic]
	if k := a.Metric.Kind; k != 0 && !k.OfGroup() && t.sound("statistic") && statistic != usualStatistic(k) {
		t.wrong("statistic", "must be "+usualStatistic(k)+", the one that is simulated for "+metric)
	}
	a.Config.Period = t.duration("period")
	a.Config.EvaluationPeriods = t.whole("evaluation_periods")
	if t.sound("evaluation_periods") {
		t.assume("datapoints_to_alarm", int64(a.Config.EvaluationPeriods))
	}
	a.Config.DatapointsToAlarm = t.whole("datapoints_to_alarm")
	a.Config.Comparison, _ = alarm.ParseComparison(t.choice("comparison_operator"))
	a.Config.Threshold = t.quantity("threshold")
	a.Config.TreatMissing, _ = alarm.ParseMissing(t.choice("treat_missing_data"))
	if t.sound("metric_name", "period", "evaluation_periods", "datapoints_to_alarm", "comparison_operator", "threshold", "treat_missing_data") {
		t.absorb(a.Config.Validate(), "period")
		if !t.bad["period"] && a.Config.Period < sim.Minute {
			t.wrong("period", "must be whole minutes: this metric is not published more often")
		}
	}
	t.done()
	return a
}

func usualStatistic(k cloud.MetricKind) string {
	if k == cloud.RequestCount || k == cloud.RequestCountPerTarget {
		return "Sum"
	}
	return "Average"
}

// subject reads whose metric it is: by default the group, or its first target
// group.
func (l *loader) subject(t *table, kind cloud.MetricKind, group int) int {
	if kind.OfGroup() {
		if group != cloud.None {
			t.assume("autoscaling_group", l.cfg.Groups[group].Name)
		}
		t.require("autoscaling_group")
		return t.reference("autoscaling_group")
	}
	if group != cloud.None && len(l.cfg.Groups[group].TargetGroups) > 0 {
		t.assume("target_group", l.cfg.TargetGroups[l.cfg.Groups[group].TargetGroups[0]].Name)
	}
	t.require("target_group")
	return t.reference("target_group")
}

// connectAlarms warns of alarms that do nothing.
func (l *loader) connectAlarms() {
	for i, t := range l.tables["alarm"] {
		if len(l.cfg.Alarms[i].Actions) == 0 {
			l.caution(t.n, fmt.Sprintf("%s: no policy names this alarm", t.path))
		}
	}
}
