package scenarios

import (
	"maps"
	"math"
	"slices"
	"strings"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/workload"
	"headroom/sim"
	"headroom/sim/rng"
)

func workloadKeys() []Key {
	return slices.Concat(
		within("workload.NAME", "", []Key{
			{"to", text(), required, "name of a load balancer, a target group or an instance; load_balancer.NAME and so on if ambiguous", ""},
			{"arrivals", inner(), required, "when requests come", ""},
			{"demand", inner(), required, "what a request takes", ""},
			{"demand.cpu", law(inSeconds), required, "CPU time, or { column, unit } of a trace", ""},
			{"demand.request_bytes", law(inBytes), "", "size of the request, or { column, unit } of a trace", ""},
			{"demand.response_bytes", law(inBytes), "", "size of the response, or { column, unit } of a trace", ""},
			{"path", loose("string, or table of weights"), `"/"`, `path of the requests, or paths by weight: { "/" = 0.7, "/api" = 0.3 }`, ""},
			{"host", loose("string, or table of weights"), `""`, "host of the requests, or hosts by weight", ""},
			{"clients", inner(), "", "how those who send requests behave", ""},
			{"clients.timeout", quantity(inSeconds, 1e-6, year), "", "they give up after this; never without", ""},
			{"clients.retry", inner(), "", "what they do when a request fails", ""},
			{"clients.retry.attempts", whole(0, 100), "0", "further attempts", ""},
			{"clients.retry.backoff", quantity(inSeconds, 0, year), `"100ms"`, "pause before the first retry, doubled before each later one", ""},
			{"clients.requests_per_connection", whole(1, 1e9), "1", "requests on one connection", ""},
		}),
		within("column", "", []Key{
			{"column", text(), required, "column of the trace", ""},
			{"unit", text(), "", "unit of the column; otherwise that of a bare number", ""},
		}),
	)
}

// destinations are the tables that a workload can talk to.
var destinations = []struct {
	table string
	kind  cloud.DestinationKind
}{
	{"load_balancer", cloud.ToLoadBalancer},
	{"target_group", cloud.ToTargetGroup},
	{"instance", cloud.ToInstances},
}

func (l *loader) readWorkloads() {
	l.cfg.Workloads = make([]cloud.Workload, len(l.tables["workload"]))
	l.loads = make([]arrivals, len(l.cfg.Workloads))
	for i, t := range l.tables["workload"] {
		w := &l.cfg.Workloads[i]
		w.Name = t.name
		w.To, w.Target = l.destination(t)
		demand := t.inside("demand")
		columns := demand.columns()
		l.loads[i] = l.readArrivals(t, columns.wanted())
		l.readDemand(demand, w, columns, l.loads[i])
		w.Arrivals = l.loads[i].process
		w.Classes = readClasses(t)
		w.Clients = readClients(t.inside("clients"))
		t.done()
	}
}

// destination finds what a workload talks to. A bare name must be of one table
// only.
func (l *loader) destination(t *table) (cloud.DestinationKind, int) {
	name := t.text("to")
	if !t.sound("to") {
		return 0, 0
	}
	var known, found []string
	var kind cloud.DestinationKind
	target := 0
	for _, d := range destinations {
		for i, candidate := range l.known[d.table] {
			known = append(known, candidate)
			if name == candidate || name == d.table+"."+candidate {
				found = append(found, d.table+"."+candidate)
				kind, target = d.kind, i
			}
		}
	}
	switch len(found) {
	case 0:
		t.mistake("to", "must name a load balancer, a target group or an instance", hint(name, known))
	case 1:
	default:
		t.mistake("to", "must be unambiguous: "+strings.Join(found, " or "), "")
	}
	if kind == cloud.ToInstances && t.sound("to") && l.cfg.Instances[target].Service == cloud.None {
		t.mistake("to", "must name an instance with a service", "")
	}
	return kind, target
}

