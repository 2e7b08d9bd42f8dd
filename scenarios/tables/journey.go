package tables

import (
	"fmt"
	"slices"
	"strings"

	"headroom/model/dataplane"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
	"headroom/sim/rng"
)

// mostCalls bounds the calls of one step.
const mostCalls = 10_000

func journeyKeys() []schema.Key {
	return schema.Within("service.NAME", "", append([]schema.Key{
		schema.Row("async", schema.Flag(), "false", "true: a request gives its place among concurrency or workers back while it waits for a call or a pause"),
		schema.Row("steps", schema.List(), "", "what it does with a request, in order; without, one cpu step of the request's own demand"),
	}, schema.Within("steps[]", "", append([]schema.Key{
		schema.Row("cpu", schema.Either(`duration or distribution, or "demand"`, schema.Law(schema.Seconds), schema.OneOf("demand: the request's own")).Like("distribution"), "", `CPU time; "demand": the request's own`),
		schema.Row("pause", schema.Law(schema.Seconds), "", "somebody else's time: a third party, a lock"),
		schema.Row("request_bytes", schema.Law(schema.Bytes), "", "pause: what is sent to a third party on the internet"),
		schema.Row("response_bytes", schema.Law(schema.Bytes), "", "pause: what comes from there"),
		schema.Row("call", schema.Text(), "", "name of the load balancer, target group, function, container service or instance that is asked; load_balancer.NAME and so on if ambiguous, instance.NAME:PORT for a port"),
		schema.Row("count", schema.Whole(1, mostCalls), "1", "calls in the step"),
		schema.Row("parallel", schema.Flag(), "false", "true: all at once; false: one after the other"),
		schema.Row("address", schema.OneOf("private: by private addresses", "public: by public ones, which costs as between zones"), `"private"`, "by which addresses an instance or a target group is called"),
		schema.Row("forwarded_headers", schema.Flag(), "false", "call: whether it passes on X-Forwarded-For, X-Forwarded-Port and X-Forwarded-Proto of the request that is served, which the rules of the load balancer that it asks see as http_header"),
		schema.Row("timeout", schema.Quantity(schema.Seconds, 1e-6, year), "", "a call is given up after this, from when it has its connection; never without"),
		schema.Row("on_error", schema.OneOf("fail: the request fails too, with code 500", "ignore: it goes on as if answered"), `"fail"`, "what a call that failed does to the request"),
		schema.Row("host", schema.Text(), `""`, "host that it asks a load balancer for"),
		schema.Row("path", schema.Text(), `"/"`, "path that it asks a load balancer for"),
		schema.Row("demand", schema.Inner(), "", "what a call takes"),
		schema.Row("demand.cpu", schema.Law(schema.Seconds), "", "CPU time at the callee, where that takes the request's own demand"),
		schema.Row("demand.request_bytes", schema.Law(schema.Bytes), "", "size of the call"),
		schema.Row("demand.response_bytes", schema.Law(schema.Bytes), "", "size of the answer"),
		schema.Row("retry", schema.Inner(), "", "what the caller does when a call fails"),
		schema.Row("pool", schema.Inner(), "", "connections of each calling instance; without, as many as it takes"),
		schema.Row("pool.size", schema.Whole(1, mostWaiting), "", "connections, each for one call at a time"),
		schema.Row("pool.timeout", schema.Quantity(schema.Seconds, 1e-6, year), "", "a call that gets no connection in this time fails; it waits forever without"),
	}, retryKeys("the calling instance")...))...))
}

// retryKeys are how those whose requests fail try again. Who earns is whose the
// budget is.
func retryKeys(who string) []schema.Key {
	return schema.Within("retry", "", []schema.Key{
		schema.Row("attempts", schema.Whole(0, 100), "0", "further attempts"),
		schema.Row("backoff", schema.Quantity(schema.Seconds, 0, year), `"100ms"`, "pause before the first retry, doubled before each later one"),
		schema.Row("budget", schema.Quantity(schema.Number, 0, dataplane.RetryBurst), "", fmt.Sprintf("retries that each first attempt earns %s, which begins with %d and never has more; 0: none is tried again; no limit without", who, dataplane.RetryBurst)),
		schema.Row("on", schema.Either("list of failures", schema.ListOf(schema.OneOf(failureWords()...))), "(all)", "the failures that are tried again"),
	})
}

