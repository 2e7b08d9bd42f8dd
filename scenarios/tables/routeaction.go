package tables

import (
	"fmt"
	"slices"
	"strings"

	"headroom/model/dataplane"
	"headroom/model/routing"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// actionKeys are those of what becomes of a request.
func actionKeys() []schema.Key {
	return []schema.Key{
		schema.Row("type", schema.OneOf("forward: to target groups", "redirect: elsewhere", "fixed-response: nowhere"), "", "which of the keys below is given, which says so itself"),
		schema.Row("forward", schema.Either("list of names, or of tables", schema.Names("target_group"), schema.List()), "", `target groups: ["web"], or [{ target_group = "web", weight = 1 }]`),
		schema.Row("forward[].target_group", schema.Name("target_group"), schema.Required, "a target group"),
		schema.Row("forward[].weight", schema.Whole(0, routing.MaxWeight), "1", "its share of the requests"),
		schema.Row("stickiness", schema.Inner(), "", "forward: whether a client stays with the target group that was chosen for it (the cookie AWSALBTG)"),
		schema.Row("stickiness.enabled", schema.Flag(), "true", "false: the table does nothing"),
		schema.Row("stickiness.duration", schema.Quantity(schema.Seconds, 1, 604800), "86400", "how long, from the choice on"),
		schema.Row("fixed_response", schema.Inner(), "", "an answer without a target"),
		schema.Row("fixed_response.status_code", schema.Whole(200, 599), "200", "HTTP status: 2xx, 4xx or 5xx"),
		schema.Row("redirect", schema.Inner(), "", "sends clients to another address, whose parts may have #{protocol}, #{host}, #{port}, #{path} and #{query} of the request"),
		schema.Row("redirect.status_code", schema.Either("HTTP_301 | HTTP_302", schema.OneOf("HTTP_301: for good", "HTTP_302: for now"), schema.Whole(301, 302)), schema.Required, "for good, or for now"),
		schema.Row("redirect.protocol", schema.OneOf("#{protocol}: that of the request", "HTTP: not from HTTPS", "HTTPS: with a handshake"), `"#{protocol}"`, "how to ask there"),
		schema.Row("redirect.host", schema.Text(), `"#{host}"`, "which host to ask; where this load balancer does not know it, by a certificate or a condition, clients leave"),
		schema.Row("redirect.port", schema.Either("#{port} | 1..65535", schema.OneOf("#{port}: that of the request"), schema.Whole(1, dataplane.MaxPort), schema.Text()), `"#{port}"`, "which port"),
		schema.Row("redirect.path", schema.Text(), `"/#{path}"`, "which path"),
		schema.Row("redirect.query", schema.Text(), `"#{query}"`, "which query"),
	}
}

// action reads where requests go; those of a secure listener have come by HTTPS.
func (l *loader) action(t *schema.Table, key string, secure bool) dataplane.Action {
	a := t.Within(key)
	if a == nil {
		return dataplane.Action{}
	}
	a.Pattern = actionPattern
	respellKeys(a.Node, actionPattern)
	defer a.Done()
	kinds := []string{"forward", "redirect", "fixed_response"}
	given := slices.DeleteFunc(slices.Clone(kinds), func(kind string) bool { return !a.Has(kind) })
	for i, kind := range given {
		if i > 0 {
			a.Wrong(kind, "must not be given with "+given[0])
		}
	}
	a.Pass(kinds...)
	if said := strings.ReplaceAll(a.Choice("type"), "-", "_"); a.Sound("type") && (len(given) == 0 || said != given[0]) {
		a.Wrong("type", "must be that of the key beside it")
	}
	switch {
	case a.Has("fixed_response"):
		return dataplane.Action{Status: readFixedResponse(a.Inside("fixed_response"))}
	case a.Has("redirect"):
		return dataplane.Action{Redirect: readRedirect(a, secure)}
	default:
		return l.forwarding(a)
	}
}

// forwarding reads a forward action. Clients that stay with a target need to stay with its
// target group, where there are several.
func (l *loader) forwarding(t *schema.Table) dataplane.Action {
	const key = "stickiness"
	a := dataplane.Action{Forward: l.forward(t)}
	if s := t.Within(key); s != nil {
		if duration := s.Duration("duration"); s.Flag("enabled") {
			a.Sticky = duration
		}
		s.Done()
	}
	sticky := func(f dataplane.Forward) bool {
		return f.TargetGroup >= 0 && l.cfg.TargetGroups[f.TargetGroup].Stickiness.Kind != 0
	}
	if a.Sticky == 0 && len(a.Forward) > 1 && slices.ContainsFunc(a.Forward, sticky) {
		t.Reject("forward", schema.Fault{Rule: "must have stickiness where one of several target groups is sticky", Code: "InvalidLoadBalancerAction"})
	}
	byApplication := func(f dataplane.Forward) bool {
		return f.TargetGroup >= 0 && l.cfg.TargetGroups[f.TargetGroup].Stickiness.Kind == dataplane.ApplicationCookie
	}
	if len(a.Forward) > 1 && slices.ContainsFunc(a.Forward, byApplication) && t.Sound("forward") {
		t.Reject("forward", schema.Fault{Rule: "must name no target group with stickiness of type app_cookie beside others: it does not work with weighted target groups", Code: invalidConfiguration})
	}
	return a
}

func readFixedResponse(t *schema.Table) int {
	status := t.Whole("status_code")
	if t.Sound("status_code") && status/100 == 3 {
		t.Wrong("status_code", "must be 2xx, 4xx or 5xx")
	}
	t.Done()
	return status
}

func readRedirect(a *schema.Table, secure bool) *dataplane.Redirect {
	t := a.Inside("redirect")
	r := &dataplane.Redirect{Status: 302, Protocol: t.Choice("protocol"), Host: t.Text("host"), Path: t.Text("path"), Query: t.Text("query")}
	if n := t.Value("status_code"); n != nil {
		word, _ := n.AsText()
		status, _ := n.AsWhole()
		switch {
		case word == "HTTP_301" || status == 301:
			r.Status = 301
		case word != "HTTP_302" && status != 302:
			t.Wrong("status_code", "must be HTTP_301 | HTTP_302")
		}
	}
	if n := t.Value("port"); n.Is("#{port}") {
		r.Port = "#{port}"
	} else if r.Port = portText(n); r.Port == "" {
		t.Wrong("port", "must be #{port} or 1..65535")
	}
	for _, part := range []struct{ key, text string }{{"host", r.Host}, {"path", r.Path}, {"query", r.Query}} {
		if len(part.text) > routing.MaxPatternLength {
			t.Wrong(part.key, fmt.Sprintf("must be at most %d characters", routing.MaxPatternLength))
		}
	}
	if t.Sound("path") && !strings.HasPrefix(r.Path, "/") {
		t.Wrong("path", "must begin with /")
	}
	if secure && r.Protocol == "HTTP" {
		t.Wrong("protocol", "must not lead from HTTPS to HTTP")
	}
	if t.Faultless() && !t.Broken && !r.Changes() {
		a.Reject("redirect", schema.Fault{Rule: "must change the protocol, the host, the port or the path", Code: "InvalidLoadBalancerAction"})
	}
	t.Done()
	return r
}

// portText reads a port that is a number, or a text of one, as Terraform's are; "" if it
// is none.
func portText(n *tree.Node) string {
	v, ok := n.AsWhole()
	if text, isText := n.AsText(); isText {
		_, err := fmt.Sscanf(text, "%d", &v)
		ok = err == nil && fmt.Sprint(v) == text
	}
	if !ok || v < 1 || v > dataplane.MaxPort {
		return ""
	}
	return fmt.Sprint(v)
}

// nested returns the target groups of { target_group = [...] }.
func (l *loader) nested(t *schema.Table, n *tree.Node) *tree.Node {
	for _, key := range n.Keys() {
		switch key {
		case "target_group":
		case "stickiness":
			t.Node.Table[key] = n.Table[key]
		default:
			t.Add(schema.Fault{Path: t.PathOf("forward") + "." + key, Rule: "unknown key: forward has target_group and stickiness"}, n, "forward")
		}
	}
	return n.Table["target_group"]
}

// forward reads target groups, by name or with weights.
func (l *loader) forward(t *schema.Table) []dataplane.Forward {
	const key = "forward"
	n := t.Value(key)
	if n == nil {
		t.Add(schema.Fault{Path: t.PathOf(key), Rule: "is required, or fixed_response", Code: "ValidationError"}, t.Node, key)
		return nil
	}
	if n.Form == tree.TableForm && n.Table["target_group"] != nil && n.Table["target_group"].Form == tree.ListForm {
		n = l.nested(t, n) // as Terraform writes it
	}
	elements := n.List
	if n.Form != tree.ListForm {
		elements = []*tree.Node{n}
	}
	var all []dataplane.Forward
	for i, e := range elements {
		f := dataplane.Forward{TargetGroup: -1, Weight: 1}
		if e.Form == tree.TableForm {
			respell(e, "arn", "target_group")
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
