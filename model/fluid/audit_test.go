package fluid

import (
	"math"
	"slices"
	"testing"

	"headroom/sim"
	"headroom/sim/fluid"
	"headroom/sim/rng"
)

// noted returns an audit of steps of a second of a cohort of so many targets, each under
// the loads given.
func noted(t *testing.T, windows int, targets []int, loads []float64) *Audit {
	t.Helper()
	return notedFor(t, windows, targets, loads, Arrivals{Patience: sim.Never})
}

// notedFor is [noted] for clients that give up, maybe at targets which work on for them.
func notedFor(t *testing.T, windows int, targets []int, loads []float64, clients Arrivals) *Audit {
	t.Helper()
	demand, err := rng.Exponential(0.05)
	if err != nil {
		t.Fatal(err)
	}
	a := NewAudit(0, sim.Time(len(loads))*sim.Second, windows)
	c := &Cohort{Shape: Shape{Station: fluid.Station{Servers: 2, Demand: demand, Backlog: NoLimit}, Split: fluid.Split{Rule: fluid.LeastWaiting}, Sharing: clients.Patience == sim.Never}}
	if !c.Sharing {
		c.Places = c.Servers
	}
	laws := NewLaws()
	for i, load := range loads {
		c.Targets, c.Choices = targets[i], targets[i]
		came := Arrivals{Length: sim.Second, Expected: load * 40 * float64(c.Targets), Patience: clients.Patience, Retries: clients.Retries, Checks: clients.Checks}
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

// Where hardly anybody comes, as many as make a window's beginning would take longer than time is long.
func TestWindowsBeginWhereHardlyAnybodyComes(t *testing.T) {
	for _, load := range []float64{1e-3, 1e-6, 1e-7, 1e-8, 1e-9, 1e-12} {
		f := noted(t, 8, repeated(6, 400), repeated(load, 400)).Play(rng.New(1, 0, "audit"))
		if !(f.All.Played.Mean <= 0.1) { // 0 where nobody came
			t.Errorf("load %v: requests stay for %v s, want what they ask for, 0.05 s", load, f.All.Played.Mean)
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

// An overload is played from the line that the rates have there. Who shares servers with n others has
// 2/n of a second of them in one; with n growing by 12 a second from the 40th on, and exponential
// demands of 50 ms, who leaves after t of these seconds has been there for 3/16 t on average.
func TestAuditPlaysAnOverloadFromItsLine(t *testing.T) {
	loads := slices.Concat(repeated(0.5, 40), repeated(1.3, 60))
	f := noted(t, 10, repeated(6, 100), loads).Play(rng.New(1, 0, "audit"))
	overloaded := 0
	for _, w := range f.Windows {
		if w.From < 45*sim.Second {
			continue
		}
		overloaded++
		want := 3. / 16 * ((w.From+w.To).Seconds()/2 - 40)
		if math.Abs(w.Played.Mean/want-1) > 0.12 || w.Regime != Overloaded {
			t.Errorf("%v from %v to %v (regime %v): a mean of %v s, want %v", w.Kind, w.From, w.To, w.Regime, w.Played.Mean, want)
		}
		if math.Abs(w.Rates.Busy-1) > 0.01 || math.Abs(w.Played.Busy-1) > 0.01 {
			t.Errorf("%v from %v: busy for %v of the time in rates, %v played", w.Kind, w.From, w.Rates.Busy, w.Played.Busy)
		}
	}
	if overloaded < 4 || f.Unseen[Overloaded] != 0 {
		t.Errorf("%d windows of an overload, %v of it unseen", overloaded, f.Unseen[Overloaded])
	}
}

// Under a load that is too much for good as many give up as cannot be served, once the line is as
// long as they wait, which takes some two seconds of a window.
func TestAuditPlaysWhoGivesUp(t *testing.T) {
	const load = 1.4
	loads := slices.Concat(repeated(0.6, 20), repeated(load, 180))
	f := notedFor(t, 20, repeated(6, 200), loads, Arrivals{Patience: 2 * sim.Second}).Play(rng.New(1, 0, "audit"))
	seen := 0
	for _, w := range f.Windows {
		if w.From < 30*sim.Second || w.To-w.From < 8*sim.Second {
			continue
		}
		seen++
		if most := 1 - 1/load; w.Played.Failed < 0.7*most || w.Played.Failed > most+0.03 || w.Regime != Overloaded {
			t.Errorf("%v from %v (regime %v): %v fail, of at most %v", w.Kind, w.From, w.Regime, w.Played.Failed, most)
		}
		if math.Abs(w.Played.Busy-1) > 0.01 || w.Played.Mean > 2 || w.Played.Mean < 1.5 {
			t.Errorf("%v from %v: busy for %v of the time, a mean of %v s", w.Kind, w.From, w.Played.Busy, w.Played.Mean)
		}
	}
	if seen < 8 {
		t.Errorf("%d windows of the overload", seen)
	}
}

// Clients that try again keep targets down which work on for those who have left: rates that say
// nothing of it are found out.
func TestAuditFindsAStorm(t *testing.T) {
	loads := slices.Concat(repeated(0.6, 30), repeated(1.6, 30), repeated(0.7, 60))
	a := notedFor(t, 12, repeated(6, 120), loads, Arrivals{Patience: sim.Second, Retries: Retries{Attempts: 3, Backoff: sim.Second / 10}})
	for i := range a.windows {
		w := &a.windows[i]
		w.shape.Finishes = true
		for k := range w.moments {
			w.moments[k].late = 0
		}
	}
	f := a.Play(rng.New(1, 0, "audit"))
	if f.All.Rates.Failed != 0 || f.All.Played.Failed < 0.1 {
		t.Errorf("%v fail in rates, %v played", f.All.Rates.Failed, f.All.Played.Failed)
	}
}

// What no window shows is said.
func TestAuditSaysWhatItHasNotSeen(t *testing.T) {
	loads, targets := repeated(0.4, 500), repeated(4, 500)
	for i := 300; i < 350; i++ {
		loads[i] = 1.5
	}
	for i := 450; i < 500; i++ {
		targets[i], loads[i] = 5, 0.2
	}
	a := noted(t, 1, targets, loads) // one calm window, and one of each regime beside
	if f := a.Play(rng.New(1, 0, "audit")); len(f.Windows) != 3 || f.Windows[1].Regime != Overloaded || f.Windows[2].Regime != Rescaled || f.Unseen != [regimes]float64{} {
		t.Errorf("%+v leave unseen %v, want a window of each regime", f.Windows, f.Unseen)
	}
	a = noted(t, 1, targets, loads)
	a.spare = [regimes]window{}
	f := a.Play(rng.New(1, 0, "audit"))
	if f.Windows[0].Regime != Steady || f.Unseen[Steady] != 0 || f.Unseen[Overloaded] < 0.2 || f.Unseen[Rescaled] < 0.02 {
		t.Errorf("one window, of regime %v, leaves unseen %v", f.Windows[0].Regime, f.Unseen)
	}
}

// Where few come a window goes on until enough have, or for an hour; it ends where its targets become others.
func TestWindowsLastUntilEnoughHaveCome(t *testing.T) {
	const steps = 2000
	targets, loads := repeated(1, steps), repeated(0.2, steps) // of 8 a second
	for i := steps * 3 / 4; i < steps; i++ {
		targets[i], loads[i] = 2, 0.05
	}
	a := noted(t, 1, targets, loads)
	w := &a.windows[0]
	if want := sim.Time(steps * 3 / 4 * sim.Second); w.to != want || w.came < 7*0.9*want.Seconds() {
		t.Errorf("a window ends at %v with %v requests, want %v, where there is a target more", w.to, w.came, want)
	}
}

// What rates say has no chance in it, however few come: the law of all, and not of some.
func TestAuditRecordsTheWholeLaw(t *testing.T) {
	a := noted(t, 1, repeated(1, 300), repeated(0.05, 300)) // of 2 a second
	law := a.windows[0].moments[0].stay.Law
	f := a.Play(rng.New(1, 0, "audit"))
	for name, pair := range map[string][2]float64{"mean": {f.All.Rates.Mean, law.Mean()}, "p99": {f.All.Rates.P99, law.Quantile(0.99)}} {
		if math.Abs(pair[0]/pair[1]-1) > 0.01 {
			t.Errorf("%s of %d requests: %v is recorded, the law has %v", name, f.All.Requests, pair[0], pair[1])
		}
	}
}

// The interval of what chance explains holds what is right in nineteen of twenty audits, and hardly more: the law of a
// steady load is right to within much less than that.
func TestAuditKnowsItsChance(t *testing.T) {
	a := noted(t, 2, repeated(2, 200), repeated(0.6, 200))
	const audits = 100
	outside := map[string]int{}
	for seed := range uint64(audits) {
		f := a.Play(rng.New(seed, 0, "audit")).All
		for name, of := range map[string][3]float64{
			"mean": {f.Rates.Mean, f.Played.Mean, f.Chance.Mean}, "p50": {f.Rates.P50, f.Played.P50, f.Chance.P50},
			"p99": {f.Rates.P99, f.Played.P99, f.Chance.P99}, "busy": {f.Rates.Busy, f.Played.Busy, f.Chance.Busy},
		} {
			if !(math.Abs(of[0]-of[1]) <= of[2]) {
				outside[name]++
			}
		}
	}
	for _, name := range []string{"mean", "p50", "p99", "busy"} {
		if n := outside[name]; n < 1 || n > audits/8 {
			t.Errorf("%s: %d of %d audits are outside of their interval, want some %d", name, n, audits, audits/20)
		}
	}
}

// Two nodes know nothing of each other's turns: requests meet at targets more often than where one takes turns, and windows say so as rates do.
func TestWindowsHaveTheTurnsOfEachNode(t *testing.T) {
	demand, err := rng.Exponential(0.1)
	if err != nil {
		t.Fatal(err)
	}
	shown := func(nodes int) *Finding {
		a := NewAudit(0, 4000*sim.Second, 12)
		c := &Cohort{Targets: 4, Shape: Shape{
			Station: fluid.Station{Servers: 1, Places: 1, Demand: demand, Backlog: NoLimit}, Split: fluid.Split{Rule: fluid.InTurn, Nodes: nodes}, Choices: 4,
		}}
		laws := NewLaws()
		for i := range 4000 {
			came := Arrivals{Length: sim.Second, Expected: 16, Patience: sim.Never}
			c.Advance(laws, came)
			a.Note(c, sim.Time(i+1)*sim.Second, came)
		}
		return &a.Play(rng.New(1, 0, "audit")).All
	}
	one, two := shown(1), shown(2)
	for _, f := range []*Finding{one, two} {
		if got, want := f.Rates.Mean, f.Played.Mean; !(math.Abs(got/want-1) <= 0.03) {
			t.Errorf("rates say that requests stay for %v s, played %v", got, want)
		}
	}
	if !(two.Played.Mean >= 1.05*one.Played.Mean) {
		t.Errorf("by the turns of two nodes requests stay for %v s, by those of one for %v: want more", two.Played.Mean, one.Played.Mean)
	}
}
