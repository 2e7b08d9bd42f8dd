package tables

import (
	"fmt"
	"strings"
	"testing"
)

// many writes a text so many times, with its number in place of each N.
func many(count int, text string) string {
	var b strings.Builder
	for i := range count {
		b.WriteString(strings.ReplaceAll(text, "N", fmt.Sprint(i+1)))
	}
	return b.String()
}

// What Elastic Load Balancing refuses of load balancers, listeners, rules and target groups is
// refused at its line with its code.
func TestWhatElasticLoadBalancingRefusesHasItsCode(t *testing.T) {
	for _, c := range balancingCatalogue() {
		_, err := parse(c.text(t))
		found, got := false, messages(t, err)
		for _, m := range got {
			found = found || strings.HasPrefix(m, "shop.toml:") && strings.Contains(m, c.key) && (c.code == "" || strings.HasSuffix(m, " ["+c.code+"]"))
		}
		if !found {
			t.Errorf("%s: no fault of %s with code %s in\n%s", c.rule, c.key, c.code, strings.Join(got, "\n"))
		}
	}
}

// balancingCatalogue lists what Elastic Load Balancing refuses.
func balancingCatalogue() []edit {
	const delay, forward, condition, idle = "deregistration_delay = 300", `{ forward = ["web"] }`, `condition = { path_pattern = ["/api/*"]`, "idle_timeout = 60"
	const algorithm, end = `load_balancing_algorithm_type = "least_outstanding_requests"`, "[thresholds]"
	const rule = "[[load_balancer.front.rule]]\npriority = 1N\ncondition = { path_pattern = [\"/N\"] }\naction = { forward = [\"web\"] }\n"
	const port = "[[load_balancer.front.listener]]\nport = 1N\ndefault_action = { forward = [\"web\"] }\n"
	const gateway = "[load_balancer.inspect]\nload_balancer_type = \"gateway\"\ndefault_action = { forward = [\"web\"] }\n"
	const appliances = "[target_group.fw]\nservice = \"web\"\nprotocol = \"GENEVE\"\n"
	return []edit{
		{"delay below 0", delay, "deregistration_delay = -1", "target_group.web.deregistration_delay", "ValidationError"},
		{"slow start of 1 s", algorithm, "slow_start = 1", "target_group.web.slow_start", "ValidationError"},
		{"slow start of 29 s", algorithm, "slow_start = 29", "target_group.web.slow_start", "ValidationError"},
		{"slow start of 901 s", algorithm, "slow_start = 901", "target_group.web.slow_start", "ValidationError"},
		{"slow start of the least busy", delay, "slow_start = 30", "target_group.web.slow_start", "ValidationError"},
		{"slow start at random", algorithm, "load_balancing_algorithm_type = \"weighted_random\"\nslow_start = 30", "target_group.web.slow_start", "ValidationError"},
		{"mitigation needs weights", delay, `load_balancing_anomaly_mitigation = "on"`, "target_group.web.load_balancing_anomaly_mitigation", "ValidationError"},
		{"stickiness of 0 s", delay, "stickiness = { cookie_duration = 0 }", "stickiness.cookie_duration", "ValidationError"},
		{"stickiness of 604801 s", delay, "stickiness = { cookie_duration = 604801 }", "stickiness.cookie_duration", "ValidationError"},
		{"sticky without other zones", delay, "stickiness = {}\nload_balancing_cross_zone_enabled = false", "target_group.web.stickiness", "ValidationError"},
		{"sticky behind nodes of a zone", idle, "enable_cross_zone_load_balancing = false\n[target_group.web.stickiness]\nenabled = true", "load_balancer.front.enable_cross_zone_load_balancing", "ValidationError"},
		{"reserved AWSALB", delay, `stickiness = { type = "app_cookie", cookie_name = "AWSALB" }`, "stickiness.cookie_name", "InvalidConfigurationRequest"},
		{"reserved AWSALBAPP", delay, `stickiness = { type = "app_cookie", cookie_name = "AWSALBAPP" }`, "stickiness.cookie_name", "InvalidConfigurationRequest"},
		{"reserved AWSALBTG", delay, `stickiness = { type = "app_cookie", cookie_name = "AWSALBTG" }`, "stickiness.cookie_name", "InvalidConfigurationRequest"},
		{"reserved AWSALBCORS", delay, `stickiness = { type = "app_cookie", cookie_name = "AWSALBCORS" }`, "stickiness.cookie_name", "InvalidConfigurationRequest"},
		{"a cookie without a name", delay, `stickiness = { type = "app_cookie", cookie_name = "" }`, "stickiness.cookie_name", "ValidationError"},
		{"no cookie of applications among several", end, "[target_group.other]\nservice = \"web\"\nstickiness = { type = \"app_cookie\", cookie_name = \"SID\" }\n[[load_balancer.front.listener]]\nport = 81\ndefault_action = { forward = [\"web\", \"other\"], stickiness = {} }\n" + end, "listener.0.default_action.forward", "InvalidConfigurationRequest"},
		{"sticky among several", end, "[target_group.other]\nservice = \"web\"\nstickiness = {}\n[[load_balancer.front.listener]]\nport = 81\ndefault_action = { forward = [\"web\", \"other\"] }\n" + end, "listener.0.default_action.forward", "InvalidLoadBalancerAction"},
		{"interval of 4 s", "interval = 30", "interval = 4", "health_check.interval", "ValidationError"},
		{"timeout of 121 s", "interval = 30, timeout = 5", "interval = 200, timeout = 121", "health_check.timeout", "ValidationError"},
		{"healthy after 11", "timeout = 5, path", "timeout = 5, healthy_threshold = 11, path", "health_check.healthy_threshold", "ValidationError"},
		{"unhealthy after 1", "timeout = 5, path", "timeout = 5, unhealthy_threshold = 1, path", "health_check.unhealthy_threshold", "ValidationError"},
		{"unhealthy after 11", "timeout = 5, path", "timeout = 5, unhealthy_threshold = 11, path", "health_check.unhealthy_threshold", "ValidationError"},
		{"timeout above interval", "interval = 30, timeout = 5", "interval = 30, timeout = 31", "health_check.timeout", "ValidationError"},
		{"weight below 0", forward, `{ forward = [{ target_group = "web", weight = -1 }] }`, "default_action.forward.0.weight", "ValidationError"},
		{"idle timeout of 0 s", idle, "idle_timeout = 0", "load_balancer.front.idle_timeout", "ValidationError"},
		{"idle timeout of 4001 s", idle, "idle_timeout = 4001", "load_balancer.front.idle_timeout", "ValidationError"},
		{"one method condition", condition + " }", `condition = [{ http_request_method = ["GET"] }, { http_request_method = ["PUT"] }]`, "rule.0.condition.1.http_request_method", "ValidationError"},
		{"one host condition", condition + " }", `condition = [{ host_header = ["a.com"] }, { host_header = ["b.com"] }]`, "rule.0.condition.1.host_header", "ValidationError"},
		{"a header without a name", condition + " }", `condition = { http_header = { name = "X-Stage", values = ["beta"] } }`, "rule.0.condition.http_header", ""},
		{"one source condition", condition + " }", `condition = [{ source_ip = ["10.0.0.0/8"] }, { source_ip = ["11.0.0.0/8"] }]`, "rule.0.condition.1.source_ip", "ValidationError"},
		{"rules of a balancer", end, many(100, rule) + end, "load_balancer.front", "TooManyRules"},
		{"listeners of a balancer", end, many(50, port) + end, "load_balancer.front", "TooManyListeners"},
		{"a balancer as target of requests", end, "[target_group.chain]\ntarget_type = \"alb\"\nprotocol = \"HTTP\"\nload_balancer = \"front\"\n[load_balancer.edge]\nload_balancer_type = \"network\"\ndefault_action = { forward = [\"chain\"] }\n" + end, "target_group.chain.protocol", "InvalidConfigurationRequest"},
		{"two balancers as targets", end, "[target_group.chain]\ntarget_type = \"alb\"\nprotocol = \"TCP\"\nload_balancer = [\"front\", \"edge\"]\n[load_balancer.edge]\nload_balancer_type = \"network\"\ndefault_action = { forward = [\"chain\"] }\n" + end, "target_group.chain.load_balancer", "TooManyTargets"},
		{"a balancer that does not listen", end, "[target_group.chain]\ntarget_type = \"alb\"\nprotocol = \"TCP\"\nload_balancer = \"front\"\nport = 81\n[load_balancer.edge]\nload_balancer_type = \"network\"\ndefault_action = { forward = [\"chain\"] }\n" + end, "target_group.chain.port", "InvalidTarget"},
		{"a network balancer as target", end, "[target_group.chain]\ntarget_type = \"alb\"\nprotocol = \"TCP\"\nload_balancer = \"edge\"\n[load_balancer.edge]\nload_balancer_type = \"network\"\ndefault_action = { forward = [\"chain\"] }\n" + end, "target_group.chain.load_balancer", "InvalidTarget"},
		{"a balancer behind an application one", end, "[target_group.chain]\ntarget_type = \"alb\"\nprotocol = \"TCP\"\nload_balancer = \"front\"\n[[load_balancer.front.listener]]\nport = 81\ndefault_action = { forward = [\"chain\"] }\n" + end, "target_group.chain.protocol", "IncompatibleProtocols"},
		{"a balancer checked by TCP", end, "[target_group.chain]\ntarget_type = \"alb\"\nprotocol = \"TCP\"\nload_balancer = \"front\"\nhealth_check = { protocol = \"TCP\" }\n[load_balancer.edge]\nload_balancer_type = \"network\"\ndefault_action = { forward = [\"chain\"] }\n" + end, "target_group.chain.health_check.protocol", "InvalidConfigurationRequest"},
		{"a matcher of connections", end, "[target_group.plain]\nservice = \"web\"\nprotocol = \"TCP\"\nhealth_check = { matcher = \"200\" }\n[load_balancer.edge]\nload_balancer_type = \"network\"\ndefault_action = { forward = [\"plain\"] }\n" + end, "target_group.plain.health_check.matcher", "InvalidConfigurationRequest"},
		{"redirect by 303", forward, `{ redirect = { status_code = 303, path = "/x" } }`, "default_action.redirect.status_code", "ValidationError"},
		{"a code that nobody's client makes", "[thresholds]", "[workload.odd]\nto = \"front\"\nrejected = { \"502\" = 0.1 }\narrivals = { rate = \"1/s\" }\ndemand = { cpu = \"1ms\" }\n[thresholds]", "workload.odd.rejected", ""},
		{"more than all", "[thresholds]", "[workload.odd]\nto = \"front\"\nrejected = { \"400\" = 0.6, \"403\" = 0.6 }\narrivals = { rate = \"1/s\" }\ndemand = { cpu = \"1ms\" }\n[thresholds]", "workload.odd.rejected", ""},
		{"who looks into no request rejects none", "[thresholds]", "[workload.odd]\nto = \"target_group.web\"\nrejected = { \"400\" = 0.1 }\narrivals = { rate = \"1/s\" }\ndemand = { cpu = \"1ms\" }\n[thresholds]", "workload.odd.rejected", ""},
		{"packets above 8500", end, gateway + "mtu = 8501\n" + end, "load_balancer.inspect.mtu", "ValidationError"},
		{"packets of an Application Load Balancer", idle, idle + "\nmtu = 1500", "load_balancer.front.mtu", ""},
		{"requests to appliances", end, gateway + end, "load_balancer.inspect.default_action", "IncompatibleProtocols"},
		{"connections to appliances", end, strings.Replace(appliances, "GENEVE", "TCP", 1) + strings.Replace(gateway, "web", "fw", 1) + end, "target_group.fw.protocol", "IncompatibleProtocols"},
		{"appliances behind another balancer", end, appliances + "[[load_balancer.front.listener]]\nport = 81\ndefault_action = { forward = [\"fw\"] }\n" + end, "load_balancer.front", "IncompatibleProtocols"},
		{"scheme of a gateway", end, strings.Replace(gateway, "default", "internal = true\ndefault", 1) + end, "load_balancer.inspect.internal", "ValidationError"},
		{"health of a group of appliances", end, appliances + "target_group_health = {}\n" + end, "target_group.fw.target_group_health", "InvalidConfigurationRequest"},
		{"zones of a group of appliances", end, appliances + "load_balancing_cross_zone_enabled = true\n" + end, "target_group.fw.load_balancing_cross_zone_enabled", "InvalidConfigurationRequest"},
		{"duration without a cookie, of packets", end, appliances + "stickiness = { type = \"source_ip_dest_ip\", cookie_duration = 60 }\n" + end, "target_group.fw.stickiness.cookie_duration", ""},
		{"duration without a cookie, of connections", end, "[target_group.tcp]\nservice = \"web\"\nprotocol = \"TCP\"\nstickiness = { type = \"source_ip\", cookie_duration = 60 }\n" + end, "target_group.tcp.stickiness.cookie_duration", ""},
		{"GENEVE on another port", end, appliances + "port = 80\n" + end, "target_group.fw.port", "ValidationError"},
		{"failover of one kind", end, appliances + "target_failover = { on_unhealthy = \"rebalance\" }\n" + end, "target_group.fw.target_failover.on_unhealthy", "InvalidConfigurationRequest"},
		{"checks longer than their interval", end, appliances + "health_check = { interval = 10, timeout = 11 }\n" + end, "target_group.fw.health_check.timeout", "ValidationError"},
		{"appliances that take flows", end, appliances + "connection_termination = true\n" + end, "target_group.fw.connection_termination", "InvalidConfigurationRequest"},
		{"interval of connections that end at once", end, "[target_group.tcp]\nservice = \"web\"\nprotocol = \"TCP\"\ntarget_health_state = { unhealthy_draining_interval = 60 }\n" + end, "target_group.tcp.target_health_state.unhealthy_draining_interval", "InvalidConfigurationRequest"},
		{"packets that go on to the unhealthy", end, "[target_group.udp]\nservice = \"web\"\nprotocol = \"UDP\"\ntarget_health_state = { enable_unhealthy_connection_termination = false }\n" + end, "target_group.udp.target_health_state.enable_unhealthy_connection_termination", "InvalidConfigurationRequest"},
		{"cookies of packets", end, appliances + "stickiness = { type = \"lb_cookie\" }\n" + end, "target_group.fw.stickiness.type", "InvalidConfigurationRequest"},
	}
}
