package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// source is a tiny set of source data, by path.
func source() map[string]string {
	minutes := strings.Builder{}
	minutes.WriteString("unix_s,requests\n899164740,9\n")
	for m := range 1440 {
		fmt.Fprintf(&minutes, "%d,%d\n", 899164800+60*m, m)
	}
	minutes.WriteString("899251200,9\n")
	return map[string]string{
		"requests/WC98_COPYRIGHT.txt":                   "as it was\r\n",
		"requests/wc98_per_minute.csv.gz":               minutes.String(),
		"requests/nasa_http_1995-08-01_requests.csv.gz": "unix_s,client,bytes\n1000,0,7\n1000,1,0\n1004,0,9\n",
		"requests/nasa_http_1995_per_minute.csv.gz":     hoursOf("requests", 3600, "0 1 2 3 - - 6 7 8 9"),
		"requests/nab_nyc_taxi_30min.csv.gz":            hoursOf("passengers", 1800, "1 2 3 4 5 6 7 8"),
		"requests/nab_elb_request_count_5min.csv.gz":    hoursOf("requests", 1800, "1 2 3 4 5 6 7 8"),
		"requests/nab_asg_cpu_utilization_5min.csv.gz":  hoursOf("cpu_pct", 1800, "1 2 3 4 5 6 7 8"),
		"spot/bamboo_spot_node_events.csv.gz":           "trace,t_ms,event,node\np3,0,add,a\np3,0,add,b\np3,60000,remove,a\ng4dn,480000,add,c\n",
		"vm/azure_v1_duration_bins.csv":                 "bin,min_s,max_s\n0,0,0\n1,300,300\n2,3900,7199\n",
		"vm/azure_v1_2016_vms.csv.gz": "split,arrive_bin_s,flavor,dur_bin\n" +
			"dev,2318100,a,1\ntest,2318400,a,2\ntest,2318400,b,0\ntest,2318400,c,2\ntest,2318700,a,2\ntest,2491200,a,1\n",
	}
}

// hoursOf is a table of a column over time; "-" is a row that is missing.
func hoursOf(column string, step int, values string) string {
	text := "unix_s," + column + "\n"
	for i, value := range strings.Fields(values) {
		if value != "-" {
			text += fmt.Sprintf("%d,%s\n", i*step, value)
		}
	}
	return text
}

// put writes files below a new directory and returns it.
func put(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for path, text := range files {
		full := filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		content := []byte(text)
		if strings.HasSuffix(path, ".gz") {
			var packed bytes.Buffer
			zip := gzip.NewWriter(&packed)
			io.WriteString(zip, text)
			zip.Close()
			content = packed.Bytes()
		}
		if err := os.WriteFile(full, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// rows returns the header and the rows of a compressed table.
func rows(t *testing.T, path string) (header string, lines []string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	zip, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	if !zip.ModTime.IsZero() {
		t.Errorf("%s: compressed with time %v, want none", path, zip.ModTime)
	}
	text, err := io.ReadAll(zip)
	if err != nil {
		t.Fatal(err)
	}
	lines = strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	return lines[0], lines[1:]
}

func TestDayIsCutFromTheSource(t *testing.T) {
	out := filepath.Join(t.TempDir(), "new")
	if err := run(put(t, source()), out, filepath.Join(out, "judged")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, header, first, last string
		rows                      int
	}{
		{"worldcup98.csv.gz", "offset_s,requests", "0,0", "86340,1439", 1440},
		{"nasa.csv.gz", "offset_s,bytes", "0,7", "4,9", 3},
		{"azure-vms.csv.gz", "offset_s,size,lifetime_s", "0,a,3900", "300,a,4725", 4},
	} {
		header, lines := rows(t, filepath.Join(out, c.name))
		if header != c.header || len(lines) != c.rows || lines[0] != c.first || lines[len(lines)-1] != c.last {
			t.Errorf("%s: %q, %d rows, %q .. %q; want %q, %d, %q .. %q", c.name,
				header, len(lines), lines[0], lines[len(lines)-1], c.header, c.rows, c.first, c.last)
		}
	}
	notice, err := os.ReadFile(filepath.Join(out, copyrightFile))
	if err != nil || string(notice) != "as it was\r\n" {
		t.Errorf("notice %q, %v: want it unmodified", notice, err)
	}
}

// Torn hours at the ends are left out, and those around a gap; hours are sums or means.
func TestHoursAreCutFromTheSource(t *testing.T) {
	got, err := hours(put(t, source()))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"nasa-july,73,1 2", "nasa-august,79,7 8", "elb-1,73,3.5 5.5", "azure-vms-a,44,"} {
		if !slices.ContainsFunc(got.rows, func(row string) bool { return strings.HasPrefix(row, want) }) {
			t.Errorf("rows %q, want one %q", got.rows, want)
		}
	}
}

// The first range has three lifetimes in the played days: at 0, 1/2 and 1/4 of
// [3900, 7199]. The three arrivals of the first step come 100 s apart.
func TestBinsAreSpreadEvenly(t *testing.T) {
	got, err := azureDays(put(t, source()))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"0,a,3900", "100,b,1", "200,c,5550", "300,a,4725"}
	if strings.Join(got.rows, " ") != strings.Join(want, " ") {
		t.Errorf("rows %q, want %q", got.rows, want)
	}
}

func TestLifetimesStayInTheirRange(t *testing.T) {
	s := span{86700, 172800}
	var sum float64
	const n = 1 << 12
	for i := range uint32(n) {
		at := s.at(i)
		if at < s.low || at > s.high {
			t.Fatalf("lifetime %d of %+v: %d", i, s, at)
		}
		sum += float64(at)
	}
	if mean := sum / n; mean < 129700 || mean > 129800 {
		t.Errorf("mean %.1f, want the middle of the range, 129750", mean)
	}
	if at := (span{300, 300}).at(77); at != 300 {
		t.Errorf("lifetime of a single value: %d, want 300", at)
	}
}

func TestFaultySourceIsRefused(t *testing.T) {
	for _, c := range []struct{ path, text, want string }{
		{"requests/wc98_per_minute.csv.gz", "unix_s,requests\n899164800,1\n", "1 minutes of the match day"},
		{"requests/wc98_per_minute.csv.gz", "unix_s,requests\n899164860,1\n", "wc98_per_minute.csv.gz:2: minute at 60 s"},
		{"requests/wc98_per_minute.csv.gz", "unix_s,count\n", "no column requests"},
		{"requests/nasa_http_1995-08-01_requests.csv.gz", "unix_s,bytes\n9,1\n8,1\n", ":3: request at 8 s after one at 9 s"},
		{"requests/nasa_http_1995-08-01_requests.csv.gz", "unix_s,bytes\n9,x\n", ":2: "},
		{"vm/azure_v1_duration_bins.csv", "bin,min_s,max_s\n1,300,300\n", "bin 1, want 0"},
		{"vm/azure_v1_duration_bins.csv", "bin,min_s,max_s\n0,0,0\n", "has no range"},
		{"vm/azure_v1_2016_vms.csv.gz", "arrive_bin_s,flavor,dur_bin\n2,a,0\n1,a,0\n", ":3: arrival at 1 s"},
	} {
		files := source()
		files[c.path] = c.text
		out := t.TempDir()
		err := run(put(t, files), out, out)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s = %q: error %v, want one with %q", c.path, c.text, err, c.want)
		}
		if left, _ := os.ReadDir(out); len(left) != 0 {
			t.Errorf("%s = %q: %d files were written in spite of the fault", c.path, c.text, len(left))
		}
	}
}

