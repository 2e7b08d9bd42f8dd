package report

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"headroom/model"
	"headroom/results/folder"
	"headroom/results/sweep"
	"headroom/scenarios/space"
)

// fourPoints are two points with different metrics, of which one replication did
// not observe one, one that failed, and one that a threshold ended.
func fourPoints() *Points {
	number := func(text string, v float64) space.Setting {
		return space.Setting{Text: text, Brief: text, Number: v, Numeric: true}
	}
	settings := [][]space.Setting{
		{number("40", 40), {Text: "m6i.large"}, {Text: "same"}},
		{number("50", 50), {Text: "m6i.large"}, {Text: "same"}},
		{{}, {Text: "c6i.large"}, {Text: "same"}},
		{number("60", 60), {Text: "c6i.large"}, {Text: "same"}},
	}
	small := sweep.NewLayout([]string{"availability", "cost.total"}, []string{"ratio", "USD"})
	large := sweep.NewLayout([]string{"availability", "latency.p99{target_group=web}", "cost.total"}, []string{"ratio", "s", "USD"})
	rows := []sweep.Row{
		{Point: 0, Layout: small, Values: [][]float64{{1, 2}, {1, 4}}},
		{Point: 1, Layout: large, Values: [][]float64{{0.5, math.NaN(), 7}}},
		{Point: 2, Err: "no such type"},
		{Point: 3, Layout: large, Values: [][]float64{{0, 1, 5}, {0, math.NaN(), 5}, {0, 3, 5}}, Ruled: "availability >= 99%"},
	}
	return &Points{
		Axes:     []string{"target_value", "type", "constant"},
		Settings: func(point int) []space.Setting { return settings[point] },
		Each: func(do func(*sweep.Row) error) error {
			for i := range rows {
				if err := do(&rows[i]); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func TestSweepCSVHasARowAPoint(t *testing.T) {
	var b bytes.Buffer
	p := fourPoints()
	if err := p.write(&b, p.writeCSV); err != nil {
		t.Fatal(err)
	}
	want := `point,target_value,type,replications,availability,availability.half_width,latency.p99{target_group=web},latency.p99{target_group=web}.half_width,cost.total,cost.total.half_width,latency.p99{target_group=web}.n,ruled_out,error
0,40,m6i.large,2,1,0,,,3,12.706204736174692,,,
1,50,m6i.large,1,0.5,,,,7,,,,
2,,c6i.large,0,,,,,,,,,no such type
3,60,c6i.large,3,0,0,2,12.706204736174692,5,0,2,availability >= 99%,
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
	b.Reset()
	p = fourPoints()
	if err := p.write(&b, p.writeReplications); err != nil {
		t.Fatal(err)
	}
	want = `point,target_value,type,replication,availability,latency.p99{target_group=web},cost.total
0,40,m6i.large,0,1,,2
0,40,m6i.large,1,1,,4
1,50,m6i.large,0,0.5,,7
3,60,c6i.large,0,0,1,5
3,60,c6i.large,1,0,,5
3,60,c6i.large,2,0,3,5
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

// What was played of a point of a sweep that screens stands behind its replications, wherever it is written.
func TestScreenedPointsSayWhatWasPlayed(t *testing.T) {
	p := fourPoints()
	each := p.Each
	p.Each = func(do func(*sweep.Row) error) error {
		return each(func(r *sweep.Row) error {
			some := *r
			some.Fidelity = sweep.Rates
			if r.Point == 1 {
				some.Fidelity = sweep.Requests
			}
			return do(&some)
		})
	}
	var b bytes.Buffer
	if err := p.write(&b, p.writeCSV); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"type,replications,fidelity,availability", "0,40,m6i.large,2,fluid,1,", "1,50,m6i.large,1,request,0.5,", "2,,c6i.large,0,fluid,,"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	b.Reset()
	if err := p.write(&b, p.writeReplications); err != nil {
		t.Fatal(err)
	}
	if want := "\n1,50,m6i.large,0,request,0.5,"; !strings.Contains(b.String(), want) {
		t.Errorf("no %q in\n%s", want, b.String())
	}
	b.Reset()
	if err := p.write(&b, p.writeParquet); err != nil {
		t.Fatal(err)
	}
	file, err := parquet.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]parquet.Row, 5)
	if n, _ := parquet.NewReader(file).ReadRows(rows); n != 4 || file.Schema().Fields()[4].Name() != "fidelity" || rows[1][4].String() != "request" || rows[3][4].String() != "fluid" || rows[3][9].String() != "5" {
		t.Errorf("parquet has %d rows %v of %v", n, rows, file.Schema())
	}
	s := SweepPage{Points: p, Metrics: []string{"cost.total"}, Pareto: [2]string{"cost.total", "availability"}, Top: 9}
	for format, wants := range map[Format][]string{
		Table: {"4 points, 1 failed, 1 by requests, 1 ended", "fidelity", "played by rates, in steps", "points of the front played by rates alone: 1"},
		JSON:  {`"fidelity": "request"`, "points of the front played by rates alone: 1"},
	} {
		out := lined{columns: 200}
		if err := s.Write(&out, format); err != nil {
			t.Fatal(err)
		}
		for _, want := range wants {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%v: no %q in\n%s", format, want, out.String())
			}
		}
	}
}

// Columns that no point needs are not there.
func TestSweepCSVOfPlainPointsIsPlain(t *testing.T) {
	p := fourPoints()
	each := p.Each
	p.Each = func(do func(*sweep.Row) error) error {
		return each(func(r *sweep.Row) error {
			if r.Point > 0 {
				return nil
			}
			return do(r)
		})
	}
	var b bytes.Buffer
	if err := p.write(&b, p.writeCSV); err != nil {
		t.Fatal(err)
	}
	want := "point,replications,availability,availability.half_width,cost.total,cost.total.half_width\n0,2,1,0,3,12.706204736174692\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

// Points that finish while the files are written are left to the next time: they
// may need columns that the heads have not.
func TestSaveSweepOfARunningSweepIsConsistent(t *testing.T) {
	p := fourPoints()
	each, passes := p.Each, 0
	p.Each = func(do func(*sweep.Row) error) error {
		passes++
		return each(func(r *sweep.Row) error {
			if r.Point >= passes {
				return nil
			}
			return do(r)
		})
	}
	dir := t.TempDir()
	if err := saved(dir, SweepFolder(), func(to *folder.Folder) error { return p.SaveSweep(to, false) }); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "sweep.csv"))
	if err != nil {
		t.Fatal(err)
	}
	want := "point,replications,availability,availability.half_width,cost.total,cost.total.half_width\n0,2,1,0,3,12.706204736174692\n"
	if string(got) != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 3 {
		t.Errorf("%d files, want sweep.csv, sweep.parquet and the marker", len(entries))
	}
}

func TestRuledOutPointsComeAfterTheOthers(t *testing.T) {
	s := SweepPage{Points: fourPoints(), Metrics: []string{"cost.total"}, Pareto: [2]string{"cost.total", "availability"}, Top: 9}
	l, err := s.layout()
	if err != nil {
		t.Fatal(err)
	}
	all, err := s.survey(l, s.Top)
	if err != nil {
		t.Fatal(err)
	}
	var order []int
	for _, p := range s.order(all.points) {
		order = append(order, p.point)
	}
	if want := []int{0, 1, 3, 2}; !slices.Equal(order, want) { // $3, $7, out at $5, failed
		t.Errorf("order %v, want %v", order, want)
	}
}

// A point that breaches a threshold says so wherever it is written, and comes after
// those that do not; the front is that of the others.
func TestBreachingPointsAreMarkedAndRankBelow(t *testing.T) {
	p := fourPoints()
	p.Thresholds = []model.Threshold{
		{Key: "cost.total", Operator: ">", Limit: 3.5, Text: "> $3.50"},
		{Key: "availability", Operator: ">=", Limit: 0.4, Text: ">= 40%"},
	}
	s := SweepPage{Points: p, Metrics: []string{"cost.total"}, Pareto: [2]string{"cost.total", "availability"}, Top: 9}
	b := lined{columns: 200}
	if err := s.Write(&b, Table); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(b.String()) {
		if words := strings.Fields(line); len(words) > 0 && len(words[0]) == 1 && words[0] != ":" {
			lines = append(lines, strings.Join(words, " "))
		}
	}
	want := []string{
		"1 50 1 $7.00 0 % (0..98) Pareto",
		"0 40 2 $3 ± 13 50 % (1..99) breaches cost.total > $3.50",
		"3 60 3 $5.00 constant 100 % (29..100) out: availability >= 99%",
		"2 0 – – failed: no such type",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
	b.Reset()
	if err := s.Write(&b, CSV); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"n,breached,breach_probability,breach_probability.low,breach_probability.high,ruled_out,error\n",
		",cost.total > $3.50,0.5,0.0125", "availability >= 40%,1,0.292", ",0,0,0.975", ",,,,,no such type\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	b.Reset()
	if err := s.Write(&b, JSON); err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Points []struct {
			Rank        int      `json:"rank"`
			Breached    []string `json:"breached"`
			Probability *struct {
				Value float64 `json:"value"`
			} `json:"breach_probability"`
		} `json:"points"`
	}
	if err := json.Unmarshal(b.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	if got := answer.Points; got[0].Rank != 2 || got[1].Rank != 1 || got[3].Rank != 3 || got[0].Breached[0] != "cost.total > $3.50" ||
		got[1].Breached != nil || got[0].Probability.Value != 0.5 || got[2].Probability != nil {
		t.Errorf("%+v", got)
	}
}

func TestSweepParquetHasTheColumnsOfTheCSV(t *testing.T) {
	var b bytes.Buffer
	p := fourPoints()
	if err := p.write(&b, p.writeParquet); err != nil {
		t.Fatal(err)
	}
	file, err := parquet.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var names string
	for _, f := range file.Schema().Fields() {
		names += f.Name() + "|"
	}
	want := "point|target_value|type|replications|availability|availability.half_width|latency.p99{target_group=web}|" +
		"latency.p99{target_group=web}.half_width|cost.total|cost.total.half_width|latency.p99{target_group=web}.n|ruled_out|error|"
	if names != want {
		t.Errorf("columns\n%s\nwant\n%s", names, want)
	}
	rows := make([]parquet.Row, 5)
	n, _ := parquet.NewReader(file).ReadRows(rows)
	if n != 4 {
		t.Fatalf("%d rows", n)
	}
	for _, c := range []struct {
		row, column int
		want        string
	}{
		{0, 1, "40"}, {0, 2, "m6i.large"}, {0, 3, "2"}, {0, 8, "3"}, {0, 10, "<null>"}, {0, 11, "<null>"}, {0, 12, "<null>"},
		{1, 5, "<null>"}, {1, 6, "<null>"}, {1, 8, "7"}, {2, 1, "<null>"}, {2, 12, "no such type"}, {3, 10, "2"}, {3, 11, "availability >= 99%"},
	} {
		if got := rows[c.row][c.column].String(); got != c.want {
			t.Errorf("row %d column %d: got %q, want %q", c.row, c.column, got, c.want)
		}
	}
}

func TestQuotedPartsOfKeysStayWhole(t *testing.T) {
	got := shortened([]string{`workload.users.path."/a.b"`, `workload.users.path.'/a.c'`, "run.seed", "x.run.seed"})
	want := []string{`"/a.b"`, `'/a.c'`, "run.seed", "x.run.seed"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
