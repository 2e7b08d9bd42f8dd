package scenarios

import (
	"fmt"
	"math"
	"slices"

	"headroom/model/alarm"
	"headroom/model/cloud"
	"headroom/model/scaling"
	"headroom/sim"
)

func policyKeys() []Key {
	return within("autoscaling_group.NAME.policy[]", "ValidationError", []Key{
		{"name", text(), "(policy- and its index)", "name of the policy, in the activities", ""},
		{"policy_type", choice(policyTypes), required, "how it decides", ""},
		{"metric", choice(trackedMetrics), "", "target tracking: what is kept near the target", ""},
		{"target_group", name("target_group"), "(the group's first)", "target tracking: whose requests, for ALBRequestCountPerTarget", ""},
		{"target_value", quantity(plainNumber, -1e18, 1e18), "", "target tracking: percent, bytes or requests per minute and target", ""},
		{"disable_scale_in", flag(), "false", "target tracking: only ever scale out", ""},
		{"low_factor", loose(`number or "ec2-recent"`), "0.9", `target tracking: threshold of the low alarm / target; "ec2-recent" is 0.7`, ""},
		{"cadence", oneOf("legacy", "responsive"), `"legacy"`, "target tracking: datapoints until an alarm, 3 and 15 or 1 and 15", ""},
		{"scale_in_mode", oneOf("proportional", "conservative"), `"proportional"`, "target tracking: how far one scale-in goes", ""},
		{"estimated_instance_warmup", quantity(inSeconds, 0, mostWarmup), "", "step and target tracking: warm-up of what it launches; the group's without", ""},
		{"alarm", loose("name of an [alarm.NAME], or a table"), "", "simple and step: name of an [alarm.NAME], or an alarm's table", ""},
		{"adjustment_type", choice(adjustmentTypes), "", "simple and step: what the adjustment means", ""},
		{"scaling_adjustment", whole(-mostInstances, mostInstances), "", "simple: by how much", ""},
		{"min_adjustment_magnitude", whole(0, mostInstances), "0", "simple and step: least change of a percentage", ""},
		{"cooldown", quantity(inSeconds, 0, year), "", "simple: pause after its activity; the group's without", ""},
		{"step_adjustment", list(), "", "step: adjustments by how far the metric is from the threshold", ""},
		{"step_adjustment[].metric_interval_lower_bound", quantity(plainNumber, -1e18, 1e18), "", "metric - threshold from here on; open without", ""},
		{"step_adjustment[].metric_interval_upper_bound", quantity(plainNumber, -1e18, 1e18), "", "metric - threshold up to here; open without", ""},
		{"step_adjustment[].scaling_adjustment", whole(-mostInstances, mostInstances), required, "by how much", ""},
	})
}

func policyTypes() []string {
	var names []string
	for _, k := range scaling.Policies() {
		names = append(names, k.Name)
	}
	return names
}

func adjustmentTypes() []string {
	var names []string
	for a := scaling.ChangeInCapacity; a <= scaling.PercentChangeInCapacity; a++ {
		names = append(names, a.String())
	}
	return names
}

// tracked is a metric that target tracking knows by a name of its own.
type tracked struct {
	name   string
	metric cloud.MetricKind
}

var trackedKinds = []tracked{
	{"ASGAverageCPUUtilization", cloud.CPUUtilization},
	{"ASGAverageNetworkIn", cloud.NetworkIn},
	{"ASGAverageNetworkOut", cloud.NetworkOut},
	{"ALBRequestCountPerTarget", cloud.RequestCountPerTarget},
}

func trackedMetrics() []string {
	var names []string
	for _, k := range trackedKinds {
		names = append(names, k.name)
	}
	return names
}

