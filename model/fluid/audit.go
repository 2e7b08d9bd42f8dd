package fluid

import (
	"math"

	"headroom/sim"
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
	before  map[*Cohort]moment
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
	Uneven            // beside targets that are slow or closed, which no window plays
	regimes
)

// regime is how much of a run is in one, and whether a window has shown it.
type regime struct {
	requests float64
	played   bool
}

// afterChange is how long after a change of capacity its steps are [Rescaled].
const afterChange = 30 * sim.Second

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
}

// Retries is how clients try again.
type Retries struct {
	Attempts int // after the first
	Backoff  sim.Time
}

// regime is that of a step that ends at an instant.
func (m *moment) regime(at sim.Time) Regime {
	switch {
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
	a := &Audit{from: from, slot: max(1, (to-from)/sim.Time(windows)), windows: make([]window, windows), before: map[*Cohort]moment{}}
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
	before, known := a.before[c]
	m := momentOf(c, came)
	if known {
		m.busy = max(0, c.Busy-before.done-came.Other)
	}
	if m.changed = before.changed; known && m.targets != before.targets {
		m.changed = at - came.Length
	}
	a.before[c] = m
	if at < a.from || m.each <= 0 || c.Played {
		return
	}
	if came.Uneven {
		a.regimes[Uneven].requests += came.Expected
		return
	}
	a.regimes[m.regime(at)].requests += came.Expected
	if m.regime(at) == Overloaded && c.checksFail(came.Checks) > mostFailing {
		a.failing += came.Expected
	}
	slot := min(int((at-a.from)/a.slot), len(a.windows)-1)
	w := &a.windows[slot]
	if slot > 0 { // which may go on
		a.windows[slot-1].extend(c, at, m)
	}
	w.extend(c, at, m)
	playable := before.number*float64(c.played()) <= mostThere
	if score := w.kind.of(m, before, known); playable && score > w.score {
		w.begin(c, at, m, came.Checks)
		w.begins, w.score = before, score
		w.extend(c, at, m)
	}
	s := &a.spare[m.regime(at)]
	s.extend(c, at, m)
	if score := m.number * float64(m.targets); playable && known && score > s.score*muchMore {
		s.kind = [...]Kind{Steady: Calm, Overloaded: Loaded, Rescaled: Changed}[m.regime(at)]
		s.begin(c, at, m, came.Checks)
		s.begins, s.score = before, score
		s.extend(c, at, m)
	}
}

// mostThere is how many requests are played at once, of those who are at targets or come there in a step.
const mostThere = 1_000_000

// played is how many targets are played.
func (s *Shape) played() int { return max(1, min(s.Choices, mostTargets)) }

// begin has a window begin with a step of a cohort that ends at an instant.
func (w *window) begin(c *Cohort, at sim.Time, m moment, checks []Check) {
	*w = window{kind: w.kind, of: c, shape: c.Shape, from: at - m.length, to: at - m.length, checks: checks}
	if w.past = c.past; c.came.seconds > 0 {
		w.past.forget()
	}
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
func (w *window) extend(c *Cohort, at sim.Time, m moment) {
	if w.of != c || w.to != at-m.length || w.came >= enoughRequests || w.to-w.from >= longestWindow || !w.shape.alike(&c.Shape) {
		return
	}
	w.to = at
	m.waits, m.wait = c.Waits()
	m.began, m.fails = c.Began(m.stay.Limit, m.late), c.checksFail(w.checks)
	w.came += m.each * m.length.Seconds() * float64(min(w.shape.Choices, mostTargets))
	w.moments = append(w.moments, m)
}

// alike reports whether targets are as they were, and are asked for the same.
func (s *Shape) alike(o *Shape) bool {
	return s.Station == o.Station && s.Split == o.Split && s.Choices == o.Choices && math.Abs(o.scale()/s.scale()-1) < sameScale
}

// sameScale is by how much requests may ask for more or less than those with which a window began.
const sameScale = 0.02
