package results

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

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
	quiet      bool   // that too few came to tell is not said: it may be of few
}

// availabilityLimit is the same of the share of requests that are answered.
const availabilityLimit = 0.01

var auditOf = []audited{
	{name: "latency.mean", what: "mean time at targets", of: func(s *fluid.Shown) float64 { return s.Mean }, limit: auditLimit},
	{name: "latency.p50", what: "median time at targets", of: func(s *fluid.Shown) float64 { return s.P50 }, limit: auditLimit},
	{name: "latency.p99", what: "time at targets that 99 % of requests stay below", of: func(s *fluid.Shown) float64 { return s.P99 }, limit: auditLimit},
	{name: "requests.refused", what: "share of requests that targets refuse", of: func(s *fluid.Shown) float64 { return s.Refused }, absolute: true, limit: auditLimit},
	{name: "availability", what: "share of requests that targets answer in time", of: func(s *fluid.Shown) float64 { return 1 - s.Failed }, absolute: true, limit: availabilityLimit, marks: "availability and requests.failed"},
	{name: "cpu.utilization", what: "share of their CPU that targets use for requests", of: func(s *fluid.Shown) float64 { return s.Busy }, limit: auditLimit, marks: "cpu.utilization, and what follows it: scaling, capacity, cost"},
	{name: "wait.mean", what: "mean time before service starts, of requests that entered service,", of: func(s *fluid.Shown) float64 { return s.Wait }, limit: auditLimit, quiet: true},
	{name: "wait.probability", what: "share of those requests that waited", of: func(s *fluid.Shown) float64 { return s.Waits }, limit: auditLimit, quiet: true},
	{name: "checks", what: "share of health checks that fail", of: func(s *fluid.Shown) float64 { return s.Checks }, absolute: true, limit: auditLimit, marks: "target_group.healthy.mean and .min, and what follows them: which targets requests go to, who is replaced"},
}

