package results

import (
	"math"
	"slices"
	"sync"

	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/model/pricing"
	"headroom/sim/stat"
)

// Metric is one quantity that a run estimates.
type Metric struct {
	Name    string
	Unit    string   // "s", "1/s", "USD", "ratio", "count", "h"
	Labels  []string // the parts of a scenario for which it is given too
	Meaning string

	whole whole
	needs string                          // a label: the metric exists only where the scenario has such a part
	where func(*cloud.Config, scope) bool // it exists for; nil: all
	sums  bool                            // where nobody observed anything it is 0, which who sets a limit is told
	hops  bool                            // its label "service" means one of the scenario, not of the bill
	read  func(*part) float64
}

// whole says when a metric is given for the scenario as a whole.
type whole uint8

const (
	always   whole = iota // it adds up over the parts
	ifSingle              // an extreme over time, which parts do not add up to: only if there is one part
	never
)

// Metrics lists every metric, in the order in which results give them.
func Metrics() []Metric { return slices.Clone(metrics()) }

// metrics are those of [Metrics]. Nobody changes them: a meter asks for them, and so
// does every point of a sweep.
var metrics = sync.OnceValue(func() []Metric {
	var all []Metric
	for _, some := range [][]Metric{
		requestMetrics(),
		latencyMetrics(),
		userMetrics(),
		poolMetrics(), phaseMetrics(),
		capacityMetrics(), scalingMetrics(),
		burstMetrics(),
		memoryMetrics(),
		networkMetrics(),
		balanceMetrics(),
		listenerMetrics(),
		errorMetrics(),
		connectionMetrics(), websocketMetrics(),
		nodeMetrics(),
		warmPoolMetrics(), functionMetrics(), containerMetrics(),
		instanceMetrics(),
		restMetrics(), spotMetrics(),
		statusMetrics(),
		forecastMetrics(),
		tenantMetrics(),
		hostMetrics(),
		volumeMetrics(),
		backupMetrics(),
		recoveryMetrics(),
		auditMetrics(), autoMetrics(),
		costMetrics(),
		transferMetrics(),
		eventMetrics(),
	} {
		all = append(all, some...)
	}
	return all
})

// filters reports whether not all packets pass in a scenario.
func filters(cfg *cloud.Config, _ scope) bool { return len(cfg.Network.Ends) > 0 }

func requestMetrics() []Metric {
	labels := []string{labelBalancer, labelTargetGroup, labelWorkload, labelService}
	of := func(read func(*traffic) float64) func(*part) float64 {
		return func(p *part) float64 { return read(p.traffic()) }
	}
	count := func(name, meaning string, read func(*traffic) int64) Metric {
		return Metric{
			Name: name, Unit: "count", Labels: labels, Meaning: meaning, needs: labelWorkload, hops: true,
			read: of(func(t *traffic) float64 { return float64(read(t)) }),
		}
	}
	failed := count("requests.failed", "attempts that ended without a response, by status code too",
		func(t *traffic) int64 { return t.failedTotal() })
	failed.Labels = append([]string{labelCode}, labels...)
	dropped := count("requests.dropped", "attempts whose packets security groups dropped, so that they waited in vain: before their load balancer, or before their server",
		func(t *traffic) int64 { return t.dropped })
	dropped.where = filters
	lost := count("spot.requests_lost", "requests that failed because their Spot instance was reclaimed",
		func(t *traffic) int64 { return t.spotLost })
	return []Metric{
		count("requests.arrived", "attempts that arrived, retries included: completed + failed + in flight",
			func(t *traffic) int64 { return t.arrived }),
		count("requests.completed", "responses", func(t *traffic) int64 { return t.completed }),
		failed,
		count("requests.in_flight", "requests in flight at the end of the run", func(t *traffic) int64 { return t.inFlight }),
		count("requests.retried", "attempts that were retries", func(t *traffic) int64 { return t.retried }),
		dropped, lost,
		{
			Name: "availability", Unit: "ratio", Labels: labels, needs: labelWorkload, hops: true,
			Meaning: "completed / (completed + failed), of requests that arrived after the warm-up",
			read:    of(func(t *traffic) float64 { return ratio(t.measured, t.measured+t.measuredFailed) }),
		},
		{
			Name: "throughput", Unit: "1/s", Labels: labels, Meaning: "responses a second", needs: labelWorkload, hops: true,
			read: func(p *part) float64 {
				return float64(p.traffic().completed) / p.outcome.Config.Duration.Seconds()
			},
		},
	}
}

