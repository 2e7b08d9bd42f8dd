package results

import (
	"math"
	"testing"

	"headroom/model/dataplane"
	"headroom/sim"
)

// What functions were asked, of each and of all.
func TestMetricsOfFunctionsReadTheirPart(t *testing.T) {
	cfg, o := balanced()
	cfg.Functions = []dataplane.Function{{Name: "api"}, {Name: "resize"}}
	o.Functions = []dataplane.FunctionOutcome{
		{Called: 100, Throttled: 15, TooFast: 10, Cold: 20, Done: 90, Failed: 4, TimedOut: 3, InFlight: 3, Busy: 1.5, MostBusy: 7, Duration: histogram(2 * sim.Second), Billed: 40 * sim.Second},
		{Called: 50, Cold: 5, Done: 50, Busy: 0.25, MostBusy: 2, Duration: histogram(sim.Second), Billed: 2 * sim.Second},
	}
	meter := NewMeter(cfg)
	m := meter.Measure(o, transferInvoice())
	for key, want := range map[string]float64{
		"function.invocations":                      150,
		"function.invocations{function=api}":        100,
		"function.throttles":                        25,
		"function.throttles.scaling{function=api}":  10,
		"function.throttled":                        25.0 / 175,
		"function.throttled{function=api}":          25.0 / 125,
		"function.cold_starts":                      25,
		"function.cold{function=api}":               0.2,
		"function.errors{function=api}":             7,
		"function.timeouts":                         3,
		"function.concurrency.mean":                 1.75,
		"function.concurrency.max{function=resize}": 2,
		"function.billed_duration":                  42,
		"function.billed_duration{function=resize}": 2,
		"function.duration.mean{function=api}":      2,
		"function.duration.p99{function=resize}":    1,
	} {
		i := meter.find(key)
		if i < 0 {
			t.Errorf("no metric %s", key)
			continue
		}
		if got := m.values[i]; !(math.Abs(got-want) <= 0.01*math.Abs(want)) {
			t.Errorf("%s = %v, want %v", key, got, want)
		}
	}
	for _, key := range []string{"function.concurrency.max", "function.duration.mean"} {
		if meter.find(key) >= 0 {
			t.Errorf("there is a metric %s of two functions together", key)
		}
	}
}
