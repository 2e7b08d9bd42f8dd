package results

import (
	"math"
	"slices"
	"strings"

	"headroom/model/cloud"
	"headroom/model/fluid"
	"headroom/sim"
)

// Span is a time of the first replication in which requests to a service were played one by one, among
// rates everywhere else.
type Span struct {
	Service  string
	From, To sim.Time
	Why      []string // in the words of [fluid.Reasons]
	Requests float64
}

// spans are those of an outcome, in the order in which they began.
func spans(outcome *cloud.Outcome) (all []Span) {
	if outcome.Exact == nil {
		return nil
	}
	for _, s := range outcome.Exact.Spans {
		one := Span{Service: outcome.Config.Services[s.Service].Name, From: s.From, To: s.To, Requests: s.Requests}
		for _, r := range fluid.Reasons {
			if s.Why&r.Reason != 0 {
				one.Why = append(one.Why, r.Name)
			}
		}
		all = append(all, one)
	}
	slices.SortStableFunc(all, func(a, b Span) int { return int(a.From - b.From) })
	return all
}

// playedFlows is the metric of how many flows were played.
const playedFlows = "auto.network.flows"

// autoMetrics are how much was played request by request with fidelity = "auto".
func autoMetrics() []Metric {
	why := make([]string, len(fluid.Reasons))
	for i, r := range fluid.Reasons {
		why[i] = r.Meaning
	}
	because := "where " + strings.Join(why, ", or ")
	of := func(name, unit, meaning string, read func(e *fluid.Exact, length sim.Time) float64) Metric {
		return Metric{
			Name: name, Unit: unit, Meaning: meaning, where: func(cfg *cloud.Config, _ scope) bool { return cfg.Auto },
			read: func(p *part) float64 {
				if p.outcome.Exact == nil {
					return math.NaN()
				}
				return read(p.outcome.Exact, p.outcome.Config.Duration)
			},
		}
	}
	flows := of(playedFlows, "ratio", "share of the flows that begin on links with more to carry than they can which is played one by one with fidelity = \"auto\"",
		func(e *fluid.Exact, _ sim.Time) float64 { return e.Flows / e.AllFlows })
	flows.where = func(cfg *cloud.Config, s scope) bool { return cfg.Auto && limited(cfg, s) }
	return []Metric{
		flows,
		of("auto.requests", "ratio", "share of what comes to targets that is played request by request with fidelity = \"auto\": "+because,
			func(e *fluid.Exact, _ sim.Time) float64 { return e.Requests / e.All }),
		of("auto.time", "ratio", "share of the run in which requests to some service are played one by one",
			func(e *fluid.Exact, length sim.Time) float64 { return e.Time.Seconds() / length.Seconds() }),
		of("auto.spans", "count", "times, each without a gap, in which requests to one service are played one by one",
			func(e *fluid.Exact, _ sim.Time) float64 { return float64(len(e.Spans)) }),
	}
}
