package cloud

import (
	"fmt"
	"slices"
	"testing"

	"headroom/model/alarm"
	"headroom/model/controlplane"
	"headroom/model/scaling"
	"headroom/sim"
	"headroom/sim/rng"
)

// swarmStages gives a random group lifecycle hooks that are completed, recorded or forgotten, and
// a warm pool.
var swarmStages = withSwarm("stages", func(s *rng.Stream, cfg *Config) {
	g := &cfg.Groups[0]
	for i := range s.Below(4) {
		h := controlplane.Hook{AtEnd: chance(s, 0.5), Result: chance(s, 0.2), Hook: scaling.Hook{
			Name: fmt.Sprint("h", i), Heartbeat: sim.Time(30+s.Below(300)) * sim.Second, Abandons: chance(s, 0.3),
			Beat: sim.Time(s.Below(200)) * sim.Second, Beats: 1 + s.Below(3),
		}}
		if chance(s, 0.7) {
			h.Takes = must(rng.Exponential(float64(10 + s.Below(400))))
		}
		g.Hooks = append(g.Hooks, h)
	}
	if g.Mixed != nil || chance(s, 0.3) {
		return
	}
	cfg.LaunchTemplates[0].Hibernates = true
	g.Pool = &controlplane.WarmPool{
		State: controlplane.PoolState(1 + s.Below(3)), Reuse: chance(s, 0.5),
		WarmPool: scaling.WarmPool{Least: s.Below(3), Prepared: []int{scaling.MaxPrepared, s.Below(10)}[s.Below(2)]},
	}
})

// Hooks end, by the latest when their heartbeats run out, and the warm pool is apart from what is
// in service, after every event of random scenarios.
func TestStagesHoldUnderASwarm(t *testing.T) {
	held := 0
	worlds{
		seeds: 60, make: swarmStages, events: 12_000, stride: 11,
		see: func(t *testing.T, out *Outcome) {
			for _, a := range out.Activities {
				if a.Kind == "lifecycle-hook" {
					held++
				}
			}
		},
	}.hold(t)
	if held < 100 {
		t.Errorf("hooks held %d times: the test shows too little", held)
	}
}

// A group has the same datapoints with a warm pool of running instances beside it as without: of
// its CPU, of how many instances publish it, and of what it counts of itself.
func TestWarmInstancesAreInNoMetric(t *testing.T) {
	watched := []Metric{
		{Kind: CPUUtilization, Statistic: Average}, {Kind: CPUUtilization, Statistic: controlplane.SampleCount}, {Kind: CPUUtilization, Statistic: controlplane.Minimum},
		{Kind: controlplane.NetworkOut, Statistic: controlplane.Sum}, {Kind: controlplane.GroupTotalInstances}, {Kind: controlplane.GroupInServiceInstances},
		{Kind: RequestCountPerTarget, Statistic: controlplane.Sum}, {Kind: controlplane.HealthyHostCount, Statistic: Average},
	}
	datapoints := func(warm int) (all []controlplane.AlarmState) {
		cfg := baseConfig()
		cfg.Duration = 20 * sim.Minute
		g := cfg.addGroup(2, 2, 2)
		cfg.LaunchTemplates[0].Detailed = true
		if warm > 0 {
			g.Pool = &controlplane.WarmPool{State: controlplane.PoolRunning, WarmPool: scaling.WarmPool{Least: warm, Prepared: scaling.MaxPrepared}}
		}
		for _, m := range watched {
			cfg.Alarms = append(cfg.Alarms, Alarm{Name: fmt.Sprint(m.Kind), Metric: m, Config: alarm.Config{
				Period: sim.Minute, EvaluationPeriods: 1, DatapointsToAlarm: 1, Threshold: 1e9,
				Comparison: alarm.GreaterThanThreshold, TreatMissing: alarm.MissingIsMissing,
			}})
		}
		cfg.request(poissonAt(2), must(rng.Exponential(0.3)))
		w := must(New(cfg, 0))
		for at := sim.Minute; at <= cfg.Duration; at += sim.Minute {
			until(t, w, at, 10)
			all = append(all, w.control.Snapshot().Alarms...)
		}
		n := 0
		for _, in := range w.control.Snapshot().Instances {
			if in.Group == 0 && in.Life == "serving" {
				n++
			}
		}
		if n != 2+warm {
			t.Fatalf("%d instances run, want %d: the test shows nothing", n, 2+warm)
		}
		return all
	}
	with, without := datapoints(3), datapoints(0)
	if known := slices.IndexFunc(without, func(a controlplane.AlarmState) bool { return a.Known && a.Latest > 0 }); known < 0 {
		t.Fatal("nothing was measured")
	}
	for i := range without {
		if with[i] != without[i] {
			t.Errorf("minute %d: %+v with a warm pool, %+v without", 1+i/len(watched), with[i], without[i])
		}
	}
}
