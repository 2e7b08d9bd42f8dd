package tables

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"headroom/model/dataplane"
	"headroom/model/network"
	"headroom/model/routing"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
	"headroom/sim"
)

// inherited is the cross-zone setting of a target group that does as its load
// balancer does.
const inherited = "use_load_balancer_configuration"

func targetGroupKeys() []schema.Key {
	return schema.Within("target_group.NAME", "ValidationError", slices.Concat(versionKeys(), flowGroupKeys(), applianceKeys(), groupHealthKeys(), healthCheckKeys(), []schema.Key{
		schema.Row("service", schema.Name("service"), schema.Required, "what its targets do; not with target_type alb").Sometimes(),
		schema.Row("port", schema.Whole(1, network.MaxPort), "(that of its service, or 80; protocol HTTPS: 443)", "where its targets are asked"),
		schema.Row("load_balancing_algorithm_type", schema.Choice(algorithms), `"round_robin"`, "which target serves a request"),
		schema.Row("load_balancing_anomaly_mitigation", schema.OneOf("off: all targets alike", "on: those that fail get fewer requests"), `"off"`, "weighted_random: whether targets with more errors than the others get fewer requests"),
		schema.Row("deregistration_delay", schema.Quantity(schema.Seconds, 0, 3600), "300", "how long a target that leaves may finish its requests"),
		schema.Row("load_balancing_cross_zone_enabled", schema.Either(`true | false | "`+inherited+`"`, schema.Flag(), schema.OneOf(inherited+": as the load balancer")), `"`+inherited+`"`, "whether nodes use targets of other zones: true, false, or as the load balancer"),
		schema.Row("stickiness", schema.Inner(), "", "whether a client stays with its target, as long as that is in rotation: see workload.NAME.clients.users"),
		schema.Row("stickiness.enabled", schema.Flag(), "true", "false: the table does nothing"),
		schema.Row("stickiness.type", schema.OneOf("lb_cookie: AWSALB, a cookie of the load balancer, renewed by every response", "app_cookie: AWSALBAPP, which follows a cookie of the application and is not renewed", "source_ip: connections of one address, of a Network Load Balancer", "source_ip_dest_ip_proto: packets between two addresses, of one protocol, of a Gateway Load Balancer", "source_ip_dest_ip: packets between two addresses, of the same"), `"lb_cookie"`, "what tells a client's target"),
		schema.Row("stickiness.cookie_duration", schema.Quantity(schema.Seconds, 1, 604800), "86400", "how long a client stays; lb_cookie: after its last request"),
		schema.Row("stickiness.cookie_name", schema.Text(), "", "app_cookie: name of the application's cookie; no name that begins with AWSALB, AWSALBAPP or AWSALBTG, which are reserved"),
		schema.Row("slow_start", schema.Quantity(schema.Seconds, 0, 900), "0", "for how long the share of a target that became healthy grows to that of the others; 0, or 30 s to 900 s"),
	}))
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
	l.guessed = make([]bool, len(l.cfg.TargetGroups))
	for i, t := range l.tables["target_group"] {
		version := readVersion(t)
		if guessProtocol(t) {
			l.guessed[i] = true
		}
		if respellRelay(t); relays(t) {
			l.cfg.TargetGroups[i] = l.readRelay(t)
			continue
		}
		switch {
		case takesPackets(t):
			assumePackets(t)
		case takesFlows(t):
			assumeFlows(t)
		}
		ofFunction, secure := assumeFunction(t), speaksHTTPS(t)
		if secure && !ofFunction {
			assumeHTTPS(t)
		}
		l.cfg.TargetGroups[i] = dataplane.TargetGroup{
			Name:        t.Name,
			Service:     t.Reference("service"),
			Algorithm:   "round_robin",
			CrossZone:   crossZone(t) != "false",
			HealthCheck: l.readHealthCheck(t.Inside("health_check"), checkKind(t, version), checkedPlain(t)),
			Version:     version,
			Secure:      secure && !ofFunction || speaksTLS(t),
		}
		tg := &l.cfg.TargetGroups[i]
		if !ofFunction {
			tg.DeregistrationDelay = t.Duration("deregistration_delay")
		}
		if readAppliances(t, tg); tg.Appliances.On {
			readUnhealthy(t, tg)
			readGroupHealth(t, tg)
			t.Done()
			continue
		}
		readFlows(t, tg)
		readUnhealthy(t, tg)
		readStickiness(t, tg)
		readGroupHealth(t, tg)
		tg.Port = uint16(t.Whole("port"))
		l.assumePort(t, tg)
		if tg.Flows.On || ofFunction {
			t.Done()
			continue
		}
		tg.Algorithm = t.Choice("load_balancing_algorithm_type")
		readSlowStart(t, tg)
		tg.Mitigation = t.Choice("load_balancing_anomaly_mitigation") == "on"
		if entry, _ := routing.Find(tg.Algorithm); tg.Mitigation && !entry.Mitigates && t.Sound("load_balancing_algorithm_type") {
			t.Wrong("load_balancing_anomaly_mitigation", fmt.Sprintf(`must be "off" unless load_balancing_algorithm_type is %q`, routing.NamesOf(routing.Mitigates)))
		}
		t.Done()
	}
}

