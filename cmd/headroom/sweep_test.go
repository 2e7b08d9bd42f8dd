package main

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	pages "headroom/results/page"
)

// swept is a scenario whose sweep takes some seconds on one core; one of its
// points cannot be built.
const swept = `
name = "swept"
run = { duration = "30m", warmup = "5m", replications = 3 }
service.web = { discipline = "fcfs" }
instance.server = { instance_type = "m5.large", service = "web" }
workload.users = { to = "server", arrivals = { process = "poisson", rate = "10/s" }, demand = { cpu = { dist = "exponential", mean = "100ms" } } }
[sweep]
precision        = { "latency.mean" = "10%" }
max_replications = 12
[sweep.parameters]
"workload.users.arrivals.rate" = { min = "2/s", max = "18/s", steps = 17 }
"run.warmup" = ["5m", "10m", "40m"]
"run.duration" = ["30m", "50m"]
`

// start begins the sweep in a directory, as a process of its own.
func start(t *testing.T, dir, out string, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	args = append([]string{"sweep", "swept.toml", "--out", out}, args...)
	command := exec.Command("headroom", args...)
	command.Dir = dir
	var said bytes.Buffer
	command.Stdout, command.Stderr = &said, &said
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	return command, &said
}

// finished runs the sweep to its end and returns its CSV.
func finished(t *testing.T, dir, out string, args ...string) string {
	t.Helper()
	command, said := start(t, dir, out, args...)
	if err := command.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	content, err := os.ReadFile(filepath.Join(dir, out, "sweep.csv"))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func sweptDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "swept.toml"), []byte(swept), 0o666); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestSweepIsTheSameWithAnyWorkers(t *testing.T) {
	dir := sweptDir(t)
	want := finished(t, dir, "one", "--workers", "1")
	if got := finished(t, dir, "eight", "--workers", "8"); got != want {
		t.Error("8 workers: sweep.csv differs from that of one")
	}
	if !strings.Contains(want, "must be shorter than duration") {
		t.Error("no row with the error of a point that cannot be")
	}
	if n := strings.Count(want, "\n"); n != 1+17*3*2 {
		t.Errorf("%d lines, want a head and 102 points", n)
	}
}

// Killed again and again, the sweep ends with the bytes of one that was not.
func TestSweepSurvivesKilling(t *testing.T) {
	dir := sweptDir(t)
	want := finished(t, dir, "whole")
	random := rand.New(rand.NewPCG(1, 2))
	kills := 0
	for {
		command, said := start(t, dir, "killed")
		// The last run must have the time to write what is done, on a slow machine too.
		life := time.Duration(30+random.IntN(170+20*kills)) * time.Millisecond
		killed := time.AfterFunc(life, func() { command.Process.Kill() })
		err := command.Wait()
		killed.Stop()
		if err == nil {
			break
		}
		ended := (*exec.ExitError)(nil)
		if !errors.As(err, &ended) || ended.ExitCode() != -1 {
			t.Fatalf("after %d kills: %v\n%s", kills, err, said)
		}
		if kills++; kills > 1000 {
			t.Fatal("makes no progress")
		}
	}
	t.Logf("%d kills", kills)
	if got := finished(t, dir, "killed"); got != want || kills < 3 {
		t.Errorf("after %d kills, sweep.csv differs from that of an undisturbed sweep: %v", kills, got != want)
	}
	before, _ := os.Stat(filepath.Join(dir, "killed", "sweep.journal"))
	finished(t, dir, "killed")
	if after, _ := os.Stat(filepath.Join(dir, "killed", "sweep.journal")); after.Size() != before.Size() {
		t.Error("a finished sweep was continued")
	}
}

