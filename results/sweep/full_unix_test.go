//go:build unix

package sweep

import (
	"bytes"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// fullDir tells the test below that it is the child, with a disk that is full.
const fullDir = "HEADROOM_TEST_FULL"

// A disk that is full ends the sweep with an error that names the journal. What
// was there stays, and the sweep goes on where it was once there is room.
func TestFullDiskEndsTheSweepAndHarmsNothing(t *testing.T) {
	p := loads(8, Rule{Replications: 2})
	if dir := os.Getenv(fullDir); dir != "" {
		j := must(journalIn(dir, manifest))
		defer j.Close()
		signal.Ignore(syscall.SIGXFSZ)
		size := uint64(must(os.Stat(filepath.Join(dir, JournalName))).Size()) + 6000
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: size, Max: size}); err != nil {
			t.Fatal(err)
		}
		err := Run(t.Context(), p, j, Options{Workers: 2})
		if err == nil {
			t.Fatal("a write beyond the limit went well")
		}
		t.Logf("ended: %v; %d bytes", err, len(content(t, j, p)))
		return
	}
	want := dump(t, t.TempDir(), p, Options{})
	dir := t.TempDir()
	kept := -1
	for rounds := 0; ; rounds++ {
		command := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
		command.Env = append(os.Environ(), fullDir+"="+dir)
		said, err := command.CombinedOutput()
		j := must(journalIn(dir, manifest))
		now := len(content(t, j, p))
		j.Close()
		if now == len(want) || rounds == 20 {
			break
		}
		if err != nil || !strings.Contains(string(said), "ended: journal: write "+filepath.Join(dir, JournalName)+": file too large") {
			t.Fatalf("%v\n%s", err, said)
		}
		if now <= kept {
			t.Fatalf("keeps %d bytes after %d", now, kept)
		}
		kept = now
	}
	if kept < 0 {
		t.Error("was never full")
	}
	if got := dump(t, dir, p, Options{}); !bytes.Equal(got, want) {
		t.Error("rows differ from those of a disk with room")
	}
}
