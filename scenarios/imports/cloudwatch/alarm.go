package cloudwatch

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"headroom/scenarios/imports"
)

// Alarm is an alarm on a metric of an Auto Scaling group, a target group or an ECS service.
type Alarm struct {
	Name        string
	Group       string // whose metric; empty: TargetGroup's, or Service's
	TargetGroup string
	Service     string
	Metric      string
	Statistic   string // or a percentile such as p90
	Comparison  string
	Missing     string // treat_missing_data
	Threshold   float64
	Period      float64 // seconds
	Evaluated   float64 // periods
	ToAlarm     float64 // datapoints
	Policies    []PolicyName
	Line        int64
}

// PolicyName is a scaling policy that an alarm invokes, as its ARN names it: of a group, or of
// an ECS service.
type PolicyName struct{ Group, Service, Name string }

// owner is what the policy scales.
func (p PolicyName) owner() string { return cmp.Or(p.Group, p.Service) }

// memoryMetric is that of the memory of an ECS service.
const memoryMetric = "MemoryUtilization"

// carried are the metrics that an alarm of a scenario may watch without more tables, and
// the statistics that they have there; empty: all.
var carried = map[string]struct {
	ofTargets  bool
	ofTasks    bool // and of nothing else
	enabled    bool // the group publishes it where it is asked to
	statistics []string
}{
	"CPUUtilization":                {}, // of a group, or of an ECS service
	memoryMetric:                    {ofTasks: true},
	"NetworkIn":                     {},
	"NetworkOut":                    {},
	"StatusCheckFailed":             {},
	"StatusCheckFailed_System":      {},
	"StatusCheckFailed_Instance":    {},
	"StatusCheckFailed_AttachedEBS": {},
	"GroupMinSize":                  {enabled: true, statistics: []string{"Average"}},
	"GroupMaxSize":                  {enabled: true, statistics: []string{"Average"}},
	"GroupDesiredCapacity":          {enabled: true, statistics: []string{"Average"}},
	"GroupInServiceInstances":       {enabled: true, statistics: []string{"Average"}},
	"GroupPendingInstances":         {enabled: true, statistics: []string{"Average"}},
	"GroupStandbyInstances":         {enabled: true, statistics: []string{"Average"}},
	"GroupTerminatingInstances":     {enabled: true, statistics: []string{"Average"}},
	"GroupTotalInstances":           {enabled: true, statistics: []string{"Average"}},
	"RequestCountPerTarget":         {ofTargets: true, statistics: []string{"Sum"}},
	"RequestCount":                  {ofTargets: true, statistics: []string{"Sum"}},
	"HealthyHostCount":              {ofTargets: true, statistics: []string{"Average"}},
	"UnHealthyHostCount":            {ofTargets: true, statistics: []string{"Average"}},
	"TargetResponseTime":            {ofTargets: true, statistics: []string{"Average", "Minimum", "Maximum", "p"}},
}

