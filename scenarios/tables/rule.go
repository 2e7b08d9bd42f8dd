package tables

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"headroom/model/dataplane"
	"headroom/model/routing"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// listenerRuleKeys are those of a listener rule.
func listenerRuleKeys() []schema.Key {
	texts := func(key, meaning string) []schema.Key {
		return []schema.Key{
			schema.Row(key, schema.Either("list of strings", schema.Texts(), schema.Inner()), "", meaning),
			schema.Row(key+".values", schema.Texts(), schema.Required, "the same, as Terraform writes it"),
		}
	}
	conditions := slices.Concat(
		texts("path_pattern", "paths, with * and ?; any of them"),
		texts("host_header", "hosts, with * and ?; any of them"),
		texts("http_request_method", "methods, as they are written; any of them"),
		texts("source_ip", "blocks of addresses that clients come from; any of them"),
		[]schema.Key{
			schema.Row("http_header", schema.Either("table of headers and their values", schema.TableOf(schema.Texts()), schema.List()), "", `headers: { x-canary = ["1"] }, with * and ? in values; all of them, each with any of its values`),
			schema.Row("http_header[].http_header_name", schema.Text(), schema.Required, "a header, as Terraform writes it"),
			schema.Row("http_header[].values", schema.Texts(), schema.Required, "any of them"),
			schema.Row("query_string", schema.Either("list of key=value, or of tables", schema.Texts(), schema.List()), "", `parts of the query: ["id=*"], or values of whatever key: ["*spring*"]; any of them`),
			schema.Row("query_string[].key", schema.Text(), `""`, "a key, as Terraform writes it; any without"),
			schema.Row("query_string[].value", schema.Text(), schema.Required, "its value"),
		},
	)
	return slices.Concat(
		[]schema.Key{
			schema.Row("priority", schema.Whole(1, routing.MaxPriority), schema.Required, "lower goes first"),
			schema.Row("condition", schema.Either("table, or list of tables", schema.Inner(), schema.List()), "", "what a request must match: all that is given"),
		},
		schema.Within("condition[]", "ValidationError", conditions),
		[]schema.Key{schema.Row("action", schema.Inner().Like(actionPattern), schema.Required, "what becomes of a request that matches")},
	)
}

// readRules reads the rules of a listener in the order of their priorities.
func (l *loader) readRules(t *schema.Table, secure bool) (all []dataplane.Rule) {
	priorities := map[int]bool{}
	for _, r := range t.Each("rule") {
		r.Pattern = rulePattern
		rule := dataplane.Rule{Priority: r.Whole("priority")}
		if r.Sound("priority") && priorities[rule.Priority] {
			r.Reject("priority", schema.Fault{Rule: "must be unique in its listener", Code: "PriorityInUse"})
		}
		priorities[rule.Priority] = true
		sound := readConditions(r, &rule)
		rule.Action = l.action(r, "action", secure)
		if sound {
			checkRule(r, rule)
		}
		r.Done()
		all = append(all, rule)
	}
	slices.SortStableFunc(all, func(a, b dataplane.Rule) int { return a.Priority - b.Priority })
	return all
}

// readConditions reads what a request must match; false if something is wrong with it.
func readConditions(r *schema.Table, rule *dataplane.Rule) bool {
	const key = "condition"
	n := r.Value(key)
	if n == nil {
		return true
	}
	elements := n.List
	if n.Form != tree.ListForm {
		elements = []*tree.Node{n}
	}
	sound := true
	for i, e := range elements {
		path := r.PathOf(key)
		if n.Form == tree.ListForm {
			path += "." + strconv.Itoa(i)
		}
		if e.Form != tree.TableForm {
			r.Add(schema.Fault{Path: path, Rule: "must be a table", Got: e.Got()}, e, key)
			return false
		}
		c := conditionReader{r.Below(e, path, r.PatternOf(key)+"[]"), rule}
		c.read()
		sound = sound && c.Faultless()
	}
	return sound
}

// conditionReader reads one table of conditions.
type conditionReader struct {
	*schema.Table
	rule *dataplane.Rule
}

func (c conditionReader) read() {
	r := c.rule
	c.once("path_pattern", &r.Paths)
	c.once("host_header", &r.Hosts)
	c.once("http_request_method", &r.Methods)
	var blocks []string
	c.once("source_ip", &blocks)
	if blocks != nil && r.Sources != nil {
		c.Wrong("source_ip", "must be given once")
	}
	for _, block := range blocks {
		prefix, err := netip.ParsePrefix(block)
		if err != nil {
			c.Reject("source_ip", schema.Fault{Rule: `must be blocks of addresses such as "10.0.0.0/8"`, Got: tree.Quote(block)})
			continue
		}
		r.Sources = append(r.Sources, prefix.Masked())
	}
	c.headers()
	c.queries()
	c.Done()
}

