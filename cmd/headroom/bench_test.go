//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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

// BenchmarkStartup runs what a person waits for before anything happens, by turns with a
// process that does nothing (`true`), which is the baseline: the version, the reading of
// a scenario with the prices of its Region, and a run of one second. Of each it reports
// the median time by the clock.
func BenchmarkStartup(b *testing.B) {
	bin := program(b)
	nothing, err := exec.LookPath("true")
	if err != nil {
		b.Skip(err)
	}
	scenario := filepath.Join(b.TempDir(), "trivial.toml")
	text := []byte("run = { duration = \"1s\", replications = 1 }\n" +
		"service.web = {}\ninstance.web = { instance_type = \"m5.large\", service = \"web\" }\n")
	if err := os.WriteFile(scenario, text, 0o644); err != nil {
		b.Fatal(err)
	}
	hello := filepath.Join("..", "..", "scenarios", "hello.toml")
	commands := []struct {
		unit string
		args []string
	}{
		{"ms-nothing", []string{nothing}}, {"ms-version", []string{bin, "--version"}},
		{"ms-validate-hello", []string{bin, "validate", hello}}, {"ms-run-1s", []string{bin, "run", scenario}},
	}
	took := make([][]float64, len(commands))
	for b.Loop() {
		for i, c := range commands {
			began := time.Now()
			process(b, c.args[0], c.args[1:]...)
			took[i] = append(took[i], time.Since(began).Seconds()*1000)
		}
	}
	for i, c := range commands {
		slices.Sort(took[i])
		b.ReportMetric(took[i][len(took[i])/2], c.unit)
	}
}
