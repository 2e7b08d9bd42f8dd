package scenarios

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"headroom/model/alarm"
	"headroom/model/cloud"
	"headroom/model/scaling"
	"headroom/sim"
)

func policyKeys() []Key {
	keys := []Key{
		{"name", text(), "(policy- and its index)", "name of the policy, in the activities", ""},
		{"policy_type", choice(policyTypes), required, "how it decides", ""},
		{"metric", choice(trackedMetrics), "", "target tracking: what is kept near the target", ""},
		{"target_group", name("target_group"), "(the group's first)", "target tracking: whose requests, for ALBRequestCountPerTarget", ""},
		{"alarm", loose("name of an [alarm.NAME], or a table"), "", "simple and step: name of an [alarm.NAME], or an alarm's table", ""},
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
	return within("autoscaling_group.NAME.policy[]", "ValidationError", keys)
}

// parameterKeys declares a parameter of a policy, and those of its rows. Whether it
// is required depends on the policy.
func parameterKeys(p scaling.Parameter) []Key {
	k := Key{Path: p.Name, Doc: p.Meaning}
	switch p.Form {
	case scaling.Flag:
		k.Type = flag()
	case scaling.Whole:
		k.Type = whole(p.Low, p.High)
	case scaling.Number:
		k.Type = quantity(plainNumber, p.Low, p.High)
		if len(p.Words) > 0 {
			k.Type = loose("number or " + strings.Join(quoted(p.Words), " or "))
		}
	case scaling.Duration:
		k.Type = quantity(inSeconds, p.Low, p.High)
	case scaling.Choice:
		k.Type = choice(func() []string { return wordNames(p.Words) })
	case scaling.Rows:
		k.Type = list()
	}
	switch preset := p.Default.(type) {
	case nil:
	case string:
		k.Default = strconv.Quote(preset)
	default:
		k.Default = fmt.Sprint(preset)
	}
	keys := []Key{k}
	for _, column := range p.Columns {
		for _, c := range parameterKeys(column) {
			c.Path = p.Name + "[]." + c.Path
			if column.Required {
				c.Default = required
			}
			keys = append(keys, c)
		}
	}
	return keys
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

func policyTypes() []string {
	var names []string
	for _, k := range scaling.Policies() {
		names = append(names, k.Name)
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
		policy := cloud.ScalingPolicy{Name: p.text("name")}
		if p.sound("name") && slices.Contains(names, policy.Name) {
			p.wrong("name", "must be unique in the group")
		}
		names = append(names, policy.Name)
		name := p.choice("policy_type")
		if kind, ok := scaling.Find(name); ok {
			p.mode = "with policy_type " + quote(name)
			policy.Spec = l.readPolicy(p, kind, cloud.AlarmAction{Group: group, Policy: i})
			p.done()
		}
		l.cfg.Groups[group].Policies = append(l.cfg.Groups[group].Policies, policy)
	}
}

// readPolicy reads a policy of one kind and connects it with its alarms, its own or
// the user's. The spec is nil if anything is wrong with it.
func (l *loader) readPolicy(t *table, kind scaling.Kind, action cloud.AlarmAction) scaling.Spec {
	var metric cloud.Metric
	if kind.OwnAlarms() {
		t.require("metric")
		metric = l.trackedMetric(t, action.Group)
	}
	var spec scaling.Spec
	values, ok := t.settings(kind.Parameters)
	if ok {
		var errs []error
		spec, errs = kind.Parse(values)
		t.absorb(errs, kind.Parameters[0].Name)
	}
	switch {
	case !kind.OwnAlarms():
		l.attach(t, action, spec)
	case spec != nil && t.sound("metric") && len(l.faults) == 0:
		l.addAlarms(t, spec.Mechanism().Alarms, metric, action)
	}
	return spec
}

// settings reads the parameters of a policy, and whether nothing is wrong with
// them so far.
func (t *table) settings(parameters []scaling.Parameter) (scaling.Values, bool) {
	values := scaling.Values{}
	good := true
	for _, p := range parameters {
		if p.Required && !declarations()[t.patternOf(p.Name)].Required() {
			t.require(p.Name)
		}
		value, ok := t.setting(p)
		if t.has(p.Name) {
			values[p.Name] = value
		}
		good = good && ok && !t.bad[p.Name]
	}
	return values, good
}

// setting reads one parameter.
func (t *table) setting(p scaling.Parameter) (value any, ok bool) {
	switch p.Form {
	case scaling.Flag:
		return t.flag(p.Name), true
	case scaling.Whole:
		return t.whole(p.Name), true
	case scaling.Duration:
		return t.duration(p.Name), true
	case scaling.Choice:
		return t.choice(p.Name), true
	case scaling.Rows:
		return t.rows(p)
	}
	if len(p.Words) == 0 {
		return t.quantity(p.Name), true
	}
	n, _ := t.take(p.Name, anyKind)
	if n == nil {
		return nil, true
	}
	if word, is := n.scalar.(string); is && slices.Contains(wordNames(p.Words), word) {
		return word, true
	}
	v, rule := readQuantity(n, plainNumber)
	if rule != "" {
		t.mistake(p.Name, "must be a number or "+strings.Join(quoted(p.Words), " or "), "")
	}
	return v, true
}

// rows reads the tables of a parameter.
func (t *table) rows(p scaling.Parameter) ([]scaling.Values, bool) {
	var rows []scaling.Values
	good := true
	for _, row := range t.each(p.Name) {
		values, ok := row.settings(p.Columns)
		rows, good = append(rows, values), good && ok
		row.done()
	}
	return rows, good
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

// addAlarms adds the alarms that a policy brings along.
func (l *loader) addAlarms(t *table, alarms []scaling.Alarm, m cloud.Metric, action cloud.AlarmAction) {
	g := &l.cfg.Groups[action.Group]
	name := "TargetTracking-" + g.Name + "/" + t.text("name") + "-Alarm"
	for _, a := range alarms {
		suffix, comparison := "High", alarm.GreaterThanThreshold
		if a.Side == scaling.Low {
			suffix, comparison = "Low", alarm.LessThanThreshold
		}
		if m.Kind.OfGroup() && !l.cfg.LaunchTemplates[g.Template].Detailed {
			a.Period = basicPeriod
		}
		action.Side = a.Side
		l.cfg.Alarms = append(l.cfg.Alarms, cloud.Alarm{
			Name: name + suffix, Metric: m,
			Config: alarm.Config{
				Period: a.Period, EvaluationPeriods: a.Periods, DatapointsToAlarm: a.Periods,
				Comparison: comparison, Threshold: a.Threshold, TreatMissing: alarm.MissingIsMissing,
			},
			Actions: []cloud.AlarmAction{action},
		})
	}
}

// basicPeriod is the length of a datapoint of EC2 without detailed monitoring.
const basicPeriod = 300 * sim.Second

// attach connects a policy to its alarm, which it names or holds.
func (l *loader) attach(t *table, action cloud.AlarmAction, spec scaling.Spec) {
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
		if s, ok := spec.(interface{ Grows() bool }); ok && s.Grows() {
			l.caution(n, t.path+": adds capacity when its metric is low")
		}
	}
	a.Actions = append(a.Actions, action)
}
