package page

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// read reads a file of series.
func read(t testing.TB, text string) *series {
	t.Helper()
	path := filepath.Join(t.TempDir(), "timeseries.csv")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	s, err := readSeries(path, every)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Columns are found by name, in any order; a row that is not there was not observed.
func TestSeriesAreReadByTheNamesOfColumns(t *testing.T) {
	s := read(t, `metric,other,n,value,half_width,mean,entity,time
a,x,2,1.5,0.25,1,"one, ""more""",2026-10-25T01:00:00+02:00
b,x,2,,,,two,2026-10-25T01:00:00+02:00
a,x,2,2.5,,,"one, ""more""",2026-10-25T01:02:00+01:00
`)
	if len(s.lines) != 2 || s.minutes != 63 {
		t.Fatalf("%d lines of %d minutes, want 2 of 63: the clock went back by an hour", len(s.lines), s.minutes)
	}
	a := s.lines[0]
	if a.entity != `one, "more"` || a.metric != "a" || a.values[0] != 1.5 || !math.IsNaN(a.values[1]) || a.values[62] != 2.5 {
		t.Errorf("%s %s %v", a.entity, a.metric, a.values)
	}
	if a.low[0] != 0.75 || a.high[0] != 1.25 || !math.IsNaN(a.low[62]) || s.lines[1].low != nil {
		t.Errorf("band %v..%v, want 1 ± 0.25 and none", a.low, a.high)
	}
	if got := s.at(62).Format("15:04"); got != "01:02" {
		t.Errorf("minute 62 is at %s, want 01:02 of the winter", got)
	}
}

// Rows that nothing shows are passed over without a look at their values where the
// columns stand as the program writes them; what is read is the same.
func TestRowsThatNothingShowsAreOnlyPassedOver(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	usual, other := "time,entity,metric,value,n\n", "metric,time,value,n,entity\n"
	for minute := range 200 {
		at := fmt.Sprintf("2026-01-05T%02d:%02d:00Z", minute/60, minute%60)
		for _, entity := range []string{"scenario", "target_group.web", "workload.load", `"one, two"`} {
			for _, metric := range []string{"requests.arrived", "requests.completed", "latency.mean", "latency.p99", "a.b"} {
				if random.IntN(3) > 0 {
					v := random.IntN(100)
					usual += fmt.Sprintf("%s,%s,%s,%d,1\n", at, entity, metric, v)
					other += fmt.Sprintf("%s,%s,%d,1,%s\n", metric, at, v, entity)
				}
			}
		}
	}
	a, err := readSeries(written(t, "timeseries.csv", usual)+"/timeseries.csv", drawn)
	if err != nil {
		t.Fatal(err)
	}
	b, err := readSeries(written(t, "timeseries.csv", other)+"/timeseries.csv", drawn)
	if err != nil {
		t.Fatal(err)
	}
	if len(a.lines) != 7 || len(a.lines) != len(b.lines) || a.minutes != b.minutes {
		t.Fatalf("%d lines of %d minutes, want 7 lines; in another order %d of %d", len(a.lines), a.minutes, len(b.lines), b.minutes)
	}
	for i, l := range a.lines {
		if k := b.lines[i]; l.entity != k.entity || l.metric != k.metric || fmt.Sprint(l.values) != fmt.Sprint(k.values) {
			t.Errorf("%s of %s: %v, in another order %s of %s: %v", l.metric, l.entity, l.values, k.metric, k.entity, k.values)
		}
	}
	cut := strings.Replace(usual, "requests.completed,", "requests.completed;", 40)
	if _, err := readSeries(written(t, "timeseries.csv", cut)+"/timeseries.csv", drawn); err == nil || !strings.Contains(err.Error(), "must have 5 fields, has 4") {
		t.Errorf("a row without a field: %v", err)
	}
}

// Two replications say little, but that a share is between nothing and all is known. That
// of tasks is one of what they reserve, which they may exceed.
func TestBandsOfSharesEndAtAll(t *testing.T) {
	s := read(t, `time,entity,metric,value,half_width
2026-10-25T01:00:00Z,group.web,cpu.utilization,0.6,1.9
2026-10-25T01:00:00Z,service.web,task.cpu.utilization,0.6,1.9
2026-10-25T01:00:00Z,instance.db,volume.burst_balance,0.6,1.9
`)
	for i, most := range []float64{1, 2.5, 1} {
		if l := s.lines[i]; l.low[0] != 0 || l.high[0] != most {
			t.Errorf("%s: band %v..%v, want 0..%v", l.metric, l.low[0], l.high[0], most)
		}
	}
}

// Of each bucket a thinned line has the least and the greatest value, in their order.
func TestThinningKeepsExtremes(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		values := make([]float64, 1+random.IntN(9000))
		for i := range values {
			values[i] = float64(random.IntN(100))
			if random.IntN(20) == 0 {
				values[i] = math.NaN()
			}
		}
		thin := thinningOf(len(values))
		got := thin.extremes(values)
		if len(got) != thin.points || len(got) > mostPoints+2 {
			t.Fatalf("%d minutes: %d points, told %d", len(values), len(got), thin.points)
		}
		if thin.bucket == 1 {
			continue
		}
		for k := range len(got) / 2 {
			some := slices.DeleteFunc(slices.Clone(values[k*thin.bucket:min((k+1)*thin.bucket, len(values))]), math.IsNaN)
			pair := []float64{got[2*k], got[2*k+1]}
			if len(some) == 0 {
				if !math.IsNaN(pair[0]) || !math.IsNaN(pair[1]) {
					t.Fatalf("bucket %d: %v of nothing", k, pair)
				}
				continue
			}
			first, second := slices.Index(some, slices.Min(some)), slices.Index(some, slices.Max(some))
			want := []float64{slices.Min(some), slices.Max(some)}
			if first > second {
				slices.Reverse(want)
			}
			if !slices.Equal(pair, want) {
				t.Fatalf("bucket %d of %v: %v, want %v", k, some, pair, want)
			}
		}
	}
}

