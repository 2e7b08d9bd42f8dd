package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// program builds the command, for benchmarks of whole processes.
func program(b *testing.B) string {
	b.Helper()
	bin := filepath.Join(b.TempDir(), "headroom")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return bin
}

// process runs the command and returns its CPU time and its peak memory.
func process(b *testing.B, bin string, args ...string) (cpu time.Duration, peakMB float64) {
	b.Helper()
	c := exec.Command(bin, args...)
	if out, err := c.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	usage, ok := c.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		b.Skip("no resource usage of processes here")
	}
	return c.ProcessState.UserTime() + c.ProcessState.SystemTime(), float64(usage.Maxrss) / 1024
}

// BenchmarkRunMM100 runs mm100.toml, statistics and cost on, from the file to
// the JSON: requests per CPU-second of the process, and its peak memory for one
// hour and for four, which must not grow with the number of requests.
func BenchmarkRunMM100(b *testing.B) {
	bin := program(b)
	scenario := filepath.Join("..", "..", "scenarios", "mm100.toml")
	run := func(hours string) (time.Duration, float64) {
		return process(b, bin, "run", scenario, "--replications", "1", "--format", "json", "--set", "run.duration="+hours)
	}
	var cpu time.Duration
	var short, long float64
	for b.Loop() {
		_, short = run("1h")
		cpu, long = run("4h")
	}
	const requests = 4 * 3600 * 800
	b.ReportMetric(requests/cpu.Seconds()/1e6, "Mrequests/CPU-s")
	b.ReportMetric(short, "MB-for-2.9M")
	b.ReportMetric(long, "MB-for-11.5M")
}

// BenchmarkStartup runs a scenario of one second: what a person waits for
// before anything happens.
func BenchmarkStartup(b *testing.B) {
	bin := program(b)
	scenario := filepath.Join(b.TempDir(), "trivial.toml")
	text := []byte("run = { duration = \"1s\", replications = 1 }\n" +
		"service.web = {}\ninstance.web = { instance_type = \"m5.large\", service = \"web\" }\n")
	if err := os.WriteFile(scenario, text, 0o644); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		process(b, bin, "run", scenario)
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/run")
}
