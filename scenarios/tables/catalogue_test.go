package tables

import (
	"strings"
	"testing"
)

// edit makes a file that is refused of the good one: what it has in place of before.
type edit struct{ rule, before, after, key, code string }

// text returns the file.
func (e *edit) text(t *testing.T) string {
	t.Helper()
	text := strings.Replace(good, e.before, e.after, 1)
	if text == good {
		t.Fatalf("%s: changes nothing", e.rule)
	}
	return text
}

// What AWS refuses is refused at its line, with AWS's error code or, where it has
// none of its own, that of its validation.
func TestWhatAWSRefusesHasItsCode(t *testing.T) {
	for _, c := range catalogue() {
		_, err := parse(c.text(t))
		found := false
		got := messages(t, err)
		for _, m := range got {
			found = found || strings.HasPrefix(m, "shop.toml:") && strings.Contains(m, c.key+": ") && strings.HasSuffix(m, " ["+c.code+"]")
		}
		if !found {
			t.Errorf("%s: no fault of %s with code %s in\n%s", c.rule, c.key, c.code, strings.Join(got, "\n"))
		}
	}
}

// catalogue lists what AWS refuses.
func catalogue() []edit {
	const step = `step_adjustment = [{ metric_interval_lower_bound = 0, scaling_adjustment = 2 }]`
	const alarm = `period = 60, evaluation_periods = 2`
	const root = `{ root = true, type = "gp3", size = "30GiB" }`
	const listener = "\n[[load_balancer.secure.listener]]\nport = 443\nprotocol = \"HTTPS\"\n"
	const certificate = "certificates = [{ domains = [\"shop.com\"] }]\n"
	const flows = "\n[target_group.db]\nservice = \"web\"\nprotocol = \"TCP\"\n[load_balancer.flows]\nload_balancer_type = \"network\"\n[[load_balancer.flows.listener]]\n"
	const there = "default_action = { forward = [\"db\"] }\n[thresholds]"
	const elastic = "default_action = { forward = [\"db\"] }\n[elastic_ip.one]\n[elastic_ip.two]\n"
	const db = "\n[instance.db]\ninstance_type = \"m5.large\"\n[thresholds]"
	return []edit{
		{"hard disks do not boot", root, `{ root = true, type = "st1", size = "125GiB" }`, "block_device_mappings.0.type", "InvalidBlockDeviceMapping"},
		{"one volume is the root", root, root + ", " + root, "block_device_mappings.1.root", "InvalidBlockDeviceMapping"},
		{"size of a volume", root, `{ root = true, type = "gp2", size = "16385GiB" }`, "block_device_mappings.0.size", "InvalidParameterCombination"},
		{"IOPS per GiB", root, `{ root = true, type = "io1", size = "100GiB", iops = 5001 }`, "block_device_mappings.0.iops", "InvalidParameterCombination"},
		{"IOPS that are needed", root, `{ root = true, type = "io2", size = "100GiB" }`, "block_device_mappings.0.iops", "InvalidParameterCombination"},
		{"IOPS that cannot be", root, `{ root = true, type = "gp2", size = "100GiB", iops = 300 }`, "block_device_mappings.0.iops", "InvalidParameterCombination"},
		{"throughput per IOPS", root, `{ root = true, type = "gp3", size = "200GiB", iops = 7999, throughput = 2000 }`, "block_device_mappings.0.throughput", "InvalidParameterCombination"},
		{"deregistration delay", "deregistration_delay = 300", "deregistration_delay = 3601", "target_group.web.deregistration_delay", "ValidationError"},
		{"stickiness too short", "deregistration_delay = 300", "stickiness = { enabled = false, cookie_duration = 0 }", "stickiness.cookie_duration", "ValidationError"},
		{"stickiness too long", "deregistration_delay = 300", `stickiness = { enabled = false, cookie_duration = "8d" }`, "stickiness.cookie_duration", "ValidationError"},
		{"zones of a balancer", "idle_timeout = 60", `availability_zones = ["a"]`, "load_balancer.front.availability_zones", "ValidationError"},
		{"interval of checks", "interval = 30", "interval = 301", "health_check.interval", "ValidationError"},
		{"timeout of checks", "timeout = 5, path", "timeout = 1, path", "health_check.timeout", "ValidationError"},
		{"timeout below interval", "interval = 30, timeout = 5", "interval = 30, timeout = 30", "health_check.timeout", "ValidationError"},
		{"threshold of checks", "timeout = 5, path", "timeout = 5, healthy_threshold = 1, path", "health_check.healthy_threshold", "ValidationError"},
		{"checks of HTTP", "timeout = 5, path", "timeout = 5, protocol = \"TCP\", path", "health_check.protocol", "InvalidConfigurationRequest"},
		{"matcher", "timeout = 5, path", "timeout = 5, matcher = \"200-500\", path", "health_check.matcher", "ValidationError"},
		{"port of checks", "timeout = 5, path", "timeout = 5, port = 65536, path", "health_check.port", "ValidationError"},
		{"a connection has no status", "[thresholds]", flows + "port = 80\n" + there[:len(there)-len("[thresholds]")] + "[target_group.db.health_check]\nprotocol = \"TCP\"\nmatcher = \"201\"\n[thresholds]", "health_check.matcher", "InvalidConfigurationRequest"},
		{"minimum of DNS", "deregistration_delay = 300", "target_group_health = { dns_failover = { minimum_healthy_targets_percentage = 49 }, unhealthy_state_routing = { minimum_healthy_targets_percentage = 50 } }", "dns_failover.minimum_healthy_targets_percentage", "InvalidConfigurationRequest"},
		{"count of DNS", "deregistration_delay = 300", "target_group_health = { dns_failover = { minimum_healthy_targets_count = 1 }, unhealthy_state_routing = { minimum_healthy_targets_count = 2 } }", "dns_failover.minimum_healthy_targets_count", "InvalidConfigurationRequest"},
		{"count of routing is on", "deregistration_delay = 300", `target_group_health = { unhealthy_state_routing = { minimum_healthy_targets_count = "off" } }`, "unhealthy_state_routing.minimum_healthy_targets_count", "ValidationError"},
		{"percentage of healthy targets", "deregistration_delay = 300", "target_group_health = { dns_failover = { minimum_healthy_targets_percentage = 101 } }", "dns_failover.minimum_healthy_targets_percentage", "ValidationError"},
		{"capacity that is kept ready", "idle_timeout = 60", "minimum_load_balancer_capacity = { capacity_units = 0 }", "minimum_load_balancer_capacity.capacity_units", "ValidationError"},
		{"no shift across zones", "idle_timeout = 60", `zonal_shift = { at = "1h", zone = "a", duration = "1h" }`, "zonal_shift.zone", "ValidationException"},
		{"zone of a shift", "idle_timeout = 60", "availability_zones = [\"a\", \"b\"]\nenable_cross_zone_load_balancing = false\n" + `zonal_shift = { at = "1h", zone = "c", duration = "1h" }`, "zonal_shift.zone", "ValidationException"},
		{"length of a shift", "idle_timeout = 60", `zonal_shift = { at = "1h", zone = "a", duration = "73h" }`, "zonal_shift.duration", "ValidationException"},
		{"weight", `{ forward = ["web"] }`, `{ forward = [{ target_group = "web", weight = 1000 }] }`, "default_action.forward.0.weight", "ValidationError"},
		{"target groups of an action", `{ forward = ["web"] }`, `{ forward = ["web", "web", "web", "web", "web", "web"] }`, "default_action.forward", "TooManyTargetGroups"},
		{"sixth value of a rule", `condition = { path_pattern = ["/api/*"]`, `condition = { path_pattern = ["/a", "/b", "/c"], http_request_method = ["GET", "PUT", "POST"]`, "rule.0.condition", "ValidationError"},
		{"fourth value of a condition", `condition = { path_pattern = ["/api/*"]`, `condition = { query_string = ["a=1", "a=2", "a=3", "a=4"]`, "rule.0.condition", "ValidationError"},
		{"sixth wildcard", `condition = { path_pattern = ["/api/*"]`, `condition = { path_pattern = ["/*/*/*", "/?*?"]`, "rule.0.condition", "ValidationError"},
		{"length of a pattern", `condition = { path_pattern = ["/api/*"]`, `condition = { http_header = { x = ["` + strings.Repeat("y", 129) + `"] }`, "rule.0.condition", "ValidationError"},
		{"methods are in capitals", `condition = { path_pattern = ["/api/*"]`, `condition = { http_request_method = ["get"]`, "rule.0.condition", "ValidationError"},
		{"host is no header", `condition = { path_pattern = ["/api/*"]`, `condition = { http_header = { Host = ["a.com"] }`, "rule.0.condition", "ValidationError"},
		{"source is a block", `condition = { path_pattern = ["/api/*"]`, `condition = { source_ip = ["10.0.0.*"]`, "rule.0.condition.source_ip", "ValidationError"},
		{"one condition on paths", `condition = { path_pattern = ["/api/*"] }`, `condition = [{ path_pattern = ["/a"] }, { path_pattern = ["/b"] }]`, "rule.0.condition.1.path_pattern", "ValidationError"},
		{"no rules on connections", "latency = \"realistic\"", "load_balancer_type = \"network\"", "load_balancer.front.rule", "InvalidConfigurationRequest"},
		{"no idle timeout of HTTP", "latency = \"realistic\"", "load_balancer_type = \"network\"", "load_balancer.front.idle_timeout", "InvalidConfigurationRequest"},
		{"no requests through a network balancer", "latency = \"realistic\"", "load_balancer_type = \"network\"", "load_balancer.front.default_action", "IncompatibleProtocols"},
		{"idle timeout of TCP", "[thresholds]", flows + `port = 443` + "\nprotocol = \"TCP\"\ntcp_idle_timeout_seconds = 59\n" + there, "listener.0.tcp_idle_timeout_seconds", "ValidationError"},
		{"idle timeout of TCP at most", "[thresholds]", flows + `port = 443` + "\nprotocol = \"TCP\"\ntcp_idle_timeout_seconds = 6001\n" + there, "listener.0.tcp_idle_timeout_seconds", "ValidationError"},
		{"idle timeout of UDP", "[thresholds]", flows + `port = 53` + "\nprotocol = \"UDP\"\ntcp_idle_timeout_seconds = 350\n" + there, "listener.0.tcp_idle_timeout_seconds", "InvalidConfigurationRequest"},
		{"idle timeout of TLS", "[thresholds]", flows + `port = 443` + "\nprotocol = \"TLS\"\n" + certificate + "tcp_idle_timeout_seconds = 350\n" + there, "listener.0.tcp_idle_timeout_seconds", "InvalidConfigurationRequest"},
		{"TLS needs a certificate", "[thresholds]", flows + `port = 443` + "\nprotocol = \"TLS\"\n" + there, "listener.0.certificates", "CertificateNotFound"},
		{"HTTP of connections", "[thresholds]", flows + `port = 80` + "\nprotocol = \"HTTP\"\n" + there, "listener.0.protocol", "UnsupportedProtocol"},
		{"connections have one target group", "[thresholds]", flows + `port = 80` + "\ndefault_action = { forward = [\"db\", \"web\"] }\n[thresholds]", "listener.0.default_action", "TooManyTargetGroups"},
		{"no answers to connections", "[thresholds]", flows + `port = 80` + "\ndefault_action = { fixed_response = { status_code = 503 } }\n[thresholds]", "listener.0.default_action", "InvalidConfigurationRequest"},
		{"connections are not picked in turn", "deregistration_delay = 300", "protocol = \"TCP\"", "target_group.web.load_balancing_algorithm_type", "InvalidConfigurationRequest"},
		{"connections have no slow start", "deregistration_delay = 300", "protocol = \"TCP\"\nslow_start = 30", "target_group.web.slow_start", "InvalidConfigurationRequest"},
		{"connections have no cookies", "deregistration_delay = 300", "protocol = \"TCP\"\nstickiness = { type = \"lb_cookie\" }", "target_group.web.stickiness.type", "InvalidConfigurationRequest"},
		{"requests have no source", "deregistration_delay = 300", "stickiness = { type = \"source_ip\" }", "target_group.web.stickiness.type", "InvalidConfigurationRequest"},
		{"no connections behind an application balancer", "deregistration_delay = 300", "protocol = \"TCP\"", "target_group.web.protocol", "IncompatibleProtocols"},
		{"packets show their clients", "[thresholds]", strings.Replace(flows, `protocol = "TCP"`, "protocol = \"UDP\"\npreserve_client_ip = false", 1) + "port = 53\nprotocol = \"UDP\"\n" + there, "target_group.db.preserve_client_ip", "InvalidConfigurationRequest"},
		{"both show their clients", "[thresholds]", strings.Replace(flows, `protocol = "TCP"`, "protocol = \"TCP_UDP\"\npreserve_client_ip = false", 1) + "port = 53\nprotocol = \"TCP_UDP\"\n" + there, "target_group.db.preserve_client_ip", "InvalidConfigurationRequest"},
		{"ALPN is of TLS", "[thresholds]", flows + "port = 443\nprotocol = \"TCP\"\nalpn_policy = \"HTTP2Only\"\n" + there, "listener.0.alpn_policy", "InvalidConfigurationRequest"},
		{"words of ALPN", "[thresholds]", flows + "port = 443\nprotocol = \"TLS\"\nalpn_policy = \"HTTP3\"\n" + certificate + there, "listener.0.alpn_policy", "ValidationError"},
		{"packets go to packets", "[thresholds]", flows + "port = 53\nprotocol = \"UDP\"\n" + there, "listener.0.default_action", "IncompatibleProtocols"},
		{"an Elastic IP a zone", "[thresholds]", strings.Replace(flows, "[[", "elastic_ips = { a = [\"one\", \"two\"] }\n[[", 1) + "port = 80\n" + elastic + "[thresholds]", "load_balancer.flows.elastic_ips", "InvalidConfigurationRequest"},
		{"no Elastic IP inside", "[thresholds]", strings.Replace(flows, "[[", "internal = true\nelastic_ips = { a = \"one\" }\n[[", 1) + "port = 80\n" + elastic + "[thresholds]", "load_balancer.flows.elastic_ips", "InvalidConfigurationRequest"},
		{"no Elastic IPs of an application balancer", "idle_timeout = 60", "idle_timeout = 60\nelastic_ips = { a = \"one\" }", "load_balancer.front.elastic_ips", "InvalidConfigurationRequest"},
		{"an Elastic IP has one place", "[thresholds]", strings.Replace(flows, "[[", "elastic_ips = { a = \"one\", b = \"one\" }\n[[", 1) + "port = 80\n" + elastic + "[thresholds]", "load_balancer.flows.elastic_ips", "Resource.AlreadyAssociated"},
		{"targets of a zone", "[thresholds]", flows + "port = 80\n" + strings.Replace(there, "[thresholds]", "[instance.db]\ninstance_type = \"m5.large\"\navailability_zones = [\"a\"]\ntarget_groups = [\"db\"]\ncount = 501\n[thresholds]", 1), "load_balancer.flows", "TooManyTargets"},
		{"status of a redirect", `{ forward = ["web"] }`, `{ redirect = { status_code = 307, path = "/x" } }`, "default_action.redirect.status_code", "ValidationError"},
		{"a redirect changes something", `{ forward = ["web"] }`, `{ redirect = { status_code = "HTTP_301", query = "a=1" } }`, "default_action.redirect", "InvalidLoadBalancerAction"},
		{"path of a redirect", `{ forward = ["web"] }`, `{ redirect = { status_code = "HTTP_301", path = "x" } }`, "default_action.redirect.path", "ValidationError"},
		{"no way from HTTPS to HTTP", "[thresholds]", listener + certificate + `default_action = { redirect = { status_code = "HTTP_301", protocol = "HTTP" } }` + "\n[thresholds]", "listener.0.default_action.redirect.protocol", "ValidationError"},
		{"ACM does not renew what it did not issue", "[thresholds]", listener + strings.Replace(certificate, "}", ", expires = 2027-01-01T00:00:00Z, renew = true, imported = true }", 1) + `default_action = { fixed_response = {} }` + "\n[thresholds]", "certificates.0.renew", "ValidationException"},
		{"ACM does not validate what it did not issue", "[thresholds]", listener + strings.Replace(certificate, "}", ", expires = 2027-01-01T00:00:00Z, validation_method = \"DNS\", imported = true }", 1) + `default_action = { fixed_response = {} }` + "\n[thresholds]", "certificates.0.validation_method", "ValidationException"},
		{"nobody approves by himself", "[thresholds]", listener + strings.Replace(certificate, "}", ", expires = 2027-01-01T00:00:00Z, validation_method = \"EMAIL\", renew = true }", 1) + `default_action = { fixed_response = {} }` + "\n[thresholds]", "certificates.0.renew", "ValidationException"},
		{"HTTPS needs a certificate", "[thresholds]", listener + `default_action = { fixed_response = {} }` + "\n[thresholds]", "listener.0.certificates", "CertificateNotFound"},
		{"a port has one listener", "[thresholds]", listener + certificate + `default_action = { fixed_response = {} }` + listener + certificate + `default_action = { fixed_response = {} }` + "\n[thresholds]", "listener.1.port", "DuplicateListener"},
		{"one kind of action", `{ forward = ["web"] }`, `{ forward = ["web"], redirect = { status_code = "HTTP_301", path = "/x" } }`, "default_action.redirect", "ValidationError"},
		{"priority", "[[load_balancer.front.rule]]", "[[load_balancer.front.rule]]\npriority = 10\ncondition = { path_pattern = [\"/a\"] }\naction = { forward = [\"web\"] }\n[[load_balancer.front.rule]]", "rule.1.priority", "PriorityInUse"},
		{"sizes of a group", "min_size = 2", "min_size = 41", "autoscaling_group.web.min_size", "ValidationError"},
		{"desired within sizes", "desired_capacity = 4\n", "desired_capacity = 41\n", "autoscaling_group.web.desired_capacity", "ValidationError"},
		{"gap between steps", step, `step_adjustment = [{ metric_interval_lower_bound = 0, metric_interval_upper_bound = 5, scaling_adjustment = 2 }, { metric_interval_lower_bound = 6, scaling_adjustment = 3 }]`, "step_adjustment", "ValidationError"},
		{"overlap of steps", step, `step_adjustment = [{ metric_interval_lower_bound = 0, metric_interval_upper_bound = 7, scaling_adjustment = 2 }, { metric_interval_lower_bound = 6, scaling_adjustment = 3 }]`, "step_adjustment", "ValidationError"},
		{"datapoints to alarm", alarm, alarm + ", datapoints_to_alarm = 3", "datapoints_to_alarm", "ValidationError"},
		{"an alarm looks back a day", alarm, "period = 60, evaluation_periods = 1441", "evaluation_periods", "ValidationError"},
		{"period of an alarm", alarm, "period = 61, evaluation_periods = 2", "period", "ValidationError"},
		{"cron", "0 18 * * MON-FRI", "0 25 * * MON-FRI", "schedule.0.recurrence", "ValidationError"},
		{"schedule within sizes", "desired_capacity = 12", "desired_capacity = 41", "schedule.0.desired_capacity", "ValidationError"},
		{"architecture", `{ instance_type = "m5.large" }`, `{ instance_type = "m7g.large" }`, "override.1.instance_type", "Unsupported"},
		{"type of no Region", `{ instance_type = "m5.large" }`, `{ instance_type = "m5.lrge" }`, "override.1.instance_type", "Unsupported"},
		{"Spot pools", "on_demand_base_capacity = 2", "on_demand_base_capacity = 2\nspot_instance_pools = 2", "spot_instance_pools", "ValidationError"},
		{"On-Demand percentage", "above_base_capacity = 30", "above_base_capacity = 101", "on_demand_percentage_above_base_capacity", "ValidationError"},
		{"Spot price", "on_demand_base_capacity = 2", "on_demand_base_capacity = 2\nspot_max_price = 0", "spot_max_price", "ValidationError"},
		{"stop of a one-time request", "[thresholds]", "[instance.s]\ninstance_type = \"m5.large\"\ninstance_market_options = { spot_options = { instance_interruption_behavior = \"stop\" } }\n[thresholds]", "instance.s.instance_market_options.spot_options.instance_interruption_behavior", "InvalidParameterCombination"},
		{"hibernation of a one-time request", "[thresholds]", "[instance.s]\ninstance_type = \"m5.large\"\ninstance_market_options = { spot_options = { instance_interruption_behavior = \"hibernate\" } }\n[thresholds]", "instance.s.instance_market_options.spot_options.instance_interruption_behavior", "InvalidParameterCombination"},
		{"Spot hibernates to an encrypted root", "[thresholds]", "[instance.s]\ninstance_type = \"m5.large\"\ninstance_market_options = { spot_options = { instance_interruption_behavior = \"hibernate\", spot_instance_type = \"persistent\" } }\n[thresholds]", "instance.s.instance_market_options", "UnsupportedHibernationConfiguration"},
		{"termination protection of Spot", "[thresholds]", "[instance.s]\ninstance_type = \"m5.large\"\ndisable_api_termination = true\ninstance_market_options = { spot_options = {  } }\n[thresholds]", "instance.s.disable_api_termination", "InvalidParameterCombination"},
		{"an end of a one-time request", "[thresholds]", "[instance.s]\ninstance_type = \"m5.large\"\ninstance_market_options = { spot_options = { valid_until = \"1h\" } }\n[thresholds]", "instance.s.instance_market_options.spot_options.valid_until", "InvalidParameterCombination"},
		{"a maximum price of nothing", "[thresholds]", "[instance.s]\ninstance_type = \"m5.large\"\ninstance_market_options = { spot_options = { max_price = 0 } }\n[thresholds]", "instance.s.instance_market_options.spot_options.max_price", "ValidationError"},
		{"a zone group in two zones", "[thresholds]", "[instance.s]\ninstance_type = \"m5.large\"\ncount = 2\navailability_zones = [\"a\", \"b\"]\ninstance_market_options = { spot_options = { availability_zone_group = \"near\" } }\n[thresholds]", "instance.s.instance_market_options", "InvalidParameterCombination"},
		{"room at the start", "[thresholds]", "[instance.many]\ninstance_type = \"m6i.32xlarge\"\ncount = 100\n[thresholds]", "instance.many.count", "InsufficientInstanceCapacity"},
		{"reservations of Spot", "[thresholds]", "[[commitment]]\nkind = \"reserved-instance\"\ninstance_type = \"m5.large\"\ncount = 1\nterm = \"1y\"\npurchase_option = \"spot\"" + db, "commitment.0.purchase_option", "ValidationError"},
		{"size flexibility in a zone", "[thresholds]", "[[commitment]]\nkind = \"reserved-instance\"\ninstance_type = \"m5.large\"\ncount = 1\nterm = \"1y\"\nscope = \"zone\"\nzone = \"a\"\nsize_flexible = true" + db, "commitment.0.size_flexible", "ValidationError"},
		{"a cluster in two zones", "[thresholds]", "[placement_group.g]\nstrategy = \"cluster\"\n[instance.db]\ninstance_type = \"m5.large\"\ncount = 2\navailability_zones = [\"a\", \"b\"]\nplacement = { group_name = \"g\" }\n[thresholds]", "instance.db.placement", "PlacementGroupInvalid"},
		{"a T family in a cluster", "[thresholds]", "[placement_group.g]\nstrategy = \"cluster\"\n[instance.db]\ninstance_type = \"t3.large\"\nplacement = { group_name = \"g\" }\n[thresholds]", "instance.db.placement", "PlacementGroupInvalid"},
		{"partitions of a zone", "[thresholds]", "[placement_group.g]\nstrategy = \"partition\"\npartition_count = 8\n[thresholds]", "placement_group.g.partition_count", "PlacementGroupInvalid"},
		{"the eighth of a spread group", "[thresholds]", "[placement_group.g]\nstrategy = \"spread\"\n[instance.db]\ninstance_type = \"r5.large\"\ncount = 8\nplacement = { group_name = \"g\" }\n[thresholds]", "instance.db.count", "InsufficientInstanceCapacity"},
		{"dedicated and spread", "[thresholds]", "[placement_group.g]\nstrategy = \"spread\"\n[instance.db]\ninstance_type = \"r5.large\"\ntenancy = \"dedicated\"\nplacement = { group_name = \"g\" }\n[thresholds]", "instance.db.placement", "PlacementGroupInvalid"},
		{"dedicated partitions", "[thresholds]", "[placement_group.g]\nstrategy = \"partition\"\npartition_count = 3\n[instance.db]\ninstance_type = \"r5.large\"\ntenancy = \"dedicated\"\nplacement = { group_name = \"g\" }\n[thresholds]", "instance.db.placement", "PlacementGroupInvalid"},
		{"a host in a group", "[thresholds]", "[placement_group.g]\nstrategy = \"spread\"\n[dedicated_host.h]\ninstance_family = \"r5\"\navailability_zone = \"a\"\n[instance.db]\ninstance_type = \"r5.large\"\nplacement = { group_name = \"g\", host_id = \"h\" }\n[thresholds]", "instance.db.placement", "PlacementGroupInvalid"},
		{"another family on a host", "[thresholds]", "[dedicated_host.h]\ninstance_family = \"r5\"\navailability_zone = \"a\"\n[instance.db]\ninstance_type = \"c5.large\"\nplacement = { host_id = \"h\" }\n[thresholds]", "instance.db.placement", "InvalidParameterCombination"},
		{"more than a host fits", "[thresholds]", "[dedicated_host.h]\ninstance_family = \"r5\"\navailability_zone = \"a\"\n[instance.db]\ninstance_type = \"r5.8xlarge\"\ncount = 3\nplacement = { host_id = \"h\" }\n[thresholds]", "instance.db.count", "InsufficientCapacityOnHost"},
		{"T3 unlimited on a host", "[thresholds]", "[dedicated_host.h]\ninstance_family = \"t3\"\navailability_zone = \"a\"\n[instance.db]\ninstance_type = \"t3.large\"\nplacement = { host_id = \"h\" }\ncredit_specification = { cpu_credits = \"unlimited\" }\n[thresholds]", "instance.db.credit_specification.cpu_credits", "InvalidParameterCombination"},
		{"quota of vCPUs", "[thresholds]", "[quotas]\nstandard_vcpus = 64\n[instance.db]\ninstance_type = \"r5.24xlarge\"\n[thresholds]", "instance.db.count", "VcpuLimitExceeded"},
		{"quota of IOPS at a launch", "[thresholds]", "[quotas]\nio2_iops = 9999\n[instance.db]\ninstance_type = \"r5.large\"\ncount = 2\nblock_device_mappings = [{ root = true, type = \"io2\", size = 100, iops = 5000 }]\n[thresholds]", "instance.db.count", "MaxIOPSLimitExceeded"},
		{"quota of IOPS of a volume", "[thresholds]", "[quotas]\nio1_iops = 4000\n[volume.data]\ntype = \"io1\"\nsize = 100\niops = 4001" + db, "volume.data.iops", "MaxIOPSLimitExceeded"},
		{"quota of groups", "[thresholds]", "[quotas]\nplacement_groups = 0\n[placement_group.g]\nstrategy = \"spread\"\n[thresholds]", "quotas.placement_groups", "PlacementGroupLimitExceeded"},
		{"a host under reservation", "[thresholds]", "[dedicated_host.h]\ninstance_family = \"r5\"\navailability_zone = \"a\"\nuntil = \"2h\"\n[[commitment]]\nkind = \"dedicated-host-reservation\"\nfamily = \"r5\"\nzone = \"a\"\ncount = 1\nterm = \"1y\"" + db, "dedicated_host.h.until", "ValidationError"},
		{"exchange of a standard one", "[thresholds]", "[[commitment]]\nkind = \"reserved-instance\"\ninstance_type = \"m5.large\"\ncount = 1\nterm = \"1y\"\n[[action]]\ndo = \"exchange\"\non = [\"commitment.0\"]\nat = \"1h\"\ncount = 2" + db, "action.0.on", "ValidationError"},
		{"another footprint", "[thresholds]", "[[commitment]]\nkind = \"reserved-instance\"\ninstance_type = \"m5.large\"\ncount = 1\nterm = \"1y\"\n[[action]]\ndo = \"modify-reservation\"\non = [\"commitment.0\"]\nat = \"1h\"\ncount = 2" + db, "action.0.do", "ValidationError"},
		{"a sum beyond money", "[thresholds]", "[[commitment]]\nkind = \"savings-plan\"\nscope = \"compute\"\nhourly = \"$900000/h\"\nterm = \"3y\"\npayment = \"all-upfront\"" + db, "commitment.0.hourly", "ValidationError"},
	}
}
