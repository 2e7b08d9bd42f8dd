package terraform

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"headroom/scenarios/imports"
)

// writeTargetGroup writes a target group, which brings a service of its name.
func (d *draft) writeTargetGroup(r *resource) {
	v := r.values
	if kind := v.text("target_type"); kind == "lambda" && d.called(r) == nil || kind == "alb" {
		d.skip(r.address, "target_type "+kind+": write it by hand")
		return
	}
	d.title(r)
	d.Table("target_group", r.key)
	if f := d.called(r); f != nil {
		d.Set("service", f.key)
		d.Set("target_type", "lambda")
		return
	}
	d.services[r.key] = true
	d.Set("service", r.key)
	d.copy(v, "port", "protocol")
	d.copy(v, "deregistration_delay", "load_balancing_algorithm_type", "load_balancing_cross_zone_enabled")
	if slow, _ := v.number("slow_start"); slow > 0 {
		d.copy(v, "slow_start")
	}
	if s := v.block("stickiness"); s.flag("enabled") {
		keys := []string{"enabled", "type"}
		if strings.HasSuffix(s.text("type"), "cookie") {
			keys = append(keys, "cookie_duration", "cookie_name")
		}
		d.Set("stickiness", imports.Raw(inline(s, keys...)))
	}
	check := attributes{}
	maps.Copy(check, v.block("health_check"))
	keys := []string{"enabled", "interval", "timeout", "healthy_threshold", "unhealthy_threshold", "protocol", "port"}
	if !strings.HasPrefix(check.text("protocol"), "TCP") {
		keys = append(keys, "path", "matcher")
	}
	if v.text("protocol") == "HTTPS" && check["protocol"] == nil {
		check["protocol"] = "HTTP" // the API's default, whatever the targets speak
	}
	if text := healthCheck(check, keys); text != "" {
		d.Set("health_check", imports.Raw(text))
	}
}

// healthCheck returns a health check as an inline table. A matcher is text, whatever it
// looks like.
func healthCheck(check attributes, keys []string) string {
	var pairs []string
	for _, key := range keys {
		v := check.scalar(key)
		if key == "matcher" && v != nil {
			v = check.text(key)
		}
		if v != nil {
			pairs = append(pairs, key+" = "+imports.Literal(v))
		}
	}
	if len(pairs) == 0 {
		return ""
	}
	return "{ " + strings.Join(pairs, ", ") + " }"
}

// writeBalancer writes a load balancer with its listeners.
func (d *draft) writeBalancer(r *resource) {
	v := r.values
	kind := v.text("load_balancer_type")
	if kind == "gateway" {
		d.skip(r.address, "a Gateway Load Balancer: write it and its appliances by hand")
		return
	}
	listeners := d.listenersOf(r)
	if len(listeners) == 0 {
		d.skip(r.address, "no listener of it is in the plan")
		return
	}
	d.title(r)
	d.Table("load_balancer", r.key)
	d.copy(v, "load_balancer_type")
	if v.flag("internal") {
		d.Set("internal", true)
	}
	d.writeZones(r, "subnets")
	if kind == "network" {
		d.copy(v, "enable_cross_zone_load_balancing", "dns_record_client_routing_policy")
	} else {
		d.copy(v, "idle_timeout", "client_keep_alive")
	}
	groups := slices.DeleteFunc(d.tables(r, "aws_security_group", "security_groups"), func(key string) bool { return !d.isWritten(key) })
	if len(groups) > 0 {
		d.Set("security_groups", groups)
	}
	for _, l := range listeners {
		d.writeListener(r, l)
	}
}

// listenersOf returns the listeners of a load balancer that can be written.
func (d *draft) listenersOf(r *resource) []*resource {
	var all []*resource
	for _, l := range d.of("aws_lb_listener") {
		if d.one(l, "aws_lb", "load_balancer_arn") == r && d.action(l, "default_action") != "" {
			all = append(all, l)
		}
	}
	return all
}

// firstPort returns the port of the first listener, if it is not the usual one.
func (d *draft) firstPort(r *resource) (int64, bool) {
	for _, l := range d.listenersOf(r) {
		if port, ok := l.values.scalar("port").(int64); ok && port != 80 {
			return port, true
		}
	}
	return 0, false
}

// forwards reports whether a load balancer forwards anything to a target group.
func (d *draft) forwards(r *resource) bool {
	return slices.ContainsFunc(d.listenersOf(r), func(l *resource) bool {
		return strings.Contains(d.action(l, "default_action"), "forward") ||
			slices.ContainsFunc(d.rulesOf(l), func(rule *resource) bool { return strings.Contains(d.action(rule, "action"), "forward") })
	})
}

