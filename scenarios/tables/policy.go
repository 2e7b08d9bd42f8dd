package tables

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"headroom/model/alarm"
	"headroom/model/controlplane"
	"headroom/model/scaling"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
	"headroom/sim"
)

func policyKeys() []schema.Key {
	keys := []schema.Key{
		schema.Row("name", schema.Text(), "(policy- and its index)", "name of the policy, in the activities"),
		schema.Row("policy_type", schema.Choice(policyTypes), schema.Required, "how it decides"),
		schema.Row("metric", schema.Choice(trackedMetrics), "", "target tracking: what is kept near the target; predictive scaling: whose load is forecast"),
		schema.Row("target_group", schema.Name("target_group"), "(the group's first)", "target tracking and predictive scaling: whose requests, for ALBRequestCountPerTarget and ALBRequestCount"),
		schema.Row("history", schema.Text(), "", "predictive scaling: CSV file with the load before the run, columns t (seconds before the start, or a time) and load (of the group, in the metric's unit)"),
		schema.Row("alarm", schema.Either("name of an [alarm.NAME], or a table", schema.Name("alarm"), schema.Inner()).Like("alarm.NAME"), "", "simple and step: name of an [alarm.NAME], or an alarm's table"),
	}
	at := map[string]int{} // index of the key of each parameter
	users := map[string]string{}
	for _, k := range scaling.Policies() {
		for _, p := range k.Parameters {
			if users[p.Name] != "" {
				users[p.Name] += " and " + k.Short
			} else {
				users[p.Name], at[p.Name] = k.Short, len(keys)
				keys = append(keys, parameterKeys(p)...)
			}
			keys[at[p.Name]].Doc = users[p.Name] + ": " + p.Meaning
		}
	}
	return schema.Within("autoscaling_group.NAME.policy[]", "ValidationError", keys)
}

// parameterKeys declares a parameter of a policy, and those of its rows. Whether it
// is required depends on the policy.
func parameterKeys(p scaling.Parameter) []schema.Key {
	k := schema.Key{Path: p.Name, Doc: p.Meaning}
	switch p.Form {
	case scaling.Flag:
		k.Type = schema.Flag()
	case scaling.Whole:
		k.Type = schema.Whole(p.Low, p.High)
	case scaling.Number:
		k.Type = schema.Quantity(schema.Number, p.Low, p.High)
		if len(p.Words) > 0 {
			k.Type = schema.Either("number or "+strings.Join(quoted(p.Words), " or "), k.Type, schema.Choice(func() []schema.Word { return parameterWords(p.Words) }))
		}
	case scaling.Duration:
		k.Type = schema.Quantity(schema.Seconds, p.Low, p.High)
	case scaling.Choice:
		k.Type = schema.Choice(func() []schema.Word { return parameterWords(p.Words) })
	case scaling.Rows:
		k.Type = schema.List()
	}
	switch preset := p.Default.(type) {
	case nil:
	case string:
		k.Default = strconv.Quote(preset)
	case sim.Time:
		k.Default = fmt.Sprint(preset.Seconds())
	default:
		k.Default = fmt.Sprint(preset)
	}
	keys := []schema.Key{k}
	for _, column := range p.Columns {
		for _, c := range parameterKeys(column) {
			c.Path = p.Name + "[]." + c.Path
			if column.Required {
				c.Default = schema.Required
			}
			keys = append(keys, c)
		}
	}
	return keys
}

func parameterWords(of []scaling.Word) []schema.Word {
	var list []schema.Word
	for _, w := range of {
		list = append(list, schema.Word{Name: w.Name, Meaning: w.Meaning})
	}
	return list
}

func wordNames(words []scaling.Word) []string {
	var names []string
	for _, w := range words {
		names = append(names, w.Name)
	}
	return names
}

func quoted(words []scaling.Word) []string {
	names := wordNames(words)
	for i := range names {
		names[i] = strconv.Quote(names[i])
	}
	return names
}

func policyTypes() []schema.Word {
	var words []schema.Word
	for _, e := range scaling.Policies() {
		words = append(words, schema.Word{Name: e.Name, Meaning: e.Description})
	}
	return words
}

