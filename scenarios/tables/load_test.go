package tables

import (
	"errors"
	"strings"
	"testing"

	"headroom/scenarios/schema"
)

// good is a scenario that the tests below spoil. Its lines are numbered in the
// messages that they expect.
const good = `name = "shop"
[run]
seed = 42
start = 2026-03-02T00:00:00Z
duration = "24h"
warmup = "30m"
[region]
name = "us-east-1"
zones = ["a", "b", "c"]
[hosts.m6i]
per_zone = 12
placement = "best-fit"
background = { utilization = 0.6 }
[launch_template.web]
instance_type = "m6i.large"
image = "ami"
user_data = { duration = "45s" }
block_device_mappings = [{ root = true, type = "gp3", size = "30GiB" }]
monitoring = "detailed"
[image.ami]
boot = { dist = "lognormal", mean = "35s", cv = 0.25 }
[service.web]
discipline = "fcfs"
workers = 2
[target_group.web]
service = "web"
load_balancing_algorithm_type = "least_outstanding_requests"
deregistration_delay = 300
health_check = { interval = 30, timeout = 5, path = "/health" }
[load_balancer.front]
default_action = { forward = ["web"] }
idle_timeout = 60
latency = "realistic"
[[load_balancer.front.rule]]
priority = 10
condition = { path_pattern = ["/api/*"] }
action = { fixed_response = { status_code = 404 } }
[autoscaling_group.web]
launch_template = "web"
min_size = 2
max_size = 40
desired_capacity = 4
target_groups = ["web"]
health_check_type = "ELB"
termination_policies = ["Default"]
[autoscaling_group.web.mixed_instances_policy]
on_demand_base_capacity = 2
on_demand_percentage_above_base_capacity = 30
override = [{ instance_type = "m6i.large" }, { instance_type = "m5.large" }]
[[autoscaling_group.web.policy]]
policy_type = "TargetTrackingScaling"
metric = "ASGAverageCPUUtilization"
target_value = 50.0
[[autoscaling_group.web.policy]]
policy_type = "StepScaling"
adjustment_type = "ChangeInCapacity"
alarm = { metric_name = "CPUUtilization", period = 60, evaluation_periods = 2, comparison_operator = "GreaterThanThreshold", threshold = 60 }
step_adjustment = [{ metric_interval_lower_bound = 0, scaling_adjustment = 2 }]
[[autoscaling_group.web.schedule]]
recurrence = "0 18 * * MON-FRI"
desired_capacity = 12
[workload.browsers]
to = "front"
arrivals = { process = "poisson", rate = "80/s" }
demand = { cpu = { dist = "lognormal", mean = "12ms", cv = 1.5 }, response_bytes = "40KiB", measured_on = "m6i.large" }
path = { "/" = 0.7, "/api/cart" = 0.3 }
clients = { timeout = "10s", retry = { attempts = 2, backoff = "200ms" } }
[[fault]]
kind = "zone-outage"
at = "13:00"
zone = "b"
[thresholds]
"latency.p99" = "< 400ms"
`

// parse reads a text as shop.toml.
func parse(text string, set ...string) (*Scenario, error) {
	return Parse("shop.toml", []byte(text), Options{Set: set})
}

// messages returns the lines of an error that must be Faults.
func messages(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	var faults schema.Faults
	if !errors.As(err, &faults) || len(faults) == 0 {
		t.Fatalf("got %T %q, want Faults", err, err)
	}
	return strings.Split(faults.Error(), "\n")
}

func TestGoodScenarioIsGood(t *testing.T) {
	s, err := parse(good)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Warnings) > 0 {
		t.Errorf("got warnings %q, want none", s.Warnings)
	}
}
