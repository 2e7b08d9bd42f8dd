package sweep

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"headroom/model/pricing"
	"headroom/results/run"

	"headroom/model"
	"headroom/sim"
	"headroom/sim/rng"
)

// farm answers the tasks of a Dispatch as badly as it may: in any order, late,
// twice, and not at all.
type farm struct {
	plan *Plan
	rand *rand.Rand
	slow time.Duration // of a replication, at most
	kill float64       // the share of tasks with several replications that are lost
	dies func(stretch) bool
	stop int // after so many answers; 0: never

	tasks, replications, largest int
}

var errStopped = errors.New("stopped")

// work answers until nothing is left.
func (f *farm) work(t testing.TB, d *Dispatch) error {
	t.Helper()
	var waiting [][]byte
	for {
		for len(waiting) == 0 || f.rand.IntN(3) > 0 {
			task, ok := d.Next()
			if !ok {
				break
			}
			waiting = append(waiting, task)
		}
		if len(waiting) == 0 {
			return nil
		}
		i := f.rand.IntN(len(waiting))
		task := waiting[i]
		waiting = append(waiting[:i], waiting[i+1:]...)
		if f.stop > 0 && f.tasks == f.stop {
			return errStopped
		}
		f.answer(t, d, task)
	}
}

// answer gives one answer, or none.
func (f *farm) answer(t testing.TB, d *Dispatch, task []byte) {
	t.Helper()
	stretches := must(decodeTask(task))
	n := replications(stretches)
	f.tasks++
	f.replications += n
	f.largest = max(f.largest, n)
	took := time.Duration(f.rand.Int64N(int64(f.slow)+1)) * time.Duration(n)
	lost := n > 1 && f.rand.Float64() < f.kill
	for _, s := range stretches {
		lost = lost || f.dies != nil && f.dies(s)
	}
	if lost {
		if _, err := d.Done(task, nil, 0, true); err != nil {
			t.Fatal(err)
		}
		return
	}
	answer := must(f.plan.Answer(t.Context(), task))
	if f.rand.IntN(4) == 0 {
		if again := must(f.plan.Answer(t.Context(), task)); !bytes.Equal(again, answer) {
			t.Fatal("two answers to one task differ")
		}
	}
	for range 1 + f.rand.IntN(2) {
		if _, err := d.Done(task, bytes.Clone(answer), took, false); err != nil {
			t.Fatal(err)
		}
	}
}

// dispatched runs a plan on a farm in a directory, and returns its rows.
func dispatched(t testing.TB, dir string, p *Plan, f *farm, o Options) []byte {
	t.Helper()
	j := must(journalIn(dir, manifest))
	defer j.Close()
	d := NewDispatch(&Plan{Points: p.Points, Rule: p.Rule}, j, o) // which cannot build
	worked := f.work(t, d)
	err := d.End(worked)
	done, _, total := d.Progress()
	switch {
	case worked == nil && (err != nil || done != p.Points):
		t.Fatalf("%d of %d points: %v", done, total, err)
	case worked != nil && !errors.Is(err, errStopped):
		t.Fatalf("interrupted: %v", err)
	}
	return content(t, j, p)
}

func newFarm(p *Plan, seed uint64) *farm {
	return &farm{plan: p, rand: rand.New(rand.NewPCG(seed, 1)), slow: 20 * time.Millisecond}
}

// brittle is a law that panics above a quantile.
type brittle struct {
	rng.Distribution
	above float64
}

func (b brittle) Quantile(u float64) float64 {
	if u > b.above {
		panic(fmt.Sprintf("no quantile above %g", b.above))
	}
	return b.Distribution.Quantile(u)
}

// failing is a plan of which some points cannot be built, by error and by panic,
// and some fail in one replication or another.
func failing(rule Rule) *Plan {
	good := loads(14, rule)
	return &Plan{Points: good.Points, Rule: rule, Build: func(point int) (*run.Experiment, error) {
		switch {
		case point == 5:
			panic("stale handle")
		case point >= 8:
			cfg := queue(0.5, 1, 5*sim.Minute)
			cfg.Workloads[0].Demand = brittle{exponential(), 1 - 1e-2*float64(point-7)/7}
			return run.New(cfg, pricing.Plan{Book: prices()}), nil
		}
		return good.Build(point)
	}}
}

// ruled gives up points above half the load.
var ruled = Rule{Replications: 30, Thresholds: []model.Threshold{{Key: "latency.mean", Operator: "<", Limit: 1.2, Text: "< 1.2s"}}}

