package tables

import (
	"math"
	"slices"

	"headroom/model"
	"headroom/model/addressing"
	"headroom/model/dataplane"
	"headroom/model/workload"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
	"headroom/sim"
	"headroom/sim/rng"
)

func workloadKeys() []schema.Key {
	return slices.Concat(
		schema.Within("workload.NAME", "", []schema.Key{
			schema.Row("to", schema.Text(), schema.Required, "name of a load balancer, a target group, a function, a container service, an instance or a dns_record; load_balancer.NAME and so on if ambiguous, instance.NAME:PORT for a port"),
			schema.Row("arrivals", schema.Inner().Like("arrivals"), "(required without clients.sessions)", "when requests come"),
			schema.Row("demand", schema.Inner(), "", "what a request takes"),
			schema.Row("demand.cpu", schema.Law(schema.Seconds), "(required where a service takes it)", "CPU time, or { column, unit } of a trace"),
			schema.Row("demand.request_bytes", schema.Law(schema.Bytes), "", "size of the request, or { column, unit } of a trace"),
			schema.Row("demand.response_bytes", schema.Law(schema.Bytes), "", "size of the response, or { column, unit } of a trace"),
			schema.Row("path", weighted(), `"/"`, `path of the requests, or paths by weight: { "/" = 0.7, "/api" = 0.3 }`),
			schema.Row("host", weighted(), `""`, "host of the requests, or hosts by weight"),
			schema.Row("method", weighted(), `"GET"`, "method of the requests, or methods by weight"),
			schema.Row("query", weighted(), `""`, `query of the requests, or queries by weight: { "id=1&lang=de" = 0.2 }; "" is a request without one, and has what weights below 1 leave`),
			schema.Row("header", schema.Either("table of headers, each a value, values by weight, or the weight of \"name: value\"", schema.TableOf(schema.Either("value, values by weight, or weight", schema.Text(), schema.Quantity(schema.Share, 0, math.Inf(1)), schema.TableOf(schema.Quantity(schema.Share, 0, math.Inf(1)))))), "", `headers of the requests: { "x-canary: 1" = 0.05 }, or { x-canary = { "1" = 0.05 } }; "" is a request without it, and has what weights below 1 leave`),
			schema.Row("rejected", schema.Either("table of shares by code", schema.TableOf(schema.Quantity(schema.Share, 0, 1))), "", `shares of the requests that an Application Load Balancer answers itself, whatever its rules: { "400" = 0.001 } malformed, or broken off before its body has ended; "403" blocked by AWS WAF; "408" begun, and nothing sent for its idle_timeout; "414" a URI that is too long; "561" an error of the identity provider`),
			schema.Row("clients", schema.Inner(), "", "how those who send requests behave"),
			schema.Row("clients.timeout", schema.Quantity(schema.Seconds, 1e-6, year), "", "they give up after this; never without"),
			schema.Row("clients.deadline", schema.Quantity(schema.Seconds, 1e-6, year), "", "answers within it count as goodput, retries and all; without, every answer does"),
			schema.Row("clients.sessions", schema.Whole(1, dataplane.MaxVisitors), "", "a closed loop instead of arrivals: so many clients, each of whom thinks, asks, and waits for the answer, so that a slow system is asked less; beside arrivals the same as users"),
			schema.Row("clients.think_time", schema.Law(schema.Seconds), "(required with sessions without arrivals)", "sessions: how long a client waits after an answer, or a failure, before it asks again"),
			schema.Row("clients.users", schema.Whole(1, dataplane.MaxVisitors), "", "how many clients the arrivals come from, each as often as any other; without, every request is from a new one. Sticky target groups tell them apart"),
			schema.Row("clients.session_duration", schema.Law(schema.Seconds), "(for good)", "how long a session or user keeps its cookies, before a new client takes its place"),
			schema.Row("clients.retry", schema.Inner(), "", "what they do when a request fails"),
			schema.Row("clients.requests_per_connection", schema.Whole(1, 1e9), "1", "requests on one connection to a load balancer"),
			schema.Row("clients.connection_duration", schema.Quantity(schema.Seconds, 0.001, year), "", "how long they keep a connection to an Application Load Balancer from its opening, its requests evenly spread; without, until it has carried requests_per_connection"),
			schema.Row("clients.http2_streams", schema.Whole(1, dataplane.MaxStreams), "", "HTTP/2 to an HTTPS listener: how many requests a connection carries at once; without, HTTP/1.1, which carries one"),
			schema.Row("clients.grpc", schema.Flag(), "false", "whether their requests are gRPC: by POST, over HTTP/2 to an HTTPS listener"),
			schema.Row("clients.keep_alive", schema.Quantity(schema.Seconds, 0.001, year), "", "how long they keep a silent connection to a load balancer; until that closes or resets it without"),
			schema.Row("clients.round_trip", schema.Quantity(schema.Seconds, 0, 60), `"20ms"`, "time to an HTTPS listener and back: a handshake takes two of them and 1ms, a resumed one one"),
			schema.Row("clients.region", schema.Choice(everyRegion), "(near what they ask)", "the AWS Region that they are in, or near: the round trip from there to that of what they ask is part of each latency, and of round_trip").Coded("InvalidParameterValue"),
			schema.Row("clients.mtu", schema.Whole(576, 9216), "1500", "their largest packets, in bytes: a Gateway Load Balancer drops those above 8500, and nobody tells them"),
			schema.Row("clients.session_resumption", schema.Quantity(schema.Share, 0, 1), "0", "share of the handshakes that resume a session"),
			schema.Row("clients.follow_redirects", schema.Flag(), "true", "whether they ask where a load balancer sends them; otherwise its answer is all they get"),
			schema.Row("clients.forwarded_for", schema.Whole(0, 1000), "0", "addresses of proxies in X-Forwarded-For; above 30 a load balancer answers 463"),
		}),
		schema.Within("workload.NAME.clients", "", slices.Concat(retryKeys("the workload"), pathKeys(), websocketKeys())),
		schema.Within("column", "", []schema.Key{
			schema.Row("column", schema.Text(), schema.Required, "column of the trace"),
			schema.Row("unit", schema.Text(), "", "unit of the column; otherwise that of a bare number"),
		}),
	)
}

