package report

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A full disk is told once, and what was there before stays.
func TestFullDiskKeepsTheEarlierFiles(t *testing.T) {
	for _, name := range []string{"sweep.csv", "sweep.parquet", "replications.csv"} {
		dir := t.TempDir()
		if err := fourPoints().SaveSweep(dir, true); err != nil {
			t.Fatal(err)
		}
		before, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("/dev/full", filepath.Join(dir, "."+name+".unfinished")); err != nil {
			t.Fatal(err)
		}
		err = fourPoints().SaveSweep(dir, true)
		if !errors.Is(err, syscall.ENOSPC) || strings.Count(err.Error(), "no space left") != 1 || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got error %v", name, err)
		}
		if after, _ := os.ReadFile(filepath.Join(dir, name)); !bytes.Equal(after, before) {
			t.Errorf("%s: %d bytes, want the %d that were there", name, len(after), len(before))
		}
		if _, err := os.Lstat(filepath.Join(dir, "."+name+".unfinished")); err == nil {
			t.Errorf("%s: an unfinished file stays", name)
		}
	}
}
