package alarm_test

import (
	"errors"
	"flag"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"headroom/model/alarm"
	"headroom/sim"
	"headroom/sim/notebook"
)

var update = flag.Bool("update", false, "write the answers of the notebooks anew")

func TestNotebooks(t *testing.T) {
	notebook.Check(t, "testdata/*.txt", *update, func(*notebook.Notebook) notebook.Answer { return answer })
}

// answer answers one question of a notebook.
func answer(t *testing.T, q notebook.Question) string {
	a := notebook.Split(q.Command)
	cfg := alarm.Config{
		Period: sim.Time(a.Integer("period", 60)) * sim.Second, Comparison: alarm.GreaterThanThreshold,
		EvaluationPeriods: a.Integer("datapoints", 1), DatapointsToAlarm: a.Integer("breaching", 1),
		Threshold: a.Number("threshold", 50), TreatMissing: alarm.MissingIsMissing,
	}
	var b strings.Builder
	switch a.Name {
	case "evaluate":
		for _, row := range q.Input {
			fmt.Fprintln(&b, strings.TrimRight(row+"   "+treatments(t, cfg, row), " "))
		}
	case "follow":
		follow(t, &b, cfg, strings.Fields(a.Text("values", "")))
	case "evaluated":
		fmt.Fprintf(&b, "every %v\n", alarm.EvaluationInterval(cfg.Period))
	case "validate":
		if err := errors.Join(cfg.Validate()...); err != nil {
			fmt.Fprintln(&b, err)
		} else {
			fmt.Fprintln(&b, "sound")
		}
	default:
		t.Fatalf("line %d: unknown command %s", q.Line, a.Name)
	}
	if key := a.Unused(); key != "" {
		t.Fatalf("line %d: unknown key %s", q.Line, key)
	}
	return b.String()
}

// treatments returns the state of a row of marks under each treatment of missing
// data.
func treatments(t *testing.T, cfg alarm.Config, row string) string {
	line := ""
	for treat, width := range []int{alarm.MissingIsMissing: 19, alarm.MissingIsIgnored: 8, alarm.MissingIsBreaching: 7, alarm.MissingIsNotBreaching: 0} {
		if treat == 0 {
			continue
		}
		cfg.TreatMissing = alarm.Missing(treat)
		line += fmt.Sprintf("%v: %-*s", cfg.TreatMissing, width, from(t, cfg, row))
	}
	return line
}

// from returns the state after a row of marks, "retain" if it is every time the
// state before.
func from(t *testing.T, cfg alarm.Config, row string) string {
	states := map[alarm.State]bool{}
	retained := true
	last := alarm.State(0)
	for previous := alarm.InsufficientData; previous <= alarm.Alarm; previous++ {
		last = alarm.Evaluate(window(t, cfg, row), previous)
		states[last] = true
		retained = retained && last == previous
	}
	switch {
	case retained:
		return "retain"
	case len(states) > 1:
		t.Errorf("%q: the state depends on the one before", row)
	}
	return last.String()
}

// follow evaluates an alarm after each of the values.
func follow(t *testing.T, b *strings.Builder, cfg alarm.Config, values []string) {
	w, state := alarm.NewWindow(cfg), alarm.InsufficientData
	for _, text := range values {
		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		w.Push(value, true)
		state = alarm.Evaluate(&w, state)
		fmt.Fprintf(b, "%-4s  %v\n", text, state)
	}
}
