package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A purchase that was killed goes on where it was and recommends the same, simulating nothing twice, also with more
// ways and replications; one of another seed begins anew.
func TestPurchaseGoesOnWhereItWas(t *testing.T) {
	dir := tinyDir(t)
	journal := filepath.Join(dir, "out", "plan.journal")
	plan := func(args ...string) (found, said string) {
		t.Helper()
		command := exec.Command("headroom", append([]string{"recommend", "plan", "tiny.toml", "--quiet", "--format", "json"}, args...)...)
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
		return must(os.Stat(journal)).Size()
	}
	want, _ := plan()
	if got, said := plan("--out", "out"); got != want || strings.Contains(said, "goes on") {
		t.Fatalf("with --out it recommends\n%s\nwithout\n%s\n%s", got, want, said)
	}
	whole := size()
	for _, left := range []int64{whole, whole - 3, whole / 2, 0} {
		if err := os.Truncate(journal, left); err != nil {
			t.Fatal(err)
		}
		got, said := plan("--out", "out", "--workers", "1")
		if got != want {
			t.Errorf("with %d of %d bytes of its journal it recommends\n%s\nwant\n%s", left, whole, got, want)
		}
		if strings.Contains(said, "goes on after") != (left > 0) {
			t.Errorf("with %d of %d bytes of its journal it says %q", left, whole, said)
		}
		if size() != whole {
			t.Errorf("the journal had %d bytes, has %d", whole, size())
		}
	}
	more, _ := plan("--replications", "5")
	if got, said := plan("--replications", "5", "--out", "out"); got != more || !strings.Contains(said, "goes on after") || size() <= whole {
		t.Errorf("with more replications it recommends\n%s\nwant\n%s\n%s", got, more, said)
	}
	fresh, _ := plan("--seed", "7")
	if got, said := plan("--seed", "7", "--out", "out"); got != fresh || !strings.Contains(said, "plan.journal: was of another purchase") {
		t.Errorf("with another seed it recommends\n%s\nwant\n%s\n%s", got, fresh, said)
	}
}
