package report

import (
	"slices"

	"headroom/model/dataplane"
	"headroom/results"
)

// row is one line of a table: a metric, and how it is called there.
type row struct {
	name, metric string
	quiet        bool // left out where it is zero throughout
}

func requestRows(s *results.Summary) []row {
	rows := []row{
		{name: "arrived", metric: "requests.arrived"},
		{name: "completed", metric: "requests.completed"},
		{name: "failed", metric: "requests.failed"},
	}
	for _, p := range s.Labelled("code") {
		rows = append(rows, row{name: "failed with " + p.Name, metric: p.Key("requests.failed"), quiet: true})
	}
	rows = append(rows, []row{
		{name: "lost to Spot reclaims", metric: "spot.requests_lost", quiet: true},
		{name: "dropped", metric: "requests.dropped", quiet: true},
		{name: "retries", metric: "requests.retried", quiet: true},
		{name: "in flight at the end", metric: "requests.in_flight"},
		{name: "availability", metric: "availability"},
		{name: "throughput", metric: "throughput"},
	}...)
	rows = append(rows, latencyRows()...)
	rows = append(rows, []row{
		{name: "latency max", metric: "latency.max"},
		{name: "audit: mean", metric: "audit.latency.mean"},
		{name: "audit: p50", metric: "audit.latency.p50"},
		{name: "audit: p99", metric: "audit.latency.p99"},
		{name: "audit: refused", metric: "audit.requests.refused", quiet: true},
		{name: "audit: availability", metric: "audit.availability", quiet: true},
		{name: "audit: CPU", metric: "audit.cpu.utilization"},
		{name: "audit: waits", metric: "audit.wait.mean", quiet: true},
		{name: "audit: checks", metric: "audit.checks", quiet: true},
		{name: "one by one", metric: "auto.requests"},
		{name: "one by one, of the time", metric: "auto.time"},
		{name: "wait mean", metric: "wait.mean"},
		{name: "wait probability", metric: "wait.probability"},
		{name: "pool wait mean", metric: "pool.wait.mean", quiet: true},
	}...)
	if usersDiffer(s) {
		rows = append(rows, userRows()...)
	}
	return rows
}

// userRows are those of user requests: attempts, and what services ask of each
// other, together.
func userRows() []row {
	return []row{
		{name: "user requests", metric: "user.requests"},
		{name: "user availability", metric: "user.availability"},
		{name: "user latency mean", metric: "user.latency.mean"},
		{name: "user latency p50", metric: "user.latency.p50"},
		{name: "user latency p99", metric: "user.latency.p99"},
		{name: "goodput", metric: "goodput"},
	}
}

// usersDiffer reports whether user requests show anything that attempts do not.
func usersDiffer(s *results.Summary) bool {
	for i := range s.Config.Workloads {
		if s.Config.Workloads[i].Clients.Deadline > 0 {
			return true
		}
	}
	for _, same := range [][2]string{
		{"user.requests", "requests.arrived"}, {"user.availability", "availability"}, {"user.latency.mean", "latency.mean"},
	} {
		user, known := s.Metric(same[0])
		attempt, also := s.Metric(same[1])
		if known && also && user.Value != attempt.Value {
			return true
		}
	}
	return false
}

// serviceRows are what services are asked, by users and by each other.
func serviceRows() []row {
	return []row{
		{name: "requests", metric: "requests.arrived"},
		{name: "availability", metric: "availability"},
		{name: "latency p50", metric: "latency.p50"},
		{name: "latency p99", metric: "latency.p99"},
		{name: "pool wait of its calls", metric: "pool.wait.mean", quiet: true},
	}
}

// phaseRows are where the latency of services goes, phases that take no time left
// out.
func phaseRows() []row {
	var rows []row
	for _, phase := range dataplane.PhaseNames() {
		for _, of := range []string{"mean", "p99"} {
			rows = append(rows, row{name: phase + " " + of, metric: "phase." + phase + "." + of, quiet: true})
		}
	}
	return rows
}

