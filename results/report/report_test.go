package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/model/pricing"
	"headroom/results"
	"headroom/results/folder"
	"headroom/sim"
	"headroom/sim/stat"
)

// shop is a summary written by hand.
func shop() *results.Summary {
	web := results.Part{Label: "target_group", Name: "web"}
	group := results.Part{Label: "autoscaling_group", Name: "web"}
	start := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	value := func(key, unit string, v, half float64, n int) results.Value {
		return results.Value{Key: key, Unit: unit, Estimate: stat.Estimate{Value: v, HalfWidth: half, N: n}}
	}
	s := &results.Summary{
		Scenario: "shop", Seed: 42, Replications: 5, Asked: 5,
		Config: &cloud.Config{
			Name: "shop",
			Frame: model.Frame{
				Start:    start,
				Duration: 24 * sim.Hour,
				Warmup:   30 * sim.Minute,
				Region:   "us-east-1",
			},
		},
		Parts: []results.Part{{}, {Label: "code", Name: "502"}, {Label: "code", Name: "504"}, web, group},
		Metrics: []results.Value{
			value("requests.arrived", "count", 3_456_789.4, 1234.5, 5),
			value("requests.completed", "count", 3_456_000, 1200, 5),
			value("requests.failed", "count", 700, 35, 5),
			value("requests.failed{code=502}", "count", 700, 35, 5),
			value("requests.failed{code=504}", "count", 0, 0, 5),
			value("availability", "ratio", 0.999985, math.NaN(), 1),
			value("latency.mean", "s", 0.0123456, 0.00041, 5),
			value("latency.p99", "s", 1.234567, 0.0567, 4),
			value("capacity.in_service.mean{autoscaling_group=web}", "count", 6.4, 0.25, 5),
			value("cost.total", "USD", 46.123456, 1.29, 5),
		},
		Currency: pricing.USDollar,
		Charges: []results.Charge{{Line: pricing.Line{
			Category: pricing.Usage, Frequency: pricing.UsageBased, Instances: true, UnitPrice: 46.123456, ListPrice: 50,
			Service: pricing.EC2, SKU: "ec2.m6i.large.linux", Description: "m6i.large, \"Linux\"", Option: pricing.Spot,
			Owner: "autoscaling_group.web", ResourceType: "m6i.large", Region: "us-east-1", Zone: "b",
			From: 0, To: 24 * sim.Hour, Month: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
			Consumed: 3600, ConsumedUnit: "Seconds", Priced: 1, PricedUnit: "Hours",
			List: 50 * model.Dollar, Contracted: 50 * model.Dollar, Billed: model.USD(46.123456), Effective: model.USD(46.123456),
			Estimated: true,
		}, Cost: stat.Estimate{Value: 46.123456, HalfWidth: 1.29, N: 5}}},
		Subtotals: []results.Subtotal{{
			Service: pricing.EC2, Option: pricing.Spot, Cost: stat.Estimate{Value: 46.123456, HalfWidth: 1.29, N: 5}, Share: 1,
		}},
		Thresholds: []results.Verdict{
			{
				Threshold: model.Threshold{Key: "latency.p99", Operator: "<", Limit: 0.4, Text: "< 400ms"},
				Estimate:  stat.Estimate{Value: 1.234567, HalfWidth: 0.0567, N: 4}, Unit: "s", Observed: true,
			},
			{Threshold: model.Threshold{Key: "wait.mean", Operator: "<", Limit: 1, Text: "< 1s"}},
		},
		Warnings: []string{"estimated prices: ec2.m6i.large.linux"},
		Series: []results.Column{
			{Entity: "target_group.web", Metric: "requests.arrived", Values: []float64{60, 61}, Band: []stat.Estimate{{Value: 60.5, HalfWidth: 2, N: 5}, {Value: 61, HalfWidth: math.NaN(), N: 1}}},
			{Entity: "target_group.web", Metric: "latency.mean", Values: []float64{math.NaN(), 0.25}},
		},
		Activities: []controlplane.Activity{
			{At: sim.Hour, Until: sim.Hour, Subject: "autoscaling_group.web", Kind: "set-desired", Detail: "desired 4 -> 7", Cause: "x, y", Instance: cloud.None},
			{At: 2 * sim.Hour, Until: sim.Never, Subject: "autoscaling_group.web", Kind: "launch", Instance: 0, By: controlplane.AutoScaling},
		},
	}
	return s
}

