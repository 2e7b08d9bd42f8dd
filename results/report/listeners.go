package report

import (
	"slices"

	"headroom/model/dataplane"
	"headroom/results"
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
		{name: "handshakes", metric: "handshakes.new"},
		{name: "handshakes resumed", metric: "handshakes.resumed"},
		{name: "handshakes broken off", metric: "handshakes.failed"},
		{name: "connections rejected", metric: "connections.rejected", quiet: true},
		{name: "connections", metric: "flows.new"},
		{name: "connections open", metric: "flows.active.mean"},
		{name: "connections reset", metric: "flows.reset"},
		{name: "port allocation errors", metric: "flows.port_allocation_errors", quiet: true},
	}
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
