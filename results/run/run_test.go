package run

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"headroom/results"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/model/workload"
	"headroom/sim"
	"headroom/sim/rng"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// station is one instance with one worker: M/M/1 with a mean service of 1 s.
func station(rateHz float64) *cloud.Config {
	cfg := &cloud.Config{
		Name: "station",
		Frame: model.Frame{
			Seed:     7,
			Start:    time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC),
			Duration: 3 * sim.Hour,
			Warmup:   10 * sim.Minute,
			Region:   "us-east-1",
			Zones:    []string{"a"},
			Types:    []model.InstanceType{{Name: "m5.large", Family: "m5", Size: "large", VCPUs: 1, MemoryMiB: 8192}},
		},
		Traffic: dataplane.Traffic{
			Services: []dataplane.Service{{Name: "s", Discipline: dataplane.FCFS, Workers: 1, Backlog: dataplane.NoLimit}},
		},
	}
	fixed := must(rng.Fixed(0))
	cfg.Instances = []controlplane.Fleet{{
		Name: "server", Count: 1, Zones: []model.Zone{0}, Service: 0, Need: controlplane.Need{Pool: cloud.None},
		Template: controlplane.LaunchTemplate{
			Name: "t", Platform: model.Linux, Tenancy: model.TenancyDefault,
			Launch: controlplane.LaunchTimes{Call: fixed, Pending: fixed, Boot: fixed, UserData: fixed, ShuttingDown: fixed},
		},
	}}
	cfg.Workloads = []dataplane.Workload{{
		Name: "clients", To: dataplane.ToInstances, Target: 0,
		Arrivals: must(workload.Poisson(must(workload.Constant(rateHz)))),
		Demand:   must(rng.Exponential(1)),
		Classes:  []dataplane.RequestClass{{Path: "/", Weight: 1}},
		Clients:  dataplane.Clients{PerConnection: 1},
	}}
	return cfg
}

func summary(rateHz float64, o Options) *results.Summary {
	return must(Summarize(context.Background(), at(station(rateHz)), nil, o))
}

func TestIntervalsCoverTheKnownAnswers(t *testing.T) {
	s := summary(0.5, Options{Replications: 20})
	for _, want := range []struct {
		key   string
		value float64
	}{
		{"latency.mean", 2}, {"latency.p50", 2 * math.Ln2}, {"wait.mean", 1}, {"wait.probability", 0.5},
		{"throughput", 0.5}, {"cpu.utilization", 0.5}, {"availability", 1},
		{"instance_hours", 3}, {"cost.total", 3 * 0.096}, {"cost.per_hour", 0.096}, {"cost{instance=server}", 3 * 0.096},
		{"cost{service=ec2}", 3 * 0.096}, {"cost{model=spot}", 0},
	} {
		v, ok := s.Metric(want.key)
		if !ok || v.N != 20 || math.Abs(v.Value-want.value) > 1.5*v.HalfWidth+1e-9 {
			t.Errorf("%s = %.4f ± %.4f (n %d, %v), want %.4f", want.key, v.Value, v.HalfWidth, v.N, ok, want.value)
		}
	}
	if len(s.Warnings) > 0 {
		t.Errorf("warnings: %q", s.Warnings)
	}
}

func TestRequestsAreConserved(t *testing.T) {
	s := summary(1.2, Options{Replications: 3})
	value := func(key string) float64 {
		v, ok := s.Metric(key)
		if !ok {
			t.Fatalf("no %s", key)
		}
		return v.Value
	}
	for _, of := range []string{"", "{workload=clients}"} {
		arrived := value("requests.arrived" + of)
		gone := value("requests.completed"+of) + value("requests.failed"+of) + value("requests.in_flight"+of)
		if math.Abs(arrived-gone) > 1e-9 || arrived == 0 {
			t.Errorf("arrived%s %v, completed + failed + in flight %v", of, arrived, gone)
		}
	}
	failed := 0.0
	for _, c := range dataplane.Codes() {
		failed += value("requests.failed{code=" + c.String() + "}")
	}
	if failed != value("requests.failed") {
		t.Errorf("failures by code sum to %v, all are %v", failed, value("requests.failed"))
	}
}

