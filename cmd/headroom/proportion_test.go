package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"headroom/results"
	"headroom/results/report"
	"headroom/results/run"
	"headroom/scenarios/tables"
)

// many is a scenario in which n of something stand.
type many struct {
	name   string
	n      int
	faulty bool
	text   func(n int) string
}

const (
	heading = `run = { duration = "90s", replications = 1 }
launch_template.web = { instance_type = "m7g.large", monitoring = "detailed" }
service.web = { discipline = "ps" }
`
	balanced = heading + `target_group.web = { service = "web", deregistration_delay = 0 }
load_balancer.front = { default_action = { forward = ["web"] } }
[autoscaling_group.web]
launch_template = "web"
target_groups = ["web"]
min_size = 0
`
)

// times writes something n times; %[1]d is which.
func times(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format+"\n", i)
	}
	return b.String()
}

// manys are the things that scenarios have many of.
func manys() []many {
	return []many{
		{name: "members that are launched and end", n: 2000, text: func(n int) string {
			return balanced + fmt.Sprintf(`max_size = %d
desired_capacity = %d
schedule = [{ start_time = 2026-03-02T00:00:10Z, desired_capacity = %d }, { start_time = 2026-03-02T00:01:20Z, desired_capacity = 1 }]
`, n, n/2, n)
		}},
		{name: "groups with targets, balancers, policies and workloads", n: 100, text: func(n int) string {
			return heading + times(n, `target_group.g%[1]d = { service = "web" }
load_balancer.l%[1]d = { default_action = { forward = ["g%[1]d"] } }
autoscaling_group.g%[1]d = { launch_template = "web", min_size = 1, max_size = 2, target_groups = ["g%[1]d"], policy = [{ policy_type = "TargetTrackingScaling", metric = "ALBRequestCountPerTarget", target_value = 50 }] }
workload.w%[1]d = { to = "l%[1]d", arrivals = { process = "poisson", rate = "1/s" }, demand = { cpu = "50ms" } }`)
		}},
		{name: "groups that nobody sends anything", n: 1000, text: func(n int) string {
			return heading + times(n, `autoscaling_group.g%[1]d = { launch_template = "web", min_size = 1, max_size = 2 }`)
		}},
		{name: "instances with thresholds of their own", n: 200, text: func(n int) string {
			return heading + times(n, `instance.i%[1]d = { instance_type = "m5.large" }`) +
				"[thresholds]\n" + times(n, `"cost{instance=i%[1]d}" = "< $9"`)
		}},
		{name: "unknown keys", n: 1000, faulty: true, text: func(n int) string {
			return heading + "[instance.db]\ninstance_type = \"m5.large\"\n" + times(n, `instance_tipe_%[1]d = 1`)
		}},
		{name: "references to nothing", n: 500, faulty: true, text: func(n int) string {
			return heading + times(n, `launch_template.t%[1]d = { instance_type = "m5.lrge%[1]d" }
autoscaling_group.g%[1]d = { launch_template = "x%[1]d", min_size = 1, max_size = 2 }`)
		}},
		{name: "pools of no family", n: 300, faulty: true, text: func(n int) string {
			return heading + "instance.db = { instance_type = \"m5.large\" }\n" + times(n, `hosts.pool%[1]d = { per_zone = 1 }`)
		}},
	}
}

// play reads, runs and reports a scenario with n of something.
func (m *many) play(t *testing.T, n int) {
	s, err := tables.Parse("many.toml", []byte(m.text(n)), tables.Options{
		CheckMetric: results.CheckKey, Observe: results.Observe, CheckThresholds: results.ThresholdRules,
	})
	if m.faulty {
		if err == nil || strings.Count(err.Error(), "\n") < n-1 {
			t.Fatalf("%d %s: got %v", n, m.name, err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	summary, err := run.Scenario(context.Background(), s, run.Options{Replications: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []report.Format{report.Table, report.JSON} {
		if err := report.Write(io.Discard, report.Options{Format: format}, []*results.Summary{summary}); err != nil {
			t.Fatal(err)
		}
	}
	to, err := openOut(t.TempDir(), report.RunFolder())
	if err != nil {
		t.Fatal(err)
	}
	defer giveBack(to)
	if err := report.Save(to, summary, s.Resolved()); err != nil {
		t.Fatal(err)
	}
}

// Four times as much of anything takes about four times as long, and not sixteen
// times: the shortest of some trials, since others use the machine too.
func TestEverythingTakesTimeInProportion(t *testing.T) {
	const most, trials = 10.0, 5
	for _, m := range manys() {
		ratio := 0.0
		few, more := time.Hour, time.Hour
		for range trials {
			few, more = min(few, clocked(func() { m.play(t, m.n) })), min(more, clocked(func() { m.play(t, 4*m.n) }))
			if ratio = float64(more) / float64(few); ratio < most {
				break
			}
		}
		if ratio >= most {
			t.Errorf("%d %s take %v, %d of them %v: %.1f times as long", m.n, m.name, few, 4*m.n, more, ratio)
		}
		t.Logf("%d %s: %v, %d: %v", m.n, m.name, few, 4*m.n, more)
	}
}

func clocked(f func()) time.Duration {
	began := time.Now()
	f()
	return time.Since(began)
}
