package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// choosable is a scenario whose 24 candidates are quick to simulate: 2 vCPUs'
// worth of requests, on one to six instances of four types.
const choosable = `
name = "choosable"
run = { duration = "10m", warmup = "1m", replications = 5, seed = 3 }
service.web = { discipline = "ps" }
target_group.web = { service = "web" }
load_balancer.front = { load_balancer_type = "application", default_action = { forward = ["web"] } }
instance.web = { instance_type = "m5.large", count = 4, target_groups = ["web"] }
workload.users = { to = "front", arrivals = { process = "poisson", rate = "20/s" }, demand = { cpu = { dist = "exponential", mean = "100ms" } } }
thresholds = { "latency.p95" = "< 500ms" }
`

const choices = `.parameters]
"instance.web.instance_type" = ["m5.large", "c5.large", "m5.xlarge", "c5.xlarge"]
"instance.web.count" = { min = 1, max = 6, steps = 6 }
`

// choosableFile writes the scenario with its choices as a search or as a sweep.
func choosableFile(t *testing.T, head string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "choosable.toml")
	if err := os.WriteFile(file, []byte(choosable+head+choices), 0o666); err != nil {
		t.Fatal(err)
	}
	return file
}

const asSearch = "[search]\nreplications = 5\n[search"

// recommendation is what scripts read of a search.
type recommendation struct {
	Replications int
	Screened     int `json:"screened_replications"`
	Decided      bool
	Surrogate    *struct{ Untried int }
	Recommended  *struct {
		Candidate, Counted int
		Set                []string
		Cost               measured
		Thresholds         []struct {
			Metric string
			measured
		}
	}
}

type measured struct {
	Value     float64
	HalfWidth float64 `json:"half_width"`
	N         int
}

