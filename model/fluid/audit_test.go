package fluid

import (
	"math"
	"testing"

	"headroom/sim"
	"headroom/sim/fluid"
	"headroom/sim/rng"
)

// noted returns an audit of steps of a second of a cohort of so many targets, each under
// the loads given.
func noted(t *testing.T, windows int, targets []int, loads []float64) *Audit {
	t.Helper()
	demand, err := rng.Exponential(0.05)
	if err != nil {
		t.Fatal(err)
	}
	a := NewAudit(0, sim.Time(len(loads))*sim.Second, windows)
	c := &Cohort{Shape: Shape{Station: fluid.Station{Servers: 2, Demand: demand, Backlog: NoLimit}, Split: fluid.Split{Rule: fluid.LeastWaiting}, Sharing: true}}
	laws := NewLaws()
	for i, load := range loads {
		c.Targets, c.Choices = targets[i], targets[i]
		came := Arrivals{Length: sim.Second, Expected: load * 40 * float64(c.Targets), Patience: sim.Never}
		c.Advance(laws, came)
		a.Note(c, sim.Time(i+1)*sim.Second, came)
	}
	return a
}

// repeated returns a value so many times.
func repeated[T any](v T, n int) []T {
	list := make([]T, n)
	for i := range list {
		list[i] = v
	}
	return list
}

func TestAuditAgreesWithASteadyLoad(t *testing.T) {
	f := noted(t, 8, repeated(6, 400), repeated(0.7, 400)).Play(rng.New(1, 0, "audit"))
	if len(f.Windows) != 8 {
		t.Fatalf("%d windows, want 8", len(f.Windows))
	}
	for name, pair := range map[string][2]float64{
		"mean": {f.All.Rates.Mean, f.All.Played.Mean}, "p50": {f.All.Rates.P50, f.All.Played.P50}, "p99": {f.All.Rates.P99, f.All.Played.P99},
	} {
		if math.Abs(pair[0]/pair[1]-1) > 0.04 {
			t.Errorf("%s: %v in rates, %v played, of %d", name, pair[0], pair[1], f.All.Requests)
		}
	}
}

// A law that is wrong is found out: rates that say half of what requests take.
func TestAuditFindsAWrongLaw(t *testing.T) {
	a := noted(t, 4, repeated(6, 100), repeated(0.7, 100))
	for i := range a.windows {
		for k := range a.windows[i].moments {
			a.windows[i].moments[k].stay.Law = a.windows[i].moments[k].stay.Law.Stretched(0.5)
		}
	}
	f := a.Play(rng.New(1, 0, "audit"))
	if ratio := f.All.Rates.Mean / f.All.Played.Mean; ratio > 0.6 {
		t.Errorf("rates of half the time are %v of what is played", ratio)
	}
}

// Windows begin where the run shows what they are to show.
func TestAuditChoosesItsWindows(t *testing.T) {
	loads, targets := repeated(0.4, 80), repeated(4, 80)
	loads[25] = 0.9 // of the second quarter, 20 to 40 s: the steepest
	for i := 50; i < 55; i++ {
		loads[i] = 1.5 // the third: the most loaded at the end of these
	}
	for i := 70; i < 80; i++ {
		targets[i] = 5 // the fourth
	}
	a := noted(t, 4, targets, loads)
	for i, want := range []struct{ from, to sim.Time }{{0, 20}, {25, 27}, {52, 56}, {70, 71}} {
		w := &a.windows[i]
		if w.from < want.from*sim.Second || w.from > want.to*sim.Second {
			t.Errorf("window %d (%v) begins at %v, want from %d s to %d s", i, w.kind, w.from, want.from, want.to)
		}
		if len(w.moments) == 0 || w.to-w.from > longestWindow {
			t.Errorf("window %d has %d steps, and lasts %v", i, len(w.moments), w.to-w.from)
		}
	}
}
