package tables

import (
	"fmt"
	"strconv"
	"strings"

	"headroom/model/dataplane"
	"headroom/model/health"
	"headroom/model/network"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
	"headroom/sim"
)

func healthCheckKeys() []schema.Key {
	usual := health.Default(health.ALB)
	return []schema.Key{
		schema.Row("health_check", schema.Inner(), "", "how its targets are looked at"),
		schema.Row("health_check.enabled", schema.Flag(), "true", "without checks, targets are healthy from the opening of their port on"),
		schema.Row("health_check.protocol", schema.OneOf("HTTP: a request, whose answer counts", "HTTPS: the same", "TCP: a connection, of a Network Load Balancer: answers do not count"), `"HTTP"`, "what a check asks for; TCP is the default of a Network Load Balancer, and HTTPS of protocol HTTPS, whose targets answer HTTP on the same port with 400"),
		schema.Row("health_check.port", schema.Either(`1..65535 | "traffic-port"`, schema.Whole(1, network.MaxPort), schema.OneOf("traffic-port: where the target is asked"), schema.Text()), `"traffic-port"`, "where targets are checked; where their service does not listen checks are refused"),
		schema.Row("health_check.matcher", schema.Either("statuses", schema.Text(), schema.Whole(0, 599)), `"200"`, `HTTP: statuses that are a success: "200", "200,204" or "200-299"; 200-399 is the default of a Network Load Balancer, and of gRPC "12" of 0 to 99. Applications answer 200, or with the code of their errors`),
		schema.Row("health_check.interval", schema.Quantity(schema.Seconds, health.MinInterval.Seconds(), health.MaxInterval.Seconds()), fmt.Sprint(wholeSeconds(usual.Interval)), "between two checks of a target"),
		schema.Row("health_check.timeout", schema.Quantity(schema.Seconds, health.MinTimeout.Seconds(), health.MaxTimeout.Seconds()), fmt.Sprint(wholeSeconds(usual.Timeout)), "a check that takes longer fails; of a Network Load Balancer 10 by default, of HTTP 6"),
		schema.Row("health_check.healthy_threshold", schema.Whole(health.MinThreshold, health.MaxThreshold), fmt.Sprint(usual.HealthyThreshold), "successes in a row that make an unhealthy target healthy"),
		schema.Row("health_check.unhealthy_threshold", schema.Whole(health.MinThreshold, health.MaxThreshold), fmt.Sprint(usual.UnhealthyThreshold), "failures in a row that make a target unhealthy"),
		schema.Row("health_check.demand", schema.Quantity(schema.Seconds, 0, 60), `"1ms"`, "CPU time of a check, with its handshake: it takes its place among the requests, so overload fails it"),
		schema.Row("health_check.path", schema.Text(), `"/"`, "path of the check; every path of a service answers alike"),
	}
}

// wholeSeconds is a time as files write it.
func wholeSeconds(t sim.Time) int64 { return int64(t / sim.Second) }

// assumeFlowCheck sets the defaults of checks of a Network or a Gateway Load Balancer.
func assumeFlowCheck(t *schema.Table) {
	assumeCheckOf(t, map[string]any{"protocol": "TCP"})
	check := t.Node.Table["health_check"]
	if check.Form != tree.TableForm {
		return
	}
	kind, protocol := health.NLB, check.Table["protocol"]
	if !protocol.Is("TCP") {
		assumeCheckOf(t, map[string]any{"matcher": "200-399"})
	}
	switch {
	case takesPackets(t):
		kind = health.GWLB
	case protocol.Is("HTTP"):
		kind = health.NLBHTTP
	}
	assumeCheckTimes(t, kind)
}

// assumeCheckTimes sets the times of the checks of a kind that are not those of an Application Load Balancer,
// which are every key's default.
func assumeCheckTimes(t *schema.Table, kind health.Kind) {
	usual, own := health.Default(health.ALB), health.Default(kind)
	if own.Interval != usual.Interval {
		assumeCheckOf(t, map[string]any{"interval": wholeSeconds(own.Interval)})
	}
	if own.Timeout != usual.Timeout {
		assumeCheckOf(t, map[string]any{"timeout": wholeSeconds(own.Timeout)})
	}
}

