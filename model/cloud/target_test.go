package cloud

import (
	"testing"

	"headroom/model"
	"headroom/model/dataplane"
	"headroom/model/health"
	"headroom/sim"
	"headroom/sim/rng"
)

// withServers adds n instances in turn over the zones, behind the load balancer.
func (c *Config) withServers(n int) *Config {
	c.Instances = append(c.Instances, Fleet{
		Name: "servers", Count: n, Template: c.LaunchTemplates[0], Need: Need{Pool: None},
		Zones: []model.Zone{0, 1}, Service: 0, TargetGroups: []int{0},
	})
	return c
}

// A check that hangs counts when its timeout ends.
func TestHungChecksCountAtTheirTimeout(t *testing.T) {
	cfg := baseConfig().withServers(2)
	// Work for 300 s on every worker, and more than the timeout in the queue.
	cfg.request(evenlyAt(sim.Second, sim.Hour, 20*sim.Second), must(rng.Fixed(300)))
	cfg.LoadBalancers[0].IdleTimeout = 0
	w := must(New(cfg, 0))
	until(t, w, 64*sim.Second, 1)
	if got := w.data.Snapshot().Servers[0].Targets[0].Health; got != health.Healthy {
		t.Errorf("at 64 s: %v, want healthy", got)
	}
	until(t, w, 65*sim.Second, 1)
	if got := w.data.Snapshot().Servers[0].Targets[0].Health; got != health.Unhealthy {
		t.Errorf("at 65 s: %v, want unhealthy", got)
	}
	if !w.data.Snapshot().TargetGroups[0].Scopes[0].FailOpen {
		t.Error("all targets are unhealthy: the group must fail open")
	}
}

// A check shares the CPU with the requests aboard: 1 ms among 5,917 requests on two
// vCPUs takes 2.96 s, which a timeout of 2 s does not wait for.
func TestOverloadFailsChecksUnderProcessorSharing(t *testing.T) {
	cfg := baseConfig().withServers(2)
	cfg.Services[0] = Service{Name: "web", Discipline: ProcessorSharing}
	check := &cfg.TargetGroups[0].HealthCheck
	check.Timeout, check.Demand = 2*sim.Second, sim.Millisecond
	cfg.request(poissonAt(20), must(rng.Fixed(10)))
	cfg.LoadBalancers[0].IdleTimeout = 0
	w := must(New(cfg, 0))
	for _, step := range []struct {
		at   sim.Time
		want health.State
	}{{391, health.Healthy}, {453, health.Unhealthy}} {
		until(t, w, step.at*sim.Second, 997)
		if got := w.data.Snapshot().Servers[0].Targets[0].Health; got != step.want {
			t.Errorf("at %d s: %v, want %v", step.at, got, step.want)
		}
	}
}

// A check takes its CPU time and is no request of anybody.
func TestChecksCountWhenTheyAreAnswered(t *testing.T) {
	cfg := baseConfig()
	cfg.TargetGroups[0].HealthCheck.Demand = 7 * sim.Millisecond
	cfg.withServers(1)
	w := must(New(cfg, 0))
	until(t, w, sim.Second, 1)
	busy := func() uint64 { return w.data.Snapshot().Servers[0].Use.Busy }
	until(t, w, 30*sim.Second+7*sim.Millisecond-1, 1)
	if got := busy(); got != 7e6-1 {
		t.Errorf("%d ns of work just before the end of the first check, want 6999999", got)
	}
	until(t, w, 300*sim.Second-1, 1)
	if got := busy(); got != 9*7e6 {
		t.Errorf("%d ns of work after nine checks, want 63000000", got)
	}
	if out := play(t, cfg); len(out.Routes) > 0 {
		t.Error("a check counts as a request")
	}
}

// With cross-zone balancing off each node keeps to its zone.
func TestCrossZoneOffSplitsByZone(t *testing.T) {
	for _, on := range []bool{true, false} {
		cfg := baseConfig()
		cfg.TargetGroups[0].CrossZone = on
		for z, n := range []int{2, 8} {
			cfg.Instances = append(cfg.Instances, Fleet{
				Name: "servers", Count: n, Template: cfg.LaunchTemplates[0], Need: Need{Pool: None},
				Zones: []model.Zone{model.Zone(z)}, Service: 0, TargetGroups: []int{0},
			})
		}
		cfg.request(poissonAt(100), must(rng.Exponential(0.01)))
		cfg.Types[0].VCPUs = 1
		_, w := runThrough(t, cfg)
		busy := [2]float64{}
		total := 0.0
		for _, s := range w.data.Snapshot().Servers {
			busy[s.Zone] += float64(s.Use.Busy)
			total += float64(s.Use.Busy)
		}
		each := busy[0] / total / 2
		want := 0.10
		if !on {
			want = 0.25
		}
		if each < want-0.01 || each > want+0.01 {
			t.Errorf("cross-zone %v: a target in zone a has %.3f of the work, want %.3f", on, each, want)
		}
	}
}

// runThrough plays a config to its end with the invariants verified now and then.
func runThrough(t *testing.T, cfg *Config) (*Outcome, *World) {
	t.Helper()
	w := must(New(cfg, 0))
	until(t, w, cfg.Duration, 4999)
	return w.outcome(), w
}

func TestNoTargetsIs503(t *testing.T) {
	cfg := baseConfig()
	cfg.request(poissonAt(1), must(rng.Exponential(0.01)))
	out, _ := runThrough(t, cfg)
	r := out.Routes[1]
	if r.Arrived == 0 || r.Failed[dataplane.Code503] != r.Arrived {
		t.Errorf("%d of %d requests answered 503, want all", r.Failed[dataplane.Code503], r.Arrived)
	}
}

func TestFullBacklogIsRefused(t *testing.T) {
	cfg := baseConfig().withServers(1)
	cfg.Services[0].Backlog = 3
	cfg.request(evenlyAt(sim.Second, sim.Hour, 20*sim.Second), must(rng.Fixed(1000)))
	cfg.LoadBalancers[0].IdleTimeout = 0
	w := must(New(cfg, 0))
	until(t, w, 30*sim.Second, 1)
	if n := routeNow(w, 1).Failed[dataplane.Code502]; n != 15 { // 20 arrive, 2 are served, 3 wait
		t.Errorf("%d refused, want 15", n)
	}
}

func TestRetriesComeBackAfterTheirBackoff(t *testing.T) {
	cfg := baseConfig()
	c := cfg.request(evenlyAt(10*sim.Second, 2*sim.Hour, 10*sim.Second), must(rng.Exponential(0.01)))
	c.Clients.RetryAttempts, c.Clients.Backoff = 2, sim.Second
	w := must(New(cfg, 0))
	for _, step := range []struct {
		at      sim.Time
		arrived int64
	}{{10, 1}, {11, 2}, {12, 2}, {13, 3}, {100, 3}} { // back off 1 s, then 2 s
		until(t, w, step.at*sim.Second, 1)
		if got := routeNow(w, 1).Arrived; got != step.arrived {
			t.Errorf("at %d s: %d attempts, want %d", step.at, got, step.arrived)
		}
	}
}
