package terraform

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"headroom/scenarios/imports"
)

// writeContainerService writes an ECS service with the size of its task definition and its
// scaling: on Fargate, or on the instances of an Auto Scaling group.
func (d *draft) writeContainerService(r *resource) {
	v := r.values
	fargate := onFargate(v)
	provider, group := d.capacityOf(r)
	strategy := d.strategyOf(r)
	task := d.one(r, "aws_ecs_task_definition", "task_definition")
	switch {
	case !fargate && provider == nil && group == nil && strategy == nil:
		d.skip(r.address, "a service on instances whose Auto Scaling group the plan does not tell: write it as [container_service.NAME] with its autoscaling_group or capacity_provider")
		return
	case task == nil:
		d.skip(r.address, "its task definition, which has its cpu and memory, is not in the plan")
		return
	}
	d.title(r)
	d.Table("container_service", r.key)
	switch {
	case usesSpot(v) || strategy != nil: // its strategy says so, in the end
	case fargate:
		d.Set("launch_type", "FARGATE")
	case provider != nil:
		d.Set("capacity_provider", provider.key)
	default:
		d.assume("%s: its tasks run on %s, the only Auto Scaling group of the plan", r.address, group.address)
		d.SetWith("autoscaling_group", group.key, "the only one of the plan")
	}
	groups := d.tables(r, "aws_lb_target_group", "load_balancer", "target_group_arn")
	if len(groups) > 0 {
		d.Set("target_groups", groups)
	} else {
		d.services[r.key] = true
		d.Set("service", r.key)
	}
	d.copyNumbers(r, v, "desired_count", "health_check_grace_period_seconds", "deployment_minimum_healthy_percent", "deployment_maximum_percent")
	d.writeTaskSize(task)
	if fargate {
		d.writeFargate(v, task)
	} else {
		d.writePlacement(v)
	}
	d.writeTaskScaling(r)
	d.writeProviders(r, strategy)
	if len(groups) == 0 {
		d.assume("%s has no target group: nobody asks it", r.address)
	}
}

// writeTaskSize writes what a task reserves: what its definition says, or what its
// containers say together.
func (d *draft) writeTaskSize(task *resource) {
	for _, key := range []string{"cpu", "memory"} {
		n, ok := task.values.number(key)
		if !ok {
			n, ok = containersNeed(task.values.text("container_definitions"), key)
		}
		if !ok {
			n = map[string]float64{"cpu": 256, "memory": 512}[key]
			d.assume("%s: its %s is not known: %v", task.address, key, n)
		}
		d.Set(key, int(n))
	}
}

// containersNeed adds up what the containers of a task reserve; memory is what each is
// promised, where it is, as that is what a place is looked for by.
func containersNeed(definitions, key string) (sum float64, known bool) {
	var all []struct {
		CPU               float64 `json:"cpu"`
		Memory            float64 `json:"memory"`
		MemoryReservation float64 `json:"memoryReservation"`
	}
	if json.Unmarshal([]byte(definitions), &all) != nil {
		return 0, false
	}
	for _, c := range all {
		if key == "cpu" {
			sum += c.CPU
		} else {
			sum += cmp.Or(c.MemoryReservation, c.Memory)
		}
	}
	return sum, sum > 0
}

// writeFargate writes what only tasks on Fargate have.
func (d *draft) writeFargate(v attributes, task *resource) {
	if on := task.values.block("runtime_platform").text("cpu_architecture"); on != "" {
		d.Set("cpu_architecture", on)
	}
	if size, ok := task.values.block("ephemeral_storage").number("size_in_gib"); ok {
		d.Set("ephemeral_storage", int(size))
	}
	if v.block("network_configuration").flag("assign_public_ip") {
		d.Set("assign_public_ip", true)
	}
}

// writePlacement writes on which instances tasks are placed.
func (d *draft) writePlacement(v attributes) {
	var all []string
	for _, s := range v.blocks("ordered_placement_strategy") {
		all = append(all, inline(s, "type", "field"))
	}
	if len(all) > 0 {
		d.Set("ordered_placement_strategy", imports.Raw("["+strings.Join(all, ", ")+"]"))
	}
}

// capacityOf returns what gives a service on instances its place: its capacity provider,
// that of its cluster, or the only Auto Scaling group.
func (d *draft) capacityOf(r *resource) (provider, group *resource) {
	if onFargate(r.values) {
		return nil, nil
	}
	if len(r.values.blocks("capacity_provider_strategy")) > 0 || r.values.text("launch_type") == "" {
		provider = d.one(r, "aws_ecs_capacity_provider", "capacity_provider_strategy", "capacity_provider")
		if provider == nil {
			provider = only(d.of("aws_ecs_capacity_provider"))
		}
		if provider != nil && d.groupOf(provider) != nil {
			return provider, nil
		}
	}
	return nil, only(d.of("aws_autoscaling_group"))
}

// strategyOf returns the capacity providers of a service over several groups, one for each line of
// its strategy; nil where the plan does not tell them all.
func (d *draft) strategyOf(r *resource) []*resource {
	lines := len(r.values.blocks("capacity_provider_strategy"))
	if lines < 2 || onFargate(r.values) {
		return nil
	}
	all := d.linked(r, "aws_ecs_capacity_provider", "capacity_provider_strategy", "capacity_provider")
	if len(all) != lines || slices.ContainsFunc(all, func(p *resource) bool { return d.groupOf(p) == nil }) {
		return nil
	}
	return all
}

