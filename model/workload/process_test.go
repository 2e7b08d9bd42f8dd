package workload

import (
	"fmt"
	"math"
	"testing"

	"headroom/sim"
	"headroom/sim/rng"
)

// bursty has the states of a two-state process whose dispersion is known.
var bursty = []State{{PerSecond: 100, Sojourn: 2 * sim.Second}, {PerSecond: 5, Sojourn: 8 * sim.Second}}

func minutes(counts ...float64) Bins {
	b := Bins{Counts: counts, Scale: 1}
	for i := range counts {
		b.Starts = append(b.Starts, sim.Time(i)*sim.Minute)
	}
	return b
}

// processes is the battery: at least one case for each name of [Processes].
func processes() map[string][]Process {
	const h = sim.Hour
	gamma := must(rng.Gamma(0.1, 2))
	day := must(Diurnal(Day{Mean: 10, PeakToMean: 3, PeakAt: h}))
	var rows []sim.Time
	for i := range 30_000 {
		rows = append(rows, sim.Time(i/7)*sim.Second)
	}
	return map[string][]Process{
		"poisson":       {must(Poisson(must(Constant(10)))), must(Poisson(day)), must(Poisson(must(FromCounts(minutes(600, 0, 1200, 5)))))},
		"deterministic": {must(Deterministic(must(Constant(10)))), must(Deterministic(day))},
		"renewal":       {must(Renewal(gamma)), must(Renewal(must(rng.Fixed(0.1))))},
		"mmpp":          {must(MMPP(bursty, nil)), must(MMPP([]State{{3, sim.Second}, {0, sim.Second}, {40, sim.Minute}}, [][]float64{{0.1, 0.4, 0.5}, {0, 0, 1}, {0.7, 0.3, 0}}))},
		"trace": {
			must(Trace(Instants{At: rows, Speed: 1, Resolution: sim.Second})), must(Trace(Instants{At: rows, Speed: 0.5})),
			must(Counts(minutes(700, 0, 33, 1200))), must(Counts(Bins{Starts: []sim.Time{5, h}, Width: sim.Minute, Counts: []float64{10, 3}, Scale: 2.5})),
		},
	}
}

func eachProcess(t *testing.T, test func(t *testing.T, p Process)) {
	battery := processes()
	for _, d := range Processes() {
		if len(battery[d.Name]) == 0 {
			t.Errorf("%s: is not in the battery", d.Name)
		}
		for i, p := range battery[d.Name] {
			t.Run(fmt.Sprintf("%s/%d", d.Name, i), func(t *testing.T) { test(t, p) })
		}
	}
}

// until counts the arrivals before a horizon.
func until(s Source, horizon sim.Time) int {
	n := 0
	for at, ok := s.Next(); ok && at < horizon; at, ok = s.Next() {
		n++
	}
	return n
}

func TestInstantsNeverDecreaseAndAreReproducible(t *testing.T) {
	eachProcess(t, func(t *testing.T, p Process) {
		a, b := p.Start(rng.New(testSeed, 0, "a")), p.Start(rng.New(testSeed, 0, "a"))
		last := sim.Time(0)
		for i := range 100_000 {
			at, ok := a.Next()
			again, okAgain := b.Next()
			if at != again || ok != okAgain {
				t.Fatalf("arrival %d: got %v, %v and %v, %v from the same stream", i, at, ok, again, okAgain)
			}
			if !ok {
				for range 3 {
					if at, ok := a.Next(); ok {
						t.Fatalf("arrival %d: got %v after the end", i, at)
					}
				}
				break
			}
			if at < last || at >= sim.Horizon {
				t.Fatalf("arrival %d: got %v after %v", i, at, last)
			}
			last = at
		}
	})
}