// The first two sums are those of the sources: the match day's share of the
// official total, and the bytes of the log. The third is of spread lifetimes.
func TestCommittedTablesHoldTheirSource(t *testing.T) {
	for _, c := range []struct {
		name, header   string
		rows, sum, end int
	}{
		{"worldcup98.csv.gz", "offset_s,requests", 1440, 75_207_657, 86_340},
		{"nasa.csv.gz", "offset_s,bytes", 30_969, 482_000_467, 46_321},
		{"azure-vms.csv.gz", "offset_s,size,lifetime_s", 138_438, 2_110_430_794, 172_798},
	} {
		header, lines := rows(t, filepath.Join("..", "data", c.name))
		if header != c.header || len(lines) != c.rows {
			t.Errorf("%s: %q and %d rows, want %q and %d", c.name, header, len(lines), c.header, c.rows)
		}
		sum, last := 0, 0
		for i, line := range lines {
			cells := strings.Split(line, ",")
			offset, errOffset := strconv.Atoi(cells[0])
			value, errValue := strconv.Atoi(cells[len(cells)-1])
			if errOffset != nil || errValue != nil || offset < last || value < 0 {
				t.Fatalf("%s:%d: %q after %d s", c.name, i+2, line, last)
			}
			sum, last = sum+value, offset
		}
		if sum != c.sum || last != c.end {
			t.Errorf("%s: sum %d up to %d s, want %d up to %d s", c.name, sum, last, c.sum, c.end)
		}
	}
}

// The World Cup log may be passed on as long as its notice is not modified.
func TestCommittedNoticeIsUnmodified(t *testing.T) {
	notice, err := os.ReadFile(filepath.Join("..", "data", copyrightFile))
	if err != nil {
		t.Fatal(err)
	}
	const want = "7e8e59219215a64ef964f79ee75ea689538d8291eb622da56af168444ea17038"
	if got := fmt.Sprintf("%x", sha256.Sum256(notice)); got != want {
		t.Errorf("SHA-256 of %s: %s, want %s", copyrightFile, got, want)
	}
}

func TestCommittedSizesAreThoseOfTheTrace(t *testing.T) {
	_, lines := rows(t, filepath.Join("..", "data", "azure-vms.csv.gz"))
	for i, line := range lines {
		size := strings.Split(line, ",")[1]
		if len(size) != 1 || size < "a" || size > "p" {
			t.Fatalf("row %d: size %q, want a letter from a to p", i+1, size)
		}
	}
}
