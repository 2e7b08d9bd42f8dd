package tables

import (
	"fmt"
	"math"
	"slices"

	"headroom/model/alarm"
	"headroom/model/cloud"
	"headroom/model/scaling"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
	"headroom/sim"
)

func policyKeys() []schema.Key {
	return schema.Within("autoscaling_group.NAME.policy[]", "ValidationError", []schema.Key{
		schema.Row("name", schema.Text(), "(policy- and its index)", "name of the policy, in the activities"),
		schema.Row("policy_type", schema.Choice(policyTypes).Planned("PredictiveScaling: launches ahead of a forecast"), schema.Required, "how it decides"),
		schema.Row("metric", schema.Choice(trackedMetrics), "", "target tracking: what is kept near the target"),
		schema.Row("target_group", schema.Name("target_group"), "(the group's first)", "target tracking: whose requests, for ALBRequestCountPerTarget"),
		schema.Row("target_value", schema.Quantity(schema.Number, -1e18, 1e18), "", "target tracking: percent, bytes or requests per minute and target"),
		schema.Row("disable_scale_in", schema.Flag(), "false", "target tracking: only ever scale out"),
		schema.Row("low_factor", schema.Either(`number or "ec2-recent"`, schema.Quantity(schema.Number, 0, 1), schema.OneOf("ec2-recent: 0.7")), "0.9", `target tracking: threshold of the low alarm / target; "ec2-recent" is 0.7`),
		schema.Row("cadence", schema.OneOf("legacy: 3 datapoints of a minute out, 15 in", "responsive: 1 datapoint out, 15 in"), `"legacy"`, "target tracking: datapoints until an alarm, 3 and 15 or 1 and 15"),
		schema.Row("scale_in_mode", schema.OneOf("proportional: to what the formula says", "conservative: by a tenth of desired at most, but by one"), `"proportional"`, "target tracking: how far one scale-in goes"),
		schema.Row("estimated_instance_warmup", schema.Quantity(schema.Seconds, 0, mostWarmup), "", "step and target tracking: warm-up of what it launches; the group's without"),
		schema.Row("alarm", schema.Either("name of an [alarm.NAME], or a table", schema.Name("alarm"), schema.Inner()).Like("alarm.NAME"), "", "simple and step: name of an [alarm.NAME], or an alarm's table"),
		schema.Row("adjustment_type", schema.Choice(adjustmentTypes), "", "simple and step: what the adjustment means"),
		schema.Row("scaling_adjustment", schema.Whole(-mostInstances, mostInstances), "", "simple: by how much"),
		schema.Row("min_adjustment_magnitude", schema.Whole(0, mostInstances), "0", "simple and step: least change of a percentage"),
		schema.Row("cooldown", schema.Quantity(schema.Seconds, 0, year), "", "simple: pause after its activity; the group's without"),
		schema.Row("step_adjustment", schema.List(), "", "step: adjustments by how far the metric is from the threshold"),
		schema.Row("step_adjustment[].metric_interval_lower_bound", schema.Quantity(schema.Number, -1e18, 1e18), "", "metric - threshold from here on; open without"),
		schema.Row("step_adjustment[].metric_interval_upper_bound", schema.Quantity(schema.Number, -1e18, 1e18), "", "metric - threshold up to here; open without"),
		schema.Row("step_adjustment[].scaling_adjustment", schema.Whole(-mostInstances, mostInstances), schema.Required, "by how much"),
	})
}

func policyTypes() []schema.Word {
	var words []schema.Word
	for _, e := range scaling.Policies() {
		words = append(words, schema.Word{Name: e.Name, Meaning: e.Description})
	}
	return words
}

func adjustmentTypes() []schema.Word {
	return []schema.Word{
		{Name: scaling.ChangeInCapacity.String(), Meaning: "units to add"},
		{Name: scaling.ExactCapacity.String(), Meaning: "units to have"},
		{Name: scaling.PercentChangeInCapacity.String(), Meaning: "percent to add"},
	}
}

// tracked is a metric that target tracking knows by a name of its own.
type tracked struct {
	name, meaning string
	metric        cloud.MetricKind
}

