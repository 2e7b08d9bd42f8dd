package results

import (
	"math"
	"slices"

	"headroom/model/cloud"
	"headroom/model/dataplane"
)

// limited reports whether a part has servers through whose interfaces bytes take their
// time.
func limited(cfg *cloud.Config, s scope) bool {
	slow := func(service int) bool {
		return service >= 0 && service < len(cfg.Services) && cfg.Services[service].Bandwidth
	}
	for _, g := range within(s, labelGroup, cfg.Groups) {
		if slices.ContainsFunc(g.Services(), slow) {
			return true
		}
	}
	for _, f := range within(s, labelInstance, cfg.Instances) {
		if slices.ContainsFunc(f.Services(), slow) {
			return true
		}
	}
	return false
}

// byRates is [limited] in a run of rates.
func byRates(cfg *cloud.Config, s scope) bool { return cfg.Fluid > 0 && limited(cfg, s) }

// network merges the interfaces of the part's servers.
func (p *part) network() (all dataplane.NetworkOutcome) {
	for i := range p.owned(p.belongs().networks, len(p.outcome.Networks)) {
		all.Merge(&p.outcome.Networks[i])
	}
	return all
}

// networkMetrics are what passed network interfaces, where bytes take their time.
func networkMetrics() []Metric {
	of := func(name, unit, meaning string, read func(*dataplane.NetworkOutcome) float64) Metric {
		return Metric{
			Name: name, Unit: unit, Labels: []string{labelGroup, labelInstance}, Meaning: meaning, where: limited,
			read: func(p *part) float64 {
				n := p.network()
				return read(&n)
			},
		}
	}
	given := func(have bool, v float64) float64 {
		if !have {
			return math.NaN()
		}
		return v
	}
	return []Metric{
		of("network.in", "B", "bytes that came in through network interfaces", func(n *dataplane.NetworkOutcome) float64 { return float64(n.In) }),
		of("network.out", "B", "bytes that went out through network interfaces", func(n *dataplane.NetworkOutcome) float64 { return float64(n.Out) }),
		of("network.throughput.max", "B/s", "the most that the interface of any instance passed one way at any instant",
			func(n *dataplane.NetworkOutcome) float64 { return n.Most.PerSecond() }),
		of("network.utilization", "ratio", "bytes of the busier direction, as a share of what the interfaces always carry; above 1 on credits",
			func(n *dataplane.NetworkOutcome) float64 {
				return given(n.Base > 0, float64(max(n.In, n.Out))/n.Base)
			}),
		of("network.throttled_time", "s", "time at the base bandwidth, out of network credits with more to do, summed over instances and directions",
			func(n *dataplane.NetworkOutcome) float64 { return n.Throttled.Seconds() }),
		{
			Name: "network.overloaded_time", Unit: "s", Labels: []string{labelGroup, labelInstance}, where: byRates,
			Meaning: "time in which rates had more to pass than an interface carries, summed over instances and directions",
			read:    func(p *part) float64 { n := p.network(); return n.Overloaded.Seconds() },
		},
		of("network.burst_balance.min", "ratio", "least network credit of any instance, in either direction",
			func(n *dataplane.NetworkOutcome) float64 { return given(n.Bursts, n.Least) }),
		of("network.burst_balance.end", "ratio", "mean network credit of the instances at the end of the run, over both directions",
			func(n *dataplane.NetworkOutcome) float64 { return given(n.Left > 0, n.LeftArea/float64(n.Left)) }),
	}
}

// muchOfBase is the share of the base bandwidth from which on bytes should not be counted
// alone: a queue of which half is busy waits as long as it serves.
const muchOfBase = 0.5

// warnOfNetwork says where interfaces ran out of credits, and where bytes took no time
// that would have.
func (s *Summary) warnOfNetwork(meter *Meter, measured []*Measurement) {
	for _, label := range []string{labelGroup, labelInstance} {
		for _, p := range s.Labelled(label) {
			if v, ok := s.Value("network.overloaded_time", p); ok && v.Value > 0 {
				s.warnf("%s: %s s a run with more to send than its interfaces carry", p.title(), v.sure())
			}
			if v, ok := s.Value("network.throttled_time", p); ok && v.Value > 0 {
				s.warnf("%s: %s s a run at the base bandwidth, out of network credits with more to send: a larger type has more of it", p.title(), v.sure())
			}
		}
	}
	if v, ok := s.Value(playedFlows, Part{}); ok && v.Value < 1 {
		s.warnf("%.0f %% of the flows on links that have more to carry than they can were rates, since there were more than 60,000 at a target: fidelity = \"request\" plays them", 100*(1-v.Value))
	}
	for i, sc := range meter.scopes {
		busy := 0.0
		for _, m := range measured {
			busy = max(busy, m.carried[i])
		}
		if busy > muchOfBase {
			s.warnf("%s: bytes took no time, but were %.0f %% of what its network interfaces always carry: `bandwidth = \"limited\"` of its service simulates them", sc.title(), 100*busy)
		}
	}
}

// unhindered returns the share of what interfaces always carry that bytes had which took
// no time.
func unhindered(n dataplane.NetworkOutcome) float64 {
	if n.Limited > 0 || n.Base == 0 {
		return 0
	}
	return float64(max(n.In, n.Out)) / n.Base
}
