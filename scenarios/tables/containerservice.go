package tables

import (
	"fmt"
	"slices"
	"strings"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/container"
	"headroom/model/controlplane"
	"headroom/model/scaling"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
	"headroom/sim"
)

// invalidTask is what ECS answers to a value that it does not take.
const invalidTask = "ClientException"

// Bounds of tasks. Those on EC2 are from the ECS Developer Guide, "Task size".
const (
	leastTaskUnits  = 128
	mostTaskUnits   = 192 * container.UnitsPerCPU
	mostTaskMiB     = 24 << 20
	mostTasks       = 5000 // of a service, the quota of ECS
	leastStorage    = container.FreeStorage + 1
	usualTaskStart  = "35s" // on Fargate, where the image is not there yet: our estimate
	cachedTaskStart = "5s"
	taskSweep       = 10 * sim.Second
)

// containerServiceKeys are those of [container_service.NAME]: Terraform's aws_ecs_service and
// its aws_ecs_task_definition, with how long tasks take to start.
func containerServiceKeys() []schema.Key {
	return schema.Within("container_service.NAME", invalidTask, append(append(membershipKeys("security_groups", ""), guardKeys()...), []schema.Key{
		schema.Row("service", schema.Name("service"), "(that of its target groups)", "what a task does with a request"),
		schema.Row("desired_count", schema.Whole(0, mostTasks), "1", "tasks at the start, running where there is room"),
		schema.Row("min_capacity", schema.Whole(0, mostTasks), "(0)", "fewest tasks, of its scalable target"),
		schema.Row("max_capacity", schema.Whole(0, mostTasks), "(desired_count)", "most tasks, of its scalable target"),
		schema.Row("cpu", schema.Whole(leastTaskUnits, mostTaskUnits), schema.Required, "CPU units of a task, 1024 a vCPU: what it reserves, and never has more of"),
		schema.Row("memory", schema.Whole(4, mostTaskMiB), schema.Required, "MiB of a task: what it reserves, and never has more of"),
		schema.Row("launch_type", schema.OneOf("EC2: on the instances of autoscaling_group", "FARGATE: on machines of AWS, paid by the vCPU and the GB"), `"EC2"`, "where tasks run"),
		schema.Row("autoscaling_group", schema.Name("autoscaling_group"), "", "with launch_type EC2: on whose instances tasks are placed"),
		schema.Row("capacity_provider", schema.Name("capacity_provider"), "", "the capacity provider whose group that is, instead of autoscaling_group"),
		schema.Row("capacity_provider_strategy", schema.List(), "", "over which capacity providers tasks go, instead of launch_type: those of Fargate, or those of groups"),
		schema.Row("capacity_provider_strategy[].capacity_provider", schema.Text(), schema.Required, "where: FARGATE, on demand; FARGATE_SPOT, on spare capacity, 70 % cheaper, which AWS takes back; or a [capacity_provider.NAME]"),
		schema.Row("capacity_provider_strategy[].base", schema.Whole(0, container.MostBase), "0", "so many tasks first; of one capacity provider"),
		schema.Row("capacity_provider_strategy[].weight", schema.Whole(0, container.MostWeight), "0", "its part of the tasks beyond that"),
		schema.Row("spot_interruption_rate", schema.Quantity(schema.PerSecond, 0, 1), `("0.005/d")`, "on Fargate Spot: how often AWS takes a task back; AWS publishes nothing, our estimate is one task in seven a month"),
		schema.Row("stop_timeout", schema.Quantity(schema.Seconds, 0, container.MostStop.Seconds()), `("30s")`, "on Fargate Spot: from the warning, with which SIGTERM comes, to SIGKILL; AWS gives two minutes at most"),
		schema.Row("ordered_placement_strategy", schema.List(), "(spread over zones, then over instances)", "with launch_type EC2: which instance gets a task, and which loses one"),
		schema.Row("ordered_placement_strategy[].type", schema.OneOf("binpack: on the fullest", "spread: evenly", "random: anywhere"), schema.Required, "how"),
		schema.Row("ordered_placement_strategy[].field", schema.Text(), "", "of binpack: cpu or memory; of spread: attribute:ecs.availability-zone or instanceId"),
		schema.Row("target_groups", schema.Names("target_group"), "", "where its tasks are registered"),
		schema.Row("health_check_grace_period_seconds", schema.Quantity(schema.Seconds, 0, year), "0", "how long a task is spared that its target groups find unhealthy"),
		schema.Row("deployment_minimum_healthy_percent", schema.Whole(0, 100), "100", "share of the desired count that stays while tasks are replaced"),
		schema.Row("deployment_maximum_percent", schema.Whole(100, 200), "200", "above 100, tasks are started before those that they replace are stopped"),
		schema.Row("start", schema.Law(schema.Seconds), `("35s" on Fargate, "5s" on EC2)`, "how long a task takes until its containers run: to load its image, above all; our estimate"),
		schema.Row("boot", schema.Law(schema.Seconds), `"0s"`, "how long its application takes from then until its port is open"),
		schema.Row("cpu_architecture", schema.OneOf("X86_64: Intel and AMD", "ARM64: Graviton, cheaper"), `"X86_64"`, "with launch_type FARGATE: what tasks run on"),
		schema.Row("ephemeral_storage", schema.Whole(leastStorage, container.MaxStorage), "(20, which are free)", "with launch_type FARGATE: GiB of disk of a task"),
		schema.Row("subnets", schema.Names("subnet"), "", "with launch_type FARGATE: where the tasks are, instead of availability_zones"),
		schema.Row("availability_zones", schema.Texts(), "(all zones of the scenario)", "with launch_type FARGATE: where the tasks are"),
		regionKey(),
		schema.Row("assign_public_ip", schema.Flag(), "false", "with launch_type FARGATE: a public IPv4 address for each task, which is billed"),
	}...))
}

