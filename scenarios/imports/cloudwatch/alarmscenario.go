package cloudwatch

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"headroom/scenarios/imports"
)

// assumedGroup is how large the groups of alarms are, of which alarms say nothing.
const assumedMin, assumedMax, assumedDesired = 2, 10, 2

// assumedTaskCPU and assumedTaskMemory are what tasks of services reserve, of which alarms say nothing.
const assumedTaskCPU, assumedTaskMemory = 1024, 2048

// AlarmFacts says what was found.
func AlarmFacts(all []Alarm) (facts []imports.Fact) {
	for _, a := range all {
		does := "invokes nothing that is simulated"
		if len(a.Policies) > 0 {
			var names []string
			for _, p := range a.Policies {
				names = append(names, p.owner()+"/"+p.Name)
			}
			does = "invokes " + strings.Join(names, ", ")
		}
		facts = append(facts, imports.Fact{Name: a.Name, Value: a.Threshold, Text: fmt.Sprintf("%s of %s %s %s %g, %g of %g × %gs: %s",
			a.Metric, cmp.Or(a.Group, a.TargetGroup, a.Service), a.Statistic, a.Comparison, a.Threshold, a.ToAlarm, a.Evaluated, a.Period, does)})
	}
	return facts
}

// AlarmScenario writes a scenario of alarms and the policies that they invoke, with what
// they watch; what neither says is assumed, and marked.
func AlarmScenario(all []Alarm, skipped []string) []byte {
	d := &imports.Document{}
	d.Comment("What CloudWatch's alarms say (headroom import cloudwatch), as a scenario.")
	for _, line := range skipped {
		d.Comment("left out: %s", line)
	}
	d.Comment("")
	d.Comment("TO FILL IN: alarms say nothing of what they watch and little of what they cause. The groups, their load, and how much a policy adds or takes are assumed.")
	d.Set("name", "imported")
	d.Table("run")
	d.Set("duration", "6h")
	d.Set("replications", 5)
	targets := targetsOf(all)
	ofMemory := slices.ContainsFunc(all, func(a Alarm) bool { return a.Metric == memoryMetric })
	imports.Servers{Targets: targets, Memory: ofMemory}.Write(d)
	groups := ownersOf(all, func(a *Alarm) string { return a.Group }, func(p PolicyName) string { return p.Group })
	services := ownersOf(all, func(a *Alarm) string { return a.Service }, func(p PolicyName) string { return p.Service })
	for _, g := range groups {
		writeGroup(d, g, targets, all)
	}
	for _, s := range services {
		writeService(d, s, targets, all)
	}
	if len(groups)+len(services) == 0 {
		writeGroup(d, "web", targets, nil)
	}
	for i := range all {
		if tracked(&all[i]) == "" {
			all[i].write(d)
		}
	}
	d.Table("workload", "visitors")
	d.Set("to", "front")
	d.SetWith("arrivals", imports.Raw(`{ process = "poisson", rate = "10/s" }`), "to fill in")
	d.SetWith("demand", imports.Raw(`{ cpu = { dist = "exponential", mean = "50ms" } }`), "to fill in")
	return d.Bytes()
}

// targetsOf lists the target groups that alarms watch; one that is assumed if there are none.
func targetsOf(all []Alarm) (targets []string) {
	for _, a := range all {
		if a.TargetGroup != "" && !slices.Contains(targets, a.TargetGroup) {
			targets = append(targets, a.TargetGroup)
		}
	}
	if len(targets) == 0 {
		return []string{"web"}
	}
	return targets
}

// ownersOf lists the Auto Scaling groups, or the ECS services, that alarms watch or scale, in
// their order.
func ownersOf(all []Alarm, watched func(*Alarm) string, scaled func(PolicyName) string) (owners []string) {
	add := func(name string) {
		if name != "" && !slices.Contains(owners, name) {
			owners = append(owners, name)
		}
	}
	for i := range all {
		add(watched(&all[i]))
		for _, p := range all[i].Policies {
			add(scaled(p))
		}
	}
	return owners
}

// writeGroup writes a group with its policies.
func writeGroup(d *imports.Document, group string, targets []string, all []Alarm) {
	d.Table("autoscaling_group", group)
	d.Set("launch_template", "web")
	d.SetWith("min_size", assumedMin, "to fill in, as the two below")
	d.Set("max_size", assumedMax)
	d.Set("desired_capacity", assumedDesired)
	d.Set("target_groups", targets)
	var enabled []string
	for _, a := range all {
		if a.Group == group && carried[a.Metric].enabled && !slices.Contains(enabled, a.Metric) {
			enabled = append(enabled, a.Metric)
		}
	}
	if len(enabled) > 0 {
		d.Set("enabled_metrics", enabled)
	}
	writePolicies(d, all, func(p PolicyName) bool { return p.Group == group })
}

