package cloud

import (
	"fmt"
	"testing"

	"headroom/model"
	"headroom/model/alarm"
	"headroom/model/controlplane"
	"headroom/model/scaling"
	"headroom/sim"
)

// managed is n groups of two instances whose CPU goes up and down once an hour, each under five
// policies: two target tracking ones, with an alarm to go out and one to come in each, two
// step ones and a simple one, which have an alarm each. The capacity of a group follows.
func managed(n int, duration sim.Time) *Config {
	cfg := baseConfig()
	cfg.LoadBalancers, cfg.TargetGroups = nil, nil
	cfg.Duration = duration
	cfg.LaunchTemplates[0].Detailed = true
	for i := range n {
		g := cfg.addGroup(2, 8, 2)
		g.Name, g.TargetGroups, g.Zones = fmt.Sprintf("g%d", i), nil, []model.Zone{0, 1}
		cfg.managePolicies(i)
	}
	return cfg
}

// managePolicies gives a group its five policies and their seven alarms.
func (c *Config) managePolicies(i int) {
	g := &c.Groups[i]
	watch := func(policy int, side scaling.Breach, kind controlplane.MetricKind, threshold float64, n int) {
		comparison := alarm.GreaterThanThreshold
		if side == scaling.Low {
			comparison = alarm.LessThanThreshold
		}
		c.Alarms = append(c.Alarms, Alarm{
			Name: fmt.Sprintf("a%d", len(c.Alarms)), Metric: Metric{Kind: kind, Subject: i, Statistic: Average},
			Config: alarm.Config{
				Period: sim.Minute, EvaluationPeriods: n, DatapointsToAlarm: n, Comparison: comparison, Threshold: threshold,
				TreatMissing: alarm.MissingIsMissing,
			},
			Actions: []AlarmAction{{Group: i, Policy: policy, Side: side}},
		})
	}
	track := func(target float64) scaling.Spec {
		return scaling.TargetTracking{
			Target: target, LowFactor: 0.9, ScaleIn: scaling.Proportional, Cadence: scaling.LegacyCadence(),
			EstimatedInstanceWarmup: scaling.Unset,
		}
	}
	change := func(n int) scaling.Spec {
		return scaling.Simple{Type: scaling.ChangeInCapacity, Adjustment: n, Cooldown: 5 * sim.Minute}
	}
	for k, spec := range []scaling.Spec{track(50), track(1e7), change(1), change(-1), change(2)} {
		g.Policies = append(g.Policies, ScalingPolicy{Name: fmt.Sprintf("p%d", k), Spec: spec})
	}
	watch(0, scaling.High, CPUUtilization, 50, 3)
	watch(0, scaling.Low, CPUUtilization, 45, 15)
	watch(1, scaling.High, NetworkOut, 1e7, 3)
	watch(1, scaling.Low, NetworkOut, 9e6, 15)
	watch(2, scaling.High, CPUUtilization, 80, 2)
	watch(3, scaling.Low, CPUUtilization, 20, 10)
	watch(4, scaling.High, CPUUtilization, 95, 1)
}

// BenchmarkManyGroups plays a day of n groups with five policies each: what only groups, alarms
// and policies cost. It reports what a group costs.
func BenchmarkManyGroups(b *testing.B) {
	for _, n := range []int{100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { playManaged(b, n, sim.Day) })
	}
}

// BenchmarkOneGroup plays 30 days of one group with five policies.
func BenchmarkOneGroup(b *testing.B) { playManaged(b, 1, 30*sim.Day) }

func playManaged(b *testing.B, n int, duration sim.Time) {
	b.ReportAllocs()
	for range b.N {
		w, err := New(managed(n, duration), 0)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := w.Run(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/group")
}
