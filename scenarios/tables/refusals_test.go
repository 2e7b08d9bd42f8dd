package tables

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// refusal is a file that is refused, and the faults that it has: path and code.
type refusal struct {
	title, text string
	want        []string
}

// refusals are those of testdata/refusals*.txt.
func refusals(t *testing.T) (all []refusal) {
	t.Helper()
	const head = "run = { duration = \"3d\" }\nregion = { name = \"us-east-1\", zones = [\"a\", \"b\"] }\n"
	names, err := filepath.Glob("testdata/refusals*.txt")
	if err != nil || len(names) < 3 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range strings.Split(string(file), "\n-- ")[1:] {
			title, rest, _ := strings.Cut(c, "\n")
			r := refusal{title: title}
			var tables []string
			for _, line := range strings.Split(strings.TrimSpace(rest), "\n") {
				if fault, ok := strings.CutPrefix(line, "=> "); ok {
					r.want = append(r.want, fault)
				} else {
					tables = append(tables, line)
				}
			}
			r.text = head + strings.Join(tables, "\n")
			all = append(all, r)
		}
	}
	return all
}

// What AWS refuses of the things that testdata/refusals*.txt have is refused, each with its
// code, and nothing else with it.
func TestRefusals(t *testing.T) {
	for _, c := range refusals(t) {
		var got []string
		_, err := parse(c.text)
		for _, m := range messages(t, err) {
			path, text, _ := strings.Cut(m[strings.Index(m, ": ")+2:], ": ")
			if i := strings.LastIndex(text, " ["); i >= 0 && strings.HasSuffix(text, "]") && !strings.ContainsAny(text[i+2:len(text)-1], " \"[]") {
				path += text[i:]
			}
			got = append(got, path)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: faults %q, want %q: %v", c.title, got, c.want, err)
		}
	}
}
