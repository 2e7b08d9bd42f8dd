package results

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/model/network"
	"headroom/model/pricing"
	"headroom/model/scaling"
	"headroom/sim"
	"headroom/sim/stat"
)

// twoGroups is a scenario of everything, two of most.
func twoGroups() *cloud.Config {
	return &cloud.Config{
		Name: "two",
		Frame: model.Frame{
			Seed:     1,
			Duration: 2 * sim.Hour,
			Region:   "us-east-1",
			Zones:    []string{"a", "b"},
			Types:    []model.InstanceType{{Name: "t3.nano", Family: "t3", VCPUs: 2, Burstable: true}},
			Start:    time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC),
		},
		Traffic: dataplane.Traffic{
			TargetGroups:  []dataplane.TargetGroup{{Name: "web"}, {Name: "api"}},
			LoadBalancers: []dataplane.LoadBalancer{{Name: "front", Zones: []model.Zone{0, 1}}},
			Workloads:     []dataplane.Workload{{Name: "users"}},
			Network:       dataplane.Network{Ends: []network.End{{}}},
		},
		Estate: controlplane.Estate{
			HostPools: []controlplane.HostPool{{Name: "m5", CPU: 96, MemoryMiB: 1000}, {Name: "t3", CPU: 192, MemoryMiB: 3000}},
			Groups:    []controlplane.Group{{Name: "web"}, {Name: "api", Pool: &controlplane.WarmPool{}}, {Name: "tasks", Tasks: &controlplane.Tasks{}}},
			Instances: []controlplane.Fleet{{Name: "db"}},
			InstanceWorkloads: []controlplane.InstanceWorkload{
				{Name: "hosts.m5.a", Foreign: true}, {Name: "jobs"}, {Name: "others", Foreign: true},
			},
		},
	}
}

// callsOverPools are three services, each of which calls the next over a pool of connections.
func callsOverPools() []dataplane.Service {
	var all []dataplane.Service
	for i, name := range []string{"front", "middle", "store"} {
		s := dataplane.Service{Name: name, Steps: []dataplane.Step{{Kind: dataplane.StepCPU}}}
		if i < 2 {
			s.Steps = append(s.Steps, dataplane.Step{Kind: dataplane.StepCall, Call: dataplane.Call{PoolSize: 2}})
		}
		all = append(all, s)
	}
	return all
}

// restingGroups is a scenario of everything whose instances somebody stops.
func restingGroups() *cloud.Config {
	cfg := twoGroups()
	cfg.Faults = []controlplane.Fault{{Kind: controlplane.InstanceTermination}}
	cfg.Groups[0].Policies = append(cfg.Groups[0].Policies, controlplane.ScalingPolicy{Spec: scaling.Predictive{}})
	cfg.Actions = []controlplane.Action{{Do: controlplane.DeployService}, {Do: controlplane.StopInstance, On: controlplane.Subject{Kind: controlplane.OfFleet}}}
	return cfg
}

func histogram(values ...sim.Time) *stat.Histogram {
	h := &stat.Histogram{}
	for _, v := range values {
		h.Record(int64(v))
	}
	return h
}

