package tables

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// What AWS refuses of the things that testdata/refusals.txt, refusals-scaling.txt and refusals-elb.txt have is refused, each with its
// code, and nothing else with it.
func TestRefusals(t *testing.T) {
	const head = "run = { duration = \"3d\" }\nregion = { name = \"us-east-1\", zones = [\"a\", \"b\"] }\n"
	file, err := os.ReadFile("testdata/refusals.txt")
	if err != nil {
		t.Fatal(err)
	}
	scaling, err := os.ReadFile("testdata/refusals-scaling.txt")
	if err != nil {
		t.Fatal(err)
	}
	balancing, err := os.ReadFile("testdata/refusals-elb.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range slices.Concat(strings.Split(string(file), "\n-- ")[1:], strings.Split(string(scaling), "\n-- ")[1:], strings.Split(string(balancing), "\n-- ")[1:]) {
		title, rest, _ := strings.Cut(c, "\n")
		var tables, want, got []string
		for _, line := range strings.Split(strings.TrimSpace(rest), "\n") {
			if fault, ok := strings.CutPrefix(line, "=> "); ok {
				want = append(want, fault)
			} else {
				tables = append(tables, line)
			}
		}
		_, err := parse(head + strings.Join(tables, "\n"))
		for _, m := range messages(t, err) {
			path, text, _ := strings.Cut(m[strings.Index(m, ": ")+2:], ": ")
			if i := strings.LastIndex(text, " ["); i >= 0 && strings.HasSuffix(text, "]") && !strings.ContainsAny(text[i+2:len(text)-1], " \"[]") {
				path += text[i:]
			}
			got = append(got, path)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: faults %q, want %q: %v", title, got, want, err)
		}
	}
}
