package scenarios

// plan is a key that a later version simulates. Its neutral value is what this
// version does anyway, and is accepted.
type plan struct{ neutral func(*node) bool }

var (
	never    = plan{func(*node) bool { return false }}
	zero     = plan{func(n *node) bool { return n.scalar == int64(0) || n.scalar == 0.0 || n.scalar == "0s" }}
	one      = plan{func(n *node) bool { return n.scalar == int64(1) || n.scalar == 1.0 || n.scalar == "1" }}
	off      = plan{func(n *node) bool { return n.scalar == false || n.scalar == "off" }}
	empty    = plan{func(n *node) bool { return n.form == listForm && len(n.list) == 0 }}
	disabled = plan{func(n *node) bool {
		return n.form == tableForm && n.table["enabled"] != nil && n.table["enabled"].scalar == false
	}}
)

// planned lists the keys of the vocabulary that this version does not simulate.
var planned = map[string]plan{
	"action":            never,
	"dedicated_host":    never,
	"elastic_ip":        never,
	"file_system":       never,
	"network_interface": never,
	"placement_group":   never,
	"security_group":    never,
	"snapshot_schedule": never,
	"subnet":            never,
	"volume":            never,

	"launch_template.NAME.credit_specification":    never,
	"launch_template.NAME.hibernation_options":     never,
	"launch_template.NAME.iam_instance_profile":    never,
	"launch_template.NAME.instance_market_options": never,
	"launch_template.NAME.key_name":                never,
	"launch_template.NAME.placement":               never,
	"launch_template.NAME.vpc_security_groups":     empty,
	"instance.NAME.placement":                      never,
	"instance.NAME.vpc_security_groups":            empty,

	"service.NAME.memory": never,
	"service.NAME.swap":   zero,

	"target_group.NAME.slow_start": zero,
	"target_group.NAME.stickiness": disabled,

	"load_balancer.NAME.security_groups": empty,
	"load_balancer.NAME.subnets":         empty,

	"autoscaling_group.NAME.initial_lifecycle_hook":      never,
	"autoscaling_group.NAME.instance_maintenance_policy": never,
	"autoscaling_group.NAME.instance_refresh":            never,
	"autoscaling_group.NAME.max_instance_lifetime":       zero,
	"autoscaling_group.NAME.placement_group":             never,
	"autoscaling_group.NAME.protect_from_scale_in":       off,
	"autoscaling_group.NAME.suspended_processes":         empty,
	"autoscaling_group.NAME.warm_pool":                   never,

	"autoscaling_group.NAME.mixed_instances_policy.override[].weighted_capacity": one,
	"autoscaling_group.NAME.policy[].predictive_scaling_configuration":           never,

	"workload.NAME.sessions":          never,
	"workload.NAME.utilization":       never,
	"workload.NAME.clients.sessions":  never,
	"workload.NAME.demand.memory":     zero,
	"workload.NAME.demand.read_ops":   zero,
	"workload.NAME.demand.write_ops":  zero,
	"workload.NAME.demand.read_bytes": zero,
}

// plannedWords are values of choices that a later version simulates.
var plannedWords = map[string][]string{
	"autoscaling_group.NAME.policy[].policy_type": {"PredictiveScaling"},
	"launch_template.NAME.tenancy":                {"host"},
	"load_balancer.NAME.load_balancer_type":       {"network", "gateway"},
	"run.fidelity":                                {"fluid", "auto"},
}

// plannedChoice returns the rule that a value of a choice breaks by being
// planned.
func plannedChoice(pattern, value string) (rule string, is bool) {
	for _, word := range plannedWords[pattern] {
		if word == value {
			return "is not simulated by this version", true
		}
	}
	return "", false
}