// linksOf is what is compared of links that had more to carry than they can, whose stays are those of their flows.
var linksOf = []audited{
	{name: "network.time.mean", what: "mean time of flows on links that are overloaded", of: func(s *fluid.Shown) float64 { return s.Mean }, limit: auditLimit, marks: "latency.mean, for what links add"},
	{name: "network.time.p99", what: "time on links that are overloaded that 99 % of flows stay below", of: func(s *fluid.Shown) float64 { return s.P99 }, limit: auditLimit, marks: "latency.p99, for what links add"},
	{name: "network.dropped", what: "share of flows on links that are overloaded that clients do not wait for", of: func(s *fluid.Shown) float64 { return s.Failed }, absolute: true, limit: availabilityLimit, marks: "availability and requests.failed, for what links add"},
	{name: "network.bytes", what: "bytes that pass links that are overloaded", of: func(s *fluid.Shown) float64 { return s.Busy }, limit: auditLimit, marks: "network.in and network.out"},
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
		a := &auditOf[i]
		metrics = append(metrics, a.metric(isAudited, func(f *fluid.Findings) *fluid.Finding { return &f.All }), a.chanceMetric())
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
	return append(metrics, Metric{
		Name: unseenChecks, Unit: "ratio", where: isAudited,
		Meaning: "share of the requests of the first replication that came while health checks of their targets failed: windows show which share fails, not which targets are healthy when, and what follows",
		read: func(p *part) float64 {
			if p.outcome.Audit == nil {
				return math.NaN()
			}
			return p.outcome.Audit.Failing
		},
	})
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

// chanceMetric is how far what the windows show of it may be from what is true of rates.
func (a *audited) chanceMetric() Metric {
	return Metric{
		Name: chanceOf(a.name), Unit: "ratio", where: isAudited,
		Meaning: "half-width at 95 % of audit." + a.name + ": what chance alone brings to as few requests as the windows have; none where it is without bound",
		read: func(p *part) float64 {
			if p.outcome.Audit == nil {
				return math.NaN()
			}
			return a.chance(&p.outcome.Audit.All)
		},
	}
}

// chanceOf is the metric of the half-width of a difference.
func chanceOf(name string) string { return "audit.chance." + name }

// chance is the half-width of a difference.
func (a *audited) chance(f *fluid.Finding) float64 {
	half := math.Abs(a.of(&f.Chance) - a.of(&fluid.Shown{}))
	if a.absolute {
		return half
	}
	if f.Requests == 0 || a.of(&f.Played) == 0 {
		return math.NaN()
	}
	return half * a.of(&f.Rates) / (a.of(&f.Played) * a.of(&f.Played))
}

// doubtAudit gives the differences that an audit found their half-widths.
func (s *Summary) doubtAudit() {
	for i := range auditOf {
		at, known := s.at["audit."+auditOf[i].name]
		if half, ok := s.Metric(chanceOf(auditOf[i].name)); ok && known {
			s.Metrics[at].HalfWidth = half.Value
		}
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

// Metrics of what no window shows.
const (
	unseenLinks  = "audit.unseen.network"
	unseenChecks = "audit.unseen.checks"
)

// warnOfAudit marks the metrics that rates do not show as requests would, and a run of which
// no window could be played.
func (s *Summary) warnOfAudit() {
	if v, ok := s.Value("audit.windows", Part{}); ok && v.Value == 0 {
		s.warnf("no window of the run could be played request by request: nothing says how far its rates are from requests; fidelity = \"request\" shows it")
	}
	var unsure []string
	for i := range auditOf {
		if a := &auditOf[i]; !s.mark(a) && !a.quiet {
			unsure = append(unsure, s.doubt(a)...)
		}
	}
	for i := range linksOf {
		s.mark(&linksOf[i])
	}
	if len(unsure) > 0 {
		s.warnf("unaudited: the windows of the audit have too few requests to tell how far rates are from them: chance alone brings %s; more run.fluid.audit, or fidelity = \"request\", shows it",
			strings.Join(unsure, ", "))
	}
	for i := range unseen {
		if v, ok := s.Value(unseen[i].name, Part{}); ok && v.Value > leastUnseen {
			s.warnf("unaudited: %.1f %% of requests came %s, and no window of the audit shows that: nothing says how far rates are from requests there; %sfidelity = \"request\" shows it",
				100*v.Value, unseen[i].when, unseen[i].more)
		}
	}
	if v, ok := s.Value(unseenChecks, Part{}); ok && v.Value > mostChecks {
		s.warnf("unaudited: %.1f %% of requests came while health checks of their targets failed; which targets are healthy then is chance, and no window of the audit shows what follows: nothing says how far availability, latency and who is replaced are from requests there; fidelity = \"request\" shows it", 100*v.Value)
	}
	if v, ok := s.Value(unseenLinks, Part{}); ok && v.Value > leastUnseen {
		s.warnf("unaudited: %.1f %% of the flows on links began while their link had more to carry than it can, and no window of the audit shows that: nothing says how far rates are from requests there; more run.fluid.audit, or fidelity = \"request\", shows it", 100*v.Value)
	}
}

// mark marks a metric of which rates differ from requests by more than its limit, and by more than chance explains, and
// reports whether it did.
func (s *Summary) mark(a *audited) bool {
	if !s.differs("audit." + a.name) {
		return false
	}
	v, _ := s.Value("audit."+a.name, Part{})
	sure := ""
	if !math.IsNaN(v.HalfWidth) {
		sure = fmt.Sprintf(" ± %.1f", 100*v.HalfWidth)
	}
	s.warnf("%s: rates differ from requests by %+.1f%s %s in the windows of the audit, more than %.0f %s: do not trust it; fidelity = \"request\" shows it",
		cmp.Or(a.marks, a.name), 100*v.Value, sure, a.unit(), 100*a.limit, a.unit())
	return true
}

// Marked reports whether an audit says that rates are not to be trusted in what a metric of it compares, or that it does not
// know because health checks fail.
func (s *Summary) Marked(metric string) bool {
	v, ok := s.Value(unseenChecks, Part{})
	return s.differs(metric) || ok && v.Value > mostChecks && slices.Contains(followChecks, metric)
}

// followChecks are the metrics that follow which targets are healthy.
var followChecks = []string{"audit.latency.mean", "audit.latency.p50", "audit.latency.p99", "audit.availability"}

// differs reports whether rates differ from requests in a metric of an audit by more than its limit, and by more than chance
// explains.
func (s *Summary) differs(metric string) bool {
	v, ok := s.Value(metric, Part{})
	is := func(a audited) bool { return "audit."+a.name == metric }
	if i := slices.IndexFunc(auditOf, is); ok && i >= 0 {
		return math.Abs(v.Value) > max(auditOf[i].limit, v.HalfWidth) // which is NaN where too few came
	}
	i := slices.IndexFunc(linksOf, is)
	return ok && i >= 0 && math.Abs(v.Value) > linksOf[i].limit
}

// doubt says by how much chance alone may have rates differ from requests in a metric, if that is more than its limit.
func (s *Summary) doubt(a *audited) []string {
	v, ok := s.Value("audit."+a.name, Part{})
	switch {
	case !ok || v.HalfWidth <= a.limit:
		return nil
	case math.IsNaN(v.HalfWidth) || v.HalfWidth > 1:
		return []string{a.name + " any difference"}
	}
	return []string{fmt.Sprintf("%s ± %.0f %s", a.name, 100*v.HalfWidth, a.unit())}
}

// unit is that of its difference, in hundredths.
func (a *audited) unit() string {
	if a.absolute {
		return "points"
	}
	return "%"
}

// unseen are the parts of a run that no window of its audit shows.
var unseen = []struct {
	name, when string
	of         fluid.Regime
	more       string // that may show it, too
}{
	{"audit.unseen.overloaded", "while targets were overloaded", fluid.Overloaded, moreWindows},
	{"audit.unseen.rescaled", "within 30 s of a change of capacity", fluid.Rescaled, moreWindows},
	{"audit.unseen.uneven", "while targets of their target group, which goes by requests in flight, were not alike: slow, closed or of another type", fluid.Uneven, ""},
}

// moreWindows is what may show what no window does.
const moreWindows = "more run.fluid.audit, or "

// leastUnseen is the share of requests of which nobody needs to know whether they were looked at.
const leastUnseen = 0.001

// mostChecks is the share of requests that may come while health checks fail: all of them may have another outcome.
const mostChecks = availabilityLimit