// However many marks of a kind there are, a page has few, and none is forgotten.
func TestMarksThatAreManyAreTakenTogether(t *testing.T) {
	start := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	var all []mark
	for i := range 10_000 {
		at := start.Add(time.Duration(i) * time.Minute)
		all = append(all, mark{at: at, until: at, kind: kindHeld, subject: "g", text: "no change"})
	}
	all = append(all, mark{at: start, until: start, kind: kindFault, subject: "fault.0", text: "fault: zone b"})
	h := happened(all)
	if n := len(h.Rows); n > mostMarks+1 || n < mostMarks/2 {
		t.Errorf("%d rows, want at most %d", n, mostMarks+1)
	}
	told := 0
	for _, r := range h.Rows {
		told++
		more := 0
		if _, err := fmt.Sscanf(r.Text[strings.Index(r.Text, "and ")+1:], "nd %d more", &more); err == nil {
			told += more
		}
	}
	if told != len(all) || h.Rows[0].Text != "fault: zone b" {
		t.Errorf("%d of %d marks are told of, the first is %q", told, len(all), h.Rows[0].Text)
	}
}

// month writes the series of thirty days.
func month(b *testing.B) string {
	var text strings.Builder
	text.WriteString("time,entity,metric,value,mean,half_width,n\n")
	start := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	for minute := range 30 * 24 * 60 {
		at := start.Add(time.Duration(minute) * time.Minute).Format(time.RFC3339)
		for k := range 30 {
			fmt.Fprintf(&text, "%s,target_group.web,metric.%d,%.9g,%.9g,%.9g,3\n", at, k, math.Sin(float64(minute*k)), math.Cos(float64(minute)), 0.0123456)
		}
	}
	path := filepath.Join(b.TempDir(), "timeseries.csv")
	if err := os.WriteFile(path, []byte(text.String()), 0o666); err != nil {
		b.Fatal(err)
	}
	return path
}

// BenchmarkMonth reads and draws thirty days of thirty metrics with their bands.
func BenchmarkMonth(b *testing.B) {
	path := month(b)
	for b.Loop() {
		s, err := readSeries(path, drawn)
		if err != nil {
			b.Fatal(err)
		}
		d := &document{Clock: s.clock("UTC")}
		day := &section{}
		for _, p := range s.plots() {
			day.add(&part{Plot: p})
		}
		d.add(day)
		size := counter(0)
		if err := d.write(&size); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(size), "page-bytes")
	}
}

// counter counts what is written.
type counter int

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}
