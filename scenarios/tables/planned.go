package tables

import "headroom/scenarios/schema"

// plannedKeys are those of the vocabulary that this version does not simulate.
// Their neutral values are what it does anyway, and are accepted.
func plannedKeys() []schema.Key {
	return []schema.Key{
		schema.Planned("launch_template.NAME.cpu_options", "cores and threads of an instance, fewer than its type's", schema.Never),
		schema.Planned("instance.NAME.cpu_options", "cores and threads of an instance, fewer than its type's", schema.Never),
		schema.Planned("launch_template.NAME.ebs_optimized", "bandwidth to volumes of its own, which current types have anyway", schema.On),
		schema.Planned("instance.NAME.ebs_optimized", "bandwidth to volumes of its own, which current types have anyway", schema.On),
		schema.Planned("instance.NAME.source_dest_check", "whether only packets to and from itself pass, which no NAT instance has", schema.On),

		schema.Planned("network_interface.NAME.source_dest_check", "whether only packets to and from itself pass, which no NAT instance has", schema.On),

		schema.Planned("launch_template.NAME.instance_market_options", "whether instances are Spot", schema.Never),

		schema.Planned("workload.NAME.sessions", "requests that belong together", schema.Never),
		schema.Planned("workload.NAME.utilization", "load as a share of capacity", schema.Never),
	}
}
