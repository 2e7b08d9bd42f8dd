package report

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"headroom/results"
	"headroom/sim"
)

func TestSparklineShowsSharesOfTheGreatest(t *testing.T) {
	unknown := math.NaN()
	for want, values := range map[string][]float64{
		"▁▂▃▄▅▆▇█": {0, 1, 2, 3, 4, 5, 6, 8},
		"▁▁":       {0, 0},
		"█ █":      {2, unknown, 2},
	} {
		if got := sparkline(values, 40); got != want {
			t.Errorf("%v: %q, want %q", values, got, want)
		}
	}
	long := make([]float64, 400) // each letter is the mean of ten
	for i := 200; i < 400; i++ {
		long[i] = 1
	}
	if got, want := sparkline(long, 40), strings.Repeat("▁", 20)+strings.Repeat("█", 20); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// Only a terminal shows sparklines: what scripts and documents quote stays as it is.
func TestSparklinesAreShownWhereAskedFor(t *testing.T) {
	s := shop()
	s.Config.Duration = 3 * sim.Minute
	s.Series = []results.Column{
		{Entity: "target_group.web", Metric: "requests.arrived", Values: []float64{60, 120, 240, 0}},
		{Entity: "target_group.web", Metric: "requests.failed", Values: []float64{0, 0, 0, 0}},
	}
	for _, asked := range []bool{false, true} {
		var out bytes.Buffer
		if err := Write(&out, Options{Format: Table, Sparklines: asked}, []*results.Summary{s}); err != nil {
			t.Fatal(err)
		}
		got := out.String()
		if has := strings.Contains(got, "arrivals web  ▃▅█"); has != asked || strings.Contains(got, "failures") {
			t.Errorf("asked %v:\n%s", asked, got)
		}
	}
}