// serviceParts lists the services that requests visit.
func serviceParts(s *results.Summary) []results.Part {
	return slices.DeleteFunc(s.Labelled("service"), func(p results.Part) bool {
		v, ok := s.Value("requests.arrived", p)
		return !ok || v.Value == 0
	})
}

// latencyRows are the latency of requests, all or those of targets that are alike in something.
func latencyRows() []row {
	return []row{
		{name: "latency mean", metric: "latency.mean"},
		{name: "latency p50", metric: "latency.p50"},
		{name: "latency p90", metric: "latency.p90"},
		{name: "latency p95", metric: "latency.p95"},
		{name: "latency p99", metric: "latency.p99"},
		{name: "latency p99.9", metric: "latency.p999"},
	}
}

// several lists the parts of a label that answered requests, none if there is only one: that
// repeats the whole.
func several(s *results.Summary, label string) []results.Part {
	parts := slices.DeleteFunc(s.Labelled(label), func(p results.Part) bool {
		for _, r := range latencyRows() {
			if _, ok := s.Value(r.metric, p); ok {
				return false
			}
		}
		return true
	})
	if len(parts) < 2 {
		return nil
	}
	return parts
}

func groupRows() []row {
	return []row{
		{name: "in service mean", metric: "capacity.in_service.mean"},
		{name: "in service min", metric: "capacity.in_service.min"},
		{name: "in service max", metric: "capacity.in_service.max"},
		{name: "desired max", metric: "capacity.desired.max"},
		{name: "CPU utilization", metric: "cpu.utilization"},
		{name: "scaling activities", metric: "scaling.activities"},
		{name: "blocked by cooldown", metric: "scaling.blocked_by_cooldown", quiet: true},
		{name: "flapping", metric: "scaling.thrash", quiet: true},
		{name: "instance-hours missing", metric: "scaling.short_instance_hours", quiet: true},
		{name: "instance-hours too many", metric: "scaling.excess_instance_hours", quiet: true},
		{name: "forecast error", metric: "forecast.error", quiet: true},
		{name: "warm pool mean", metric: "warm_pool.size.mean", quiet: true},
		{name: "warm starts", metric: "warm_pool.starts", quiet: true},
		{name: "launched", metric: "instances.launched"},
		{name: "terminated", metric: "instances.terminated"},
		{name: "found no capacity", metric: "instances.launch_failed", quiet: true},
		{name: "lost to faults", metric: "instances.lost", quiet: true},
		{name: "Spot interruptions", metric: "spot.interruptions", quiet: true},
		{name: "Rebalance recommendations", metric: "spot.rebalance_recommendations", quiet: true},
		{name: "instance-hours", metric: "instance_hours"},
		{name: "cost", metric: "cost"},
	}
}

// burstRows are the CPU credits of T families.
func burstRows() []row {
	return []row{
		{name: "lowest balance", metric: "credits.balance.min"},
		{name: "balance at the end", metric: "credits.balance.end"},
		{name: "surplus charged", metric: "credits.surplus_charged", quiet: true},
		{name: "surplus owed", metric: "credits.surplus", quiet: true},
		{name: "throttled", metric: "cpu.throttled_time"},
		{name: "short of host CPU", metric: "cpu.contended_time", quiet: true},
	}
}

// memoryRows are what servers held in memory.
func memoryRows() []row {
	return []row{
		{name: "peak", metric: "memory.peak"},
		{name: "utilization", metric: "memory.utilization"},
		{name: "paging operations", metric: "memory.paging_operations", quiet: true},
		{name: "paged out", metric: "memory.paged_out", quiet: true},
		{name: "paging time", metric: "memory.paging_time", quiet: true},
		{name: "OOM kills", metric: "memory.oom_kills"},
	}
}