// once reads a condition of which a rule has one at most.
func (c conditionReader) once(key string, into *[]string) {
	n := c.Value(key)
	if n == nil {
		return
	}
	if *into != nil {
		c.Wrong(key, "must be given once")
	}
	if n.Form == tree.TableForm {
		inner := c.Below(n, c.PathOf(key), c.PatternOf(key))
		*into = inner.Texts("values")
		inner.Done()
		if !inner.Faultless() {
			c.MarkFaulty(key)
		}
	} else {
		*into = c.textsOf(key, n)
	}
	if len(*into) == 0 && !c.Faulty(key) {
		c.Wrong(key, "must have a value")
	}
}

// textsOf reads a list of strings, or one.
func (c conditionReader) textsOf(key string, n *tree.Node) (all []string) {
	elements := n.List
	if n.Form != tree.ListForm {
		elements = []*tree.Node{n}
	}
	for _, e := range elements {
		text, ok := e.AsText()
		if !ok {
			c.Mistake(key, "must be a list of strings", "")
			return nil
		}
		all = append(all, text)
	}
	return all
}

// headers reads conditions on headers: by their names, or as Terraform has them.
func (c conditionReader) headers() {
	const key = "http_header"
	n := c.Value(key)
	if n == nil {
		return
	}
	if n.Form == tree.ListForm || n.Form == tree.TableForm && n.Table["http_header_name"] != nil {
		for _, t := range c.tables(key, n) {
			c.rule.Headers = append(c.rule.Headers, routing.HeaderCondition{Name: t.Text("http_header_name"), Values: t.Texts("values")})
			c.finish(key, t)
		}
		return
	}
	if n.Form != tree.TableForm {
		c.Mistake(key, "must be a table of headers and their values", "")
		return
	}
	if n.Table["values"] != nil {
		c.Mistake(key, `must say of which header: { http_header_name = "X-Stage", values = ["beta"] }, or { X-Stage = ["beta"] }`, "")
		return
	}
	for _, name := range n.Keys() {
		c.rule.Headers = append(c.rule.Headers, routing.HeaderCondition{Name: name, Values: c.textsOf(key, n.Table[name])})
	}
}

// queries reads a condition on the query.
func (c conditionReader) queries() {
	const key = "query_string"
	n := c.Value(key)
	if n == nil {
		return
	}
	var condition routing.QueryCondition
	if n.Form == tree.TableForm || n.Form == tree.ListForm && len(n.List) > 0 && n.List[0].Form == tree.TableForm {
		for _, t := range c.tables(key, n) {
			condition = append(condition, routing.Parameter{Key: t.Text("key"), Value: t.Text("value")})
			c.finish(key, t)
		}
	} else {
		for _, text := range c.textsOf(key, n) {
			name, value, ok := strings.Cut(text, "=")
			if !ok {
				name, value = "", text
			}
			condition = append(condition, routing.Parameter{Key: name, Value: value})
		}
	}
	c.rule.Queries = append(c.rule.Queries, condition)
}

// tables returns cursors on the tables of a list, or on one alone.
func (c conditionReader) tables(key string, n *tree.Node) (all []*schema.Table) {
	elements := n.List
	if n.Form == tree.TableForm {
		elements = []*tree.Node{n}
	}
	for i, e := range elements {
		path := c.PathOf(key) + "." + strconv.Itoa(i)
		if e.Form != tree.TableForm {
			c.Add(schema.Fault{Path: path, Rule: "must be a table", Got: e.Got()}, e, key)
			continue
		}
		all = append(all, c.Below(e, path, c.PatternOf(key)+"[]"))
	}
	return all
}

func (c conditionReader) finish(key string, t *schema.Table) {
	t.Done()
	if !t.Faultless() {
		c.MarkFaulty(key)
	}
}

// checkRule applies AWS's limits on one rule.
func checkRule(t *schema.Table, rule dataplane.Rule) {
	if !t.Sound("priority") {
		rule.Priority = 1 // of which all is said
	}
	err := rule.Routing().Validate()
	if err == nil {
		return
	}
	at := t.Node.Table["condition"]
	if at == nil {
		at = t.Node
	}
	for _, line := range lines(err) {
		_, line, _ = strings.Cut(line, ": ")
		t.Add(schema.Fault{Path: t.PathOf("condition"), Rule: line, Code: "ValidationError"}, at, "condition")
	}
}
