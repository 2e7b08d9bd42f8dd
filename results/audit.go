package results

import (
	"cmp"
	"math"

	"headroom/model/cloud"
	"headroom/model/fluid"
)

// auditLimit is how far rates may be from requests: beyond, what they say of a metric is
// marked. It is what is promised through a flash crowd; in steady state the difference is below 1 %.
const auditLimit = 0.05

// audited is a metric that an audit compares.
type audited struct {
	name, what string
	of         func(s *fluid.Shown) float64
	absolute   bool // the difference, not its ratio
	limit      float64
	marks      string // the metrics that it marks; "": name
}

// availabilityLimit is the same of the share of requests that are answered.
const availabilityLimit = 0.01

var auditOf = []audited{
	{"latency.mean", "mean time at targets", func(s *fluid.Shown) float64 { return s.Mean }, false, auditLimit, ""},
	{"latency.p50", "median time at targets", func(s *fluid.Shown) float64 { return s.P50 }, false, auditLimit, ""},
	{"latency.p99", "time at targets that 99 % of requests stay below", func(s *fluid.Shown) float64 { return s.P99 }, false, auditLimit, ""},
	{"requests.refused", "share of requests that targets refuse", func(s *fluid.Shown) float64 { return s.Refused }, true, auditLimit, ""},
	{"availability", "share of requests that targets answer in time", func(s *fluid.Shown) float64 { return 1 - s.Failed }, true, availabilityLimit, "availability and requests.failed"},
	{"cpu.utilization", "share of their CPU that targets use for requests", func(s *fluid.Shown) float64 { return s.Busy }, false, auditLimit, "cpu.utilization, and what follows it: scaling, capacity, cost"},
}

// linksOf is what is compared of links that had more to carry than they can, whose stays are those of their flows.
var linksOf = []audited{
	{"network.time.mean", "mean time of flows on links that are overloaded", func(s *fluid.Shown) float64 { return s.Mean }, false, auditLimit, "latency.mean, for what links add"},
	{"network.time.p99", "time on links that are overloaded that 99 % of flows stay below", func(s *fluid.Shown) float64 { return s.P99 }, false, auditLimit, "latency.p99, for what links add"},
	{"network.dropped", "share of flows on links that are overloaded that clients do not wait for", func(s *fluid.Shown) float64 { return s.Failed }, true, availabilityLimit, "availability and requests.failed, for what links add"},
	{"network.bytes", "bytes that pass links that are overloaded", func(s *fluid.Shown) float64 { return s.Busy }, false, auditLimit, "network.in and network.out"},
}

// isLinked reports whether an audit may see links.
func isLinked(cfg *cloud.Config, s scope) bool { return isAudited(cfg, s) && limited(cfg, s) }

// isAudited reports whether rates are compared with requests in a scenario.
func isAudited(cfg *cloud.Config, _ scope) bool { return cfg.Fluid > 0 && cfg.Audit > 0 }

// difference is that of the rates from the requests in what an audit found.
func (a *audited) difference(f *fluid.Finding) float64 {
	rates, played := a.of(&f.Rates), a.of(&f.Played)
	if a.absolute {
		return rates - played
	}
	if f.Requests == 0 || played == 0 {
		return math.NaN()
	}
	return rates/played - 1
}

// auditMetrics are how far rates are from requests where both were played.
func auditMetrics() []Metric {
	metrics := []Metric{{
		Name: "audit.windows", Unit: "count", where: isAudited,
		Meaning: "windows of the first replication whose requests were played one by one as well",
		read: func(p *part) float64 {
			if p.outcome.Audit == nil {
				return math.NaN()
			}
			return float64(len(p.outcome.Audit.Windows))
		},
	}}
	for i := range auditOf {
		metrics = append(metrics, auditOf[i].metric(isAudited, func(f *fluid.Findings) *fluid.Finding { return &f.All }))
	}
	metrics = append(metrics, linkMetrics()...)
	for _, u := range unseen {
		metrics = append(metrics, Metric{
			Name: u.name, Unit: "ratio", where: isAudited,
			Meaning: "share of the requests of the first replication that came " + u.when + ", if no window of the audit shows that; else 0",
			read: func(p *part) float64 {
				if p.outcome.Audit == nil {
					return math.NaN()
				}
				return p.outcome.Audit.Unseen[u.of]
			},
		})
	}
	return metrics
}

