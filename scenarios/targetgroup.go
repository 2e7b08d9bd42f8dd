package scenarios

import (
	"slices"
	"strings"

	"headroom/model/cloud"
	"headroom/model/routing"
)

// inherited is the cross-zone setting of a target group that does as its load
// balancer does.
const inherited = "use_load_balancer_configuration"

func targetGroupKeys() []Key {
	return within("target_group.NAME", "ValidationError", []Key{
		{"service", name("service"), required, "what its targets do", ""},
		{"load_balancing_algorithm_type", choice(algorithms), `"round_robin"`, "which target serves a request", ""},
		{"deregistration_delay", quantity(inSeconds, 0, 3600), "300", "how long a target that leaves may finish its requests", ""},
		{"load_balancing_cross_zone_enabled", loose(`true | false | "` + inherited + `"`), `"` + inherited + `"`, "whether nodes use targets of other zones: true, false, or as the load balancer", ""},
		{"health_check", inner(), "", "how its targets are looked at", ""},
		{"health_check.enabled", flag(), "true", "without checks, targets are healthy at once and for good", ""},
		{"health_check.interval", quantity(inSeconds, 5, 300), "30", "between two checks of a target", ""},
		{"health_check.timeout", quantity(inSeconds, 2, 120), "5", "a check that takes longer fails", ""},
		{"health_check.healthy_threshold", whole(2, 10), "5", "successes in a row that make an unhealthy target healthy", ""},
		{"health_check.unhealthy_threshold", whole(2, 10), "2", "failures in a row that make a target unhealthy", ""},
		{"health_check.path", text(), `"/"`, "path of the check; every path of a service answers alike", ""},
	})
}

func algorithms() []string {
	var names []string
	for _, e := range routing.Policies() {
		names = append(names, e.Name)
	}
	return names
}

func (l *loader) readTargetGroups() {
	l.cfg.TargetGroups = make([]cloud.TargetGroup, len(l.tables["target_group"]))
	for i, t := range l.tables["target_group"] {
		l.cfg.TargetGroups[i] = cloud.TargetGroup{
			Name:                t.name,
			Service:             t.reference("service"),
			Algorithm:           t.choice("load_balancing_algorithm_type"),
			DeregistrationDelay: t.duration("deregistration_delay"),
			CrossZone:           crossZone(t) != "false",
			HealthCheck:         readHealthCheck(t.inside("health_check")),
		}
		t.done()
	}
}

// crossZone reads a setting that is true, false or inherited.
func crossZone(t *table) string {
	const key = "load_balancing_cross_zone_enabled"
	n, _ := t.take(key, anyKind)
	switch v := n.scalar.(type) {
	case bool:
		if v {
			return "true"
		}
		return "false"
	case string:
		if slices.Contains([]string{"true", "false", inherited}, v) {
			return v
		}
	}
	t.wrong(key, `must be true, false or "`+inherited+`"`)
	return inherited
}

func readHealthCheck(t *table) cloud.HealthCheck {
	h := cloud.HealthCheck{Enabled: t.flag("enabled")}
	h.Interval, h.Timeout = t.duration("interval"), t.duration("timeout")
	h.HealthyThreshold, h.UnhealthyThreshold = t.whole("healthy_threshold"), t.whole("unhealthy_threshold")
	if t.sound("interval", "timeout") && h.Timeout >= h.Interval {
		t.wrong("timeout", "must be shorter than interval ("+t.n.table["interval"].got()+")")
	}
	if path := t.text("path"); t.sound("path") && !strings.HasPrefix(path, "/") {
		t.wrong("path", "must begin with /")
	}
	t.done()
	return h
}
