package results

import (
	"math"
	"slices"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/model/pricing"
	"headroom/sim/stat"
)

// Confidence is that of every interval, wherever results are shown.
const Confidence = 0.95

// Summary is what the replications of one scenario showed.
type Summary struct {
	Scenario     string
	Seed         uint64
	Replications int  // finished
	Asked        int  // replications asked for
	Interrupted  bool // before all of them finished
	Config       *cloud.Config
	Currency     pricing.Currency // of the invoice file; all amounts here are dollars
	PriceDate    string           // of the newest list prices that the bill knew; empty: not known

	Metrics    []Value // in the order of [Metrics], then of the scenario's parts
	Parts      []Part  // the whole, then the parts, in the scenario's order
	Charges    []Charge
	Subtotals  []Subtotal // of the charges, by service and way of buying
	Thresholds []Verdict
	Warnings   []string

	// Series and Activities are those of replication 0: one path that could
	// have happened, in which cause and effect can be followed. A mean of
	// several paths would be one that cannot; the band of a series has that, too.
	Series     []Column
	Activities []controlplane.Activity
	Decisions  []controlplane.Deliberation // of groups, taken or not; none unless they are observed
	Addresses  []model.AddressUse          // who had which address; their owners are of Owners
	Owners     []string
	Spans      []Span // whose requests were played one by one among rates

	at     map[string]int // of Metrics, by key
	values [][]float64    // by replication, as of [Meter.Read]
	places []int          // of the metrics among them
}

// Measured returns the value of each of the metrics in a replication; NaN stands for
// none observed.
func (s *Summary) Measured(replication int) []float64 {
	values := make([]float64, len(s.places))
	for i, place := range s.places {
		values[i] = s.values[replication][place]
	}
	return values
}

// Sample returns what the replications measured.
func (s *Summary) Sample() Sample {
	var sample Sample
	for i := range s.Metrics {
		sample.Keys, sample.Units = append(sample.Keys, s.Metrics[i].Key), append(sample.Units, s.Metrics[i].Unit)
	}
	for replication := range s.Replications {
		sample.Values = append(sample.Values, s.Measured(replication))
	}
	return sample
}

// Value is the estimate of one metric: the mean over replications, and the
// half-width of its 95 % Student interval, NaN for one replication. N counts
// the replications in which there was something to observe.
type Value struct {
	stat.Estimate
	Key  string
	Unit string
}

// Value returns the estimate of a metric for a part of the scenario. It is
// false for one that the scenario does not have or that nobody observed.
func (s *Summary) Value(metric string, p Part) (Value, bool) { return s.Metric(p.Key(metric)) }

// Metric returns the estimate with that key. It is false for one that the
// scenario does not have or that nobody observed.
func (s *Summary) Metric(key string) (Value, bool) {
	at, known := s.at[key]
	if s.at == nil { // a summary that was not made here
		at = slices.IndexFunc(s.Metrics, func(v Value) bool { return v.Key == key })
		known = at >= 0
	}
	if !known {
		return Value{}, false
	}
	return s.Metrics[at], true
}

// Labelled returns the parts of one label: all target groups.
func (s *Summary) Labelled(label string) []Part {
	var parts []Part
	for _, p := range s.Parts {
		if p.Label == label {
			parts = append(parts, p)
		}
	}
	return parts
}

// Summarize says what replications showed, of so many that were asked for, in
// their order. It panics if there is none. The thresholds are those that
// [CheckThresholds] finds good.
func (m *Meter) Summarize(measured []*Measurement, asked int, thresholds []model.Threshold) *Summary {
	s := m.fold(measured)
	s.Asked, s.Interrupted = asked, len(measured) < asked || measured[0].cut > 0
	s.judge(thresholds)
	s.warn(m, measured)
	return s
}

// fold estimates every metric from the replications, in their order.
func (m *Meter) fold(measured []*Measurement) *Summary {
	if len(measured) == 0 {
		panic("results: a summary of no replications")
	}
	s := &Summary{
		Scenario: m.cfg.Name, Seed: m.cfg.Seed, Replications: len(measured), Config: m.cfg, Currency: pricing.USDollar,
		Charges: charges(measured), Subtotals: subtotals(measured),
		at: make(map[string]int, len(m.entries)),
	}
	for _, one := range measured {
		s.values = append(s.values, one.values)
	}
	for _, sc := range m.scopes {
		s.Parts = append(s.Parts, sc.Part)
	}
	observed := make([]float64, 0, len(measured))
	for i, e := range m.entries {
		observed = observed[:0]
		for _, one := range measured {
			if !math.IsNaN(one.values[i]) {
				observed = append(observed, one.values[i])
			}
		}
		if len(observed) > 0 {
			s.at[e.key] = len(s.Metrics)
			s.Metrics = append(s.Metrics, Value{
				Estimate: stat.Interval(observed, Confidence), Key: e.key, Unit: e.metric.Unit,
			})
			s.places = append(s.places, i)
		}
	}
	s.doubtAudit()
	first := measured[0]
	s.Series, s.Activities = banded(measured), first.activities
	s.Addresses, s.Owners, s.Decisions = first.addresses, first.owners, first.decisions
	s.Spans = first.spans
	return s
}
