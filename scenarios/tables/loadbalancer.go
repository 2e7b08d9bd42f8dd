package tables

import (
	"fmt"
	"slices"
	"strings"

	"headroom/model/dataplane"
	"headroom/model/routing"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
	"headroom/sim"
)

// Latencies that a load balancer adds: our estimates of what one and another zone
// take, and what the simulator of which this one is the successor took.
const (
	realisticLatency = 5 * sim.Millisecond
	crossZoneLatency = 500 * sim.Microsecond
	seedLatency      = 400 * sim.Millisecond
)

func loadBalancerKeys() []schema.Key {
	rule := schema.Within("rule[]", "ValidationError", slices.Concat(
		[]schema.Key{
			schema.Row("priority", schema.Whole(1, routing.MaxPriority), schema.Required, "lower goes first"),
			schema.Row("condition", schema.Inner(), "", "what a request must match: all that is given"),
			schema.Row("condition.path_pattern", schema.Texts(), "", "paths, with * and ?; any of them"),
			schema.Row("condition.host_header", schema.Texts(), "", "hosts, with * and ?; any of them"),
			schema.Row("action", schema.Inner(), schema.Required, "what becomes of a request that matches"),
		},
		schema.Within("action", "ValidationError", actionKeys()),
	))
	return schema.Within("load_balancer.NAME", "ValidationError", slices.Concat([]schema.Key{
		schema.Row("load_balancer_type", schema.OneOf("application: HTTP requests, by host and path").Planned("network: connections and packets", "gateway: packets by way of appliances"), `"application"`, "what kind of load balancer"),
		schema.Row("internal", schema.Flag(), "false", "without public addresses"),
		schema.Row("availability_zones", schema.Texts(), "(all zones of the scenario)", "zones with a node; an Application Load Balancer has two or more"),
		schema.Row("subnets", schema.Names("subnet"), "", "subnets of the nodes, instead of availability_zones"),
		schema.Row("enable_cross_zone_load_balancing", schema.Flag(), "true", "whether nodes use targets of other zones"),
		schema.Row("idle_timeout", schema.Quantity(schema.Seconds, 1, 4000), "60", "a target that answers later is given up: 504"),
		schema.Row("latency", latencies(), `"realistic"`, "added to each response: realistic (5ms, 0.5ms between zones), seed (400ms), or a duration"),
		schema.Row("dns_ttl", schema.Quantity(schema.Seconds, 0, 86400), `"60s"`, "how long clients keep the address of a node"),
		schema.Row("client_connect_timeout", schema.Quantity(schema.Seconds, 0, 86400), `"21s"`, "how long a client waits for a node that is down"),
		schema.Row("default_action", schema.Inner(), schema.Required, "what becomes of a request that matches no rule"),
		schema.Row("rule", schema.List(), "", "listener rules"),
	}, schema.Within("default_action", "ValidationError", actionKeys()), rule))
}

// latencies are what a load balancer can add to each response.
func latencies() schema.Type {
	return schema.Either("realistic | seed | duration",
		schema.OneOf("realistic: 5ms, and 0.5ms between zones", "seed: 400ms"), schema.Quantity(schema.Seconds, 0, 3600))
}

func actionKeys() []schema.Key {
	return []schema.Key{
		schema.Row("forward", schema.Either("list of names, or of tables", schema.Names("target_group"), schema.List()), "", `target groups: ["web"], or [{ target_group = "web", weight = 1 }]`),
		schema.Row("forward[].target_group", schema.Name("target_group"), schema.Required, "a target group"),
		schema.Row("forward[].weight", schema.Whole(0, routing.MaxWeight), "1", "its share of the requests"),
		schema.Row("fixed_response", schema.Inner(), "", "an answer without a target"),
		schema.Row("fixed_response.status_code", schema.Whole(200, 599), "200", "HTTP status: 2xx, 4xx or 5xx"),
	}
}

