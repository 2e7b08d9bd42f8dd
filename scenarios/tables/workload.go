package tables

import (
	"maps"
	"math"
	"slices"
	"strings"

	"headroom/model"
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
			schema.Row("to", schema.Text(), schema.Required, "name of a load balancer, a target group or an instance; load_balancer.NAME and so on if ambiguous"),
			schema.Row("arrivals", schema.Inner().Like("arrivals"), schema.Required, "when requests come"),
			schema.Row("demand", schema.Inner(), "", "what a request takes"),
			schema.Row("demand.cpu", schema.Law(schema.Seconds), "(required where a service takes it)", "CPU time, or { column, unit } of a trace"),
			schema.Row("demand.request_bytes", schema.Law(schema.Bytes), "", "size of the request, or { column, unit } of a trace"),
			schema.Row("demand.response_bytes", schema.Law(schema.Bytes), "", "size of the response, or { column, unit } of a trace"),
			schema.Row("path", weighted(), `"/"`, `path of the requests, or paths by weight: { "/" = 0.7, "/api" = 0.3 }`),
			schema.Row("host", weighted(), `""`, "host of the requests, or hosts by weight"),
			schema.Row("clients", schema.Inner(), "", "how those who send requests behave"),
			schema.Row("clients.timeout", schema.Quantity(schema.Seconds, 1e-6, year), "", "they give up after this; never without"),
			schema.Row("clients.deadline", schema.Quantity(schema.Seconds, 1e-6, year), "", "answers within it count as goodput, retries and all; without, every answer does"),
			schema.Row("clients.retry", schema.Inner(), "", "what they do when a request fails"),
			schema.Row("clients.requests_per_connection", schema.Whole(1, 1e9), "1", "requests on one connection"),
		}),
		schema.Within("workload.NAME.clients", "", retryKeys("the workload")),
		schema.Within("column", "", []schema.Key{
			schema.Row("column", schema.Text(), schema.Required, "column of the trace"),
			schema.Row("unit", schema.Text(), "", "unit of the column; otherwise that of a bare number"),
		}),
	)
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
		w.To, w.Target = l.destination(t, "to")
		l.requireDemand(t, w)
		demand := t.Inside("demand")
		l.measures[i] = l.readMeasure(demand)
		columns := columnsOf(demand)
		l.loads[i] = l.readArrivals(t, columns.wanted())
		l.readDemand(demand, w, columns, l.loads[i])
		w.Arrivals = l.loads[i].process
		w.Classes = readClasses(t)
		w.Clients = l.readClients(t.Inside("clients"), w)
		t.Done()
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
		t.Add(schema.Fault{Path: t.PathOf("demand"), Rule: "is required"}, t.Node, "demand")
	case n.Form == tree.TableForm && n.Table["cpu"] == nil:
		t.Add(schema.Fault{Path: t.PathOf("demand") + ".cpu", Rule: "is required"}, n, "demand")
	}
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

// readClasses reads the hosts and paths of requests: every pair of them, by the
// product of their weights.
func readClasses(t *schema.Table) []dataplane.RequestClass {
	paths, hosts := readWeighted(t, "path"), readWeighted(t, "host")
	var classes []dataplane.RequestClass
	for _, p := range paths {
		if !strings.HasPrefix(p.name, "/") {
			t.Mistake("path", "must begin with /", "")
		}
		for _, h := range hosts {
			classes = append(classes, dataplane.RequestClass{Host: h.name, Path: p.name, Weight: p.weight * h.weight})
		}
	}
	return classes
}

// share is a name with a weight.
type share struct {
	name   string
	weight float64
}

// readWeighted reads a name, or names by weight.
func readWeighted(t *schema.Table, key string) []share {
	n := t.Value(key)
	if name, ok := n.AsText(); ok {
		return []share{{name, 1}}
	}
	if n.Form != tree.TableForm || len(n.Table) == 0 {
		t.Mistake(key, "must be a string, or a table of weights", "")
		return nil
	}
	n.Inline = true
	var shares []share
	sum := 0.0
	for _, name := range slices.Sorted(maps.Keys(n.Table)) {
		weight, ok := t.Measured(key, n.Table[name], schema.Share)
		if !ok {
			return nil
		}
		if weight < 0 {
			t.Reject(key, schema.Fault{Rule: "weights must not be negative", Got: n.Table[name].Got(), Code: schema.NoCode})
			return nil
		}
		sum += weight
		shares = append(shares, share{name, weight})
	}
	if sum == 0 || math.IsInf(sum, 0) {
		t.Mistake(key, "weights must not all be 0", "")
		return nil
	}
	return shares
}

func (l *loader) readClients(t *schema.Table, w *dataplane.Workload) dataplane.Clients {
	c := dataplane.Clients{Timeout: t.Duration("timeout"), Deadline: t.Duration("deadline")}
	l.readRetry(t.Inside("retry"), w.To, w.Target, &c)
	c.PerConnection = t.Whole("requests_per_connection")
	t.Done()
	return c
}
