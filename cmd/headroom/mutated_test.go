package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"runtime/metrics"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"headroom/model/controlplane"
	"headroom/results"
	"headroom/results/buying"
	"headroom/results/report"
	"headroom/results/run"
	"headroom/scenarios/schema"
	"headroom/scenarios/tables"
	"headroom/scenarios/tree"
	"headroom/sim"
	"headroom/sim/batch"
	"headroom/sim/stat"
)

var (
	mutations     = flag.Int("mutations", 300, "how many mutated scenarios are run")
	firstMutation = flag.Uint64("mutation", 1, "seed of the first of them")
	mutationTime  = flag.Duration("mutationtime", 60*time.Millisecond, "after which the run of one is cancelled")
)

// Limits of a mutated scenario.
const (
	hang       = 20 * time.Second
	mostMemory = 2 << 30
)

// Whatever is changed in the stock scenarios, they are refused with a fault or they
// run and what they show can be: no panic, no hang, no number that is none, requests
// that add up and an invoice that adds up to the cost.
func TestMutatedScenariosAreRefusedOrMakeSense(t *testing.T) {
	f := newFuzzer(t)
	var next atomic.Uint64
	next.Store(*firstMutation)
	end := *firstMutation + uint64(*mutations)
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			for seed := next.Add(1) - 1; seed < end && !f.over(); seed = next.Add(1) - 1 {
				f.try(seed)
			}
		})
	}
	group.Wait()
	t.Logf("%d mutated scenarios: %v", f.tried, f.counts)
	if f.tried >= 100 && f.counts["ran"]+f.counts["cut"] < f.tried/10 {
		t.Errorf("hardly any ran: %v", f.counts)
	}
}

// fuzzer tries mutated scenarios and keeps what is wrong with them.
type fuzzer struct {
	t      *testing.T
	files  []string
	roots  []*tree.Node
	folder string // for files of failures

	mu     sync.Mutex
	counts map[string]int // of mutants by what became of them
	tried  int
	failed int
}

func newFuzzer(t *testing.T) *fuzzer {
	f := &fuzzer{t: t, counts: map[string]int{}, folder: filepath.Join(os.TempDir(), fmt.Sprintf("headroom-mutated-%d", os.Getpid()))}
	var err error
	if f.files, err = filepath.Glob("../../scenarios/*.toml"); err != nil || len(f.files) < 10 {
		t.Fatalf("%d stock scenarios: %v", len(f.files), err)
	}
	for _, file := range f.files {
		source := tree.Read(tree.Disk{}, file)
		if source.Root == nil || len(source.Mistakes) > 0 {
			t.Fatalf("%s: %v", file, source.Mistakes)
		}
		f.roots = append(f.roots, source.Root)
	}
	return f
}

// over reports whether there is nothing more to learn, or no time. Else another mutant
// is tried.
func (f *fuzzer) over() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if end, ok := f.t.Deadline(); f.failed >= 20 || ok && time.Until(end) < 2*hang {
		return true
	}
	f.tried++
	return false
}

func (f *fuzzer) count(what string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.counts[what]++
}

// mutant is one mutated scenario on its way.
type mutant struct {
	seed       uint64
	path, text string
	changes    []string
	step       atomic.Value // what is being done with it
}

// try makes a mutant and watches what becomes of it.
func (f *fuzzer) try(seed uint64) {
	k := int(seed) % len(f.files)
	text, changes := mutated(seed, f.roots[k], f.roots)
	m := &mutant{seed: seed, path: f.files[k], text: text, changes: changes}
	m.step.Store("reading")
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	ended := make(chan error, 1)
	go func() {
		what, err := batch.Try(func() (string, error) { return m.live(ctx) })
		if err == nil {
			f.count(what)
		}
		ended <- err
	}()
	began := time.Now()
	for {
		select {
		case err := <-ended:
			if err != nil {
				f.fail(m, err.Error())
			}
			return
		case <-time.After(50 * time.Millisecond):
		}
		if used := heap(); used > mostMemory {
			cancel(errors.New("memory"))
			f.fail(m, fmt.Sprintf("%s: %d MiB of memory in use, of two mutants", m.step.Load(), used>>20))
			return
		}
		if time.Since(began) > hang {
			f.fail(m, fmt.Sprintf("%s: hangs", m.step.Load()))
			return
		}
	}
}

// heap is how much memory objects take.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// fail reports a failure with what reproduces it.
func (f *fuzzer) fail(m *mutant, what string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.failed++
	place := filepath.Join(f.folder, fmt.Sprintf("%d.toml", m.seed))
	if err := errors.Join(os.MkdirAll(f.folder, 0o777), os.WriteFile(place, []byte(m.text), 0o666)); err != nil {
		place = err.Error()
	}
	f.t.Errorf("mutation %d of %s (%s): %s\n%s\nreproduce: go test ./cmd/headroom -run Mutated -mutations 1 -mutation %d",
		m.seed, filepath.Base(m.path), strings.Join(m.changes, ", "), what, place, m.seed)
	if f.failed <= 3 {
		f.t.Logf("the file of mutation %d:\n%.20000s", m.seed, m.text)
	}
}

