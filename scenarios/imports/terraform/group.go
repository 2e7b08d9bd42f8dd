package terraform

import (
	"slices"
	"strings"

	"headroom/scenarios/imports"
)

// writeGroup writes an Auto Scaling group with its policies and schedules.
func (d *draft) writeGroup(r *resource) {
	v := r.values
	d.title(r)
	d.Table("autoscaling_group", r.key)
	d.writeGroupTemplate(r)
	for _, key := range []string{"min_size", "max_size"} {
		if v.scalar(key) == nil {
			d.assume("%s: its %s is known only after apply: 1", r.address, key)
			d.SetWith(key, 1, "to fill in: known only after apply")
			continue
		}
		d.copy(v, key)
	}
	d.copyNumbers(r, v, "desired_capacity")
	d.writeZones(r, "vpc_zone_identifier")
	groups := append(d.tables(r, "aws_lb_target_group", "target_group_arns"), d.tables(r, "aws_lb_target_group", "traffic_source", "identifier")...)
	for _, a := range d.of("aws_autoscaling_attachment") {
		if d.one(a, "aws_autoscaling_group", "autoscaling_group_name") == r {
			groups = append(groups, d.tables(a, "aws_lb_target_group", "lb_target_group_arn")...)
		}
	}
	if slices.Sort(groups); len(groups) > 0 {
		d.Set("target_groups", slices.Compact(groups))
	}
	d.copy(v, "default_cooldown", "health_check_type", "health_check_grace_period", "default_instance_warmup", "capacity_rebalance", "protect_from_scale_in")
	if seconds, _ := v.number("max_instance_lifetime"); seconds > 0 {
		d.copyNumbers(r, v, "max_instance_lifetime")
	}
	for _, key := range []string{"termination_policies", "suspended_processes"} {
		if list := v.texts(key); len(list) > 0 {
			d.Set(key, list)
		}
	}
	if warm := inline(v.block("warm_pool"), "pool_state", "min_size", "max_group_prepared_capacity"); warm != "" {
		d.Set("warm_pool", imports.Raw(warm))
	}
	if len(v.blocks("initial_lifecycle_hook")) > 0 {
		d.skip(r.address, "its lifecycle hooks: how long they take is not in a plan; write them as initial_lifecycle_hook")
	}
	d.writeMixed(r)
	d.writePolicies(r)
	d.writeSchedules(r)
}

// writeGroupTemplate writes which template a group launches from.
func (d *draft) writeGroupTemplate(r *resource) {
	var t *resource
	for _, path := range [][]string{
		{"launch_template", "id"}, {"launch_template", "name"}, {"launch_configuration"},
		{"mixed_instances_policy", "launch_template", "launch_template_specification", "launch_template_id"},
		{"mixed_instances_policy", "launch_template", "launch_template_specification", "launch_template_name"},
	} {
		if r.config == nil || len(expressionsAt(r.config.Expressions, path)) > 0 {
			if t = d.one(r, "aws_launch_template", path...); t != nil {
				d.Set("launch_template", t.key)
				return
			}
		}
	}
	d.assume("%s: its launch template is not in the plan: %s", r.address, d.assumedType())
	d.SetWith("launch_template", d.assumedTemplate(), "to fill in: it is not in the plan")
}

// assumedTemplate is the name of a template for groups whose own is not in the plan.
func (d *draft) assumedTemplate() string {
	d.assumes = true
	return "assumed"
}

// writeZones writes where a group or a load balancer is: subnets, or their zones.
func (d *draft) writeZones(r *resource, attribute string) {
	subnets := d.linked(r, "aws_subnet", attribute)
	if d.network && len(subnets) > 0 {
		var names []string
		for _, s := range subnets {
			names = append(names, s.key)
		}
		d.Set(attribute, names)
		return
	}
	var zones []string
	for _, s := range subnets {
		zones = append(zones, d.letter(s.values.text("availability_zone")))
	}
	for _, zone := range r.values.texts("availability_zones") {
		zones = append(zones, d.letter(zone))
	}
	slices.Sort(zones)
	zones = slices.DeleteFunc(slices.Compact(zones), func(z string) bool { return z == "" })
	if len(zones) > 0 {
		d.Set("availability_zones", zones)
	}
}

// writeMixed writes a mixed instances policy.
func (d *draft) writeMixed(r *resource) {
	mixed := r.values.block("mixed_instances_policy")
	if mixed == nil {
		return
	}
	d.Table("autoscaling_group", r.key, "mixed_instances_policy")
	d.copy(mixed.block("instances_distribution"), "on_demand_allocation_strategy", "on_demand_base_capacity",
		"on_demand_percentage_above_base_capacity", "spot_allocation_strategy", "spot_instance_pools")
	var types []string
	for _, o := range mixed.block("launch_template").blocks("override") {
		if o.text("instance_type") == "" {
			d.skip(r.address, "an override without instance_type: which types fit its requirements is not looked up")
			continue
		}
		types = append(types, inline(o, "instance_type", "weighted_capacity"))
	}
	if len(types) > 0 {
		d.Set("override", imports.Raw("["+strings.Join(types, ", ")+"]"))
	}
}

