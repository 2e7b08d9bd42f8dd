package report

import (
	"bytes"
	"math"
	"testing"

	"github.com/parquet-go/parquet-go"

	"headroom/results/sweep"
	"headroom/scenarios"
)

// threePoints are two points with different metrics and one that failed.
func threePoints() *Points {
	number := func(text string, v float64) scenarios.Setting {
		return scenarios.Setting{Text: text, Number: v, Numeric: true}
	}
	settings := [][]scenarios.Setting{
		{number("40", 40), {Text: "m6i.large"}, {Text: "same"}},
		{number("50", 50), {Text: "m6i.large"}, {Text: "same"}},
		{{}, {Text: "c6i.large"}, {Text: "same"}},
	}
	small := sweep.NewLayout([]string{"availability", "cost.total"}, []string{"ratio", "USD"})
	large := sweep.NewLayout([]string{"availability", "latency.p99{target_group=web}", "cost.total"}, []string{"ratio", "s", "USD"})
	rows := []sweep.Row{
		{Point: 0, Layout: small, Values: [][]float64{{1, 2}, {1, 4}}},
		{Point: 1, Layout: large, Values: [][]float64{{0.5, math.NaN(), 7}}},
		{Point: 2, Err: "no such type"},
	}
	return &Points{
		Axes:     []string{"target_value", "type", "constant"},
		Settings: func(point int) []scenarios.Setting { return settings[point] },
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
	if err := threePoints().WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	want := `point,target_value,type,replications,availability,availability.half_width,latency.p99{target_group=web},latency.p99{target_group=web}.half_width,cost.total,cost.total.half_width,error
0,40,m6i.large,2,1,0,,,3,12.706204736174692,
1,50,m6i.large,1,0.5,,,,7,,
2,,c6i.large,0,,,,,,,no such type
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
	b.Reset()
	if err := threePoints().WriteReplications(&b); err != nil {
		t.Fatal(err)
	}
	want = `point,target_value,type,replication,availability,latency.p99{target_group=web},cost.total
0,40,m6i.large,0,1,,2
0,40,m6i.large,1,1,,4
1,50,m6i.large,0,0.5,,7
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

func TestSweepParquetHasTheColumnsOfTheCSV(t *testing.T) {
	var b bytes.Buffer
	if err := threePoints().WriteParquet(&b); err != nil {
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
		"latency.p99{target_group=web}.half_width|cost.total|cost.total.half_width|error|"
	if names != want {
		t.Errorf("columns\n%s\nwant\n%s", names, want)
	}
	rows := make([]parquet.Row, 4)
	n, _ := parquet.NewReader(file).ReadRows(rows)
	if n != 3 {
		t.Fatalf("%d rows", n)
	}
	for _, c := range []struct {
		row, column int
		want        string
	}{
		{0, 1, "40"}, {0, 2, "m6i.large"}, {0, 3, "2"}, {0, 8, "3"}, {0, 10, "<null>"},
		{1, 5, "<null>"}, {1, 6, "<null>"}, {1, 8, "7"}, {2, 1, "<null>"}, {2, 10, "no such type"},
	} {
		if got := rows[c.row][c.column].String(); got != c.want {
			t.Errorf("row %d column %d: got %q, want %q", c.row, c.column, got, c.want)
		}
	}
}
