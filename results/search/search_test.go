package search

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"headroom/model"
	"headroom/sim/rng"
)

// queue is M/M/1 with an arrival a second, in equilibrium: the mean time in system
// of its customers has the expectation 1/(serviceHz - 1), and its cost that of
// price, which varies with the load by some percent.
type queue struct {
	serviceHz, price float64
	seed             uint64
	index            int
}

const customers = 300

func (q queue) Keys() (keys, units []string) {
	return []string{"cost.total", "latency.mean"}, []string{"USD", "s"}
}

// Replicate simulates by Lindley's recursion. Arrivals and demands are those of
// the replication, whatever the service.
func (q queue) Replicate(_ context.Context, replication int) ([]float64, error) {
	draws := rng.New(q.seed, replication, "customers")
	wait, total, elapsed := 0.0, 0.0, 0.0
	if u := draws.Uniform(); u < 1/q.serviceHz { // the wait in equilibrium: 0, or exponential
		wait = -math.Log(u*q.serviceHz) / (q.serviceHz - 1)
	}
	for range customers {
		service := -math.Log1p(-draws.Uniform()) / q.serviceHz
		total += wait + service
		between := -math.Log1p(-draws.Uniform())
		elapsed += between
		wait = max(0, wait+service-between)
	}
	own := rng.New(q.seed, replication, fmt.Sprint("own/", q.index))
	cost := q.price * (0.7 + 0.3*elapsed/customers + 0.02*(own.Uniform()-0.5))
	return []float64{cost, total / customers}, nil
}

func (q queue) latency() float64 { return 1 / (q.serviceHz - 1) }

// queues is a problem whose answer is known.
func queues(all []queue, limit float64) *Problem {
	return &Problem{
		Candidates: len(all), Minimize: "cost.total",
		Build:      func(c int) (Experiment, error) { return all[c], nil },
		Thresholds: []model.Threshold{{Key: "latency.mean", Operator: "<", Limit: limit, Text: fmt.Sprintf("< %gs", limit)}},
		Features:   func(c int) []float64 { return []float64{all[c].serviceHz / 4, all[c].price / 4} },
		Neighbours: func(c int) []int {
			var near []int
			for _, n := range []int{c - 1, c + 1} {
				if n >= 0 && n < len(all) {
					near = append(near, n)
				}
			}
			return near
		},
	}
}

// cheapest is the least expected cost of a queue that keeps the limit.
func cheapest(all []queue, limit float64) float64 {
	least := math.Inf(1)
	for _, q := range all {
		if q.latency() < limit {
			least = min(least, q.price)
		}
	}
	return least
}

func usual() Options {
	return Options{Confidence: 0.95, Indifference: 0.02, Replications: 10, MaxReplications: 100, Points: 100, Budget: 20_000}
}

// mostWrong is how often something may happen in n trials before its probability
// is certainly above p: three standard deviations above the mean.
func mostWrong(n int, p float64) int {
	return int(float64(n)*p + 3*math.Sqrt(float64(n)*p*(1-p)))
}

// draw makes a random small problem: faster queues cost more, by and large.
func draw(seed uint64) ([]queue, float64) {
	s := rng.New(seed, 0, "problem")
	all := make([]queue, 12)
	for i := range all {
		hz := 1.5 + 2*s.Uniform()
		all[i] = queue{serviceHz: hz, price: hz * (0.8 + 0.4*s.Uniform()), seed: seed, index: i}
	}
	return all, 0.5 + 0.8*s.Uniform()
}

// The statement of the package, against expectations that are known.
func TestRecommendationIsRightAsOftenAsItSays(t *testing.T) {
	const searches = 300
	wrong, decided, wrongDecided, answered := 0, 0, 0, 0
	for seed := range uint64(searches) {
		all, limit := draw(seed)
		o, err := Run(t.Context(), queues(all, limit), usual())
		if err != nil {
			t.Fatal(err)
		}
		if o.Best == nil {
			continue
		}
		answered++
		best := all[o.Best.Index]
		rest := cheapest(all, limit)
		if o.Decided {
			decided++
			if best.latency() >= limit || best.price > rest*(1+usual().Indifference) {
				wrongDecided++
			}
		}
		var compared []queue
		for _, c := range o.Tried {
			if c.Result != Undecided {
				compared = append(compared, all[c.Index])
			}
		}
		if best.latency() >= limit || best.price > cheapest(compared, limit)*(1+usual().Indifference) {
			wrong++
		}
	}
	t.Logf("%d searches: %d with an answer, %d decided; wrong %d, of the decided %d", searches, answered, decided, wrong, wrongDecided)
	if answered < searches*9/10 || decided < searches*6/10 {
		t.Errorf("%d of %d searches found an answer, %d without exceptions", answered, searches, decided)
	}
	if most := mostWrong(searches, 0.05); wrong > most || wrongDecided > most {
		t.Errorf("of %d searches %d were wrong, %d of the decided; at 95 %% at most %d are credible", searches, wrong, wrongDecided, most)
	}
}

