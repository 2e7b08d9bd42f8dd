package imports

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// zipped returns a text as gzip.
func zipped(t *testing.T, text string) []byte {
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

func TestFilesAreRecognisedByTheirBeginning(t *testing.T) {
	for text, want := range map[string]string{
		"h2 2026-03-02T09:00:01.500000Z app/x/y 1.1.1.1:1 -":                         "headroom import alb-logs",
		"tls 2.0 2026-03-02T09:00:40 net/x/y z":                                      "headroom import nlb-logs",
		"2015-05-13T23:39:43.945958Z lb 192.0.2.39:2817 10.0.0.1:80 0.1 0.2 0.3 200": "headroom import access-log",
		`1.2.3.4 - - [01/Aug/1995:00:00:01 -0400] "GET / HTTP/1.0" 200 1`:            "headroom import access-log",
		"{\n  \"format_version\": \"1.2\"":                                           "headroom import terraform",
		"[command]terraform show\n{\"format_version\":\"0.2\"":                       "headroom import terraform",
		"[{\"Label\": \"CPUUtilization\"":                                            "headroom import cloudwatch",
		"{\"MetricDataResults\": [":                                                  "headroom import cloudwatch",
		"time,requests\n0,1\n":                                                       "",
		"":                                                                           "",
		"2015-05-13T23:39:43Z,5\n":                                                   "",
	} {
		for _, content := range [][]byte{[]byte(text), zipped(t, text)} {
			kind, known := Recognise(bytes.NewReader(content))
			if kind.Command != want || known != (want != "") {
				t.Errorf("%q: got %q, want %q", text, kind.Command, want)
			}
		}
	}
}

func TestPlainDecompressesWhatIsCompressed(t *testing.T) {
	whole := zipped(t, strings.Repeat("hello ", 1000))
	for _, c := range []struct {
		content   []byte
		bytes     int
		complaint string
	}{
		{[]byte("hello"), 5, ""},
		{[]byte("\ufeffhello"), 5, ""},
		{[]byte("\xff\xfeh\x00e\x00\xe9\x00"), 4, ""}, // "heé"
		{[]byte("\xfe\xff\x00h\x00e\x00"), 2, ""},     // and half of one more
		{whole, 6000, ""},
		{whole[:len(whole)-4], 0, "f: broken gzip: it ends early"},
		{[]byte{0x1f, 0x8b}, 0, "f: broken gzip"},
		{zipped(t, string(whole)), 0, "f: is gzip within gzip: gunzip it once"},
	} {
		text, err := Plain("f", c.content)
		if c.complaint == "" && (err != nil || len(text) != c.bytes) {
			t.Errorf("got %d bytes, %v, want %d", len(text), err, c.bytes)
		}
		if c.complaint != "" && (err == nil || !strings.HasPrefix(err.Error(), c.complaint)) {
			t.Errorf("got %v, want %s", err, c.complaint)
		}
	}
}

// A directory stands for all files beneath it, in a fixed order, hidden ones left out.
func TestDirectoriesExpand(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b.log", "a/2.gz", "a/1.gz", ".hidden", ".git/x"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Expand([]string{"absent", dir})
	want := []string{"absent", filepath.Join(dir, "a/1.gz"), filepath.Join(dir, "a/2.gz"), filepath.Join(dir, "b.log")}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

// What was left out is told by reason, with the first place of each.
func TestReasonsAreCounted(t *testing.T) {
	s := &Skipped{}
	for _, at := range []Place{{File: "a", Line: 3}, {File: "a", Line: 9}, {File: "b", Line: 1}} {
		s.Add(at, "no time")
	}
	s.Add(Place{File: "b", Line: 2}, "too long")
	s.Add(Place{File: "b", Line: 3}, "too long")
	s.Add(Place{File: "c"}, "no such file")
	want := []string{"a:3: no time (and 2 more like it, in 2 files)", "b:2: too long (and 1 more like it)", "c: no such file"}
	if got := s.Text(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// FuzzJSON: whatever a text holds, it is read or refused with a line.
func FuzzJSON(f *testing.F) {
	f.Add("{\"a\": [1, {\"b\": null}],\n\"c\": \"d\"}")
	f.Add("[[[")
	f.Fuzz(func(t *testing.T, text string) {
		v, err := ReadJSON([]byte(text))
		if (v == nil) == (err == nil) {
			t.Fatalf("%q: got %v and %v", text, v, err)
		}
		if err != nil && !strings.HasPrefix(err.Error(), "line ") {
			t.Fatalf("%q: %v names no line", text, err)
		}
	})
}