// memoryParts lists the parts whose services say what they hold.
func memoryParts(s *results.Summary) []results.Part {
	return slices.DeleteFunc(slices.Concat(s.Labelled("autoscaling_group"), s.Labelled("instance"), s.Labelled("container_service")), func(p results.Part) bool {
		_, ok := s.Value("memory.oom_kills", p)
		return !ok
	})
}

// networkRows are what passed network interfaces.
func networkRows() []row {
	return []row{
		{name: "in", metric: "network.in"},
		{name: "out", metric: "network.out"},
		{name: "highest throughput", metric: "network.throughput.max"},
		{name: "utilization", metric: "network.utilization"},
		{name: "throttled", metric: "network.throttled_time"},
		{name: "burst balance min", metric: "network.burst_balance.min", quiet: true},
		{name: "burst balance end", metric: "network.burst_balance.end", quiet: true},
	}
}

// networkParts lists the parts through whose interfaces bytes take their time.
func networkParts(s *results.Summary) []results.Part {
	return slices.DeleteFunc(append(s.Labelled("autoscaling_group"), s.Labelled("instance")...), func(p results.Part) bool {
		_, ok := s.Value("network.throttled_time", p)
		return !ok
	})
}

// burstParts lists the parts with T instances.
func burstParts(s *results.Summary) []results.Part {
	var parts []results.Part
	for _, label := range []string{"autoscaling_group", "instance", "instance_workload"} {
		parts = append(parts, s.Labelled(label)...)
	}
	return slices.DeleteFunc(parts, func(p results.Part) bool {
		_, ok := s.Value("cpu.throttled_time", p)
		return !ok
	})
}

func tenantRows() []row {
	return []row{
		{name: "launched", metric: "instances.launched"},
		{name: "terminated", metric: "instances.terminated"},
		{name: "found no capacity", metric: "instances.launch_failed"},
		{name: "rejected", metric: "instance_workload.rejected"},
		{name: "Spot interruptions", metric: "spot.interruptions", quiet: true},
		{name: "running mean", metric: "instance_workload.running.mean"},
		{name: "running max", metric: "instance_workload.running.max"},
		{name: "CPU utilization", metric: "cpu.utilization"},
		{name: "instance-hours", metric: "instance_hours"},
		{name: "cost", metric: "cost", quiet: true},
	}
}

func targetRows() []row {
	return []row{
		{name: "healthy mean", metric: "target_group.healthy.mean"},
		{name: "healthy min", metric: "target_group.healthy.min"},
		{name: "imbalance mean", metric: "target_group.imbalance"},
		{name: "imbalance max", metric: "target_group.imbalance.max"},
		{name: "followed a cookie", metric: "target_group.stuck"},
		{name: "lost their target", metric: "target_group.unstuck", quiet: true},
	}
}

// volumeRows are those of disks that steps use.
func volumeRows() []row {
	return []row{
		{name: "I/Os", metric: "volume.iops"},
		{name: "throughput", metric: "volume.throughput"},
		{name: "wait mean", metric: "volume.wait.mean"},
		{name: "burst balance min", metric: "volume.burst_balance.min"},
		{name: "burst balance end", metric: "volume.burst_balance.end"},
		{name: "throttled", metric: "volume.throttled_time", quiet: true},
		{name: "stored", metric: "volume.stored"},
		{name: "failed", metric: "volume.failed", quiet: true},
		{name: "cold touches", metric: "volume.cold_touches", quiet: true},
	}
}

func hostRows() []row {
	return []row{
		{name: "used mean", metric: "hosts.used.mean"},
		{name: "used max", metric: "hosts.used.max"},
		{name: "CPU allocated", metric: "hosts.cpu_allocated"},
		{name: "memory allocated", metric: "hosts.memory_allocated"},
	}
}

// backupRows are those of the snapshots of volumes.
func backupRows() []row {
	return []row{
		{name: "taken", metric: "snapshots.taken"},
		{name: "written", metric: "snapshots.written"},
		{name: "kept", metric: "snapshots.kept"},
		{name: "stored", metric: "snapshots.stored"},
		{name: "archived", metric: "snapshots.archived", quiet: true},
		{name: "age of newest", metric: "snapshots.age"},
	}
}

