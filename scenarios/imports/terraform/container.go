package terraform

import "slices"

// writeContainerService writes an ECS service on Fargate with the size of its task
// definition and its scaling. One on instances is left out: which group of the plan its
// cluster has is decided when an instance registers.
func (d *draft) writeContainerService(r *resource) {
	v := r.values
	if !onFargate(v) {
		d.skip(r.address, "a service on instances: write it as [container_service.NAME] with its autoscaling_group or capacity_provider")
		return
	}
	task := d.one(r, "aws_ecs_task_definition", "task_definition")
	if task == nil {
		d.skip(r.address, "its task definition, which has its cpu and memory, is not in the plan")
		return
	}
	if usesSpot(r.values) {
		d.skip(r.address, "its capacity provider FARGATE_SPOT: Fargate Spot is not simulated, all its tasks are written as Fargate on demand, which costs more and is not interrupted")
	}
	d.title(r)
	d.Table("container_service", r.key)
	d.Set("launch_type", "FARGATE")
	groups := d.tables(r, "aws_lb_target_group", "load_balancer", "target_group_arn")
	if len(groups) > 0 {
		d.Set("target_groups", groups)
	} else {
		d.services[r.key] = true
		d.Set("service", r.key)
	}
	d.copyNumbers(r, v, "desired_count", "health_check_grace_period_seconds", "deployment_minimum_healthy_percent", "deployment_maximum_percent")
	for _, key := range []string{"cpu", "memory"} {
		n, ok := task.values.number(key)
		if !ok {
			n = map[string]float64{"cpu": 256, "memory": 512}[key]
			d.assume("%s: its %s is not known: %v", task.address, key, n)
		}
		d.Set(key, int(n))
	}
	if on := task.values.block("runtime_platform").text("cpu_architecture"); on != "" {
		d.Set("cpu_architecture", on)
	}
	if size, ok := task.values.block("ephemeral_storage").number("size_in_gib"); ok {
		d.Set("ephemeral_storage", int(size))
	}
	if v.block("network_configuration").flag("assign_public_ip") {
		d.Set("assign_public_ip", true)
	}
	d.writeTaskScaling(r)
	if len(groups) == 0 {
		d.assume("%s has no target group: nobody asks it", r.address)
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
	if metric != "ECSServiceAverageCPUUtilization" && metric != "ECSServiceAverageMemoryUtilization" {
		d.skip(p.address, "scales by other than the CPU or memory of the service: write it by hand")
		return
	}
	d.Item("container_service", r.key, "policy")
	d.Set("name", p.key)
	d.Set("policy_type", "TargetTrackingScaling")
	d.Set("metric", metric)
	d.copyNumbers(p, tracking, "target_value", "scale_out_cooldown", "scale_in_cooldown")
}