// live reads a mutant and, if it is good, runs it for a while. It says what became of
// it; the error is a finding.
func (m *mutant) live(ctx context.Context) (string, error) {
	s, err := m.read()
	if err != nil {
		return "refused", refused(err)
	}
	draw := rand.New(rand.NewPCG(m.seed, 1))
	duration := []string{"30s", "5m", "3h"}[draw.IntN(3)]
	if s.Config.Duration > sim.Minute {
		shorter, err := m.read("run.duration="+duration, "run.warmup=0")
		if err != nil {
			return "too long", refused(err)
		}
		s = shorter
	}
	what, err := m.run(ctx, s)
	if err != nil || what != "ran" {
		return what, err
	}
	if s.Sweep != nil && s.Sweep.Len() > 0 {
		m.step.Store("a point")
		point := draw.IntN(s.Sweep.Len())
		if p, err := s.Point(point); err == nil {
			if what, err := m.run(ctx, p); err != nil {
				return what, fmt.Errorf("point %d: %w", point, err)
			}
		} else if err := refused(err); err != nil {
			return "", fmt.Errorf("point %d: %w", point, err)
		}
	}
	if m.seed%8 == 0 {
		return what, m.compare(ctx, s)
	}
	return what, nil
}

// read loads a mutant as the command does.
func (m *mutant) read(set ...string) (*tables.Scenario, error) {
	s, err := tables.Parse(m.path, []byte(m.text), tables.Options{Set: set, CheckMetric: results.CheckKey, Observe: results.Observe})
	if err != nil {
		return nil, err
	}
	if err := results.CheckThresholds(s.Config, s.Thresholds); err != nil {
		return nil, schema.Faults{{Rule: err.Error()}}
	}
	return s, nil
}

// control matches what does something to a terminal.
var control = regexp.MustCompile(`[\x00-\x08\x0b-\x1f\x7f\x{80}-\x{9f}]`)

// refused checks the faults of a file, which the program ends with exit code 2 for.
func refused(err error) error {
	var faults schema.Faults
	if !errors.As(err, &faults) || len(faults) == 0 {
		return fmt.Errorf("refused without a fault: %w", err)
	}
	text := diagnosis(badInput(&fileFaults{[]error{err}}))
	if strings.TrimSpace(text) == "" || control.MatchString(text) {
		return fmt.Errorf("refused with %q", text)
	}
	return nil
}

// run plays one replication of a scenario, until its time is over, and checks what it
// shows.
func (m *mutant) run(ctx context.Context, s *tables.Scenario) (string, error) {
	m.step.Store("running")
	ctx, cancel := context.WithTimeout(ctx, *mutationTime)
	defer cancel()
	summary, err := run.Scenario(ctx, s, run.Options{Replications: 1, Workers: 1})
	switch short := (*controlplane.Shortage)(nil); {
	case errors.As(err, &short):
		return "no room", nil
	case err != nil && ctx.Err() != nil:
		return "cut", nil
	case err != nil:
		return "", fmt.Errorf("ends with exit code 1: %w", err)
	}
	m.step.Store("writing")
	for _, format := range report.Formats() {
		var b bytes.Buffer
		if err := report.Write(&b, report.Options{Format: format}, []*results.Summary{summary}); err != nil {
			return "", fmt.Errorf("%s: %w", format, err)
		}
		if format == report.JSON && !json.Valid(b.Bytes()) {
			return "", errors.New("writes JSON that is none")
		}
		if bad := notANumber.FindString(b.String()); bad != "" {
			return "", fmt.Errorf("%s: writes %q", format, bad)
		}
	}
	return "ran", sensible(summary)
}

// notANumber matches what is no number where one should be.
var notANumber = regexp.MustCompile(`[ ,$:](NaN|[+-]?Inf)\b`)

