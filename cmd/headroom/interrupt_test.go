package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"headroom/results/folder"
	"headroom/results/folder/faulty"
)

// endless is a scenario with more short replications than anybody waits for.
const endless = `
name = "endless"
run = { duration = "10m", replications = 10000 }
service.web = { discipline = "fcfs" }
instance.server = { instance_type = "m5.large", service = "web" }
workload.users = { to = "server", arrivals = { process = "poisson", rate = "10/s" }, demand = { cpu = "20ms" } }
`

// works waits until a process has computed for so long, on whatever machine; where the
// system does not tell, it lets that time pass.
func works(p *os.Process, spent time.Duration) {
	const tick = 10 * time.Millisecond // of user and system time
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(tick) {
		content, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.Pid))
		if err != nil {
			time.Sleep(spent)
			return
		}
		fields := strings.Fields(string(content[bytes.LastIndexByte(content, ')')+1:]))
		var user, system int
		if _, err := fmt.Sscan(fields[11]+" "+fields[12], &user, &system); err != nil || time.Duration(user+system)*tick >= spent {
			return
		}
	}
}

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
	works(command.Process, 700*time.Millisecond)
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

// crowded takes long to build: so many instances are launched at the start.
const crowded = `
run = { duration = "60s", replications = 1 }
service.web = { discipline = "ps" }
target_group.web = { service = "web" }
load_balancer.front = { load_balancer_type = "application", default_action = { forward = ["web"] } }
launch_template.web = { instance_type = "m7g.large", monitoring = "detailed" }
autoscaling_group.web = { launch_template = "web", min_size = 100000, max_size = 100000, desired_capacity = 100000, target_groups = ["web"] }
workload.w = { to = "front", arrivals = { rate = "50/s" }, demand = { cpu = "50ms" } }
`

// traced takes long to read.
const traced = `
run = { duration = "60s", replications = 1 }
service.web = { discipline = "ps" }
instance.web = { instance_type = "m7g.large", service = "web" }
workload.w = { to = "web", arrivals = { process = "trace", file = "rows.csv.gz", time = "t" }, demand = { cpu = "50ms" } }
`

// TestInterruptEndsWhatTakesLong interrupts commands that are reading, or building a
// world. A second is promised; a machine that is busy with other tests takes longer.
func TestInterruptEndsWhatTakesLong(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"crowded.toml": crowded, "traced.toml": traced, "rows.csv.gz": manyRows()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"run", "crowded.toml"}, {"compare", "crowded.toml"}, {"validate", "traced.toml"}} {
		command := exec.Command("headroom", args...)
		command.Dir = dir
		var stderr bytes.Buffer
		command.Stderr = &stderr
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		works(command.Process, 300*time.Millisecond)
		begun := time.Now()
		if err := command.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		err := command.Wait()
		took := time.Since(begun)
		ended := (*exec.ExitError)(nil)
		if !errors.As(err, &ended) || ended.ExitCode() != 130 || took > 5*time.Second || !strings.HasPrefix(stderr.String(), "headroom: interrupted; ") {
			t.Errorf("%v: %v after %v, want exit code 130 within a second\n%s", args, err, took, stderr.String())
		}
	}
}

// Interrupted at any operation of the disk, also when everything is computed and only the files and the
// tables are left, a sweep ends with what it has, and the same command does the rest. With more -kills it is
// interrupted at every operation.
func TestInterruptedSweepGoesOn(t *testing.T) {
	w := writers()[4]
	saving := 0 // the operation with which the files begin
	recorded := faulty.New(folder.Real(), func(o faulty.Operation) faulty.Verdict {
		if o.Name == "mkdir" {
			saving = o.Number
		}
		return faulty.Verdict{}
	})
	whole := tinyDir(t)
	if s := says(t, whole, recorded, w.seeded("2")); s.code != 0 || w.name != "sweep" || saving == 0 {
		t.Fatalf("%s: %+v", w.name, s)
	}
	later := w.edition(t, "2")
	for n := 1; n <= later.count; n++ {
		if *kills <= fewKills && n%5 != 0 && n != saving {
			continue
		}
		ctx, interrupt := context.WithCancel(t.Context())
		on := faulty.New(folder.Real(), func(o faulty.Operation) faulty.Verdict {
			if o.Number == n {
				interrupt()
			}
			return faulty.Verdict{}
		})
		dir := tinyDir(t)
		s := saysUntil(ctx, t, dir, on, w.seeded("2"))
		interrupt()
		var faults []string
		if s.code != exitInterrupted && (s.code != 0 || n <= saving) {
			faults = append(faults, "not interrupted")
		}
		if s.code == exitInterrupted && strings.Count(s.errors, "interrupted") != 1 {
			faults = append(faults, "does not say so once")
		}
		if n == saving && (len(w.files(t, dir)) > 0 || !strings.Contains(s.errors, "all points are kept")) {
			faults = append(faults, "wrote the files all the same")
		}
		for _, fault := range append(faults, w.unusable(t, dir, later)...) {
			t.Errorf("interrupted at operation %d of %d, files from %d: %s\n%+v", n, later.count, saving, fault, s)
		}
	}
}

// manyRows is a table of 45 million rows, compressed.
func manyRows() string {
	zip := func(text string) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		if _, err := w.Write([]byte(text)); err != nil {
			panic(err)
		}
		if err := w.Close(); err != nil {
			panic(err)
		}
		return b.String()
	}
	return zip("t\n1\n") + strings.Repeat(zip(strings.Repeat("99999\n", 1_000_000)), 45)
}
