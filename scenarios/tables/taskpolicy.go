package tables

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/model/scaling"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// taskPolicies are the types of policies that Application Auto Scaling has for ECS services,
// with what makes no sense there, for tasks do not warm up.
var taskPolicies = []string{"TargetTrackingScaling", "StepScaling"}

const warmupKey = "estimated_instance_warmup"

// taskMetrics are the metrics that target tracking of an ECS service knows by name.
var taskMetrics = []tracked{
	{"ECSServiceAverageCPUUtilization", "percent of the CPU units that the tasks of the service reserve", controlplane.CPUUtilization, controlplane.Average},
	{"ECSServiceAverageMemoryUtilization", "percent of the memory that the tasks of the service reserve", controlplane.MemoryUsed, controlplane.Average},
	{"ALBRequestCountPerTarget", "requests for each task in a minute", controlplane.RequestCountPerTarget, controlplane.Sum},
}

// taskPolicyKeys are those of the policies of an ECS service: those of a group's of the same
// types, without warm-up and with cooldowns.
func taskPolicyKeys() []schema.Key {
	const of = "autoscaling_group.NAME.policy[]."
	cooldown := schema.Quantity(schema.Seconds, 0, year)
	keys := []schema.Key{
		schema.Row("policy_type", schema.Choice(taskPolicyTypes), schema.Required, "how it decides"),
		schema.Row("metric", schema.Choice(func() []schema.Word { return trackedWords(taskMetrics) }), "", "target tracking: what is kept near the target"),
		schema.Row("scale_in_cooldown", cooldown, "300", "target tracking: how long after a scale-in it does not scale in again; a scale-out ends that"),
		schema.Row("scale_out_cooldown", cooldown, "300", "target tracking: how long after a scale-out what was added counts as part of the next"),
		schema.Row("cooldown", cooldown, "300", "step: the same, for both"),
	}
	wanted := []string{"name", "target_group", "alarm"}
	for _, k := range scaling.Policies() {
		if slices.Contains(taskPolicies, k.Name) {
			for _, p := range parametersOf(k, true) {
				wanted = append(wanted, p.Name)
			}
		}
	}
	for _, k := range policyKeys() {
		path := strings.TrimPrefix(k.Path, of)
		head, _, _ := strings.Cut(path, "[")
		if slices.Contains(wanted, head) {
			k.Path = path
			keys = append(keys, k)
		}
	}
	return slices.Concat(
		schema.Within("container_service.NAME", "ValidationException", []schema.Key{
			schema.Row("policy", schema.List(), "", "scaling policies of Application Auto Scaling, from min_capacity to max_capacity"),
			schema.Row("schedule", schema.List(), "", "scheduled actions of Application Auto Scaling").Called("scheduled_action scheduled_actions"),
		}),
		schema.Within("container_service.NAME.policy[]", "ValidationException", keys),
		schema.Within("container_service.NAME.schedule[]", "ValidationException", taskScheduleKeys()),
	)
}

func taskPolicyTypes() (words []schema.Word) {
	for _, w := range policyTypes() {
		if slices.Contains(taskPolicies, w.Name) {
			words = append(words, w)
		}
	}
	return words
}

// parametersOf lists the parameters of a kind of policy, for tasks or for instances.
func parametersOf(k scaling.Kind, tasks bool) []scaling.Parameter {
	if !tasks {
		return k.Parameters
	}
	return slices.DeleteFunc(slices.Clone(k.Parameters), func(p scaling.Parameter) bool { return p.Name == warmupKey })
}

// trackedOf lists the metrics that policies of a group know by name.
func (l *loader) trackedOf(group int) []tracked {
	if l.cfg.Groups[group].Tasks != nil {
		return taskMetrics
	}
	return trackedKinds
}