// guessProtocol has a target group whose protocol is no word be of the one that its other keys are of, so that nothing else is
// told of them than what is wrong whatever was meant. It reports whether that is so.
func guessProtocol(t *schema.Table) bool {
	const key = "protocol"
	n := t.Node.Table[key]
	if n == nil {
		return false
	}
	if word, _ := n.AsText(); protocols[word] != 0 || word == "HTTP" || word == "HTTPS" || word == "GENEVE" {
		return false
	}
	t.Choice(key) // which says so
	likely := "HTTP"
	switch {
	case t.Has("appliance"), t.Has("target_failover"):
		likely = "GENEVE"
	case t.Has("connection_termination"), t.Has("registration_delay"), t.Has("preserve_client_ip"), t.Has("max_connections_per_target"), relays(t):
		likely = "TCP"
	}
	t.Node.Table[key] = &tree.Node{At: n.At, Form: tree.ScalarForm, Scalar: likely}
	return true
}

// reservedCookie begins the names that load balancers keep for themselves: AWSALB, AWSALBAPP and
// AWSALBTG are prefixes that no cookie of an application may have. (Elastic Load Balancing API
// Reference, TargetGroupAttribute.)
const reservedCookie = "AWSALB"

// readStickiness reads who stays with a target. All of a table that is disabled is
// verified too, since it may be enabled tomorrow.
func readStickiness(t *schema.Table, tg *dataplane.TargetGroup) {
	const key = "stickiness"
	s := t.Within(key)
	if s == nil {
		return
	}
	enabled := s.Flag("enabled")
	kind, duration := s.Decider("type"), sim.Time(0)
	if !strings.HasPrefix(kind, "source_ip") {
		duration = s.Duration("cookie_duration")
	}
	if kind == "app_cookie" {
		s.Require("cookie_name")
		switch name := s.Text("cookie_name"); {
		case name == "" && s.Sound("cookie_name"):
			s.Reject("cookie_name", schema.Fault{Rule: "must be the name of the application's cookie", Code: "ValidationError"})
		case strings.HasPrefix(strings.ToUpper(name), reservedCookie):
			s.Reject("cookie_name", schema.Fault{Rule: "must not be a name that load balancers reserve (AWSALB, AWSALBAPP, AWSALBTG, and what begins so)", Code: invalidConfiguration})
		}
	}
	s.Done()
	if bySource := kind == "source_ip"; s.Sound("type") && bySource != tg.Flows.On {
		rule := `must be "source_ip" for connections: there are no cookies`
		if bySource {
			rule = "must be lb_cookie or app_cookie for requests: source_ip is of connections"
		}
		s.Reject("type", schema.Fault{Rule: rule, Code: invalidConfiguration})
		return
	}
	if tg.Flows.On {
		tg.Flows.BySource = enabled
		return
	}
	if !enabled {
		return
	}
	tg.Stickiness = dataplane.Stickiness{Kind: dataplane.LoadBalancerCookie, Duration: duration}
	if kind == "app_cookie" {
		tg.Stickiness.Kind = dataplane.ApplicationCookie
	}
	if !tg.CrossZone {
		t.Reject(key, schema.Fault{Rule: "must be disabled where load_balancing_cross_zone_enabled is false", Got: "enabled = true", Code: "ValidationError"})
	}
}

// invalidConfiguration is Elastic Load Balancing's code for settings that do not go
// together.
const invalidConfiguration = "InvalidConfigurationRequest"

// readSlowStart reads how targets that became healthy start.
func readSlowStart(t *schema.Table, tg *dataplane.TargetGroup) {
	const key = "slow_start"
	tg.SlowStart = t.Duration(key)
	entry, _ := routing.Find(tg.Algorithm)
	switch {
	case !t.Sound(key) || tg.SlowStart == 0:
	case tg.SlowStart < routing.MinSlowStart:
		t.Wrong(key, "must be 0, or 30 s to 900 s")
	case !entry.StartsSlowly && t.Sound("load_balancing_algorithm_type"):
		t.Wrong(key, fmt.Sprintf("must be 0 unless load_balancing_algorithm_type is %q", routing.NamesOf(routing.StartsSlowly)))
	}
}

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