// Five standard errors of a process whose dispersion is at most that of the
// bursty one, measured here over replications.
func TestMeanIsTheMeanNumberOfArrivals(t *testing.T) {
	const horizon, n = 70 * sim.Minute, 40
	eachProcess(t, func(t *testing.T, p Process) {
		sum, squares := 0.0, 0.0
		for i := range n {
			c := float64(until(p.Start(rng.New(testSeed, i, "mean")), horizon))
			sum += c
			squares += c * c
		}
		mean := sum / n
		sd := math.Sqrt(max(0, squares/n-mean*mean))
		want := p.Mean(horizon) * horizon.Seconds()
		if band := 5*sd/math.Sqrt(n) + 1; math.Abs(mean-want) > band {
			t.Errorf("got %v arrivals, want %v ± %v (seed %d)", mean, want, band, testSeed)
		}
	})
}

func TestNextDoesNotAllocate(t *testing.T) {
	eachProcess(t, func(t *testing.T, p Process) {
		s := p.Start(rng.New(testSeed, 0, "a"))
		if got := testing.AllocsPerRun(1000, func() { s.Next() }); got != 0 {
			t.Errorf("got %v allocations, want 0", got)
		}
	})
}

// Counts in disjoint windows of a Poisson process have the area of its rate as
// mean and as variance.
func TestPoissonCountsHaveTheMeanAndVarianceOfTheArea(t *testing.T) {
	const n = 3000
	for _, c := range rates() {
		p := must(Poisson(c.rate))
		windows := []sim.Time{0, 5 * sim.Second, 25 * sim.Second, 2 * sim.Minute}
		for w := 1; w < len(windows); w++ {
			area := c.rate.Cumulative(windows[w]) - c.rate.Cumulative(windows[w-1])
			sum, squares := 0.0, 0.0
			for i := range n {
				s := p.Start(rng.New(testSeed, i, c.name))
				count := 0
				for at, ok := s.Next(); ok && at < windows[w]; at, ok = s.Next() {
					if at >= windows[w-1] {
						count++
					}
				}
				sum += float64(count)
				squares += (float64(count) - area) * (float64(count) - area)
			}
			if band := 5*math.Sqrt(area/n) + 1e-9; math.Abs(sum/n-area) > band {
				t.Errorf("%s: window %d: mean: got %v, want %v ± %v (seed %d)", c.name, w, sum/n, area, band, testSeed)
			}
			// Var of (N-λ)² is λ+2λ².
			if band := 5*math.Sqrt((area+2*area*area)/n) + 1e-9; math.Abs(squares/n-area) > band {
				t.Errorf("%s: window %d: variance: got %v, want %v ± %v (seed %d)", c.name, w, squares/n, area, band, testSeed)
			}
		}
	}
}

// Twice the rate is the same arrivals in half the time.
func TestPoissonIsATimeChange(t *testing.T) {
	slow := must(Poisson(must(Constant(50)))).Start(rng.New(testSeed, 0, "a"))
	fast := must(Poisson(must(Constant(100)))).Start(rng.New(testSeed, 0, "a"))
	for i := range 10_000 {
		a, _ := slow.Next()
		b, _ := fast.Next()
		if d := a - 2*b; d < -2 || d > 2 {
			t.Fatalf("arrival %d: got %v and %v", i, a, b)
		}
	}
}

// The source of a constant rate is the fast twin of the one that walks.
func TestSteadySourceAgreesWithTheWalkingOne(t *testing.T) {
	rate := must(Constant(123))
	fast := must(Poisson(rate)).Start(rng.New(testSeed, 0, "a"))
	slow := &poissonSource{stream: rng.New(testSeed, 0, "a"), cursor: newCursor(rate)}
	for i := range 1_000_000 {
		a, _ := fast.Next()
		b, _ := slow.Next()
		if d := a - b; d < -2 || d > 2 {
			t.Fatalf("arrival %d: got %v and %v", i, a, b)
		}
	}
}

