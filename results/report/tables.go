package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"headroom/model/controlplane"
	"headroom/results"
)

// blocks lists the tables of a summary, for a reader that sees so many columns.
func blocks(s *results.Summary, width int) []block {
	var all []block
	add := func(title string, rows []row, parts []results.Part) {
		for len(parts) > 0 {
			b, n := matrix(s, title, rows, parts[:1]), 1
			for n < len(parts) {
				wider := matrix(s, title, rows, parts[:n+1])
				if !wider.fits(width) {
					break
				}
				b, n = wider, n+1
			}
			if len(b.rows) > 0 {
				all = append(all, b)
			}
			parts = parts[n:]
		}
	}
	add("Requests", requestRows(s), trafficParts(s))
	if len(s.Spans) > 0 {
		all = append(all, spanBlock(s))
	}
	add("Windows", windowRows(s), windowParts(s))
	if s.Config.Journeys() {
		add("Services", serviceRows(), serviceParts(s))
	}
	if s.Config.Observe.Phases {
		add("Phases", phaseRows(), serviceParts(s))
	}
	add("Zones", latencyRows(), several(s, "zone"))
	add("Types", latencyRows(), several(s, "instance_type"))
	if looksCloser(s) {
		all = append(all, ruleBlock(s))
	}
	add("Load balancers", listenerRows(), listenerParts(s))
	add("Errors", errorRows(), errorParts(s))
	add("Connections", connectionRows(), connectionParts(s))
	add("Capacity units", unitRows(), unitParts(s))
	add("Nodes", nodeRows(), nodeParts(s))
	add("Recovery", recoveryRows(), recoveryParts(s))
	add("Targets", targetRows(), s.Labelled("target_group"))
	add("Capacity", groupRows(), append(s.Labelled("autoscaling_group"), s.Labelled("instance")...))
	add("Tasks", containerRows(), s.Labelled("container_service"))
	add("Functions", functionRows(), s.Labelled("function"))
	add("CPU credits", burstRows(), burstParts(s))
	add("Memory", memoryRows(), memoryParts(s))
	add("Network", networkRows(), networkParts(s))
	add("Disks", volumeRows(), s.Labelled("volume"))
	if backs(s) {
		add("Snapshots", backupRows(), s.Labelled("volume"))
	}
	add("Hosts", hostRows(), s.Labelled("hosts"))
	add("Data transfer", transferRows(), transferParts(s))
	add("Instance workloads", tenantRows(), s.Labelled("instance_workload"))
	if len(s.Subtotals) > 0 {
		all = append(all, moneyBlock(s))
	}
	return all
}

// trafficParts lists the columns of requests: the whole, and its parts where
// they say more than the whole, and workloads where they say more than target
// groups.
func trafficParts(s *results.Summary) []results.Part {
	parts := []results.Part{{}}
	groups, workloads := s.Labelled("target_group"), s.Labelled("workload")
	if len(workloads) > 1 && !repeat(s, workloads, groups) {
		parts = append(parts, workloads...)
	}
	if len(groups) > 1 {
		parts = append(parts, groups...)
	}
	return parts
}

// repeat reports whether each of some parts has the traffic of one of the others.
func repeat(s *results.Summary, some, others []results.Part) bool {
	known := map[traffic]bool{}
	for _, p := range others {
		known[trafficOf(s, p)] = true
	}
	return !slices.ContainsFunc(some, func(p results.Part) bool { return !known[trafficOf(s, p)] })
}

// traffic is what tells the traffic of two parts apart: its counts and its mean
// latency, as far as they were observed.
type traffic [3]struct {
	value    float64
	observed bool
}

func trafficOf(s *results.Summary, p results.Part) (t traffic) {
	for i, metric := range []string{"requests.arrived", "requests.completed", "latency.mean"} {
		v, ok := s.Value(metric, p)
		t[i].value, t[i].observed = v.Value, ok
	}
	return t
}

// present leaves out rows that nobody observed, and quiet ones without events.
func present(s *results.Summary, rows []row, parts []results.Part) []row {
	var some []row
	for _, r := range rows {
		for _, p := range parts {
			if v, ok := s.Value(r.metric, p); ok && (!r.quiet || v.Value != 0) {
				some = append(some, r)
				break
			}
		}
	}
	return some
}