// fargateOnly and instancesOnly are the keys that the other launch type does not have.
var (
	fargateOnly   = []string{spotRateKey, stopKey, "cpu_architecture", "ephemeral_storage", "subnets", "availability_zones", "region", "assign_public_ip", "security_groups"}
	instancesOnly = []string{"autoscaling_group", providerKey, "ordered_placement_strategy"}
)

// readContainerServices reads the ECS services, which are groups whose members are tasks.
func (l *loader) readContainerServices() {
	for _, t := range l.tables["container_service"] {
		g := controlplane.Group{
			Name: t.Name, Template: cloud.None, ELBHealth: true, HealthSweep: taskSweep,
			DefaultWarmup: scaling.Unset, Reference: 0,
		}
		tasks := &controlplane.Tasks{On: cloud.None, Need: container.Need{CPU: int64(t.Whole("cpu")), MemoryMiB: int64(t.Whole("memory"))}}
		g.Tasks = tasks
		lines := l.readStrategy(t)
		fargate := runsOnFargate(t, lines)
		for _, key := range otherKeys(fargate, len(lines) > 0) {
			if t.Has(key) {
				t.Reject(key, schema.Fault{Rule: "must not be given " + t.Mode, Code: "InvalidParameterException"})
			}
			t.Pass(key)
		}
		readCounts(t, &g)
		g.TargetGroups = t.References("target_groups")
		l.taskService(t, &g)
		g.Grace = t.Duration("health_check_grace_period_seconds")
		g.Maintenance = &scaling.Healthy{Least: t.Whole("deployment_minimum_healthy_percent"), Most: t.Whole("deployment_maximum_percent")}
		tasks.Guard = readGuard(t)
		lt := controlplane.LaunchTemplate{Name: "container_service." + t.Name, Platform: model.Linux}
		if fargate {
			l.readFargate(t, &g, &lt, lines)
		} else {
			l.readTasksOn(t, &g, &lt, lines)
		}
		l.taskTimes(t, fargate, &lt)
		l.addTaskTemplate(&g, lt)
		g.Schedules = l.readTaskSchedules(t)
		l.cfg.Groups = append(l.cfg.Groups, g)
		l.readPolicies(t, len(l.cfg.Groups)-1)
		t.Done()
	}
}

