package tables

import "headroom/scenarios/schema"

// plannedKeys are those of the vocabulary that this version does not simulate.
// Their neutral values are what it does anyway, and are accepted.
func plannedKeys() []schema.Key {
	return []schema.Key{
		schema.Planned("launch_template.NAME.ebs_optimized", "bandwidth to volumes of its own, which current types have anyway", schema.On),
		schema.Planned("instance.NAME.ebs_optimized", "bandwidth to volumes of its own, which current types have anyway", schema.On),
		schema.Planned("instance.NAME.source_dest_check", "whether only packets to and from itself pass, which no NAT instance has", schema.On).Use("a [nat_gateway.NAME]"),
		schema.Planned("instance.NAME.private_ip", "its primary private address, which its subnet hands out", schema.Never).Use("a [network_interface.NAME] with private_ips, attached to it"),
		schema.Planned("instance.NAME.secondary_private_ips", "further private addresses of its primary interface", schema.Never).Use("network_interfaces with ipv4_address_count"),
		schema.Planned("instance.NAME.volume_tags", "tags of its volumes, which are billed with those of the instance", schema.Never).Use("tags"),

		schema.Planned("load_balancer.NAME.listener[].certificate_arn", "its default certificate, which no account has here", schema.Never).Use(`certificates = [{ domains = ["shop.com"] }]`),
		schema.Planned("load_balancer.NAME.access_logs", "a log of its requests in a bucket", schema.Never),
		schema.Planned("load_balancer.NAME.connection_logs", "a log of its connections in a bucket", schema.Never),
		schema.Planned("load_balancer.NAME.ip_address_type", "ipv4, or dualstack with IPv6 beside it", schema.IPv4),

		schema.Planned("alarm.NAME.alarm_rule", "a rule over other alarms: a composite alarm, which may not act on an Auto Scaling group", schema.Never).Use("metric_query, or a metric alarm").Coded("ValidationError"),

		schema.Planned("network_interface.NAME.source_dest_check", "whether only packets to and from itself pass, which no NAT instance has", schema.On),

		schema.Planned("workload.NAME.sessions", "requests that belong together", schema.Never),
		schema.Planned("workload.NAME.utilization", "load as a share of capacity", schema.Never),
	}
}