func render(t *testing.T, f Format, all ...*results.Summary) string {
	t.Helper()
	b := lined{columns: 80}
	if err := Write(&b, Options{Format: f}, all); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTablesShowEstimatesWithTheirIntervals(t *testing.T) {
	got := render(t, Table, shop())
	want := `shop · 5 replications of 24h, of which 30m warm-up · seed 42 · us-east-1
± half-width of the 95 % interval, n = 5 replications

Requests                             all
──────────────────────────────────────────
arrived          3,456,789 ± 1,234
completed        3,456,000 ± 1,200
failed                 700 ± 35
failed with 502        700 ± 35
availability     99.9985 % (n 1)
latency mean      12.35 ms ± 0.41
latency p99        1.235 s ± 0.057 (n 4)

Capacity         autoscaling_group.web
────────────────────────────────────────
in service mean            6.40 ± 0.25

Cost   bought as       amount    share
────────────────────────────────────────
ec2    spot       $46.1 ± 1.3  100.0 %
total             $46.1 ± 1.3

Threshold    must be  is
────────────────────────────────────────────────────────────
latency.p99  < 400ms       1.235 s ± 0.057 (n 4)  breached
wait.mean    < 1s     not observed                breached

warning: estimated prices: ec2.m6i.large.linux
`
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestNumbersEndWhereTheirIntervalBegins(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		value, half float64
		unit, want  string
	}{
		{0.0123456, 0.00041, "s", "12.35 ms ± 0.41"},
		{0.0000004, 0, "s", "400.0 ns constant"},
		{0.00012, nan, "s", "120.0 µs"},
		{0, 0, "s", "0 s constant"},
		{900, 60, "s", "15.0 min ± 1.0"},
		{9000, nan, "s", "2.500 h"},
		{12345678, 123456, "count", "12.35 M ± 0.12"},
		{12345, nan, "count", "12,345"},
		{2.5, nan, "count", "2.500"},
		{3, 0, "count", "3 constant"},
		{1, nan, "ratio", "100 %"},
		{0.999998, nan, "ratio", "99.99980 %"},
		{0.5, 0.012, "ratio", "50.0 % ± 1.2"},
		{12.3456, nan, "USD", "$12.35"},
		{0.0003, nan, "USD", "$0.0003000"},
		{-4.2, 0.1, "USD", "-$4.20 ± 0.10"},
		{1234567, 0.000001, "USD", "$1,234,567 ± <1"},
		{50, 100, "1/s", "50/s ± 100"},
		{328_704, nan, "B/s", "321.0 KiB/s"},
		{3 << 20, nan, "B/s", "3.000 MiB/s"},
		{0.9999977, 0.0000003, "ratio", "99.99977 % ± 0.00003"},
		{0.000785, 0.005283, "s", "0.8 ms ± 5.3"},
		{1.619685, 0.000017, "USD", "$1.6197 ± <0.0001"},
	} {
		got := estimate(stat.Estimate{Value: c.value, HalfWidth: c.half, N: 5}, c.unit, 5).String()
		if got != c.want {
			t.Errorf("%g ± %g %s: got %q, want %q", c.value, c.half, c.unit, got, c.want)
		}
	}
}

func TestManyPartsShareSeveralTables(t *testing.T) {
	s := shop()
	for _, name := range strings.Split("abcdefghi", "") {
		p := results.Part{Label: "hosts", Name: name}
		s.Parts = append(s.Parts, p)
		s.Metrics = append(s.Metrics, results.Value{Key: p.Key("hosts.used.mean"), Unit: "count", Estimate: stat.Estimate{Value: 1, N: 5}})
	}
	got := render(t, Table, s)
	if n := strings.Count(got, "\nHosts "); n != 2 { // 9 + 2 for the names, and each 10 + 2: five fit
		t.Errorf("%d tables of nine pools, want 2:\n%s", n, got)
	}
}

func TestWorkloadsThatEqualTargetGroupsAreNotRepeated(t *testing.T) {
	s := shop()
	var parts []results.Part
	for i, name := range []string{"slow", "fast"} {
		for _, label := range []string{"workload", "target_group"} {
			p := results.Part{Label: label, Name: name}
			parts = append(parts, p)
			s.Metrics = append(s.Metrics, results.Value{
				Key: p.Key("requests.arrived"), Unit: "count", Estimate: stat.Estimate{Value: float64(10 + i), N: 5},
			})
		}
	}
	s.Parts = append([]results.Part{{}}, parts...)
	if got := render(t, Table, s); strings.Contains(got, "workload.") || !strings.Contains(got, "target_group.") {
		t.Errorf("got:\n%s", got)
	}
	s.Metrics[len(s.Metrics)-2].Value = 99 // of workload.fast
	if got := render(t, Table, s); !strings.Contains(got, "workload.") {
		t.Errorf("got:\n%s", got)
	}
}

func TestMarkdownEscapesCells(t *testing.T) {
	b := block{head: []string{"a", "b"}, rows: [][]string{{"x|y", "1"}}, left: 1}
	var text strings.Builder
	if err := b.writeMarkdown(&text); err != nil {
		t.Fatal(err)
	}
	if want := "| a | b |\n|---|---:|\n| x\\|y | 1 |\n"; text.String() != want {
		t.Errorf("got %q, want %q", text.String(), want)
	}
	if got := render(t, Markdown, shop()); !strings.Contains(got, "| latency mean | 12.35 ms ± 0.41 |") {
		t.Errorf("no row of the mean latency in:\n%s", got)
	}
}

func TestColorsOnlyWhenAskedFor(t *testing.T) {
	for _, color := range []bool{false, true} {
		var b strings.Builder
		if err := Write(&b, Options{Format: Table, Color: color}, []*results.Summary{shop()}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(b.String(), "\x1b["); got != color {
			t.Errorf("colour asked for: %v, got: %v", color, got)
		}
	}
}

// document is the object that --format json prints.
type document struct {
	Scenario     string
	Seed         uint64
	Replications int
	Metrics      map[string]struct {
		Value     *float64
		HalfWidth *float64 `json:"half_width"`
		N         int
		Unit      string
	}
	Invoice    []map[string]any
	Thresholds []map[string]any
	Warnings   []string
}

func TestJSONIsTheDocumentedObject(t *testing.T) {
	decoder := json.NewDecoder(strings.NewReader(render(t, JSON, shop())))
	decoder.DisallowUnknownFields()
	var d document
	if err := decoder.Decode(&d); err != nil {
		t.Fatal(err)
	}
	if d.Scenario != "shop" || d.Seed != 42 || d.Replications != 5 || len(d.Metrics) != len(shop().Metrics) ||
		len(d.Invoice) != 1 || len(d.Thresholds) != 2 || len(d.Warnings) != 1 {
		t.Errorf("got %+v", d)
	}
	if m := d.Metrics["latency.mean"]; *m.Value != 0.0123456 || *m.HalfWidth != 0.00041 || m.N != 5 || m.Unit != "s" {
		t.Errorf("latency.mean: got %+v", m)
	}
	if m := d.Metrics["availability"]; m.HalfWidth != nil {
		t.Errorf("availability from one replication: half_width %v, want null", *m.HalfWidth)
	}
	if v := d.Thresholds[1]["value"]; v != nil {
		t.Errorf("an unobserved threshold has the value %v, want null", v)
	}
	var several []document
	if err := json.Unmarshal([]byte(render(t, JSON, shop(), shop())), &several); err != nil || len(several) != 2 {
		t.Errorf("two summaries: %d in an array, %v", len(several), err)
	}
}

func TestCSVHasALinePerMetric(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(render(t, CSV, shop()))).ReadAll()
	if err != nil || len(rows) != 1+len(shop().Metrics) || strings.Join(rows[0], ",") != "metric,value,half_width,n,unit" {
		t.Fatalf("%v: %v", err, rows)
	}
	if got := strings.Join(rows[1], ","); got != "requests.arrived,3456789.4,1234.5,5,count" {
		t.Errorf("got %s", got)
	}
	rows, err = csv.NewReader(strings.NewReader(render(t, CSV, shop(), shop()))).ReadAll()
	if err != nil || len(rows) != 1+2*len(shop().Metrics) || rows[1][0] != "shop" {
		t.Errorf("several: %v: %v", err, rows)
	}
}

func readTable(t *testing.T, dir, name string) (rows []map[string]string) {
	t.Helper()
	file, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records[1:] {
		row := map[string]string{}
		for i, v := range r {
			row[records[0][i]] = v
		}
		rows = append(rows, row)
	}
	return rows
}

// saved writes to a folder that is taken for it.
func saved(dir string, k *folder.Kind, save func(*folder.Folder) error) error {
	to, err := folder.Open(folder.Real(), dir, k)
	if err != nil {
		return err
	}
	return errors.Join(save(to), to.Close())
}

func TestSaveWritesTheFilesOfARun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "run")
	for range 2 { // the second replaces the first
		if err := saved(dir, RunFolder(), func(to *folder.Folder) error { return Save(to, shop(), []byte("name = \"shop\"\n")) }); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 11 { // with the marker
		t.Fatalf("%v: %v", err, entries)
	}
	if text, _ := os.ReadFile(filepath.Join(dir, "summary.json")); string(text) != render(t, JSON, shop()) {
		t.Error("summary.json is not what --format json prints")
	}
	invoice := readTable(t, dir, "invoice.csv")
	for column, want := range map[string]string{
		"BilledCost": "46.123456", "ListCost": "50", "PricingCategory": "Dynamic", "AvailabilityZone": "us-east-1b",
		"ChargePeriodEnd": "2026-03-03T00:00:00Z", "BillingPeriodEnd": "2026-04-01T00:00:00Z", "Tags": `{"owner":"autoscaling_group.web"}`,
		"ChargeDescription": `m6i.large, "Linux"`, "x_PriceEstimated": "true",
	} {
		if len(invoice) != 1 || invoice[0][column] != want {
			t.Errorf("invoice.csv: %s = %q, want %q", column, invoice[0][column], want)
		}
	}
	if series := readTable(t, dir, "timeseries.csv"); len(series) != 3 || series[2]["time"] != "2026-03-02T00:01:00Z" || series[2]["value"] != "0.25" {
		t.Errorf("timeseries.csv: %v", series)
	}
	sameInParquet(t, dir)
	if history := readTable(t, dir, "activities.csv"); len(history) != 2 || history[0]["instance"] != "" || history[1]["until"] != "" || history[1]["instance"] != "0" {
		t.Errorf("activities.csv: %v", history)
	}
	trail, err := os.ReadFile(filepath.Join(dir, trailFile))
	if err != nil || bytes.Count(trail, []byte("\n")) != 1 || !bytes.Contains(trail, []byte(`"eventTime":"2026-03-02T02:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"RunInstances"`)) {
		t.Errorf("%s: %v, %s", trailFile, err, trail)
	}
}