// writePolicies writes the scaling policies of a group.
func (d *draft) writePolicies(r *resource) {
	for _, p := range d.of("aws_autoscaling_policy") {
		if d.one(p, "aws_autoscaling_group", "autoscaling_group_name") != r {
			continue
		}
		v := p.values
		kind := v.text("policy_type")
		if kind == "" {
			kind = "SimpleScaling"
		}
		alarm := d.alarmOf(p)
		if alarm == nil && (kind == "SimpleScaling" || kind == "StepScaling") {
			d.skip(p.address, "no alarm of the plan calls it, or its metric is not simulated")
			continue
		}
		tracking, predictive := v.block("target_tracking_configuration"), v.block("predictive_scaling_configuration")
		if kind == "TargetTrackingScaling" && tracking.block("predefined_metric_specification") == nil {
			d.skip(p.address, "tracks a metric of its own (customized_metric_specification): write it by hand")
			continue
		}
		d.Item("autoscaling_group", r.key, "policy")
		d.Set("name", p.key)
		d.Set("policy_type", kind)
		switch kind {
		case "TargetTrackingScaling":
			metric := tracking.block("predefined_metric_specification").text("predefined_metric_type")
			d.Set("metric", metric)
			if groups := d.tables(r, "aws_lb_target_group", "target_group_arns"); metric == "ALBRequestCountPerTarget" && len(groups) > 0 {
				d.Set("target_group", groups[0])
			}
			d.copy(tracking, "target_value", "disable_scale_in")
			d.copy(v, "estimated_instance_warmup")
		case "PredictiveScaling":
			d.writePredictive(predictive)
		case "StepScaling":
			d.Set("alarm", alarm.key)
			d.copy(v, "adjustment_type", "min_adjustment_magnitude", "estimated_instance_warmup")
			var all []string
			for _, s := range v.blocks("step_adjustment") {
				all = append(all, inline(s, "metric_interval_lower_bound", "metric_interval_upper_bound", "scaling_adjustment"))
			}
			d.Set("step_adjustment", imports.Raw("["+strings.Join(all, ", ")+"]"))
		default:
			d.Set("alarm", alarm.key)
			d.copy(v, "adjustment_type", "scaling_adjustment", "min_adjustment_magnitude", "cooldown")
		}
	}
}

// writePredictive writes what predictive scaling looks at.
func (d *draft) writePredictive(v attributes) {
	metric := v.block("metric_specification")
	pair := metric.block("predefined_metric_pair_specification").text("predefined_metric_type")
	if pair == "" {
		pair = "ASGCPUUtilization"
		d.assume("the metric of predictive scaling is not a predefined pair: %s", pair)
	}
	d.Set("metric", pair)
	d.copy(metric, "target_value")
	d.copy(v, "mode", "scheduling_buffer_time", "max_capacity_breach_behavior", "max_capacity_buffer")
}

// alarmMetrics are those of alarms on a group that are simulated.
var alarmMetrics = []string{"CPUUtilization", "NetworkIn", "NetworkOut"}

// alarmOf returns the alarm that calls a policy, nil for none that can be written.
func (d *draft) alarmOf(policy *resource) *resource {
	for _, a := range d.of("aws_cloudwatch_metric_alarm") {
		if slices.Contains(d.linked(a, "aws_autoscaling_policy", "alarm_actions"), policy) ||
			slices.Contains(d.linked(a, "aws_autoscaling_policy", "ok_actions"), policy) {
			if slices.Contains(alarmMetrics, a.values.text("metric_name")) {
				return a
			}
		}
	}
	return nil
}

// writeAlarms writes the alarms that policies wait for.
func (d *draft) writeAlarms() {
	for _, a := range d.of("aws_cloudwatch_metric_alarm") {
		policies := d.linked(a, "aws_autoscaling_policy", "alarm_actions")
		var group *resource
		for _, p := range policies {
			if d.alarmOf(p) == a {
				group = d.one(p, "aws_autoscaling_group", "autoscaling_group_name")
			}
		}
		if group == nil {
			d.skip(a.address, "an alarm that calls no scaling policy of the plan, or on a metric that is not simulated")
			continue
		}
		d.title(a)
		d.Table("alarm", a.key)
		d.Set("autoscaling_group", group.key)
		d.copy(a.values, "metric_name", "statistic", "period", "evaluation_periods", "datapoints_to_alarm", "comparison_operator", "threshold")
		if missing := a.values.text("treat_missing_data"); missing != "" {
			d.Set("treat_missing_data", missing)
		}
	}
}

// writeSchedules writes the scheduled actions of a group.
func (d *draft) writeSchedules(r *resource) {
	for _, s := range d.of("aws_autoscaling_schedule") {
		if d.one(s, "aws_autoscaling_group", "autoscaling_group_name") != r {
			continue
		}
		v := s.values
		if v.text("recurrence") == "" && v.text("start_time") == "" {
			d.skip(s.address, "when it happens is known only after apply")
			continue
		}
		d.Item("autoscaling_group", r.key, "schedule")
		d.Set("name", s.key)
		d.copy(v, "recurrence", "time_zone")
		for _, key := range []string{"start_time", "end_time"} {
			if at := v.text(key); at != "" {
				d.Set(key, imports.Raw(strings.TrimSpace(at)))
			}
		}
		for _, key := range []string{"min_size", "max_size", "desired_capacity"} {
			if n, ok := v.number(key); ok && n >= 0 { // -1 leaves it as it is
				d.copy(v, key)
			}
		}
	}
}