func TestDispatchGivesTheRowsOfRun(t *testing.T) {
	for name, p := range map[string]*Plan{
		"fixed":              loads(12, Rule{Replications: 3}),
		"precise":            loads(12, adaptive),
		"ruled":              loads(10, ruled),
		"failing":            failing(Rule{Replications: 4}),
		"failing adaptively": failing(adaptive),
	} {
		want := dump(t, t.TempDir(), p, Options{Workers: 1})
		for seed := range uint64(4) {
			f := newFarm(p, seed)
			f.kill = float64(seed%3) * 0.3
			f.slow = time.Duration(seed*seed) * 10 * time.Millisecond
			if got := dispatched(t, t.TempDir(), p, f, Options{}); !bytes.Equal(got, want) {
				t.Errorf("%s, seed %d: rows differ from those of Run", name, seed)
			}
			if seed == 0 && f.largest < 2 {
				t.Errorf("%s: no task had more than %d replications", name, f.largest)
			}
		}
	}
}

func TestFailingPointsSayTheSame(t *testing.T) {
	p := failing(Rule{Replications: 4})
	dir := t.TempDir()
	dispatched(t, dir, p, newFarm(p, 1), Options{})
	j := must(journalIn(dir, manifest))
	defer j.Close()
	failed := 0
	if err := j.Each(p.Points, &p.Rule, func(r *Row) error {
		if r.Err == "" {
			return nil
		}
		failed++
		want := must(p.compute(t.Context(), r.Point))
		if r.Err != want.Err || r.First != want.First {
			t.Errorf("point %d: got %q, want %q", r.Point, r.Err, want.Err)
		}
		switch {
		case r.Point == 3 && r.Err != "no such load",
			r.Point == 5 && !strings.Contains(r.Err, "failing.func"),
			r.Point >= 8 && !strings.Contains(r.Err, "panic: no quantile above"),
			strings.Contains(r.Err, "goroutine"), strings.Contains(r.Err, "0x"):
			t.Errorf("point %d: %s", r.Point, r.Err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if failed < 4 || failed > 8 {
		t.Errorf("%d points failed", failed)
	}
}

// Stopped again and again, by either way of computing, the sweep ends with the
// rows of one that was not.
func TestDispatchIsResumed(t *testing.T) {
	for name, p := range map[string]*Plan{
		"fixed": loads(12, Rule{Replications: 4}), "precise": loads(8, adaptive), "failing": failing(Rule{Replications: 4}),
	} {
		want := dump(t, t.TempDir(), p, Options{Workers: 1})
		dir := t.TempDir()
		rounds := 0
		for seed := uint64(0); ; seed++ {
			f := newFarm(p, seed)
			f.stop = 5
			f.slow = 0
			got := dispatched(t, dir, p, f, Options{})
			rounds++
			if f.tasks < f.stop {
				if !bytes.Equal(got, want) {
					t.Errorf("%s: rows differ from those of Run", name)
				}
				break
			}
			if seed == 1 {
				ctx, cancel := context.WithCancel(t.Context())
				j := must(journalIn(dir, manifest))
				_ = Run(ctx, p, j, Options{Workers: 2, Done: func(Row) { cancel() }})
				j.Close()
			}
		}
		if rounds < 3 {
			t.Errorf("%s: was stopped %d times only", name, rounds-1)
		}
	}
}

// What was kept of an interrupted point is not computed again.
func TestInterruptedDispatchKeepsReplications(t *testing.T) {
	p := loads(1, Rule{Replications: 20})
	dir := t.TempDir()
	j := must(journalIn(dir, manifest))
	d := NewDispatch(p, j, Options{})
	for range 7 {
		task, _ := d.Next()
		if _, err := d.Done(task, must(p.Answer(t.Context(), task)), time.Minute, false); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.End(context.Canceled); err == nil || err.Error() != "0 of 1 points finished: context canceled" {
		t.Errorf("got %v", err)
	}
	j.Close()
	f := newFarm(p, 1)
	got := dispatched(t, dir, p, f, Options{})
	if want := dump(t, t.TempDir(), p, Options{}); !bytes.Equal(got, want) || f.replications != 13 {
		t.Errorf("%d replications were computed, want 13; rows equal: %v", f.replications, bytes.Equal(got, want))
	}
}

func TestDispatchExtendsAJournal(t *testing.T) {
	dir := t.TempDir()
	for i, rule := range []Rule{{Replications: 2}, {Replications: 5}, adaptive, {Replications: 3}, {Replications: 45}} {
		p := failing(rule)
		want := dump(t, t.TempDir(), p, Options{})
		got := dispatched(t, dir, p, newFarm(p, uint64(i)), Options{})
		if !bytes.Equal(got, want) {
			t.Errorf("%+v: differs from a fresh sweep", rule)
		}
		if local := dump(t, dir, p, Options{}); !bytes.Equal(local, want) {
			t.Errorf("%+v: Run makes something else of it", rule)
		}
	}
}

func TestRetriesAreOtherTasks(t *testing.T) {
	p := loads(6, Rule{Replications: 2})
	dir := t.TempDir()
	asked := map[string]bool{}
	round := func(o Options, lost bool) (fresh, old int, err string) {
		j := must(journalIn(dir, manifest))
		defer j.Close()
		d := NewDispatch(p, j, o)
		for {
			task, ok := d.Next()
			if !ok {
				break
			}
			if asked[string(task)] {
				old++
			} else {
				fresh++
			}
			asked[string(task)] = true
			dead := lost && must(decodeTask(task))[0].point == 3
			var answer []byte
			if !dead {
				answer = must(p.Answer(t.Context(), task))
			}
			if _, err := d.Done(task, answer, time.Minute, dead); err != nil {
				t.Fatal(err)
			}
		}
		s := must(j.standing(3, &p.Rule, false))
		return fresh, old, s.row.Err
	}
	p.Build = loads(1, p.Rule).Build
	if fresh, old, err := round(Options{}, true); fresh != 11 || old != 0 || err != "replication 0: lost: no worker survived it" {
		t.Errorf("first: %d, %d, %q", fresh, old, err)
	}
	if fresh, old, err := round(Options{}, false); fresh+old != 0 || err == "" {
		t.Errorf("resumed: %d, %d, %q", fresh, old, err)
	}
	if fresh, old, err := round(Options{RetryFailed: true}, true); fresh != 1 || old != 0 || err == "" {
		t.Errorf("retried in vain: %d, %d, %q", fresh, old, err)
	}
	build := p.Build
	p.Build = func(int) (*run.Experiment, error) { return build(0) }
	if fresh, old, err := round(Options{RetryFailed: true}, false); fresh != 2 || old != 0 || err != "" {
		t.Errorf("retried: %d, %d, %q", fresh, old, err)
	}
}

// Whoever takes workers down is found, and nobody else suffers.
func TestOnlyTheDeadlyReplicationIsLost(t *testing.T) {
	p := loads(12, Rule{Replications: 5})
	p.Build = func(build func(int) (*run.Experiment, error)) func(int) (*run.Experiment, error) {
		return func(point int) (*run.Experiment, error) { return build(point % 3) }
	}(p.Build)
	for seed := range uint64(5) {
		f := newFarm(p, seed)
		f.dies = func(s stretch) bool { return s.point == 7 && s.first <= 2 && 2 < s.first+s.count }
		dir := t.TempDir()
		dispatched(t, dir, p, f, Options{})
		j := must(journalIn(dir, manifest))
		if err := j.Each(p.Points, &p.Rule, func(r *Row) error {
			want := ""
			if r.Point == 7 {
				want = "replication 2: lost: no worker survived it"
			}
			if r.Err != want || want == "" && len(r.Values) != 5 {
				t.Errorf("seed %d, point %d: %q, %d replications", seed, r.Point, r.Err, len(r.Values))
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		j.Close()
	}
}

func TestAnswerGivesUpWithItsContext(t *testing.T) {
	p := loads(1, Rule{})
	p.Build = func(int) (*run.Experiment, error) {
		return run.New(queue(0.9, 1, 6000*sim.Day), pricing.Plan{Book: prices()}), nil
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(50*time.Millisecond, func() { cancel(errStopped) })
	begin := time.Now()
	if answer, err := p.Answer(ctx, encodeTask([]stretch{{0, 0, 3, 0}})); !errors.Is(err, errStopped) || answer != nil {
		t.Errorf("got %v, %v", answer, err)
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
	if _, err := p.Answer(t.Context(), encodeTask([]stretch{{1, 0, 1, 0}})); err == nil || err.Error() != "sweep: a task for point 1, where there are 1" {
		t.Errorf("got %v", err)
	}
}

// What is no answer to its task is not accepted, and the sweep goes on.
func TestBadAnswersAreNotAccepted(t *testing.T) {
	p := loads(2, Rule{Replications: 2})
	j := must(journalIn(t.TempDir(), manifest))
	defer j.Close()
	d := NewDispatch(p, j, Options{})
	task, _ := d.Next()
	answer := must(p.Answer(t.Context(), task))
	other := NewLayout([]string{"cost"}, []string{"USD"})
	strange := encodeAnswer([]finding{{layout: other, values: [][]float64{{1}}}})
	stretches := must(decodeTask(task))
	more := encodeTask([]stretch{{stretches[0].point, stretches[0].first, 2, 0}})
	for name, bad := range map[string][]byte{
		"cut": answer[:len(answer)-1], "empty": nil, "long": append(bytes.Clone(answer), 0), "strange": strange,
		"of two replications": must(p.Answer(t.Context(), more)),
	} {
		if ok, err := d.Done(task, bad, 0, false); ok || err != nil {
			t.Errorf("%s: accepted: %v, %v", name, ok, err)
		}
	}
	if ok, err := d.Done(task, answer, 0, false); !ok || err != nil {
		t.Errorf("the answer is not accepted after bad ones: %v", err)
	}
	if got := dispatchedBy(t, p, j, d); !bytes.Equal(got, dump(t, t.TempDir(), p, Options{})) {
		t.Error("rows differ from those of Run")
	}
}

// dispatchedBy answers what a Dispatch has left, and returns the rows.
func dispatchedBy(t *testing.T, p *Plan, j *Journal, d *Dispatch) []byte {
	t.Helper()
	if err := d.End(newFarm(p, 1).work(t, d)); err != nil {
		t.Fatal(err)
	}
	return content(t, j, p)
}

// Points of 20 ms come some fifty to a task, more in a sweep of days, and large
// answers fewer.
func TestTasksAreOfASecond(t *testing.T) {
	for _, c := range []struct {
		each      time.Duration
		bytes     int
		remaining int
		low, high int
	}{
		{20 * time.Millisecond, 1200, 1e6, 45, 50},
		{30 * time.Second, 1200, 1e6, 1, 1},
		{time.Microsecond, 1200, 1e6, 200, 256},
		{20 * time.Millisecond, 100, 1e7, 195, 200}, // 4 s: in a sweep of two days of work
		{20 * time.Millisecond, 100, 1e9, 245, 250},
		{20 * time.Millisecond, 1200, 40, 4, 5}, // 4 workers
		{20 * time.Millisecond, 100_000, 1e6, 3, 3},
	} {
		var p pace
		for range 100 {
			n := p.size(c.remaining)
			p.answered(lesson{n, n * c.bytes, time.Duration(n) * c.each, time.Duration(n) * c.each / 4, 16})
		}
		if n := p.size(c.remaining); n < c.low || n > c.high {
			t.Errorf("%+v: %d replications a task", c, n)
		}
		if w := p.workers(); w < 3.9 || w > 4.1 {
			t.Errorf("%+v: %g workers", c, w)
		}
	}
}

func FuzzTask(f *testing.F) {
	f.Add(encodeTask([]stretch{{3, 0, 5, 0}, {4, 2, 1, 1}}))
	f.Add([]byte{taskVersion, 1, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		stretches, err := decodeTask(b)
		if err != nil {
			return
		}
		if again := must(decodeTask(encodeTask(stretches))); !reflect.DeepEqual(again, stretches) {
			t.Errorf("%v became %v", stretches, again)
		}
	})
}

func FuzzAnswer(f *testing.F) {
	stretches := []stretch{{0, 0, 2, 0}, {1, 0, 3, 0}, {2, 0, 1, 0}}
	l := NewLayout([]string{"cost", "latency"}, []string{"USD", "s"})
	f.Add(encodeAnswer([]finding{
		{layout: l, values: [][]float64{{1, 2}, {3, 4}}}, {layout: l, values: [][]float64{{5, 6}}, err: "no"}, {err: "cannot be"},
	}))
	f.Add(encodeAnswer([]finding{{err: "a"}, {err: "b"}, {err: "c"}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		findings, err := decodeAnswer(b, stretches, map[string]*Layout{})
		if err != nil {
			return
		}
		code := encodeAnswer(findings)
		again := must(decodeAnswer(code, stretches, map[string]*Layout{}))
		if !bytes.Equal(encodeAnswer(again), code) {
			t.Errorf("%+v became %+v", findings, again)
		}
	})
}
