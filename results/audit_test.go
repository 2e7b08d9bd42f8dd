package results

import (
	"math"
	"strings"
	"testing"

	"headroom/model/dataplane"
	"headroom/model/fluid"
	"headroom/sim"
)

// What an audit found is a metric, and marks the metric that is off by more than is promised.
func TestAuditMarksWhatRatesDoNotShow(t *testing.T) {
	cfg := twoGroups()
	cfg.Fluid, cfg.Audit = sim.Second, 12
	cfg.Services = []dataplane.Service{{Name: "web", Bandwidth: true}}
	meter := NewMeter(cfg)
	o := oneOutcome(cfg)
	o.Audit = &fluid.Findings{
		All: fluid.Finding{
			Requests: 1000,
			Played:   fluid.Shown{Mean: 0.1, P50: 0.08, P99: 0.4, Refused: 0.01, Failed: 0.2, Busy: 0.8},
			Rates:    fluid.Shown{Mean: 0.102, P50: 0.08, P99: 0.5, Refused: 0.02, Failed: 0.02, Busy: 0.8},
			Chance:   fluid.Shown{Mean: 0.001, P50: 0.001, P99: 0.016, Refused: 0.02, Failed: 0.005, Busy: 0.01},
		},
		Windows: make([]fluid.Finding, 7),
	}
	o.Audit.Unseen[fluid.Overloaded], o.Audit.Failing = 0.25, 0.13
	o.Audit.Links, o.Audit.UnseenLinks = make([]fluid.Finding, 3), 0.3
	o.Audit.AllLinks = fluid.Finding{
		Requests: 1000,
		Played:   fluid.Shown{Mean: 20, P50: 20, P99: 50, Failed: 0.5, Busy: 1},
		Rates:    fluid.Shown{Mean: 22, P50: 20, P99: 50, Failed: 0.495, Busy: 1},
	}
	m := []*Measurement{meter.Measure(o, invoice()), meter.Measure(oneOutcome(cfg), invoice())}
	s := meter.fold(m)
	for key, want := range map[string]float64{
		"audit.windows": 7, "audit.latency.mean": 0.02, "audit.latency.p50": 0, "audit.latency.p99": 0.25, "audit.requests.refused": 0.01,
		"audit.availability": 0.18, "audit.cpu.utilization": 0, "audit.unseen.overloaded": 0.25, "audit.unseen.checks": 0.13, "audit.unseen.rescaled": 0,
		"audit.chance.latency.p99": 0.05, "audit.chance.availability": 0.005, "audit.network.windows": 3, "audit.network.time.mean": 0.1, "audit.network.time.p99": 0, "audit.network.dropped": -0.005, "audit.unseen.network": 0.3,
	} {
		if v, ok := s.Metric(key); !ok || math.Abs(v.Value-want) > 1e-12 || v.N != 1 {
			t.Errorf("%s is %+v, want %v of one replication", key, v, want)
		}
	}
	s.warn(meter, m)
	all := strings.Join(s.Warnings, "\n")
	if !strings.Contains(all, "latency.p99: rates differ from requests by +25.0 ± 5.0 %") {
		t.Errorf("p99 is not marked:\n%s", all)
	}
	if !strings.Contains(all, "availability and requests.failed: rates differ from requests by +18.0 ± 0.5 points") ||
		!strings.Contains(all, "unaudited: 25.0 % of requests came while targets were overloaded") ||
		!strings.Contains(all, "unaudited: 13.0 % of requests came while health checks") || !s.Marked("audit.latency.mean") || s.Marked("audit.cpu.utilization") {
		t.Errorf("failures or what nobody has seen is not told:\n%s", all)
	}
	if !strings.Contains(all, "latency.mean, for what links add: rates differ from requests by +10.0 %") ||
		!strings.Contains(all, "unaudited: 30.0 % of the flows on links") || strings.Contains(all, "latency.p99, for") || strings.Contains(all, "failed, for what") {
		t.Errorf("links are not told as they are:\n%s", all)
	}
	if strings.Contains(all, "cpu.utilization") || strings.Contains(all, "within 30 s") ||
		strings.Contains(all, "latency.mean: rates") || strings.Contains(all, "requests.refused: rates") {
		t.Errorf("what is right is marked:\n%s", all)
	}
}

// An audit that could play no window says so: its refusals of zero are no finding.
func TestAuditSaysThatItPlayedNothing(t *testing.T) {
	cfg := twoGroups()
	cfg.Fluid, cfg.Audit = sim.Second, 12
	const warning = "no window of the run could be played request by request"
	for windows, want := range []bool{true, false} {
		meter := NewMeter(cfg)
		o := oneOutcome(cfg)
		o.Audit = &fluid.Findings{Windows: make([]fluid.Finding, windows)}
		m := []*Measurement{meter.Measure(o, invoice())}
		s := meter.fold(m)
		s.warn(meter, m)
		if got := strings.Contains(strings.Join(s.Warnings, "\n"), warning); got != want {
			t.Errorf("with %d windows: said is %t, want %t:\n%s", windows, got, want, strings.Join(s.Warnings, "\n"))
		}
	}
}

// What chance explains is not marked, and what it hides is told: of too few requests nobody knows.
func TestAuditKnowsWhatItCannotTell(t *testing.T) {
	cfg := twoGroups()
	cfg.Fluid, cfg.Audit = sim.Second, 12
	meter := NewMeter(cfg)
	o := oneOutcome(cfg)
	o.Audit = &fluid.Findings{
		All: fluid.Finding{
			Requests: 60,
			Played:   fluid.Shown{Mean: 0.1, P50: 0.08, P99: 0.4, Busy: 0.8},
			Rates:    fluid.Shown{Mean: 0.12, P50: 0.08, P99: 1.4, Busy: 0.8},
			Chance:   fluid.Shown{Mean: 0.025, P50: 0.001, P99: math.NaN(), Busy: 0.01},
		},
		Windows: make([]fluid.Finding, 12),
	}
	m := []*Measurement{meter.Measure(o, invoice())}
	s := meter.fold(m)
	s.warn(meter, m)
	all := strings.Join(s.Warnings, "\n")
	if !strings.Contains(all, "chance alone brings latency.mean ± 30 %, latency.p99 any difference;") || strings.Contains(all, "do not trust") {
		t.Errorf("what few requests cannot tell is told as\n%s", all)
	}
	if v, ok := s.Metric("audit.latency.mean"); !ok || math.Abs(v.Value-0.2) > 1e-9 || math.Abs(v.HalfWidth-0.3) > 1e-9 || s.Marked("audit.latency.mean") {
		t.Errorf("audit.latency.mean is %+v, want 0.2 ± 0.3, not marked", v)
	}
}