// A steady source that is stepped is one whose clock is moved gap by gap, to the horizon and after it.
func TestSteadyStepsAsItsClockIsMoved(t *testing.T) {
	for _, perSecond := range []float64{1e9, 123, 1e-6} {
		s, draws, steps, c := newSteady(rng.New(testSeed, 0, "a"), perSecond), rng.New(testSeed, 0, "a"), 0, clock{}
		for i := range 100_000 {
			gap := 1 / perSecond
			want, more := c.advance(gap * draws.Exponential())
			at, ok := sim.Never, true
			if s.Ready() {
				at = s.Step()
				steps++
			} else {
				at, ok = s.Next()
			}
			if at != want || ok != more {
				t.Fatalf("%g/s: arrival %d: got %v, %t, want %v, %t", perSecond, i, at, ok, want, more)
			}
		}
		if steps < 200 {
			t.Errorf("%g/s: %d steps", perSecond, steps)
		}
	}
}

func TestDeterministicArrivalsAreEvenlySpaced(t *testing.T) {
	s := must(Deterministic(must(Steps([]Knot{{0, 10}, {sim.Second, 2}, {2 * sim.Second, 0}}, Tail{Stop: true})))).Start(rng.Stream{})
	var got []sim.Time
	for at, ok := s.Next(); ok; at, ok = s.Next() {
		got = append(got, at/sim.Millisecond)
	}
	want := []sim.Time{50, 150, 250, 350, 450, 550, 650, 750, 850, 950, 1250, 1750}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := until(must(Deterministic(must(Constant(1000./7)))).Start(rng.Stream{}), 7*sim.Day); got != 86_400_000 {
		t.Errorf("in 7 days at 1000/7 a second: got %d, want 86400000", got)
	}
}

// Fischer and Meier-Hellstern, "The Markov-modulated Poisson process cookbook"
// (1993): the variance of the count in a time t over its mean, two states.
func TestMMPPHasTheDispersionOfTheCookbook(t *testing.T) {
	const n, window = 20_000, 5 * sim.Second
	p := must(MMPP(bursty, nil))
	leave, back := 1/bursty[0].Sojourn.Seconds(), 1/bursty[1].Sojourn.Seconds()
	gap := bursty[0].PerSecond - bursty[1].PerSecond
	total, w := leave+back, window.Seconds()
	flow := bursty[0].PerSecond*back + bursty[1].PerSecond*leave
	want := 1 + 2*gap*gap*leave*back/(total*total*flow)*(1-(1-math.Exp(-total*w))/(total*w))
	sum, squares := 0.0, 0.0
	for i := range n {
		c := float64(until(p.Start(rng.New(testSeed, i, "dispersion")), window))
		sum += c
		squares += c * c
	}
	mean := sum / n
	got := (squares/n - mean*mean) / mean
	if math.Abs(got-want) > 0.05*want {
		t.Errorf("index of dispersion: got %v, want %v ± 5%% (seed %d)", got, want, testSeed)
	}
	if want := 24.0 * w; math.Abs(mean-want) > 0.03*want {
		t.Errorf("arrivals: got %v, want %v", mean, want)
	}
}

