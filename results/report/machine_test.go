package report

import (
	"encoding/xml"
	"math"
	"strings"
	"testing"

	"headroom/model"
	"headroom/results"
	"headroom/sim/stat"
)

// judged is a run that breaches one of two thresholds and warns.
func judged() *results.Summary {
	s := shop()
	s.Thresholds = []results.Verdict{
		{Threshold: model.Threshold{Key: "latency.p99", Text: "< 1s"}, Estimate: stat.Estimate{Value: 1.2, HalfWidth: 0.1, N: 5}, Unit: "s", Observed: true},
		{Threshold: model.Threshold{Key: "availability", Text: ">= 99%"}, Estimate: stat.Estimate{Value: 1, HalfWidth: math.NaN(), N: 5}, Unit: "ratio", Observed: true, Pass: true},
	}
	s.Warnings = []string{"my/shop.toml:7: group.web: 50 % of it,\nis idle", "one replication"}
	return s
}

func write(t *testing.T, format Format, s *results.Summary) string {
	t.Helper()
	var b strings.Builder
	o := Options{Format: format, At: func(_ int, key string) Place {
		if key == "latency.p99" {
			return Place{File: "my/shop.toml", Line: 31}
		}
		return Place{File: "my/shop.toml"}
	}}
	if err := Write(&b, o, []*results.Summary{s}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The grammar is that of GitHub's workflow commands: a line a command, data with %, CR
// and LF escaped, properties with : and , too.
func TestAnnotationsStandAtTheirLines(t *testing.T) {
	got := strings.Split(write(t, GitHub, judged()), "\n")
	want := []string{
		"::error file=my/shop.toml,line=31,title=shop%3A threshold breached::latency.p99 must be < 1s, is 1.20 s ± 0.10",
		"::warning file=my/shop.toml,line=7,title=shop::group.web: 50 %25 of it,%0Ais idle",
		"::warning file=my/shop.toml,title=shop::one replication",
	}
	for i, line := range want {
		if got[i] != line {
			t.Errorf("got  %s\nwant %s", got[i], line)
		}
	}
	if len(got) != 5 || !strings.HasPrefix(got[3], "::notice file=my/shop.toml,title=shop::") || !strings.Contains(got[3], "%0Amet: availability >= 99%25, is 100 %25") {
		t.Errorf("got %q", got[3:])
	}
}

func TestJUnitCountsThresholdsAndSums(t *testing.T) {
	s := judged()
	s.Warnings = append(s.Warnings, "rings a \x07 <bell> & more")
	var read junitSuites
	if err := xml.Unmarshal([]byte(write(t, JUnit, s)), &read); err != nil {
		t.Fatal(err)
	}
	// the summary has 3,456,789.4 requests, of which 3,456,000 completed and 700 failed: 89.4
	// are missing; and no invoice to its $46.12
	suite := read.Suites[0]
	if read.Tests != 4 || read.Failures != 3 || suite.Tests != 4 || suite.Failures != 3 || suite.Name != "shop" {
		t.Errorf("%d tests, %d failures, want 4 and 3: %+v", read.Tests, read.Failures, suite)
	}
	if c := suite.Cases[0]; c.Name != "latency.p99 < 1s" || c.File != "my/shop.toml" || c.Failure == nil || c.Failure.Message != "latency.p99 must be < 1s, is 1.20 s ± 0.10" {
		t.Errorf("got %+v", c)
	}
	if c := suite.Cases[1]; c.Failure != nil || !strings.Contains(c.Output, "100 %") {
		t.Errorf("got %+v", c)
	}
	if !strings.Contains(suite.Output, "rings a  <bell> & more") {
		t.Errorf("got %q", suite.Output)
	}
}

// Names and values are written as OpenMetrics has them, whatever the scenario is called.
func TestOpenMetricsNamesUnitsAndIntervals(t *testing.T) {
	s := shop()
	s.Scenario = `my "shop"`
	unknown := math.NaN()
	s.Series = []results.Column{
		{Entity: results.EntityAll, Metric: "latency.p99", Values: []float64{unknown, 0.25}, Band: []stat.Estimate{{}, {Value: 0.5, HalfWidth: 0.125, N: 5}}},
		{Entity: "target_group.web", Metric: "requests.arrived", Values: []float64{60, 61}},
	}
	// 2026-03-02T00:00:00Z is 1,772,409,600 seconds after the epoch: 20,514 days
	want := `# TYPE headroom_latency_p99_seconds gauge
# UNIT headroom_latency_p99_seconds seconds
# HELP headroom_latency_p99_seconds latency.p99, of the requests completed in the minute
headroom_latency_p99_seconds{scenario="my \"shop\""} 0.5 1772409660
# TYPE headroom_latency_p99_half_width_seconds gauge
# UNIT headroom_latency_p99_half_width_seconds seconds
# HELP headroom_latency_p99_half_width_seconds half-width of the 95 % interval of headroom_latency_p99
headroom_latency_p99_half_width_seconds{scenario="my \"shop\""} 0.125 1772409660
# TYPE headroom_requests_arrived gauge
# HELP headroom_requests_arrived requests.arrived, in the minute
headroom_requests_arrived{scenario="my \"shop\"",target_group="web"} 60 1772409600
headroom_requests_arrived{scenario="my \"shop\"",target_group="web"} 61 1772409660
# EOF
`
	if got := write(t, OpenMetrics, s); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
