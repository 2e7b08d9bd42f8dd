package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The references in the repository are what the program prints.
func TestReferencesAreWhatTheProgramSays(t *testing.T) {
	for _, c := range []struct {
		file, from string // from where in the file; "": all of it
		args       []string
	}{
		{"../../scenarios/REFERENCE.md", "", []string{"explain", "--all", "--format", "markdown"}},
		{"../../results/METRICS.md", "| metric |", []string{"metrics", "--format", "markdown"}},
	} {
		path := filepath.FromSlash(c.file)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		output <- struct{}{}
		want, code := captured(t, &os.Stdout, c.args...)
		<-output
		if code != 0 {
			t.Fatalf("%v: exit code %d", c.args, code)
		}
		start := strings.Index(string(b), c.from)
		if start < 0 {
			t.Fatalf("%s has no line that begins with %q", c.file, c.from)
		}
		switch got := string(b)[start:]; {
		case got == want:
		case *update:
			if err := os.WriteFile(path, []byte(string(b)[:start]+want), 0o644); err != nil {
				t.Fatal(err)
			}
		default:
			t.Errorf("%s is not what headroom %s prints; run: go test ./cmd/headroom -run References -update", c.file, strings.Join(c.args, " "))
		}
	}
}