// quantiles are the points of the latency distribution that are metrics.
var quantiles = []struct {
	name, meaning string
	q             float64
}{
	{"latency.p50", "the median of that latency", 0.5},
	{"latency.p90", "what 90 % of requests stay below", 0.9},
	{"latency.p95", "what 95 % of requests stay below", 0.95},
	{"latency.p99", "what 99 % of requests stay below", 0.99},
	{"latency.p999", "what 99.9 % of requests stay below", 0.999},
}

func latencyMetrics() []Metric {
	of := func(name, unit, meaning string, read func(*traffic) float64) Metric {
		return Metric{
			Name: name, Unit: unit, Meaning: meaning, needs: labelWorkload, hops: true,
			Labels: []string{labelBalancer, labelTargetGroup, labelWorkload, labelService},
			read:   func(p *part) float64 { return read(p.traffic()) },
		}
	}
	all := []Metric{of("latency.mean", "s", "arrival at the load balancer to response, of completed requests",
		func(t *traffic) float64 { return t.latency.Mean() / 1e9 })}
	for _, q := range quantiles {
		all = append(all, of(q.name, "s", q.meaning, func(t *traffic) float64 {
			return quantile(t.latency, q.q)
		}))
	}
	for i := range all { // what is observed of zones and types is their latency
		all[i].Labels = append(all[i].Labels, labelZone, labelType)
	}
	return append(all,
		of("latency.max", "s", "the longest latency of a replication", func(t *traffic) float64 {
			if t.latency.Count() == 0 {
				return math.NaN()
			}
			return float64(t.latency.Max()) / 1e9
		}),
		of("wait.mean", "s", "time in line at the target before service starts, of requests that entered service; what their calls wait for is in pool.wait.mean, phase.call and phase.pool",
			func(t *traffic) float64 { return t.wait.Mean() / 1e9 }),
		of("wait.probability", "ratio", "share of those requests that waited",
			func(t *traffic) float64 { return ratio(t.waited, t.wait.Count()) }),
	)
}

func capacityMetrics() []Metric {
	group := func(name, unit, meaning string, w whole, read func(*controlplane.GroupOutcome) float64) Metric {
		return Metric{
			Name: name, Unit: unit, Labels: []string{labelGroup}, Meaning: meaning, whole: w, needs: labelGroup,
			read: func(p *part) float64 { return sum(p.groups(), read) },
		}
	}
	return []Metric{
		{
			Name: "cpu.utilization", Unit: "ratio", Labels: []string{labelGroup, labelInstance, labelTenant},
			Meaning: "busy vCPU-time / powered vCPU-time in service", read: utilization, where: computes,
		},
		group("capacity.in_service.mean", "count", "instances in service, time-weighted", always,
			func(g *controlplane.GroupOutcome) float64 { return g.InServiceMean }),
		group("capacity.in_service.min", "count", "fewest instances in service", ifSingle,
			func(g *controlplane.GroupOutcome) float64 { return float64(g.InServiceMin) }),
		group("capacity.in_service.max", "count", "most instances in service", ifSingle,
			func(g *controlplane.GroupOutcome) float64 { return float64(g.InServiceMax) }),
		group("capacity.desired.mean", "count", "desired capacity, time-weighted", always,
			func(g *controlplane.GroupOutcome) float64 { return g.DesiredMean }),
		group("capacity.desired.max", "count", "highest desired capacity", ifSingle,
			func(g *controlplane.GroupOutcome) float64 { return float64(g.DesiredMax) }),
		group("scaling.short_instance_hours", "h", "instance-hours missing to run the load at reference_utilization, by the minute", always,
			func(g *controlplane.GroupOutcome) float64 { return g.Elasticity.Under.Seconds() / 3600 }),
		group("scaling.excess_instance_hours", "h", "instance-hours in service beyond what runs the load at reference_utilization", always,
			func(g *controlplane.GroupOutcome) float64 { return g.Elasticity.Over.Seconds() / 3600 }),
		group("capacity.under_time", "s", "time with too few instances in service for reference_utilization", always,
			func(g *controlplane.GroupOutcome) float64 { return g.Elasticity.UnderTime.Seconds() }),
		{
			Name: "target_group.healthy.mean", Unit: "count", Labels: []string{labelTargetGroup}, whole: never,
			Meaning: "healthy targets, time-weighted",
			read:    func(p *part) float64 { return p.targets()[0].HealthyMean },
		},
		{
			Name: "target_group.healthy.min", Unit: "count", Labels: []string{labelTargetGroup}, whole: never,
			Meaning: "fewest healthy targets",
			read:    func(p *part) float64 { return float64(p.targets()[0].HealthyMin) },
		},
	}
}