// A candidate that breaches by a hair must not be recommended.
func TestBreachByAHairIsNotRecommended(t *testing.T) {
	const searches = 300
	wrong := 0
	for seed := range uint64(searches) {
		var all []queue
		for i := range 4 {
			all = append(all, queue{serviceHz: 2.5, price: 1 + float64(i)/10, seed: seed, index: i})
		}
		o, err := Run(t.Context(), queues(all, all[0].latency()), usual()) // < its very expectation
		if err != nil {
			t.Fatal(err)
		}
		if o.Best != nil {
			wrong++
		}
	}
	t.Logf("%d of %d", wrong, searches)
	if most := mostWrong(searches, 0.025); wrong > most {
		t.Errorf("%d of %d searches recommend a candidate at its limit, at most %d are credible", wrong, searches, most)
	}
}

// With a thousand candidates few are tried, and what is found is nearly the best
// of all.
func TestExplorerFindsTheBestOfThousands(t *testing.T) {
	regrets, tried := 0, 0
	const searches = 6
	for seed := range uint64(searches) {
		var all []queue
		for i := range 50 {
			for k := range 40 {
				hz := 1.3 + 0.06*float64(i)
				dear := float64(k-17) / 20
				all = append(all, queue{serviceHz: hz, price: hz * (0.8 + dear*dear), seed: seed, index: len(all)})
			}
		}
		p := queues(all, 0.8)
		p.Features = func(c int) []float64 { return []float64{float64(c/40) / 49, float64(c%40) / 39} }
		p.Neighbours = func(c int) []int {
			var near []int
			for _, n := range []int{c - 40, c - 1, c + 1, c + 40} {
				if n >= 0 && n < len(all) && (n/40 == c/40 || n%40 == c%40) {
					near = append(near, n)
				}
			}
			return near
		}
		o, err := Run(t.Context(), p, usual())
		if err != nil {
			t.Fatal(err)
		}
		if o.Best == nil {
			t.Errorf("seed %d: nothing found", seed)
			continue
		}
		tried += len(o.Tried)
		found := all[o.Best.Index]
		t.Logf("seed %d: μ %.3g $%.4g, least $%.4g; %d tried, %d replications; %+v", seed, found.serviceHz, found.price,
			cheapest(all, 0.8), len(o.Tried), o.Replications, *o.Surrogate)
		if found.latency() >= 0.8 {
			t.Errorf("seed %d: recommends μ = %g, which breaches", seed, found.serviceHz)
		}
		if found.price > 1.06*cheapest(all, 0.8) { // the best keeps the limit by 1 %, a step of μ is 3 %
			regrets++
		}
	}
	if regrets > 1 || tried > 100*searches {
		t.Errorf("%d of %d searches miss the best by more than 6 %%; %d candidates tried", regrets, searches, tried)
	}
}

// rates says of a queue what it does on average, and counts how often that is not enough.
type rates struct{ queue }

func (r rates) Replicate(ctx context.Context, replication int) ([]float64, error) {
	values, err := r.queue.Replicate(ctx, replication)
	values[1] = 1.15 * r.latency() // what it says is wrong, and alike for all
	return values, err
}

// played counts the replications of a queue.
type played struct {
	queue
	count *atomic.Int64
}

func (p played) Replicate(ctx context.Context, replication int) ([]float64, error) {
	p.count.Add(1)
	return p.queue.Replicate(ctx, replication)
}

