package run

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"headroom/scenarios/tables"
	"headroom/sim/rng"
)

// ordinary is a scenario with everything in it, whose values the test below
// drives to extremes.
const ordinary = `
run = { duration = "2h", replications = 1 }
region = { zones = ["a", "b"] }
hosts.m5 = { per_zone = 6, background = { utilization = 0.3, lifetime = "1h" } }
image.plain = { boot = "30s", pending = "5s", shutting_down = "20s" }
launch_template.web = { instance_type = "m5.large", image = "plain", monitoring = "detailed", user_data = { duration = "20s" } }
service.web = { discipline = "ps", concurrency = 64, backlog = 100 }
service.queue = { discipline = "fcfs", workers = 2, backlog = "unlimited" }
target_group.web = { service = "web", deregistration_delay = 60, health_check = { interval = 10, timeout = 5 } }
instance.db = { instance_type = "m5.large", service = "queue", count = 2 }
spot_market = { interruption = { intensity = 1 } }

[load_balancer.front]
idle_timeout = 60
default_action = { forward = ["web"] }

[autoscaling_group.web]
launch_template = "web"
min_size = 1
max_size = 20
desired_capacity = 4
target_groups = ["web"]
health_check_type = "ELB"
health_check_grace_period = 60
default_cooldown = 60
default_instance_warmup = 60
mixed_instances_policy = { on_demand_percentage_above_base_capacity = 50, override = [{ instance_type = "m5.large" }] }
policy = [{ policy_type = "TargetTrackingScaling", metric = "ASGAverageCPUUtilization", target_value = 50 }]
schedule = [{ recurrence = "0 * * * *", desired_capacity = 6 }]

[workload.fans]
to = "front"
arrivals = { process = "poisson", rate = "20/s" }
demand = { cpu = "50ms", request_bytes = "1KiB", response_bytes = "10KiB" }
clients = { timeout = "10s", retry = { attempts = 2, backoff = "1s" } }

[workload.jobs]
to = "db"
arrivals = { process = "poisson", rate = "1/s" }
demand = { cpu = "100ms" }

[instance_workload.tenants]
arrivals = { process = "poisson", rate = "10/h" }
size = { instance_type = "m5.large" }
lifetime = "30m"

[[fault]]
kind = "zone-outage"
at = "10m"
duration = "10m"

[[fault]]
kind = "host-failure"
every = "1h"
duration = "10m"
`

// Extreme values by kind. Every one is a value that some key takes.
var (
	longTimes = []string{
		`0`, `"1ns"`, `"1us"`, `"1s"`, `"1h"`, `"1d"`, `"366d"`, `"418d"`, `"36500d"`, `1e9`, `1e18`,
		`{ dist = "exponential", mean = "1ns" }`, `{ dist = "exponential", mean = "1e9s" }`, `{ dist = "exponential", mean = 1e18 }`,
		`{ dist = "pareto", shape = 0.1, scale = "1s" }`, `{ dist = "pareto", shape = 0.5, scale = "10s" }`,
		`{ dist = "lognormal", mean = "1h", cv = 100 }`, `{ dist = "normal", mean = "1s", sd = "1e9s" }`,
		`{ dist = "uniform", min = 0, max = 1e18 }`, `{ dist = "gamma", mean = "1d", cv = 100 }`,
		`{ dist = "hyperexponential", weights = [1, 1], means = ["1ns", 1e17] }`,
	}
	limits  = []string{`0`, `1e-6`, `0.001`, `1`, `2`, `5`, `60`, `300`, `3600`, `"7d"`, `"366d"`, `5e8`}
	rates   = []string{`0`, `"1e-9/s"`, `"1/d"`, `"1/s"`, `"1000/s"`, `"1e6/s"`, `"1e9/s"`}
	counts  = []string{`0`, `1`, `2`, `3`, `20`, `255`, `256`, `300`}
	limited = []string{`0`, `1`, `2`, `100`, `1000000`, `1000000000`, `"unlimited"`}
	sizes   = []string{`0`, `"1B"`, `"4GiB"`, `"1TiB"`, `1e18`, `{ dist = "pareto", shape = 0.1, scale = "1GiB" }`}
)