// oneOutcome is a replication of twoGroups, written by hand.
func oneOutcome(cfg *cloud.Config) *cloud.Outcome {
	o := &cloud.Outcome{
		Config: cfg, Events: 1000, Overtaken: 10,
		Users: []dataplane.UserOutcome{{Requests: 150, Completed: 140, InDeadline: 72, Latency: histogram(2 * sim.Second)}},
		Routes: []dataplane.RouteOutcome{
			{
				TargetGroup: 0, Arrived: 100, Completed: 90, InFlight: 2, Retried: 5, SpotLost: 3, Dropped: 4,
				Latency: histogram(sim.Second, 3*sim.Second), MeasuredCompleted: 80, MeasuredFailed: 5, Waited: 1,
			},
			{TargetGroup: 1, Arrived: 50, Completed: 50, Latency: histogram(5 * sim.Second), MeasuredCompleted: 15},
			{TargetGroup: cloud.None, LoadBalancer: cloud.None},
		},
		Hops: []dataplane.RouteOutcome{
			{Workload: cloud.None, Service: 0, Callee: 1, TargetGroup: cloud.None, LoadBalancer: cloud.None},
			{Workload: cloud.None, Service: 1, Callee: 2, TargetGroup: cloud.None, LoadBalancer: cloud.None},
		},
		Groups: []controlplane.GroupOutcome{
			{
				InServiceMean: 4, InServiceMin: 2, InServiceMax: 6, DesiredMax: 7, TimeAtMax: 1800 * sim.Second, Launched: 10, Terminated: 6, LaunchFailed: 1,
				SpotInterruptions: 2, SpotRecommendations: 1, Lost: 1, BusyVCPUSeconds: 50, PoweredVCPUSeconds: 100,
				Thrash: scaling.Thrash{Reversals: 3, Share: 1.5}, Elasticity: scaling.Elasticity{Under: 2 * sim.Hour, Over: sim.Hour, UnderTime: sim.Minute},
				Forecasts: []scaling.HourForecast{{Load: 8, High: 9, Actual: 10}, {Load: 6, High: 9, Actual: 6}, {Load: 5, Actual: math.NaN()}},
			},
			{InServiceMean: 2, WarmMean: 1.5, WarmStarts: 3, Launched: 1, BusyVCPUSeconds: 10, PoweredVCPUSeconds: 100},
			{
				InServiceMean: 5, InServiceMin: 4, InServiceMax: 8, DesiredMean: 6, DesiredMax: 9, PendingMean: 0.25, WaitingMean: 0.75, Launched: 20,
				Terminated: 12, LaunchFailed: 3, Lost: 2, Deployments: controlplane.DeploymentOutcome{Completed: 2, Failed: 1, Time: 180 * sim.Second}, BusyVCPUSeconds: 30, PoweredVCPUSeconds: 40, ScalingActivities: 7,
			},
		},
		Fleets:    []controlplane.FleetOutcome{{BusyVCPUSeconds: 40, PoweredVCPUSeconds: 50, Failed: 1, Stops: 3, Checks: controlplane.StatusChecks{Any: 4, System: 3, Instance: 2, AttachedEBS: 1}, Hibernations: 1, StoppedTime: sim.Hour}},
		Balancers: []dataplane.BalancerOutcome{{Nodes: []dataplane.NodeOutcome{{Requests: 30, Rejected: 2}, {Requests: 10, Rejected: 3, Shifted: 90 * sim.Second}}}},
		Targets:   []dataplane.TargetGroupOutcome{{HealthyMean: 3.5, HealthyMin: 2}, {HealthyMean: 1, HealthyMin: 0}},
		HostPools: []controlplane.HostPoolOutcome{
			{Hosts: 2, UsedMean: 1.5, UsedMax: 2, CPUAllocated: 0.5, MemoryAllocated: 0.2},
			{Hosts: 1, UsedMean: 1, UsedMax: 1, CPUAllocated: 1, MemoryAllocated: 0.6},
		},
		Tenants: []controlplane.TenantOutcome{
			{Launched: 1000, LaunchFailed: 1000},
			{Launched: 30, Terminated: 20, LaunchFailed: 10, RunningMean: 5.5, RunningMax: 9, Interrupted: 4},
			{Launched: 7},
		},
		Spot: cloud.SpotOutcome{Interruptions: 6, RequestsLost: 3, Notices: 4, Together: 3},
		Ledger: &model.Ledger{
			Owners: []string{"load_balancer.front", "autoscaling_group.web"},
			Tasks:  []model.TaskUse{{To: sim.Hour, Owner: 1}, {From: sim.Hour, To: 2 * sim.Hour, Owner: 1}, {To: sim.Hour, Owner: 0}},
			Leases: []model.Lease{
				{To: sim.Hour, Owner: 1, Option: model.Spot}, {To: 2 * sim.Hour, Owner: 1, Option: model.OnDemand},
			},
		},
	}
	o.Routes[0].Failed[dataplane.Code502] = 6
	o.Routes[0].Failed[dataplane.Code504] = 2
	o.Routes[0].Wait.Record(int64(sim.Second))
	o.Routes[0].Wait.Record(0)
	o.Hops[0].PoolWait.Record(int64(sim.Second))
	o.Hops[0].PoolWait.Record(0)
	o.Hops[1].PoolWait.Record(int64(4 * sim.Second))
	return o
}