// With exploring by rates that are off by 15 % what is recommended is as good as any that keeps the limit by the 9 % without
// which a hundred replications confirm it by luck alone, and takes fewer
// replications that play every customer; with as many workers as one likes the same.
func TestScreeningFindsAsGoodForLess(t *testing.T) {
	for seed := range uint64(2) {
		var all []queue
		for i := range 400 {
			hz := 1.3 + 0.006*float64(i)
			dear := float64(i*7%20-9) / 20
			all = append(all, queue{serviceHz: hz, price: hz * (0.8 + dear*dear), seed: seed, index: i})
		}
		var outcomes []*Outcome
		var counts []int64
		for _, workers := range []int{0, 1, 8} { // the first without screening
			var count atomic.Int64
			p, o := queues(all, 0.8), usual()
			p.Build = func(c int) (Experiment, error) { return played{all[c], &count}, nil }
			p.Features = func(c int) []float64 { return []float64{float64(c) / 400, float64(c*7%20) / 20} }
			p.Reference = played{queue{serviceHz: 3.5, price: 4, seed: seed, index: -1}, &count}
			if workers > 0 {
				p.Screen = func(of Experiment) (Experiment, error) { return rates{of.(played).queue}, nil }
			}
			o.Workers = workers
			found, err := Run(t.Context(), p, o)
			if err != nil || found.Best == nil {
				t.Fatalf("seed %d, %d workers: %v, best %v", seed, workers, err, found)
			}
			outcomes, counts = append(outcomes, found), append(counts, count.Load())
		}
		plain, one, many := outcomes[0], outcomes[1], outcomes[2]
		if !reflect.DeepEqual(printable(one), printable(many)) {
			t.Errorf("seed %d: 8 workers find\n%v\none finds\n%v", seed, printable(many), printable(one))
		}
		best := all[one.Best.Index]
		if least := cheapest(all, 0.8/1.09); best.latency() >= 0.8 || best.price > 1.03*least {
			t.Errorf("seed %d: recommends μ = %g for $%g, want $%g; without screening $%g", seed, best.serviceHz, best.price, least, all[plain.Best.Index].price)
		}
		if counts[1] >= counts[0]*9/10 || one.Screened == 0 || one.Replications != one.Screened+int(counts[1]) {
			t.Errorf("seed %d: %d of %d replications by rates, %d others; %d without", seed, one.Screened, one.Replications, counts[1], counts[0])
		}
	}
}

// Of six candidates or fewer all are compared at once: rates would only cost.
func TestFewAreNotScreened(t *testing.T) {
	all, limit := draw(3)
	for n, screened := range map[int]bool{fewest: false, fewest + 1: true} {
		p := queues(all[:n], limit)
		p.Screen = func(of Experiment) (Experiment, error) { return rates{of.(queue)}, nil }
		o, err := Run(t.Context(), p, usual())
		if err != nil {
			t.Fatal(err)
		}
		told := slices.ContainsFunc(o.Warnings, func(w string) bool { return strings.HasPrefix(w, "search.screen: ") })
		if (o.Screened > 0) != screened || told == screened {
			t.Errorf("%d candidates: %d replications by rates, %q", n, o.Screened, o.Warnings)
		}
	}
}

// Where rates leave nobody to compare with, who is confirmed by requests is recommended, and what rates find second
// stands beside it, measured by requests.
func TestRatesLeaveOneToConfirm(t *testing.T) {
	var all []queue
	for i := range 30 { // costs lie 5 % apart, and times in system far on both sides of the limit
		hz := 1.4 + 0.5*float64(i)
		all = append(all, queue{serviceHz: hz, price: math.Pow(1.05, float64(i)), seed: 1, index: i})
	}
	p := queues(all, 0.62)
	p.Screen = func(of Experiment) (Experiment, error) { return of, nil }
	o, err := Run(t.Context(), p, usual())
	if err != nil || o.Best == nil {
		t.Fatalf("%v, %+v", err, o)
	}
	if o.Second == nil || o.Second.From != Confirming || o.Second.Rates || !(o.Gap.Value > 0) {
		t.Errorf("second %+v, dearer by %v", o.Second, o.Gap)
	}
	if o.Compared != 0 || o.Best.Index != 3 || o.Best.Rates || o.Best.From != Confirming {
		t.Errorf("recommends %+v after comparing %d", o.Best, o.Compared)
	}
}

// A candidate that rates do not carry is explored by what carries it.
func TestWhatCannotBeScreenedIsExplored(t *testing.T) {
	all, limit := draw(3)
	p := queues(all, limit)
	p.Screen = func(of Experiment) (Experiment, error) {
		if q := of.(queue); q.index%2 == 0 {
			return nil, errors.New("not carried")
		}
		return rates{of.(queue)}, nil
	}
	o, err := Run(t.Context(), p, usual())
	if err != nil || o.Best == nil {
		t.Fatalf("%v, %+v", err, o)
	}
	if o.Count(Impossible) > 0 || o.Screened == 0 || all[o.Best.Index].price > cheapest(all, limit)*1.02 {
		t.Errorf("%d impossible, %d screened; $%g, least $%g", o.Count(Impossible), o.Screened, all[o.Best.Index].price, cheapest(all, limit))
	}
}