// readPolicies reads the policies of a group and adds their alarms.
func (l *loader) readPolicies(t *table, group int) {
	tables := t.each("policy")
	if len(tables) > mostPolicies {
		t.wrong("policy", fmt.Sprintf("must be at most %d policies", mostPolicies))
	}
	var names []string
	for i, p := range tables {
		p.assume("name", fmt.Sprintf("policy-%d", i))
		policy := cloud.ScalingPolicy{Name: p.text("name"), Cooldown: scaling.Unset, Warmup: scaling.Unset}
		if p.sound("name") && slices.Contains(names, policy.Name) {
			p.wrong("name", "must be unique in the group")
		}
		names = append(names, policy.Name)
		kind := p.choice("policy_type")
		p.mode = "with policy_type " + quote(kind)
		switch kind {
		case "TargetTrackingScaling":
			policy.Kind = cloud.TargetTrackingScaling
			policy.Warmup = p.unsetDuration("estimated_instance_warmup")
			policy.Policy = l.readTracking(p, group, i)
		case "StepScaling":
			policy.Kind = cloud.StepScaling
			policy.Warmup = p.unsetDuration("estimated_instance_warmup")
			policy.Policy = l.readStep(p, group, i)
		case "SimpleScaling":
			policy.Kind = cloud.SimpleScaling
			policy.Cooldown = p.unsetDuration("cooldown")
			policy.Policy = l.readSimple(p, group, i)
		}
		if p.sound("policy_type") {
			p.done()
		}
		l.cfg.Groups[group].Policies = append(l.cfg.Groups[group].Policies, policy)
	}
}

// readTracking reads a target tracking policy and adds its two alarms.
func (l *loader) readTracking(t *table, group, policy int) scaling.Policy {
	t.require("metric")
	t.require("target_value")
	p := scaling.TargetTracking{
		Target:         t.quantity("target_value"),
		LowFactor:      lowFactor(t),
		DisableScaleIn: t.flag("disable_scale_in"),
	}
	p.Cadence, _ = scaling.ParseCadence(t.choice("cadence"))
	p.ScaleIn, _ = scaling.ParseScaleInMode(t.choice("scale_in_mode"))
	metric := l.trackedMetric(t, group)
	if !t.sound("metric", "target_value", "low_factor", "cadence", "scale_in_mode") {
		return p
	}
	t.absorb(p.Validate(), "target_value")
	if len(l.faults) == 0 {
		l.addTracking(t, p, metric, cloud.AlarmAction{Group: group, Policy: policy})
	}
	return p
}

// trackedMetric reads what a target tracking policy follows.
func (l *loader) trackedMetric(t *table, group int) cloud.Metric {
	m := cloud.Metric{Subject: group, Statistic: cloud.Average}
	name := t.choice("metric")
	for _, k := range trackedKinds {
		if k.name == name {
			m.Kind = k.metric
		}
	}
	if m.Kind.OfGroup() {
		if t.has("target_group") {
			t.wrong("target_group", "must not be given with metric "+quote(name))
		}
		t.pass("target_group")
		return m
	}
	own := l.cfg.Groups[group].TargetGroups
	if len(own) > 0 {
		t.assume("target_group", l.cfg.TargetGroups[own[0]].Name)
	}
	m.Statistic = cloud.Sum
	m.Subject = t.reference("target_group")
	if !t.has("target_group") {
		t.wrong("metric", "must not be ALBRequestCountPerTarget of a group without target_groups")
	} else if m.Subject >= 0 && !slices.Contains(own, m.Subject) {
		t.wrong("target_group", "must be one of the group's target_groups")
	}
	return m
}

func lowFactor(t *table) float64 {
	n, _ := t.take("low_factor", anyKind)
	if n.scalar == "ec2-recent" {
		return scaling.LowFactorRecentEC2
	}
	v, rule := readQuantity(n, plainNumber)
	if rule != "" {
		t.mistake("low_factor", `must be a number above 0 and below 1, or "ec2-recent"`, "")
	}
	return v
}

// addTracking adds the high and the low alarm of a target tracking policy.
func (l *loader) addTracking(t *table, p scaling.TargetTracking, m cloud.Metric, action cloud.AlarmAction) {
	g := &l.cfg.Groups[action.Group]
	period := p.Cadence.Period
	if m.Kind.OfGroup() && !l.cfg.LaunchTemplates[g.Template].Detailed {
		period = basicPeriod
	}
	name := g.Name + "/" + t.text("name")
	add := func(side scaling.Breach, periods int, comparison alarm.Comparison, threshold float64) {
		action.Side = side
		l.cfg.Alarms = append(l.cfg.Alarms, cloud.Alarm{
			Name:   "TargetTracking-" + name + "-Alarm" + map[scaling.Breach]string{scaling.High: "High", scaling.Low: "Low"}[side],
			Metric: m,
			Config: alarm.Config{
				Period: period, EvaluationPeriods: periods, DatapointsToAlarm: periods,
				Comparison: comparison, Threshold: threshold, TreatMissing: alarm.MissingIsMissing,
			},
			Actions: []cloud.AlarmAction{action},
		})
	}
	add(scaling.High, p.Cadence.HighPeriods, alarm.GreaterThanThreshold, p.Target)
	if !p.DisableScaleIn {
		add(scaling.Low, p.Cadence.LowPeriods, alarm.LessThanThreshold, p.LowThreshold())
	}
}

