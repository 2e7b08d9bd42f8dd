package health

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	"headroom/sim"
	"headroom/sim/notebook"
)

var update = flag.Bool("update", false, "write the answers of the notebooks anew")

func TestNotebooks(t *testing.T) {
	notebook.Check(t, "testdata/*.txt", *update, func(*notebook.Notebook) notebook.Answer { return answer })
}

var kinds = map[string]Kind{"alb": ALB, "alb-lambda": ALBLambda, "nlb": NLB, "nlb-http": NLBHTTP, "gwlb": GWLB}

// answer answers one question of a notebook.
func answer(t *testing.T, q notebook.Question) string {
	a := notebook.Split(q.Command)
	seconds := func(key string) sim.Time { return sim.Time(a.Integer(key, 0)) * sim.Second }
	answer := ""
	switch a.Name {
	case "watch":
		answer = watched(a)
	case "default":
		c := Default(kinds[a.Text("kind", "")])
		answer = fmt.Sprintf("interval %v, timeout %v, healthy after %d, unhealthy after %d", c.Interval, c.Timeout, c.HealthyThreshold, c.UnhealthyThreshold)
	case "fits":
		c := Check{Interval: seconds("interval"), Timeout: seconds("timeout")}
		answer = map[bool]string{true: "yes", false: "no"}[c.Fits(kinds[a.Text("kind", "")])]
	case "scope":
		m := Minimum{Count: a.Integer("count", 0), Percent: a.Integer("percent", 0)}
		answer = map[bool]string{true: "too few", false: "enough"}[m.Breached(a.Integer("healthy", 0), a.Integer("registered", 0))]
	case "fail-open":
		answer = map[bool]string{true: "to all", false: "to the healthy ones"}[DefaultGroup().FailOpen(a.Integer("healthy", 0), a.Integer("registered", 0))]
	default:
		t.Fatalf("line %d: unknown command %s", q.Line, a.Name)
	}
	if key := a.Unused(); key != "" {
		t.Fatalf("line %d: unknown key %s", q.Line, key)
	}
	return answer + "\n"
}

// watched returns the changes of state of a target that does not answer between
// two instants.
func watched(a *notebook.Arguments) string {
	check := Default(kinds[a.Text("kind", "")])
	counter := NewCounter(check)
	if slices.Contains(a.Words, "healthy") {
		counter.Observe(true)
	}
	from, to := 0, 0
	if a.Has("down") {
		if _, err := fmt.Sscanf(a.Text("down", ""), "%d..%d", &from, &to); err != nil {
			panic(err)
		}
	}
	hangs := a.Text("failure", "refused") == "hung"
	registered, until := sim.Time(a.Integer("registered", 0))*sim.Second, sim.Time(a.Integer("until", 0))*sim.Second
	var lines []string
	for at := check.next(registered, registered); at <= until; at = check.next(registered, at) {
		up := at < sim.Time(from)*sim.Second || at >= sim.Time(to)*sim.Second
		seen := at
		if !up {
			seen = check.failureCounts(at, hangs)
		}
		if counter.Observe(up) {
			lines = append(lines, fmt.Sprintf("%-3d  %v", int64(seen/sim.Second), counter.State()))
		}
	}
	return strings.Join(lines, "\n")
}
