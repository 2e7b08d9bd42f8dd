package page

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"headroom/results"
	"headroom/results/report"
	"headroom/sim/stat"
)

// tiles are the numbers that people read first, those that a run has.
var tiles = []struct{ key, name string }{
	{"requests.arrived", "requests"}, {"availability", "availability"}, {"latency.p50", "latency p50"}, {"latency.p99", "latency p99"},
	{"capacity.in_service.mean", "instances in service, mean"}, {"cpu.utilization", "CPU utilization"},
	{"task.running.mean", "tasks running, mean"}, {"task.cpu.utilization", "CPU utilization of tasks"},
	{"function.invocations", "invocations of functions"}, {"function.cold", "cold starts"},
	{"spot.interruptions", "Spot interruptions"}, {"cost.total", "cost of the run"}, {"cost.per_month", "cost per month"},
}

// summary is what people read first.
func (r *run) summary() *section {
	s := &section{ID: "summary", Title: "Summary", Lead: r.precision()}
	p := &part{}
	for _, t := range tiles {
		if v, ok := r.value(t.key); ok {
			value, half, _ := strings.Cut(r.told(v.Estimate, v.Unit), " ± ")
			if half != "" {
				half = "± " + half
			}
			p.Tiles = append(p.Tiles, tile{Name: t.name, Value: value, Note: half})
		}
	}
	s.add(p, r.thresholds())
	for _, label := range []string{"window", "workload", "target_group", "autoscaling_group", "container_service", "function"} {
		s.add(r.matrix(label))
	}
	return s
}

// precision says what stands behind ±.
func (r *run) precision() string {
	if r.Replications == 1 {
		return "One replication: there are no intervals."
	}
	return fmt.Sprintf("± is half the width of the 95 %% interval over %d replications.", r.Replications)
}

// told is an estimate for people. That it is the same in every replication is not said.
func (r *run) told(e stat.Estimate, unit string) string {
	return strings.TrimSuffix(report.Amount(e, unit, r.Replications), " constant")
}

// value returns what a metric was.
func (r *run) value(key string) (results.Value, bool) {
	at := slices.IndexFunc(r.Metrics, func(v results.Value) bool { return v.Key == key })
	if at < 0 {
		return results.Value{}, false
	}
	return r.Metrics[at], true
}

// thresholds says which limits were met.
func (r *run) thresholds() *part {
	if len(r.Thresholds) == 0 {
		return nil
	}
	t := &table{Caption: "Thresholds", Head: []string{"metric", "must be", "is", "verdict"}, Left: 4}
	for _, v := range r.Thresholds {
		line := row{Cells: []string{v.Metric, v.Text, "never observed", "breached"}, State: "bad"}
		if !math.IsNaN(v.Value) {
			line.Cells[2] = r.told(v.Estimate, v.Unit)
		}
		if v.Pass {
			line.Cells[3], line.State = "met", "good"
		}
		t.Rows = append(t.Rows, line)
	}
	return &part{Table: t}
}

// matrixRows are the metrics that tables of parts have.
var matrixRows = map[string][]struct{ metric, name string }{
	"window": {
		{"requests.arrived", "arrived"}, {"requests.failed", "failed"}, {"availability", "availability"}, {"latency.p50", "p50"}, {"latency.p95", "p95"}, {"latency.p99", "p99"},
		{"capacity.in_service.mean", "in service, mean"}, {"cpu.utilization", "CPU"}, {"cost.total", "cost"}, {"cost.per_hour", "an hour"},
	},
	"workload":     {{"requests.arrived", "arrived"}, {"requests.failed", "failed"}, {"availability", "availability"}, {"latency.p50", "p50"}, {"latency.p95", "p95"}, {"latency.p99", "p99"}},
	"target_group": {{"requests.arrived", "arrived"}, {"requests.failed", "failed"}, {"availability", "availability"}, {"latency.p50", "p50"}, {"latency.p95", "p95"}, {"latency.p99", "p99"}, {"target_group.healthy.min", "fewest healthy"}, {"target_group.imbalance", "imbalance, mean"}, {"target_group.imbalance.max", "worst"}},
	"load_balancer": {
		{"connections.new", "connections opened"}, {"connections.active.mean", "open, mean"}, {"connections.reset", "reset"}, {"websockets.reset", "WebSockets reset"},
		{"connections.rejected", "rejected"}, {"handshakes.new", "handshakes"}, {"handshakes.failed", "handshakes failed"},
		{"transfer.cross_zone", "between zones, each side"}, {"transfer.cross_zone.cost", "costs"},
	},
	"autoscaling_group": {
		{"capacity.in_service.mean", "in service, mean"}, {"capacity.in_service.max", "most"}, {"cpu.utilization", "CPU"}, {"scaling.activities", "changes"},
		{"instances.launched", "launched"}, {"spot.interruptions", "interruptions"}, {"instance_hours", "instance-hours"}, {"cost", "cost"},
	},
	"container_service": {
		{"task.running.mean", "running, mean"}, {"task.running.max", "most"}, {"task.waiting.mean", "waiting, mean"}, {"task.cpu.utilization", "CPU"},
		{"task.started", "started"}, {"task.lost", "lost"}, {"task.interrupted", "interrupted"}, {"task_hours", "task-hours"}, {"cost", "cost"},
	},
	"function": {
		{"function.invocations", "invocations"}, {"function.throttles", "throttles"}, {"function.errors", "errors"}, {"function.cold", "cold starts"},
		{"function.concurrency.max", "most at once"}, {"function.duration.p99", "p99"}, {"cost", "cost"},
	},
}