func invoice() *pricing.Invoice {
	line := func(service pricing.Service, option pricing.Option, owner string, usd float64) pricing.Line {
		return pricing.Line{
			Service: service, SKU: string(service) + ".x", Option: option, Category: pricing.Usage, Owner: owner,
			Billed: model.USD(usd), Effective: model.USD(usd), List: model.USD(2 * usd),
		}
	}
	return &pricing.Invoice{Lasting: model.USD(9), Lines: []pricing.Line{
		line(pricing.ELB, pricing.OnDemand, "load_balancer.front", 1),
		line(pricing.EC2, pricing.OnDemand, "autoscaling_group.web", 4),
		line(pricing.EC2, pricing.Spot, "autoscaling_group.web", 3),
		line(pricing.CloudWatch, pricing.OnDemand, "", 0.5),
	}}
}

func TestEveryMetricReadsItsPart(t *testing.T) {
	cfg := restingGroups()
	cfg.Services = callsOverPools()
	meter := NewMeter(cfg)
	m := meter.Measure(oneOutcome(cfg), invoice())
	for key, want := range map[string]float64{
		"connections.rejected":                                5,
		"task.running.mean{container_service=tasks}":          5,
		"task.running.min":                                    4,
		"task.running.max":                                    8,
		"task.pending.mean":                                   0.25,
		"task.waiting.mean":                                   0.75,
		"task.desired.mean":                                   6,
		"task.desired.max":                                    9,
		"task.cpu.utilization":                                0.75,
		"task.started":                                        20,
		"task.stopped":                                        12,
		"task.unplaced":                                       3,
		"task.lost":                                           2,
		"task.deployments":                                    2,
		"task.deployments.failed":                             1,
		"task.deployment.duration":                            90,
		"task_hours":                                          3,
		"task_hours{container_service=tasks}":                 0,
		"scaling.activities{container_service=tasks}":         7,
		"instances.lost{autoscaling_group=web}":               1,
		"connections.rejected{load_balancer=front}":           5,
		"node.requests{node=front:a}":                         30,
		"node.rejected{node=front:b}":                         3,
		"node.shifted{node=front:b}":                          90,
		"node.share{node=front:a}":                            0.75,
		"requests.arrived":                                    150,
		"requests.arrived{target_group=web}":                  100,
		"requests.arrived{load_balancer=front}":               150,
		"requests.arrived{workload=users}":                    150,
		"requests.failed":                                     8,
		"requests.failed{code=502}":                           6,
		"requests.failed{code=503}":                           0,
		"requests.failed{target_group=api}":                   0,
		"requests.in_flight":                                  2,
		"requests.retried":                                    5,
		"requests.dropped":                                    4,
		"requests.dropped{target_group=api}":                  0,
		"availability":                                        0.95,
		"availability{target_group=api}":                      1,
		"throughput":                                          140.0 / 7200,
		"latency.mean":                                        3,
		"latency.mean{target_group=api}":                      5,
		"latency.max":                                         5,
		"wait.mean":                                           0.5,
		"wait.probability":                                    0.5,
		"pool.wait.mean":                                      5.0 / 3,
		"pool.wait.mean{service=front}":                       0.5,
		"pool.wait.mean{service=middle}":                      4,
		"cpu.utilization":                                     0.4,
		"cpu.utilization{autoscaling_group=web}":              0.5,
		"scaling.reversals":                                   3,
		"scaling.thrash{autoscaling_group=web}":               1.5,
		"scaling.short_instance_hours{autoscaling_group=web}": 2,
		"scaling.excess_instance_hours":                       1,
		"capacity.under_time":                                 60,
		"forecast.hours{autoscaling_group=web}":               3,
		"forecast.error{autoscaling_group=web}":               0.125,
		"forecast.covered{autoscaling_group=web}":             0.5,
		"cpu.utilization{instance=db}":                        0.8,
		"capacity.in_service.mean":                            6,
		"capacity.in_service.min{autoscaling_group=web}":      2,
		"capacity.desired.max{autoscaling_group=web}":         7,
		"target_group.healthy.mean{target_group=web}":         3.5,
		"warm_pool.size.mean":                                 1.5,
		"warm_pool.starts":                                    3,
		"instances.launched":                                  41,
		"instances.launched{instance_workload=jobs}":          30,
		"instances.launched{instance_workload=others}":        7,
		"instances.launch_failed":                             11,
		"instances.lost":                                      2,
		"instances.lost{instance=db}":                         1,
		"status_checks.failed":                                4,
		"status_checks.failed_system{instance=db}":            3,
		"status_checks.failed_instance":                       2,
		"status_checks.failed_attached_ebs":                   1,
		"status_checks.failed{autoscaling_group=web}":         0,
		"instances.stops":                                     3,
		"instances.stops{instance=db}":                        3,
		"instances.hibernations":                              1,
		"instances.stopped_time":                              3600,
		"spot.interruptions":                                  6,
		"spot.interruptions{instance_workload=jobs}":          4,
		"spot.requests_lost":                                  3,
		"spot.rebalance_recommendations":                      1,
		"spot.interruption_rate":                              2,
		"spot.interrupted_together":                           0.75,
		"instance_workload.rejected{instance_workload=jobs}":  0.25,
		"hosts.used.mean":                                     2.5,
		"hosts.used.max{hosts=m5}":                            2,
		"hosts.cpu_allocated":                                 0.75,
		"hosts.memory_allocated":                              (2*0.2*1000 + 0.6*3000) / 5000,
		"hosts.memory_allocated{hosts=t3}":                    0.6,
		"cost.total":                                          8.5,
		"cost.list":                                           17,
		"cost.per_hour":                                       4.25,
		"cost.per_day":                                        102,
		"cost.per_month":                                      4.5 * 730,
		"cost.per_year":                                       4.5 * 8760,
		"cost.per_million_requests":                           8.5 / 140 * 1e6,
		"cost{service=ec2}":                                   7,
		"cost{service=vpc}":                                   0,
		"cost{model=spot}":                                    3,
		"cost{autoscaling_group=web}":                         7,
		"cost{load_balancer=front}":                           1,
		"cost{instance=db}":                                   0,
		"instance_hours":                                      3,
		"instance_hours{model=spot}":                          1,
		"instance_hours{autoscaling_group=web}":               3,
		"events.processed":                                    1000,
		"events.overtaken":                                    10,
	} {
		i := meter.find(key)
		if i < 0 {
			t.Errorf("no metric %s", key)
			continue
		}
		if got := m.values[i]; math.Abs(got-want) > 1e-9*math.Abs(want) {
			t.Errorf("%s = %v, want %v", key, got, want)
		}
	}
	for _, key := range []string{
		"capacity.in_service.max", "hosts.used.max", // extremes of two parts do not add up
		"cost", "instances.launched{instance_workload=hosts.m5.a}", "latency.p99{code=502}",
		"pool.wait.mean{service=store}", // it calls nobody
	} {
		if meter.find(key) >= 0 {
			t.Errorf("there is a metric %s", key)
		}
	}
}

