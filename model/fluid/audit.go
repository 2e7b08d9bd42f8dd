package fluid

import (
	"math"

	"headroom/sim"
	"headroom/sim/fluid"
)

// Audit chooses windows of a run while its steps are played, and plays their requests one by one
// when it is over, from the state that the rates have there: the line with it, and for how long
// each in it has waited. The run is cut into as many slots of the same length; in turn the
// calmest, the steepest and the most loaded step of a slot begins its window, and the first after a change of
// capacity.
type Audit struct {
	from    sim.Time
	slot    sim.Time
	windows []window
	before  map[subject]moment
	regimes [regimes]regime
	failing float64         // requests that came while health checks of their targets failed
	spare   [regimes]window // with the most requests there of each, to be played if no other window shows it
	links   linkAudit
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

// Regime is what a run may show in some of its steps and not in others, and windows that show one
// say nothing of another.
type Regime uint8

// Regimes.
const (
	Steady     Regime = iota
	Overloaded        // targets have more than they can serve, or clients give up
	Rescaled          // shortly after a change of capacity
	Uneven            // among targets that are not alike
	regimes
)

// regime is how much of a run is in one, and whether a window has shown it.
type regime struct {
	requests float64
	played   bool
}

// afterChange is how long after a change of capacity its steps are [Rescaled].
const afterChange = 30 * sim.Second

// subject is whose steps a window is of: targets that are alike, or some that are not.
type subject struct {
	cohort   *Cohort
	together *Together
}

// window is the steps of a subject that are to be played.
type window struct {
	kind    Kind
	of      subject
	shape   Shape
	members []member // that are not alike; nil: all are of the shape
	score   float64
	from    sim.Time
	to      sim.Time
	came    float64
	moments []moment
	checks  []Check
	begins  moment // the step before
	past    past   // of its line then
}

// moment is a step of a cohort.
type moment struct {
	stay    Stay
	length  sim.Time
	each    float64 // requests a second to each target
	again   float64 // share of these that have been tried before
	number  float64
	awaited float64 // of these, those for whom a client waits
	line    float64
	refused float64
	late    float64 // share of those who left that clients had not waited for
	busy    float64 // work of each target for requests, ns of one server
	done    float64 // of it so far, with what is not for requests
	targets int
	changed sim.Time // when the number of targets last did
	retries Retries
	waits   float64  // share of those who begin to be served that waited
	wait    sim.Time // of these
	began   float64  // of those who left, the share that had begun
	fails   float64  // share of health checks
	uneven  bool
}

// step is a step of a subject that ends at an instant.
type step struct {
	of       subject
	at       sim.Time
	m        moment
	checks   []Check
	playable bool
}

// Retries is how clients try again.
type Retries struct {
	Attempts int // after the first
	Backoff  sim.Time
}

// regime is that of a step that ends at an instant.
func (m *moment) regime(at sim.Time) Regime {
	switch {
	case m.uneven:
		return Uneven
	case m.line > 0 || m.late > overloadedLate || m.refused > overloadedLate:
		return Overloaded
	case m.changed > 0 && at-m.changed <= afterChange:
		return Rescaled
	}
	return Steady
}

// overloadedLate is the share of requests that are given up or refused from where on a target is
// overloaded.
const overloadedLate = 0.01

// mostFailing is the share of health checks from which on it is chance which targets are healthy.
const mostFailing = 0.01

// Bounds of a window, in requests to all targets and in time: where few come it takes long until they say something.
const (
	enoughRequests = 12_000
	longestWindow  = sim.Hour
)

// NewAudit returns an audit of a part of a run by so many windows.
func NewAudit(from, to sim.Time, windows int) *Audit {
	a := &Audit{from: from, slot: max(1, (to-from)/sim.Time(windows)), windows: make([]window, windows), before: map[subject]moment{}}
	for i := range a.windows {
		a.windows[i] = window{kind: Kind(i % int(kinds)), score: math.Inf(-1)}
	}
	return a
}

// Note takes a step of a cohort that ends at an instant.
func (a *Audit) Note(c *Cohort, at sim.Time, came Arrivals) {
	if c.Law == nil || c.Targets == 0 || came.Length <= 0 || c.calmed > mostCalmed {
		return
	}
	of := subject{cohort: c}
	before, known := a.before[of]
	m := momentOf(c, came)
	if known {
		m.busy = max(0, c.Busy-before.done-came.Other)
	}
	if m.changed = before.changed; known && m.targets != before.targets {
		m.changed = at - came.Length
	}
	a.before[of] = m
	if at < a.from || m.each <= 0 || c.Played {
		return
	}
	if m.regime(at) == Overloaded && c.checksFail(came.Checks) > mostFailing {
		a.failing += came.Expected
	}
	a.take(step{of: of, at: at, m: m, checks: came.Checks, playable: before.number*float64(c.played()) <= mostThere}, before, known)
}

// take has a step begin windows, or go on with them, for which what was before it is known or not.
func (a *Audit) take(s step, before moment, known bool) {
	of := s.m.regime(s.at)
	a.regimes[of].requests += s.m.each * float64(s.m.targets) * s.m.length.Seconds()
	slot := min(int((s.at-a.from)/a.slot), len(a.windows)-1)
	w := &a.windows[slot]
	if slot > 0 { // which may go on
		a.windows[slot-1].extend(&s)
	}
	w.extend(&s)
	if score := w.kind.of(s.m, before, known); s.playable && score > w.score {
		w.begin(&s, before, score)
	}
	spare := &a.spare[of]
	spare.extend(&s)
	if score := s.m.number * float64(s.m.targets); s.playable && known && score > spare.score*muchMore {
		spare.kind = [...]Kind{Steady: Calm, Overloaded: Loaded, Rescaled: Changed, Uneven: Loaded}[of]
		spare.begin(&s, before, score)
	}
}

// mostThere is how many requests are played at once, of those who are at targets or come there in a step.
const mostThere = 1_000_000

// played is how many targets are played.
func (s *Shape) played() int { return max(1, min(s.Choices, mostTargets)) }

// begin has a window begin with a step, before which there was what it was.
func (w *window) begin(s *step, before moment, score float64) {
	*w = window{kind: w.kind, of: s.of, from: s.at - s.m.length, to: s.at - s.m.length, checks: s.checks, begins: before, score: score}
	if c := s.of.cohort; c != nil {
		w.shape = c.Shape
		if w.past = c.past; c.came.seconds > 0 {
			w.past.forget()
		}
	} else {
		w.members = s.of.together.before()
		w.shape.Rule, w.shape.Nodes, w.shape.Choices = fluid.LeastWaiting, s.of.together.Nodes, s.m.targets
	}
	w.extend(s)
}

// mostCalmed is the share of the variance of numbers that clients take who wait for an answer from which on no window
// is drawn: there are no clients in it.
const mostCalmed = 0.01

// momentOf is a step of a cohort by what it shows.
func momentOf(c *Cohort, came Arrivals) moment {
	m := moment{
		stay: Stay{Law: c.Law, Limit: came.Patience}, length: came.Length, targets: c.Targets, done: c.Busy,
		each: came.Expected / float64(c.Targets) / came.Length.Seconds(), number: c.Number, awaited: c.Content / float64(c.Targets), line: c.Line, refused: c.Refused,
		late: c.Late(came.Patience), retries: came.Retries,
	}
	if came.Expected > 0 {
		m.again = min(1, came.Again/came.Expected)
	}
	return m
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

// extend takes the next step of a window that is not complete. It ends where its targets become others.
func (w *window) extend(s *step) {
	if w.of != s.of || w.to != s.at-s.m.length || w.came >= enoughRequests || w.to-w.from >= longestWindow || !w.asBefore(s) {
		return
	}
	w.to = s.at
	m := s.m
	if c := s.of.cohort; c != nil {
		m.waits, m.wait = c.Waits()
		m.began, m.fails = c.Began(m.stay.Limit, m.late), c.checksFail(w.checks)
	} else {
		m.stay.Law = s.of.together.law()
	}
	targets := w.shape.played()
	if w.members != nil {
		targets = m.targets
	}
	w.came += m.each * m.length.Seconds() * float64(targets)
	w.moments = append(w.moments, m)
}

// asBefore reports whether targets are as they were when the window began.
func (w *window) asBefore(s *step) bool {
	if c := s.of.cohort; c != nil {
		return w.shape.alike(&c.Shape)
	}
	return allAlike(w.members, s.of.together.are)
}

// alike reports whether targets are as they were, and are asked for the same.
func (s *Shape) alike(o *Shape) bool {
	return s.Station == o.Station && s.Split == o.Split && s.Choices == o.Choices && math.Abs(o.scale()/s.scale()-1) < sameScale
}

// sameScale is by how much requests may ask for more or less than those with which a window began.
const sameScale = 0.02
