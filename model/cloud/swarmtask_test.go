package cloud

import (
	"fmt"
	"testing"
	"time"

	"headroom/model/container"
	"headroom/model/controlplane"
	"headroom/model/scaling"
	"headroom/sim"
	"headroom/sim/rng"
)

// swarmTasks is a random scenario of [swarm] whose group runs tasks instead of the service:
// those of one or two ECS services, beside one on Fargate.
func swarmTasks(seed uint64) *Config {
	cfg := swarm(seed)
	s := rng.New(seed, 0, "swarm/task")
	cfg.Types[0].Burstable = false
	nodes := &cfg.Groups[0]
	nodes.Service, nodes.TargetGroups, nodes.Applications = None, nil, nil
	cfg.Groups = cfg.Groups[:1]
	if chance(&s, 0.6) {
		nodes.Provider = &controlplane.Provider{Name: "nodes", Drains: chance(&s, 0.6), Protects: chance(&s, 0.5)}
	}
	lines := rng.New(seed, 0, "swarm/lines")
	if chance(&lines, 0.5) { // a second group, on which tasks are, too
		more := *nodes
		more.Name, more.Policies, more.Schedules = "more", nil, nil
		more.Provider = &controlplane.Provider{Name: "more", Drains: chance(&lines, 0.5)}
		cfg.Groups = append(cfg.Groups, more)
	}
	for k := range 1 + s.Below(3) {
		t := &controlplane.Tasks{On: 0, Need: container.Need{CPU: []int64{256, 512, 1024}[s.Below(3)], MemoryMiB: []int64{512, 2048}[s.Below(2)]}}
		t.Placement = [][]container.Strategy{container.Usual(), {container.BinpackMemory}, {container.Random}, {container.SpreadZones, container.BinpackCPU}}[s.Below(4)]
		if len(cfg.Groups) > 1 && cfg.Groups[1].Tasks == nil && chance(&lines, 0.7) {
			t.On = lines.Below(2)
			t.Providers = []container.Provider{{Group: 1 + t.On, Base: lines.Below(3), Weight: lines.Below(3)}, {Group: 2 - t.On, Weight: 1 + lines.Below(3)}}
		}
		if k == 2 {
			t.Providers = nil
			t.On, t.Need, t.Placement, t.Storage = None, container.Need{CPU: 256, MemoryMiB: 512}, container.Usual(), 20
			if providers := rng.New(seed, 0, "swarm/providers"); chance(&providers, 0.7) {
				t.Providers = []container.Provider{{Base: providers.Below(3), Weight: providers.Below(3)}, {Spot: true, Weight: 1 + providers.Below(3)}}
				t.Interruptions, t.Stop = []float64{0, 0.002, 0.02}[providers.Below(3)], sim.Time(providers.Below(121))*sim.Second
			}
		}
		cfg.addTasks(fmt.Sprint("tasks", k), t, 1+s.Below(6))
		g := &cfg.Groups[len(cfg.Groups)-1]
		g.Zones = cfg.Groups[0].Zones
		g.Grace = sim.Time(s.Below(60)) * sim.Second
		g.Maintenance = &scaling.Healthy{Least: []int{0, 50, 100}[s.Below(3)], Most: []int{100, 200}[s.Below(2)]}
		if g.Maintenance.Least == 100 {
			g.Maintenance.Most = 200
		}
		cfg.LaunchTemplates[g.Template].Launch = LaunchTimes{Pending: must(rng.Exponential(20)), Boot: must(rng.Exponential(5))}
		if chance(&s, 0.6) { // of another revision, which may fail
			t.Guard = controlplane.Guard{Breaker: chance(&s, 0.7), BreakerRollsBack: chance(&s, 0.5)}
			for range 1 + s.Below(2) {
				cfg.Actions = append(cfg.Actions, controlplane.Action{
					Do: controlplane.DeployService, At: sim.Time(60+s.Below(400)) * sim.Second, Fleet: None, Interface: None,
					On: controlplane.Subject{Kind: controlplane.OfGroup, Index: len(cfg.Groups) - 1}, Template: cfg.revise(len(cfg.Groups)-1, &s),
				})
			}
		}
		for n := range 3 { // its desired count moves
			at, desired := cfg.Start.Add(time.Duration(100+170*n)*time.Second), s.Below(9)
			g.Max = 10
			g.Schedules = append(g.Schedules, Schedule{Name: fmt.Sprint("at", n), Schedule: scaling.Schedule{Start: at, Desired: &desired}})
		}
	}
	return cfg
}

