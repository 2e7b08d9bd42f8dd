package cloud

import (
	"math"
	"testing"

	"headroom/model"
	"headroom/model/alarm"
	"headroom/model/dataplane"
	"headroom/model/scaling"
	"headroom/sim"
	"headroom/sim/rng"
)

// crowd is how many requests there are for each event that passes without a look at the invariants.
const crowd = 100

// until plays a world up to an instant, verifying the invariants on the way
// after every stride events, and less often while there are crowds of requests.
func until(t *testing.T, w *World, at sim.Time, stride int) {
	t.Helper()
	first(t, w, math.MaxInt, stride, at)
}

// first is [until] for so many events at most.
func first(t *testing.T, w *World, events, stride int, at sim.Time) {
	t.Helper()
	crowds, next := 0, 0
	for n := range events {
		if n%256 == 0 {
			crowds = w.data.Snapshot().Alive / crowd
		}
		if n >= next {
			next = n + max(stride, crowds)
			if err := w.Verify(); err != nil {
				t.Fatalf("event %d: %v (seed %d)", n, err, w.cfg.Seed)
			}
		}
		if !w.step(at) {
			return
		}
	}
}

// addGroup adds an Auto Scaling group in both zones.
func (c *Config) addGroup(low, high, desired int) *Group {
	c.Groups = append(c.Groups, Group{
		Name: "web", Min: low, Max: high, Desired: desired, Zones: []model.Zone{0, 1}, TargetGroups: []int{0},
		DefaultCooldown: 300 * sim.Second, DefaultWarmup: scaling.Unset, HealthSweep: sim.Minute,
		Types: []LaunchType{{Need: Need{Pool: None}}},
	})
	return &c.Groups[len(c.Groups)-1]
}

// alwaysInAlarm watches a metric that is always above its threshold, so that
// the alarm fires with the first datapoint and repeats every minute.
func (c *Config) alwaysInAlarm() {
	c.Alarms = append(c.Alarms, Alarm{
		Name:   "high",
		Metric: Metric{Kind: CPUUtilization, Statistic: Average},
		Config: alarm.Config{
			Period: sim.Minute, EvaluationPeriods: 1, DatapointsToAlarm: 1,
			Comparison: alarm.GreaterThanThreshold, Threshold: -1, TreatMissing: alarm.MissingIsMissing,
		},
		Actions: []AlarmAction{{Side: scaling.High}},
	})
}

// Without the other events the second +2 comes with the first repeat after the
// cooldown, and is clamped to the largest size.
func TestCooldownEndsAfterTheLastLaunch(t *testing.T) {
	cfg := baseConfig()
	g := cfg.addGroup(1, 7, 4)
	g.Policies = []ScalingPolicy{{
		Name: "out", Spec: scaling.Simple{Type: scaling.ChangeInCapacity, Adjustment: 2, Cooldown: scaling.Unset},
	}}
	cfg.alwaysInAlarm()
	w := must(New(cfg, 0))
	until(t, w, 479*sim.Second, 1)
	if got := groupNow(w).Desired; got != 6 {
		t.Errorf("desired %d before the cooldown ends, want 6", got)
	}
	until(t, w, 480*sim.Second, 1)
	if got := groupNow(w).Desired; got != 7 {
		t.Errorf("desired %d at the first repeat after it, want 7", got)
	}
}

// composite is a group under target tracking, with evenly spaced arrivals
// and instances that serve 100 requests a second.
func composite() *Config {
	cfg := baseConfig()
	cfg.Types[0].VCPUs = 1
	cfg.TargetGroups[0].HealthCheck.Enabled = false
	cfg.LaunchTemplates[0].Launch = LaunchTimes{Pending: must(rng.Fixed(90))}
	g := cfg.addGroup(2, 10, 2)
	tracking := scaling.TargetTracking{
		Target: 50, LowFactor: 0.7, ScaleIn: scaling.Proportional, Cadence: scaling.LegacyCadence(),
		EstimatedInstanceWarmup: scaling.Unset,
	}
	g.DefaultWarmup = 120 * sim.Second
	g.Policies = []ScalingPolicy{{
		Name: "cpu50", Spec: tracking,
	}}
	cpu := Metric{Kind: CPUUtilization, Statistic: Average}
	cfg.Alarms = []Alarm{
		{Name: "high", Metric: cpu, Actions: []AlarmAction{{Side: scaling.High}}, Config: alarm.Config{
			Period: sim.Minute, EvaluationPeriods: 3, DatapointsToAlarm: 3, Threshold: 50,
			Comparison: alarm.GreaterThanThreshold, TreatMissing: alarm.MissingIsMissing,
		}},
		{Name: "low", Metric: cpu, Actions: []AlarmAction{{Side: scaling.Low}}, Config: alarm.Config{
			Period: sim.Minute, EvaluationPeriods: 15, DatapointsToAlarm: 15, Threshold: 35,
			Comparison: alarm.LessThanThreshold, TreatMissing: alarm.MissingIsMissing,
		}},
	}
	cfg.request(evenlyAt(12500*sim.Microsecond, sim.Second/240, 600*sim.Second), must(rng.Fixed(0.01)))
	return cfg
}