func TestExtremesOfTheOnlyGroupAreThoseOfTheWhole(t *testing.T) {
	cfg := twoGroups()
	cfg.Groups = cfg.Groups[:1]
	keys := Keys(cfg)
	if !slices.Contains(keys, "capacity.in_service.max") {
		t.Error("a scenario of one group has no capacity.in_service.max")
	}
}

func TestMetricsAreDocumentedAndUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range Metrics() {
		if seen[m.Name] || m.Unit == "" || m.Meaning == "" || m.read == nil {
			t.Errorf("%s: twice, or without unit, meaning or reader", m.Name)
		}
		seen[m.Name] = true
	}
}

func TestKeysAreCheckedWithoutAScenario(t *testing.T) {
	for _, key := range Keys(twoGroups()) {
		if err := CheckKey(key); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
	for key, want := range map[string]string{
		"latncy.p99":                   `did you mean "latency.p99"?`,
		"cost":                         "must name a part",
		"latency.p99{host=m5}":         "must be one of",
		"latency.p99{target_group=":    "must have the form",
		"latency.p99{target_group=}":   "must have the form",
		"events.processed{code=502}":   "whole scenario only",
		"":                             "must be a metric",
		strings.Repeat("x", 1_000_000): "must be a metric",
	} {
		if err := CheckKey(key); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: got %v, want %q", key, err, want)
		}
	}
}