func TestInterruptedSweepKeepsFinishedPoints(t *testing.T) {
	dir := sweptDir(t)
	command, said := start(t, dir, "out", "--replications", "400")
	works(command.Process, time.Second)
	if err := command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	err := command.Wait()
	ended := (*exec.ExitError)(nil)
	if !errors.As(err, &ended) || ended.ExitCode() != 130 {
		t.Fatalf("%v, want exit code 130\n%s", err, said)
	}
	if !strings.Contains(said.String(), "swept: grid of 102 points, ") || !strings.Contains(said.String(), " done") {
		t.Errorf("does not say how much is done:\n%s", said)
	}
	content, err := os.ReadFile(filepath.Join(dir, "out", "sweep.csv"))
	if err != nil || !bytes.HasPrefix(content, []byte("point,")) {
		t.Errorf("sweep.csv: %v\n%s", err, content)
	}
	page, err := pages.Open(filepath.Join(dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := page.Write(&text); err != nil || !strings.Contains(text.String(), " of 102 points of ") {
		t.Errorf("a page that is made later does not say of how many points: %v", err)
	}
}

// While a sweep runs, its files have the points that are done, as they will be
// in the end; killed, it leaves them behind.
func TestSweepFilesAreThereWhileItRuns(t *testing.T) {
	dir := sweptDir(t)
	want := strings.Split(finished(t, dir, "whole", "--replications", "14"), "\n")
	command, said := start(t, dir, "out", "--workers", "1", "--replications", "14")
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	path := filepath.Join(dir, "out", "sweep.csv")
	var content []byte
	for begin := time.Now(); content == nil; time.Sleep(20 * time.Millisecond) {
		select {
		case err := <-ended:
			t.Fatalf("ended before there was a sweep.csv: %v\n%s", err, said)
		default:
		}
		if time.Since(begin) > time.Minute {
			t.Fatal("no sweep.csv after a minute")
		}
		if _, err := os.Stat(filepath.Join(dir, "out", "sweep.parquet")); err == nil { // the second to be written
			content, _ = os.ReadFile(path)
		}
	}
	if err := command.Process.Kill(); err != nil {
		t.Fatal("too quick to be seen running:", err)
	}
	<-ended
	lines := strings.Split(string(content), "\n")
	if len(lines) < 3 || len(lines) >= len(want) {
		t.Fatalf("%d lines while it ran, %d at the end", len(lines), len(want))
	}
	for i, line := range lines[1 : len(lines)-1] { // columns may come: duration, error
		if number, _, _ := strings.Cut(line, ","); number != strings.Split(want[i+1], ",")[0] {
			t.Errorf("line %d is of point %s, want the design's order: %s", i+1, number, want[i+1])
		}
	}
	for _, name := range []string{"sweep.csv", "sweep.parquet"} {
		if _, err := os.Stat(filepath.Join(dir, "out", name)); err != nil {
			t.Error(err)
		}
	}
	if got := finished(t, dir, "out", "--replications", "14"); got != strings.Join(want, "\n") {
		t.Error("gone on with, sweep.csv differs from that of an undisturbed sweep")
	}
}

// Writing takes a small part of the time, however large the files.
func TestPauseGrows(t *testing.T) {
	for _, c := range []struct{ elapsed, took, want time.Duration }{
		{0, 0, time.Second},
		{30 * time.Second, time.Millisecond, 3 * time.Second},
		{time.Hour, 10 * time.Millisecond, 30 * time.Second},
		{time.Hour, 4 * time.Second, 200 * time.Second},
	} {
		if got := pause(c.elapsed, c.took); got != c.want {
			t.Errorf("after %v, writing having taken %v: %v, want %v", c.elapsed, c.took, got, c.want)
		}
	}
}

// A trivial point costs less than half a millisecond of two cores, loading
// included.
func BenchmarkSweep(b *testing.B) {
	dir := b.TempDir()
	text := strings.Replace(swept[:strings.Index(swept, "[sweep]")], "replications = 3", "replications = 1", 1)
	text = strings.Replace(strings.Replace(text, `"30m"`, `"1m"`, 1), `"5m"`, `"0s"`, 1)
	text += fmt.Sprintf("[sweep.parameters]\n\"run.seed\" = { min = 1, max = %d, steps = %d }\n", max(2, b.N), max(2, b.N))
	if err := os.WriteFile(filepath.Join(dir, "many.toml"), []byte(text), 0o666); err != nil {
		b.Fatal(err)
	}
	command := exec.Command("headroom", "sweep", "many.toml", "--out", "out", "--top", "1", "--format", "table")
	command.Dir = dir
	b.ResetTimer()
	if err := command.Run(); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "points/s")
}