// tracked is a metric that target tracking or predictive scaling knows by a name of its
// own. The policy sees its aggregate over the group.
type tracked struct {
	name, meaning string
	metric        controlplane.MetricKind
	aggregate     controlplane.Statistic
}

var trackedKinds = []tracked{
	{"ASGAverageCPUUtilization", "percent of the group's vCPUs that are busy", controlplane.CPUUtilization, controlplane.Average},
	{"ASGAverageNetworkIn", "bytes that an instance receives in a minute", controlplane.NetworkIn, controlplane.Average},
	{"ASGAverageNetworkOut", "bytes that an instance sends in a minute", controlplane.NetworkOut, controlplane.Average},
	{"ALBRequestCountPerTarget", "requests for each target in a minute", controlplane.RequestCountPerTarget, controlplane.Sum},
	{"mem_used_percent", "percent of an instance's memory that is in use, which its CloudWatch agent publishes", controlplane.MemoryUsed, controlplane.Average},
	{"ASGCPUUtilization", "sum over a group of the percent of their vCPUs by which instances are busy", controlplane.CPUUtilization, controlplane.Sum},
	{"ASGNetworkIn", "bytes that a group receives in a minute", controlplane.NetworkIn, controlplane.Sum},
	{"ASGNetworkOut", "bytes that a group sends in a minute", controlplane.NetworkOut, controlplane.Sum},
	{"ALBRequestCount", "requests to a target group in a minute", controlplane.RequestCount, controlplane.Sum},
}

func trackedMetrics() []schema.Word { return trackedWords(trackedKinds) }

func trackedWords(of []tracked) []schema.Word {
	var words []schema.Word
	for _, k := range of {
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
		policy := controlplane.ScalingPolicy{Name: tree.Printable(p.Text("name"))}
		if p.Sound("name") && slices.Contains(names, policy.Name) {
			p.Wrong("name", "must be unique in the group")
		}
		names = append(names, policy.Name)
		respellKeys(p.Node, policyTable)
		respellCustom(p.Node)
		if kind, ok := scaling.Find(p.Decider("policy_type")); ok {
			if _, predicts := kind.Example.(scaling.Predictive); predicts {
				l.readPredictive(p, group, &policy)
			} else {
				policy.Spec = l.readPolicy(p, kind, controlplane.AlarmAction{Group: group, Policy: i})
				if l.cfg.Groups[group].Tasks != nil {
					policy.Cooldowns = readCooldowns(p, kind)
				}
			}
		}
		p.Done()
		l.cfg.Groups[group].Policies = append(l.cfg.Groups[group].Policies, policy)
	}
}

// readPolicy reads a policy of one kind and connects it with its alarms, its own or
// the user's. The spec is nil if anything is wrong with it.
func (l *loader) readPolicy(t *schema.Table, kind scaling.Kind, action controlplane.AlarmAction) scaling.Spec {
	var metric controlplane.Metric
	tasks := l.cfg.Groups[action.Group].Tasks != nil
	switch {
	case !kind.OwnAlarms():
	case t.Has("customized_metric_specification") && !tasks:
		metric = l.customMetric(t, action.Group)
	default:
		if !tasks {
			t.Pass("customized_metric_specification")
		}
		metric = l.policyMetric(t, action.Group, false)
	}
	var spec scaling.Spec
	values, ok := settings(t, parametersOf(kind, tasks))
	if ok {
		var errs []error
		spec, errs = kind.Parse(values)
		t.Absorb(errs, kind.Parameters[0].Name)
	} else if standIns(t, parametersOf(kind, tasks), values) {
		_, errs := kind.Parse(values)
		t.Absorb(errs, kind.Parameters[0].Name)
	}
	switch {
	case !kind.OwnAlarms():
		l.attach(t, action, spec)
	case spec != nil && (t.Sound("metric") || t.Has("customized_metric_specification") && !t.Faulty("metric")) && len(l.Faults) == 0:
		l.addAlarms(t, spec.Mechanism().Alarms, metric, action)
	}
	return spec
}

// predicts reports whether a metric is one that predictive scaling forecasts, rather than
// one that target tracking follows.
func (k *tracked) predicts() bool {
	return k.aggregate == controlplane.Sum && k.metric != controlplane.RequestCountPerTarget
}