// CarriedMetrics lists the metrics that an import of alarms carries over.
func CarriedMetrics() []string {
	var names []string
	for name := range carried {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// alarmsOf reads an answer of describe-alarms.
func (r *reader) alarmsOf(v *imports.Value) {
	for _, one := range v.Member("MetricAlarms").List {
		a, why := alarmOf(one)
		if why != "" {
			r.skip(one, "alarm %s: %s", cmp.Or(a.Name, "without a name"), why)
			continue
		}
		for _, other := range actionsOf(one) {
			if other != "" {
				r.skip(one, "alarm %s: its action %s is left out: only scaling policies are simulated", a.Name, other)
			}
		}
		r.alarms = append(r.alarms, a)
	}
	if composite := v.Member("CompositeAlarms"); composite != nil {
		for _, one := range composite.List {
			r.skip(one, "alarm %s: of other alarms (%s): alarms on metrics only are simulated", one.Member("AlarmName").Text(), one.Member("AlarmRule").Text())
		}
	}
	if v.Member("NextToken").Text() != "" {
		r.skip(v, "the answer has a NextToken: there is more that is not in the file")
	}
}

// alarmOf reads one alarm, or says why a scenario cannot carry it.
func alarmOf(v *imports.Value) (a Alarm, why string) {
	a = Alarm{
		Name: v.Member("AlarmName").Text(), Metric: v.Member("MetricName").Text(), Line: v.Line,
		Statistic:  cmp.Or(v.Member("ExtendedStatistic").Text(), v.Member("Statistic").Text()),
		Comparison: v.Member("ComparisonOperator").Text(),
		Missing:    cmp.Or(v.Member("TreatMissingData").Text(), "missing"),
	}
	switch {
	case a.Name == "":
		return a, "an alarm has a name"
	case v.Member("Metrics") != nil && len(v.Member("Metrics").List) > 0:
		return a, "on a formula over metrics: write it as metric_query of an [alarm.NAME]"
	case v.Member("ThresholdMetricId").Text() != "" || strings.Contains(a.Comparison, "UpperThreshold") || strings.Contains(a.Comparison, "LowerThreshold"):
		return a, "anomaly detection is not simulated"
	}
	if why := a.numbers(v); why != "" {
		return a, why
	}
	if why := a.subject(v); why != "" {
		return a, why
	}
	if enabled, is := v.Member("ActionsEnabled"), false; enabled != nil {
		if is, _ = enabled.Scalar.(bool); !is {
			return a, "its actions are disabled, so that it changes nothing"
		}
	}
	for _, name := range texts(v.Member("AlarmActions")) {
		if p, ok := policyOf(name); ok {
			a.Policies = append(a.Policies, p)
		}
	}
	return a, a.ofTracking()
}

// numbers reads the numbers of an alarm.
func (a *Alarm) numbers(v *imports.Value) string {
	for _, n := range []struct {
		key      string
		to       *float64
		required bool
	}{
		{"Threshold", &a.Threshold, true}, {"Period", &a.Period, true},
		{"EvaluationPeriods", &a.Evaluated, true}, {"DatapointsToAlarm", &a.ToAlarm, false},
	} {
		var ok bool
		if *n.to, ok = v.Member(n.key).Number(); !ok && n.required {
			return n.key + " is missing, or no number"
		}
	}
	if a.ToAlarm == 0 {
		a.ToAlarm = a.Evaluated
	}
	const day = 86400
	switch {
	case a.Period < 60 || a.Period > day || a.Period != float64(int(a.Period/60)*60):
		return fmt.Sprintf("Period must be whole minutes up to a day, got %g: the metrics of AWS are published by the minute", a.Period)
	case a.Evaluated < 1 || a.Evaluated*a.Period > 7*day || a.Evaluated != float64(int(a.Evaluated)):
		return fmt.Sprintf("EvaluationPeriods must be a whole number of at least 1 within 7 days, got %g", a.Evaluated)
	case a.ToAlarm < 1 || a.ToAlarm > a.Evaluated || a.ToAlarm != float64(int(a.ToAlarm)):
		return fmt.Sprintf("DatapointsToAlarm must be 1 to EvaluationPeriods (%g), got %g", a.Evaluated, a.ToAlarm)
	case !slices.Contains([]string{"GreaterThanThreshold", "GreaterThanOrEqualToThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold"}, a.Comparison):
		return fmt.Sprintf("ComparisonOperator %q is none that is simulated", a.Comparison)
	case !slices.Contains([]string{"missing", "ignore", "breaching", "notBreaching"}, a.Missing):
		return fmt.Sprintf("TreatMissingData %q is none that AWS has", a.Missing)
	}
	return ""
}

// subject finds whose metric it is.
func (a *Alarm) subject(v *imports.Value) string {
	namespace := v.Member("Namespace").Text()
	kind, known := carried[a.Metric]
	if !known {
		return fmt.Sprintf("the metric %s of %s is not carried over: where the simulator has it, write it as [alarm.NAME]", a.Metric, cmp.Or(namespace, "no namespace"))
	}
	if len(kind.statistics) > 0 && !slices.ContainsFunc(kind.statistics, func(s string) bool {
		return s == a.Statistic || s == "p" && strings.HasPrefix(a.Statistic, "p")
	}) {
		return fmt.Sprintf("the %s of %s is not simulated, only %s", a.Statistic, a.Metric, strings.ReplaceAll(strings.Join(kind.statistics, ", "), ", p", ", percentiles"))
	}
	dimensions := map[string]string{}
	for _, d := range listOf(v.Member("Dimensions")) {
		dimensions[d.Member("Name").Text()] = d.Member("Value").Text()
	}
	a.Group, a.Service = dimensions["AutoScalingGroupName"], dimensions["ServiceName"]
	if parts := strings.Split(dimensions["TargetGroup"], "/"); len(parts) > 1 {
		a.TargetGroup = parts[1]
	}
	switch {
	case kind.ofTargets && a.TargetGroup == "":
		return a.Metric + " of no target group: a load balancer as a whole has no alarms here"
	case kind.ofTargets:
		a.Group, a.Service = "", ""
	case a.Service != "" && (a.Metric == "CPUUtilization" || kind.ofTasks):
		a.Group, a.TargetGroup = "", ""
	case kind.ofTasks:
		return a.Metric + " of no ECS service"
	case a.Group == "" && dimensions["InstanceId"] != "":
		return "watches one instance (" + dimensions["InstanceId"] + "): alarms of a scenario watch Auto Scaling groups and target groups"
	case a.Group == "":
		return a.Metric + " of no Auto Scaling group"
	default:
		a.TargetGroup, a.Service = "", ""
	}
	return ""
}

// listOf returns the elements of a list, none of what is no list.
func listOf(v *imports.Value) []*imports.Value {
	if v == nil {
		return nil
	}
	return v.List
}

func texts(v *imports.Value) (all []string) {
	for _, one := range listOf(v) {
		all = append(all, one.Text())
	}
	return all
}

// policyOf reads the ARN of a scaling policy of a group or of an ECS service:
// arn:aws:autoscaling:REGION:ACCOUNT:scalingPolicy:ID:autoScalingGroupName/GROUP:policyName/NAME,
// arn:aws:autoscaling:REGION:ACCOUNT:scalingPolicy:ID:resource/ecs/service/CLUSTER/SERVICE:policyName/NAME,
// where Application Auto Scaling may add :createdBy/ID.
func policyOf(arn string) (p PolicyName, ok bool) {
	_, rest, ok := strings.Cut(arn, ":autoScalingGroupName/")
	if ok {
		p.Group, p.Name, ok = strings.Cut(rest, ":policyName/")
		return p, ok && p.Group != "" && p.Name != ""
	}
	if _, rest, ok = strings.Cut(arn, ":resource/ecs/service/"); !ok {
		return p, false
	}
	service, name, ok := strings.Cut(rest, ":policyName/")
	p.Name, _, _ = strings.Cut(name, ":createdBy/")
	p.Service = service[strings.LastIndexByte(service, '/')+1:]
	return p, ok && p.Service != "" && p.Name != ""
}

// actionsOf are the actions of an alarm that invoke no scaling policy.
func actionsOf(v *imports.Value) (others []string) {
	for _, key := range []string{"AlarmActions", "OKActions", "InsufficientDataActions"} {
		for _, name := range texts(v.Member(key)) {
			if _, ok := policyOf(name); !ok || key != "AlarmActions" {
				others = append(others, name)
			}
		}
	}
	return others
}
