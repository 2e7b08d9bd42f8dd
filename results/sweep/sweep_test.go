package sweep

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"headroom/model/pricing"
	"headroom/results/run"

	"headroom/model"
	"headroom/model/catalog"
	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/model/workload"
	"headroom/sim"
	"headroom/sim/rng"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

var prices = sync.OnceValue(func() *catalog.Catalog { return must(catalog.Open("us-east-1")) })

// queue is M/M/1 with a mean service of 1 s.
func queue(rateHz float64, seed uint64, duration sim.Time) *cloud.Config {
	fixed := must(rng.Fixed(0))
	return &cloud.Config{
		Name: "queue",
		Frame: model.Frame{
			Seed:     seed,
			Start:    time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC),
			Duration: duration,
			Warmup:   duration / 10,
			Region:   "us-east-1",
			Zones:    []string{"a"},
			Types:    []model.InstanceType{{Name: "m5.large", Family: "m5", Size: "large", VCPUs: 1, MemoryMiB: 8192}},
		},
		Traffic: dataplane.Traffic{
			Services: []dataplane.Service{{Name: "s", Discipline: dataplane.FCFS, Workers: 1, Backlog: dataplane.NoLimit}},
			Workloads: []dataplane.Workload{{
				Name: "clients", To: dataplane.ToInstances, Target: 0,
				Arrivals: must(workload.Poisson(must(workload.Constant(rateHz)))),
				Demand:   exponential(),
				Classes:  []dataplane.RequestClass{{Path: "/", Weight: 1}},
				Clients:  dataplane.Clients{PerConnection: 1},
			}},
		},
		Estate: controlplane.Estate{
			Instances: []controlplane.Fleet{{
				Name: "server", Count: 1, Zones: []model.Zone{0}, Service: 0, Need: controlplane.Need{Pool: cloud.None},
				Template: controlplane.LaunchTemplate{
					Name: "t", Platform: model.Linux, Tenancy: model.TenancyDefault,
					Launch: controlplane.LaunchTimes{Call: fixed, Pending: fixed, Boot: fixed, UserData: fixed, ShuttingDown: fixed},
				},
			}},
		},
	}
}

var exponential = sync.OnceValue(func() rng.Distribution { return must(rng.Exponential(1)) })

// loads is a plan of queues at rising load; point 3 cannot be built.
func loads(points int, rule Rule) *Plan {
	return &Plan{Points: points, Rule: rule, Build: func(point int) (*run.Experiment, error) {
		if point == 3 {
			return nil, errors.New("no such load")
		}
		cfg := queue(0.1+0.8*float64(point)/float64(points), 1, 5*sim.Minute)
		return run.New(cfg, pricing.Plan{Book: prices()}), nil
	}}
}

var manifest = Manifest{"scenario": "run.seed = 1\nrun.duration = \"5m\"", "program": "abc"}

// dump runs a plan in a directory and returns its rows as bytes.
func dump(t testing.TB, dir string, p *Plan, o Options) []byte {
	t.Helper()
	j := must(journalIn(dir, manifest))
	defer j.Close()
	if err := Run(t.Context(), p, j, o); err != nil {
		t.Fatal(err)
	}
	return content(t, j, p)
}