// writeService writes an ECS service with its policies, on Fargate, as alarms do not tell.
func writeService(d *imports.Document, service string, targets []string, all []Alarm) {
	d.Table("container_service", service)
	d.SetWith("launch_type", "FARGATE", "to fill in, as all below")
	d.Set("target_groups", targets)
	d.Set("cpu", assumedTaskCPU)
	d.Set("memory", assumedTaskMemory)
	d.Set("desired_count", assumedDesired)
	d.Set("min_capacity", assumedMin)
	d.Set("max_capacity", assumedMax)
	writePolicies(d, all, func(p PolicyName) bool { return p.Service == service })
}

// writePolicies writes the policies of a group or a service that alarms invoke, each once.
func writePolicies(d *imports.Document, all []Alarm, of func(PolicyName) bool) {
	var names []string
	for i := range all {
		for _, p := range all[i].Policies {
			if of(p) && !slices.Contains(names, p.Name) {
				names = append(names, p.Name)
				writePolicy(d, p, &all[i])
			}
		}
	}
}

// writePolicy writes a policy that an alarm invokes.
func writePolicy(d *imports.Document, p PolicyName, a *Alarm) {
	metric := tracked(a)
	if p.Service != "" {
		d.Item("container_service", p.Service, "policy")
	} else {
		d.Item("autoscaling_group", p.Group, "policy")
	}
	d.Set("name", p.Name)
	if metric != "" {
		d.Comment("Target tracking makes its alarms itself: the target is the threshold of the one that is high.")
		d.Set("policy_type", "TargetTrackingScaling")
		d.Set("metric", metric)
		if a.TargetGroup != "" {
			d.Set("target_group", a.TargetGroup)
		}
		d.Set("target_value", a.Threshold)
		return
	}
	change := 1
	if strings.HasPrefix(a.Comparison, "Less") {
		change = -1
	}
	if p.Service != "" { // which has no simple scaling
		bound := "metric_interval_lower_bound"
		if change < 0 {
			bound = "metric_interval_upper_bound"
		}
		d.Set("policy_type", "StepScaling")
		d.Set("adjustment_type", "ChangeInCapacity")
		d.SetWith("step_adjustment", imports.Raw(fmt.Sprintf("[{ %s = 0, scaling_adjustment = %d }]", bound, change)),
			"to fill in: `aws application-autoscaling describe-scaling-policies` tells")
		d.Set("alarm", a.Name)
		return
	}
	d.SetWith("policy_type", "SimpleScaling", "to fill in: or StepScaling")
	d.Set("adjustment_type", "ChangeInCapacity")
	d.SetWith("scaling_adjustment", change, "to fill in: `aws autoscaling describe-policies` tells")
	d.Set("alarm", a.Name)
}

// Target tracking names its alarms like this.
const trackingPrefix, trackingHigh = "TargetTracking-", "-AlarmHigh-"

// tracked is what the target tracking policy that made an alarm calls its metric; empty:
// none did, or it tracks another.
func tracked(a *Alarm) string {
	if !strings.HasPrefix(a.Name, trackingPrefix) {
		return ""
	}
	if a.Service != "" {
		return map[string]string{"CPUUtilization": "ECSServiceAverageCPUUtilization", memoryMetric: "ECSServiceAverageMemoryUtilization"}[a.Metric]
	}
	return map[string]string{
		"CPUUtilization": "ASGAverageCPUUtilization", "NetworkIn": "ASGAverageNetworkIn", "NetworkOut": "ASGAverageNetworkOut",
		"RequestCountPerTarget": "ALBRequestCountPerTarget",
	}[a.Metric]
}

// ofTracking says why an alarm that a target tracking policy made is not carried over; the
// high one of a metric that is known becomes the policy.
func (a *Alarm) ofTracking() string {
	switch {
	case !strings.HasPrefix(a.Name, trackingPrefix):
		return ""
	case !strings.Contains(a.Name, trackingHigh):
		return "target tracking makes it by itself"
	case tracked(a) == "" || len(a.Policies) == 0:
		return "of a target tracking policy that it does not tell enough of: write it as a policy of its group or service"
	}
	return ""
}

// write writes an alarm.
func (a *Alarm) write(d *imports.Document) {
	d.Table("alarm", a.Name)
	d.Set("metric_name", a.Metric)
	switch {
	case a.Group != "":
		d.Set("autoscaling_group", a.Group)
	case a.Service != "":
		d.Set("container_service", a.Service)
	default:
		d.Set("target_group", a.TargetGroup)
	}
	if strings.HasPrefix(a.Statistic, "p") {
		d.Set("extended_statistic", a.Statistic)
	} else {
		d.Set("statistic", a.Statistic)
	}
	d.Set("period", int(a.Period))
	d.Set("evaluation_periods", int(a.Evaluated))
	d.Set("datapoints_to_alarm", int(a.ToAlarm))
	d.Set("comparison_operator", a.Comparison)
	d.Set("threshold", a.Threshold)
	d.Set("treat_missing_data", a.Missing)
}
