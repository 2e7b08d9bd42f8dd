package accesslog

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"flag"
	"fmt"
	"io"
	"math/rand"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"headroom/scenarios/imports"
	"headroom/scenarios/tree"
)

// compressed returns a text as gzip.
func compressed(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// readPacked reads logs that are in memory.
func readPacked(t testing.TB, format Format, options Options, packed tree.Packed, names ...string) (*Import, *imports.Skipped) {
	t.Helper()
	skipped := &imports.Skipped{}
	in := Read(imports.Lines{Files: packed, Names: names, Skipped: skipped}, format, options)
	t.Cleanup(func() {
		if err := in.Close(); err != nil {
			t.Error(err)
		}
	})
	return in, skipped
}

// rows returns the trace of an import, without its header.
func rows(t testing.TB, in *Import) [][]string {
	t.Helper()
	var b bytes.Buffer
	if err := in.WriteTrace(&b); err != nil {
		t.Fatal(err)
	}
	all, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all[1:]
}

// Files in any order, gzipped or not, with lines in the order of their ends, give the
// arrivals in the order of time.
func TestManyFilesInAnyOrderGiveOneTrace(t *testing.T) {
	numbers := rand.New(rand.NewSource(1)).Perm(3000)
	var files [3]strings.Builder
	for _, n := range numbers {
		files[n%3].WriteString(albLine(n) + "\n")
	}
	packed := tree.Packed{"a": []byte(files[0].String()), "b.gz": compressed(t, files[1].String()), "c": []byte(files[2].String())}
	in, skipped := readPacked(t, Formats()[0], Options{}, packed, "c", "a", "b.gz")
	if in.Count != 3000 || len(skipped.Text()) > 0 {
		t.Fatalf("got %d requests and %q, want 3000 and nothing left out", in.Count, skipped.Text())
	}
	for n, row := range rows(t, in) {
		micros := 1772442000_000000 + 1300*n // 2026-03-02T09:00:00Z
		want := []string{fmt.Sprintf("%d.%06d", micros/1e6, micros%1e6), fmt.Sprint(200 + n%700), fmt.Sprint(1000 + n%9000), fmt.Sprintf("0.%03d000", n%80), "200"}
		if !slices.Equal(row, want) {
			t.Fatalf("row %d: got %q, want %q", n, row, want)
		}
	}
	if paths, others := in.Paths.Top(5); len(paths) != 1 || paths[0] != (Share{"/product/*/reviews", 3000}) || others != 0 {
		t.Errorf("paths: got %v and %d others", paths, others)
	}
}

// The order is that of a stable sort, however little fits into memory.
func TestOrderIsAStableSort(t *testing.T) {
	random := rand.New(rand.NewSource(2))
	for _, c := range []struct {
		size, arrivals int
		spread         int64
	}{{1, 1000, 50}, {3, 1000, 50}, {100, 1000, 50}, {10_000, 1000, 50}, {30_000, 20_000, 1 << 10}, {3000, 20_000, 1 << 52}, {30_000, 20_000, 1}} {
		size, o := c.size, NewOrder()
		o.atOnce = size
		var all []Arrival
		for i := range c.arrivals {
			a := Arrival{At: 1<<40 + random.Int63n(c.spread), Received: int64(i), Sent: random.Int63(), Target: random.Int63n(9) - 1, Status: 200}
			all = append(all, a)
			o.Add(&a)
		}
		slices.SortStableFunc(all, func(a, b Arrival) int { return cmp.Compare(a.At, b.At) })
		for range 2 { // it may be asked again
			var got []Arrival
			if err := o.Each(func(a *Arrival) error { got = append(got, *a); return nil }); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, all) {
				t.Errorf("with %d at once: not the stable order", size)
			}
		}
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Counts by minute are those of the requests, with a row for each minute that had none.
func TestPeriodsCountRequests(t *testing.T) {
	packed := tree.Packed{"log": []byte(strings.Join([]string{
		`h - - [02/Mar/2026:09:03:59 +0000] "GET / HTTP/1.0" 200 10`,
		`h - - [02/Mar/2026:09:00:00 +0000] "GET / HTTP/1.0" 200 10`,
		`h - - [02/Mar/2026:10:00:59 +0100] "GET / HTTP/1.0" 404 10`,
	}, "\n"))}
	in, _ := readPacked(t, Formats()[2], Options{Per: 60e6}, packed, "log")
	want := [][]string{{"1772442000", "2"}, {"1772442060", "0"}, {"1772442120", "0"}, {"1772442180", "1"}}
	if got := rows(t, in); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	bounded, _ := readPacked(t, Formats()[2], Options{From: at(t, "2026-03-02T09:00:59Z"), To: at(t, "2026-03-02T09:03:59Z")}, packed, "log")
	if bounded.Count != 1 || bounded.Outside != 2 {
		t.Errorf("between two times: %d requests and %d outside, want 1 and 2", bounded.Count, bounded.Outside)
	}
}

// What is broken is named with its place, and what can be read is taken.
func TestBrokenFilesAreNamedAndReadAsFarAsTheyGo(t *testing.T) {
	var text strings.Builder
	for n := range 2000 {
		text.WriteString(albLine(n) + "\n")
	}
	whole := compressed(t, text.String())
	jumping := strings.ReplaceAll(albLine(2), "2026-03-02", "2031-03-02")
	packed := tree.Packed{
		"cut.gz":  whole[:len(whole)/2],
		"torn.gz": append(append([]byte{}, whole[:len(whole)-8]...), 1, 2, 3, 4, 5, 6, 7, 8),
		"no.gz":   {0x1f, 0x8b, 0, 0},
		"mixed":   []byte("\ufeff" + albLine(1) + "\r\n\n" + "hello\n" + strings.Repeat("x", 200_000) + "\n" + jumping + "\n" + albLine(3)),
	}
	in, skipped := readPacked(t, Formats()[0], Options{}, packed, "absent", "cut.gz", "torn.gz", "no.gz", "mixed")
	want := []string{
		`^absent: no such file$`,
		`^cut.gz:\d+: the file is broken from here on: it ends early$`,
		`^torn.gz:2001: the file is broken from here on: its checksum is wrong$`,
		`^no.gz: broken gzip`,
		`^mixed:3: not a line of an ALB access log`,
		`^mixed:4: longer than 64 KiB$`,
		`^mixed:5: the clock jumps by more than a day .* \(and 1 more like it\)$`,
	}
	got := skipped.Text()
	if len(got) != len(want) {
		t.Fatalf("got %q", got)
	}
	for i := range want {
		if !regexp.MustCompile(want[i]).MatchString(got[i]) {
			t.Errorf("got %q, want it to match %s", got[i], want[i])
		}
	}
	if least := int64(2000 + 500 + 3); in.Count < least || in.Count >= 4003 {
		t.Errorf("%d requests, want %d at least: what stands before the end of a file is good", in.Count, least)
	}
}

// What is no text of lines is named as what it is.
func TestWhatHasNoLinesIsNamed(t *testing.T) {
	utf16 := func(text string) (all []byte) {
		for _, c := range []byte(text) {
			all = append(all, c, 0)
		}
		return all
	}
	many := strings.Repeat(albLine(1)+"\r", 300)
	for name, c := range map[string]struct {
		content []byte
		count   int64
		want    string
	}{
		"cr":         {[]byte(albLine(1) + "\r" + albLine(2) + "\r"), 0, `^f: must end its lines by LF or CR LF, got CR alone: tr .*: nothing of it was read$`},
		"long cr":    {[]byte(many), 0, `^f: must end its lines by LF`},
		"twice":      {compressed(t, string(compressed(t, albLine(1)))), 0, `^f: is gzip within gzip: gunzip it once: nothing of it was read$`},
		"utf16":      {utf16(albLine(1) + "\n"), 0, `^f: must be UTF-8 text, got NUL bytes between others`},
		"marked":     {append([]byte("\xff\xfe"), utf16(albLine(1))...), 0, `^f: must be UTF-8 text, got UTF-16`},
		"truncated":  {[]byte("\x00\x00\x00\x00" + albLine(1) + "\n" + albLine(2) + "\n"), 1, `^f:1: has NUL bytes`},
		"one cr":     {[]byte(albLine(1) + "\r"), 1, `^$`},
		"a cr in it": {[]byte(strings.Replace(albLine(1), "reviews", "re\rviews", 1) + "\n" + albLine(2)), 2, `^$`},
	} {
		in, skipped := readPacked(t, Formats()[0], Options{}, tree.Packed{"f": c.content}, "f")
		if got := strings.Join(skipped.Text(), "\n"); in.Count != c.count || !regexp.MustCompile(c.want).MatchString(got) {
			t.Errorf("%s: got %d requests and %q, want %d and %s", name, in.Count, got, c.count, c.want)
		}
	}
}

// A log whose lines lie ages apart makes no trace of a row a minute for all of them.
func TestCountsOfAgesAreRefused(t *testing.T) {
	packed := tree.Packed{"log": []byte(`h - - [02/Mar/1971:09:00:00 +0000] "GET / HTTP/1.0" 200 10` + "\n" + `h - - [02/Mar/2026:09:00:00 +0000] "GET / HTTP/1.0" 200 10`)}
	in, _ := readPacked(t, Formats()[2], Options{Per: 60e6}, packed, "log")
	if err := in.Check(); err == nil || !strings.Contains(err.Error(), "--from and --to") {
		t.Errorf("got %v, want a refusal that names --from and --to", err)
	}
}

// BenchmarkRead reads a file of 100,000 lines, plain and gzipped, whole; the baseline
// splits the lines of the plain one as a CSV file with spaces.
func BenchmarkRead(b *testing.B) {
	const lines = 100_000
	var text strings.Builder
	for n := range lines {
		text.WriteString(albLine(n) + "\n")
	}
	plain := []byte(text.String())
	for _, c := range []struct {
		name string
		data []byte
	}{{"plain", plain}, {"gzip", compressed(b, text.String())}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				in := Read(imports.Lines{Files: tree.Packed{"log": c.data}, Names: []string{"log"}, Skipped: &imports.Skipped{}}, Formats()[0], Options{})
				if in.Count != lines {
					b.Fatal(in.Count)
				}
				if err := in.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
		})
	}
	b.Run("baseline", func(b *testing.B) {
		for b.Loop() {
			r := csv.NewReader(bytes.NewReader(plain))
			r.Comma, r.LazyQuotes, r.ReuseRecord, r.FieldsPerRecord = ' ', true, true, -1
			n := 0
			for {
				if _, err := r.Read(); err != nil {
					break
				}
				n++
			}
			if n != lines {
				b.Fatal(n)
			}
		}
		b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
	})
}

