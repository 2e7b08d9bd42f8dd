package results

import (
	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/model/pricing"
	"headroom/sim"
)

// Measurement is what is kept of one replication: numbers, not worlds.
type Measurement struct {
	values     []float64 // as of [Meter.Read]
	samples    []int64   // by scope: latencies behind its quantiles
	owners     []string
	lines      []pricing.Line
	unpriced   []pricing.Unpriced
	growing    []bool    // by scope: the queue was still growing at the end
	carried    []float64 // by scope: share of the base bandwidth that bytes had which took no time
	start      initial
	cut        sim.Time                    // when the replication was cut short; 0: it was not
	series     []Column                    // of replication 0, and of all where minutes are kept
	activities []controlplane.Activity     // of replication 0
	decisions  []controlplane.Deliberation // of replication 0
	addresses  []model.AddressUse          // of replication 0
	spans      []Span                      // of replication 0
}

// Measure keeps of a replication what summaries are made of: every metric, the
// lines of its invoice and how it went minute by minute.
func (m *Meter) Measure(outcome *cloud.Outcome, invoice *pricing.Invoice, windows ...Window) *Measurement {
	parts := m.parts(outcome, invoice)
	kept := &Measurement{
		values:   m.values(parts, windows),
		samples:  make([]int64, len(m.scopes)),
		owners:   outcome.Ledger.Owners,
		lines:    invoice.Lines,
		unpriced: invoice.Unpriced,
		growing:  make([]bool, len(m.scopes)),
		start:    initialBias(outcome),
		carried:  make([]float64, len(m.scopes)),
	}
	if end := outcome.Config.Duration; end < m.cfg.Duration {
		kept.cut = end
	}
	for i, s := range m.scopes {
		if s.Label == labelGroup || s.Label == labelInstance {
			kept.carried[i] = unhindered(parts[i].network())
		}
		if s.carriesRequests() {
			kept.samples[i] = parts[i].traffic().latency.Count()
			kept.growing[i] = parts[i].growing()
		}
	}
	if outcome.Replication == 0 || m.cfg.Observe.Series {
		kept.series = columns(parts)
	}
	if m.cfg.Observe.Series {
		kept.series = append(kept.series, moneyColumns(outcome, invoice)...)
	}
	if outcome.Replication == 0 {
		kept.activities = outcome.Activities
		kept.spans = spans(outcome)
		kept.addresses, kept.decisions = outcome.Ledger.Addresses, outcome.Deliberations
	}
	return kept
}

// carriesRequests reports whether the part is one of traffic.
func (s scope) carriesRequests() bool {
	switch s.Label {
	case "", labelBalancer, labelTargetGroup, labelWorkload:
		return true
	}
	return false
}