func TestOutcomeIsTheSameWithAnyWorkers(t *testing.T) {
	var all []queue
	for i := range 300 {
		hz := 1.2 + 0.01*float64(i)
		all = append(all, queue{serviceHz: hz, price: hz * (1 + float64(i*i%7)/20), seed: 5, index: i})
	}
	var want *Outcome
	for _, workers := range []int{1, 2, 8} {
		o := usual()
		o.Points, o.Workers = 40, workers
		p := queues(all, 0.9)
		p.Reference = queue{serviceHz: 3.5, price: 4, seed: 5, index: -1}
		got, err := Run(t.Context(), p, o)
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = got
		}
		if !reflect.DeepEqual(printable(got), printable(want)) {
			t.Errorf("%d workers: got\n%v\nwant\n%v", workers, printable(got), printable(want))
		}
	}
	if want.Best == nil || want.Second == nil || want.Reference == nil {
		t.Fatalf("best %v, second %v, reference %v", want.Best, want.Second, want.Reference)
	}
	if !(want.Saving.Value > 0) || want.Reference.Counted != want.Best.Counted || want.Second.Counted != want.Best.Counted {
		t.Errorf("saving %v; counted %d, %d, %d", want.Saving, want.Best.Counted, want.Second.Counted, want.Reference.Counted)
	}
}

// printable follows pointers, and takes NaN for equal to itself.
func printable(o *Outcome) []string {
	text := []string{fmt.Sprintf("%+v %+v %+v %d", *o.Best, *o.Surrogate, o.Saving, o.Replications)}
	for _, c := range o.Tried {
		text = append(text, fmt.Sprintf("%+v", c))
	}
	return text
}

// The numbers of the recommendation are those of replications 0, 1, 2 …, which
// had no part in its selection.
func TestRecommendationIsMeasuredAfresh(t *testing.T) {
	all, limit := draw(3)
	o, err := Run(t.Context(), queues(all, limit), usual())
	if err != nil || o.Best == nil {
		t.Fatal(o, err)
	}
	mean := 0.0
	for k := range o.Best.Counted {
		v, _ := all[o.Best.Index].Replicate(t.Context(), k)
		mean += v[0] / float64(o.Best.Counted)
	}
	if o.Best.From != Confirming || math.Abs(mean-o.Best.Cost.Value) > 1e-12 {
		t.Errorf("cost %v of %s, want %v", o.Best.Cost, o.Best.From, mean)
	}
}

func TestNothingFeasibleNamesTheNearest(t *testing.T) {
	all := []queue{{2, 1, 1, 0}, {3, 2, 1, 1}, {1.5, 0.5, 1, 2}}
	o, err := Run(t.Context(), queues(all, 0.1), usual())
	if err != nil {
		t.Fatal(err)
	}
	if o.Best != nil || o.Leader != nil || o.Nearest == nil || o.Nearest.Index != 1 {
		t.Errorf("best %v, leader %v, nearest %+v; want the second as the nearest", o.Best, o.Leader, o.Nearest)
	}
	if o.Count(Breaching) != 3 || o.Tried[0].Why != "latency.mean < 0.1s" {
		t.Errorf("%+v", o.Tried)
	}
}

// mirrored measures the negative of a queue's latency.
type mirrored struct{ queue }

func (m mirrored) Replicate(ctx context.Context, k int) ([]float64, error) {
	v, err := m.queue.Replicate(ctx, k)
	return []float64{v[0], -v[1]}, err
}

// A limit from below on the negative of a metric decides as one from above on the
// metric does.
func TestMirroredThresholdDecidesAlike(t *testing.T) {
	for seed := range uint64(20) {
		all, limit := draw(seed)
		p := queues(all, limit)
		want, err := Run(t.Context(), p, usual())
		if err != nil {
			t.Fatal(err)
		}
		p.Build = func(c int) (Experiment, error) { return mirrored{all[c]}, nil }
		p.Thresholds[0].Operator, p.Thresholds[0].Limit = ">", -limit
		got, err := Run(t.Context(), p, usual())
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range got.Tried {
			if w := want.Tried[i]; c.Result != w.Result || c.Replications != w.Replications || len(c.Margins) != len(w.Margins) ||
				len(c.Margins) > 0 && math.Abs(c.Margins[0].Sure-w.Margins[0].Sure) > 1e-12 {
				t.Errorf("seed %d: got %+v, want %+v", seed, c, w)
			}
		}
	}
}

