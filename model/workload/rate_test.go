package workload

import (
	"math"
	"testing"

	"headroom/sim"
	"headroom/sim/rng"
)

const testSeed = 20260302

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func near(got, want, tolerance float64) bool {
	return math.Abs(got-want) <= tolerance*max(1, math.Abs(want))
}

type rateCase struct {
	name     string
	rate     *Rate
	at       sim.Time // where the cumulative rate is checked
	area     float64  // by hand
	mean, mx float64  // over a day
}

func rates() []rateCase {
	const h = sim.Hour
	return []rateCase{
		{"constant", must(Constant(3)), 7 * sim.Second, 21, 3, 3},
		{"steps held", must(Steps([]Knot{{0, 2}, {10 * sim.Second, 0}, {20 * sim.Second, 5}}, Tail{})), 26 * sim.Second, 50, (20 + 5*86380.) / 86400, 5},
		{"steps stopped", must(Steps([]Knot{{0, 2}, {10 * sim.Second, 0}}, Tail{Stop: true})), h, 20, 20. / 86400, 2},
		{"steps repeated", must(Steps([]Knot{{0, 1}, {2 * h, 3}}, Tail{Period: 3 * h})), 8*h + sim.Second, 3600*(5+5+2) + 3, 5. / 3, 3},
		{"ramp", must(Ramp(0, 10, 10*sim.Second)), 12 * sim.Second, 70, (50 + 10*86390.) / 86400, 10},
		{"ramp down", must(Ramp(10, 0, 10*sim.Second)), 5 * sim.Second, 37.5, 50. / 86400, 10},
		{"saw", must(Linear([]Knot{{0, 0}, {6 * h, 4}}, Tail{Period: 6 * h})), 9 * h, 2*21600 + 0.5*3*3600*2, 2, 4},
		{"diurnal", must(Diurnal(Day{Mean: 4, PeakToMean: 1.5, PeakAt: 20 * h})), 24 * h, 4 * 86400, 4, 6},
		{"diurnal peaked", must(Diurnal(Day{Mean: 4, PeakToMean: 5, PeakAt: 20 * h})), 48 * h, 8 * 86400, 4, 20},
		{"counts", must(FromCounts(Bins{Starts: []sim.Time{sim.Minute, 2 * sim.Minute, 4 * sim.Minute}, Width: sim.Minute, Counts: []float64{60, 0, 120}, Scale: 0.5})), 4*sim.Minute + 30*sim.Second, 60, 90. / 86400, 1},
	}
}

func TestCumulativeMeanAndMaxAreTheAreasByHand(t *testing.T) {
	for _, c := range rates() {
		if got := c.rate.Cumulative(c.at); !near(got, c.area, 1e-9) {
			t.Errorf("%s: Cumulative(%v): got %v, want %v", c.name, c.at, got, c.area)
		}
		if got := c.rate.Mean(sim.Day); !near(got, c.mean, 1e-9) {
			t.Errorf("%s: Mean(24h): got %v, want %v", c.name, got, c.mean)
		}
		if got := c.rate.Max(); !near(got, c.mx, 1e-4) {
			t.Errorf("%s: Max: got %v, want %v", c.name, got, c.mx)
		}
	}
}

// Instants are whole nanoseconds, so the area is known to the rate times one.
func TestCumulativeInvertsInverse(t *testing.T) {
	s := rng.New(testSeed, 0, "areas")
	for _, c := range rates() {
		total := c.rate.Cumulative(5 * sim.Day)
		for range 2000 {
			area := s.Uniform() * total
			at := c.rate.inverse(area)
			if got := c.rate.Cumulative(at); math.Abs(got-area) > 1e-9*max(area, c.mx) {
				t.Fatalf("%s: Cumulative(inverse(%v) = %v): got %v", c.name, area, at, got)
			}
		}
	}
}

// The cursor is the clever twin of inverse.
func TestCursorAgreesWithInverse(t *testing.T) {
	for _, c := range rates() {
		for _, scale := range []float64{0.01, 1, 3000, 1e6} {
			s := rng.New(testSeed, 0, "steps")
			cur := newCursor(c.rate)
			area := 0.0
			for range 3000 {
				step := scale * s.Exponential()
				area += step
				at, ok := cur.advance(step)
				want := c.rate.inverse(area)
				if ok != (want != sim.Never) {
					t.Fatalf("%s: area %v: cursor %v, %v; inverse %v", c.name, area, at, ok, want)
				}
				if !ok {
					break
				}
				if back := c.rate.Cumulative(at); math.Abs(back-area) > 1e-9*max(area, c.mx) {
					t.Fatalf("%s: after an area of %v: got %v, where it is %v; want %v", c.name, area, at, back, want)
				}
			}
		}
	}
}

