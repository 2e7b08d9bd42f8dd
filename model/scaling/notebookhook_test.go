package scaling_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"headroom/model/scaling"
	"headroom/sim"
	"headroom/sim/notebook"
)

func span(t *testing.T, text string) sim.Time {
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return sim.Time(d)
}

// hooks reads lifecycle hooks, a line each, and says how each ends, or all together.
func hooks(t *testing.T, a *notebook.Arguments, input []string) string {
	var ends []scaling.HookEnd
	for _, line := range input {
		l := notebook.Split("hook " + line)
		h := scaling.Hook{
			Heartbeat: span(t, l.Text("heartbeat", "0s")), Beat: span(t, l.Text("beat", "0s")), Beats: l.Integer("beats", 0),
			Abandons: l.Text("default", "ABANDON") == "ABANDON",
		}
		if faults := h.Validate(); len(faults) > 0 {
			t.Fatal(faults)
		}
		takes := sim.Never
		if l.Has("takes") {
			takes = span(t, l.Text("takes", "0s"))
		}
		ends = append(ends, h.End(takes, l.Text("result", "CONTINUE") == "ABANDON"))
	}
	if slices.Contains(a.Words, "all") {
		ends = []scaling.HookEnd{scaling.Released(ends)}
	}
	var said []string
	for _, e := range ends {
		s := fmt.Sprintf("%g s: CONTINUE", e.After.Seconds())
		if e.Abandons {
			s = fmt.Sprintf("%g s: ABANDON", e.After.Seconds())
		}
		if e.TimedOut {
			s += ", timed out"
		}
		said = append(said, s)
	}
	return strings.Join(said, "\n")
}
