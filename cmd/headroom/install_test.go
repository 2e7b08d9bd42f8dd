package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// README says that go install ./cmd/headroom in a clone installs the program.
func TestCloneInstallsTheProgram(t *testing.T) {
	dir := t.TempDir()
	install := exec.Command("go", "install", "-pgo=off", "./cmd/headroom") // shares what the tests compiled
	install.Dir, install.Env = filepath.Join("..", ".."), append(os.Environ(), "GOBIN="+dir)
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("go install: %v\n%s", err, out)
	}
	program := filepath.Join(dir, "headroom")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	run := exec.Command(program, "version")
	run.Dir = dir
	if out, err := run.CombinedOutput(); err != nil || !strings.Contains(string(out), "headroom") {
		t.Fatalf("headroom version: %v\n%s", err, out)
	}
}