// endless is a log of so many lines that is nowhere: a block of lines again and again.
type endless struct {
	block []byte
	left  int64 // bytes
	at    int
	most  *uint64 // of the heap, when somebody read
}

func (e *endless) Read(to []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	if e.at == 0 {
		var now runtime.MemStats
		runtime.ReadMemStats(&now)
		*e.most = max(*e.most, now.HeapAlloc)
	}
	n := copy(to[:min(int64(len(to)), e.left)], e.block[e.at:])
	e.at, e.left = (e.at+n)%len(e.block), e.left-int64(n)
	return n, nil
}

func (*endless) Close() error { return nil }

// endlessFiles has one file, of lines.
type endlessFiles struct{ file endless }

func (f *endlessFiles) Open(string) (io.ReadCloser, string) { return &f.file, "" }

var manyLines = flag.Int64("lines", 1_000_000, "lines of the log that is read in constant memory")

// Memory does not grow with the lines: a million are read, sorted and written in what a
// twentieth needs, and in less than they are themselves.
func TestMemoryIsConstant(t *testing.T) {
	const inBlock = 1000
	var block strings.Builder
	for n := range inBlock {
		block.WriteString(albLine(n) + "\n")
	}
	read := func(lines int64) uint64 {
		most := uint64(0)
		runtime.GC()
		files := &endlessFiles{endless{block: []byte(block.String()), left: lines / inBlock * int64(block.Len()), most: &most}}
		order := NewOrder()
		order.atOnce = 20_000
		in := &Import{Format: Formats()[0], Tally: NewTally(), order: order}
		in.read(imports.Lines{Files: files, Names: []string{"log"}, Skipped: &imports.Skipped{}})
		if err := in.WriteTrace(io.Discard); err != nil || in.Count != lines {
			t.Fatalf("%d requests of %d lines: %v", in.Count, lines, err)
		}
		if err := in.Close(); err != nil {
			t.Error(err)
		}
		return most
	}
	few := read(*manyLines / 20)
	many := read(*manyLines)
	if many > few+8<<20 {
		t.Errorf("%d lines need %d MiB, a twentieth of them %d MiB", *manyLines, many>>20, few>>20)
	}
	t.Logf("%d lines: %d MiB, a twentieth of them: %d MiB", *manyLines, many>>20, few>>20)
}