func instanceMetrics() []Metric {
	labels := []string{labelGroup, labelTenant}
	count := func(name, meaning string, read func(p *part) float64) Metric {
		return Metric{Name: name, Unit: "count", Labels: labels, Meaning: meaning, read: read}
	}
	lost := count("instances.lost", "instances lost to faults", func(p *part) float64 {
		return sum(p.groups(), func(g *controlplane.GroupOutcome) float64 { return float64(g.Lost) }) +
			sum(p.fleets(), func(f *controlplane.FleetOutcome) float64 { return float64(f.Failed) })
	})
	lost.Labels = []string{labelGroup, labelInstance}
	return []Metric{
		count("instances.launched", "instances launched by groups and instance workloads; in all, without other tenants'", func(p *part) float64 {
			return sum(p.groups(), func(g *controlplane.GroupOutcome) float64 { return float64(g.Launched) }) +
				sum(p.tenants(), func(t *controlplane.TenantOutcome) float64 { return float64(t.Launched) })
		}),
		count("instances.terminated", "instances terminated by them", func(p *part) float64 {
			return sum(p.groups(), func(g *controlplane.GroupOutcome) float64 { return float64(g.Terminated) }) +
				sum(p.tenants(), func(t *controlplane.TenantOutcome) float64 { return float64(t.Terminated) })
		}),
		count("instances.launch_failed", "launches that failed for want of capacity, or of a higher maximum Spot price", func(p *part) float64 {
			return sum(p.groups(), func(g *controlplane.GroupOutcome) float64 { return float64(g.LaunchFailed) }) +
				sum(p.tenants(), func(t *controlplane.TenantOutcome) float64 { return float64(t.LaunchFailed) })
		}),
		lost,
		interruptionMetric(labels),
	}
}

// tenantMetrics are those of instance workloads alone.
func tenantMetrics() []Metric {
	waits := func(name, meaning string, read func(*stat.Histogram) float64) Metric {
		return Metric{
			Name: name, Unit: "s", Labels: []string{labelTenant}, whole: never, Meaning: meaning,
			read: func(p *part) float64 {
				if h := &p.tenants()[0].Waits; h.Count() > 0 {
					return read(h) / 1e9
				}
				return math.NaN()
			},
		}
	}
	return []Metric{
		{
			Name: "instance_workload.running.mean", Unit: "count", Labels: []string{labelTenant}, whole: never,
			Meaning: "instances of the workload that run, time-weighted",
			read:    func(p *part) float64 { return p.tenants()[0].RunningMean },
		},
		{
			Name: "instance_workload.running.max", Unit: "count", Labels: []string{labelTenant}, whole: never,
			Meaning: "most instances of the workload that run",
			read:    func(p *part) float64 { return float64(p.tenants()[0].RunningMax) },
		},
		waits("instance_workload.wait.mean", "mean time that its launches waited for room, of those that found it", func(h *stat.Histogram) float64 { return h.Mean() }),
		waits("instance_workload.wait.p99", "the same, which 99 % did not exceed", func(h *stat.Histogram) float64 { return float64(h.Quantile(0.99)) }),
		{
			Name: "instance_workload.waiting.mean", Unit: "count", Labels: []string{labelTenant}, whole: never,
			Meaning: "its launches that wait for room, time-weighted",
			read:    func(p *part) float64 { return p.tenants()[0].WaitingMean },
		},
		{
			Name: "instance_workload.rejected", Unit: "ratio", Labels: []string{labelTenant}, whole: never,
			Meaning: "share of its launches for which there was no capacity",
			read: func(p *part) float64 {
				t := p.tenants()[0]
				return ratio(t.LaunchFailed, t.Launched+t.LaunchFailed)
			},
		},
	}
}