var trackedKinds = []tracked{
	{"ASGAverageCPUUtilization", "percent of the group's vCPUs that are busy", cloud.CPUUtilization},
	{"ASGAverageNetworkIn", "bytes that an instance receives in a minute", cloud.NetworkIn},
	{"ASGAverageNetworkOut", "bytes that an instance sends in a minute", cloud.NetworkOut},
	{"ALBRequestCountPerTarget", "requests for each target in a minute", cloud.RequestCountPerTarget},
}

func trackedMetrics() []schema.Word {
	var words []schema.Word
	for _, k := range trackedKinds {
		words = append(words, schema.Word{Name: k.name, Meaning: k.meaning})
	}
	return words
}

// readPolicies reads the policies of a group and adds their alarms.
func (l *loader) readPolicies(t *schema.Table, group int) {
	tables := t.Each("policy")
	if len(tables) > mostPolicies {
		t.Wrong("policy", fmt.Sprintf("must be at most %d policies", mostPolicies))
	}
	var names []string
	for i, p := range tables {
		p.Assume("name", fmt.Sprintf("policy-%d", i))
		policy := cloud.ScalingPolicy{Name: p.Text("name"), Cooldown: scaling.Unset, Warmup: scaling.Unset}
		if p.Sound("name") && slices.Contains(names, policy.Name) {
			p.Wrong("name", "must be unique in the group")
		}
		names = append(names, policy.Name)
		kind := p.Choice("policy_type")
		p.Mode = "with policy_type " + tree.Quote(kind)
		switch kind {
		case "TargetTrackingScaling":
			policy.Kind = cloud.TargetTrackingScaling
			policy.Warmup = unsetDuration(p, "estimated_instance_warmup")
			policy.Policy = l.readTracking(p, group, i)
		case "StepScaling":
			policy.Kind = cloud.StepScaling
			policy.Warmup = unsetDuration(p, "estimated_instance_warmup")
			policy.Policy = l.readStep(p, group, i)
		case "SimpleScaling":
			policy.Kind = cloud.SimpleScaling
			policy.Cooldown = unsetDuration(p, "cooldown")
			policy.Policy = l.readSimple(p, group, i)
		}
		if p.Sound("policy_type") {
			p.Done()
		}
		l.cfg.Groups[group].Policies = append(l.cfg.Groups[group].Policies, policy)
	}
}

// readTracking reads a target tracking policy and adds its two alarms.
func (l *loader) readTracking(t *schema.Table, group, policy int) scaling.Policy {
	t.Require("metric")
	t.Require("target_value")
	p := scaling.TargetTracking{
		Target:         t.Quantity("target_value"),
		LowFactor:      lowFactor(t),
		DisableScaleIn: t.Flag("disable_scale_in"),
	}
	p.Cadence, _ = scaling.ParseCadence(t.Choice("cadence"))
	p.ScaleIn, _ = scaling.ParseScaleInMode(t.Choice("scale_in_mode"))
	metric := l.trackedMetric(t, group)
	if !t.Sound("metric", "target_value", "low_factor", "cadence", "scale_in_mode") {
		return p
	}
	t.Absorb(p.Validate(), "target_value")
	if len(l.Faults) == 0 {
		l.addTracking(t, p, metric, cloud.AlarmAction{Group: group, Policy: policy})
	}
	return p
}

// trackedMetric reads what a target tracking policy follows.
func (l *loader) trackedMetric(t *schema.Table, group int) cloud.Metric {
	m := cloud.Metric{Subject: group, Statistic: cloud.Average}
	name := t.Choice("metric")
	for _, k := range trackedKinds {
		if k.name == name {
			m.Kind = k.metric
		}
	}
	if m.Kind.OfGroup() {
		if t.Has("target_group") {
			t.Wrong("target_group", "must not be given with metric "+tree.Quote(name))
		}
		t.Pass("target_group")
		return m
	}
	own := l.cfg.Groups[group].TargetGroups
	if len(own) > 0 {
		t.Assume("target_group", l.cfg.TargetGroups[own[0]].Name)
	}
	m.Statistic = cloud.Sum
	m.Subject = t.Reference("target_group")
	if !t.Has("target_group") {
		t.Wrong("metric", "must not be ALBRequestCountPerTarget of a group without target_groups")
	} else if m.Subject >= 0 && !slices.Contains(own, m.Subject) {
		t.Wrong("target_group", "must be one of the group's target_groups")
	}
	return m
}

