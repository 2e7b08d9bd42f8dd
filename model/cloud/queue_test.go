package cloud

import (
	"math"
	"testing"

	"headroom/model"
	"headroom/sim"
	"headroom/sim/analytic"
	"headroom/sim/rng"
)

// queue is one instance with a service, reached directly.
func queue(s Service, vcpus int, rateHz float64, demand rng.Distribution) *Config {
	cfg := baseConfig()
	cfg.TargetGroups, cfg.LoadBalancers = nil, nil
	cfg.Services = []Service{s}
	cfg.Types[0].VCPUs = vcpus
	cfg.Instances = []Fleet{{
		Name: "server", Count: 1, Template: cfg.LaunchTemplates[0], Need: Need{Pool: None},
		Zones: []model.Zone{0}, Service: 0,
	}}
	w := cfg.request(poissonAt(rateHz), demand)
	w.To = ToInstances
	return cfg
}

func TestErlangCGivesTheMeanWait(t *testing.T) {
	cfg := queue(Service{Discipline: FCFS, Backlog: NoLimit}, 2, 1.6, must(rng.Exponential(1)))
	cfg.Duration, cfg.Warmup = 300*sim.Hour, sim.Hour
	out := play(t, cfg)
	want := must(analytic.NewMMc(1.6, 1, 2)).MeanWait()
	got := out.Routes[0].Wait.Mean() / 1e9
	if math.Abs(got-want) > 0.05*want {
		t.Errorf("mean wait %.4f s, Erlang C says %.4f s", got, want)
	}
}

func TestProcessorSharingIsInsensitive(t *testing.T) {
	cfg := queue(Service{Discipline: ProcessorSharing, Backlog: NoLimit}, 1, 0.7, must(rng.Lognormal(1, 1.5)))
	cfg.Duration, cfg.Warmup = 500*sim.Hour, sim.Hour
	out := play(t, cfg)
	want := 1 / (1 - 0.7)
	got := out.Routes[0].Latency.Mean() / 1e9
	if math.Abs(got-want) > 0.05*want {
		t.Errorf("mean response %.4f s, processor sharing says %.4f s", got, want)
	}
}

// The waits of a run are those of the Kiefer–Wolfowitz recursion on the same
// arrivals and services, to the nanosecond.
func TestWaitsEqualTheKieferWolfowitzRecursion(t *testing.T) {
	for _, workers := range []int{1, 3, 16} {
		cfg := queue(Service{Discipline: FCFS, Workers: workers, Backlog: NoLimit}, 16, 0.9*float64(workers),
			must(rng.Lognormal(1, 2)))
		cfg.Duration = sim.Hour
		arrivals := rng.New(cfg.Seed, 0, "workload/clients/arrivals")
		demands := rng.New(cfg.Seed, 0, "workload/clients/demand")
		source := poissonAt(0.9 * float64(workers)).Start(arrivals)
		var at, need []sim.Time
		for {
			now, _ := source.Next()
			if now > cfg.Duration {
				break
			}
			at = append(at, now)
			need = append(need, sim.Seconds(demands.Draw(cfg.Workloads[0].Demand)))
		}
		waits := must(analytic.KieferWolfowitz(at, need, workers))
		sum, n := sim.Time(0), int64(0)
		longest := sim.Time(0)
		for i, wait := range waits {
			if at[i]+wait <= cfg.Duration { // service began within the run
				sum += wait
				n++
				longest = max(longest, wait)
			}
		}
		got := play(t, cfg).Routes[0].Wait
		if got.Count() != n || got.Sum().Big().Int64() != int64(sum) || got.Max() != int64(longest) {
			t.Errorf("%d workers: %d waits of %v in all, longest %v; the recursion says %d, %v, %v",
				workers, got.Count(), sim.Time(got.Sum().Big().Int64()), sim.Time(got.Max()), n, sum, longest)
		}
	}
}

// A simulator of the simplest kind, on the same draws, counts the same waits.
func TestTheNaiveSimulatorAgrees(t *testing.T) {
	cfg := queue(Service{Discipline: FCFS, Workers: 100, Backlog: NoLimit}, 128, 950, must(rng.Exponential(0.1)))
	cfg.Duration = 5 * sim.Minute
	n := newNaive(cfg.Seed, 100, 950)
	for n.events[0].at <= cfg.Duration {
		n.step()
	}
	out := play(t, cfg)
	if got := out.Routes[0].Wait.Sum().Big().Int64(); got == 0 || math.Abs(float64(got)/float64(n.waits)-1) > 1e-3 {
		t.Errorf("waits add up to %v, by the naive simulator to %v", sim.Time(got), n.waits)
	}
}
