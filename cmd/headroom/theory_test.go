package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"headroom/sim/analytic"
)

// answer is what `run --format json` prints, as far as these tests read it.
type answer struct {
	Metrics map[string]struct {
		Value     *float64 `json:"value"`
		HalfWidth *float64 `json:"half_width"`
		N         int      `json:"n"`
	} `json:"metrics"`
}

// captured runs the command line and returns what it wrote to a stream,
// standard output or standard error.
func captured(t *testing.T, stream **os.File, args ...string) (string, int) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	before := *stream
	*stream = write
	done := make(chan []byte)
	go func() {
		var b bytes.Buffer
		io.Copy(&b, read)
		done <- b.Bytes()
	}()
	code := execute(context.Background(), args)
	*stream = before
	write.Close()
	return string(<-done), code
}

// simulated runs a scenario through the whole program: TOML in, JSON out.
func simulated(t *testing.T, toml string) answer {
	t.Helper()
	file := filepath.Join(t.TempDir(), "theory.toml")
	if err := os.WriteFile(file, []byte(toml), 0o644); err != nil {
		t.Fatal(err)
	}
	out, code := captured(t, &os.Stdout, "run", file, "--format", "json")
	if code != 0 {
		t.Fatalf("exit code %d for\n%s", code, toml)
	}
	var a answer
	if err := json.Unmarshal([]byte(out), &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// replications of each experiment, and what widens their 95 % interval to 99 %:
// Student's quantiles of 19 degrees of freedom, 2.8609 / 2.0930.
const (
	replications = 20
	widen        = 2.8609 / 2.0930
)

// agrees fails the test unless theory lies in the 99 % band of a metric.
func (a answer) agrees(t *testing.T, key string, theory float64) {
	t.Helper()
	m, ok := a.Metrics[key]
	if !ok || m.Value == nil || m.HalfWidth == nil {
		t.Errorf("%s: no estimate", key)
		return
	}
	if m.N != replications || math.Abs(*m.Value-theory) > widen**m.HalfWidth {
		t.Errorf("%s: %.6g ± %.2g (95 %%, n %d), theory says %.6g", key, *m.Value, *m.HalfWidth, m.N, theory)
	}
}

// single is one server reached directly.
func single(seed int, duration, service, cpu string, rate float64) string {
	return fmt.Sprintf(`
run = { seed = %d, duration = %q, warmup = "10m", replications = %d }
service.queue = %s
instance.server = { instance_type = "m6i.32xlarge", service = "queue" }
workload.customers = { to = "server", arrivals = { process = "poisson", rate = "%g/s" }, demand = { cpu = %s } }
`, seed, duration, replications, service, rate, cpu)
}

func fcfs(workers int, backlog string) string {
	return fmt.Sprintf(`{ discipline = "fcfs", workers = %d, backlog = %s }`, workers, backlog)
}

const (
	unlimited   = `"unlimited"`
	exponential = `{ dist = "exponential", mean = "1s" }`
	constant    = `"1s"`
)

// must unwraps the oracles' constructors.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestMMcGivesErlangC(t *testing.T) {
	for _, q := range []struct {
		c        int
		rho      float64
		duration string
	}{{1, 0.8, "20h"}, {2, 0.8, "20h"}, {10, 0.9, "10h"}, {100, 0.95, "4h"}} {
		t.Run(fmt.Sprintf("c=%d", q.c), func(t *testing.T) {
			t.Parallel()
			rate := q.rho * float64(q.c)
			theory := must(analytic.NewMMc(rate, 1, q.c))
			a := lone(t, single(q.c, q.duration, fcfs(q.c, unlimited), exponential, rate))
			a.agrees(t, "wait.mean", theory.MeanWait())
			a.agrees(t, "wait.probability", theory.WaitProbability())
			a.agrees(t, "latency.mean", theory.MeanResponse())
		})
	}
}

// lone serialises what captures standard output.
func lone(t *testing.T, toml string) answer {
	t.Helper()
	output <- struct{}{}
	defer func() { <-output }()
	return simulated(t, toml)
}

var output = make(chan struct{}, 1)

func TestMM1ResponseQuantiles(t *testing.T) {
	a := lone(t, single(7, "20h", fcfs(1, unlimited), exponential, 0.7))
	for key, q := range map[string]float64{"latency.p50": 0.5, "latency.p90": 0.9, "latency.p99": 0.99} {
		a.agrees(t, key, must(analytic.MM1ResponseQuantile(0.7, 1, q)))
	}
}

func TestMMcKLosesTheErlangShare(t *testing.T) {
	theory := must(analytic.NewMMcK(3.6, 1, 4, 10))
	a := lone(t, single(3, "10h", fcfs(4, "6"), exponential, 3.6))
	a.agrees(t, "availability", 1-theory.Blocking())
	a.agrees(t, "wait.mean", theory.MeanWait())
}

func TestMD1WaitsHalfAsLong(t *testing.T) {
	theory := must(analytic.NewMD1(0.8, 1))
	lone(t, single(4, "20h", fcfs(1, unlimited), constant, 0.8)).agrees(t, "wait.mean", theory.MeanWait())
}

func TestMG1ProcessorSharingIsInsensitive(t *testing.T) {
	theory := must(analytic.NewMG1(0.7, 1, 4))
	toml := single(5, "30h", `{ discipline = "ps", backlog = "unlimited" }`, `{ dist = "lognormal", mean = "1s", cv = 2 }`, 0.7)
	// t2.micro: one vCPU
	lone(t, strings.Replace(toml, "m6i.32xlarge", "t2.micro", 1)).agrees(t, "latency.mean", theory.MeanResponsePS())
}

// split is n single servers behind a target group.
func split(seed, n int, algorithm string, rho float64) string {
	return fmt.Sprintf(`
run = { seed = %d, duration = "2h", warmup = "10m", replications = %d }
service.queue = { discipline = "fcfs", workers = 1, backlog = "unlimited" }
target_group.servers = { service = "queue", load_balancing_algorithm_type = %q, health_check = { enabled = false } }
instance.server = { count = %d, instance_type = "t2.micro", target_groups = ["servers"] }
workload.customers = { to = "servers", arrivals = { process = "poisson", rate = "%g/s" }, demand = { cpu = %s } }
`, seed, replications, algorithm, n, rho*float64(n), exponential)
}

func TestRandomSplittingMakesMM1Queues(t *testing.T) {
	theory := must(analytic.NewMMc(0.8, 1, 1))
	lone(t, split(6, 20, "random", 0.8)).agrees(t, "wait.mean", theory.MeanWait())
}

// The mean-field limit is approached from above, by some 1/n: at 500 servers
// that is within the band of these runs.
func TestPowerOfTwoApproachesItsLimit(t *testing.T) {
	lone(t, split(8, 500, "power_of_two_choices", 0.7)).agrees(t, "latency.mean", must(analytic.PowerOfD(2, 0.7)))
}
