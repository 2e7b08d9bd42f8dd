package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"headroom/model/dataplane"
	"headroom/results"
)

// row is one line of a table: a metric, and how it is called there.
type row struct {
	name, metric string
	quiet        bool // left out where it is zero throughout
}

func requestRows(s *results.Summary) []row {
	rows := []row{
		{name: "arrived", metric: "requests.arrived"},
		{name: "completed", metric: "requests.completed"},
		{name: "failed", metric: "requests.failed"},
	}
	for _, p := range s.Labelled("code") {
		rows = append(rows, row{name: "failed with " + p.Name, metric: p.Key("requests.failed"), quiet: true})
	}
	rows = append(rows, []row{
		{name: "lost to Spot reclaims", metric: "spot.requests_lost", quiet: true},
		{name: "retries", metric: "requests.retried", quiet: true},
		{name: "in flight at the end", metric: "requests.in_flight"},
		{name: "availability", metric: "availability"},
		{name: "throughput", metric: "throughput"},
		{name: "latency mean", metric: "latency.mean"},
		{name: "latency p50", metric: "latency.p50"},
		{name: "latency p90", metric: "latency.p90"},
		{name: "latency p95", metric: "latency.p95"},
		{name: "latency p99", metric: "latency.p99"},
		{name: "latency p99.9", metric: "latency.p999"},
		{name: "latency max", metric: "latency.max"},
		{name: "wait mean", metric: "wait.mean"},
		{name: "wait probability", metric: "wait.probability"},
	}...)
	if usersDiffer(s) {
		rows = append(rows, userRows()...)
	}
	return rows
}

// userRows are those of user requests: attempts, and what services ask of each
// other, together.
func userRows() []row {
	return []row{
		{name: "user requests", metric: "user.requests"},
		{name: "user availability", metric: "user.availability"},
		{name: "user latency mean", metric: "user.latency.mean"},
		{name: "user latency p50", metric: "user.latency.p50"},
		{name: "user latency p99", metric: "user.latency.p99"},
		{name: "goodput", metric: "goodput"},
	}
}

// usersDiffer reports whether user requests show anything that attempts do not.
func usersDiffer(s *results.Summary) bool {
	for i := range s.Config.Workloads {
		if s.Config.Workloads[i].Clients.Deadline > 0 {
			return true
		}
	}
	for _, same := range [][2]string{
		{"user.requests", "requests.arrived"}, {"user.availability", "availability"}, {"user.latency.mean", "latency.mean"},
	} {
		user, known := s.Metric(same[0])
		attempt, also := s.Metric(same[1])
		if known && also && user.Value != attempt.Value {
			return true
		}
	}
	return false
}

// serviceRows are what services are asked, by users and by each other.
func serviceRows() []row {
	return []row{
		{name: "requests", metric: "requests.arrived"},
		{name: "availability", metric: "availability"},
		{name: "latency p50", metric: "latency.p50"},
		{name: "latency p99", metric: "latency.p99"},
	}
}

// phaseRows are where the latency of services goes, phases that take no time left
// out.
func phaseRows() []row {
	var rows []row
	for _, phase := range dataplane.PhaseNames() {
		for _, of := range []string{"mean", "p99"} {
			rows = append(rows, row{name: phase + " " + of, metric: "phase." + phase + "." + of, quiet: true})
		}
	}
	return rows
}

// serviceParts lists the services that requests visit.
func serviceParts(s *results.Summary) []results.Part {
	return slices.DeleteFunc(s.Labelled("service"), func(p results.Part) bool {
		v, ok := s.Value("requests.arrived", p)
		return !ok || v.Value == 0
	})
}

func groupRows() []row {
	return []row{
		{name: "in service mean", metric: "capacity.in_service.mean"},
		{name: "in service min", metric: "capacity.in_service.min"},
		{name: "in service max", metric: "capacity.in_service.max"},
		{name: "desired max", metric: "capacity.desired.max"},
		{name: "CPU utilization", metric: "cpu.utilization"},
		{name: "scaling activities", metric: "scaling.activities"},
		{name: "blocked by cooldown", metric: "scaling.blocked_by_cooldown", quiet: true},
		{name: "launched", metric: "instances.launched"},
		{name: "terminated", metric: "instances.terminated"},
		{name: "found no capacity", metric: "instances.launch_failed", quiet: true},
		{name: "lost to faults", metric: "instances.lost", quiet: true},
		{name: "Spot interruptions", metric: "spot.interruptions", quiet: true},
		{name: "instance-hours", metric: "instance_hours"},
		{name: "cost", metric: "cost"},
	}
}