func TestDiurnalPeaksWhereAskedAndNeverIsNegative(t *testing.T) {
	for _, peak := range []float64{1, 1.3, 2, 2.0001, 2.5, 10, 100} {
		r := must(Diurnal(Day{Mean: 7, PeakToMean: peak, PeakAt: 20 * sim.Hour}))
		if got := r.Mean(sim.Day); !near(got, 7, 1e-9) {
			t.Errorf("peak %v: mean: got %v, want 7", peak, got)
		}
		if got := r.Max(); !near(got, 7*peak, 1e-6) {
			t.Errorf("peak %v: max: got %v, want %v", peak, got, 7*peak)
		}
		if got := r.pieces[1200].from; !near(got, 7*peak, 1e-6) {
			t.Errorf("peak %v: rate at 20:00: got %v, want %v", peak, got, 7*peak)
		}
		for _, p := range r.pieces {
			if p.from < 0 || p.from+p.slope*p.length < -1e-12 {
				t.Fatalf("peak %v: negative rate at %v", peak, p.start)
			}
		}
	}
}

func TestRatesRefuseNonsense(t *testing.T) {
	nan := math.NaN()
	for name, err := range map[string]error{
		"NaN":            second(Constant(nan)),
		"negative":       second(Constant(-1)),
		"zero":           second(Constant(0)),
		"infinite":       second(Constant(math.Inf(1))),
		"huge":           second(Constant(1e10)),
		"no knots":       second(Steps(nil, Tail{})),
		"late start":     second(Steps([]Knot{{1, 1}}, Tail{})),
		"unsorted":       second(Steps([]Knot{{0, 1}, {5, 1}, {4, 1}}, Tail{})),
		"equal times":    second(Linear([]Knot{{0, 1}, {5, 1}, {5, 2}}, Tail{})),
		"short period":   second(Steps([]Knot{{0, 1}, {5, 1}}, Tail{Period: 4})),
		"period at 0":    second(Steps([]Knot{{0, 1}}, Tail{Period: -1})),
		"stop at once":   second(Steps([]Knot{{0, 1}}, Tail{Stop: true})),
		"stop, repeat":   second(Steps([]Knot{{0, 1}}, Tail{Stop: true, Period: 9})),
		"far":            second(Steps([]Knot{{0, 1}, {sim.Horizon, 1}}, Tail{})),
		"no time":        second(Ramp(1, 2, 0)),
		"flat peak":      second(Diurnal(Day{Mean: 1, PeakToMean: 0.9})),
		"NaN peak":       second(Diurnal(Day{Mean: 1, PeakToMean: nan})),
		"sharp peak":     second(Diurnal(Day{Mean: 1, PeakToMean: 1e6})),
		"no mean":        second(Diurnal(Day{Mean: 0, PeakToMean: 2})),
		"huge mean":      second(Diurnal(Day{Mean: math.Inf(1), PeakToMean: 2})),
		"no bins":        second(FromCounts(Bins{Scale: 1})),
		"one bin":        second(FromCounts(Bins{Starts: []sim.Time{0}, Counts: []float64{1}, Scale: 1})),
		"scale":          second(FromCounts(Bins{Starts: []sim.Time{0, 9}, Counts: []float64{1, 1}})),
		"lengths":        second(FromCounts(Bins{Starts: []sim.Time{0, 9}, Counts: []float64{1}, Scale: 1})),
		"NaN count":      second(FromCounts(Bins{Starts: []sim.Time{0, 9}, Counts: []float64{1, nan}, Scale: 1})),
		"negative count": second(FromCounts(Bins{Starts: []sim.Time{0, 9}, Counts: []float64{1, -1}, Scale: 1})),
		"zero counts":    second(FromCounts(Bins{Starts: []sim.Time{0, 9}, Counts: []float64{0, 0}, Scale: 1})),
		"dense counts":   second(FromCounts(Bins{Starts: []sim.Time{0, 9}, Counts: []float64{0, 10}, Scale: 1})),
		"unsorted bins":  second(FromCounts(Bins{Starts: []sim.Time{1, math.MinInt64}, Counts: []float64{0, 1}, Scale: 1})),
		"overlapping":    second(FromCounts(Bins{Starts: []sim.Time{0, 9}, Width: 10, Counts: []float64{0, 1}, Scale: 1})),
	} {
		if err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}

func second[T any](_ T, err error) error { return err }
