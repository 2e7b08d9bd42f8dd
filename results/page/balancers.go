package page

import (
	"strings"

	"headroom/model/pricing"
	"headroom/results"
)

// balancers says what load balancers did: connections, the capacity units that they are
// billed by, zones, rules, and errors by their cause.
func (r *run) balancers() *section {
	s := &section{ID: "balancers", Title: "Load balancers"}
	s.add(r.matrix("load_balancer"), r.capacityUnits(), r.nodes(), r.rules(), r.errors())
	return s
}

// of returns what a metric of a part was.
func (r *run) of(label, name, metric string) (results.Value, bool) {
	return r.value(results.Part{Label: label, Name: name}.Key(metric))
}

// capacityUnits tabulates the capacity-unit-hours of load balancers by dimension, with the one
// that most of them are billed for.
func (r *run) capacityUnits() *part {
	t := &table{Caption: "Capacity-unit-hours", Head: []string{"load_balancer", "mostly billed for", "billed"}, Left: 2}
	for _, d := range pricing.Dimensions() {
		t.Head = append(t.Head, strings.ReplaceAll(d, "_", " ")+" alone")
	}
	names := r.parts("load_balancer")
	for _, name := range names[:min(len(names), mostRows)] {
		billed, ok := r.of("load_balancer", name, "lcu.hours")
		if !ok {
			continue
		}
		line, most := row{Cells: []string{name, "–", r.told(billed.Estimate, billed.Unit)}}, 0.0
		for _, d := range pricing.Dimensions() {
			if v, ok := r.of("load_balancer", name, "lcu.billed."+d); ok && v.Value > most {
				line.Cells[1], most = strings.ReplaceAll(d, "_", " "), v.Value
			}
			text := "–"
			if v, ok := r.of("load_balancer", name, "lcu."+d); ok {
				text = r.told(v.Estimate, v.Unit)
			}
			line.Cells = append(line.Cells, text)
		}
		t.Rows = append(t.Rows, line)
	}
	t.More = beyond(len(names), mostRows)
	return some(t)
}

// nodes tabulates what each zone had of a load balancer's requests.
func (r *run) nodes() *part {
	t := &table{Caption: "By node: a load balancer has one in each zone", Head: []string{"node", "requests", "share", "connections rejected"}, Left: 1}
	names := r.parts("node")
	for _, name := range names[:min(len(names), mostRows)] {
		share, ok := r.of("node", name, "node.share")
		if !ok {
			continue
		}
		line := row{Cells: []string{name}, Share: &share.Value}
		for _, metric := range []string{"node.requests", "node.share", "node.rejected"} {
			v, _ := r.of("node", name, metric)
			line.Cells = append(line.Cells, r.told(v.Estimate, v.Unit))
		}
		t.Rows = append(t.Rows, line)
	}
	t.More = beyond(len(names), mostRows)
	return some(t)
}

// rules tabulates how many requests met each rule of a listener, in the order in which they
// are tried.
func (r *run) rules() *part {
	t := &table{Caption: "Requests by rule", Head: []string{"listener and priority", "requests"}, Left: 1}
	total, names := 0.0, r.parts("rule")
	for _, name := range names[:min(len(names), mostRows)] {
		if v, ok := r.of("rule", name, "rule.requests"); ok {
			total += v.Value
			t.Rows = append(t.Rows, row{Cells: []string{name, r.told(v.Estimate, v.Unit)}, Share: &v.Value})
		}
	}
	relate(t.Rows, total)
	t.More = beyond(len(names), mostRows)
	return some(t)
}

// errors tabulates the errors that clients of load balancers saw, by code and cause.
func (r *run) errors() *part {
	t := &table{Caption: "Errors by code and cause", Head: []string{"load_balancer", "code and cause", "attempts"}, Left: 2}
	n := 0
	for _, name := range r.parts("load_balancer") {
		for _, k := range results.ErrorKinds() {
			v, ok := r.of("load_balancer", name, k.Metric)
			if !ok || v.Value == 0 {
				continue
			}
			if n++; n <= mostRows {
				t.Rows = append(t.Rows, row{Cells: []string{name, k.Words, r.told(v.Estimate, v.Unit)}})
			}
		}
	}
	t.More = beyond(n, mostRows)
	return some(t)
}

// some is a table as a part, nil without rows.
func some(t *table) *part {
	if len(t.Rows) == 0 {
		return nil
	}
	return &part{Table: t}
}