// everyRegion lists the Regions in which clients may be: those without a price list, too.
func everyRegion() (words []schema.Word) {
	for _, name := range addressing.Regions() {
		words = append(words, schema.Word{Name: name, Meaning: addressing.NameOf(name)})
	}
	return words
}

// weighted is one name, or names by weight.
func weighted() schema.Type {
	return schema.Either("string, or table of weights", schema.Text(), schema.TableOf(schema.Quantity(schema.Share, 0, math.Inf(1))))
}

func (l *loader) readWorkloads() {
	l.cfg.Workloads = make([]dataplane.Workload, len(l.tables["workload"]))
	l.loads = make([]arrivals, len(l.cfg.Workloads))
	l.measures = make([]measure, len(l.cfg.Workloads))
	for i, t := range l.tables["workload"] {
		w := &l.cfg.Workloads[i]
		w.Name = t.Name
		l.readDestination(t, w)
		l.requireDemand(t, w)
		demand := t.Inside("demand")
		l.measures[i] = l.readMeasure(demand)
		columns := columnsOf(demand)
		l.loads[i] = l.readArrivals(t, columns.wanted())
		l.readDemand(demand, w, columns, l.loads[i])
		w.Arrivals = l.loads[i].process
		w.Clients = l.readClients(t.Inside("clients"), w)
		if w.Clients.GRPC {
			t.Assume("method", "POST")
		}
		w.Classes = l.readClasses(t, w)
		l.checkRejected(t, w)
		l.requireArrivals(t, w)
		if w.Record > 0 && w.Visitors.Count > 0 {
			t.Mistake("to", "must not be a dns_record for clients.sessions and clients.users", "")
		}
		t.Done()
	}
}