func TestCountsAreExactAndRoundedInSum(t *testing.T) {
	p := must(Counts(Bins{Starts: []sim.Time{0, 10, 20, 30}, Counts: []float64{3, 3, 3, 1}, Scale: 0.5}))
	s := p.Start(rng.Stream{})
	var got []sim.Time
	for at, ok := s.Next(); ok; at, ok = s.Next() {
		got = append(got, at)
	}
	// running totals 1.5, 3, 4.5, 5 round to 2, 3, 5, 5
	if want := []sim.Time{2, 7, 15, 22, 27}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestTraceSpreadsTiesAndNumbersRows(t *testing.T) {
	const s = sim.Second
	p := must(Trace(Instants{At: []sim.Time{0, 4 * s, 4 * s, 4 * s, 4 * s, 6 * s, 6 * s, 9 * s}, Speed: 2, Resolution: 3 * s}))
	source := p.Start(rng.Stream{}).(Traced)
	want := []sim.Time{0, 2000, 2250, 2500, 2750, 3000, 3750, 4500} // at half time; 4 s has but 2 s to the next
	for i, w := range want {
		at, ok := source.Next()
		if !ok || at != w*sim.Millisecond || source.Row() != i {
			t.Errorf("row %d: got %v, %v, row %d; want %vms", i, at, ok, source.Row(), int64(w))
		}
	}
	if at, ok := source.Next(); ok {
		t.Errorf("got %v after the last row", at)
	}
}

func TestExtremeRatesDoNotHang(t *testing.T) {
	rare := must(Steps([]Knot{{0, 1e-300}}, Tail{Period: 1}))
	for name, p := range map[string]Process{
		"rare, short period": must(Poisson(rare)),
		"a needle a year":    must(Poisson(must(Steps([]Knot{{0, 0}, {364 * sim.Day, 1e-3}}, Tail{Period: 365 * sim.Day})))),
		"one a nanosecond":   must(Poisson(must(Constant(1e9)))),
		"ended":              must(Poisson(must(Ramp(1, 0, 1)))),
		"slow renewal":       must(Renewal(must(rng.Exponential(1e9)))),
		"fast renewal":       must(Renewal(must(rng.Exponential(1e-9)))),
		"fast switches":      must(MMPP([]State{{1, 1 * sim.Second}, {0, 100 * sim.Microsecond}}, nil)),
	} {
		s := p.Start(rng.New(testSeed, 0, name))
		last := sim.Time(0)
		for range 10_000 {
			at, ok := s.Next()
			if !ok {
				break
			}
			if at < last || at >= sim.Horizon {
				t.Fatalf("%s: got %v after %v", name, at, last)
			}
			last = at
		}
	}
}

func TestProcessesRefuseNonsense(t *testing.T) {
	nan := math.NaN()
	one := []sim.Time{0}
	for name, err := range map[string]error{
		"no rate":         second(Poisson(nil)),
		"no rate, either": second(Deterministic(nil)),
		"no gap":          second(Renewal(nil)),
		"gap of 0":        second(Renewal(must(rng.Fixed(0)))),
		"infinite gap":    second(Renewal(must(rng.Pareto(0.9, 1)))),
		"no states":       second(MMPP(nil, nil)),
		"NaN state":       second(MMPP([]State{{nan, 1}}, nil)),
		"no sojourn":      second(MMPP([]State{{1, 0}}, nil)),
		"silent states":   second(MMPP([]State{{0, sim.Second}, {0, sim.Second}}, nil)),
		"restless":        second(MMPP([]State{{1, 1}, {1, 1}}, nil)),
		"few rows":        second(MMPP(bursty, [][]float64{{0, 1}})),
		"short row":       second(MMPP(bursty, [][]float64{{0, 1}, {1}})),
		"NaN probability": second(MMPP(bursty, [][]float64{{nan, 1}, {1, 0}})),
		"not summing":     second(MMPP(bursty, [][]float64{{0.5, 0.4}, {1, 0}})),
		"absorbing":       second(MMPP(bursty, [][]float64{{0, 1}, {0, 1}})),
		"empty trace":     second(Trace(Instants{Speed: 1})),
		"no speed":        second(Trace(Instants{At: one})),
		"NaN speed":       second(Trace(Instants{At: one, Speed: nan})),
		"past":            second(Trace(Instants{At: []sim.Time{-1}, Speed: 1})),
		"unsorted":        second(Trace(Instants{At: []sim.Time{2, 1}, Speed: 1})),
		"resolution":      second(Trace(Instants{At: one, Speed: 1, Resolution: -1})),
		"scaled away":     second(Counts(Bins{Starts: []sim.Time{0, sim.Second}, Counts: []float64{1, 1}, Scale: 0.1})),
		"no bins":         second(Counts(Bins{Scale: 1})),
	} {
		if err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}

var sink sim.Time

func BenchmarkNext(b *testing.B) {
	for _, d := range Processes() {
		for i, p := range processes()[d.Name] {
			b.Run(fmt.Sprintf("%s/%d", d.Name, i), func(b *testing.B) {
				s := p.Start(rng.New(1, 0, "bench"))
				for b.Loop() {
					at, ok := s.Next()
					if !ok {
						s = p.Start(rng.New(1, 0, "bench"))
					}
					sink = at
				}
			})
		}
	}
}
