package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// endless is a scenario with more short replications than anybody waits for.
const endless = `
name = "endless"
run = { duration = "10m", replications = 10000 }
service.web = { discipline = "fcfs" }
instance.server = { instance_type = "m5.large", service = "web" }
workload.users = { to = "server", arrivals = { process = "poisson", rate = "10/s" }, demand = { cpu = "20ms" } }
`

func TestInterruptKeepsWhatIsFinished(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "endless.toml"), []byte(endless), 0o666); err != nil {
		t.Fatal(err)
	}
	command := exec.Command("headroom", "run", "--out", "kept", "endless.toml")
	command.Dir = dir
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(700 * time.Millisecond)
	if err := command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	err := command.Wait()
	ended := (*exec.ExitError)(nil)
	if !errors.As(err, &ended) || ended.ExitCode() != 130 {
		t.Fatalf("%v, want exit code 130\n%s", err, stderr.String())
	}
	if !strings.Contains(stderr.String(), "headroom: interrupted") {
		t.Errorf("standard error: %q", stderr.String())
	}
	if !strings.Contains(stdout.String(), "warning: interrupted: ") || !strings.Contains(stdout.String(), " of 10000 replications finished") {
		t.Errorf("standard output:\n%s", stdout.String())
	}
	if summary, err := os.ReadFile(filepath.Join(dir, "kept", "summary.json")); err != nil || !strings.Contains(string(summary), `"interrupted": true`) {
		t.Errorf("summary.json: %v\n%s", err, summary)
	}
}
