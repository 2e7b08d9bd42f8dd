package memory_test

import (
	"flag"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"headroom/model"
	"headroom/model/memory"
	"headroom/sim"
	"headroom/sim/notebook"
)

var update = flag.Bool("update", false, "write the answers of the notebooks anew")

// TestNotebooks plays scripts. "recommend" has RAM sizes in GiB. "level" names what a
// server has and holds, in MiB; each line below is so many requests that begin, or end.
// "kills" has instants.
func TestNotebooks(t *testing.T) {
	notebook.Check(t, "testdata/*.txt", *update, notebook.Commands(map[string]notebook.Command{
		"recommend": func(t *testing.T, _ *notebook.Arguments, input []string) string { return recommend(t, input) },
		"level":     level,
		"kills":     func(t *testing.T, _ *notebook.Arguments, input []string) string { return kills(t, input) },
	}))
}

func number(t *testing.T, text string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func recommend(t *testing.T, lines []string) string {
	var b strings.Builder
	for _, line := range lines {
		ram := model.Bytes(number(t, line) * float64(model.GiB))
		fmt.Fprintf(&b, "%s GiB: %g MiB\n", line, float64(memory.RecommendedSwap(ram))/float64(model.MiB))
	}
	return b.String()
}

func level(t *testing.T, a *notebook.Arguments, lines []string) string {
	mib := func(key string, preset float64) model.Bytes {
		return model.Bytes(a.Number(key, preset) * float64(model.MiB))
	}
	l := memory.NewLevel(0, memory.Terms{
		RAM: mib("ram", 1024), Reserved: mib("reserved", 200), Swap: mib("swap", 0),
		Base: mib("base", 0), PerRequest: mib("request", 0), PerConnection: mib("connection", 0), PagesTouched: a.Number("touched", 50),
	})
	var b strings.Builder
	for n, line := range lines {
		words := strings.Fields(line)
		at, faults := sim.Time(n)*sim.Second, int64(0)
		for range int(number(t, words[1])) {
			switch words[0] {
			case "connect":
				l.Connect(at)
			case "begin":
				faults = l.Begin(at, mib("own", 0))
			case "end":
				l.End(at, true, mib("own", 0))
			default:
				t.Fatalf("unknown line %q", line)
			}
		}
		fmt.Fprintf(&b, "%-12s holds %g MiB, %g in swap, free %g, faults %d", line,
			float64(l.Holds())/float64(model.MiB), float64(l.Swapped())/float64(model.MiB), float64(l.Free())/float64(model.MiB), faults)
		if out := l.PageOut(); out > 0 {
			fmt.Fprintf(&b, ", writes %g", float64(out)/float64(model.MiB))
		}
		if l.Exhausted() {
			b.WriteString(": exhausted")
		}
		b.WriteString("\n")
	}
	return b.String()
}

func kills(t *testing.T, lines []string) string {
	var b strings.Builder
	var k memory.Kills
	for _, line := range lines {
		d, err := time.ParseDuration(line)
		if err != nil {
			t.Fatal(err)
		}
		until, ok := k.Add(sim.Time(d))
		if !ok {
			fmt.Fprintf(&b, "%s: passes\n", line)
			continue
		}
		fmt.Fprintf(&b, "%s: fails until %v\n", line, until)
	}
	return b.String()
}