// readDestination reads where the requests of a workload go. A DNS name that leads nowhere leads to no
// load balancer, which has been said.
func (l *loader) readDestination(t *schema.Table, w *dataplane.Workload) {
	if w.Record = l.recordOf(t, "to"); w.Record == 0 {
		w.To, w.Target = l.destination(t, "to")
		w.To, w.Target = l.askedAt(t, w.To, w.Target)
		return
	}
	t.Text("to")
	if answers := l.cfg.Records[w.Record-1].Answers; len(answers) > 0 && answers[0].Balancer >= 0 {
		w.To, w.Target = dataplane.ToLoadBalancer, answers[0].Balancer
	}
}

// requireDemand verifies that a workload says how long its requests compute, unless
// all that they reach has steps of its own.
func (l *loader) requireDemand(t *schema.Table, w *dataplane.Workload) {
	if t.Broken {
		return
	}
	services := l.servedBy(w.To, w.Target)
	if t.Sound("to") && len(services) > 0 && !slices.ContainsFunc(services, l.takesDemand) {
		return
	}
	n := t.Node.Table["demand"]
	switch {
	case n == nil:
		t.Add(schema.Fault{Path: t.PathOf("demand"), Rule: "is required" + byColumn(t)}, t.Node, "demand")
	case n.Form == tree.TableForm && n.Table["cpu"] == nil:
		t.Add(schema.Fault{Path: t.PathOf("demand") + ".cpu", Rule: "is required" + byColumn(t)}, n, "demand")
	}
}

// byColumn adds to what is wrong with the demand of a workload whose requests are the rows of a trace
// that a column may say it.
func byColumn(t *schema.Table) string {
	a := t.Node.Table["arrivals"]
	if a == nil || a.Form != tree.TableForm || !a.Table["process"].Is("trace") || a.Table["count"] != nil {
		return ""
	}
	return `: a law, or a column of the trace, as demand.cpu = { column = "cpu_ms", unit = "ms" }`
}

// rowColumns are the columns of a trace that stand in for distributions, by
// key.
type rowColumns []rowColumn

type rowColumn struct {
	key, name string
	at        *schema.Table
}

// columnsOf finds which demands are columns of a trace: tables with a column but
// without a law.
func columnsOf(t *schema.Table) rowColumns {
	var found rowColumns
	for _, key := range []string{"cpu", "request_bytes", "response_bytes"} {
		n := t.Node.Table[key]
		if n == nil || n.Form != tree.TableForm || n.Table["column"] == nil || n.Table["dist"] != nil {
			continue
		}
		n.Inline = true
		child := t.Below(n, t.PathOf(key), "column")
		if name := child.Text("column"); child.Sound("column") {
			found = append(found, rowColumn{key, name, child})
		}
	}
	return found
}

// wanted lists the columns to be read.
func (cs rowColumns) wanted() rowsWanted {
	var names []string
	for _, c := range cs {
		if !slices.Contains(names, c.name) {
			names = append(names, c.name)
		}
	}
	return rowsWanted{Columns: workload.Columns{Numbers: names}}
}

// readDemand reads what a request takes, from laws or from the rows of a trace.
func (l *loader) readDemand(t *schema.Table, w *dataplane.Workload, columns rowColumns, a arrivals) {
	rows := dataplane.RequestRows{}
	read := func(key string, m *schema.Measure) (rng.Distribution, []float64) {
		i := slices.IndexFunc(columns, func(c rowColumn) bool { return c.key == key })
		if i < 0 {
			return l.law(t, key), nil
		}
		t.Law(key)
		c := columns[i]
		factor := l.columnUnit(c.at, m)
		c.at.Done()
		if a.data == nil {
			if a.process != nil {
				t.Mistake(key, `must not be a column without arrivals of process "trace" by rows`, "")
			}
			return nil, nil
		}
		values := make([]float64, a.data.table.Rows())
		for row, v := range a.data.table.Numbers(c.name) {
			values[row] = v * factor
		}
		return nil, values
	}
	var cpu, in, out []float64
	w.Demand, cpu = read("cpu", schema.Seconds)
	w.Request, in = read("request_bytes", schema.Bytes)
	w.Response, out = read("response_bytes", schema.Bytes)
	w.Reads, w.Writes = l.readDiskDemand(t)
	w.Memory = l.ownMemory(t)
	if w.Demand == nil && cpu == nil {
		w.Demand = nothing // or a fault, or never asked for
	}
	t.Done()
	if cpu != nil {
		rows.Demand = make([]sim.Time, len(cpu)) // files are large: it grows no slice
	}
	for i, v := range cpu {
		rows.Demand[i] = sim.Seconds(v)
	}
	rows.Request, rows.Response = bytesOf(in), bytesOf(out)
	if cpu != nil || in != nil || out != nil {
		w.Rows = &rows
	}
}

