package tables

import (
	"slices"
	"strconv"
	"strings"

	"headroom/model/dataplane"
	"headroom/model/network"
	"headroom/model/routing"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// inherited is the cross-zone setting of a target group that does as its load
// balancer does.
const inherited = "use_load_balancer_configuration"

func targetGroupKeys() []schema.Key {
	return schema.Within("target_group.NAME", "ValidationError", []schema.Key{
		schema.Row("service", schema.Name("service"), schema.Required, "what its targets do"),
		schema.Row("port", schema.Whole(1, network.MaxPort), "(that of its service, or 80)", "where its targets are asked"),
		schema.Row("load_balancing_algorithm_type", schema.Choice(algorithms), `"round_robin"`, "which target serves a request"),
		schema.Row("load_balancing_anomaly_mitigation", schema.OneOf("off: all targets alike", "on: those that fail get fewer requests"), `"off"`, "weighted_random: whether targets with more errors than the others get fewer requests"),
		schema.Row("deregistration_delay", schema.Quantity(schema.Seconds, 0, 3600), "300", "how long a target that leaves may finish its requests"),
		schema.Row("load_balancing_cross_zone_enabled", schema.Either(`true | false | "`+inherited+`"`, schema.Flag(), schema.OneOf(inherited+": as the load balancer")), `"`+inherited+`"`, "whether nodes use targets of other zones: true, false, or as the load balancer"),
		schema.Row("stickiness", schema.Inner(), "", "whether a client stays with its target: not simulated, so only disabled"),
		schema.Row("stickiness.enabled", schema.Flag(), "true", "must be false: clients do not stay with their targets"),
		schema.Row("stickiness.type", schema.OneOf("lb_cookie: a cookie of the load balancer", "app_cookie: one of the application"), `"lb_cookie"`, "what tells a client's target"),
		schema.Row("stickiness.cookie_duration", schema.Quantity(schema.Seconds, 1, 604800), "86400", "how long a client stays"),
		schema.Row("stickiness.cookie_name", schema.Text(), "", "app_cookie: name of the application's cookie"),
		schema.Row("health_check", schema.Inner(), "", "how its targets are looked at"),
		schema.Row("health_check.enabled", schema.Flag(), "true", "without checks, targets are healthy from the opening of their port on"),
		schema.Row("health_check.interval", schema.Quantity(schema.Seconds, 5, 300), "30", "between two checks of a target"),
		schema.Row("health_check.timeout", schema.Quantity(schema.Seconds, 2, 120), "5", "a check that takes longer fails"),
		schema.Row("health_check.healthy_threshold", schema.Whole(2, 10), "5", "successes in a row that make an unhealthy target healthy"),
		schema.Row("health_check.unhealthy_threshold", schema.Whole(2, 10), "2", "failures in a row that make a target unhealthy"),
		schema.Row("health_check.demand", schema.Quantity(schema.Seconds, 0, 60), `"1ms"`, "CPU time of a check: it takes its place among the requests, so overload fails it"),
		schema.Row("health_check.path", schema.Text(), `"/"`, "path of the check; every path of a service answers alike"),
	})
}

func algorithms() []schema.Word {
	var words []schema.Word
	for _, e := range routing.Policies() {
		words = append(words, schema.Word{Name: e.Name, Meaning: e.Description})
	}
	return words
}

func (l *loader) readTargetGroups() {
	l.cfg.TargetGroups = make([]dataplane.TargetGroup, len(l.tables["target_group"]))
	for i, t := range l.tables["target_group"] {
		l.cfg.TargetGroups[i] = dataplane.TargetGroup{
			Name:                t.Name,
			Service:             t.Reference("service"),
			Algorithm:           t.Choice("load_balancing_algorithm_type"),
			DeregistrationDelay: t.Duration("deregistration_delay"),
			CrossZone:           crossZone(t) != "false",
			HealthCheck:         readHealthCheck(t.Inside("health_check")),
		}
		tg := &l.cfg.TargetGroups[i]
		tg.Port = uint16(t.Whole("port"))
		readStickiness(t)
		tg.Mitigation = t.Choice("load_balancing_anomaly_mitigation") == "on"
		if tg.Mitigation && tg.Algorithm != "weighted_random" && t.Sound("load_balancing_algorithm_type") {
			t.Wrong("load_balancing_anomaly_mitigation", `must be "off" unless load_balancing_algorithm_type is "weighted_random"`)
		}
		t.Done()
	}
}

// readStickiness verifies a table that only says that it does nothing: all of it,
// since it may be enabled tomorrow.
func readStickiness(t *schema.Table) {
	const key = "stickiness"
	s := t.Within(key)
	if s == nil {
		return
	}
	enabled := s.Flag("enabled")
	kind := s.Choice("type")
	s.Duration("cookie_duration")
	s.Mode = "with type " + tree.Quote(kind)
	if kind == "app_cookie" {
		s.Require("cookie_name")
		s.Text("cookie_name")
	}
	s.Done()
	if enabled && s.Sound("enabled") {
		t.Add(schema.Fault{Path: t.PathOf(key), Rule: notSimulated}, t.Node.Table[key], key)
	}
}

// notSimulated is the rule that what is planned breaks.
const notSimulated = "is not simulated by this version"

// crossZone reads a setting that is true, false or inherited.
func crossZone(t *schema.Table) string {
	const key = "load_balancing_cross_zone_enabled"
	n := t.Value(key)
	if on, ok := n.AsFlag(); ok {
		return strconv.FormatBool(on)
	}
	if v, ok := n.AsText(); ok && slices.Contains([]string{"true", "false", inherited}, v) {
		return v
	}
	t.Wrong(key, `must be true, false or "`+inherited+`"`)
	return inherited
}

func readHealthCheck(t *schema.Table) dataplane.HealthCheck {
	h := dataplane.HealthCheck{Enabled: t.Flag("enabled")}
	h.Interval, h.Timeout = t.Duration("interval"), t.Duration("timeout")
	h.Demand = t.Duration("demand")
	h.HealthyThreshold, h.UnhealthyThreshold = t.Whole("healthy_threshold"), t.Whole("unhealthy_threshold")
	if t.Sound("interval", "timeout") && h.Timeout >= h.Interval {
		t.Wrong("timeout", "must be shorter than interval ("+t.Node.Table["interval"].Got()+")")
	}
	if path := t.Text("path"); t.Sound("path") && !strings.HasPrefix(path, "/") {
		t.Wrong("path", "must begin with /")
	}
	t.Done()
	return h
}
