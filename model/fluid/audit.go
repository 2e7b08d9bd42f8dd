package fluid

import (
	"math"

	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/stat"
)

// Audit chooses windows of a run while its steps are played, and plays their requests one by one
// when it is over. The run is cut into as many slots of the same length; in turn the
// calmest, the steepest and the most loaded step of a slot begins its window, and the first after a change of
// capacity.
type Audit struct {
	from    sim.Time
	slot    sim.Time
	windows []window
	before  map[*Cohort]moment
}

// Kind is what a window shows.
type Kind uint8

// Kinds of windows.
const (
	Calm Kind = iota
	Steep
	Loaded
	Changed
	kinds
)

// String returns the kind as people read it.
func (k Kind) String() string {
	return [...]string{"calm", "steep", "loaded", "after a change of capacity"}[k]
}

// window is the steps of a cohort that are to be played.
type window struct {
	kind    Kind
	of      *Cohort
	shape   Shape
	score   float64
	from    sim.Time
	to      sim.Time
	came    float64
	moments []moment
}

// moment is a step of a cohort.
type moment struct {
	stay    Stay
	length  sim.Time
	each    float64 // requests a second to each target
	number  float64
	line    float64
	refused float64
	targets int
}

// Bounds of a window, in requests to all targets and in time.
const (
	enoughRequests = 12_000
	longestWindow  = 30 * sim.Second
)

// NewAudit returns an audit of a part of a run by so many windows.
func NewAudit(from, to sim.Time, windows int) *Audit {
	a := &Audit{from: from, slot: max(1, (to-from)/sim.Time(windows)), windows: make([]window, windows), before: map[*Cohort]moment{}}
	for i := range a.windows {
		a.windows[i] = window{kind: Kind(i % int(kinds)), score: math.Inf(-1)}
	}
	return a
}

// Note takes a step of a cohort that ends at an instant.
func (a *Audit) Note(c *Cohort, at sim.Time, came Arrivals) {
	if c.Law == nil || c.Targets == 0 || c.tail > rare || came.Length <= 0 {
		return
	}
	m := moment{
		stay: Stay{Law: c.Law, Limit: sim.Never}, length: came.Length, targets: c.Targets,
		each: came.Expected / float64(c.Targets) / came.Length.Seconds(), number: c.Number, line: c.Line, refused: c.Refused,
	}
	before, known := a.before[c]
	a.before[c] = m
	if at < a.from || m.each <= 0 {
		return
	}
	w := &a.windows[min(int((at-a.from)/a.slot), len(a.windows)-1)]
	w.extend(c, at, m)
	if score := w.kind.of(m, before, known); score > w.score {
		*w = window{kind: w.kind, of: c, shape: c.Shape, score: score, from: at - came.Length, to: at - came.Length}
		w.extend(c, at, m)
	}
}

// of says how well a step shows a kind.
func (k Kind) of(m, before moment, known bool) float64 {
	weight := math.Log1p(m.each * float64(m.targets))
	if !known {
		return -1e6
	}
	jump := math.Abs(m.each-before.each) / max(m.each, before.each, 1e-12)
	switch k {
	case Steep:
		return weight * jump
	case Loaded:
		return m.number
	case Changed:
		if m.targets != before.targets {
			return weight
		}
		return -1 - jump
	}
	return weight * (1 - jump) * boolean(m.line == 0)
}

func boolean(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// extend takes the next step of a window that is not complete.
func (w *window) extend(c *Cohort, at sim.Time, m moment) {
	if w.of != c || w.to != at-m.length || w.came >= enoughRequests || w.to-w.from >= longestWindow {
		return
	}
	w.to = at
	w.came += m.each * m.length.Seconds() * float64(min(w.shape.Choices, mostTargets))
	w.moments = append(w.moments, m)
}

// Finding is what a window showed.
type Finding struct {
	Kind     Kind
	From, To sim.Time
	Requests int64
	Played   Shown // request by request
	Rates    Shown
}

// Shown is what is compared.
type Shown struct{ Mean, P50, P99, Refused float64 } // seconds, and a share

// Findings is what all windows showed, and each.
type Findings struct {
	All     Finding
	Windows []Finding
}

// Play plays the windows, with the arrivals, demands and choices of a stream.
func (a *Audit) Play(stream rng.Stream) *Findings {
	f := &Findings{}
	var all replay
	for i := range a.windows {
		w := &a.windows[i]
		if len(w.moments) == 0 {
			continue
		}
		r := newReplay(w, stream.Fork(uint64(i)))
		r.play(w)
		if r.played.Count() == 0 {
			continue
		}
		f.Windows = append(f.Windows, r.finding(w))
		all.played.Merge(&r.played)
		all.rates.Merge(&r.rates)
		all.came += r.came
		all.refused += r.refused
		all.expected += r.expected
	}
	if all.came > 0 {
		f.All = all.finding(&window{})
	}
	return f
}

// finding says what was shown.
func (r *replay) finding(w *window) Finding {
	shown := func(h *stat.Histogram, refused float64) Shown {
		return Shown{
			Mean: h.Mean() * 1e-9, P50: float64(h.Quantile(0.5)) * 1e-9, P99: float64(h.Quantile(0.99)) * 1e-9,
			Refused: refused / float64(r.came),
		}
	}
	return Finding{
		Kind: w.kind, From: w.from, To: w.to, Requests: r.came,
		Played: shown(&r.played, float64(r.refused)), Rates: shown(&r.rates, r.expected),
	}
}