func TestOptionsOutOfRangeAreRefused(t *testing.T) {
	all, limit := draw(1)
	for want, change := range map[string]func(*Options){
		"confidence":       func(o *Options) { o.Confidence = math.NaN() },
		"indifference":     func(o *Options) { o.Indifference = math.NaN() },
		"replications":     func(o *Options) { o.Replications = 2 },
		"their maximum":    func(o *Options) { o.MaxReplications = 9 },
		"one candidate":    func(o *Options) { o.Points = 0 },
		"at least 80, got": func(o *Options) { o.Budget = 79 },
	} {
		o := usual()
		change(&o)
		if _, err := Run(t.Context(), queues(all, limit), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error about %s", err, want)
		}
	}
	if _, err := Run(t.Context(), queues(nil, limit), usual()); err == nil {
		t.Error("a search among nothing is no error")
	}
}

// faulty fails in its third replication.
type faulty struct{ queue }

func (f faulty) Replicate(ctx context.Context, k int) ([]float64, error) {
	if k%10 == 2 {
		panic("third")
	}
	return f.queue.Replicate(ctx, k)
}

func TestWhatCannotBeIsListed(t *testing.T) {
	all, limit := draw(4)
	p := queues(all, limit)
	p.Build = func(c int) (Experiment, error) {
		switch c {
		case 0:
			return nil, errors.New("min above max")
		case 1:
			return faulty{all[1]}, nil
		}
		return all[c], nil
	}
	o, err := Run(t.Context(), p, usual())
	if err != nil || o.Best == nil {
		t.Fatal(o, err)
	}
	if o.Tried[0].Result != Impossible || o.Tried[0].Why != "min above max" || o.Tried[1].Why != "replication 102: panic: third" {
		t.Errorf("%+v\n%+v", o.Tried[0], o.Tried[1])
	}
	p.Build = func(int) (Experiment, error) { return nil, errors.New("never") }
	if _, err := Run(t.Context(), p, usual()); err == nil || err.Error() != "none of the 12 candidates tried can be judged; the first: never" {
		t.Errorf("got %v", err)
	}
}

func TestBudgetIsKept(t *testing.T) {
	all, limit := draw(6)
	p := queues(all, limit)
	p.Reference = queue{serviceHz: 3.5, price: 4, seed: 6, index: -1}
	for budget := 80; budget < 500; budget += 7 {
		o := usual()
		o.Budget = budget
		got, err := Run(t.Context(), p, o)
		if err != nil {
			t.Fatal(err)
		}
		if got.Replications > budget {
			t.Errorf("budget %d: %d replications", budget, got.Replications)
		}
		if got.Decided && got.Exhausted {
			t.Errorf("budget %d: decided and exhausted", budget)
		}
		if got.Best != nil && got.Reference == nil && got.Replications <= budget-2 {
			t.Errorf("budget %d: %d replications, none of the reference", budget, got.Replications)
		}
	}
}

// Wherever a search is interrupted, it keeps what had finished, and calls no
// candidate improbable that it did not get to compare.
func TestInterruptionKeepsWhatIsKnown(t *testing.T) {
	all, limit := draw(7)
	for _, points := range []int{100, 8} { // all are compared, or some are explored
		leaders := 0
		for after := 1; after < 200; after += 3 {
			ctx, cancel := context.WithCancel(t.Context())
			o := usual()
			o.Workers, o.Points = 2, points
			o.Progress = func(p Progress) {
				if p.Replications == after {
					cancel()
				}
			}
			got, err := Run(ctx, queues(all, limit), o)
			cancel()
			if err == nil {
				break // there was no interruption: the search was shorter
			}
			if !errors.Is(err, context.Canceled) || got == nil || !got.Interrupted || got.Decided && got.Best == nil {
				t.Fatalf("after %d: %+v, %v", after, got, err)
			}
			kept := 0
			for _, c := range got.Tried {
				kept += c.Replications
				if c.Result == Dropped && after <= 3*points {
					t.Errorf("after %d: candidate %d is %s", after, c.Index, c.Result)
				}
			}
			if got.Replications < after || kept < after-o.Workers || kept > got.Replications {
				t.Errorf("after %d: %d replications, %d of them kept", after, got.Replications, kept)
			}
			if got.Leader != nil {
				leaders++
			}
			if points == 100 && after > 125 && got.Leader == nil && got.Best == nil {
				t.Errorf("after %d: nothing leads", after)
			}
		}
		if leaders == 0 {
			t.Errorf("%d points: no interrupted search had a leader", points)
		}
	}
}