// runsOnFargate reads whether the tasks of a service are on machines of AWS.
func runsOnFargate(t *schema.Table, lines []strategyLine) bool {
	if !t.Has(strategyKey) {
		return t.Decider("launch_type") == "FARGATE"
	}
	if t.Mode = "with " + strategyKey; t.Has("launch_type") {
		t.Reject("launch_type", schema.Fault{Rule: "must not be given " + t.Mode, Code: "InvalidParameterException"})
	}
	t.Pass("launch_type")
	return len(lines) == 0 || lines[0].onFargate()
}

// otherKeys are those that a service does not have on Fargate, or on instances, where its
// strategy may say on which.
func otherKeys(fargate, strategy bool) []string {
	switch {
	case fargate:
		return instancesOnly
	case strategy:
		return append(slices.Clone(fargateOnly), instancesOnly[:2]...)
	}
	return fargateOnly
}

// readCounts reads the limits of a service.
func readCounts(t *schema.Table, g *controlplane.Group) {
	g.Desired = t.Whole("desired_count")
	if t.Sound("desired_count") {
		t.Assume("min_capacity", int64(0))
		t.Assume("max_capacity", int64(g.Desired))
	}
	g.Min, g.Max = t.Whole("min_capacity"), t.Whole("max_capacity")
	switch {
	case !t.Sound("desired_count", "min_capacity", "max_capacity"):
	case g.Desired > g.Max:
		t.Wrong("desired_count", fmt.Sprintf("must not exceed max_capacity (%d)", g.Max))
	case g.Desired < g.Min:
		t.Wrong("desired_count", fmt.Sprintf("must not be below min_capacity (%d)", g.Min))
	}
}

// taskService reads what tasks do: the service that is named, or that of the target groups.
func (l *loader) taskService(t *schema.Table, g *controlplane.Group) {
	g.Service = cloud.None
	if t.Has("service") {
		g.Service = t.Reference("service")
	} else {
		t.Pass("service")
	}
	for _, i := range g.TargetGroups {
		if i < 0 {
			continue
		}
		tg := &l.cfg.TargetGroups[i]
		switch {
		case tg.Balancer > 0:
			t.Reject("target_groups", schema.Fault{Rule: "must not name target_group." + tg.Name + ", whose target is a load balancer", Code: invalidTarget})
		case isLambda(l.tables["target_group"][i]):
			t.Reject("target_groups", schema.Fault{Rule: ofFunctions(tg.Name), Got: tree.Quote(tg.Name), Code: invalidTarget})
		case g.Service < 0 && !t.Has("service"):
			if g.Service = tg.Service; g.Service < 0 {
				t.MarkFaulty("target_groups") // it has no service either, which has been said
			}
		case tg.Service != g.Service && tg.Service >= 0:
			t.Reject("target_groups", schema.Fault{Rule: "must be target groups of its service, as target_group." + tg.Name + " is not", Code: invalidTarget})
		}
	}
	if g.Service < 0 && !t.Faulty("service") && !t.Faulty("target_groups") {
		t.Require("service")
	}
}

// readFargate reads what only tasks on Fargate have.
func (l *loader) readFargate(t *schema.Table, g *controlplane.Group, lt *controlplane.LaunchTemplate, lines []strategyLine) {
	if t.Sound("cpu", "memory") {
		if key, rule := container.Fargate(g.Tasks.Need); rule != "" {
			t.Reject(key, schema.Fault{Rule: rule, Code: invalidTask})
		}
	}
	readSpotTasks(t, g.Tasks, lines)
	g.Tasks.Placement = container.Usual()
	g.Tasks.ARM = t.Choice("cpu_architecture") == "ARM64"
	if g.Tasks.Storage = container.FreeStorage; t.Has("ephemeral_storage") {
		g.Tasks.Storage = int64(t.Whole("ephemeral_storage"))
	} else {
		t.Pass("ephemeral_storage")
	}
	g.Subnets, g.Zones = l.places(t, "subnets", false)
	lt.PublicIP = t.Flag("assign_public_ip")
	lt.Ends = l.membership(l.readGroupsOf(t, "security_groups", ""), lt)
}