// nothing is the demand of requests that nobody computes.
var nothing, _ = rng.Fixed(0)

func bytesOf(values []float64) []model.Bytes {
	if values == nil {
		return nil
	}
	sizes := make([]model.Bytes, len(values))
	for i, v := range values {
		sizes[i] = model.Bytes(math.Round(v))
	}
	return sizes
}

func (l *loader) readClients(t *schema.Table, w *dataplane.Workload) dataplane.Clients {
	c := dataplane.Clients{Timeout: t.Duration("timeout"), Deadline: t.Duration("deadline")}
	l.readRetry(t.Inside("retry"), w.To, w.Target, &c)
	c.PerConnection = t.Whole("requests_per_connection")
	c.KeepAlive, c.Lasts = t.Duration("keep_alive"), t.Duration("connection_duration")
	if n := t.Optional("http2_streams"); n != nil {
		c.Streams = *n
	}
	c.GRPC = t.Flag("grpc")
	w.Clients.GRPC = c.GRPC
	l.refuseKeeping(t, w)
	if mtu := t.Whole("mtu"); mtu != dataplane.UsualPacket {
		c.Packet = mtu
	}
	c.RoundTrip, c.Resumption = t.Duration("round_trip"), t.Quantity("session_resumption")
	if t.Has("region") {
		c.Region = t.Choice("region")
	} else {
		t.Pass("region")
	}
	c.StayPut, c.ForwardedFor = !t.Flag("follow_redirects"), t.Whole("forwarded_for")
	l.readVisitors(t, w)
	l.readWebsocket(t, w, &c)
	l.readPath(t, w)
	t.Done()
	return c
}

// readVisitors reads the clients that are told apart.
func (l *loader) readVisitors(t *schema.Table, w *dataplane.Workload) {
	sessions, users := t.Optional("sessions"), t.Optional("users")
	v := &w.Visitors
	switch {
	case sessions != nil && users != nil:
		t.Mistake("users", "must not be given beside sessions, which are users", "")
		t.Pass("think_time", "session_duration")
	case sessions != nil && w.Arrivals != nil && !t.Has("think_time"):
		v.Count = *sessions
	case sessions != nil:
		t.Require("think_time")
		v.Count, v.Think = *sessions, l.law(t, "think_time")
		if v.Think != nil && v.Think.Mean() < dataplane.MinThink.Seconds() {
			t.Mistake("think_time", "must have a mean of at least "+dataplane.MinThink.String(), "")
		}
	case users != nil:
		v.Count = *users
	}
	if v.Count > 0 {
		if v.Stay = l.law(t, "session_duration"); v.Stay != nil && v.Stay.Mean() <= 0 {
			t.Mistake("session_duration", "must be longer than 0", "")
		}
	} else if t.Has("sessions") || t.Has("users") {
		t.Pass("think_time", "session_duration") // what is wrong with the clients has been said
	} else {
		t.Mode = "without sessions or users"
	}
}

// requireArrivals verifies that requests come by arrivals or in a closed loop, and not
// by both.
func (l *loader) requireArrivals(t *schema.Table, w *dataplane.Workload) {
	clients := t.Node.Table["clients"]
	has := func(key string) bool {
		return clients != nil && clients.Form == tree.TableForm && clients.Table[key] != nil
	}
	switch given := t.Has("arrivals"); {
	case !given && !has("sessions") && !t.Broken:
		t.Add(schema.Fault{Path: t.PathOf("arrivals"), Rule: "is required"}, t.Node, "arrivals")
	case given && has("sessions") && has("think_time"):
		t.Mistake("arrivals", "must not be given beside clients.think_time, by which sessions ask in a closed loop", "")
	}
}