// writeListener writes a listener with its rules.
func (d *draft) writeListener(r, l *resource) {
	d.Item("load_balancer", r.key, "listener")
	if l.values.scalar("port") == nil {
		d.SetWith("port", 80, "to fill in: known only after apply")
	}
	d.copy(l.values, "port", "protocol")
	if protocol := l.values.text("protocol"); protocol == "HTTPS" || protocol == "TLS" {
		d.writeCertificate(l)
	}
	d.Set("default_action", imports.Raw(d.action(l, "default_action")))
	for _, rule := range d.rulesOf(l) {
		action, condition := d.action(rule, "action"), conditions(rule.values)
		if action == "" || condition == "" {
			d.skip(rule.address, "a rule with an action or a condition that is not simulated, or known only after apply")
			continue
		}
		d.Item("load_balancer", r.key, "listener", "rule")
		if rule.values.scalar("priority") == nil {
			d.assume("%s: its priority is known only after apply", rule.address)
			d.SetWith("priority", 50_000-len(d.toFill), "to fill in: known only after apply")
		}
		d.copy(rule.values, "priority")
		d.Set("condition", imports.Raw(condition))
		d.Set("action", imports.Raw(action))
	}
}

// writeCertificate writes the certificate of a listener, for the names that the plan has.
func (d *draft) writeCertificate(l *resource) {
	var domains []string
	for _, c := range d.linked(l, "aws_acm_certificate", "certificate_arn") {
		if name := c.values.text("domain_name"); name != "" {
			domains = append(domains, name)
		}
		domains = append(domains, c.values.texts("subject_alternative_names")...)
	}
	note := ""
	if slices.Sort(domains); len(domains) == 0 {
		domains, note = []string{"shop.example"}, "to fill in: the certificate is not in the plan"
	}
	d.SetWith("certificates", imports.Raw("[{ domains = "+imports.Literal(slices.Compact(domains))+" }]"), note)
}

// rulesOf returns the rules of a listener by priority.
func (d *draft) rulesOf(l *resource) []*resource {
	var all []*resource
	for _, rule := range d.of("aws_lb_listener_rule") {
		if d.one(rule, "aws_lb_listener", "listener_arn") == l {
			all = append(all, rule)
		}
	}
	slices.SortStableFunc(all, func(a, b *resource) int {
		x, _ := a.values.number("priority")
		y, _ := b.values.number("priority")
		return int(x - y)
	})
	return all
}

// action returns what a listener or a rule does as an inline table, "" if that is not
// simulated.
func (d *draft) action(r *resource, attribute string) string {
	for _, a := range r.values.blocks(attribute) {
		switch a.text("type") {
		case "forward":
			if text := d.forward(r, attribute, a); text != "" {
				return text
			}
		case "redirect":
			to := a.block("redirect")
			return "{ redirect = " + inline(to, "protocol", "host", "port", "path", "query", "status_code") + " }"
		case "fixed-response":
			code, _ := a.block("fixed_response").number("status_code")
			return fmt.Sprintf("{ fixed_response = { status_code = %.0f } }", code)
		}
	}
	return ""
}

// forward returns a forward action.
func (d *draft) forward(r *resource, attribute string, a attributes) string {
	groups := d.groupsOf(d.linked(r, "aws_lb_target_group", attribute, "target_group_arn"))
	weights := a.block("forward").blocks("target_group")
	if len(groups) == 0 && len(weights) > 0 {
		groups = d.groupsOf(d.linked(r, "aws_lb_target_group", attribute, "forward", "target_group", "arn"))
	}
	if len(groups) == 0 {
		return ""
	}
	if len(weights) != len(groups) || len(groups) == 1 {
		return "{ forward = " + imports.Literal(groups[:1]) + " }"
	}
	var all []string
	for i, g := range groups {
		weight, known := weights[i].number("weight")
		if !known {
			weight = 1
		}
		all = append(all, fmt.Sprintf("{ target_group = %s, weight = %.0f }", imports.Literal(g), weight))
	}
	return "{ forward = [" + strings.Join(all, ", ") + "] }"
}

// groupsOf returns the names of target groups that are written.
func (d *draft) groupsOf(all []*resource) []string {
	var names []string
	for _, r := range all {
		if kind := r.values.text("target_type"); (kind != "lambda" || d.called(r) != nil) && kind != "alb" {
			names = append(names, r.key)
		}
	}
	return names
}

// conditions returns the conditions of a rule as an inline table, "" for none that is
// known.
func conditions(v attributes) string {
	var pairs []string
	for _, c := range v.blocks("condition") {
		for _, key := range []string{"path_pattern", "host_header", "http_request_method", "source_ip"} {
			if values := c.block(key).texts("values"); len(values) > 0 {
				pairs = append(pairs, key+" = "+imports.Literal(values))
			}
		}
		if h := c.block("http_header"); h.text("http_header_name") != "" {
			pairs = append(pairs, fmt.Sprintf("http_header = { %s = %s }", imports.Literal(h.text("http_header_name")), imports.Literal(h.texts("values"))))
		}
		var queries []string
		for _, q := range c.blocks("query_string") {
			query := q.text("value")
			if key := q.text("key"); key != "" {
				query = key + "=" + query
			}
			queries = append(queries, query)
		}
		if len(queries) > 0 {
			pairs = append(pairs, "query_string = "+imports.Literal(queries))
		}
	}
	if len(pairs) == 0 {
		return ""
	}
	return "{ " + strings.Join(pairs, ", ") + " }"
}
