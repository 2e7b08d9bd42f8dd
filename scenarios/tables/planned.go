package tables

import (
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// Neutral values of planned keys, by what they are.

func never(*tree.Node) bool   { return false }
func zero(n *tree.Node) bool  { return n.Scalar == int64(0) || n.Scalar == 0.0 || n.Scalar == "0s" }
func one(n *tree.Node) bool   { return n.Scalar == int64(1) || n.Scalar == 1.0 || n.Scalar == "1" }
func off(n *tree.Node) bool   { return n.Scalar == false || n.Scalar == "off" }
func empty(n *tree.Node) bool { return n.Form == tree.ListForm && len(n.List) == 0 }
func disabled(n *tree.Node) bool {
	return n.Form == tree.TableForm && n.Table["enabled"] != nil && n.Table["enabled"].Scalar == false
}

// plannedKeys are those of the vocabulary that this version does not simulate.
// Their neutral values are what it does anyway, and are accepted.
func plannedKeys() []schema.Key {
	return []schema.Key{
		schema.Planned("action", "what an operator does at a time: stop, start, resize, snapshot", never),
		schema.Planned("dedicated_host", "hosts of the account's own", never),
		schema.Planned("elastic_ip", "addresses that stay with the account", never),
		schema.Planned("file_system", "EFS file systems", never),
		schema.Planned("network_interface", "network interfaces of their own", never),
		schema.Planned("placement_group", "instances near to each other or apart", never),
		schema.Planned("security_group", "which packets may pass", never),
		schema.Planned("snapshot_schedule", "when volumes are backed up", never),
		schema.Planned("subnet", "subnets and their addresses", never),
		schema.Planned("volume", "EBS volumes of their own", never),

		schema.Planned("launch_template.NAME.credit_specification", "CPU credits: standard or unlimited", never),
		schema.Planned("launch_template.NAME.hibernation_options", "whether instances can hibernate", never),
		schema.Planned("launch_template.NAME.iam_instance_profile", "the role of the instances", never),
		schema.Planned("launch_template.NAME.instance_market_options", "whether instances are Spot", never),
		schema.Planned("launch_template.NAME.key_name", "the SSH key", never),
		schema.Planned("launch_template.NAME.placement", "placement group, host or zone", never),
		schema.Planned("launch_template.NAME.vpc_security_groups", "security groups", empty),
		schema.Planned("instance.NAME.placement", "placement group, host or zone", never),
		schema.Planned("instance.NAME.vpc_security_groups", "security groups", empty),

		schema.Planned("service.NAME.memory", "what the service itself holds in memory", never),
		schema.Planned("service.NAME.swap", "how much of the disk stands in for memory", zero),

		schema.Planned("target_group.NAME.slow_start", "how long a new target gets fewer requests", zero),
		schema.Planned("target_group.NAME.stickiness", "whether a client stays with its target", disabled),

		schema.Planned("load_balancer.NAME.security_groups", "security groups", empty),
		schema.Planned("load_balancer.NAME.subnets", "subnets of the nodes", empty),

		schema.Planned("autoscaling_group.NAME.initial_lifecycle_hook", "pauses of launches and terminations", never),
		schema.Planned("autoscaling_group.NAME.instance_maintenance_policy", "how many may be away while others are replaced", never),
		schema.Planned("autoscaling_group.NAME.instance_refresh", "replacement of all instances, bit by bit", never),
		schema.Planned("autoscaling_group.NAME.max_instance_lifetime", "age at which an instance is replaced", zero),
		schema.Planned("autoscaling_group.NAME.placement_group", "placement group of the instances", never),
		schema.Planned("autoscaling_group.NAME.protect_from_scale_in", "whether new instances are spared by scale-in", off),
		schema.Planned("autoscaling_group.NAME.suspended_processes", "processes that do not run", empty),
		schema.Planned("autoscaling_group.NAME.warm_pool", "instances that are kept ready, stopped", never),

		schema.Planned("autoscaling_group.NAME.mixed_instances_policy.override[].weighted_capacity", "units of capacity that an instance counts for", one),
		schema.Planned("autoscaling_group.NAME.policy[].predictive_scaling_configuration", "forecasts of predictive scaling", never),

		schema.Planned("workload.NAME.sessions", "requests that belong together", never),
		schema.Planned("workload.NAME.utilization", "load as a share of capacity", never),
		schema.Planned("workload.NAME.clients.sessions", "clients that think between requests", never),
		schema.Planned("workload.NAME.demand.memory", "memory that a request holds", zero),
		schema.Planned("workload.NAME.demand.read_ops", "reads from a volume", zero),
		schema.Planned("workload.NAME.demand.write_ops", "writes to a volume", zero),
		schema.Planned("workload.NAME.demand.read_bytes", "bytes read from a volume", zero),
	}
}