func (l *loader) readLoadBalancers() {
	l.cfg.LoadBalancers = make([]dataplane.LoadBalancer, len(l.tables["load_balancer"]))
	for i, t := range l.tables["load_balancer"] {
		lb := &l.cfg.LoadBalancers[i]
		*lb = dataplane.LoadBalancer{
			Name:           t.Name,
			Kind:           t.Choice("load_balancer_type"),
			PublicIPs:      !t.Flag("internal"),
			IdleTimeout:    t.Duration("idle_timeout"),
			DNSTTL:         t.Duration("dns_ttl"),
			ConnectTimeout: t.Duration("client_connect_timeout"),
		}
		lb.Subnets, lb.Zones = l.places(t, "subnets", false)
		if lb.PublicIPs && !l.vpc.internet {
			t.Reject("internal", schema.Fault{Rule: "must be true without [internet_gateway]: nothing leads to its public addresses", Code: "InvalidSubnet"})
		}
		lb.Latency, lb.CrossLatency = latency(t)
		where := "availability_zones"
		if t.Has("subnets") {
			where = "subnets"
		}
		if t.Sound(where) && len(lb.Zones) < 2 {
			t.Wrong(where, "must be two zones or more for an Application Load Balancer")
		}
		lb.Default = l.action(t, "default_action")
		l.readRules(t, lb)
		l.adopt(t, i)
		t.Done()
	}
}

// latency reads what a load balancer adds to each response, and what another
// zone adds to that.
func latency(t *schema.Table) (own, cross sim.Time) {
	const key = "latency"
	n := t.Value(key)
	switch {
	case n.Is("realistic"):
		return realisticLatency, crossZoneLatency
	case n.Is("seed"):
		return seedLatency, 0
	}
	seconds, rule := schema.ReadQuantity(n, schema.Seconds)
	if rule != "" || seconds < 0 || seconds > 3600 {
		t.Mistake(key, `must be "realistic", "seed" or a duration 0s..1h`, "")
	}
	return sim.Seconds(seconds), 0
}

// readRules reads the listener rules in the order of their priorities.
func (l *loader) readRules(t *schema.Table, lb *dataplane.LoadBalancer) {
	rules := t.Each("rule")
	if len(rules) > routing.MaxRules {
		t.Wrong("rule", fmt.Sprintf("must be at most %d rules", routing.MaxRules))
	}
	priorities := map[int]bool{}
	for _, r := range rules {
		rule := dataplane.Rule{Priority: r.Whole("priority")}
		if r.Sound("priority") && priorities[rule.Priority] {
			r.Reject("priority", schema.Fault{Rule: "must be unique in the load balancer", Code: "PriorityInUse"})
		}
		priorities[rule.Priority] = true
		condition := r.Inside("condition")
		rule.Paths = condition.Texts("path_pattern")
		rule.Hosts = condition.Texts("host_header")
		condition.Done()
		rule.Action = l.action(r, "action")
		if r.Sound("priority") && !condition.Faulty("path_pattern") && !condition.Faulty("host_header") {
			checkRule(r, rule)
		}
		r.Done()
		lb.Rules = append(lb.Rules, rule)
	}
	slices.SortStableFunc(lb.Rules, func(a, b dataplane.Rule) int { return a.Priority - b.Priority })
}

// checkRule applies AWS's limits on one rule.
func checkRule(t *schema.Table, rule dataplane.Rule) {
	err := routing.Rule{Priority: rule.Priority, HostHeaders: rule.Hosts, PathPatterns: rule.Paths}.Validate()
	if err == nil {
		return
	}
	for _, line := range lines(err) {
		_, line, _ = strings.Cut(line, ": ")
		t.Add(schema.Fault{Path: t.PathOf("condition"), Rule: line, Code: "ValidationError"}, t.Node.Table["condition"], "condition")
	}
}

