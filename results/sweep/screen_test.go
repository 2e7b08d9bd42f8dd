package sweep

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"headroom/model"
	"headroom/model/pricing"
	"headroom/results/run"
	"headroom/sim"
	"headroom/sim/rng"
)

// aimed is a screen of points with a cost and a latency.
func aimed(points, most int) *Screen {
	return &Screen{
		Points: points, Most: most, Aims: [2]string{"cost", "latency"}, First: "cost",
		Thresholds: []model.Threshold{{Key: "latency", Operator: "<", Limit: 100, Text: "< 100"}},
		Better:     func(_ string, v float64) float64 { return v },
	}
}

// shown keeps what a point of the plan showed in one replication.
func shown(t *testing.T, j *Journal, point int, cost, latency float64) {
	t.Helper()
	row := Row{Point: point, Layout: NewLayout([]string{"cost", "latency"}, []string{"USD", "s"}), Values: [][]float64{{cost, latency}}}
	if err := j.Append(&row); err != nil {
		t.Fatal(err)
	}
}

func TestScreenConfirmsTheFrontTheBestAndThresholds(t *testing.T) {
	rates := [][2]float64{
		0: {10, 50},   // the front, and the best
		1: {20, 20},   // the front
		2: {10.4, 50}, // beaten by 0, by less than 5 %
		3: {20, 25},   // beaten by 1, by far in latency
		4: {30, 98},   // beaten, and near the threshold
		5: {5, 150},   // the cheapest, and far beyond the threshold
		6: {30, 103},  // beyond it, and near
		8: {30, 60},   // beaten
	}
	for _, c := range []struct {
		most        int
		first, then []int
	}{
		{100, []int{0, 1, 2, 4, 6, 7}, []int{3}}, // by requests all are worse than 3, which nobody has confirmed
		{4, []int{0, 1, 4, 6, 7}, nil},           // the least off; 7, which rates cannot play, is besides
	} {
		s := aimed(9, c.most)
		j := must(journalIn(t.TempDir(), manifest))
		for i, v := range rates {
			if i == 7 {
				if err := j.Append(&Row{Point: s.Rates(7), Err: "replication 0: not carried"}); err != nil {
					t.Fatal(err)
				}
				continue
			}
			shown(t, j, s.Rates(i), v[0], v[1])
		}
		shown(t, j, s.Requests(3), 1, 1) // of an earlier run that wanted more: it decides nothing
		rule, chosen := &Rule{Replications: 1}, choice{points: map[int]bool{}}
		first := must(s.choose(j, rule, &chosen))
		slices.Sort(first)
		if !slices.Equal(first, c.first) {
			t.Errorf("at most %d: played by requests are %v, want %v", c.most, first, c.first)
		}
		for _, i := range first {
			shown(t, j, s.Requests(i), 40, 70)
		}
		if then := must(s.choose(j, rule, &chosen)); !slices.Equal(then, c.then) {
			t.Errorf("at most %d: then %v, want %v", c.most, then, c.then)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestScreenAllowsForIntervals(t *testing.T) {
	s := aimed(3, 10)
	j := must(journalIn(t.TempDir(), manifest))
	defer j.Close()
	l := NewLayout([]string{"cost", "latency"}, []string{"USD", "s"})
	for point, values := range [][][]float64{
		{{10, 50}, {10, 50}},
		{{12, 50}, {12, 50}},   // beaten by a fifth, for certain
		{{12, 50}, {12.4, 50}}, // beaten by as much, but who knows
	} {
		if err := j.Append(&Row{Point: s.Rates(point), Layout: l, Values: values}); err != nil {
			t.Fatal(err)
		}
	}
	got := must(s.choose(j, &Rule{Replications: 2}, &choice{points: map[int]bool{}}))
	slices.Sort(got)
	if want := []int{0, 2}; !slices.Equal(got, want) {
		t.Errorf("played by requests are %v, want %v", got, want)
	}
}

// screenedLoads plays queues at rising load, "by rates" with another seed; point 5 cannot be, and point 3 cannot be built.
func screenedLoads(points int, rule Rule) *Plan {
	s := &Screen{
		Points: points, Most: 4, Aims: [2]string{"requests.arrived", "wait.mean"}, First: "wait.mean",
		Better: func(key string, v float64) float64 {
			if key == "requests.arrived" {
				return -v
			}
			return v
		},
	}
	return &Plan{Points: 2 * points, Rule: rule, Screen: s, Build: func(point int) (*run.Experiment, error) {
		of, played := s.Of(point)
		switch {
		case of == 3, of == 5 && played == Rates:
			return nil, errors.New("no such load")
		}
		seed := uint64(1)
		if played == Rates {
			seed = 2
		}
		cfg := queue(0.1+0.8*float64(of)/float64(points), seed, 5*sim.Minute)
		return run.New(cfg, pricing.Plan{Book: prices()}), nil
	}}
}

func TestScreenedSweepIsTheSameHoweverItIsComputed(t *testing.T) {
	p := screenedLoads(12, Rule{Replications: 3})
	want := dump(t, t.TempDir(), p, Options{Workers: 1})
	if got := dump(t, t.TempDir(), p, Options{Workers: 8}); !bytes.Equal(got, want) {
		t.Error("8 workers give other rows than one")
	}
	dir := t.TempDir()
	for stop := 1; stop < 18; stop += 3 { // interrupted again and again, also between the passes
		j := must(journalIn(dir, manifest))
		ctx, cancel := context.WithCancel(t.Context())
		done := 0
		_ = Run(ctx, p, j, Options{Workers: 2, Done: func(Row) {
			if done++; done >= stop {
				cancel()
			}
		}})
		cancel()
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if got := dump(t, dir, p, Options{Workers: 2}); !bytes.Equal(got, want) {
		t.Error("interrupted and gone on with, it gives other rows")
	}
	for seed := range uint64(4) {
		j := must(journalIn(t.TempDir(), manifest))
		d := NewDispatch(&Plan{Points: p.Points, Rule: p.Rule, Screen: p.Screen}, j, Options{})
		f := newFarm(p, seed)
		f.slow = time.Millisecond
		if err := errors.Join(f.work(t, d), d.End(nil)); err != nil {
			t.Fatal(err)
		}
		if got := content(t, j, p); !bytes.Equal(got, want) {
			t.Errorf("seed %d: elsewhere it gives other rows", seed)
		}
		if done, _, total := d.Progress(); done != total || total <= p.Screen.Points {
			t.Errorf("%d of %d are done, want all, and more than %d", done, total, p.Screen.Points)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestScreenShowsRequestsWhereTheyWerePlayed(t *testing.T) {
	p := screenedLoads(12, Rule{Replications: 3})
	j := must(journalIn(t.TempDir(), manifest))
	defer j.Close()
	if err := Run(t.Context(), p, j, Options{Workers: 2}); err != nil {
		t.Fatal(err)
	}
	requests, next := 0, 0
	if err := p.Screen.Each(j, &p.Rule, func(r *Row) error {
		if r.Point != next {
			t.Errorf("point %d comes where %d should", r.Point, next)
		}
		next++
		played := p.Screen.Rates(r.Point)
		if r.Fidelity == Requests {
			requests, played = requests+1, p.Screen.Requests(r.Point)
		}
		switch {
		case r.Point == 3 && r.Err == "" || r.Point == 5 && (r.Err != "" || r.Fidelity != Requests):
			t.Errorf("point %d: error %q by %s; 3 cannot be played, 5 by requests alone", r.Point, r.Err, r.Fidelity)
		case r.Err == "":
			own := must(p.compute(t.Context(), played))
			e, _ := r.Estimate("wait.mean")
			if want, _ := own.Estimate("wait.mean"); math.Abs(e.Value-want.Value) > 0 {
				t.Errorf("point %d by %s: waits %v, want %v", r.Point, r.Fidelity, e.Value, want.Value)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if next != 12 || requests < 3 || requests > 6 {
		t.Errorf("%d points, %d of them by requests; want 12, and at most 4 besides the two that rates cannot play", next, requests)
	}
}

// Of hundreds of points, with rates off by up to an error, each in its own way, few are played by requests, and these show what
// a full sweep does: the best, and of each point of its front one that is worse by no more than two errors, in
// whichever aim. Most are the very points.
func TestScreenFindsWhatAFullSweepDoes(t *testing.T) {
	const points, off = 600, astray / 2
	for seed := range uint64(4) {
		draws := rng.New(seed, 0, "design")
		requests, rates := make([][2]float64, points), make([][2]float64, points)
		for i := range points { // fleets that wait the less the larger they are, on types that cost more or less
			size, dear := 1+9*draws.Uniform(), 1+draws.Uniform()
			requests[i] = [2]float64{size * dear, 30 + 170/size}
			for k, v := range requests[i] {
				rates[i][k] = v * (1 + off*(2*draws.Uniform()-1))
			}
		}
		s := aimed(points, points)
		j := must(journalIn(t.TempDir(), manifest))
		for i, v := range rates {
			shown(t, j, s.Rates(i), v[0], v[1])
		}
		rule, chosen := &Rule{Replications: 1}, choice{points: map[int]bool{}}
		for next := must(s.choose(j, rule, &chosen)); len(next) > 0; next = must(s.choose(j, rule, &chosen)) {
			for _, i := range next {
				shown(t, j, s.Requests(i), requests[i][0], requests[i][1])
			}
		}
		sameChoice(t, s, j, &chosen)
		front, same := meeting(requests, func(int) bool { return true }), 0
		found := meeting(requests, func(i int) bool { return chosen.points[i] })
		for _, i := range front {
			near := math.Inf(1)
			for _, k := range found {
				near = min(near, max(requests[k][0]/requests[i][0], requests[k][1]/requests[i][1])-1)
			}
			if near == 0 {
				same++
			}
			if near > 2*off {
				t.Errorf("seed %d: nothing found is as good as point %d of the front, %v, but for %.1f %%", seed, i, requests[i], 100*near)
			}
		}
		t.Logf("seed %d: %d of %d points by requests, which hold %d of the %d on the front", seed, len(chosen.points), points, same, len(front))
		if !slices.Contains(found, front[0]) || len(chosen.points) > points/5 || same < len(front)*3/4 {
			t.Errorf("seed %d: %d of %d points by requests, which hold %d of the %d on the front; the best is %d", seed, len(chosen.points), points, same, len(front), front[0])
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// meeting are those of some points that are on the front of those that wait less than 100, the cheapest first.
func meeting(all [][2]float64, of func(int) bool) []int {
	some := slices.Clone(all)
	for i, v := range some {
		if v[1] >= 100 || !of(i) {
			some[i] = [2]float64{math.NaN(), math.NaN()}
		}
	}
	front := Pareto(some)
	slices.SortFunc(front, func(a, b int) int { return cmp.Compare(some[a][0], some[b][0]) })
	return front
}