// readCooldowns reads how long a policy of an ECS service pauses after a change.
func readCooldowns(t *schema.Table, kind scaling.Kind) *scaling.Cooldowns {
	other := []string{"scale_in_cooldown", "scale_out_cooldown"}
	read := func() *scaling.Cooldowns {
		d := t.Duration("cooldown")
		return &scaling.Cooldowns{In: d, Out: d}
	}
	if kind.OwnAlarms() {
		other = []string{"cooldown"}
		read = func() *scaling.Cooldowns {
			return &scaling.Cooldowns{In: t.Duration("scale_in_cooldown"), Out: t.Duration("scale_out_cooldown")}
		}
	}
	for _, key := range other {
		if t.Has(key) {
			t.Wrong(key, "must not be given "+t.Mode)
		}
		t.Pass(key)
	}
	return read()
}

// taskSubject reads whose CPU or memory an alarm watches, if that is an ECS service: one that
// is named, or the one of whose policy it is.
func (l *loader) taskSubject(t *schema.Table, kind controlplane.MetricKind, group int) (subject int, ok bool) {
	const key = "container_service"
	own := group != cloud.None && l.cfg.Groups[group].Tasks != nil
	if !t.Has(key) {
		t.Pass(key)
		if !own || t.Has("autoscaling_group") || !kind.OfGroup() {
			return 0, false
		}
		subject = group
	} else if i := t.Reference(key); i >= 0 {
		subject = len(l.tables["autoscaling_group"]) + i
	} else {
		subject = -1
	}
	t.Pass("autoscaling_group", "target_group")
	if kind != controlplane.CPUUtilization && kind != controlplane.MemoryUsed {
		t.Wrong("metric_name", "must be CPUUtilization or MemoryUtilization of a container_service")
	}
	return subject, true
}

// taskScheduleKeys are those of a scheduled action of Application Auto Scaling: one of a group
// that has other limits and no desired capacity.
func taskScheduleKeys() []schema.Key {
	keys := []schema.Key{
		schema.Row("min_capacity", schema.Whole(0, mostTasks), "", "new min_capacity"),
		schema.Row("max_capacity", schema.Whole(0, mostTasks), "", "new max_capacity"),
	}
	for _, k := range scheduleKeys() {
		k.Path = strings.TrimPrefix(k.Path, "schedule[].")
		if !slices.Contains([]string{"min_size", "max_size", "desired_capacity"}, k.Path) {
			k.Code = ""
			keys = append(keys, k)
		}
	}
	return keys
}

// readTaskSchedules reads the scheduled actions of an ECS service, whose desired count follows
// its limits.
func (l *loader) readTaskSchedules(t *schema.Table) (all []controlplane.Schedule) {
	var plain []scaling.Schedule
	for i, s := range t.Each("schedule") {
		s.Assume("name", fmt.Sprintf("schedule-%d", i))
		one := controlplane.Schedule{Name: tree.Printable(s.Text("name"))}
		one.Recurrence, one.TimeZone = s.Text("recurrence"), s.Text("time_zone")
		one.Start, one.End = s.Instant("start_time"), s.Instant("end_time")
		one.Min, one.Max = s.Optional("min_capacity"), s.Optional("max_capacity")
		s.Absorb(ofTasks(one.Validate(l.cfg.Start)), "recurrence")
		l.warnOfRecurrence(s, "recurrence", &one.Schedule)
		all, plain = append(all, one), append(plain, one.Schedule)
		s.Done()
	}
	t.Absorb(scaling.ValidateSchedules(plain), "schedule")
	return all
}

// taskWords are what the faults of a group's schedule are of one for tasks.
var taskWords = strings.NewReplacer(
	"desired_capacity: needs one of min_size, max_size and desired_capacity", "min_capacity: is required, or max_capacity",
	"min_size", "min_capacity", "max_size", "max_capacity")

func ofTasks(faults []error) []error {
	for i, err := range faults {
		faults[i] = errors.New(taskWords.Replace(err.Error()))
	}
	return faults
}
