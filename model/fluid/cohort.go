package fluid

import (
	"maps"
	"slices"

	"headroom/sim"
	"headroom/sim/fluid"
	"headroom/sim/rng"
)

// NoLimit is a number of places without bound.
const NoLimit = fluid.NoLimit

// Shape is what targets that are alike serve requests with, and how those are divided among
// them.
type Shape struct {
	fluid.Station
	fluid.Split
	Choices  int     // targets that a load balancer chooses among, these with them
	Sharing  bool    // all in service share the servers
	Finishes bool    // they work on for clients that have left
	Scale    float64 // by how much requests ask for more than Demand says; 0: 1
}

// Ask is requests that ask for alike.
type Ask struct {
	Demand   rng.Distribution
	Part     float64  // of those who come
	Patience sim.Time // that their clients have; 0: as those of all
}

// Cohort is targets that are alike. Shape and Targets may be changed between steps.
//
// How many requests a target has follows from how many came and were served, by the
// pointwise stationary fluid flow approximation (Wang, Tipper and Banerjee 1996): a target
// with so many works as one does that has as many on average, for good. So a steady load has
// the law of its station. How much the numbers vary follows likewise: it takes time until they
// vary as much as for good. As long as they vary less (a line has just grown, or is worked
// off) a target is idle less often than for good, and a stay follows that much less
// from the law and that much more from the past of the mean number alone.
type Cohort struct {
	Shape
	Targets int
	Kinds   []Ask // of which Demand is the mixture, to within its Scale; nil: all ask for alike

	// Of the last step.
	Law     *fluid.Law // of the time at a target of those who left it; nil: nobody has been there
	Refused float64    // share of those who came
	Content float64    // requests at all targets at its end
	Delay   sim.Time   // that a line makes of it: those who leave came before the step
	Done    float64    // requests that each target was done with

	Number   float64 // requests at each target
	Variance float64 // of these
	Line     float64 // of these, beyond what the law of the highest load has
	Busy     float64 // work of each target so far, ns of one server

	Player *Player // plays requests where rates are not good enough; nil: nobody does
	Played bool    // the last step was

	laws      *fluid.Laws
	found     knownLaws
	past      past
	came      flow // of the last step that was worked out
	holdsNow  holdingNow
	settled   bool        // it changed nothing
	tail      float64     // share of the stays that were longer than clients wait
	gaveUp    float64     // share of those who left that gave up in line, beside these
	varies    float64     // share of the law of the load
	there     fluid.Means // for good at the number
	queue     float64     // seconds until a place is free, without chance
	able      float64     // requests that a target could serve a second
	left      float64     // that left it a second
	patience  float64     // seconds that clients had who leave no work behind; 0: any time
	pace      float64     // at which the number forgets what chance has brought, a second
	beside    shared
	crowded   float64    // share by which stays are longer for want of threads of the host
	calmed    float64    // share of the variance that clients take who wait for their answers
	mean      float64    // stay of those who do not give up
	lined     waits      // of those who were played
	seen      []seenKind // of each kind of those
	crowd     *Crowd     // nil: the law of the number holds
	walk      waitWalk
	abandoned float64 // share of the requests that nobody waits for
}

// Arrivals is what comes to a cohort in a step.
type Arrivals struct {
	Length   sim.Time
	Expected float64  // requests to all targets
	Patience sim.Time // that their clients have; [sim.Never]
	Other    float64  // work of each target beside them, ns of one server in this time
	Again    float64  // of Expected, those that have been tried before
	Retries  Retries  // of those who fail, where all try alike
	Came     float64  // requests that have come, where they may be played
	At       sim.Time // end of the step, where they may be
	Beside   Beside   // what targets share, whose host may have too few threads
	Checks   []Check  // of each target
	Fewer    float64  // by how many fewer come in a second for each that is there, where clients wait for their answers
}

// Laws keeps the laws of the stations of a run.
type Laws struct {
	known  map[stationKey]*fluid.Laws
	worth  map[rng.Distribution]*worth
	shared []rng.Distribution // demands, of which laws are looked up among those of others
	solved *fluid.Solved      // these; nil: none
}

type stationKey struct {
	fluid.Station
	fluid.Split
}

// NewLaws returns none.
func NewLaws() *Laws {
	return &Laws{known: map[stationKey]*fluid.Laws{}, worth: map[rng.Distribution]*worth{}}
}

// knownLaws is what laws a cohort had last.
type knownLaws struct {
	in    *Laws
	key   stationKey
	laws  *fluid.Laws
	worth *worth
}