// failures are those that may be tried again, by their words.
var failures = []struct {
	word, meaning string
	codes         []dataplane.Code
	status        int
}{
	{"timeout", "no answer in time, or from a node", []dataplane.Code{dataplane.Code460, dataplane.CodeConnect}, 0},
	{"refused", "no connection, or one cut off; of a load balancer that is 502, reset, or a port without a listener", []dataplane.Code{dataplane.Code502, dataplane.CodeRefused, dataplane.CodeReset}, 0},
	{"reset", "a connection that a Network Load Balancer, or its target, broke off", []dataplane.Code{dataplane.CodeReset}, 0},
	{"handshake", "no certificate of the load balancer that fits", []dataplane.Code{dataplane.CodeHandshake}, 0},
	{"redirects", "sent on and on by the load balancer", []dataplane.Code{dataplane.CodeRedirects}, 0},
	{"463", "more than 30 addresses in X-Forwarded-For", []dataplane.Code{dataplane.Code463}, 463},
	{"464", "a protocol that the targets do not speak", []dataplane.Code{dataplane.Code464}, 464},
	{"400", "malformed, or broken off before its body has ended", []dataplane.Code{dataplane.Code400}, 400},
	{"403", "blocked by AWS WAF", []dataplane.Code{dataplane.Code403}, 403},
	{"408", "begun, and nothing sent for the idle timeout", []dataplane.Code{dataplane.Code408}, 408},
	{"414", "a URI that is too long", []dataplane.Code{dataplane.Code414}, 414},
	{"561", "an error of the identity provider", []dataplane.Code{dataplane.Code561}, 561},
	{"413", "a body that is too large for a function", []dataplane.Code{dataplane.Code413}, 413},
	{"429", "a function was throttled; behind a load balancer that is 502", []dataplane.Code{dataplane.Code429}, 429},
	{"pool", "no connection of the caller's pool in time", []dataplane.Code{dataplane.CodePool}, 0},
	{"500", "the application failed, because a call of its own did", []dataplane.Code{dataplane.Code500}, 500},
	{"502", "no connection to a target, or one cut off", []dataplane.Code{dataplane.Code502}, 502},
	{"503", "no target, or a fixed response", []dataplane.Code{dataplane.Code503}, 503},
	{"504", "the load balancer's idle timeout, or a fixed response", []dataplane.Code{dataplane.Code504}, 504},
}

func failureWords() []string {
	var words []string
	for _, f := range failures {
		words = append(words, f.word+": "+f.meaning)
	}
	return words
}

// callStep is a step that calls, while what it leads to is not yet known.
type callStep struct {
	service, step int
	at, demand    *schema.Table
}

// readJourneys reads the steps of all services, whose tables are gone through
// already.
func (l *loader) readJourneys() {
	l.settleAddresses() // which calls may name
	for i, t := range l.tables["service"] {
		s := &l.cfg.Services[i]
		waits := false
		for k, step := range l.steps[i] {
			s.Steps = append(s.Steps, l.step(step, callStep{service: i, step: k}))
			waits = waits || s.Steps[k].Kind != dataplane.StepCPU
		}
		if s.Async && !waits {
			t.Mistake("async", "needs a step that waits: a call, a pause, a read or a write", "")
		}
	}
	if l.checkCycles() { // else nothing is known of what their calls take
		for _, c := range l.calls {
			l.connectCall(c)
		}
	}
}

// stepKinds are the keys of which a step has exactly one.
var stepKinds = []string{"cpu", "call", "pause", "read", "write"}

// step reads one step of a service.
func (l *loader) step(t *schema.Table, at callStep) (step dataplane.Step) {
	given := slices.DeleteFunc(slices.Clone(stepKinds), func(key string) bool { return !t.Has(key) })
	if len(given) != 1 {
		rule := "must have one of cpu, call, pause, read, write"
		if len(given) > 1 {
			rule = "must have only one of cpu, call, pause, read, write; it has " + strings.Join(given, " and ")
		}
		t.Add(schema.Fault{Path: t.Path, Rule: rule}, t.Node, "")
		t.Survey()
		t.Done()
		return step
	}
	t.Mode = "in a step with " + given[0]
	switch given[0] {
	case "cpu":
		step = dataplane.Step{Kind: dataplane.StepCPU, Time: l.computation(t)}
	case "pause":
		step = dataplane.Step{Kind: dataplane.StepPause, Time: l.law(t, "pause"), Sent: l.law(t, "request_bytes"), Received: l.law(t, "response_bytes")}
	case "call":
		at.at = t
		step = dataplane.Step{Kind: dataplane.StepCall, Call: l.call(t, at)}
	case "read", "write":
		step = dataplane.Step{Kind: dataplane.StepDisk, IO: l.readDisk(t, given[0], at.service)}
	}
	t.Done()
	return step
}

// anyTime stands for a computation of which something is wrong: it is not the request's own.
var anyTime, _ = rng.Fixed(1)

// computation reads CPU time; nil is the request's own.
func (l *loader) computation(t *schema.Table) rng.Distribution {
	if n := t.Value("cpu"); n.Is("demand") {
		return nil
	}
	if law := l.lawOf(t, "cpu", schema.Seconds); law != nil {
		return law
	}
	return anyTime
}