// transferRows are the bytes that are paid for by their path.
func transferRows() []row {
	return []row{
		{name: "out to the internet", metric: "transfer.internet_out"},
		{name: "costs", metric: "transfer.internet_out.cost"},
		{name: "between zones, each side", metric: "transfer.cross_zone"},
		{name: "costs", metric: "transfer.cross_zone.cost"},
		{name: "between zones, free", metric: "transfer.cross_zone.free"},
		{name: "to other Regions", metric: "transfer.inter_region"},
		{name: "costs", metric: "transfer.inter_region.cost"},
		{name: "through NAT gateways", metric: "transfer.nat"},
		{name: "costs", metric: "transfer.nat.cost"},
	}
}

// transferParts lists who moved bytes, where some of them cost more than data out.
func transferParts(s *results.Summary) []results.Part {
	moves := func(p results.Part, metrics ...string) bool {
		return slices.ContainsFunc(metrics, func(metric string) bool {
			_, ok := s.Value(metric, p)
			return ok
		})
	}
	if !moves(results.Part{}, "transfer.cross_zone", "transfer.nat", "transfer.inter_region") {
		return nil
	}
	parts := []results.Part{{}}
	for _, label := range []string{"autoscaling_group", "instance", "load_balancer", "nat_gateway"} {
		for _, p := range s.Labelled(label) {
			if moves(p, "transfer.internet_out", "transfer.cross_zone", "transfer.nat", "transfer.inter_region") {
				parts = append(parts, p)
			}
		}
	}
	return parts
}

// functionRows are what Lambda functions were called, and how that went.
func functionRows() []row {
	return []row{
		{name: "calls", metric: "function.invocations"},
		{name: "throttled", metric: "function.throttles", quiet: true},
		{name: "share throttled", metric: "function.throttled", quiet: true},
		{name: "cold starts", metric: "function.cold_starts"},
		{name: "share cold", metric: "function.cold"},
		{name: "errors", metric: "function.errors", quiet: true},
		{name: "timeouts", metric: "function.timeouts", quiet: true},
		{name: "at once, mean", metric: "function.concurrency.mean"},
		{name: "at once, most", metric: "function.concurrency.max"},
		{name: "duration mean", metric: "function.duration.mean"},
		{name: "duration p99", metric: "function.duration.p99"},
		{name: "billed", metric: "function.billed_duration"},
		{name: "cost", metric: "cost"},
	}
}

// containerRows are the tasks of ECS services.
func containerRows() []row {
	return []row{
		{name: "running mean", metric: "task.running.mean"},
		{name: "running min", metric: "task.running.min"},
		{name: "running max", metric: "task.running.max"},
		{name: "pending mean", metric: "task.pending.mean"},
		{name: "without room, mean", metric: "task.waiting.mean", quiet: true},
		{name: "desired mean", metric: "task.desired.mean"},
		{name: "desired max", metric: "task.desired.max"},
		{name: "CPU utilization", metric: "task.cpu.utilization"},
		{name: "memory utilization", metric: "task.memory.utilization", quiet: true},
		{name: "scaling activities", metric: "scaling.activities"},
		{name: "blocked by cooldown", metric: "scaling.blocked_by_cooldown", quiet: true},
		{name: "started", metric: "task.started"},
		{name: "stopped", metric: "task.stopped"},
		{name: "found no room", metric: "task.unplaced", quiet: true},
		{name: "lost to faults", metric: "task.lost", quiet: true},
		{name: "interrupted", metric: "task.interrupted"},
		{name: "deployments", metric: "task.deployments"},
		{name: "deployments failed", metric: "task.deployments.failed", quiet: true},
		{name: "deployment", metric: "task.deployment.duration"},
		{name: "task-hours", metric: "task_hours"},
		{name: "cost", metric: "cost"},
	}
}
