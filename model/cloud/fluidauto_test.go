package cloud

import (
	"context"
	"math"
	"reflect"
	"testing"

	"headroom/sim"
	"headroom/sim/rng"
)

// autoly makes a config one of rates, with requests where it matters.
func autoly(cfg *Config) *Config {
	fluidly(cfg).Auto = true
	return cfg
}

// Where servers come, go and fail the invariants hold all the time, as many fail as of requests, and a run is the
// same each time.
func TestAutoWeathersStorms(t *testing.T) {
	requests, first, second := storms(), storms(), storms()
	for _, name := range []string{"scaled", "outage", "again"} {
		cfg := first[name]
		w := must(New(autoly(cfg), 0))
		verifyEvery(t, w, 60*sim.Second, name)
		if err := w.RunUntil(context.Background(), cfg.Duration); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		a, b := w.outcome(), play(t, autoly(second[name]))
		if !reflect.DeepEqual(a.Routes, b.Routes) || !reflect.DeepEqual(a.Exact, b.Exact) {
			t.Errorf("%s: two runs of the same are not the same", name)
		}
		x, y := 0.0, 0.0
		for i, r := range play(t, requests[name]).Routes {
			x, y = x+float64(failures(&r)), y+float64(failures(&a.Routes[i]))
		}
		if math.Abs(x-y) > 0.05*x+5*math.Sqrt(x)+10 {
			t.Errorf("%s: %v requests fail, %v of requests one by one", name, y, x)
		}
	}
}

// A server that is overloaded for all of a run is played one by one, and so is the line that grows.
func TestAutoPlaysAnOverload(t *testing.T) {
	make := func() *Config {
		cfg := queue(Service{Discipline: FCFS, Backlog: NoLimit}, 2, 1, must(rng.Exponential(0.01)))
		cfg.Workloads[0].Arrivals = steadily(240)
		cfg.Workloads[0].Clients.Timeout = 2 * sim.Second
		cfg.Duration = 10 * sim.Minute
		return cfg
	}
	a, b := play(t, make()), play(t, autoly(make()))
	if e := b.Exact; len(e.Spans) != 1 || e.Requests != e.All {
		t.Errorf("played %+v, want all of the run", e)
	}
	for _, of := range []struct {
		name              string
		got, want, within float64
	}{
		{"mean", b.Routes[0].Latency.Mean(), a.Routes[0].Latency.Mean(), 0.01},
		{"p50", float64(b.Routes[0].Latency.Quantile(0.5)), float64(a.Routes[0].Latency.Quantile(0.5)), 0.01},
		{"p99", float64(b.Routes[0].Latency.Quantile(0.99)), float64(a.Routes[0].Latency.Quantile(0.99)), 0.01},
		{"failed", float64(failures(&b.Routes[0])), float64(failures(&a.Routes[0])), 0.05},
		{"busy", b.Fleets[0].BusyVCPUSeconds, a.Fleets[0].BusyVCPUSeconds, 0.005},
	} {
		if math.Abs(of.got/of.want-1) > of.within {
			t.Errorf("%s: %v, one by one %v", of.name, of.got, of.want)
		}
	}
}
