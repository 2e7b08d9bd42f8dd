package fluid

import (
	"math"
	"slices"
	"testing"

	"headroom/sim"
	"headroom/sim/rng"
)

// A window that begins while a line is only growing, or with the first step that is too much, begins with those who are there then, and not
// with the line that such a rate would have made for good.
func TestAuditBeginsWithWhoIsThere(t *testing.T) {
	loads := slices.Concat(repeated(0.3, 100), repeated(1.2, 8))
	a := noted(t, 1, repeated(2, len(loads)), loads)
	for _, first := range []int{100, 102} {
		w := &a.windows[0]
		*w = window{kind: w.kind, of: w.of, shape: w.shape, from: sim.Time(first) * sim.Second, to: sim.Time(first) * sim.Second}
		b := noted(t, 1, repeated(2, first), loads[:first])
		w.begins, w.past = b.before[b.windows[0].of], b.windows[0].of.cohort.past
		c := *b.windows[0].of.cohort
		c.Advance(NewLaws(), Arrivals{Length: sim.Second, Expected: 1.2 * 80, Patience: sim.Never})
		w.extend(&step{of: w.of, at: w.to + sim.Second, m: momentOf(&c, Arrivals{Length: sim.Second, Expected: 1.2 * 80, Patience: sim.Never})})
		r := newReplay(w, rng.New(1, 0, "audit"))
		r.begin(w)
		if there, _ := r.inside(); math.Abs(there/2-w.begins.number) > 1+2*w.begins.number {
			t.Errorf("a window from the %d-th second begins with %v requests at each of 2 targets, which have %v", first, there/2, w.begins.number)
		}
	}
}

// Checks of targets with a line that takes longer than they wait fail, played and in rates; of calm ones none does.
func TestAuditPlaysChecks(t *testing.T) {
	check := []Check{{Alone: sim.Millisecond, Limit: 2 * sim.Second, Every: 5 * sim.Second}}
	for _, of := range []struct{ load, fails float64 }{{0.6, 0}, {1.5, 1}} {
		a := notedFor(t, 4, repeated(6, 200), repeated(of.load, 200), Arrivals{Patience: 10 * sim.Second, Checks: check})
		f := a.Play(rng.New(1, 0, "audit"))
		if f.Checks < 40 || math.Abs(f.All.Played.Checks-of.fails) > 0.02 || math.Abs(f.All.Rates.Checks-of.fails) > 0.02 {
			t.Errorf("of %d checks under a load of %v %v fail, and %v in rates, want %v", f.Checks, of.load, f.All.Played.Checks, f.All.Rates.Checks, of.fails)
		}
		if (f.Failing > 0.9) != (of.fails > 0.9) || (f.Failing == 0) != (of.fails == 0) {
			t.Errorf("%v of the requests under a load of %v came while checks failed", f.Failing, of.load)
		}
		for i := range a.windows { // rates that say the opposite are found out
			for k := range a.windows[i].moments {
				a.windows[i].moments[k].fails = 1 - of.fails
			}
		}
		f = a.Play(rng.New(1, 0, "audit"))
		if off := math.Abs(f.All.Rates.Checks - f.All.Played.Checks); off < 0.95 || off <= f.All.Chance.Checks {
			t.Errorf("checks under a load of %v that rates have the opposite of are %v ± %v off", of.load, off, f.All.Chance.Checks)
		}
	}
}

// Waits are those that are played, of who gives up in line and of who does not.
func TestAuditComparesWaits(t *testing.T) {
	for _, load := range []float64{0.8, 1.4} {
		f := notedFor(t, 6, repeated(6, 300), repeated(load, 300), Arrivals{Patience: 2 * sim.Second}).Play(rng.New(1, 0, "audit"))
		for name, of := range map[string][3]float64{
			"wait": {f.All.Rates.Wait, f.All.Played.Wait, f.All.Chance.Wait}, "share": {f.All.Rates.Waits, f.All.Played.Waits, f.All.Chance.Waits},
		} {
			if math.Abs(of[0]-of[1]) > of[2]+0.05*of[1] || of[1] == 0 {
				t.Errorf("load %v: %s is %v in rates, %v ± %v played", load, name, of[0], of[1], of[2])
			}
		}
	}
}

// A line of more than a million is not played: it would take all memory. Windows begin before there is one.
func TestAuditLeavesLinesOfMillions(t *testing.T) {
	a := noted(t, 4, repeated(2, 200), slices.Concat(repeated(0.8, 100), repeated(1e8, 100)))
	for i := range a.windows {
		if w := &a.windows[i]; w.begins.number*float64(w.shape.played()) > mostThere {
			t.Fatalf("window %d begins with %v requests at each of %d targets", i, w.begins.number, w.shape.played())
		}
	}
	if f := a.Play(rng.New(1, 0, "audit")); len(f.Windows) == 0 || f.Unseen[Overloaded] > 0 {
		t.Errorf("%d windows are played, and %v of the requests came in an overload that none shows", len(f.Windows), f.Unseen[Overloaded])
	}
}