func lowFactor(t *schema.Table) float64 {
	n := t.Value("low_factor")
	if n.Is("ec2-recent") {
		return scaling.LowFactorRecentEC2
	}
	v, rule := schema.ReadQuantity(n, schema.Number)
	if rule != "" {
		t.Mistake("low_factor", `must be a number above 0 and below 1, or "ec2-recent"`, "")
	}
	return v
}

// addTracking adds the high and the low alarm of a target tracking policy.
func (l *loader) addTracking(t *schema.Table, p scaling.TargetTracking, m cloud.Metric, action cloud.AlarmAction) {
	g := &l.cfg.Groups[action.Group]
	period := p.Cadence.Period
	if m.Kind.OfGroup() && !l.cfg.LaunchTemplates[g.Template].Detailed {
		period = basicPeriod
	}
	name := g.Name + "/" + t.Text("name")
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

// basicPeriod is the length of a datapoint without detailed monitoring, as the
// CloudWatch documentation of EC2 says.
const basicPeriod = 300 * sim.Second

func (l *loader) readStep(t *schema.Table, group, policy int) scaling.Policy {
	t.Require("adjustment_type")
	t.Require("step_adjustment")
	p := scaling.Step{EstimatedInstanceWarmup: scaling.Unset}
	p.Type, _ = scaling.ParseAdjustmentType(t.Choice("adjustment_type"))
	p.MinAdjustmentMagnitude = t.Whole("min_adjustment_magnitude")
	before := len(l.Faults)
	for _, s := range t.Each("step_adjustment") {
		step := scaling.StepAdjustment{Lower: math.Inf(-1), Upper: math.Inf(1)}
		if v := s.Quantity("metric_interval_lower_bound"); s.Has("metric_interval_lower_bound") {
			step.Lower = v
		}
		if v := s.Quantity("metric_interval_upper_bound"); s.Has("metric_interval_upper_bound") {
			step.Upper = v
		}
		step.Adjustment = s.Whole("scaling_adjustment")
		p.Steps = append(p.Steps, step)
		s.Done()
	}
	if len(l.Faults) == before && t.Sound("adjustment_type", "step_adjustment", "min_adjustment_magnitude") {
		t.Absorb(p.Validate(), "step_adjustment")
	}
	l.attach(t, cloud.AlarmAction{Group: group, Policy: policy}, slices.ContainsFunc(p.Steps, func(s scaling.StepAdjustment) bool { return s.Adjustment > 0 }))
	return p
}

func (l *loader) readSimple(t *schema.Table, group, policy int) scaling.Policy {
	t.Require("adjustment_type")
	t.Require("scaling_adjustment")
	p := scaling.Simple{Cooldown: scaling.Unset}
	p.Type, _ = scaling.ParseAdjustmentType(t.Choice("adjustment_type"))
	p.Adjustment = t.Whole("scaling_adjustment")
	p.MinAdjustmentMagnitude = t.Whole("min_adjustment_magnitude")
	if t.Sound("adjustment_type", "scaling_adjustment", "min_adjustment_magnitude") {
		t.Absorb(p.Validate(), "scaling_adjustment")
	}
	l.attach(t, cloud.AlarmAction{Group: group, Policy: policy}, p.Adjustment > 0)
	return p
}

// attach connects a simple or step policy to its alarm, which it names or
// holds.
func (l *loader) attach(t *schema.Table, action cloud.AlarmAction, grows bool) {
	n := t.Value("alarm")
	if n == nil {
		t.Require("alarm")
		return
	}
	index := len(l.cfg.Alarms)
	if name, ok := n.AsText(); ok {
		if index = t.Find("alarm", "alarm", name); index < 0 {
			return
		}
	} else if n.Form == tree.TableForm {
		child := t.Below(n, t.PathOf("alarm"), "alarm.NAME")
		a := l.readAlarm(child, action.Group)
		a.Name = l.cfg.Groups[action.Group].Name + "/" + t.Text("name")
		l.cfg.Alarms = append(l.cfg.Alarms, a)
	} else {
		t.Mistake("alarm", "must be the name of an [alarm.NAME], or an alarm's table", "")
		return
	}
	a := &l.cfg.Alarms[index]
	action.Side = scaling.High
	if a.Config.Comparison != 0 && !a.Config.Comparison.Upward() {
		action.Side = scaling.Low
		if grows {
			l.caution(n, t.Path+": adds capacity when its metric is low")
		}
	}
	a.Actions = append(a.Actions, action)
}