// call reads what a step asks of others.
func (l *loader) call(t *schema.Table, at callStep) dataplane.Call {
	var c dataplane.Call
	c.To, c.Target = l.destination(t, "call")
	counted := t.Has("count")
	c.Count, c.Parallel = t.Whole("count"), t.Flag("parallel")
	if c.Parallel && !counted {
		t.Mistake("parallel", "needs count: one call has none beside it", "")
	}
	c.Public = t.Choice("address") == "public"
	if c.Public && c.To == dataplane.ToLoadBalancer {
		t.Mistake("address", "must be private for a load balancer", "")
	}
	if c.PassesOn = t.Flag("forwarded_headers"); c.PassesOn && c.To != dataplane.ToLoadBalancer && t.Sound("call") {
		t.Mistake("forwarded_headers", "needs a call to a load balancer, whose rules look at them", "")
	}
	c.IgnoreErrors = t.Choice("on_error") == "ignore"
	c.Class = l.callClass(t, c.To)
	at.demand = t.Inside("demand")
	c.Demand = l.law(at.demand, "cpu")
	c.Request, c.Response = l.law(at.demand, "request_bytes"), l.law(at.demand, "response_bytes")
	c.Reads, c.Writes = l.readDiskDemand(at.demand)
	c.Memory = l.ownMemory(at.demand)
	at.demand.Done()
	c.Clients = dataplane.Clients{Timeout: t.Duration("timeout"), PerConnection: 1}
	l.readRetry(t.Inside("retry"), c.To, c.Target, &c.Clients)
	if pool := t.Within("pool"); pool != nil {
		pool.Mode = "of a pool"
		pool.Require("size")
		c.PoolSize, c.PoolTimeout = pool.Whole("size"), pool.Duration("timeout")
		pool.Done()
	}
	if t.Sound("call") {
		l.calls = append(l.calls, at)
	}
	return c
}

// callClass reads what a call asks a load balancer for.
func (l *loader) callClass(t *schema.Table, to dataplane.DestinationKind) dataplane.RequestClass {
	class := dataplane.RequestClass{Host: t.Text("host"), Path: t.Text("path"), Weight: 1}
	if t.Sound("path") && !strings.HasPrefix(class.Path, "/") {
		t.Mistake("path", "must begin with /", "")
	}
	refuseHost(t, class.Host)
	if t.Sound("call") && to != dataplane.ToLoadBalancer {
		if class.Host != "" {
			t.Mistake("host", "needs a call to a load balancer, whose rules look at it", "")
		}
		if class.Path != "/" && t.Sound("path") {
			t.Mistake("path", "needs a call to a load balancer, whose rules look at it", "")
		}
	}
	return class
}

// readRetry reads how the senders of requests to a destination try again.
func (l *loader) readRetry(t *schema.Table, to dataplane.DestinationKind, target int, c *dataplane.Clients) {
	c.RetryAttempts, c.Backoff = t.Whole("attempts"), t.Duration("backoff")
	c.RetryBudget = t.Quantity("budget")
	if n := t.Value("on"); n != nil {
		c.RetryOn = l.failures(t, n, to, target)
	}
	for _, key := range []string{"budget", "on"} {
		if t.Sound(key) && c.RetryAttempts == 0 && !t.Faulty("attempts") {
			t.Mistake(key, "needs attempts above 0", "")
		}
	}
	if t.Sound("budget") && c.RetryBudget == 0 { // nothing is earned, where a config means no limit
		c.RetryAttempts = 0
	}
	t.Done()
}

// failures reads which failures are tried again.
func (l *loader) failures(t *schema.Table, n *tree.Node, to dataplane.DestinationKind, target int) (set dataplane.CodeSet) {
	var words []string
	for _, f := range failures {
		words = append(words, f.word)
	}
	if n.Form != tree.ListForm || len(n.List) == 0 {
		t.Mistake("on", "must be a list of some of "+strings.Join(words, ", "), "")
		return 0
	}
	for _, e := range n.List {
		word, _ := e.AsText()
		if status, ok := e.AsWhole(); ok {
			word = fmt.Sprint(status)
		}
		i := slices.Index(words, word)
		if i < 0 {
			t.Reject("on", schema.Fault{Rule: "must be of " + strings.Join(words, ", "), Got: e.Got(), Hint: t.Hint(word, words), Code: schema.NoCode})
			continue
		}
		for _, code := range failures[i].codes {
			set = set.With(code)
		}
		if to == dataplane.ToLoadBalancer && l.answersFixed(target, failures[i].status) {
			set = set.With(dataplane.CodeFixed)
		}
	}
	return set
}

// answersFixed reports whether a load balancer has a fixed response of a status.
func (l *loader) answersFixed(balancer, status int) bool {
	return slices.ContainsFunc(l.actionsOf(balancer), func(a dataplane.Action) bool { return a.Status == status && status != 0 })
}