func tenantRows() []row {
	return []row{
		{name: "launched", metric: "instances.launched"},
		{name: "terminated", metric: "instances.terminated"},
		{name: "found no capacity", metric: "instances.launch_failed"},
		{name: "rejected", metric: "instance_workload.rejected"},
		{name: "Spot interruptions", metric: "spot.interruptions", quiet: true},
		{name: "running mean", metric: "instance_workload.running.mean"},
		{name: "running max", metric: "instance_workload.running.max"},
		{name: "instance-hours", metric: "instance_hours"},
		{name: "cost", metric: "cost", quiet: true},
	}
}

func targetRows() []row {
	return []row{
		{name: "healthy mean", metric: "target_group.healthy.mean"},
		{name: "healthy min", metric: "target_group.healthy.min"},
	}
}

// volumeRows are those of disks that steps use.
func volumeRows() []row {
	return []row{
		{name: "I/Os", metric: "volume.iops"},
		{name: "throughput", metric: "volume.throughput"},
		{name: "wait mean", metric: "volume.wait.mean"},
		{name: "burst balance min", metric: "volume.burst_balance.min"},
		{name: "burst balance end", metric: "volume.burst_balance.end"},
		{name: "throttled", metric: "volume.throttled_time", quiet: true},
		{name: "failed", metric: "volume.failed", quiet: true},
	}
}

func hostRows() []row {
	return []row{
		{name: "used mean", metric: "hosts.used.mean"},
		{name: "used max", metric: "hosts.used.max"},
		{name: "CPU allocated", metric: "hosts.cpu_allocated"},
		{name: "memory allocated", metric: "hosts.memory_allocated"},
	}
}

// blocks lists the tables of a summary.
func blocks(s *results.Summary) []block {
	var all []block
	add := func(title string, rows []row, parts []results.Part) {
		all = append(all, matrices(s, title, rows, parts)...)
	}
	add("Requests", requestRows(s), trafficParts(s))
	if s.Config.Journeys() {
		add("Services", serviceRows(), serviceParts(s))
	}
	if s.Config.Observe.Phases {
		add("Phases", phaseRows(), serviceParts(s))
	}
	add("Targets", targetRows(), s.Labelled("target_group"))
	add("Capacity", groupRows(), append(s.Labelled("autoscaling_group"), s.Labelled("instance")...))
	add("Disks", volumeRows(), s.Labelled("volume"))
	add("Hosts", hostRows(), s.Labelled("hosts"))
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
	for _, p := range some {
		if !slices.ContainsFunc(others, func(q results.Part) bool { return sameTraffic(s, p, q) }) {
			return false
		}
	}
	return true
}

func sameTraffic(s *results.Summary, p, q results.Part) bool {
	for _, metric := range []string{"requests.arrived", "requests.completed", "latency.mean"} {
		a, known := s.Value(metric, p)
		b, also := s.Value(metric, q)
		if known != also || a.Value != b.Value {
			return false
		}
	}
	return true
}

// widest is how many columns of numbers fit on a line.
const widest = 4

// matrices tabulates metrics by part, in as many tables as the width asks for.
func matrices(s *results.Summary, title string, rows []row, parts []results.Part) []block {
	var all []block
	for len(parts) > 0 {
		n := min(len(parts), widest)
		if some := present(s, rows, parts[:n]); len(some) > 0 {
			all = append(all, matrix(s, title, some, parts[:n]))
		}
		parts = parts[n:]
	}
	return all
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

func matrix(s *results.Summary, title string, rows []row, parts []results.Part) block {
	b := block{head: []string{title}, left: 1}
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
		p.summary(s)
		if p.err != nil {
			return p.err
		}
	}
	return nil
}
