package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"headroom/model/cloud"
	"headroom/model/routing"
	"headroom/sim"
)

// Latencies that a load balancer adds (FACTS 15.5).
const (
	realisticLatency = 5 * sim.Millisecond
	crossZoneLatency = 500 * sim.Microsecond
	seedLatency      = 400 * sim.Millisecond
)

func loadBalancerKeys() []Key {
	rule := within("rule[]", "ValidationError", slices.Concat(
		[]Key{
			{"priority", whole(1, routing.MaxPriority), required, "lower goes first", ""},
			{"condition", inner(), "", "what a request must match: all that is given", ""},
			{"condition.path_pattern", texts(), "", "paths, with * and ?; any of them", ""},
			{"condition.host_header", texts(), "", "hosts, with * and ?; any of them", ""},
			{"action", inner(), required, "what becomes of a request that matches", ""},
		},
		within("action", "ValidationError", actionKeys()),
	))
	return within("load_balancer.NAME", "ValidationError", slices.Concat([]Key{
		{"load_balancer_type", oneOf("application"), `"application"`, "what kind of load balancer", ""},
		{"internal", flag(), "false", "without public addresses", ""},
		{"availability_zones", texts(), "(all zones of the scenario)", "zones with a node; an Application Load Balancer has two or more", ""},
		{"enable_cross_zone_load_balancing", flag(), "true", "whether nodes use targets of other zones", ""},
		{"idle_timeout", quantity(inSeconds, 1, 4000), "60", "a target that answers later is given up: 504", ""},
		{"latency", loose("realistic | seed | duration"), `"realistic"`, "added to each response: realistic (5ms, 0.5ms between zones), seed (400ms), or a duration", ""},
		{"dns_ttl", quantity(inSeconds, 0, 86400), `"60s"`, "how long clients keep the address of a node", ""},
		{"client_connect_timeout", quantity(inSeconds, 0, 86400), `"21s"`, "how long a client waits for a node that is down", ""},
		{"default_action", inner(), required, "what becomes of a request that matches no rule", ""},
		{"rule", list(), "", "listener rules", ""},
	}, within("default_action", "ValidationError", actionKeys()), rule))
}

func actionKeys() []Key {
	return []Key{
		{"forward", loose("list of names, or of tables"), "", `target groups: ["web"], or [{ target_group = "web", weight = 1 }]`, ""},
		{"forward[].target_group", name("target_group"), required, "a target group", ""},
		{"forward[].weight", whole(0, routing.MaxWeight), "1", "its share of the requests", ""},
		{"fixed_response", inner(), "", "an answer without a target", ""},
		{"fixed_response.status_code", whole(200, 599), "200", "HTTP status: 2xx, 4xx or 5xx", ""},
	}
}

func (l *loader) readLoadBalancers() {
	l.cfg.LoadBalancers = make([]cloud.LoadBalancer, len(l.tables["load_balancer"]))
	for i, t := range l.tables["load_balancer"] {
		lb := &l.cfg.LoadBalancers[i]
		*lb = cloud.LoadBalancer{
			Name:           t.name,
			Kind:           t.choice("load_balancer_type"),
			PublicIPs:      !t.flag("internal"),
			Zones:          l.zones(t, "availability_zones", l.cfg.Zones),
			IdleTimeout:    t.duration("idle_timeout"),
			DNSTTL:         t.duration("dns_ttl"),
			ConnectTimeout: t.duration("client_connect_timeout"),
		}
		lb.Latency, lb.CrossLatency = latency(t)
		if t.sound("availability_zones") && len(lb.Zones) < 2 {
			t.wrong("availability_zones", "must be two zones or more for an Application Load Balancer")
		}
		lb.Default = l.action(t, "default_action")
		l.readRules(t, lb)
		l.adopt(t, lb)
		t.done()
	}
}

// latency reads what a load balancer adds to each response, and what another
// zone adds to that.
func latency(t *table) (own, cross sim.Time) {
	const key = "latency"
	n, _ := t.take(key, anyKind)
	switch n.scalar {
	case "realistic":
		return realisticLatency, crossZoneLatency
	case "seed":
		return seedLatency, 0
	}
	seconds, rule := readQuantity(n, inSeconds)
	if rule != "" || seconds < 0 || seconds > 3600 {
		t.mistake(key, `must be "realistic", "seed" or a duration 0s..1h`, "")
	}
	return sim.Seconds(seconds), 0
}

// readRules reads the listener rules in the order of their priorities.
func (l *loader) readRules(t *table, lb *cloud.LoadBalancer) {
	rules := t.each("rule")
	if len(rules) > routing.MaxRules {
		t.wrong("rule", fmt.Sprintf("must be at most %d rules", routing.MaxRules))
	}
	priorities := map[int]bool{}
	for _, r := range rules {
		rule := cloud.Rule{Priority: r.whole("priority")}
		if r.sound("priority") && priorities[rule.Priority] {
			r.reject("priority", Fault{Rule: "must be unique in the load balancer", Code: "PriorityInUse"})
		}
		priorities[rule.Priority] = true
		condition := r.inside("condition")
		rule.Paths = condition.texts("path_pattern")
		rule.Hosts = condition.texts("host_header")
		condition.done()
		rule.Action = l.action(r, "action")
		if r.sound("priority") && !condition.bad["path_pattern"] && !condition.bad["host_header"] {
			r.checkRule(rule)
		}
		r.done()
		lb.Rules = append(lb.Rules, rule)
	}
	slices.SortStableFunc(lb.Rules, func(a, b cloud.Rule) int { return a.Priority - b.Priority })
}

