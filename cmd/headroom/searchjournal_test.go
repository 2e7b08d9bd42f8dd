package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A search that was killed goes on where it was and finds the same, computing nothing
// twice; one of another seed begins anew.
func TestSearchGoesOnWhereItWas(t *testing.T) {
	dir := tinyDir(t)
	journal := filepath.Join(dir, "out", "search.journal")
	search := func(args ...string) (found, said string) {
		t.Helper()
		command := exec.Command("headroom", append([]string{"recommend", "tiny.toml", "--quiet", "--format", "csv"}, args...)...)
		command.Dir = dir
		var stdout, stderr bytes.Buffer
		command.Stdout, command.Stderr = &stdout, &stderr
		if err := command.Run(); err != nil {
			t.Fatalf("%q: %v\n%s", args, err, stderr.String())
		}
		return stdout.String(), stderr.String()
	}
	size := func() int64 {
		t.Helper()
		info, err := os.Stat(journal)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	for _, how := range []string{"request", "fluid"} {
		way := []string{"--set", "search.screen=" + how, "--out", "out"}
		want, _ := search(way[:2]...)
		if got, said := search(way...); got != want || strings.Contains(said, "goes on") {
			t.Fatalf("%s: with --out it finds\n%s\nwithout\n%s\n%s", how, got, want, said)
		}
		whole := size()
		for _, left := range []int64{whole, whole - 3, whole / 2, 0} {
			if err := os.Truncate(journal, left); err != nil {
				t.Fatal(err)
			}
			got, said := search(append(way, "--workers", "1")...)
			if got != want {
				t.Errorf("%s: with %d of %d bytes of its journal it finds\n%s\nwant\n%s", how, left, whole, got, want)
			}
			if strings.Contains(said, "goes on after") != (left > 0) {
				t.Errorf("%s: with %d of %d bytes of its journal it says %q", how, left, whole, said)
			}
			if size() != whole {
				t.Errorf("%s: the journal had %d bytes, has %d", how, whole, size())
			}
		}
	}
	kept := must(os.ReadFile(journal))
	copy(kept[60:], "\xff\xff\xff\xff") // where it says of which search it is
	if err := os.WriteFile(journal, kept, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, said := search("--set", "search.screen=fluid", "--out", "out"); !strings.Contains(said, "or is damaged; this one begins anew") || size() != int64(len(kept)) {
		t.Errorf("of a journal with a damaged beginning it says %q, and it has %d bytes then, had %d", said, size(), len(kept))
	}
	fresh, _ := search("--seed", "7")
	if got, said := search("--seed", "7", "--out", "out"); got != fresh || !strings.Contains(said, "search.journal: was of another search") {
		t.Errorf("with another seed it finds\n%s\nwant\n%s\n%s", got, fresh, said)
	}
}
