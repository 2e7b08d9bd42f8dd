package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// loggedSystem serves what trace.csv asks for.
const loggedSystem = `
run = { start = 2026-03-02T09:00:00Z, duration = "30m", replications = 1 }
region = { zones = ["a", "b"] }
target_group.web = { service = "web" }
instance.web = { instance_type = "m5.large", service = "web", count = 2, target_groups = ["web"] }

[load_balancer.front]
idle_timeout = 5
default_action = { forward = ["web"] }

[[load_balancer.front.rule]]
priority = 7
condition = [{ path_pattern = ["/old*"] }]
action = { fixed_response = { status_code = 410 } }

[workload.fans]
to = "front"
arrivals = { process = "trace", file = "trace.csv", time = "time", clock = "calendar" }
demand = { cpu = { dist = "exponential", mean = "300ms" }, request_bytes = 300, response_bytes = "4KiB" }
path = { "/product" = 4, "/old/x" = 1 }
clients = { timeout = "3s" }
`

// What a run logs and import reads again are the arrivals that were given, to the
// microsecond, whichever way requests take through the program and however they end; and
// nothing of the run depends on whether it is logged.
func TestALoggedRunComesBackAsItsArrivals(t *testing.T) {
	for name, c := range map[string]struct {
		service string
		says    []string // of the import
	}{
		"served":     {`service.web = { discipline = "fcfs", workers = 2, backlog = "unlimited" }`, []string{"status 2xx", "status 4xx"}},
		"shared":     {`service.web = { discipline = "ps", concurrency = 64, backlog = 10 }`, []string{"status 2xx", "status 4xx"}},
		"overloaded": {`service.web = { discipline = "ps", concurrency = 1, backlog = 30, errors = { rate = 0.1, code = 503 } }`, []string{"status 2xx", "status 4xx", "status 5xx"}},
		"journey":    {`service.web = { discipline = "fcfs", workers = 2, backlog = "unlimited", steps = [{ cpu = "300ms" }, { pause = "20ms" }] }`, []string{"status 2xx"}},
		"impatient":  {`service.web = { discipline = "fcfs", workers = 1, backlog = "unlimited", on_disconnect = "finish" }`, []string{"status 2xx", "status 4xx"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			random := rand.New(rand.NewSource(1))
			var want []string
			at := 1772442000_000000 // 2026-03-02T09:00:00Z
			for range 4000 {
				at += random.Intn(400_000)
				want = append(want, fmt.Sprintf("%d.%06d", at/1e6, at%1e6))
			}
			scenario := filepath.Join(dir, "logged.toml")
			for name, text := range map[string]string{filepath.Join(dir, "trace.csv"): "time\n" + strings.Join(want, "\n") + "\n", scenario: c.service + "\n" + loggedSystem} {
				if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			log, out := filepath.Join(dir, "front.log.gz"), filepath.Join(dir, "back")
			plain := told(t, "run", scenario, "--quiet", "--format", "json")
			if logged := told(t, "run", scenario, "--quiet", "--format", "json", "--access-log", log); logged != plain {
				t.Error("the run differs when it is logged")
			}
			facts := told(t, "import", "alb-logs", log, "--out", out)
			for _, fact := range c.says {
				if !strings.Contains(facts, fact) {
					t.Errorf("import says nothing of %s:\n%s", fact, facts)
				}
			}
			text, err := os.ReadFile(filepath.Join(out, "arrivals.csv"))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, row := range strings.Split(strings.TrimSpace(string(text)), "\n")[1:] {
				time, _, _ := strings.Cut(row, ",")
				got = append(got, time)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%d arrivals came back, want %d; the first that differ: %s", len(got), len(want), firstOther(got, want))
			}
		})
	}
}

// firstOther says where two lists begin to differ.
func firstOther(got, want []string) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return fmt.Sprintf("%s instead of %s", got[i], want[i])
		}
	}
	return "none of those that both have"
}

// What cannot be logged is refused before anything runs.
func TestAccessLogsThatCannotBeAreRefused(t *testing.T) {
	for _, c := range []struct{ file, complaint string }{
		{"../../scenarios/million.toml", "plays rates, and a log is of requests"},
		{"../../scenarios/mm100.toml", "has no Application Load Balancer, whose log it would be"},
		{"../../scenarios/hello.toml ../../scenarios/shop.toml", "--access-log: takes one scenario, got 2"},
		{"../../scenarios/hello.toml --access-log ../../scenarios", "../../scenarios: must be a file, got a directory"},
		{"../../scenarios/hello.toml --access-log ../headroom/../../scenarios/hello.toml", "must not be a file that the run reads"},
		{"../../scenarios/hello.toml --access-log=", "--access-log: must not be empty"},
	} {
		args := append([]string{"run", "--quiet", "--access-log", filepath.Join(t.TempDir(), "x.log")}, strings.Fields(c.file)...)
		output <- struct{}{}
		text, code := captured(t, &os.Stderr, args...)
		<-output
		if code != 2 || !strings.Contains(text, c.complaint) {
			t.Errorf("%s: exit code %d and %q, want 2 and %q", c.file, code, text, c.complaint)
		}
	}
}

// A log of a run that is interrupted has what had ended by then, each line whole.
func TestAnInterruptedRunKeepsTheLogOfWhatHadEnded(t *testing.T) {
	dir := t.TempDir()
	system, _, _ := strings.Cut(loggedSystem, "[workload.fans]")
	month := `service.web = { discipline = "ps" }` + strings.Replace(system, `"30m"`, `"30d"`, 1) + `
[workload.fans]
to = "front"
arrivals = { process = "poisson", rate = "300/s" }
demand = { cpu = "1ms" }
`
	for name, content := range map[string]string{"month.toml": month, "earlier.gz": "earlier"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.Command("headroom", "run", "month.toml", "--access-log", "earlier.gz")
	command.Dir = dir
	var stderr strings.Builder
	command.Stderr = &stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	works(command.Process, 700*time.Millisecond)
	if err := command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	told := regexp.MustCompile(`--access-log: earlier\.gz has the (\d+) requests of the first replication that had ended by then`)
	err := command.Wait()
	found := told.FindStringSubmatch(stderr.String())
	if err == nil || command.ProcessState.ExitCode() != 130 || found == nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	file, err := os.Open(filepath.Join(dir, "earlier.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	plain, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(plain)
	if lines := bytes.Count(text, []byte("\n")); err != nil || strconv.Itoa(lines) != found[1] || lines < 100 || !bytes.HasSuffix(text, []byte("\n")) {
		t.Errorf("%d lines, %v; told %s", lines, err, found[1])
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("leaves %v", entries)
	}
}