// sameInParquet compares timeseries.parquet, as its library reads it, with the CSV.
func sameInParquet(t *testing.T, dir string) {
	t.Helper()
	type row struct {
		Time      time.Time `parquet:"time,timestamp(millisecond)"`
		Entity    string    `parquet:"entity"`
		Metric    string    `parquet:"metric"`
		Value     *float64  `parquet:"value,optional"`
		Mean      *float64  `parquet:"mean,optional"`
		HalfWidth *float64  `parquet:"half_width,optional"`
		N         int32     `parquet:"n"`
	}
	rows, err := parquet.ReadFile[row](filepath.Join(dir, "timeseries.parquet"))
	series := readTable(t, dir, "timeseries.csv")
	if err != nil || len(rows) != len(series) || len(rows) == 0 {
		t.Fatalf("timeseries.parquet: %v, %d rows, want %d", err, len(rows), len(series))
	}
	number := func(v *float64) string {
		if v == nil {
			return ""
		}
		return decimal(*v)
	}
	for i, r := range rows {
		got := map[string]string{
			"time": r.Time.UTC().Format(time.RFC3339), "entity": r.Entity, "metric": r.Metric,
			"value": number(r.Value), "mean": number(r.Mean), "half_width": number(r.HalfWidth), "n": strconv.Itoa(int(r.N)),
		}
		if !maps.Equal(got, series[i]) {
			t.Errorf("row %d: %v, want %v", i, got, series[i])
		}
	}
}

