package main

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"headroom/sim/analytic"
	"headroom/sim/notebook"
)

// outside is the probability at which a value of chance may lie outside its band.
const outside = 1e-4

// read returns the metrics of a run.
func read(t *testing.T, text string) answer {
	t.Helper()
	var a answer
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// metric returns the line of a metric, with a verdict where the question says what
// to expect.
func (r answer) metric(t *testing.T, a *notebook.Arguments) string {
	t.Helper()
	key := a.Words[0]
	m, ok := r.Metrics[key]
	if !ok || m.Value == nil {
		t.Fatalf("%s: no such metric, or no value", key)
	}
	value := strconv.FormatFloat(*m.Value, 'g', 6, 64)
	if m.HalfWidth != nil && *m.HalfWidth > 0 {
		value += fmt.Sprintf(" ± %.2g", *m.HalfWidth)
	}
	var want, band float64
	switch {
	case a.Has("theory"):
		want = theory(t, a)
		band = wider(t, m.HalfWidth, m.N)
	case a.Has("expect") && slices.Contains(a.Words, "random"):
		want, band = a.Number("expect", 0), wider(t, m.HalfWidth, m.N)
	case a.Has("expect"):
		want = a.Number("expect", 0)
		band = a.Number("within", 1e-9*math.Abs(want))
	default:
		return key + "  " + value
	}
	expected := strconv.FormatFloat(want, 'g', 6, 64)
	if band > 1e-9*math.Abs(want) {
		expected += fmt.Sprintf(" ± %.2g", band)
	}
	if unused := a.Unused(); unused != "" {
		t.Fatalf("%s: unknown key %s", key, unused)
	}
	return notebook.Verdict{What: key, Value: value, Expected: expected, Inside: math.Abs(*m.Value-want) <= band}.String()
}

// wider returns the half-width of the band of 1 - 10⁻⁴ of a metric that has that
// half-width at 95 % from n replications.
func wider(t *testing.T, halfWidth *float64, n int) float64 {
	t.Helper()
	if halfWidth == nil || n < 2 {
		t.Fatal("a value of chance needs replications")
	}
	student := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(n - 1)}
	return *halfWidth * student.Quantile(1-outside/2) / student.Quantile(0.975)
}

// theory returns what a formula gives: rate, mean (of the demand, in seconds) and
// servers are those of the queue, room the places in it and at its servers.
func theory(t *testing.T, a *notebook.Arguments) float64 {
	t.Helper()
	rate, mean, servers := a.Number("rate", 0), a.Number("mean", 1), a.Integer("servers", 1)
	switch name := a.Text("theory", ""); name {
	case "mmc.wait", "mmc.probability", "mmc.response":
		q := must(analytic.NewMMc(rate, 1/mean, servers))
		return map[string]float64{"mmc.wait": q.MeanWait(), "mmc.probability": q.WaitProbability(), "mmc.response": q.MeanResponse()}[name]
	case "mm1.quantile":
		return must(analytic.MM1ResponseQuantile(rate, 1/mean, a.Number("q", 0.5)))
	case "mmck.accepted", "mmck.wait":
		q := must(analytic.NewMMcK(rate, 1/mean, servers, a.Integer("room", 0)))
		return map[string]float64{"mmck.accepted": 1 - q.Blocking(), "mmck.wait": q.MeanWait()}[name]
	case "md1.wait":
		return must(analytic.NewMD1(rate, mean)).MeanWait()
	case "mg1ps.response":
		return must(analytic.NewMG1(rate, mean, a.Number("scv", 1))).MeanResponsePS()
	case "powerofd.response":
		return must(analytic.PowerOfD(a.Integer("choices", 2), rate))
	default:
		t.Fatalf("unknown theory %s", name)
		return 0
	}
}

// covered counts how many of many runs of a file, with the seeds from 1 on, give a
// 95 % interval that holds the theory.
func covered(t *testing.T, a *notebook.Arguments) string {
	runs, hits := a.Integer("runs", 100), 0
	key, want := a.Text("metric", ""), theory(t, a)
	for seed := range runs {
		m := read(t, told(t, "run", a.Words[0], "--seed", strconv.Itoa(seed+1), "--format", "json", "--quiet")).Metrics[key]
		if math.Abs(*m.Value-want) <= *m.HalfWidth {
			hits++
		}
	}
	// The share of hits is binomial; 95 % of runs, give or take the normal band.
	z := distuv.UnitNormal.Quantile(1 - outside/2)
	band := z * math.Sqrt(0.95*0.05/float64(runs))
	share := float64(hits) / float64(runs)
	return notebook.Verdict{
		What: "95 % intervals of " + key, Value: fmt.Sprintf("%d of %d hold the theory, %.2f %%", hits, runs, 100*share),
		Expected: fmt.Sprintf("95 ± %.2f %%", 100*band), Inside: math.Abs(share-0.95) <= band,
	}.String()
}