// extremes are the places of the ordinary scenario that take them.
var extremes = []struct {
	path   string
	values []string
}{
	{"run.duration", limits}, {"run.warmup", limits},
	{"hosts.m5.per_zone", counts}, {"hosts.m5.background.lifetime", longTimes}, {"hosts.m5.background.utilization", []string{"0", "0.5", "1"}},
	{"image.plain.boot", longTimes}, {"image.plain.pending", longTimes}, {"image.plain.shutting_down", longTimes}, {"image.plain.run_instances", longTimes},
	{"launch_template.web.user_data.duration", longTimes}, {"launch_template.web.user_data.fail_probability", []string{"0", "1"}},
	{"service.web.concurrency", limited}, {"service.web.backlog", limited}, {"service.web.on_disconnect", []string{`"cancel"`, `"finish"`}},
	{"service.web.memory.base", []string{`0`, `"1B"`, `"7GiB"`, `"1TiB"`, `"1024TiB"`}}, {"service.web.memory.per_request", []string{`0`, `"1B"`, `"1GiB"`, `"1024TiB"`}},
	{"service.web.memory.pages_touched", []string{`0`, `1e-9`, `50`, `1e6`}}, {"service.web.memory.restart", limits}, {"service.web.swap.size", []string{`0`, `"1B"`, `"4GiB"`}},
	{"service.queue.workers", []string{"1", "2", "3", "100000"}}, {"service.queue.backlog", limited},
	{"target_group.web.deregistration_delay", limits}, {"target_group.web.health_check.interval", limits}, {"target_group.web.health_check.timeout", limits},
	{"target_group.web.health_check.enabled", []string{"true", "false"}}, {"target_group.web.load_balancing_algorithm_type", []string{`"round_robin"`, `"least_outstanding_requests"`, `"weighted_random"`}},
	{"target_group.web.load_balancing_cross_zone_enabled", []string{"true", "false"}},
	{"load_balancer.front.idle_timeout", limits}, {"load_balancer.front.latency", limits}, {"load_balancer.front.dns_ttl", limits}, {"load_balancer.front.client_connect_timeout", limits},
	{"instance.db.count", counts},
	{"autoscaling_group.web.min_size", counts}, {"autoscaling_group.web.max_size", counts}, {"autoscaling_group.web.desired_capacity", counts},
	{"autoscaling_group.web.health_check_grace_period", limits}, {"autoscaling_group.web.default_cooldown", limits}, {"autoscaling_group.web.default_instance_warmup", limits},
	{"autoscaling_group.web.policy.0.target_value", []string{"1e-6", "1", "100", "1e9"}},
	{"spot_market.interruption.intensity", []string{"0", "1", "500", "1e6"}}, {"spot_market.price.step", limits}, {"spot_market.price.volatility", []string{"0", "1", "1000"}},
	{"workload.fans.arrivals.rate", rates}, {"workload.fans.demand.cpu", longTimes}, {"workload.fans.demand.request_bytes", sizes}, {"workload.fans.demand.response_bytes", sizes},
	{"workload.fans.clients.timeout", limits}, {"workload.fans.clients.retry.attempts", counts}, {"workload.fans.clients.retry.backoff", limits},
	{"workload.jobs.arrivals.rate", rates}, {"workload.jobs.demand.cpu", longTimes}, {"workload.jobs.clients.timeout", limits},
	{"instance_workload.tenants.arrivals.rate", rates}, {"instance_workload.tenants.lifetime", longTimes}, {"instance_workload.tenants.initial", counts},
	{"fault.0.at", limits}, {"fault.0.duration", longTimes}, {"fault.1.every", longTimes}, {"fault.1.duration", longTimes},
	{"cloudwatch.publication_delay", limits},
}

// -extremes=10000 tries more, -extremeseed=N tries one alone.
var (
	extremesTried = flag.Int("extremes", 90, "how many extreme scenarios are tried")
	extremeSeed   = flag.Uint64("extremeseed", 0, "the seed of extreme values, tried alone")
)

const (
	longestTrial = 400             // looks of a replication whether it is to end, at one event in 1024; then it is
	longestTime  = 5 * time.Second // after which it is to end, if its events take long
	longestTurn  = time.Minute     // that may pass until it notices, on a machine that is busy
)

// TestWhatValidatesRuns drives some values of a scenario to extremes: what is
// accepted neither panics nor hangs, and no CPU does more than it can.
func TestWhatValidatesRuns(t *testing.T) {
	first, last := uint64(1), uint64(*extremesTried)
	if *extremeSeed != 0 {
		first, last = *extremeSeed, *extremeSeed
	}
	accepted, finished := 0, 0
	for seed := first; seed <= last; seed++ {
		set := extremeSettings(seed)
		s, err := tables.Parse("ordinary.toml", []byte(ordinary), tables.Options{Set: set})
		if err != nil {
			continue // refused, in words
		}
		accepted++
		report := func(what any) {
			t.Fatalf("seed %d (go test ./results/run -run WhatValidates -extremeseed=%d): %v\n%s\nwith --set:\n%s", seed, seed, what, ordinary, strings.Join(set, "\n"))
		}
		switch what := trial(s); {
		case what == nil:
			finished++
		case errors.Is(what, context.DeadlineExceeded):
		default:
			report(what)
		}
	}
	t.Logf("%d of %d accepted, %d of them finished", accepted, last-first+1, finished)
	if tried := int(last - first + 1); tried >= 50 && (accepted < tried/5 || finished < accepted/5) {
		t.Errorf("only %d were accepted and %d finished: the values are too extreme to test much", accepted, finished)
	}
}

// extremeSettings draws one to four places and their values.
func extremeSettings(seed uint64) []string {
	draws := rng.New(seed, 0, "extremes")
	var set []string
	for range 1 + draws.Below(4) {
		e := extremes[draws.Below(len(extremes))]
		set = append(set, e.path+"="+e.values[draws.Below(len(e.values))])
	}
	return set
}

// patience is a context that is done when its holder has looked so often whether it
// is: the same event on every machine, however busy.
type patience struct {
	context.Context
	looks atomic.Int64 // that are left
}

// Err implements [context.Context].
func (p *patience) Err() error {
	if p.looks.Add(-1) < 0 {
		return context.DeadlineExceeded
	}
	return p.Context.Err()
}

// trial runs a replication for a moment and returns what went wrong.
func trial(s *tables.Scenario) error {
	limit, cancel := context.WithTimeout(context.Background(), longestTime)
	defer cancel()
	ctx := &patience{Context: limit}
	ctx.looks.Store(longestTrial)
	done := make(chan error, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				done <- fmt.Errorf("panic: %v\n%s", r, debug.Stack())
			}
		}()
		done <- examine(ctx, s)
	}()
	select {
	case err := <-done:
		return err
	case <-time.After(longestTurn):
		return errors.New("hangs")
	}
}

// examine runs a replication and looks at what no scenario may show.
func examine(ctx context.Context, s *tables.Scenario) error {
	e := Of(s)
	values, err := e.Replicate(ctx, 0)
	if err != nil {
		return err
	}
	keys, _ := e.Keys()
	for i, key := range keys {
		if strings.HasPrefix(key, "cpu.utilization") && values[i] > 1+1e-9 {
			return fmt.Errorf("%s is %g", key, values[i])
		}
	}
	return nil
}