// basicPeriod is the length of a datapoint without detailed monitoring (FACTS
// 13.1).
const basicPeriod = 300 * sim.Second

func (l *loader) readStep(t *table, group, policy int) scaling.Policy {
	t.require("adjustment_type")
	t.require("step_adjustment")
	p := scaling.Step{EstimatedInstanceWarmup: scaling.Unset}
	p.Type, _ = scaling.ParseAdjustmentType(t.choice("adjustment_type"))
	p.MinAdjustmentMagnitude = t.whole("min_adjustment_magnitude")
	before := len(l.faults)
	for _, s := range t.each("step_adjustment") {
		step := scaling.StepAdjustment{Lower: math.Inf(-1), Upper: math.Inf(1)}
		if v := s.quantity("metric_interval_lower_bound"); s.has("metric_interval_lower_bound") {
			step.Lower = v
		}
		if v := s.quantity("metric_interval_upper_bound"); s.has("metric_interval_upper_bound") {
			step.Upper = v
		}
		step.Adjustment = s.whole("scaling_adjustment")
		p.Steps = append(p.Steps, step)
		s.done()
	}
	if len(l.faults) == before && t.sound("adjustment_type", "step_adjustment", "min_adjustment_magnitude") {
		t.absorb(p.Validate(), "step_adjustment")
	}
	l.attach(t, cloud.AlarmAction{Group: group, Policy: policy}, slices.ContainsFunc(p.Steps, func(s scaling.StepAdjustment) bool { return s.Adjustment > 0 }))
	return p
}

func (l *loader) readSimple(t *table, group, policy int) scaling.Policy {
	t.require("adjustment_type")
	t.require("scaling_adjustment")
	p := scaling.Simple{Cooldown: scaling.Unset}
	p.Type, _ = scaling.ParseAdjustmentType(t.choice("adjustment_type"))
	p.Adjustment = t.whole("scaling_adjustment")
	p.MinAdjustmentMagnitude = t.whole("min_adjustment_magnitude")
	if t.sound("adjustment_type", "scaling_adjustment", "min_adjustment_magnitude") {
		t.absorb(p.Validate(), "scaling_adjustment")
	}
	l.attach(t, cloud.AlarmAction{Group: group, Policy: policy}, p.Adjustment > 0)
	return p
}

// attach connects a simple or step policy to its alarm, which it names or
// holds.
func (l *loader) attach(t *table, action cloud.AlarmAction, grows bool) {
	n, _ := t.take("alarm", anyKind)
	if n == nil {
		t.require("alarm")
		return
	}
	index := len(l.cfg.Alarms)
	if name, ok := n.scalar.(string); ok {
		if index = t.find("alarm", "alarm", name); index < 0 {
			return
		}
	} else if n.form == tableForm {
		child := t.below(n, t.pathOf("alarm"), "alarm.NAME")
		a := l.readAlarm(child, action.Group)
		a.Name = l.cfg.Groups[action.Group].Name + "/" + t.text("name")
		l.cfg.Alarms = append(l.cfg.Alarms, a)
	} else {
		t.mistake("alarm", "must be the name of an [alarm.NAME], or an alarm's table", "")
		return
	}
	a := &l.cfg.Alarms[index]
	action.Side = scaling.High
	if a.Config.Comparison != 0 && !a.Config.Comparison.Upward() {
		action.Side = scaling.Low
		if grows {
			l.caution(n, t.path+": adds capacity when its metric is low")
		}
	}
	a.Actions = append(a.Actions, action)
}
