package tables

import "headroom/scenarios/schema"

// TerraformKeys are the keys of Terraform that are read under another name, and values of
// its that are read beside those of the vocabulary: what an editor must not mark as wrong.
func TerraformKeys() []schema.Key {
	var keys []schema.Key
	also := func(table string, pairs ...string) {
		for i := 0; i < len(pairs); i += 2 {
			keys = append(keys, schema.Row(table+"."+pairs[i], schema.Free(), "", "Terraform's spelling of "+pairs[i+1]))
		}
	}
	for _, machine := range []string{"instance.NAME", "launch_template.NAME"} {
		also(machine, "security_groups", "vpc_security_group_ids", "host_id", "placement.host_id",
			"placement_group", "placement.group_name", "placement_partition_number", "placement.partition_number",
			"affinity", "placement.affinity", "monitoring", `"detailed" for true, "basic" for false`,
			"root_block_device", "block_device_mappings with root = true", "ebs_block_device", "block_device_mappings")
		also(machine+".block_device_mappings[]", "ebs", "its inner keys", "volume_type", "type", "volume_size", "size", "snapshot_id", "snapshot")
	}
	also("instance.NAME", "availability_zone", "availability_zones with one")
	also("volume.NAME", "volume_type", "type", "volume_size", "size", "snapshot_id", "snapshot", "attach", "attach, by names of instances")
	also("file_system.NAME", "lifecycle_policy", "lifecycle_ia")
	also("autoscaling_group.NAME.policy[]", "target_tracking_configuration", "the policy's keys",
		"predictive_scaling_configuration", "the policy's keys", "metric_specification", "the policy's keys",
		"predefined_metric_specification", "the policy's keys", "predefined_metric_pair_specification", "the policy's keys",
		"predefined_metric_type", "metric")
	also("target_group.NAME", "target_id", "load_balancer", "targets", "load_balancer", "load_balancer", "load_balancer")
	also("alarm.NAME", "dimensions", "the keys that say of what", "metric_dimension", "the keys that say of what", "metric_query", "metric_query, nested")
	also("autoscaling_group.NAME.policy[]", "customized_metric_specification", "customized_metric_specification, nested")
	also("action[]", "type", "the type of a volume or an instance")
	for _, action := range []string{"load_balancer.NAME.default_action", "load_balancer.NAME.rule[].action"} {
		also(action, "target_group_arn", "forward")
	}
	return keys
}
