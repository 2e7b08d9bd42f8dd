package fluid

import (
	"slices"

	"headroom/sim"
	"headroom/sim/fluid"
	"headroom/sim/rng"
)

// LinkStep is a step of the links of targets, one each, of one direction and to one place.
type LinkStep struct {
	Crowd   *Crowd // that has played it; nil: all have what they want
	At      sim.Time
	Length  sim.Time
	Fits    float64 // flows that fill it which are alone
	Flows   float64 // that begin at all targets
	Targets int
	Rule    fluid.Rule // by which flows come to targets
}

// linkAudit is the windows of links: in each slot of the run one begins with the second step of a crowd, as when
// burst credits have just gone, or, in turn, after a step with no less than half of the most flows. Its flows are played to the byte, from
// those that the crowd has by when each came.
type linkAudit struct {
	windows    []linkWindow
	all, short float64 // flows that began: in the run, and while links had more to carry than they can
	seen       bool
}

// linkWindow is the steps of a crowd that are to be played.
type linkWindow struct {
	of      *Crowd
	begins  *Crowd // as it was
	targets int
	rule    fluid.Rule
	score   float64
	from    sim.Time
	to      sim.Time
	came    float64
	moments []linkMoment
}

// linkMoment is a step of it.
type linkMoment struct {
	seconds, fits float64
	short         bool
	kinds         []linkKind
}

// linkKind is flows of a kind in a step, at each target, and what rates say became of them.
type linkKind struct {
	size                  rng.Distribution
	came, patience        float64
	finishes              bool
	done, dropped, passed float64
	stay                  rng.Distribution
}

// NoteLink takes a step of links.
func (a *Audit) NoteLink(s LinkStep) {
	if s.At < a.from || s.Length <= 0 || s.Targets == 0 {
		return
	}
	l := &a.links
	l.all += s.Flows
	if s.Crowd == nil {
		return
	}
	if l.windows == nil {
		l.windows = make([]linkWindow, len(a.windows))
	}
	if s.Crowd.Short {
		l.short += s.Flows
	}
	c := s.Crowd
	before, known := c.left, c.noted
	after, was := c.held(), 0.0
	for i := range c.Kinds {
		k := &c.Kinds[i]
		was += k.Held + k.Ended - k.Came
	}
	c.left, c.noted = after, true
	i := min(int((s.At-a.from)/a.slot), len(l.windows)-1)
	w := &l.windows[i]
	if w.of == c && w.to == s.At-s.Length && near(was, before) { // else others have come with their flows, or some were sent away
		w.extend(&s)
	}
	score := after * boolean(c.Short)
	if i%2 == 0 {
		if score /= 4 * (1 + score); !known {
			score = 1
		}
	}
	if score > w.score*muchMore && after > 0 && after <= mostFlows {
		*w = linkWindow{of: c, begins: c.Clone(), targets: s.Targets, rule: s.Rule, score: score, from: s.At, to: s.At}
	}
}

// held is how many flows there are, with those that go on for nobody.
func (c *Crowd) held() (n float64) {
	for i := range c.Kinds {
		n += c.Kinds[i].Held
	}
	return n
}

// near reports whether two numbers of flows are the same.
func near(a, b float64) bool { return max(a, b)-min(a, b) <= 1e-6*max(a, b, 1) }

// muchMore is how many times the flows of a window another one has that takes its place.
const muchMore = 2

// mostFlows is how many flows there may be at the targets of a window when it begins.
const mostFlows = 60_000

// longestOfLinks is that of a window: flows that are slow are few.
const longestOfLinks = sim.Hour

// extend takes the next step of a window that is not complete.
func (w *linkWindow) extend(s *LinkStep) {
	if w.came >= enoughRequests || w.to-w.from >= longestOfLinks || s.Targets != w.targets {
		return
	}
	w.to = s.At
	m := linkMoment{seconds: s.Length.Seconds(), fits: s.Fits, short: s.Crowd.Short}
	m.kinds = kindsOf(s.Crowd)
	for i := range m.kinds {
		w.came += m.kinds[i].came * float64(w.played())
	}
	w.moments = append(w.moments, m)
}

// kindsOf is the flows of a crowd in a step, and what it says became of them.
func kindsOf(c *Crowd) (kinds []linkKind) {
	for i := range c.Kinds {
		k := &c.Kinds[i]
		kinds = append(kinds, linkKind{
			size: k.Size, came: k.Came, patience: k.Patience, finishes: k.Finishes, done: k.Done, dropped: k.Dropped,
			passed: k.Passed, stay: k.Stay,
		})
	}
	return kinds
}

// played is how many targets are.
func (w *linkWindow) played() int {
	n := min(w.targets, mostTargets)
	if each := w.begins.held(); each > 0 {
		n = min(n, int(mostFlows/each))
	}
	return max(1, n)
}

// playLinks plays the windows of links.
func (a *Audit) playLinks(f *Findings, stream rng.Stream) {
	l := &a.links
	var all linkReplay
	for i := range l.windows {
		w := &l.windows[i]
		if len(w.moments) == 0 {
			continue
		}
		r := newLinkReplay(w, stream.Fork(uint64(i)))
		r.play(w)
		f.Links = append(f.Links, r.finding(w))
		all.add(&r.compared)
		l.seen = l.seen || slices.ContainsFunc(w.moments, func(m linkMoment) bool { return m.short })
	}
	if len(f.Links) > 0 {
		f.AllLinks = all.finding(&linkWindow{})
	}
	if l.short > 0 && !l.seen {
		f.UnseenLinks = l.short / l.all
	}
}