func TestSaveSparesForeignDirectories(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "thesis.tex"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := saved(dir, RunFolder(), func(to *folder.Folder) error { return Save(to, shop(), nil) }); err == nil || !strings.Contains(err.Error(), "must be empty or hold an earlier run") {
		t.Errorf("got %v", err)
	}
}

func TestSheetKeepsTypesApart(t *testing.T) {
	s := Sheet{
		Columns: []string{"name", "size", "known"}, Left: 1,
		Rows: [][]Entry{{{Text: "a", Value: "a"}, {Text: "1.5 GiB", Value: 1.5}, {Text: "yes", Value: true}}, {{Text: "b", Value: "b"}, {Text: "–"}, {}}},
	}
	for format, want := range map[Format]string{
		JSON:     "[\n  {\"name\": \"a\", \"size\": 1.5, \"known\": true},\n  {\"name\": \"b\", \"size\": null, \"known\": null}\n]\n",
		CSV:      "name,size,known\na,1.5,true\nb,,\n",
		Markdown: "| name | size | known |\n|---|---:|---:|\n| a | 1.5 GiB | yes |\n| b | – |  |\n",
	} {
		var b strings.Builder
		if err := s.Write(&b, format); err != nil || b.String() != want {
			t.Errorf("%s: %v: got %q, want %q", format, err, b.String(), want)
		}
	}
}