func content(t testing.TB, j *Journal, p *Plan) []byte {
	t.Helper()
	var all []byte
	if err := j.Each(p.Points, &p.Rule, func(r *Row) error {
		all = append(append(all, r.encode()...), r.Ruled...)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

var adaptive = Rule{Replications: 3, Max: 40, Precision: []model.Precision{{Key: "wait.mean", Relative: 0.3}}}

func TestSameRowsForAnyWorkers(t *testing.T) {
	p := loads(12, adaptive)
	var want []byte
	for point := range p.Points {
		r := must(p.compute(t.Context(), point))
		want = append(want, r.encode()...)
	}
	for _, workers := range []int{1, 2, 8} {
		if got := dump(t, t.TempDir(), p, Options{Workers: workers}); !bytes.Equal(got, want) {
			t.Errorf("%d workers: rows differ from those computed one by one", workers)
		}
	}
}

// Rows are read ahead: all come, in the order of the design, until somebody has had enough
// or one cannot be read; and nobody reads the file afterwards. Rows that lie near each other are
// read together, and others one by one.
func TestJournalIsReadInOrderAndToItsEnd(t *testing.T) {
	for _, metrics := range []int{1, widest / 8 / aheadRows} {
		journalIsReadInOrder(t, metrics)
	}
}

func journalIsReadInOrder(t *testing.T, metrics int) {
	t.Helper()
	const points = 3*aheadRows*aheadReads + 5
	j := must(journalIn(t.TempDir(), manifest))
	keys := make([]string, metrics)
	for i := range keys {
		keys[i] = fmt.Sprint("m", i)
	}
	layout := NewLayout(keys, make([]string, metrics))
	for i := range points {
		point := (i*89 + 40) % points // in an order of its own
		if err := j.Append(&Row{Point: point, Layout: layout, Values: [][]float64{slices.Repeat([]float64{float64(point)}, metrics)}}); err != nil {
			t.Fatal(err)
		}
	}
	rule := Rule{Replications: 1}
	enough := errors.New("enough")
	read := func(below, most int) (n int, err error) {
		return n, j.Each(below, &rule, func(r *Row) error {
			if r.Point != n || r.Values[0][0] != float64(n) || r.Values[0][metrics-1] != float64(n) {
				t.Fatalf("point %d has %v, want point %d", r.Point, r.Values, n)
			}
			if n++; n == most {
				return enough
			}
			return nil
		})
	}
	for _, below := range []int{0, 1, aheadRows, aheadRows + 1, points, points + 7} {
		if n, err := read(below, 0); n != min(below, points) || err != nil {
			t.Errorf("of %d points %d were read (%v), want %d", points, n, err, min(below, points))
		}
	}
	for _, most := range []int{1, aheadRows, aheadRows*aheadReads + 1, points} {
		if n, err := read(points, most); n != most || err != enough {
			t.Errorf("%d points were read (%v), want %d", n, err, most)
		}
	}
	damaged := aheadRows + 7
	e := j.points[damaged]
	e.first.length--
	j.points[damaged] = e
	if n, err := read(points, 0); n != damaged || err == nil {
		t.Errorf("%d points were read (%v) before the one that cannot be, want %d", n, err, damaged)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestFailingPointIsARowWithItsError(t *testing.T) {
	p := loads(6, Rule{Replications: 2})
	dir := t.TempDir()
	dump(t, dir, p, Options{})
	build := p.Build
	built := 0
	p.Build = func(point int) (*run.Experiment, error) {
		built++
		return build(0)
	}
	for _, c := range []struct {
		retry      bool
		built, bad int
	}{{false, 0, 1}, {true, 1, 0}, {true, 0, 0}} {
		built = 0
		bad := 0
		dump(t, dir, p, Options{Workers: 1, RetryFailed: c.retry, Done: func(r Row) {
			if r.Err != "" {
				bad++
				if r.Point != 3 || r.Err != "no such load" {
					t.Errorf("row %+v", r)
				}
			}
		}})
		if built != c.built || bad != c.bad {
			t.Errorf("retry %v: built %d points, %d failed; want %d, %d", c.retry, built, bad, c.built, c.bad)
		}
	}
}

func TestPanicIsTheErrorOfItsPoint(t *testing.T) {
	p := loads(3, Rule{Replications: 1})
	p.Build = func(int) (*run.Experiment, error) { panic("stale handle") }
	r := must(p.compute(t.Context(), 0))
	if !strings.HasPrefix(r.Err, "panic: stale handle\n") {
		t.Errorf("error %q", r.Err)
	}
}

// Whatever the length at which the machine stops writing, the rest is computed
// again, and nothing is lost or doubled.
func TestTornJournalsAreContinued(t *testing.T) {
	p := loads(8, Rule{Replications: 2})
	dir := t.TempDir()
	want := dump(t, dir, p, Options{Workers: 1})
	whole := must(os.ReadFile(filepath.Join(dir, JournalName)))
	for cut := 0; cut < len(whole); cut += 1 + len(whole)/60 {
		torn := t.TempDir()
		if err := os.WriteFile(filepath.Join(torn, JournalName), whole[:cut], 0o666); err != nil {
			t.Fatal(err)
		}
		if got := dump(t, torn, p, Options{}); !bytes.Equal(got, want) {
			t.Fatalf("cut at %d of %d: rows differ", cut, len(whole))
		}
		bad := t.TempDir()
		damaged := slices.Clone(whole)
		damaged[cut] ^= 0x40
		if err := os.WriteFile(filepath.Join(bad, JournalName), damaged, 0o666); err != nil {
			t.Fatal(err)
		}
		j, err := journalIn(bad, manifest)
		if err != nil {
			continue // the manifest is hit: refused
		}
		if err := Run(t.Context(), p, j, Options{}); err != nil {
			t.Fatal(err)
		}
		if got := content(t, j, p); !bytes.Equal(got, want) {
			t.Fatalf("damaged at %d of %d: rows differ", cut, len(whole))
		}
		j.Close()
	}
}

func TestFirstWriteWins(t *testing.T) {
	p := loads(1, Rule{Replications: 2})
	dir := t.TempDir()
	want := dump(t, dir, p, Options{})
	j := must(journalIn(dir, manifest))
	defer j.Close()
	r := must(p.compute(t.Context(), 0))
	for _, values := range r.Values {
		values[0] = -1
	}
	if err := j.Append(&r); err != nil {
		t.Fatal(err)
	}
	if got := content(t, j, p); !bytes.Equal(got, want) {
		t.Error("a second row replaced the first")
	}
}

// A longer rule continues what is there and ends where a fresh sweep would.
func TestBudgetsGrow(t *testing.T) {
	dir := t.TempDir()
	replications := 0
	for _, rule := range []Rule{{Replications: 2}, {Replications: 5}, adaptive, {Replications: 3}} {
		p := loads(5, rule)
		got := dump(t, dir, p, Options{Done: func(r Row) { replications += len(r.Values) }})
		if want := dump(t, t.TempDir(), p, Options{}); !bytes.Equal(got, want) {
			t.Errorf("%+v: differs from a fresh sweep", rule)
		}
	}
	more := loads(5, Rule{Replications: 3})
	more.Points = 9 // the loads of the first five are as they were
	if got, want := dump(t, dir, more, Options{}), dump(t, t.TempDir(), more, Options{}); !bytes.Equal(got, want) {
		t.Error("more points: differs from a fresh sweep")
	}
}

func TestAnotherSweepIsRefusedWithTheReason(t *testing.T) {
	dir := t.TempDir()
	j := must(journalIn(dir, manifest))
	if _, err := journalIn(dir, manifest); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("opened twice: %v", err)
	}
	j.Close()
	for part, c := range map[string]struct{ is, want string }{
		"scenario": {"run.seed = 1\nrun.duration = \"6m\"", `scenario has changed (was run.duration = "5m", is run.duration = "6m")`},
		"program":  {"xyz", "program has changed (was abc, is xyz)"},
		"data":     {"1", "data is new"},
	} {
		changed := Manifest{"scenario": manifest["scenario"], "program": manifest["program"]}
		changed[part] = c.is
		if _, err := journalIn(dir, changed); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", part, err, c.want)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, JournalName), []byte("something else altogether"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := journalIn(dir, manifest); err == nil {
		t.Error("overwrote a file that is no journal")
	}
}

func TestInterruptionKeepsReplications(t *testing.T) {
	p := loads(40, Rule{Replications: 4})
	want := dump(t, t.TempDir(), p, Options{})
	dir := t.TempDir()
	for stop := 5; ; stop += 9 {
		ctx, cancel := context.WithCancel(t.Context())
		j := must(journalIn(dir, manifest))
		done := 0
		err := Run(ctx, p, j, Options{Workers: 3, Done: func(Row) {
			if done++; done == stop {
				cancel()
			}
		}})
		cancel()
		got := content(t, j, p)
		j.Close()
		if err == nil {
			if !bytes.Equal(got, want) {
				t.Error("rows differ from an uninterrupted sweep")
			}
			return
		}
		if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "of 40 points finished") {
			t.Fatal(err)
		}
	}
}

func TestHopelessPointsEndEarly(t *testing.T) {
	rule := Rule{Replications: 50, Thresholds: []model.Threshold{{Key: "latency.mean", Operator: "<", Limit: 1.2, Text: "< 1.2s"}}}
	p := loads(10, rule)
	hopeful, hopeless := must(p.compute(t.Context(), 0)), must(p.compute(t.Context(), 9))
	if len(hopeful.Values) != 50 || hopeful.Ruled != "" {
		t.Errorf("load 0.1: %d replications, ruled out by %q", len(hopeful.Values), hopeful.Ruled)
	}
	if len(hopeless.Values) >= 50 || hopeless.Ruled != "latency.mean < 1.2s" {
		t.Errorf("load 0.82: %d replications, ruled out by %q", len(hopeless.Values), hopeless.Ruled)
	}
}

// experiments is how often coverage is tried: a 95 % interval that is one covers
// in 92.2 to 97.8 % of 400 (three standard deviations are 3.3 %).
const experiments = 400

// hits runs seeded queues at load 0.5 by a rule and counts the intervals of the
// mean response that contain the mean of long runs with other seeds.
func hits(t *testing.T, rule Rule) (covered int, replications float64) {
	t.Helper()
	const duration = 90 * sim.Minute
	at := func(seed uint64) *run.Experiment {
		return run.New(queue(0.5, seed, duration), pricing.Plan{Book: prices()})
	}
	truth := 2.0 // 1/(1 - rho); requests that a run does not see the end of shift it by 0.1 %
	p := &Plan{Points: experiments, Rule: rule, Build: func(point int) (*run.Experiment, error) { return at(uint64(100 + point)), nil }}
	j := must(journalIn(t.TempDir(), manifest))
	defer j.Close()
	if err := Run(t.Context(), p, j, Options{Done: func(r Row) {
		e, _ := r.Estimate("latency.mean")
		if math.Abs(e.Value-truth) <= e.HalfWidth {
			covered++
		}
		replications += float64(len(r.Values)) / experiments
	}}); err != nil {
		t.Fatal(err)
	}
	return covered, replications
}

func TestIntervalsCoverWithAndWithoutStopping(t *testing.T) {
	for name, rule := range map[string]Rule{
		"fixed":      {Replications: 20},
		"sequential": {Replications: 5, Max: 500, Precision: []model.Precision{{Key: "latency.mean", Relative: 0.035}}},
	} {
		covered, n := hits(t, rule)
		t.Logf("%s: %d of %d intervals cover, %.1f replications on average", name, covered, experiments, n)
		if share := float64(covered) / experiments; share < 0.92 || share > 0.98 {
			t.Errorf("%s: %.3f of the intervals cover", name, share)
		}
	}
}

func BenchmarkTrivialPoints(b *testing.B) {
	p := loads(1, Rule{Replications: 1})
	p.Build = func(int) (*run.Experiment, error) {
		return run.New(queue(0.5, 1, sim.Minute), pricing.Plan{Book: prices()}), nil
	}
	p.Points = b.N
	j := must(journalIn(b.TempDir(), manifest))
	defer j.Close()
	b.ResetTimer()
	if err := Run(b.Context(), p, j, Options{}); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "points/s")
}

// BenchmarkWorkers compares the sweep with a bare loop over the same points of
// some 10 ms, on one core each.
func BenchmarkWorkers(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // as the command does: the heap is small
	heavy := func() *run.Experiment {
		return run.New(queue(0.9, 1, 36*sim.Hour), pricing.Plan{Book: prices()})
	}
	b.Run("alone", func(b *testing.B) {
		for b.Loop() {
			must(heavy().Replicate(b.Context(), 0))
		}
	})
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			p := &Plan{Points: b.N, Rule: Rule{Replications: 1}, Build: func(int) (*run.Experiment, error) { return heavy(), nil }}
			j := must(journalIn(b.TempDir(), manifest))
			defer j.Close()
			b.ResetTimer()
			if err := Run(b.Context(), p, j, Options{Workers: workers}); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// What changed can be seen, however long the line that it is in.
func TestReasonsShowWhatChanged(t *testing.T) {
	long := strings.Repeat("30, 40, 50, ", 20)
	was := Manifest{"the design": "design = \"grid\"\na.b = " + long + "60,"}
	is := Manifest{"the design": "design = \"grid\"\na.b = " + long + "61, 62,"}
	err := is.matches(was.encode())
	if err == nil || !strings.Contains(err.Error(), "30, 40, 50, 60,, is …") || !strings.Contains(err.Error(), "50, 61, 62,)") {
		t.Errorf("got %v", err)
	}
}

// compute is the row of a point by the definition: what Run keeps of it, from
// nothing.
func (p *Plan) compute(ctx context.Context, point int) (Row, error) {
	experiment, err := build(p, point)
	if err != nil {
		return Row{Point: point, Err: err.Error()}, nil
	}
	row := Row{Point: point, Layout: NewLayout(experiment.Keys())}
	for {
		v := p.Rule.settle(row.Layout, row.Values)
		if v.done {
			row.Ruled = v.ruled
			return row, nil
		}
		for len(row.Values) < v.n {
			n := len(row.Values)
			values, err := replicate(ctx, experiment, n)
			if ctx.Err() != nil {
				return Row{}, context.Cause(ctx)
			}
			if err != nil {
				return Row{Point: point, First: n, Err: errorOf(n, err).Error()}, nil
			}
			row.Values = append(row.Values, values)
		}
	}
}