// readStrategies reads how tasks are placed.
func readStrategies(t *schema.Table) (all []container.Strategy) {
	const key = "ordered_placement_strategy"
	rows := t.Each(key)
	for _, row := range rows {
		typ, field := row.Choice("type"), row.Text("field")
		s, ok := container.Find(typ, field)
		switch {
		case !row.Sound("type"):
		case typ == "random" && field != "":
			row.Reject("field", schema.Fault{Rule: "must not be given of random", Code: invalidTask})
		case ok:
			all = append(all, s)
		default:
			fields := container.Fields(typ)
			if !row.Has("field") {
				row.Require("field")
				break
			}
			row.Reject("field", schema.Fault{Rule: "must be " + strings.Join(fields, " or ") + " of " + typ, Hint: t.Hint(field, fields), Code: invalidTask})
		}
		row.Done()
	}
	if len(rows) > 5 {
		t.Reject(key, schema.Fault{Rule: "must be at most 5 strategies", Code: invalidTask})
	}
	if len(rows) == 0 {
		return container.Usual()
	}
	return all
}

// taskTimes reads how long a task takes until it serves.
func (l *loader) taskTimes(t *schema.Table, fargate bool, lt *controlplane.LaunchTemplate) {
	usual := cachedTaskStart
	if fargate {
		usual = usualTaskStart
	}
	t.Assume("start", usual)
	lt.Launch = controlplane.LaunchTimes{Pending: l.law(t, "start"), Boot: l.law(t, "boot")}
}

// addTaskTemplate gives a service what its tasks are launched by: a template, and a type
// that has what a task has.
func (l *loader) addTaskTemplate(g *controlplane.Group, lt controlplane.LaunchTemplate) {
	need := g.Tasks.Need
	if need.CPU <= 0 || need.MemoryMiB <= 0 {
		need = container.Need{CPU: leastTaskUnits, MemoryMiB: 1} // which is a fault already
	}
	vcpus, share := controlplane.Shape(need.CPU)
	g.Tasks.Share = share
	where, arch := "ec2", "x86_64"
	if g.Tasks.On < 0 {
		where = "fargate"
	}
	if g.Tasks.ARM {
		where, arch = where+"-arm", "arm64"
	}
	name := fmt.Sprintf("%s.%d-%d", where, need.CPU, need.MemoryMiB)
	lt.Type = l.typeNumber(model.InstanceType{
		Name: name, Family: where, Size: fmt.Sprintf("%d-%d", need.CPU, need.MemoryMiB), Arch: arch,
		VCPUs: vcpus, ThreadsPerCore: 1, MemoryMiB: need.MemoryMiB, CurrentGen: true, Nitro: true,
	})
	lt.Detailed = true // their metrics come every minute
	g.Template = len(l.cfg.LaunchTemplates)
	l.cfg.LaunchTemplates = append(l.cfg.LaunchTemplates, lt)
	g.Types = []controlplane.LaunchType{{Type: lt.Type, Need: controlplane.Need{Pool: cloud.None}}}
}

// connectContainerServices refuses services of which tasks have no part.
func (l *loader) connectContainerServices() {
	for k, t := range l.tables["container_service"] {
		g := &l.cfg.Groups[l.cfg.ScalingGroups()+k]
		if g.Service < 0 || g.Service >= len(l.cfg.Services) {
			continue
		}
		s := &l.cfg.Services[g.Service]
		key := "service"
		if !t.Has(key) {
			key = "target_groups"
		}
		if len(s.Disks) > 0 || s.Bandwidth || s.Memory != nil && s.Memory.Swap.Size > 0 {
			t.Reject(key, schema.Fault{Rule: "must be a service without reads, writes, bandwidth and swap: those are of instances", Code: schema.NoCode})
		}
	}
}

// groupTable returns the table of a group: an Auto Scaling group, or an ECS service.
func (l *loader) groupTable(i int) *schema.Table {
	if n := len(l.tables["autoscaling_group"]); i >= n {
		return l.tables["container_service"][i-n]
	}
	return l.tables["autoscaling_group"][i]
}

// desiredKey is the key of how many members a group has at the start.
func desiredKey(g *controlplane.Group) string {
	if g.Tasks != nil {
		return "desired_count"
	}
	return "desired_capacity"
}
