package tables

import (
	"fmt"
	"slices"

	"headroom/model/dataplane"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
	"headroom/sim"
)

// usualRoundTrip is the default of clients.round_trip.
const usualRoundTrip = 20 * sim.Millisecond

// onTheWay lists a load balancer and those that are its targets.
func (l *loader) onTheWay(first int) []*dataplane.LoadBalancer {
	all := []*dataplane.LoadBalancer{&l.cfg.LoadBalancers[first]}
	for _, a := range all[0].Actions() {
		for _, f := range a.Forward {
			if f.TargetGroup >= 0 && l.cfg.TargetGroups[f.TargetGroup].Balancer > 0 {
				all = append(all, &l.cfg.LoadBalancers[l.cfg.TargetGroups[f.TargetGroup].Balancer-1])
			}
		}
	}
	return all
}

// warnOfLooks warns of what requests look like that no rule looks at, nor a certificate.
func (l *loader) warnOfLooks(workload int) {
	w, t := &l.cfg.Workloads[workload], l.tables["workload"][workload]
	var rules []dataplane.Rule
	secure := false
	if w.To == dataplane.ToLoadBalancer {
		for _, lb := range l.onTheWay(w.Target) {
			for _, one := range lb.AllListeners() {
				rules = append(rules, one.Rules...)
				secure = secure || one.Secure
			}
		}
	}
	for _, c := range []struct {
		key, usual, condition string
		looks                 func(dataplane.Rule) bool
	}{
		{"host", "", "host_header", func(r dataplane.Rule) bool { return len(r.Hosts) > 0 }},
		{"path", "/", "path_pattern", func(r dataplane.Rule) bool { return len(r.Paths) > 0 }},
		{"method", "GET", "http_request_method", func(r dataplane.Rule) bool { return len(r.Methods) > 0 }},
		{"query", "", "query_string", func(r dataplane.Rule) bool { return len(r.Queries) > 0 }},
		{"header", "", "http_header", func(r dataplane.Rule) bool { return len(r.Headers) > 0 }},
	} {
		n := t.Node.Table[c.key]
		if n == nil || n.Is(c.usual) || slices.ContainsFunc(rules, c.looks) || c.key == "host" && secure {
			continue
		}
		l.warnAt(n, t.PathOf(c.key)+": has no effect: no rule on its way has a "+c.condition)
	}
	usual := map[string]bool{"round_trip": w.Clients.RoundTrip == usualRoundTrip, "session_resumption": w.Clients.Resumption == 0}
	if c := t.Node.Table["clients"]; c != nil && !secure {
		for _, key := range []string{"round_trip", "session_resumption"} {
			if n := c.Table[key]; n != nil && n.At != c.At && !usual[key] {
				l.warnAt(n, t.PathOf("clients")+"."+key+": has no effect: no listener on their way is HTTPS")
			}
		}
	}
}

// warnOfHosts warns of hosts that a load balancer has no certificate for: clients that come to it break off.
func (l *loader) warnOfHosts(workload int) {
	w, t := &l.cfg.Workloads[workload], l.tables["workload"][workload]
	n := t.Node.Table["host"]
	if n == nil {
		return
	}
	for i := range l.cfg.LoadBalancers {
		for _, host := range dataplane.Unproven(&l.cfg.Traffic, w, i) {
			l.warnAt(n, fmt.Sprintf("%s: no certificate of load_balancer.%s is for %s: all its handshakes fail", t.PathOf("host"), l.cfg.LoadBalancers[i].Name, host))
		}
	}
}

// warnOfWeights warns of actions that forward to nobody: the balancer answers 503.
func (l *loader) warnOfWeights(balancer int) {
	lb, t := &l.cfg.LoadBalancers[balancer], l.tables["load_balancer"][balancer]
	idle := func(a dataplane.Action) bool {
		return len(a.Forward) > 0 && !slices.ContainsFunc(a.Forward, func(f dataplane.Forward) bool { return f.Weight > 0 })
	}
	for _, one := range l.listenersOf(t, lb) {
		if idle(one.Default) {
			l.warnAt(one.at.Table["default_action"], one.path+".default_action: all weights are 0: requests that come here fail with 503")
		}
		for _, r := range one.Rules {
			if idle(r.Action) {
				l.warnAt(one.at.Table["rule"], fmt.Sprintf("%s.rule: all weights of the rule of priority %d are 0: its requests fail with 503", one.path, r.Priority))
			}
		}
	}
}

// port is a listener with its place in the file.
type port struct {
	dataplane.Listener
	at   *tree.Node
	path string
}

func (l *loader) listenersOf(t *schema.Table, lb *dataplane.LoadBalancer) (all []port) {
	listeners := lb.AllListeners()
	own := len(listeners) - len(lb.Listeners)
	for i, one := range listeners {
		p := port{one, t.Node, t.Path}
		if i >= own {
			n := t.Node.Table["listener"]
			if p.at, p.path = n, fmt.Sprintf("%s.%d", t.PathOf("listener"), i-own); n.Form == tree.ListForm {
				p.at = n.List[i-own]
			}
		}
		all = append(all, p)
	}
	return all
}

// warnOfRules warns of rules that never have a turn: an earlier one matches all that they
// do, or nobody asks what they match.
func (l *loader) warnOfRules(balancer int) {
	if l.scenario.Sweep != nil || l.scenario.Search != nil {
		return // one of its points may
	}
	lb, t := &l.cfg.LoadBalancers[balancer], l.tables["load_balancer"][balancer]
	met := dataplane.RulesMet(&l.cfg.Traffic, balancer)
	for k, one := range l.listenersOf(t, lb) {
		for i := range one.Rules {
			if met[k][i] {
				continue
			}
			text := "no workload or call that comes here sends a request that it matches"
			mine := one.Rules[i].Routing()
			for _, earlier := range one.Rules[:i] {
				if first := earlier.Routing(); first.Hides(&mine) {
					text = fmt.Sprintf("that of priority %d comes first and matches all that it does", earlier.Priority)
					break
				}
			}
			l.warnAt(one.at.Table["rule"], fmt.Sprintf("%s.rule: the rule of priority %d never has a turn: %s", one.path, one.Rules[i].Priority, text))
		}
	}
}