func costMetrics() []Metric {
	owners := []string{labelGroup, labelBalancer, labelInstance, labelTenant, labelVolume, labelNAT, labelFunction, labelContainer}
	hours := func(p *part) float64 { return p.outcome.Config.Duration.Seconds() / 3600 }
	money := func(name, meaning string, read func(*part) float64) Metric {
		return Metric{Name: name, Unit: "USD", Meaning: meaning, read: read}
	}
	parts := money("cost", "that cost by service, by way of buying and by owner", (*part).cost)
	parts.Labels, parts.whole = append([]string{labelService, labelModel}, owners...), never
	return []Metric{
		money("cost.total", "what the run costs, warm-up included", (*part).cost),
		money("cost.list", "the same usage at On-Demand list prices", (*part).list),
		money("cost.per_hour", "cost.total / hours of the run", func(p *part) float64 { return p.cost() / hours(p) }),
		money("cost.per_day", "24 × cost.per_hour", func(p *part) float64 { return p.cost() / hours(p) * 24 }),
		money("cost.per_month", "730 × the cost of an hour, monthly allowances and tiers prorated", func(p *part) float64 { return p.lasting() / hours(p) * 730 }),
		money("cost.per_year", "8,760 × the cost of an hour, monthly allowances and tiers prorated", func(p *part) float64 { return p.lasting() / hours(p) * 8760 }),
		{
			Name: "cost.per_million_requests", Unit: "USD", needs: labelWorkload, Meaning: "cost.total / (requests.completed / 10⁶)",
			read: func(p *part) float64 {
				if n := p.traffic().completed; n > 0 {
					return p.cost() / float64(n) * 1e6
				}
				return math.NaN()
			},
		},
		parts,
		commitment("commitment.coverage", "ratio", "share of the usage that commitments may cover, at On-Demand prices, that they do",
			func(f pricing.Figures) float64 { return f.Coverage }),
		commitment("commitment.utilization", "ratio", "share of the commitments' cost that covers usage",
			func(f pricing.Figures) float64 { return f.Utilization }),
		{
			Name: "instance_hours", Unit: "h", Labels: append([]string{labelModel}, owners[:len(owners)-1]...), read: instanceHours,
			Meaning: "hours from running until no longer running, summed over instances; of on-demand those that others pay for too",
		},
	}
}

// commitment is a metric of what is already bought; nobody observes it without.
func commitment(name, unit, meaning string, read func(pricing.Figures) float64) Metric {
	return Metric{
		Name: name, Unit: unit, Meaning: meaning,
		read: func(p *part) float64 {
			f := pricing.Plan{}.Figures(*p.invoice, *p.invoice)
			if math.IsNaN(f.Utilization) {
				return math.NaN()
			}
			return read(f)
		},
	}
}

func eventMetrics() []Metric {
	return []Metric{
		{
			Name: "events.processed", Unit: "count", Meaning: "kernel events",
			read: func(p *part) float64 { return float64(p.outcome.Events) },
		},
		{
			Name: "events.overtaken", Unit: "count", Meaning: "events whose entity had gone: cancelled timers and departures",
			read: func(p *part) float64 { return float64(p.outcome.Overtaken) },
		},
		{
			Name: "actions.refused", Unit: "count", Meaning: "actions that were not allowed, or not possible; the history says why",
			read: func(p *part) float64 {
				if e := &p.outcome.Config.Estate.Storage; len(e.Actions)+len(e.Backups) == 0 {
					return math.NaN()
				}
				return float64(p.outcome.Refused)
			},
		},
	}
}

// sum adds a number of each of the outcomes.
func sum[T any](all []T, read func(*T) float64) float64 {
	total := 0.0
	for i := range all {
		total += read(&all[i])
	}
	return total
}

// ratio divides counts; without any it is NaN, which means no observation.
func ratio(n, of int64) float64 {
	if of == 0 {
		return math.NaN()
	}
	return float64(n) / float64(of)
}