// only is the one there is, nil if there are more or none.
func only(all []*resource) *resource {
	if len(all) == 1 {
		return all[0]
	}
	return nil
}

// groupOf returns the Auto Scaling group of a capacity provider.
func (d *draft) groupOf(provider *resource) *resource {
	return d.one(provider, "aws_autoscaling_group", "auto_scaling_group_provider", "auto_scaling_group_arn")
}

// writeCapacityProvider writes how ECS scales the group of a cluster.
func (d *draft) writeCapacityProvider(r *resource) {
	group := d.groupOf(r)
	if group == nil {
		d.skip(r.address, "its Auto Scaling group is not in the plan")
		return
	}
	v := r.values.block("auto_scaling_group_provider")
	d.title(r)
	d.Table("capacity_provider", r.key)
	d.Set("autoscaling_group", group.key)
	d.copy(v, "managed_termination_protection", "managed_draining")
	scaling := inline(v.block("managed_scaling"), "status", "target_capacity", "minimum_scaling_step_size", "maximum_scaling_step_size", "instance_warmup_period")
	if scaling != "" {
		d.Set("managed_scaling", imports.Raw(scaling))
	}
}

// onFargate reports whether a service is on machines of AWS.
func onFargate(v attributes) bool {
	if v.text("launch_type") == "FARGATE" {
		return true
	}
	for _, s := range v.blocks("capacity_provider_strategy") {
		if on := s.text("capacity_provider"); on == "FARGATE" || on == "FARGATE_SPOT" {
			return true
		}
	}
	return false
}

// writeProviders writes how the tasks of a service are shared out over Fargate and Fargate Spot,
// or over the groups of capacity providers.
func (d *draft) writeProviders(r *resource, of []*resource) {
	if !usesSpot(r.values) && of == nil {
		return
	}
	for k, s := range r.values.blocks("capacity_provider_strategy") {
		d.Item("container_service", r.key, "capacity_provider_strategy")
		if of == nil {
			d.Set("capacity_provider", s.text("capacity_provider"))
		} else {
			d.Set("capacity_provider", of[k].key)
		}
		d.copyNumbers(r, s, "base", "weight")
	}
}

// usesSpot reports whether a service has tasks on Fargate Spot.
func usesSpot(v attributes) bool {
	return slices.ContainsFunc(v.blocks("capacity_provider_strategy"), func(s attributes) bool {
		return s.text("capacity_provider") == "FARGATE_SPOT"
	})
}

// writeTaskScaling writes the scalable target of a service and the policies on it that
// track a predefined metric.
func (d *draft) writeTaskScaling(r *resource) {
	for _, target := range d.of("aws_appautoscaling_target") {
		if d.scaled(target) != r {
			continue
		}
		d.copyNumbers(target, target.values, "min_capacity", "max_capacity")
		for _, p := range d.of("aws_appautoscaling_policy") {
			if d.scaled(p) == r {
				d.writeTaskPolicy(r, p)
			}
		}
		return
	}
}

// scaled returns the ECS service that a scalable target or a policy is of, nil where it is
// of another service of AWS, or not in the plan.
func (d *draft) scaled(r *resource) *resource {
	if namespace := r.values.text("service_namespace"); namespace != "" && namespace != "ecs" {
		return nil
	}
	if target := d.targetOf(r); target != nil {
		return d.scaled(target)
	}
	return d.one(r, "aws_ecs_service", "resource_id")
}

// targetOf returns the scalable target of a policy that refers to one.
func (d *draft) targetOf(r *resource) *resource {
	if family(r.kind) != "aws_appautoscaling_policy" {
		return nil
	}
	return d.one(r, "aws_appautoscaling_target", "resource_id")
}

// skipScaling says of the scalable targets and policies that are of no ECS service of the
// plan that they are left out.
func (d *draft) skipScaling() {
	for _, r := range append(d.of("aws_appautoscaling_target"), d.of("aws_appautoscaling_policy")...) {
		if d.scaled(r) != nil {
			continue
		}
		namespace := r.values.text("service_namespace")
		if target := d.targetOf(r); namespace == "" && target != nil {
			namespace = target.values.text("service_namespace")
		}
		switch namespace {
		case "", "ecs":
			d.skip(r.address, "the ECS service that it scales is not in the plan")
		default:
			d.skip(r.address, "Application Auto Scaling of "+namespace+" is not simulated, of ECS services alone")
		}
	}
}

func (d *draft) writeTaskPolicy(r, p *resource) {
	tracking := p.values.block("target_tracking_scaling_policy_configuration")
	metric := tracking.block("predefined_metric_specification").text("predefined_metric_type")
	if !slices.Contains([]string{"ECSServiceAverageCPUUtilization", "ECSServiceAverageMemoryUtilization", "ALBRequestCountPerTarget"}, metric) {
		d.skip(p.address, "scales by other than the CPU, the memory or the requests of the service: write it by hand")
		return
	}
	d.Item("container_service", r.key, "policy")
	d.Set("name", p.key)
	d.Set("policy_type", "TargetTrackingScaling")
	d.Set("metric", metric)
	d.copyNumbers(p, tracking, "target_value", "scale_out_cooldown", "scale_in_cooldown")
}