// rowColumns are the columns of a trace that stand in for distributions, by
// key.
type rowColumns []rowColumn

type rowColumn struct {
	key, name string
	at        *table
}

// columns finds which demands are columns of a trace: tables with a column but
// without a law.
func (t *table) columns() rowColumns {
	var found rowColumns
	for _, key := range []string{"cpu", "request_bytes", "response_bytes"} {
		n := t.n.table[key]
		if n == nil || n.form != tableForm || n.table["column"] == nil || n.table["dist"] != nil {
			continue
		}
		n.inline = true
		child := t.below(n, t.pathOf(key), "column")
		if name := child.text("column"); child.sound("column") {
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
func (l *loader) readDemand(t *table, w *cloud.Workload, columns rowColumns, a arrivals) {
	rows := cloud.RequestRows{}
	read := func(key string, m *measure) (rng.Distribution, []float64) {
		i := slices.IndexFunc(columns, func(c rowColumn) bool { return c.key == key })
		if i < 0 {
			return l.law(t, key), nil
		}
		t.take(key, lawKind)
		c := columns[i]
		factor := l.columnUnit(c.at, m)
		c.at.done()
		if a.data == nil {
			if a.process != nil {
				t.mistake(key, `must not be a column without arrivals of process "trace" by rows`, "")
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
	w.Demand, cpu = read("cpu", inSeconds)
	w.Request, in = read("request_bytes", inBytes)
	w.Response, out = read("response_bytes", inBytes)
	t.done()
	for _, v := range cpu {
		rows.Demand = append(rows.Demand, sim.Seconds(v))
	}
	rows.Request, rows.Response = bytesOf(in), bytesOf(out)
	if cpu != nil || in != nil || out != nil {
		w.Rows = &rows
	}
}

func bytesOf(values []float64) []model.Bytes {
	var sizes []model.Bytes
	for _, v := range values {
		sizes = append(sizes, model.Bytes(math.Round(v)))
	}
	return sizes
}

// readClasses reads the hosts and paths of requests: every pair of them, by the
// product of their weights.
func readClasses(t *table) []cloud.RequestClass {
	paths, hosts := t.weighted("path"), t.weighted("host")
	var classes []cloud.RequestClass
	for _, p := range paths {
		if !strings.HasPrefix(p.name, "/") {
			t.mistake("path", "must begin with /", "")
		}
		for _, h := range hosts {
			classes = append(classes, cloud.RequestClass{Host: h.name, Path: p.name, Weight: p.weight * h.weight})
		}
	}
	return classes
}

// share is a name with a weight.
type share struct {
	name   string
	weight float64
}

// weighted reads a name, or names by weight.
func (t *table) weighted(key string) []share {
	n, _ := t.take(key, anyKind)
	if name, ok := n.scalar.(string); ok {
		return []share{{name, 1}}
	}
	if n.form != tableForm || len(n.table) == 0 {
		t.mistake(key, "must be a string, or a table of weights", "")
		return nil
	}
	n.inline = true
	var shares []share
	sum := 0.0
	for _, name := range slices.Sorted(maps.Keys(n.table)) {
		weight, ok := t.measured(key, n.table[name], inShares)
		if !ok {
			return nil
		}
		if weight < 0 {
			t.reject(key, Fault{Rule: "weights must not be negative", Got: n.table[name].got(), Code: noCode})
			return nil
		}
		sum += weight
		shares = append(shares, share{name, weight})
	}
	if sum == 0 || math.IsInf(sum, 0) {
		t.mistake(key, "weights must not all be 0", "")
		return nil
	}
	return shares
}

func readClients(t *table) cloud.Clients {
	c := cloud.Clients{Timeout: t.duration("timeout")}
	retry := t.inside("retry")
	c.RetryAttempts = retry.whole("attempts")
	c.Backoff = retry.duration("backoff")
	retry.done()
	c.PerConnection = t.whole("requests_per_connection")
	t.done()
	return c
}