func recommended(t *testing.T, args ...string) recommendation {
	t.Helper()
	out, code := captured(t, &os.Stdout, append([]string{"recommend", "--format", "json"}, args...)...)
	if code != 0 {
		t.Fatalf("headroom recommend %s: exit code %d", strings.Join(args, " "), code)
	}
	var r recommendation
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// bruteForce replicates every candidate 40 times and returns their costs and
// latencies.
func bruteForce(t *testing.T) (costs, latencies []float64) {
	t.Helper()
	out, code := captured(t, &os.Stdout, "sweep", choosableFile(t, "[sweep]\nreplications = 40\n[sweep"), "--format", "csv", "--set", "thresholds={}")
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || code != 0 || len(rows) != 25 {
		t.Fatalf("exit code %d, %d rows, %v", code, len(rows), err)
	}
	column := func(key string) []float64 {
		var values []float64
		for at, name := range rows[0] {
			for _, row := range rows[1:] {
				if name == key {
					v, err := strconv.ParseFloat(row[at], 64)
					if err != nil {
						t.Fatal(err)
					}
					values = append(values, v)
				}
			}
		}
		return values
	}
	return column("cost.total"), column("latency.p95")
}

// What is recommended is, within the indifference, the cheapest that meets the
// threshold if every candidate is simulated long enough: whether a search compares
// all candidates, or a surrogate leaves most of them out.
func TestRecommendationAgreesWithBruteForce(t *testing.T) {
	output <- struct{}{}
	defer func() { <-output }()
	costs, latencies := bruteForce(t)
	file := choosableFile(t, asSearch)
	for _, limit := range []float64{0.5, 0.35, 0.32, 0.31} {
		cheapest := math.Inf(1)
		for i, latency := range latencies {
			if latency < limit {
				cheapest = min(cheapest, costs[i])
			}
		}
		for _, points := range []string{"100", "16", "screen"} {
			how := "search.points=" + points
			if points == "screen" {
				how = "search.screen=fluid"
			}
			r := recommended(t, file, "--set", `thresholds={ "latency.p95" = "< `+strconv.FormatFloat(limit, 'g', -1, 64)+`s" }`, "--set", how)
			if r.Recommended == nil || (r.Surrogate != nil) != (points != "100") || (r.Screened > 0) != (points == "screen") {
				t.Fatalf("limit %g s, %s points: %+v", limit, points, r)
			}
			got := r.Recommended.Candidate
			if latencies[got] >= limit || costs[got] > 1.01*cheapest {
				t.Errorf("limit %g s, %s points: recommends candidate %d, of $%.6f and %.4g s; the cheapest that meets it takes $%.6f",
					limit, points, got, costs[got], latencies[got], cheapest)
			}
			t.Logf("limit %g s, %s points: candidate %d after %d replications, decided: %v", limit, points, got, r.Replications, r.Decided)
		}
	}
}

func TestSearchIsTheSameWithAnyWorkers(t *testing.T) {
	output <- struct{}{}
	defer func() { <-output }()
	file := choosableFile(t, asSearch)
	for _, how := range []string{"search.points=16", "search.screen=fluid"} {
		searchTheSame(t, file, how)
	}
}

func searchTheSame(t *testing.T, file, how string) {
	t.Helper()
	first := map[string]string{} // by format
	for _, as := range [][2]string{{"1", "json"}, {"1", "table"}, {"2", "json"}, {"8", "table"}} {
		workers, format := as[0], as[1]
		out, code := captured(t, &os.Stdout, "recommend", file, "--format", format, "--workers", workers, "--set", how)
		if code != 0 {
			t.Fatalf("exit code %d", code)
		}
		if first[format] == "" {
			first[format] = out
		}
		if out != first[format] {
			t.Errorf("%s workers: got\n%s\nwant\n%s", workers, out, first[format])
		}
	}
}

// The file of the recommendation, and the command that the page shows, give the
// numbers of the page.
func TestRecommendationRunsAsItWasFound(t *testing.T) {
	output <- struct{}{}
	defer func() { <-output }()
	file, dir := choosableFile(t, asSearch), filepath.Join(t.TempDir(), "out")
	flags := []string{file, "--seed", "9", "--set", "workload.users.arrivals.rate=19/s"}
	r := recommended(t, append(flags, "--out", dir, "--replications", "6")...)
	command := append([]string{"run", "--replications", strconv.Itoa(r.Recommended.Counted)}, flags...)
	for _, set := range r.Recommended.Set {
		command = append(command, "--set", set)
	}
	for _, args := range [][]string{{"run", filepath.Join(dir, "scenario.toml")}, command} {
		out, code := captured(t, &os.Stdout, append(args, "--format", "json")...)
		var a struct{ Metrics map[string]measured }
		if err := json.Unmarshal([]byte(out), &a); err != nil || code != 0 {
			t.Fatalf("%q: exit code %d, %v", args, code, err)
		}
		if got := a.Metrics["cost.total"]; got != r.Recommended.Cost || got.N != r.Recommended.Counted {
			t.Errorf("%q: cost %v, want %v", args, got, r.Recommended.Cost)
		}
		for _, limit := range r.Recommended.Thresholds {
			if got := a.Metrics[limit.Metric]; got != limit.measured {
				t.Errorf("%q: %s %v, want %v", args, limit.Metric, got, limit.measured)
			}
		}
	}
}

func TestInterruptedSearchShowsWhatItFound(t *testing.T) {
	dir := t.TempDir()
	text := strings.Replace(endless, "replications = 10000 }", "replications = 3 }", 1) + `
thresholds = { "latency.p95" = "< 1s" }
[search]
replications = 10_000
budget = 1_000_000
[search.parameters]
"instance.server.instance_type" = ["m5.large", "c5.large"]
`
	if err := os.WriteFile(filepath.Join(dir, "endless.toml"), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	command := exec.Command("headroom", "recommend", "--out", "kept", "endless.toml")
	command.Dir = dir
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	works(command.Process, time.Second)
	if err := command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	err := command.Wait()
	ended := (*exec.ExitError)(nil)
	if !errors.As(err, &ended) || ended.ExitCode() != 130 || !strings.Contains(stderr.String(), "headroom: interrupted") {
		t.Fatalf("%v, want exit code 130\n%s", err, stderr.String())
	}
	if !strings.Contains(stdout.String(), "interrupted before any candidate") || !strings.Contains(stdout.String(), "not compared") {
		t.Errorf("standard output:\n%s", stdout.String())
	}
	kept, err := os.ReadFile(filepath.Join(dir, "kept", "search.csv"))
	if err != nil || !strings.Contains(string(kept), ",unnecessary,") || strings.Contains(string(kept), ",0,0,,,,\n0") {
		t.Errorf("search.csv: %v\n%s", err, kept)
	}
	if _, err := os.Stat(filepath.Join(dir, "kept", "scenario.toml")); err == nil {
		t.Error("there is a scenario.toml, with nothing recommended")
	}
}

// The stock scenario, cut down to three of its choices and with limits that none of
// them is near, decides for the cheaper of the two that meet them.
func TestStockSearchRecommends(t *testing.T) {
	output <- struct{}{}
	defer func() { <-output }()
	r := recommended(t, filepath.Join("..", "..", "scenarios", "recommend-shop.toml"),
		"--set", `search.parameters={ "autoscaling_group.web.policy.0.target_value" = [40, 50, 80] }`,
		"--set", "autoscaling_group.web.mixed_instances_policy.on_demand_percentage_above_base_capacity=0",
		"--set", "search.max_replications=40",
		"--set", `thresholds={ "availability" = ">= 99.6%", "latency.p99" = "< 6s" }`)
	if r.Recommended == nil || !r.Decided || r.Recommended.Candidate != 1 {
		t.Errorf("%+v", r)
	}
}