// A window of the whole run is the run, and the counts and costs of windows that follow
// one another add up to it.
func TestWindowsThatFollowOneAnotherAddUpToTheRun(t *testing.T) {
	cfg := station(0.7)
	cfg.Windows = []cloud.Window{
		{Name: "all", To: cfg.Duration}, {Name: "one", To: sim.Hour + sim.Second/3}, {Name: "two", From: sim.Hour + sim.Second/3, To: cfg.Duration},
	}
	s := must(Summarize(context.Background(), at(cfg), nil, Options{Replications: 3}))
	checked := 0
	for _, v := range s.Metrics {
		if strings.Contains(v.Key, model.WindowLabel+"=") {
			continue
		}
		in := func(window string) float64 {
			w, _ := s.Metric(model.Windowed(v.Key, window))
			return w.Value
		}
		if got := in("all"); math.Abs(got-v.Value) > 1e-9*math.Abs(v.Value) {
			t.Errorf("%s: %v in a window of the whole run, %v in the run", v.Key, got, v.Value)
		}
		level := strings.HasPrefix(v.Key, "requests.in_flight") || strings.Contains(v.Key, "per_")
		if !level && (v.Unit == "count" || v.Unit == "USD" || v.Unit == "h") {
			checked++
			if sum := in("one") + in("two"); math.Abs(sum-v.Value) > 1e-6+1e-5*math.Abs(v.Value) {
				t.Errorf("%s: %v + %v in windows, %v in the run", v.Key, in("one"), in("two"), v.Value)
			}
		}
	}
	if checked < 20 {
		t.Errorf("only %d metrics add up", checked)
	}
}

func TestSummaryIsTheSameWithAnyNumberOfWorkers(t *testing.T) {
	o := Options{Replications: 6}
	o.Workers = 1
	one := summary(0.7, o)
	o.Workers = 4
	four := summary(0.7, o)
	one.Config, four.Config = nil, nil                     // addresses
	if fmt.Sprintf("%v", one) != fmt.Sprintf("%v", four) { // NaN equals NaN
		t.Error("summaries of 1 and 4 workers differ")
	}
}

func TestOneReplicationHasNoInterval(t *testing.T) {
	s := summary(0.5, Options{Replications: 1})
	for _, v := range s.Metrics {
		if !math.IsNaN(v.HalfWidth) || v.N != 1 || math.IsNaN(v.Value) {
			t.Errorf("%s = %v ± %v (n %d)", v.Key, v.Value, v.HalfWidth, v.N)
		}
	}
	if !strings.Contains(strings.Join(s.Warnings, "\n"), "one replication") {
		t.Errorf("no warning about one replication in %q", s.Warnings)
	}
}

func TestOverloadIsReported(t *testing.T) {
	s := summary(1.3, Options{Replications: 4})
	all := strings.Join(s.Warnings, "\n")
	for _, want := range []string{"workload.clients: the queue still grows", "instance.server: saturated"} {
		if !strings.Contains(all, want) {
			t.Errorf("no warning %q in:\n%s", want, all)
		}
	}
}

func TestCancelledRunKeepsWhatIsFinished(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	o := Options{Replications: 50}
	o.Workers = 1
	o.Progress = func(done int) {
		if done == 3 {
			cancel()
		}
	}
	s, err := Summarize(ctx, at(station(0.5)), nil, o)
	if err == nil || s == nil || s.Replications != 3 || !s.Interrupted {
		t.Fatalf("err %v, summary %+v", err, s)
	}
	if !strings.Contains(s.Warnings[0], "3 of 50") {
		t.Errorf("warnings: %q", s.Warnings)
	}
}
