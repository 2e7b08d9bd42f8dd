package sweep

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"headroom/results/folder"
)

// What was kept is there when the archive is opened again, as far as its file is whole; the first
// write wins, and an archive of something else begins anew.
func TestArchiveKeepsWhatReplicationsLeft(t *testing.T) {
	dir := t.TempDir()
	open := func(m Manifest) (*Archive, string) {
		t.Helper()
		a, another, err := OpenArchive(folder.Real(), dir, m)
		if err != nil {
			t.Fatal(err)
		}
		return a, another
	}
	left := map[leftBy][]byte{
		{"On-Demand", 0}: []byte("first"), {"On-Demand", 3}: {}, {"half", 0}: bytes.Repeat([]byte{0xf7, 'R', 'e', 'c'}, 9000), {"", 1}: {0},
	}
	check := func(a *Archive, want int) {
		t.Helper()
		known := 0
		for of, content := range left {
			switch got, is, err := a.Recall(of.way, of.replication); {
			case err != nil:
				t.Error(err)
			case is:
				known++
				if !bytes.Equal(got, content) {
					t.Errorf("%v left %d bytes, want %d", of, len(got), len(content))
				}
			}
		}
		if _, is, _ := a.Recall("On-Demand", 1); is || known != want || a.Len() != want {
			t.Errorf("%d of %d are known, want %d; of what was not kept: %v", known, a.Len(), want, is)
		}
	}
	a, _ := open(manifest)
	for _, of := range []leftBy{{"On-Demand", 0}, {"On-Demand", 3}, {"half", 0}, {"", 1}} {
		for _, content := range [][]byte{left[of], []byte("again")} {
			if err := a.Keep(of.way, of.replication, content); err != nil {
				t.Fatal(err)
			}
		}
	}
	check(a, 4)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, ArchiveName)
	whole := must(os.ReadFile(path))
	for cut, want := range map[int]int{0: 4, 1: 3, 40: 2, len(whole): 0} {
		if err := os.WriteFile(path, whole[:len(whole)-cut], 0o600); err != nil {
			t.Fatal(err)
		}
		a, another := open(manifest)
		if another != "" {
			t.Errorf("without its last %d bytes it is of something else: %s", cut, another)
		}
		check(a, want)
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
	}
	a, another := open(Manifest{"scenario": "another"})
	if check(a, 0); !strings.Contains(another, "scenario") {
		t.Errorf("the archive of another scenario: %q", another)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
}
