package workload

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math"
	"os"
	"runtime"
	"strings"
	"testing"

	"headroom/sim"
)

func zip(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func texts(t *Table, name string) []string {
	var all []string
	for row := range t.Texts(name).Len() {
		all = append(all, t.Texts(name).At(row))
	}
	return all
}

func TestReadTableReadsWhatPeopleHave(t *testing.T) {
	for name, file := range map[string]string{
		"plain":            "time,requests,size\n0,3,a\n1.5,4e1,b\n2,0,a\n",
		"no last newline":  "time,requests,size\n0,3,a\n1.5,40,b\n2,0,a",
		"windows":          "\ufefftime,requests,size\r\n0,3,a\r\n1.5,40,b\r\n2,0,a\r\n",
		"spaces and blank": " time , requests, size\n\n0, 3, a\n  \n1.5 ,40,b\n2,0,a\n\n",
		"quotes":           "\"time\",\"requests\",size\n\"0\",3,a\n1.5,\"40\",\"b\"\n2,0,\"a\"\n",
		"other columns":    "x,size,requests,y,time\n?,a,3,?,0\n?,b,40,\"?,\"\"\",1.5\n,a,0,,2\n",
		"gzip":             string(zip("time,requests,size\n0,3,a\n1.5,40,b\n2,0,a\n")),
		"two gzips":        string(zip("time,requests,size\n0,3,a\n")) + string(zip("1.5,40,b\n2,0,a\n")),
	} {
		table, err := ReadTable(strings.NewReader(file), Columns{Numbers: []string{"time", "requests"}, Texts: []string{"size"}})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := fmt.Sprint(table.Rows(), table.Numbers("time"), table.Numbers("requests"), texts(table, "size"))
		if want := "3 [0 1.5 2] [3 40 0] [a b a]"; got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

func TestReadTableNamesTheLineAndColumn(t *testing.T) {
	long := strings.Repeat("9", 1<<17)
	half := zip("time,requests\n" + strings.Repeat("1,2\n3,4\n", 1000))
	for file, want := range map[string]string{
		"":                                "empty file: must begin with a line of column names",
		"\n \n":                           "empty file: must begin with a line of column names",
		"\ufeff":                          "empty file: must begin with a line of column names",
		"time,requests\n":                 "line 1: no rows below the header",
		"time,request\n1,2\n":             `line 1: no column "requests", did you mean "request"? (columns: time, request)`,
		"a,b\n1,2\n":                      `line 1: no column "time" (columns: a, b)`,
		"time,time,requests\n1,2,3\n":     `line 1: two columns are called "time"`,
		"time,requests\n1,2\n\n2,-3\n":    "line 4: column requests: must be ≥ 0, got -3",
		"time,requests\n1,x\n":            `line 2: column requests: must be a number, got "x"`,
		"time,requests\n1,\n":             `line 2: column requests: must be a number, got ""`,
		"time,requests\n1,NaN\n":          "line 2: column requests: must be finite, got NaN",
		"time,requests\n1,inf\n":          "line 2: column requests: must be finite, got inf",
		"time,requests\n1,1e999\n":        `line 2: column requests: must be a number, got "1e999"`,
		"time,requests\n1,2\n3\n":         "line 3: must have 2 fields like the header, got 1",
		"time,requests\n1,2,3\n":          "line 2: must have 2 fields like the header, got 3",
		"time,requests\n1,\"2\n":          "line 2: quotes: must be closed on the same line, and doubled inside",
		"time,requests\n1,\xff\n":         "line 2: must be UTF-8 text: save the file in that encoding",
		"\xff\xfet\x00":                   "line 1: must be UTF-8 text: save the file in that encoding",
		"time,requests\n1,\x002\n":        "line 2: must be text, got a zero byte",
		"time,requests\n1," + long + "\n": "line 2: must be at most 65536 bytes long",
		"\x1f\x8bnot gzip":                "broken gzip: gzip: invalid header",
		string(half[:len(half)/2]):        "unexpected EOF",
		string(half[:len(half)-3]):        "unexpected EOF",
	} {
		_, err := ReadTable(strings.NewReader(file), Columns{Numbers: []string{"time", "requests"}})
		if err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%.40q: got %v, want %s", file, err, want)
		}
	}
}

func TestReadTableKeepsToItsLimits(t *testing.T) {
	small := limits{rows: 3, lineBytes: 100, texts: 1}
	for file, want := range map[string]string{
		"a\n1\n2\n3\n4\n": "line 4: must have at most 3 lines",
		"a\n1\n2\n":       "line 3: column a: must have at most 1 different values",
	} {
		_, err := readTable(strings.NewReader(file), Columns{Texts: []string{"a"}}, small)
		if err == nil || err.Error() != want && !strings.Contains(want, "lines") {
			t.Errorf("%q: got %v, want %s", file, err, want)
		}
	}
	_, err := readTable(strings.NewReader("a\n1\n2\n3\n4\n"), Columns{Numbers: []string{"a"}}, small)
	if want := "line 4: must have at most 3 lines"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestTimesAreInstantsSinceTheOrigin(t *testing.T) {
	read := func(file string) *Table {
		return must(ReadTable(strings.NewReader(file), Columns{Numbers: []string{"t"}}))
	}
	for _, c := range []struct {
		file, want string
		unit       sim.Time
		origin     float64
	}{
		{"t\n0\n1.5\n1.5\n", "[0s 1.5s 1.5s]", sim.Second, 0},
		{"t\n1700000000000\n1700000000250\n", "[0s 250ms]", sim.Millisecond, 1.7e12},
		{"t\n2026-03-02T00:00:10Z\n2026-03-02T01:00:00.5+01:00\n2026-03-02T00:01:00Z\n", "line 3: column t: must be sorted, got 1772409600.5 after 1772409610", sim.Second, 1772409600},
		{"t\n2026-03-02T00:00:10Z\n2026-03-02T01:00:20.5+01:00\n", "[10s 20.5s]", sim.Second, 1772409600},
		{"t\n5\n4\n", "line 3: column t: must be sorted, got 4 after 5", sim.Second, 0},
		{"t\n5\n", "line 2: column t: must not be before the start (6), got 5", sim.Second, 6},
		{"t\n1700000000\n", "line 2: column t: must be at most 160127h59m12.303423487s after the start (0), got 1700000000", sim.Second, 0},
		{"t\n5\n", "line 2: column t: must not be before the start (NaN), got 5", sim.Second, math.NaN()},
	} {
		at, err := read(c.file).Times("t", c.unit, c.origin)
		got := fmt.Sprint(at)
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%q: got %s, want %s", c.file, got, c.want)
		}
	}
	if _, err := read("t\n5\n").Times("u", sim.Second, 0); err == nil {
		t.Error("a column that was not read: got no error")
	}
}

func TestStockTracesAreRead(t *testing.T) {
	for file, columns := range map[string]Columns{
		"worldcup98.csv.gz": {Numbers: []string{"offset_s", "requests"}},
		"nasa.csv.gz":       {Numbers: []string{"offset_s", "bytes"}},
		"azure-vms.csv.gz":  {Numbers: []string{"offset_s", "lifetime_s"}, Texts: []string{"size"}},
	} {
		f, err := os.Open("../../scenarios/data/" + file)
		if err != nil {
			t.Fatal(err)
		}
		table, err := ReadTable(f, columns)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		if _, err := table.Times("offset_s", sim.Second, 0); err != nil || table.Rows() < 1000 {
			t.Errorf("%s: got %d rows, %v", file, table.Rows(), err)
		}
	}
}

func FuzzReadTable(f *testing.F) {
	for _, seed := range []string{"t,n,s\n1,2,a\n", "t,n,s\n\"1\",2,\"a,\"\"\"\n", "\ufefft,n,s\r\n2026-03-02T00:00:10Z,2,a", "t,n\n1", "\x1f\x8b\x08"} {
		f.Add([]byte(seed))
	}
	f.Add(zip("t,n,s\n1,2,a\n3,4,b\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		small := limits{rows: 1000, lineBytes: 4096, texts: 100}
		table, err := readTable(bytes.NewReader(file), Columns{Numbers: []string{"t", "n"}, Texts: []string{"s"}}, small)
		if err != nil {
			return
		}
		n := table.Rows()
		if n == 0 || len(table.Numbers("t")) != n || len(table.Numbers("n")) != n || table.Texts("s").Len() != n {
			t.Fatalf("got %d rows of %d, %d and %d fields", n, len(table.Numbers("t")), len(table.Numbers("n")), table.Texts("s").Len())
		}
		for i, v := range table.Numbers("n") {
			if !(v >= 0) || math.IsInf(v, 0) || table.Line(i) < 2 {
				t.Fatalf("row %d: got %v from line %d", i, v, table.Line(i))
			}
		}
		at, err := table.Times("t", sim.Second, 0)
		if err != nil {
			return
		}
		if _, err := Trace(Instants{At: at, Speed: 1, Resolution: sim.Second}); err != nil {
			t.Fatalf("a sorted column of times makes no trace: %v", err)
		}
	})
}

// The rows beyond a run are checked like the others, and take nothing.
func TestRowsBeyondTheRunAreCheckedButNotKept(t *testing.T) {
	until := Until{Column: "t", Unit: sim.Second, Timestamps: 1e9, Span: 10 * sim.Second}
	for file, want := range map[string]string{
		"t\n1\n10\n11\n12\n13\n":                         "[1 10 11] true",
		"t\n1\n\n10\n10\n":                               "[1 10 10] true",
		"t\n2e9\n2000000010\n2000000011\n2000000012.5\n": "[2e+09 2.00000001e+09 2.000000011e+09] false",
		"t\n1\n11\n12\nx\n":                              "line 5: column t: must be a number, got \"x\"",
		"t\n1\n11\n12\n11.5\n":                           "line 5: column t: must be sorted, got 11.5 after 12",
		"t\n1\n11\n12\n1e9\n":                            "line 5: column t: must be at most 160127h59m12.303423487s after the start (0), got 1000000000",
	} {
		table, err := ReadTable(strings.NewReader(file), Columns{Numbers: []string{"t"}, Until: until})
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = fmt.Sprint(table.Numbers("t"), table.WholeSeconds())
		}
		if got != want {
			t.Errorf("%q: got %s, want %s", file, got, want)
		}
	}
}

// A table from a row on has the rows from there on, on the lines where they stand.
func TestATableFromARowOnKeepsItsLines(t *testing.T) {
	table := must(ReadTable(strings.NewReader("t,n\n1,a\n\n5,b\n5,c\n9,d\n"), Columns{Numbers: []string{"t"}, Texts: []string{"n"}, Until: Until{Column: "t", Unit: sim.Second, Start: 5, Span: 100 * sim.Second}}))
	for least, want := range map[float64]string{0: "[1 5 5 9] a 2", 1: "[1 5 5 9] a 2", 2: "[5 5 9] b 4", 5: "[5 5 9] b 4", 6: "[9] d 6"} {
		rest := table.From("t", least)
		if got := fmt.Sprint(rest.Numbers("t"), " ", rest.Texts("n").At(0), " ", rest.Line(0)); got != want || rest.Rows() != len(rest.Numbers("t")) {
			t.Errorf("from %g: got %s with %d rows, want %s", least, got, rest.Rows(), want)
		}
	}
	if table.From("t", 10) != nil {
		t.Error("from beyond the last row: got a table, want none")
	}
}

func TestATableFitsIntoItsMemory(t *testing.T) {
	columns := Columns{Numbers: []string{"t"}, Texts: []string{"s"}, Bytes: 3 * 12}
	if _, err := ReadTable(strings.NewReader("t,s\n1,a\n2,a\n3,a\n"), columns); err != nil {
		t.Error(err)
	}
	_, err := ReadTable(strings.NewReader("t,s\n1,a\n\n2,a\n3,a\n4,a\n"), columns)
	if err == nil || !strings.HasPrefix(err.Error(), "line 6: must fit into 36 bytes of memory") {
		t.Errorf("got %v", err)
	}
}

// Gzip that swells a thousand times costs what is used of it.
func TestAFileCostsWhatIsUsedOfIt(t *testing.T) {
	file := zip("t,x\n" + strings.Repeat("1,\"a,b\"\n", 5) + strings.Repeat("99,b\n", 200_000))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	table, err := ReadTable(bytes.NewReader(file), Columns{Numbers: []string{"t"}, Until: Until{Column: "t", Unit: sim.Second, Timestamps: 1e9, Span: sim.Minute}})
	runtime.ReadMemStats(&after)
	if err != nil || table.Rows() != 6 || table.Line(5) != 7 {
		t.Fatalf("got %v, %v", table, err)
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > 1<<20 {
		t.Errorf("allocated %d bytes for 6 rows of 200,000", took)
	}
}