// of returns the laws of a cohort's station. Their demand is a value or a pointer.
func (s *Laws) of(c *Cohort) *fluid.Laws {
	key := stationKey{c.Station, c.Split}
	if c.found.in == s && c.found.key == key {
		return c.found.laws
	}
	l := s.known[key]
	if l == nil {
		l = s.newLaws(key)
		if s.solved != nil && slices.Contains(s.shared, c.Demand) {
			l.Share(s.solved)
		}
		s.known[key] = l
	}
	c.found = knownLaws{in: s, key: key, laws: l}
	return l
}

// newLaws returns new laws, if those of all targets are known with what they know of the demand.
func (s *Laws) newLaws(key stationKey) *fluid.Laws {
	alike := key
	if alike.Among = nil; key.Among != nil && s.known[alike] != nil {
		return s.known[alike].Otherwise(key.Split)
	}
	return fluid.New(key.Station, key.Split)
}

// Fewest is [fluid.NewFewest], or [fluid.NewBriefly], of which nodes are looked up among those of others.
func (s *Laws) Fewest(kinds []fluid.Unequal, turns int, briefly bool) *fluid.Fewest {
	switch {
	case s.solved != nil:
		return s.solved.Fewest(kinds, turns, briefly)
	case briefly:
		return fluid.NewBriefly(kinds, turns)
	}
	return fluid.NewFewest(kinds, turns)
}

// Forget forgets the laws of targets that are not alike.
func (s *Laws) Forget(f *fluid.Fewest) {
	maps.DeleteFunc(s.known, func(key stationKey, _ *fluid.Laws) bool { return key.Among != nil && key.Among.Of(f) })
}

// Advance plays a step.
func (c *Cohort) Advance(laws *Laws, a Arrivals) {
	overloaded := c.Line > 0 || c.Refused > overloadedLate || c.gaveUp > overloadedLate || c.tail > overloadedLate
	c.Refused, c.gaveUp, c.Delay, c.Done, c.Played = 0, 0, 0, 0, false
	if c.Targets == 0 || a.Length <= 0 || c.Demand == nil {
		c.Content, c.Number, c.Variance, c.Line, c.past = 0, 0, 0, 0, past{}
		return
	}
	f := flow{laws: laws.of(c), choices: c.Choices, seconds: a.Length.Seconds(), fewer: a.Fewer}
	f.each = a.Expected / float64(c.Targets) / f.seconds
	other := a.Other / float64(a.Length)
	f.whole = f.laws.Capacity() / c.scale()
	f.able = f.whole * max(1-other/float64(c.Servers), 1e-6)
	if !c.Finishes && a.Patience != sim.Never {
		f.patience = max(a.Patience, 1).Seconds()
		if c.found.worth == nil {
			c.found.worth = laws.worthOf(c.Demand)
		}
		f.worth = c.found.worth
	}
	c.able, c.left, c.patience = f.able, 0, f.patience
	if c.Player != nil && c.Player.step(c, &f, &a, overloaded) {
		c.crowd = nil
		return
	}
	c.seen = nil
	if c.becomesCrowd(&f, &a) {
		if c.advanceCrowd(&f, &a); c.crowded > 0 {
			c.share(laws, &f, a.Beside)
		}
		return
	}
	before := c.Number
	if c.small(&f) {
		c.there = f.laws.Means(f.each/f.able, f.choices)
		c.Law = f.laws.Law(f.each/f.able, f.choices)
		c.Refused, c.Line, c.varies, c.mean = c.Law.Blocked(), 0, 1, c.Law.Mean()
		c.Number, c.Variance = c.there.Number*f.able/f.whole, c.there.Variance
	} else {
		c.follow(&f)
	}
	done := f.each*(1-c.Refused) - (c.Number-before)/f.seconds
	c.left = max(0, done)
	c.Done = c.left * f.seconds
	work := max(0, done) * c.worked(&f) / f.whole * float64(c.Servers)
	if c.gaveUp > 0 && !c.Finishes { // there is a line that clients leave
		work = f.able / f.whole * float64(c.Servers)
	}
	c.Busy += min(work*float64(a.Length)+a.Other, float64(c.Servers)*float64(a.Length))
	c.Content = c.Number * float64(c.Targets)
	c.abandon(&f, &a, before)
	if a.Beside.Load > 0 || c.crowded > 0 {
		c.share(laws, &f, a.Beside)
	}
}

// Resume goes on with so many requests at each target, that are there for other reasons than those of a cohort.
func (c *Cohort) Resume(number float64) {
	c.Number, c.Variance, c.Content = number, number, number*float64(c.Targets)
	c.Line, c.tail, c.gaveUp, c.Refused, c.Delay, c.past, c.settled, c.Law = 0, 0, 0, 0, 0, past{}, false, nil
	c.crowd, c.seen, c.abandoned = nil, nil, 0
}