// matrix tabulates the parts of one label, nil if there is none.
func (r *run) matrix(label string) *part {
	names := r.parts(label)
	if len(names) == 0 {
		return nil
	}
	t := &table{Caption: "By " + strings.ReplaceAll(label, "_", " "), Head: []string{label}, Left: 1}
	for _, m := range matrixRows[label] {
		if slices.ContainsFunc(names, func(name string) bool {
			_, ok := r.value(results.Part{Label: label, Name: name}.Key(m.metric))
			return ok
		}) {
			t.Head = append(t.Head, m.name)
		}
	}
	for _, name := range names[:min(len(names), mostRows)] {
		line := row{Cells: []string{name}}
		for _, m := range matrixRows[label] {
			if !slices.Contains(t.Head, m.name) {
				continue
			}
			text := "–"
			if v, ok := r.value(results.Part{Label: label, Name: name}.Key(m.metric)); ok {
				text = r.told(v.Estimate, v.Unit)
			}
			line.Cells = append(line.Cells, text)
		}
		t.Rows = append(t.Rows, line)
	}
	t.More = beyond(len(names), mostRows)
	return &part{Table: t}
}

// mostRows of a table are shown.
const mostRows = 200

// beyond says how many rows a table leaves out.
func beyond(n, most int) string {
	if n <= most {
		return ""
	}
	return fmt.Sprintf("%d more are in summary.json", n-most)
}

// parts lists the parts of one label of which there are metrics, of the whole run.
func (r *run) parts(label string) []string {
	var names []string
	for i := range r.Metrics {
		_, rest, ok := strings.Cut(r.Metrics[i].Key, "{"+label+"=")
		if name := strings.TrimSuffix(rest, "}"); ok && !strings.Contains(name, ",window=") && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// warnings are what to know before trusting the numbers.
func (r *run) warnings() *section {
	s := &section{ID: "warnings", Title: "Warnings"}
	if len(r.Warnings) > 0 {
		s.add(&part{Notes: r.Warnings})
	}
	return s
}

// latency says where the time of requests goes.
func (r *run) latency() *section {
	s := &section{ID: "latency", Title: "Where the time goes"}
	s.add(r.phases()...)
	for _, by := range []struct{ label, title string }{
		{"service", "hop"}, {"zone", "zone"}, {"instance_type", "instance type"}, {"workload", "workload"},
	} {
		s.add(r.bars("latency.p99", by.label, "p99 latency by "+by.title))
	}
	return s
}

// phases tabulates the mean time in each phase, of each service.
func (r *run) phases() []*part {
	var all []*part
	for _, service := range r.parts("service") {
		t := &table{Caption: "Mean time of a request by phase, service " + service, Head: []string{"phase", "mean", "p99"}, Left: 1}
		total := 0.0
		for i := range r.Metrics {
			name, is := strings.CutPrefix(r.Metrics[i].Key, "phase.")
			name, mean := strings.CutSuffix(name, ".mean{service="+service+"}")
			v := r.Metrics[i]
			if !is || !mean || v.Value == 0 {
				continue
			}
			total += v.Value
			line := row{Cells: []string{name, r.told(v.Estimate, v.Unit), "–"}, Share: &r.Metrics[i].Value}
			if p99, ok := r.value("phase." + name + ".p99{service=" + service + "}"); ok {
				line.Cells[2] = r.told(p99.Estimate, p99.Unit)
			}
			t.Rows = append(t.Rows, line)
		}
		relate(t.Rows, total)
		if len(t.Rows) > 0 && len(all) < mostEach {
			all = append(all, &part{Table: t})
		}
	}
	return all
}

// relate makes shares of amounts.
func relate(rows []row, whole float64) {
	for i := range rows {
		share := 0.0
		if whole > 0 {
			share = *rows[i].Share / whole
		}
		rows[i].Share = &share
	}
}

// bars tabulates a metric by part, the longest first as long as the page is wide; nil if
// there are fewer than two parts.
func (r *run) bars(metric, label, caption string) *part {
	t := &table{Caption: caption, Head: []string{label, "p99"}, Left: 1}
	most := 0.0
	names := r.parts(label)
	for _, name := range names {
		if v, ok := r.value(results.Part{Label: label, Name: name}.Key(metric)); ok && len(t.Rows) < mostRows {
			most = max(most, v.Value)
			t.Rows = append(t.Rows, row{Cells: []string{name, r.told(v.Estimate, v.Unit)}, Share: &v.Value})
		}
	}
	relate(t.Rows, most)
	if len(t.Rows) < 2 {
		return nil
	}
	t.More = beyond(len(names), mostRows)
	return &part{Table: t}
}

// mostNumbers bounds the list of all metrics.
const mostNumbers = 1500

// numbers lists every metric.
func (r *run) numbers() *section {
	s := &section{ID: "numbers", Title: "All numbers"}
	t := &table{Caption: "Every metric that is not zero", Head: []string{"metric", "value"}, Left: 1, Folded: true}
	n := 0
	for i := range r.Metrics {
		v := &r.Metrics[i]
		if v.Value == 0 && !(v.HalfWidth > 0) {
			continue
		}
		if n++; n <= mostNumbers {
			t.Rows = append(t.Rows, row{Cells: []string{v.Key, r.told(v.Estimate, v.Unit)}})
		}
	}
	t.More = beyond(n, mostNumbers)
	s.add(&part{Table: t})
	return s
}
