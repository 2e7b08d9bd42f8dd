package cloud

import (
	"context"
	"testing"
	"time"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/model/health"
	"headroom/model/workload"
	"headroom/sim"
	"headroom/sim/rng"
)

// must unwraps constructors that cannot fail in tests.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// exponentialArrivals is a Poisson process of a mean gap in seconds.
type exponentialArrivals float64

func (gap exponentialArrivals) Start(s rng.Stream) workload.Source {
	return &exponentialSource{s: s, gap: float64(gap)}
}

func (gap exponentialArrivals) Mean(sim.Time) float64 { return 1 / float64(gap) }

type exponentialSource struct {
	s    rng.Stream
	gap  float64
	last sim.Time
}

func (a *exponentialSource) Next() (sim.Time, bool) {
	a.last += sim.Seconds(a.s.Exponential() * a.gap)
	return a.last, true
}

// bursts are Poisson arrivals of a mean gap in seconds, with a pause of ten seconds after so many.
type bursts struct {
	count int
	gap   float64
}

func (b bursts) Start(s rng.Stream) workload.Source { return &burstSource{bursts: b, s: s} }

func (b bursts) Mean(sim.Time) float64 { return float64(b.count) / 10 }

type burstSource struct {
	bursts
	s    rng.Stream
	n    int
	last sim.Time
}

func (b *burstSource) Next() (sim.Time, bool) {
	if b.last += sim.Time(b.gap * b.s.Exponential() * 1e9); b.n%b.count == 0 {
		b.last += 10 * sim.Second
	}
	b.n++
	return b.last, true
}

// evenArrivals come at a constant rate that changes at an instant.
type evenArrivals struct{ gap, then, turn sim.Time }

func (a evenArrivals) Start(rng.Stream) workload.Source { return &evenSource{evenArrivals: a} }

func (a evenArrivals) Mean(sim.Time) float64 { return 1 / a.gap.Seconds() }

type evenSource struct {
	evenArrivals
	last sim.Time
}

func (a *evenSource) Next() (sim.Time, bool) {
	if a.last >= a.turn {
		a.last += a.then
	} else {
		a.last += a.gap
	}
	return a.last, true
}

func poissonAt(rateHz float64) workload.Process { return exponentialArrivals(1 / rateHz) }

func evenlyAt(gap, then, turn sim.Time) workload.Process { return evenArrivals{gap, then, turn} }

var testType = model.InstanceType{Name: "m5.large", Family: "m5", Size: "large", VCPUs: 2, MemoryMiB: 8192}

// baseConfig has one service, one target group behind a load balancer in two
// zones, and no instances.
func baseConfig() *Config {
	return &Config{
		Name: "test",
		Frame: model.Frame{
			Seed: 1, Start: time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC), Duration: sim.Hour,
			Region: "us-east-1", Zones: []string{"a", "b"}, Types: []model.InstanceType{testType},
		},
		Traffic: dataplane.Traffic{
			Services: []Service{{Name: "web", Discipline: FCFS, Backlog: NoLimit}},
			TargetGroups: []TargetGroup{{
				Name: "web", Algorithm: "round_robin", CrossZone: true, DeregistrationDelay: 60 * sim.Second,
				HealthCheck: HealthCheck{Enabled: true, Check: health.Default(health.ALB)},
			}},
			LoadBalancers: []LoadBalancer{{
				Name: "front", Kind: "application", Zones: []model.Zone{0, 1}, IdleTimeout: 60 * sim.Second,
				DNSTTL: 60 * sim.Second, ConnectTimeout: 21 * sim.Second,
				Default: Action{Forward: []Forward{{TargetGroup: 0, Weight: 1}}},
			}},
		},
		Estate: controlplane.Estate{LaunchTemplates: []LaunchTemplate{{
			Name: "web", Platform: model.Linux, Tenancy: model.TenancyDefault, Detailed: true,
			Launch: LaunchTimes{Pending: must(rng.Fixed(90))},
		}}},
	}
}

// request adds a workload of CPU demand to the load balancer.
func (c *Config) request(arrivals workload.Process, demand rng.Distribution) *Workload {
	c.Workloads = append(c.Workloads, Workload{
		Name: "clients", To: ToLoadBalancer, Arrivals: arrivals, Demand: demand,
		Classes: []RequestClass{{Path: "/", Weight: 1}}, Clients: Clients{PerConnection: 1},
	})
	return &c.Workloads[len(c.Workloads)-1]
}

// play runs a config without looking at the invariants.
func play(t testing.TB, cfg *Config) *Outcome {
	t.Helper()
	w, err := New(cfg, 0)
	if err != nil {
		t.Fatal(err)
	}
	out, err := w.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// groupNow is the first group of a world as it is now.
func groupNow(w *World) controlplane.GroupState { return w.control.Snapshot().Groups[0] }

// routeNow is a route of a world's workloads as it is now.
func routeNow(w *World, i int) RouteOutcome { return w.data.Snapshot().Routes[i] }

// failures sums a route's failures over all codes.
func failures(r *RouteOutcome) (n int64) {
	for _, code := range r.Failed {
		n += code
	}
	return n
}