func TestCompositeScenario(t *testing.T) {
	w := must(New(composite(), 0))
	for _, step := range []struct {
		at      sim.Time
		desired int
		base    int
		cpu     float64 // newest datapoint of the high alarm; 0: not looked at
	}{
		{at: 600, desired: 2, base: 2, cpu: 40},
		{at: 720, desired: 2, base: 2, cpu: 100},
		{at: 780, desired: 4, base: 2, cpu: 100},
		{at: 960, desired: 4, base: 2, cpu: 100},
		{at: 990, desired: 4, base: 4},
		{at: 1020, desired: 8, base: 4, cpu: 90},
		{at: 1080, desired: 8, base: 4, cpu: 60},
		{at: 1140, desired: 8, base: 4, cpu: 45},
		{at: 1200, desired: 8, base: 4, cpu: 30},
		{at: 1230, desired: 8, base: 8},
		{at: 1980, desired: 8, base: 8, cpu: 30},
		{at: 2040, desired: 5, base: 5, cpu: 30},
		{at: 2160, desired: 5, base: 5, cpu: 48},
		{at: 3600, desired: 5, base: 5, cpu: 48},
	} {
		until(t, w, step.at*sim.Second, 20011)
		g, cpu := groupNow(w), w.control.Snapshot().Alarms[0].Latest
		if g.Desired != step.desired || g.Base != step.base {
			t.Errorf("at %d s: desired %d, base %d, want %d and %d", step.at, g.Desired, g.Base, step.desired, step.base)
		}
		if step.cpu != 0 && (cpu < step.cpu-0.2 || cpu > step.cpu+0.2) {
			t.Errorf("at %d s: datapoint %.2f, want %.2f", step.at, cpu, step.cpu)
		}
	}
	out := w.outcome()
	seconds := sim.Time(0)
	for _, l := range out.Ledger.Leases {
		seconds += l.To - l.From
	}
	// Billed from running, which is in service: two from 0, two from 870, four from
	// 1110; three leave at 2040 and drain for the whole 60 s.
	if want := (5*3600 + 3*2100 - 2*870 - 4*1110) * sim.Second; seconds < want || seconds > want+30*sim.Millisecond {
		t.Errorf("%v of instances, want %v", seconds, want)
	}
	r := out.Routes[1]
	if got := sim.Time(r.Latency.Max()); got < 53*sim.Second || got > 55*sim.Second {
		t.Errorf("longest response %v, want about 54 s", got)
	}
	if failures(&r) != 0 || r.Arrived != 768000 {
		t.Errorf("%d of %d requests failed, want none of 768000", failures(&r), r.Arrived)
	}
}

func TestIdleTimeoutAnswers504(t *testing.T) {
	cfg := composite()
	cfg.LoadBalancers[0].IdleTimeout = 30 * sim.Second
	w := must(New(cfg, 0))
	until(t, w, 779*sim.Second+800*sim.Millisecond, 20011)
	if n := routeNow(w, 1).Failed[dataplane.Code504]; n != 0 {
		t.Errorf("%d answered 504 well before 780 s", n)
	}
	until(t, w, 780*sim.Second, 20011)
	if routeNow(w, 1).Failed[dataplane.Code504] == 0 {
		t.Error("nobody was answered 504 by 780 s")
	}
}

func TestAbandonedRequestsBoundTheQueue(t *testing.T) {
	cfg := composite()
	cfg.Workloads[0].Clients.Timeout = 5 * sim.Second
	w := must(New(cfg, 0))
	peak := 0
	for _, at := range []sim.Time{900, 1020, 1080, 1200, 1500} {
		until(t, w, at*sim.Second, 20011)
		peak = max(peak, groupNow(w).Desired)
	}
	if peak != 5 {
		t.Errorf("peak of desired %d, want 5", peak)
	}
}