// sensible checks the numbers of a run.
func sensible(s *results.Summary) error {
	values := map[string]float64{}
	var wrong []error
	for _, m := range s.Metrics {
		values[m.Key] = m.Value
		switch {
		case math.IsNaN(m.Value) || math.IsInf(m.Value, 0) || m.Value < 0:
			wrong = append(wrong, fmt.Errorf("%s is %v", m.Key, m.Value))
		case strings.HasPrefix(m.Key, "network.utilization"): // of what is always carried: above 1 on credits
		case m.Unit == "ratio" && m.Value > 1+1e-9:
			wrong = append(wrong, fmt.Errorf("%s is %v, above 1", m.Key, m.Value))
		}
	}
	for key, arrived := range values {
		if name, of, _ := strings.Cut(key, "{"); name == "requests.arrived" {
			if of != "" {
				of = "{" + of
			}
			ended := values["requests.completed"+of] + values["requests.failed"+of] + values["requests.in_flight"+of]
			if arrived != ended {
				wrong = append(wrong, fmt.Errorf("%s is %v, but %v ended or are in flight", key, arrived, ended))
			}
		}
	}
	total := 0.0
	for _, c := range s.Charges {
		total += c.Cost.Value
	}
	if cost := values["cost.total"]; math.Abs(total-cost) > 1e-6+1e-9*math.Abs(cost) {
		wrong = append(wrong, fmt.Errorf("cost.total is %v, but the invoice adds up to %v", cost, total))
	}
	return errors.Join(wrong...)
}

// compare prices what a scenario uses under every plan.
func (m *mutant) compare(ctx context.Context, s *tables.Scenario) error {
	m.step.Store("comparing")
	ctx, cancel := context.WithTimeout(ctx, 4**mutationTime)
	defer cancel()
	v := buying.Variants{OnDemand: s.AsOnDemand(), Written: s.AsWritten()}
	v.Spot, v.Stays = s.AsSpot()
	v.Mixed, _ = s.AsMixed()
	c, err := buying.Compare(ctx, v, buying.Options{Replications: 1, Workers: 1, Currency: s.Currency, Account: s.Plan})
	switch short := (*controlplane.Shortage)(nil); {
	case err != nil && (ctx.Err() != nil || errors.As(err, &short)):
		return nil
	case err != nil:
		return fmt.Errorf("compare ends with exit code 1: %w", err)
	}
	var b bytes.Buffer
	if err := report.WritePlans(&b, report.Options{Format: report.JSON}, c); err != nil || !json.Valid(b.Bytes()) {
		return fmt.Errorf("compare writes JSON that is none: %w", err)
	}
	for _, row := range c.Rows {
		if v := row.Cost.Value; math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
			return fmt.Errorf("compare: %s costs %v", row.Plan, v)
		}
		if slices.ContainsFunc([]float64{row.Coverage.Value, row.Utilization.Value, row.Availability.Value}, func(v float64) bool { return v < 0 || v > 1+1e-9 }) {
			return fmt.Errorf("compare: %s: a share is none: %+v", row.Plan, row)
		}
	}
	return nil
}

// What the mutants are searched for is found where it is.
func TestSensibleFindsWhatIsWrong(t *testing.T) {
	good := func() *results.Summary {
		value := func(key, unit string, v float64) results.Value {
			return results.Value{Key: key, Unit: unit, Estimate: stat.Estimate{Value: v, N: 1}}
		}
		return &results.Summary{
			Metrics: []results.Value{
				value("requests.arrived{workload=w}", "count", 10), value("requests.completed{workload=w}", "count", 7),
				value("requests.failed{workload=w}", "count", 2), value("requests.in_flight{workload=w}", "count", 1),
				value("cpu.utilization", "ratio", 1), value("cost.total", "USD", 3),
			},
			Charges: []results.Charge{{Cost: stat.Estimate{Value: 1}}, {Cost: stat.Estimate{Value: 2}}},
		}
	}
	if err := sensible(good()); err != nil {
		t.Errorf("nothing is wrong: %v", err)
	}
	for _, c := range []struct {
		metric int
		value  float64
		want   string
	}{
		{0, 11, "requests.arrived{workload=w} is 11, but 10 ended or are in flight"},
		{2, -2, "requests.failed{workload=w} is -2"},
		{4, 1.01, "cpu.utilization is 1.01, above 1"},
		{4, math.NaN(), "cpu.utilization is NaN"},
		{5, math.Inf(1), "cost.total is +Inf"},
		{5, 4, "cost.total is 4, but the invoice adds up to 3"},
	} {
		s := good()
		s.Metrics[c.metric].Value = c.value
		if err := sensible(s); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
	if refused(errors.New("what")) == nil || refused(schema.Faults{}) == nil || refused(schema.Faults{{File: "a", Rule: "must be so"}}) != nil {
		t.Error("what is no fault passes for one, or the other way around")
	}
}

// A seed is one file, always.
func TestMutationsAreThoseOfTheirSeed(t *testing.T) {
	f := newFuzzer(t)
	seen := map[string]bool{}
	for seed := range uint64(50) {
		text, changes := mutated(seed, f.roots[0], f.roots)
		if again, _ := mutated(seed, f.roots[0], f.roots); again != text {
			t.Errorf("seed %d gives two files", seed)
		}
		if len(changes) == 0 {
			t.Errorf("seed %d changes nothing", seed)
		}
		seen[text] = true
	}
	if len(seen) < 45 {
		t.Errorf("50 seeds give %d files", len(seen))
	}
}