func TestUnknownThresholdsAreFoundBeforeRunning(t *testing.T) {
	err := CheckThresholds(twoGroups(), []model.Threshold{
		{Key: "latency.p99{target_group=wbe}", Operator: "<"}, {Key: "availability", Operator: "~"}, {Key: "wait.mean", Operator: "<", Limit: math.NaN()},
		{Key: "latency.p99", Operator: "<", Limit: 1}, {Key: "latency.p99", Operator: "<", Limit: 1, Unit: "s"},
		{Key: "latency.p99", Operator: "<", Limit: 0.05, Unit: "ratio", Text: "< 5%"},
	})
	if err == nil {
		t.Fatal("no error")
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 4 || !strings.Contains(lines[0], `did you mean "latency.p99{target_group=web}"?`) ||
		!strings.Contains(lines[1], "must be one of <") || !strings.Contains(lines[2], "finite") ||
		!strings.Contains(lines[3], `the metric's unit (s), got "< 5%"`) {
		t.Errorf("got:\n%v", err)
	}
}

func TestThresholdsCompareMeans(t *testing.T) {
	s := &Summary{Metrics: []Value{{Key: "k", Unit: "s", Estimate: stat.Estimate{Value: 2, HalfWidth: 0.5, N: 3}}}}
	for _, c := range []struct {
		op          string
		limit       float64
		pass, close bool
	}{
		{"<", 3, true, false}, {"<", 2, false, true}, {"<=", 2, true, true}, {">", 1, true, false}, {">", 2.4, false, true},
		{">=", 2, true, true}, {">=", 3, false, false},
	} {
		s.Thresholds = nil
		s.judge([]model.Threshold{{Key: "k", Operator: c.op, Limit: c.limit}, {Key: "absent", Operator: "<", Limit: 1}})
		if v := s.Thresholds[0]; v.Pass != c.pass || v.Close != c.close || !v.Observed {
			t.Errorf("2 %s %v: got %+v", c.op, c.limit, v)
		}
		s.Metrics[0].HalfWidth = 0
		if s.judge([]model.Threshold{{Key: "k", Operator: c.op, Limit: 2}}); s.Thresholds[2].Close {
			t.Errorf("2 %s 2 without any spread is called close", c.op)
		}
		s.Metrics[0].HalfWidth = 0.5
		if v := s.Thresholds[1]; v.Pass || v.Observed {
			t.Errorf("an absent metric: got %+v", v)
		}
	}
}

// Of what is usual nobody asks the scenario: whichever it is, it has that, and nothing is
// observed for it.
func TestUsualMetricsAreAlwaysThere(t *testing.T) {
	if _, is := usual()["phase.cpu.mean"]; is || usual()["latency.p99"] != labelWorkload || usual()["cost.total"] != "" {
		t.Errorf("usual are %v", usual())
	}
	for _, cfg := range []*cloud.Config{{}, twoGroups(), restingGroups()} {
		full := *cfg
		full.Observe = everything
		for _, meter := range []*Meter{NewMeter(cfg), NewMeter(&full)} {
			for name, needs := range usual() {
				found := meter.matches(name)
				if needs != "" && len(cfg.Workloads) == 0 {
					continue
				}
				if len(found) != 1 || found[0].scope != 0 || meter.scopes[0].Label != "" || meter.scopes[0].application {
					t.Errorf("%s matches %d metrics", name, len(found))
				}
			}
		}
	}
}