// addTasks adds an ECS service to a config, with its template and its type.
func (cfg *Config) addTasks(name string, t *controlplane.Tasks, desired int) {
	vcpus, share := controlplane.Shape(t.CPU)
	t.Share = share
	typ := cfg.Types[0]
	typ.Name, typ.VCPUs, typ.MemoryMiB, typ.Burstable = name, vcpus, t.MemoryMiB, false
	cfg.Types = append(cfg.Types, typ)
	if len(cfg.Quotas.Classes) > 0 {
		cfg.Quotas.Classes = append(cfg.Quotas.Classes, cfg.Quotas.Classes[0])
	}
	cfg.LaunchTemplates = append(cfg.LaunchTemplates, LaunchTemplate{Name: name, Type: len(cfg.Types) - 1, Platform: cfg.LaunchTemplates[0].Platform})
	cfg.Groups = append(cfg.Groups, Group{
		Name: name, Max: desired, Desired: desired, Template: len(cfg.LaunchTemplates) - 1, Zones: cfg.Groups[0].Zones, TargetGroups: []int{0}, Service: 0,
		DefaultWarmup: scaling.Unset, ELBHealth: true, HealthSweep: 10 * sim.Second, Tasks: t,
		Types: []controlplane.LaunchType{{Type: len(cfg.Types) - 1, Need: Need{Pool: None}}},
	})
}

// revise makes another revision of a service: larger or not, and good or not; nil for the same.
func (cfg *Config) revise(group int, s *rng.Stream) *controlplane.GroupTemplate {
	if chance(s, 0.3) {
		return nil
	}
	g := cfg.Groups[group]
	t := *g.Tasks
	t.MemoryMiB *= int64(1 + s.Below(2))
	if t.On == None {
		t.MemoryMiB = 1024
	}
	lt := cfg.LaunchTemplates[g.Template]
	lt.LaunchFails = float64(s.Below(3)) / 2
	if chance(s, 0.3) {
		lt.Launch.Boot = must(rng.Fixed(3600))
	}
	cfg.LaunchTemplates = append(cfg.LaunchTemplates, lt)
	return &controlplane.GroupTemplate{Template: len(cfg.LaunchTemplates) - 1, Types: g.Types, Tasks: &t}
}

// Every invariant holds after every event of random tasks: those that are placed and those
// that wait are the desired count, and the ledger has each second of them.
func TestTasksAreConservedInRandomWorlds(t *testing.T) {
	var started, lost, waits, stopped, deployed, failed int64
	for seed := range uint64(40) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			cfg := swarmTasks(seed)
			cfg.Duration = min(cfg.Duration, 9*sim.Minute)
			cfg.Warmup = min(cfg.Warmup, cfg.Duration)
			w, err := New(cfg, 0)
			if err != nil {
				t.Fatal(err)
			}
			until(t, w, cfg.Duration, 1)
			out := w.outcome()
			there := map[string]sim.Time{}
			for _, u := range out.Ledger.Tasks {
				there[out.Ledger.Owners[u.Owner]] += u.To - u.From
			}
			for i := cfg.ScalingGroups(); i < len(cfg.Groups); i++ {
				g := &out.Groups[i]
				leastThere := (g.InServiceMean + g.PendingMean) * cfg.Duration.Seconds()
				if got := there[cfg.Groups[i].Path()].Seconds(); got < leastThere-1e-3 {
					t.Errorf("tasks of %s were there for %v s, and ran or were pending for %v s", cfg.Groups[i].Path(), got, leastThere)
				}
				deployed, failed = deployed+g.Deployments.Completed, failed+g.Deployments.Failed
				started, lost, waits, stopped = started+g.Launched, lost+g.Lost, waits+g.LaunchFailed, stopped+g.Terminated
			}
		})
	}
	for what, n := range map[string]int64{"started": started, "lost": lost, "without room": waits, "stopped": stopped, "deployed": deployed, "of a deployment that fails": failed} {
		if n == 0 {
			t.Errorf("no task is ever %s", what)
		}
	}
}