// metric is how far rates are from requests in it, over what an audit found in all.
func (a *audited) metric(where func(cfg *cloud.Config, s scope) bool, all func(f *fluid.Findings) *fluid.Finding) Metric {
	meaning := a.what + " in rates, over that of the same requests one by one, less one: over all windows of the audit"
	if a.absolute {
		meaning = a.what + " in rates, less that of the same requests one by one: over all windows of the audit"
	}
	return Metric{
		Name: "audit." + a.name, Unit: "ratio", where: where, Meaning: meaning,
		read: func(p *part) float64 {
			if p.outcome.Audit == nil {
				return math.NaN()
			}
			return a.difference(all(p.outcome.Audit))
		},
	}
}

// linkMetrics are how far rates are from flows one by one on links.
func linkMetrics() []Metric {
	of := func(name, unit, meaning string, read func(f *fluid.Findings) float64) Metric {
		return Metric{Name: name, Unit: unit, Meaning: meaning, where: isLinked, read: func(p *part) float64 {
			if p.outcome.Audit == nil {
				return math.NaN()
			}
			return read(p.outcome.Audit)
		}}
	}
	metrics := []Metric{of("audit.network.windows", "count", "windows of the first replication in which the flows of a link that had more to carry than it can were played one by one as well",
		func(f *fluid.Findings) float64 { return float64(len(f.Links)) })}
	for i := range linksOf {
		metrics = append(metrics, linksOf[i].metric(isLinked, func(f *fluid.Findings) *fluid.Finding { return &f.AllLinks }))
	}
	return append(metrics, of(unseenLinks, "ratio", "share of the flows on links in the first replication that began while their link had more to carry than it can, if no window of the audit shows that; else 0",
		func(f *fluid.Findings) float64 { return f.UnseenLinks }))
}

const unseenLinks = "audit.unseen.network"

// warnOfAudit marks the metrics that rates do not show as requests would, and a run of which
// no window could be played.
func (s *Summary) warnOfAudit() {
	if v, ok := s.Value("audit.windows", Part{}); ok && v.Value == 0 {
		s.warnf("no window of the run could be played request by request: nothing says how far its rates are from requests; fidelity = \"request\" shows it")
	}
	for i := range len(auditOf) + len(linksOf) {
		a := &linksOf[max(0, i-len(auditOf))]
		if i < len(auditOf) {
			a = &auditOf[i]
		}
		v, ok := s.Value("audit."+a.name, Part{})
		if !ok || !(math.Abs(v.Value) > a.limit) {
			continue
		}
		by := "%"
		if a.absolute {
			by = "points"
		}
		s.warnf("%s: rates differ from requests by %+.1f %s in the windows of the audit, more than %.0f %s: do not trust it; fidelity = \"request\" shows it",
			cmp.Or(a.marks, a.name), 100*v.Value, by, 100*a.limit, by)
	}
	for i := range unseen {
		if v, ok := s.Value(unseen[i].name, Part{}); ok && v.Value > leastUnseen {
			s.warnf("unaudited: %.1f %% of requests came %s, and no window of the audit shows that: nothing says how far rates are from requests there; more run.fluid.audit, or fidelity = \"request\", shows it",
				100*v.Value, unseen[i].when)
		}
	}
	if v, ok := s.Value(unseenLinks, Part{}); ok && v.Value > leastUnseen {
		s.warnf("unaudited: %.1f %% of the flows on links began while their link had more to carry than it can, and no window of the audit shows that: nothing says how far rates are from requests there; more run.fluid.audit, or fidelity = \"request\", shows it", 100*v.Value)
	}
}

// unseen are the parts of a run that no window of its audit shows.
var unseen = []struct {
	name, when string
	of         fluid.Regime
}{
	{"audit.unseen.overloaded", "while targets were overloaded", fluid.Overloaded},
	{"audit.unseen.rescaled", "within 30 s of a change of capacity", fluid.Rescaled},
}

// leastUnseen is the share of requests of which nobody needs to know whether they were looked at.
const leastUnseen = 0.001
