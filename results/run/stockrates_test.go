package run

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/dataplane"
	"headroom/results"
	"headroom/scenarios"
	"headroom/scenarios/schema"
	"headroom/scenarios/tables"
	"headroom/sim"
)

const (
	stockPart  = 25 * sim.Minute // of each that is played
	stockLooks = 8               // in it, at what must hold
	fewArrive  = 20_000          // requests that are soon played one by one
)

// Every stock scenario is played by rates, and by rates with requests among them, or refused by keys that it has. What is played
// loses no request, counts each of them once in every place, shows no number that is none, and costs what requests cost.
func TestStockScenariosByRates(t *testing.T) {
	if testing.Short() {
		t.Skip("plays all stock scenarios")
	}
	files, err := filepath.Glob("../../scenarios/*.toml")
	if err != nil || len(files) < 15 {
		t.Fatalf("%d stock scenarios: %v", len(files), err)
	}
	for _, file := range files {
		for _, fidelity := range []string{"fluid", "auto"} {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".toml")+"/"+fidelity, func(t *testing.T) {
				t.Parallel()
				playStock(t, file, fidelity)
			})
		}
	}
}

// playStock plays the first part of a stock scenario as its claim above says.
func playStock(t *testing.T, file, fidelity string) {
	s, err := scenarios.Load(file, tables.Options{Set: []string{"run.fidelity=" + fidelity}})
	var faults schema.Faults
	if errors.As(err, &faults) {
		refusesByKeys(t, file, faults)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	shorten(s.Config)
	e := Of(s)
	world, err := cloud.Build(context.Background(), s.Config, 0)
	if err != nil {
		t.Fatal(err)
	}
	for k := range sim.Time(stockLooks) {
		if err := errors.Join(world.RunUntil(context.Background(), s.Config.Duration*k/stockLooks), world.Verify()); err != nil {
			t.Fatal(err)
		}
	}
	outcome, err := world.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, routes := range [][]dataplane.RouteOutcome{outcome.Routes, outcome.Hops} {
		for i := range routes {
			if err := countedOnce(&routes[i]); err != nil {
				t.Errorf("route %d of %d: %v", i, len(routes), err)
			}
		}
	}
	r := &Replication{Outcome: outcome, meter: e.meter}
	r.Invoice = e.bill(context.Background(), outcome, true)
	showsNumbers(t, e, r)
	if fidelity == "fluid" && expected(s.Config) < fewArrive {
		costsAsRequests(t, file)
	}
}

// shorten leaves the first part of a run.
func shorten(cfg *cloud.Config) {
	cfg.Duration = min(cfg.Duration, stockPart)
	cfg.Warmup = min(cfg.Warmup, cfg.Duration/2)
	cfg.Windows = nil // they may lie beyond
}

// expected is how many requests users send.
func expected(cfg *cloud.Config) float64 {
	n := 0.0
	for i := range cfg.Workloads {
		n += cfg.Workloads[i].Rate(cfg.Duration) * cfg.Duration.Seconds()
	}
	return n
}

// refusesByKeys wants each fault to say in which line of the file stands what rates do not carry.
func refusesByKeys(t *testing.T, file string, faults schema.Faults) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	for _, f := range faults {
		table, key := f.Path, f.Path
		if at := strings.LastIndexByte(f.Path, '.'); at >= 0 {
			table, key = f.Path[:at], f.Path[at+1:]
		}
		if f.Rule != model.NotFluid || f.File != file || f.Line < 1 || f.Line > len(lines) ||
			!strings.Contains(lines[f.Line-1], key) && !strings.Contains(lines[f.Line-1], table) {
			t.Errorf("not the fault of a key that rates do not carry: %v", f)
		}
	}
}

// countedOnce returns what does not add up of a route.
func countedOnce(r *dataplane.RouteOutcome) error {
	var failed, arrived, completed, failedByMinute int64
	for _, n := range r.Failed {
		failed += n
	}
	for m := range r.Arrivals {
		arrived, completed, failedByMinute = arrived+r.Arrivals[m], completed+r.Completes[m], failedByMinute+r.Failures[m]
	}
	switch {
	case r.InFlight < 0 || r.Arrived != r.Completed+failed+r.InFlight:
		return fmt.Errorf("%d arrived, %d completed, %d failed, %d in flight", r.Arrived, r.Completed, failed, r.InFlight)
	case arrived != r.Arrived || completed != r.Completed || failedByMinute != failed:
		return fmt.Errorf("by minute %d arrived, %d completed, %d failed; in all %d, %d, %d", arrived, completed, failedByMinute, r.Arrived, r.Completed, failed)
	case int64(r.Latency.Count()) != r.MeasuredCompleted:
		return fmt.Errorf("%d latencies of %d responses", r.Latency.Count(), r.MeasuredCompleted)
	}
	return nil
}

// showsNumbers wants every metric to be one, or nothing where nobody was: what was answered took some time.
func showsNumbers(t *testing.T, e *Experiment, r *Replication) {
	keys, _ := e.Keys()
	answered := int64(0)
	for i := range r.Outcome.Routes {
		answered += r.Outcome.Routes[i].MeasuredCompleted
	}
	for i, x := range r.Values() {
		observed := keys[i] == "latency.mean" || keys[i] == "latency.p99" || keys[i] == "availability"
		if math.IsInf(x, 0) || math.IsNaN(x) && (strings.HasPrefix(keys[i], "cost.total") || observed && answered > 0) {
			t.Errorf("%s is %v", keys[i], x)
		}
	}
}

// costsAsRequests wants the bill of the same part by requests, to within a thousandth and what chance explains.
func costsAsRequests(t *testing.T, file string) {
	var costs [2]results.Value
	for i, fidelity := range []string{"request", "fluid"} {
		s, err := scenarios.Load(file, tables.Options{Set: []string{"run.fidelity=" + fidelity}})
		if err != nil {
			t.Fatal(err)
		}
		shorten(s.Config)
		summary, err := Summarize(context.Background(), Of(s), nil, Options{Replications: 4})
		if err != nil {
			t.Fatal(err)
		}
		costs[i], _ = summary.Metric("cost.total")
	}
	requests, rates := costs[0], costs[1]
	chance := 3 * math.Hypot(requests.HalfWidth, rates.HalfWidth)
	if requests.N < 4 || rates.N < 4 || math.Abs(rates.Value-requests.Value) > 0.001*requests.Value+chance {
		t.Errorf("costs %v ± %v by rates, %v ± %v by requests", rates.Value, rates.HalfWidth, requests.Value, requests.HalfWidth)
	}
}
