package report

import (
	"math"
	"slices"
	"strings"

	"headroom/model/dataplane"
	"headroom/model/pricing"
	"headroom/results"
	"headroom/sim"
)

// listenerRows are what a load balancer did by itself.
func listenerRows() []row {
	return []row{
		{name: "fixed responses of 2xx", metric: "elb.2xx", quiet: true},
		{name: "redirects", metric: "elb.3xx"},
		{name: "own 4xx", metric: "elb.4xx"},
		{name: "own 5xx", metric: "elb.5xx"},
		{name: "2xx of targets", metric: "target.2xx"},
		{name: "5xx of targets", metric: "target.5xx"},
		{name: "kept connections closed by targets", metric: "elb.kept_closed", quiet: true},
		{name: "handshakes", metric: "handshakes.new"},
		{name: "handshakes resumed", metric: "handshakes.resumed"},
		{name: "handshakes broken off", metric: "handshakes.failed"},
		{name: "handshakes with targets", metric: "handshakes.targets"},
		{name: "connections rejected", metric: "connections.rejected", quiet: true},
		{name: "connections", metric: "flows.new"},
		{name: "connections open", metric: "flows.active.mean"},
		{name: "connections reset", metric: "flows.reset"},
		{name: "port allocation errors", metric: "flows.port_allocation_errors", quiet: true},
	}
}

// connectionRows are the connections of clients to load balancers.
func connectionRows() []row {
	return []row{
		{name: "opened", metric: "connections.new"},
		{name: "open", metric: "connections.active.mean"},
		{name: "broken off", metric: "connections.reset", quiet: true},
		{name: "WebSockets opened", metric: "websockets.new"},
		{name: "closed by clients", metric: "websockets.ended"},
		{name: "closed for silence", metric: "websockets.idle"},
		{name: "reset", metric: "websockets.reset"},
	}
}

// unitRows are the capacity units that load balancers are billed by.
func unitRows() []row {
	rows := []row{{name: "unit-hours billed", metric: "lcu.hours"}}
	for _, name := range pricing.Dimensions() {
		rows = append(rows, row{name: "for " + strings.ReplaceAll(name, "_", " "), metric: "lcu.billed." + name, quiet: true})
	}
	for _, name := range pricing.Dimensions() {
		rows = append(rows, row{name: strings.ReplaceAll(name, "_", " ") + " alone", metric: "lcu." + name, quiet: true})
	}
	return rows
}

// dearUnits is of how many capacity units a load balancer of any type costs about what its
// hours cost: $0.0225 and $0.008, $0.0225 and $0.006, $0.0125 and $0.004.
const dearUnits = 3

// unitParts lists the load balancers whose capacity units cost more than their hours, of which
// a part of one is billed as a whole, and those to which clients keep their connections.
func unitParts(s *results.Summary) []results.Part {
	kept, hours := connectionParts(s), math.Ceil(float64(s.Config.Duration)/float64(sim.Hour))
	return slices.DeleteFunc(slices.Clone(s.Labelled("load_balancer")), func(p results.Part) bool {
		units, ok := s.Value("lcu.hours", p)
		return !ok || units.Value <= dearUnits*hours && !slices.Contains(kept, p)
	})
}

// connectionParts lists the load balancers to which clients keep their connections.
func connectionParts(s *results.Summary) []results.Part {
	return slices.DeleteFunc(slices.Clone(s.Labelled("load_balancer")), func(p results.Part) bool {
		lb := slices.IndexFunc(s.Config.LoadBalancers, func(lb dataplane.LoadBalancer) bool { return lb.Name == p.Name })
		return lb < 0 || !slices.ContainsFunc(s.Config.Workloads, func(w dataplane.Workload) bool {
			return w.To == dataplane.ToLoadBalancer && w.Target == lb && (w.Clients.PerConnection > 1 || w.Clients.Lasts > 0 || w.Websocket.Interval != nil)
		})
	})
}

// listenerParts lists the load balancers that do more than forward.
func listenerParts(s *results.Summary) []results.Part {
	return slices.DeleteFunc(slices.Clone(s.Labelled("load_balancer")), func(p results.Part) bool {
		_, ok := s.Value("elb.3xx", p)
		_, flows := s.Value("flows.new", p)
		rejected, _ := s.Value("connections.rejected", p)
		return !ok && !flows && rejected.Value == 0
	})
}

// nodeRows are what the zones of a load balancer had of its requests.
func nodeRows() []row {
	return []row{
		{name: "requests", metric: "node.requests"},
		{name: "share", metric: "node.share"},
		{name: "connections rejected", metric: "node.rejected", quiet: true},
		{name: "shifted away from", metric: "node.shifted", quiet: true},
	}
}

// nodeParts lists the nodes of load balancers whose zones differ: that keep to their zones, or
// one of which has less than three quarters of what it would have of equal shares.
func nodeParts(s *results.Summary) (parts []results.Part) {
	for i := range s.Config.LoadBalancers {
		lb := &s.Config.LoadBalancers[i]
		differ := slices.ContainsFunc(lb.Actions(), func(a dataplane.Action) bool {
			return slices.ContainsFunc(a.Forward, func(f dataplane.Forward) bool { return !s.Config.TargetGroups[f.TargetGroup].CrossZone })
		})
		var nodes []results.Part
		for _, p := range s.Labelled("node") {
			share, ok := s.Value("node.share", p)
			if name, _, _ := strings.Cut(p.Name, ":"); !ok || name != lb.Name {
				continue
			}
			nodes = append(nodes, p)
			differ = differ || share.Value < 0.75/float64(len(lb.Zones))
		}
		if differ {
			parts = append(parts, nodes...)
		}
	}
	return parts
}

// looksCloser reports whether the rules of some load balancer look at more than host and
// path, or lead to more than a target group.
func looksCloser(s *results.Summary) bool {
	return slices.ContainsFunc(s.Config.LoadBalancers, func(lb dataplane.LoadBalancer) bool {
		return len(lb.Listeners) > 0 && !lb.Network() || slices.ContainsFunc(lb.Rules, func(r dataplane.Rule) bool {
			return len(r.Methods)+len(r.Headers)+len(r.Queries)+len(r.Sources) > 0 || r.Action.Redirect != nil
		})
	})
}

// ruleBlock shows which rules requests met, in the order in which they are tried.
func ruleBlock(s *results.Summary) block {
	b := block{head: []string{"Rules", "requests"}, left: 1}
	var cells []cell
	for _, p := range s.Labelled("rule") {
		if v, ok := s.Value("rule.requests", p); ok {
			b.rows = append(b.rows, []string{p.Name, ""})
			cells = append(cells, estimate(v.Estimate, v.Unit, s.Replications))
		}
	}
	for i, text := range column(cells) {
		b.rows[i][1] = text
	}
	return b
}

// errorRows are the errors that clients of a load balancer see, by code and cause.
func errorRows() (rows []row) {
	for _, k := range results.ErrorKinds() {
		rows = append(rows, row{name: k.Words, metric: k.Metric, quiet: true})
	}
	return rows
}

// errorParts lists the load balancers that showed errors, and their target groups where
// several are asked.
func errorParts(s *results.Summary) []results.Part {
	parts := slices.Clone(s.Labelled("load_balancer"))
	if groups := s.Labelled("target_group"); len(groups) > 1 {
		parts = append(parts, groups...)
	}
	return slices.DeleteFunc(parts, func(p results.Part) bool {
		return !slices.ContainsFunc(results.ErrorKinds(), func(k results.ErrorKind) bool {
			v, ok := s.Value(k.Metric, p)
			return ok && v.Value > 0
		})
	})
}