// assumeCheckOf sets defaults of a health check.
func assumeCheckOf(t *schema.Table, values map[string]any) {
	n := t.Node.Table["health_check"]
	if n == nil {
		t.AssumeNode("health_check", &tree.Node{Form: tree.TableForm, Table: map[string]*tree.Node{}})
		n = t.Node.Table["health_check"]
	}
	if n.Form != tree.TableForm {
		return
	}
	for key, scalar := range values {
		if n.Table[key] == nil {
			n.Table[key] = &tree.Node{At: n.At, Form: tree.ScalarForm, Scalar: scalar}
		}
	}
}

// readHealthCheck reads how a kind of load balancer checks targets; plain: by HTTP, of targets that speak HTTPS there.
func (l *loader) readHealthCheck(t *schema.Table, kind health.Kind, plain bool) dataplane.HealthCheck {
	h := dataplane.HealthCheck{Enabled: t.Flag("enabled")}
	h.Interval, h.Timeout = t.Duration("interval"), t.Duration("timeout")
	h.Demand = t.Duration("demand")
	h.HealthyThreshold, h.UnhealthyThreshold = t.Whole("healthy_threshold"), t.Whole("unhealthy_threshold")
	if t.Sound("interval", "timeout") && !h.Fits(kind) {
		must := "must be shorter than"
		if kind == health.GWLB {
			must = "must not be longer than"
		}
		t.Wrong("timeout", must+" interval ("+t.Node.Table["interval"].Got()+")")
	}
	if path := t.Text("path"); t.Sound("path") && !strings.HasPrefix(path, "/") {
		t.Wrong("path", "must begin with /")
	}
	h.Connects = t.Choice("protocol") == "TCP"
	if h.Connects && kind != health.NLBHTTP && kind != health.GWLB {
		t.Reject("protocol", schema.Fault{Rule: "must be HTTP or HTTPS for targets of an Application Load Balancer", Code: invalidConfiguration})
	}
	h.Path = t.Text("path")
	h.Port = readCheckPort(t)
	l.readMatcher(t, &h, kind, plain)
	t.Done()
	return h
}

// readCheckPort reads where targets are checked; 0: where they are asked.
func readCheckPort(t *schema.Table) uint16 {
	const key = "port"
	n := t.Value(key)
	if n.Is("traffic-port") {
		return 0
	}
	v, whole := n.AsWhole()
	if text, ok := n.AsText(); ok {
		parsed, err := strconv.Atoi(text)
		v, whole = int64(parsed), err == nil
	}
	if !whole || v < 1 || v > network.MaxPort {
		t.Wrong(key, `must be 1..65535 or "traffic-port"`)
		return 0
	}
	return uint16(v)
}

// readMatcher reads which answers are a success.
func (l *loader) readMatcher(t *schema.Table, h *dataplane.HealthCheck, kind health.Kind, plain bool) {
	const key = "matcher"
	if h.Connects {
		if t.Has(key) {
			t.Reject(key, schema.Fault{Rule: "must not be given with protocol TCP: a connection has no answer", Code: invalidConfiguration})
		}
		t.Pass(key)
		return
	}
	n := t.Value(key)
	text, _ := n.AsText()
	if status, ok := n.AsWhole(); ok {
		text = strconv.FormatInt(status, 10)
	}
	answer := 200
	if kind == health.GRPC {
		answer = grpcAnswer(h.Path)
	}
	if plain {
		answer = plainToHTTPS
	}
	var err error
	if h.Matcher, err = health.ParseMatcher(text, kind); err != nil && t.Sound(key) {
		t.Wrong(key, err.Error())
	} else if err == nil && !h.Matcher.Contains(answer) {
		why := ""
		if plain {
			why = ` to HTTP where they speak HTTPS: health_check.protocol = "HTTPS" asks as they do`
		}
		l.warnAt(t.Node.Table[key], t.PathOf(key)+": no target is ever healthy, since applications answer "+strconv.Itoa(answer)+why)
	}
	if kind == health.GRPC || plain {
		h.Matcher = matchedByAnswer(h.Matcher.Contains(answer))
	}
}