// Join notes that a target of another cohort has come with its requests, to so many that were
// here.
func (c *Cohort) Join(targets int, from *Cohort) {
	c.settled, c.crowd = false, nil
	if targets == 0 {
		c.Number, c.Variance, c.Line, c.past, c.tail = from.Number, from.Variance, from.Line, from.past, from.tail
		return
	}
	of, before := float64(targets), c.Number
	c.Line, c.Number = (c.Line*of+from.Line)/(of+1), (c.Number*of+from.Number)/(of+1)
	if before > 0 {
		c.Variance *= c.Number / before * c.Number / before
	}
}

// worthOf returns a demand by its quantiles.
func (s *Laws) worthOf(d rng.Distribution) *worth {
	w := s.worth[d]
	if w == nil {
		w = newWorth(d)
		s.worth[d] = w
	}
	return w
}

// small reports whether a target has so little room that its number follows at once.
func (c *Cohort) small(f *flow) bool {
	if c.Places == 0 || c.Places >= NoLimit || c.Backlog >= NoLimit {
		return false
	}
	return float64(c.Places+c.Backlog) < f.able*f.seconds
}

// Late returns the share of those who left that had been there for longer than a time.
func (c *Cohort) Late(limit sim.Time) float64 {
	if limit == sim.Never || c.Law == nil {
		return 0
	}
	if mean := c.Law.Mean(); mean < limit.Seconds()*mayBeLate && c.laws != nil { // of large demands only
		return c.laws.Longer(limit.Seconds() * c.Demand.Mean() / mean)
	}
	return clampPart(c.gaveUp + (1-c.gaveUp)*c.Law.Tail(limit.Seconds()))
}

// clampPart is a part of all: who give up at targets that work on for others may be fewer than the law of all says.
func clampPart(part float64) float64 { return min(1, max(0, part)) }

// LawOf returns the law of those of the stays of a step that are of a kind.
func (c *Cohort) LawOf(laws *Laws, kind int) *fluid.Law {
	if kind < len(c.seen) {
		return c.seen[kind].law
	}
	return laws.of(c).For(c.Law, c.Kinds[kind].Demand)
}

// Worked returns which part of what a kind asks for is done where such a share of it gives up.
func (c *Cohort) Worked(laws *Laws, kind int, late float64) float64 {
	if c.Finishes {
		return 1
	}
	return max(laws.worthOf(c.Kinds[kind].Demand).without(late), c.least())
}

// LateOf is [Cohort.Late] of a kind, whose law that is.
func (c *Cohort) LateOf(kind int, law *fluid.Law, limit sim.Time) float64 {
	gaveUp := c.gaveUp
	if kind < len(c.seen) {
		gaveUp = c.seen[kind].gaveUp
	}
	return clampPart(gaveUp + (1-gaveUp)*law.Tail(limit.Seconds()))
}

// Selects returns the share of those who were there for too long that were so for what they ask for, and not
// for whom they met: all where servers are shared, and those who come to a line that is as long as they wait.
func (c *Cohort) Selects() float64 {
	if c.Sharing {
		return 1
	}
	return 1 - c.varies
}

// Waits returns the share of requests that wait until they are served, and how long those do
// on average.
func (c *Cohort) Waits() (share float64, mean sim.Time) {
	if c.Law == nil {
		return 0, 0
	}
	if c.Played {
		return c.lined.shown()
	}
	sum := 0.0
	if c.queue > 0 {
		share, sum = 1-c.varies, (1-c.varies)*c.queue
	}
	if c.there.Load > 0 {
		share += c.varies * c.there.Waits
		busy := c.there.Load * float64(c.Servers) * c.speed()
		sum += c.varies * c.there.Queue / busy * c.Station.Demand.Mean()
	}
	if share < rare {
		return 0, 0
	}
	return share, sim.Seconds(sum / share)
}

// Began returns which share of those who left had begun to be served, where a share of them were there for longer than their
// clients wait.
func (c *Cohort) Began(limit sim.Time, late float64) float64 {
	never := 0.0
	switch {
	case c.Law == nil || late <= 0 && !c.Played:
	case c.Played:
		return min(1, c.lined.began/max(c.lined.ended, 1e-9))
	case c.Finishes && c.queue >= limit.Seconds():
		never = late
	case c.Finishes:
		never = c.varies * c.waitsLonger(limit.Seconds())
	case !c.Sharing:
		never = c.gaveUp + (1-c.gaveUp)*c.varies*c.waitsLonger(limit.Seconds())
	}
	return 1 - min(never, late)
}

// rare is a share that is none.
const rare = 1e-9

// Mean returns how long responses take on average.
func (c *Cohort) Mean() sim.Time {
	if c.Law == nil {
		return 0
	}
	return sim.Seconds(c.mean)
}