// checkRule applies AWS's limits on one rule.
func (t *table) checkRule(rule cloud.Rule) {
	err := routing.Rule{Priority: rule.Priority, HostHeaders: rule.Hosts, PathPatterns: rule.Paths}.Validate()
	if err == nil {
		return
	}
	for _, line := range lines(err) {
		_, line, _ = strings.Cut(line, ": ")
		t.add(Fault{Path: t.pathOf("condition"), Rule: line, Code: "ValidationError"}, t.n.table["condition"], "condition")
	}
}

// action reads where requests go.
func (l *loader) action(t *table, key string) cloud.Action {
	n, _ := t.take(key, tableKind)
	if n == nil {
		return cloud.Action{}
	}
	a := t.descend(key, n)
	if t.bad[key] {
		return cloud.Action{}
	}
	if a.has("fixed_response") {
		if a.has("forward") {
			a.wrong("fixed_response", "must not be given with forward")
		}
		a.pass("forward")
		defer a.done()
		return cloud.Action{Status: readFixedResponse(a.inside("fixed_response"))}
	}
	a.pass("fixed_response")
	forward := l.forward(a)
	a.done()
	return cloud.Action{Forward: forward}
}

func readFixedResponse(t *table) int {
	status := t.whole("status_code")
	if t.sound("status_code") && status/100 == 3 {
		t.wrong("status_code", "must be 2xx, 4xx or 5xx")
	}
	t.done()
	return status
}

// forward reads target groups, by name or with weights.
func (l *loader) forward(t *table) []cloud.Forward {
	const key = "forward"
	n, _ := t.take(key, anyKind)
	if n == nil {
		t.add(Fault{Path: t.pathOf(key), Rule: "is required, or fixed_response", Code: "ValidationError"}, t.n, key)
		return nil
	}
	elements := n.list
	if n.form != listForm {
		elements = []*node{n}
	}
	var all []cloud.Forward
	for i, e := range elements {
		f := cloud.Forward{TargetGroup: -1, Weight: 1}
		if e.form == tableForm {
			child := t.below(e, fmt.Sprintf("%s.%d", t.pathOf(key), i), t.patternOf(key)+"[]")
			f.TargetGroup, f.Weight = child.reference("target_group"), child.whole("weight")
			child.done()
		} else if name, ok := e.scalar.(string); ok {
			f.TargetGroup = t.find(key, "target_group", name)
		} else {
			t.reject(key, Fault{Rule: "must be names of target groups, or tables of target_group and weight", Got: e.got(), Code: noCode})
		}
		if f.TargetGroup >= 0 && slices.ContainsFunc(all, func(o cloud.Forward) bool { return o.TargetGroup == f.TargetGroup }) {
			t.reject(key, Fault{Rule: "must name each target group once", Got: quote(l.cfg.TargetGroups[f.TargetGroup].Name)})
		}
		all = append(all, f)
	}
	if len(elements) > routing.MaxTargetGroups || len(elements) == 0 {
		t.reject(key, Fault{
			Rule: fmt.Sprintf("must be 1..%d target groups", routing.MaxTargetGroups),
			Got:  fmt.Sprint(len(elements)), Code: "TooManyTargetGroups",
		})
	}
	return all
}

// adopt makes the target groups of a load balancer its own: none may have
// another, and theirs may follow its cross-zone setting.
func (l *loader) adopt(t *table, lb *cloud.LoadBalancer) {
	cross := t.flag("enable_cross_zone_load_balancing")
	actions := []cloud.Action{lb.Default}
	for _, r := range lb.Rules {
		actions = append(actions, r.Action)
	}
	if l.owners == nil {
		l.owners = map[int]string{}
	}
	for _, a := range actions {
		for _, f := range a.Forward {
			if f.TargetGroup < 0 {
				continue
			}
			tg := l.tables["target_group"][f.TargetGroup]
			if owner, ok := l.owners[f.TargetGroup]; ok && owner != lb.Name {
				t.reject("default_action", Fault{
					Rule: "must not share a target group with load_balancer." + owner,
					Got:  quote(tg.name), Code: "TargetGroupAssociationLimit",
				})
				continue
			}
			l.owners[f.TargetGroup] = lb.Name
			if own := tg.n.table["load_balancing_cross_zone_enabled"]; own != nil && own.scalar == inherited {
				l.cfg.TargetGroups[f.TargetGroup].CrossZone = cross
			}
		}
	}
}