// matrix tabulates metrics by part, without rows if nobody observed any.
func matrix(s *results.Summary, title string, rows []row, parts []results.Part) block {
	b := block{head: []string{title}, left: 1}
	rows = present(s, rows, parts)
	for _, r := range rows {
		b.rows = append(b.rows, []string{r.name})
	}
	for _, p := range parts {
		name := p.Label + "." + p.Name
		if p.Label == "" {
			name = "all"
		}
		b.head = append(b.head, name)
		cells := make([]cell, len(rows))
		for i, r := range rows {
			if v, ok := s.Value(r.metric, p); ok {
				cells[i] = estimate(v.Estimate, v.Unit, s.Replications)
			}
		}
		for i, text := range column(cells) {
			b.rows[i] = append(b.rows[i], text)
		}
	}
	return b
}

// moneyBlock breaks the cost down by service and way of buying.
func moneyBlock(s *results.Summary) block {
	b := block{head: []string{"Cost", "bought as", "amount", "share"}, left: 2}
	var cells []cell
	for _, sub := range s.Subtotals {
		option := string(sub.Option)
		if sub.Unused {
			option += ", unused"
		}
		b.rows = append(b.rows, []string{string(sub.Service), option, "", percent(sub.Share)})
		cells = append(cells, estimate(sub.Cost, "USD", s.Replications))
	}
	for _, total := range []row{
		{name: "total", metric: "cost.total"},
		{name: "commitments cover", metric: "commitment.coverage"},
		{name: "of them is used", metric: "commitment.utilization"},
		{name: "at list prices", metric: "cost.list"},
		{name: "per hour", metric: "cost.per_hour"},
		{name: "per day", metric: "cost.per_day"},
		{name: "per million requests", metric: "cost.per_million_requests"},
	} {
		if v, ok := s.Metric(total.metric); ok {
			b.rows = append(b.rows, []string{total.name, "", "", ""})
			cells = append(cells, estimate(v.Estimate, v.Unit, s.Replications))
		}
	}
	if total, ok := s.Metric("cost.total"); ok && s.Currency.PerUSD != 1 {
		total.Value, total.HalfWidth = total.Value*s.Currency.PerUSD, total.HalfWidth*s.Currency.PerUSD
		b.rows = append(b.rows, []string{"total in " + s.Currency.Code, "", "", ""})
		cells = append(cells, estimate(total.Estimate, s.Currency.Code, s.Replications))
	}
	for i, text := range column(cells) {
		b.rows[i][2] = text
	}
	return b
}

func percent(share float64) string { return strconv.FormatFloat(100*share, 'f', 1, 64) + " %" }

// thresholdBlock shows what was asked for and what came out.
func thresholdBlock(s *results.Summary, paint painter) block {
	b := block{head: []string{"Threshold", "must be", "is", ""}, left: 4}
	var cells []cell
	for _, v := range s.Thresholds {
		c, verdict := cell{value: "not observed"}, paint.bad("breached")
		if v.Observed {
			c = estimate(v.Estimate, v.Unit, s.Replications)
		}
		if v.Pass {
			verdict = paint.good("met")
		}
		if v.Close && s.Replications > 1 {
			verdict += ", within the interval"
		}
		b.rows = append(b.rows, []string{v.Key, v.Text, "", verdict})
		cells = append(cells, c)
	}
	for i, text := range column(cells) {
		b.rows[i][2] = text
	}
	return b
}

// heading says what was run.
func heading(s *results.Summary) []string {
	cfg := s.Config
	run := fmt.Sprintf("%d replications of %s", s.Replications, clock(cfg.Duration))
	n := fmt.Sprintf("± half-width of the 95 %% interval, n = %d replications", s.Replications)
	if s.Replications == 1 {
		run, n = "1 replication of "+clock(cfg.Duration), "n = 1: no intervals"
	}
	if cfg.Warmup > 0 {
		run += ", of which " + clock(cfg.Warmup) + " warm-up"
	}
	facts := []string{run, "seed " + strconv.FormatUint(s.Seed, 10)}
	if cfg.Region != "" {
		facts = append(facts, cfg.Region)
	}
	if s.PriceDate != "" {
		facts = append(facts, "prices of "+s.PriceDate)
	}
	return []string{s.Scenario, strings.Join(facts, " · "), n}
}

// writeTables writes summaries for people.
func writeTables(w io.Writer, o Options, summaries []*results.Summary) error {
	for i, s := range summaries {
		if i > 0 {
			if _, err := io.WriteString(w, "\n"); err != nil {
				return err
			}
		}
		p := page{w: w, markdown: o.Format == Markdown, paint: painter(o.Color && o.Format == Table)}
		p.summary(s, o.Sparklines && o.Format == Table)
		if p.err != nil {
			return p.err
		}
	}
	return nil
}

// backs reports whether snapshots of volumes are taken.
func backs(s *results.Summary) bool {
	return slices.ContainsFunc(s.Config.Volumes, func(v controlplane.Volume) bool { return v.Backed })
}
