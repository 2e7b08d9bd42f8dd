package workload

import (
	"flag"
	"fmt"
	"math"
	"strings"
	"testing"

	"headroom/sim"
	"headroom/sim/notebook"
	"headroom/sim/rng"
)

var update = flag.Bool("update", false, "write the answers of the notebooks anew")

func TestNotebooks(t *testing.T) {
	notebook.Check(t, "testdata/*.txt", *update, func(*notebook.Notebook) notebook.Answer { return answer })
}

// answer answers one question of a notebook.
func answer(t *testing.T, q notebook.Question) string {
	a := notebook.Split(q.Command)
	horizon := sim.Time(a.Integer("hours", 0)) * sim.Hour
	lines := []string{}
	switch a.Name {
	case "arrivals":
		process := must(Deterministic(steps(t, a.Text("steps", ""))))
		n := until(process.Start(rng.New(1, 0, "notebook")), horizon)
		if a.Text("process", "") != "deterministic" {
			t.Fatal("only deterministic arrivals have a count of their own")
		}
		lines = append(lines, fmt.Sprintf("%d arrivals", n))
	case "mean":
		rate, err := Diurnal(Day{Mean: a.Number("diurnal", 0), PeakToMean: a.Number("peak", 0), PeakAt: 20 * sim.Hour})
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, fmt.Sprintf("%.0f expected, at most %.4g a second", rate.Cumulative(horizon), rate.Max()))
	case "counts":
		lines = perMinute(t, a)
	default:
		t.Fatalf("line %d: unknown command %s", q.Line, a.Name)
	}
	if key := a.Unused(); key != "" {
		t.Fatalf("line %d: unknown key %s", q.Line, key)
	}
	return strings.Join(lines, "\n") + "\n"
}

// steps reads "600:80,3000:240": for so many seconds so many a second.
func steps(t *testing.T, text string) *Rate {
	t.Helper()
	var knots []Knot
	at := sim.Time(0)
	for _, item := range strings.Split(text, ",") {
		var seconds sim.Time
		var rate float64
		if _, err := fmt.Sscanf(item, "%d:%g", &seconds, &rate); err != nil {
			t.Fatal(err)
		}
		knots = append(knots, Knot{At: at, PerSecond: rate})
		at += seconds * sim.Second
	}
	return must(Steps(knots, Tail{}))
}

// perMinute returns mean and variance of the arrivals of each minute, with the bands
// that theory gives them.
func perMinute(t *testing.T, a *notebook.Arguments) []string {
	t.Helper()
	rate, n := a.Number("rate", 0), a.Integer("minutes", 0)
	source := must(Poisson(must(Constant(rate)))).Start(rng.New(uint64(a.Integer("seed", 0)), 0, "notebook"))
	counted := make([]float64, n)
	for at, ok := source.Next(); ok && at < sim.Time(n)*sim.Minute; at, ok = source.Next() {
		counted[at/sim.Minute]++
	}
	mean := rate * 60
	sum, squares := 0.0, 0.0
	for _, c := range counted {
		sum += c
		squares += (c - mean) * (c - mean)
	}
	const z = 3.8906 // outside with a probability of 10⁻⁴
	line := func(what string, got, variance float64) string {
		band := z * math.Sqrt(variance/float64(n))
		return notebook.Verdict{
			What: what, Value: fmt.Sprintf("%.2f", got), Expected: fmt.Sprintf("%g ± %.2f", mean, band), Inside: math.Abs(got-mean) <= band,
		}.String()
	}
	// The variance of (N-λ)² is λ+2λ².
	return []string{
		line("mean of a minute", sum/float64(n), mean),
		line("variance of a minute", squares/float64(n), mean+2*mean*mean),
	}
}
