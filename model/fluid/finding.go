package fluid

import (
	"headroom/sim"
	"headroom/sim/rng"
)

// Finding is what a window showed.
type Finding struct {
	Kind     Kind
	Regime   Regime
	From, To sim.Time
	Requests int64
	Played   Shown // request by request
	Rates    Shown
	Chance   Shown // half-widths of their differences at 95 %; NaN: too few came
}

// Shown is what is compared.
type Shown struct {
	Mean, P50, P99 float64 // seconds, of those who were answered
	Refused        float64 // share of those who left
	Failed         float64 // the same, with those who gave up
	Busy           float64 // share of the servers' time
	Wait, Waits    float64 // seconds until they are served, of those who were, and which share of them waits at all
	Checks         float64 // share of health checks that fail
}

// Findings is what all windows showed, and each.
type Findings struct {
	All     Finding
	Windows []Finding
	Checks  int // health checks in them
	// Unseen is which share of the requests came in each regime that no window showed.
	Unseen [regimes]float64
	// Failing is which share of the requests came while health checks of their targets failed. Which targets are healthy
	// then, and so where the next requests go, is chance; windows play the checks and what fails, not what follows from it.
	Failing float64
	// The same of links that had more to carry than they can: stays are of their flows, Busy is what passed of what could.
	AllLinks    Finding
	Links       []Finding
	UnseenLinks float64
}

// Play plays the windows, with the arrivals, demands and choices of a stream.
func (a *Audit) Play(stream rng.Stream) *Findings {
	f := &Findings{}
	var all replay
	play := func(w *window, stream rng.Stream) {
		if len(w.moments) == 0 {
			return
		}
		r := newReplay(w, stream)
		if r.play(w); r.came == 0 {
			return
		}
		f.Windows = append(f.Windows, r.finding(w))
		a.sees(w)
		all.add(&r.compared)
		all.checks.add(&r.checks)
	}
	for i := range a.windows {
		play(&a.windows[i], stream.Fork(uint64(i)))
	}
	for i := range a.spare {
		if !a.regimes[i].played {
			play(&a.spare[i], stream.Fork(spareStreams+uint64(i)))
		}
	}
	if all.came > 0 {
		f.All = all.finding(&window{})
		f.Checks = all.checks.all()
	}
	a.playLinks(f, stream.Fork(linkStreams))
	sum := 0.0
	for i := range a.regimes {
		sum += a.regimes[i].requests
	}
	f.Failing = a.failing / max(sum, 1)
	for i := range a.regimes {
		if of := &a.regimes[i]; !of.played && of.requests > 0 {
			f.Unseen[i] = of.requests / sum
		}
	}
	return f
}

// Where the streams of windows of links begin, and of those of regimes that others do not show.
const (
	linkStreams  = 1 << 20
	spareStreams = 1 << 19
)

// sees notes what a window has shown.
func (a *Audit) sees(w *window) {
	at := w.from
	for i := range w.moments {
		at += w.moments[i].length
		a.regimes[w.moments[i].regime(at)].played = true
	}
}

// finding says what was shown.
func (r *replay) finding(w *window) Finding {
	f := r.compared.finding(Finding{Kind: w.kind, From: w.from, To: w.to}, 0)
	f.Played.Checks, f.Rates.Checks, f.Chance.Checks = r.checks.shown()
	at := w.from
	for i := range w.moments { // a window is of the most telling that it has
		at += w.moments[i].length
		if of := w.moments[i].regime(at); of == Overloaded || f.Regime == Steady {
			f.Regime = of
		}
	}
	return f
}