// action reads where requests go.
func (l *loader) action(t *schema.Table, key string) dataplane.Action {
	a := t.Within(key)
	if a == nil {
		return dataplane.Action{}
	}
	if a.Has("fixed_response") {
		if a.Has("forward") {
			a.Wrong("fixed_response", "must not be given with forward")
		}
		a.Pass("forward")
		defer a.Done()
		return dataplane.Action{Status: readFixedResponse(a.Inside("fixed_response"))}
	}
	a.Pass("fixed_response")
	forward := l.forward(a)
	a.Done()
	return dataplane.Action{Forward: forward}
}

func readFixedResponse(t *schema.Table) int {
	status := t.Whole("status_code")
	if t.Sound("status_code") && status/100 == 3 {
		t.Wrong("status_code", "must be 2xx, 4xx or 5xx")
	}
	t.Done()
	return status
}

// forward reads target groups, by name or with weights.
func (l *loader) forward(t *schema.Table) []dataplane.Forward {
	const key = "forward"
	n := t.Value(key)
	if n == nil {
		t.Add(schema.Fault{Path: t.PathOf(key), Rule: "is required, or fixed_response", Code: "ValidationError"}, t.Node, key)
		return nil
	}
	elements := n.List
	if n.Form != tree.ListForm {
		elements = []*tree.Node{n}
	}
	var all []dataplane.Forward
	for i, e := range elements {
		f := dataplane.Forward{TargetGroup: -1, Weight: 1}
		if e.Form == tree.TableForm {
			child := t.Below(e, fmt.Sprintf("%s.%d", t.PathOf(key), i), t.PatternOf(key)+"[]")
			f.TargetGroup, f.Weight = child.Reference("target_group"), child.Whole("weight")
			child.Done()
		} else if name, ok := e.AsText(); ok {
			f.TargetGroup = t.Find(key, "target_group", name)
		} else {
			t.Reject(key, schema.Fault{Rule: "must be names of target groups, or tables of target_group and weight", Got: e.Got(), Code: schema.NoCode})
		}
		if f.TargetGroup >= 0 && slices.ContainsFunc(all, func(o dataplane.Forward) bool { return o.TargetGroup == f.TargetGroup }) {
			t.Reject(key, schema.Fault{Rule: "must name each target group once", Got: tree.Quote(l.cfg.TargetGroups[f.TargetGroup].Name)})
		}
		all = append(all, f)
	}
	if len(elements) > routing.MaxTargetGroups || len(elements) == 0 {
		t.Reject(key, schema.Fault{
			Rule: fmt.Sprintf("must be 1..%d target groups", routing.MaxTargetGroups),
			Got:  fmt.Sprint(len(elements)), Code: "TooManyTargetGroups",
		})
	}
	return all
}

// adopt makes the target groups of a load balancer its own: none may have
// another, and theirs may follow its cross-zone setting.
func (l *loader) adopt(t *schema.Table, balancer int) {
	lb := &l.cfg.LoadBalancers[balancer]
	cross := t.Flag("enable_cross_zone_load_balancing")
	actions := []dataplane.Action{lb.Default}
	for _, r := range lb.Rules {
		actions = append(actions, r.Action)
	}
	if l.owners == nil {
		l.owners = map[int]int{}
	}
	for _, a := range actions {
		for _, f := range a.Forward {
			if f.TargetGroup < 0 {
				continue
			}
			tg := l.tables["target_group"][f.TargetGroup]
			if owner, ok := l.owners[f.TargetGroup]; ok && owner != balancer {
				t.Reject("default_action", schema.Fault{
					Rule: "must not share a target group with load_balancer." + l.cfg.LoadBalancers[owner].Name,
					Got:  tree.Quote(tg.Name), Code: "TargetGroupAssociationLimit",
				})
				continue
			}
			l.owners[f.TargetGroup] = balancer
			if tg.Node.Table["load_balancing_cross_zone_enabled"].Is(inherited) {
				l.cfg.TargetGroups[f.TargetGroup].CrossZone = cross
			}
		}
	}
}