// policyMetric reads the metric that a policy names: one that is forecast, or one that is
// tracked.
func (l *loader) policyMetric(t *schema.Table, group int, forecast bool) controlplane.Metric {
	t.Require("metric")
	m := controlplane.Metric{Subject: group}
	name := t.Choice("metric")
	var others []string
	kinds := l.trackedOf(group)
	for i := range kinds {
		k := &kinds[i]
		if k.name == name {
			m.Kind, m.Statistic = k.metric, k.aggregate
		}
		if k.predicts() == forecast {
			others = append(others, k.name)
		}
	}
	switch {
	case !t.Sound("metric"):
		t.Pass("target_group")
		return m
	case !slices.Contains(others, name):
		t.Mistake("metric", t.Mode+" must be one of "+strings.Join(others, " "), t.Hint(name, others))
		t.Pass("target_group")
		return m
	}
	if m.Kind.OfGroup() {
		if t.Has("target_group") {
			t.Wrong("target_group", "must not be given with metric "+tree.Quote(name))
		}
		t.Pass("target_group")
		l.noteMemoryMetric(t, "metric", m)
		return m
	}
	own := l.cfg.Groups[group].TargetGroups
	if len(own) > 0 {
		t.Assume("target_group", l.cfg.TargetGroups[own[0]].Name)
	}
	m.Subject = t.Reference("target_group")
	if !t.Has("target_group") {
		t.Wrong("metric", "must not be "+name+" of a group without target_groups")
	} else if m.Subject >= 0 && !slices.Contains(own, m.Subject) {
		t.Wrong("target_group", "must be one of the group's target_groups")
	}
	return m
}

// addAlarms adds the alarms that a policy brings along.
func (l *loader) addAlarms(t *schema.Table, alarms []scaling.Alarm, m controlplane.Metric, action controlplane.AlarmAction) {
	l.addAlarmsOf(tree.Printable(t.Text("name")), alarms, m, action)
}

// addAlarmsOf adds the alarms of a policy of that name.
func (l *loader) addAlarmsOf(policy string, alarms []scaling.Alarm, m controlplane.Metric, action controlplane.AlarmAction) {
	g := &l.cfg.Groups[action.Group]
	name := "TargetTracking-" + g.Name + "/" + policy + "-Alarm"
	for _, a := range alarms {
		suffix, comparison := "High", alarm.GreaterThanThreshold
		if a.Side == scaling.Low {
			suffix, comparison = "Low", alarm.LessThanThreshold
		}
		switch {
		case m.Interval > 0:
			a.Period = m.Interval
		case m.Basic(l.monitored):
			a.Period = controlplane.BasicPeriod
		}
		action.Side = a.Side
		l.cfg.Alarms = append(l.cfg.Alarms, controlplane.Alarm{
			Name: name + suffix, Metric: m,
			Config: alarm.Config{
				Period: a.Period, EvaluationPeriods: a.Periods, DatapointsToAlarm: a.Periods,
				Comparison: comparison, Threshold: a.Threshold, TreatMissing: alarm.MissingIsMissing,
			},
			Actions: []controlplane.AlarmAction{action},
		})
	}
}

// attach connects a policy to its alarm, which it names or holds.
func (l *loader) attach(t *schema.Table, action controlplane.AlarmAction, spec scaling.Spec) {
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
		a.Name = l.cfg.Groups[action.Group].Name + "/" + tree.Printable(t.Text("name"))
		l.cfg.Alarms = append(l.cfg.Alarms, a)
	} else {
		t.Mistake("alarm", "must be the name of an [alarm.NAME], or an alarm's table", "")
		return
	}
	a := &l.cfg.Alarms[index]
	action.Side = scaling.High
	if a.Config.Comparison != 0 && !a.Config.Comparison.Upward() {
		action.Side = scaling.Low
		if s, ok := spec.(interface{ Grows() bool }); ok && s.Grows() {
			l.warnAt(n, t.Path+": adds capacity when its metric is low")
		}
	}
	a.Actions = append(a.Actions, action)
}

// monitored reports whether a group has detailed monitoring.
func (l *loader) monitored(group int) bool {
	if group < 0 || group >= len(l.cfg.Groups) || l.cfg.Groups[group].Template < 0 {
		return true // which is said elsewhere
	}
	return l.cfg.LaunchTemplates[l.cfg.Groups[group].Template].Detailed
}
