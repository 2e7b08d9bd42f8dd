package tables

import (
	"cmp"

	"headroom/model/container"
	"headroom/model/controlplane"
	"headroom/scenarios/schema"
	"headroom/sim/rng"
)

// taskDefinitionKeys are those of [task_definition.NAME]: what is other in a revision that
// an action deploys to a service.
func taskDefinitionKeys() []schema.Key {
	return schema.Within("task_definition.NAME", invalidTask, []schema.Key{
		schema.Row("cpu", schema.Whole(leastTaskUnits, mostTaskUnits), "(as before)", "CPU units of a task"),
		schema.Row("memory", schema.Whole(4, mostTaskMiB), "(as before)", "MiB of a task"),
		schema.Row("cpu_architecture", schema.OneOf("X86_64: Intel and AMD", "ARM64: Graviton, cheaper"), "(as before)", "on Fargate: what tasks run on"),
		schema.Row("start", schema.Law(schema.Seconds), "(as before)", "how long a task takes until its containers run"),
		schema.Row("boot", schema.Law(schema.Seconds), "(as before)", "how long its application takes from then until its port is open; one that never opens it fails its health checks"),
		schema.Row("speed", schema.Quantity(schema.Number, 0.01, 100), "1", "how fast its application is, beside that of [container_service.NAME]: at 0.8 it computes a fourth longer"),
		schema.Row("exits", schema.Quantity(schema.Share, 0, 1), "0", "share of its tasks whose essential container exits before they run"),
	})
}

// guardKeys are those of what makes deployments of a service fail.
func guardKeys() []schema.Key {
	return []schema.Key{
		schema.Row("deployment_circuit_breaker", schema.Inner(), "", "ends a deployment of which tasks fail in a row: half of desired_count, 3 to 200"),
		schema.Row("deployment_circuit_breaker.enable", schema.Flag(), schema.Required, "whether it does"),
		schema.Row("deployment_circuit_breaker.rollback", schema.Flag(), schema.Required, "whether the service goes back to what it had before then; else it starts no tasks until the next deployment"),
		schema.Row("alarms", schema.Inner(), "", "alarms that end a deployment"),
		schema.Row("alarms.alarm_names", schema.Names("alarm"), "", "of which one in ALARM does"),
		schema.Row("alarms.enable", schema.Flag(), schema.Required, "whether they do"),
		schema.Row("alarms.rollback", schema.Flag(), schema.Required, "whether the service goes back then"),
	}
}

// readGuard reads what makes deployments fail.
func readGuard(t *schema.Table) (g controlplane.Guard) {
	if b := t.Within("deployment_circuit_breaker"); b != nil {
		on, back := b.Flag("enable"), b.Flag("rollback")
		g.Breaker, g.BreakerRollsBack = on, on && back
		b.Done()
	}
	if a := t.Within("alarms"); a != nil {
		names, on, back := a.References("alarm_names"), a.Flag("enable"), a.Flag("rollback")
		if on {
			g.Alarms, g.AlarmsRollBack = names, back
		}
		if on {
			a.Require("alarm_names")
			if len(names) == 0 && a.Sound("alarm_names") {
				a.Mistake("alarm_names", "must name at least one alarm", "")
			}
		}
		a.Done()
	}
	return g
}

// taskDefinition is a [task_definition.NAME]: what it does not say is nil or 0.
type taskDefinition struct {
	at          *schema.Table
	tasks       controlplane.Tasks // its CPU, memory and speed
	arch        string
	start, boot rng.Distribution
	exits       float64
}

// readTaskDefinitions reads the revisions that actions deploy.
func (l *loader) readTaskDefinitions() {
	for _, t := range l.tables["task_definition"] {
		d := taskDefinition{at: t, arch: t.Choice("cpu_architecture"), exits: t.Quantity("exits")}
		d.tasks.CPU, d.tasks.MemoryMiB, d.tasks.Speed = int64(t.Whole("cpu")), int64(t.Whole("memory")), t.Quantity("speed")
		if t.Has("start") {
			d.start = l.law(t, "start")
		}
		if t.Has("boot") {
			d.boot = l.law(t, "boot")
		}
		t.Pass("start", "boot")
		t.Done()
		l.definitions = append(l.definitions, d)
	}
}

// readDeployment reads the revision that an action deploys; without one the service starts
// its tasks anew.
func (l *loader) readDeployment(t *schema.Table, a *controlplane.Action) {
	g := &l.cfg.Groups[a.On.Index]
	if i := t.Reference("task_definition"); i >= 0 && g.Template >= 0 && l.definitions[i].at.Faultless() {
		a.Template = l.revision(&l.definitions[i], g)
	}
}

// revision is a task definition as a service launches it.
func (l *loader) revision(d *taskDefinition, g *controlplane.Group) *controlplane.GroupTemplate {
	tasks := *g.Tasks
	tasks.CPU, tasks.MemoryMiB, tasks.Speed = cmp.Or(d.tasks.CPU, tasks.CPU), cmp.Or(d.tasks.MemoryMiB, tasks.MemoryMiB), d.tasks.Speed
	if d.arch != "" {
		tasks.ARM = d.arch == "ARM64"
	}
	lt := l.cfg.LaunchTemplates[g.Template]
	lt.Name, lt.LaunchFails, lt.LaunchError = d.at.Path, d.exits, "CannotStartContainerError"
	if d.start != nil {
		lt.Launch.Pending = d.start
	}
	if d.boot != nil {
		lt.Launch.Boot = d.boot
	}
	l.checkRevision(d, g, &tasks)
	r := controlplane.Group{Tasks: &tasks}
	l.addTaskTemplate(&r, lt)
	return &controlplane.GroupTemplate{Template: r.Template, Types: r.Types, Tasks: r.Tasks}
}

// checkRevision refuses what the service has no room for.
func (l *loader) checkRevision(d *taskDefinition, g *controlplane.Group, tasks *controlplane.Tasks) {
	key := "cpu"
	if d.tasks.CPU == 0 {
		key = "memory"
	}
	if tasks.On < 0 {
		if _, rule := container.Fargate(tasks.Need); rule != "" {
			d.at.Reject(key, schema.Fault{Rule: rule + ", of container_service." + g.Name, Code: invalidTask})
		}
		return
	}
	if d.arch != "" {
		d.at.Reject("cpu_architecture", schema.Fault{Rule: "must not be given of container_service." + g.Name + ", whose tasks run on instances", Code: "InvalidParameterException"})
	}
	for _, i := range tasks.Groups() {
		if i < 0 {
			continue
		}
		if len(l.roomFor(tasks.Need, &l.cfg.Groups[i])) > 0 {
			d.at.Reject(key, schema.Fault{Rule: "must fit on an instance of autoscaling_group." + l.cfg.Groups[i].Name + ", where container_service." + g.Name + " runs", Code: "InvalidParameterException"})
		}
	}
}
