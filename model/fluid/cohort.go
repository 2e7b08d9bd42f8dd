package fluid

import (
	"math"

	"headroom/sim"
	"headroom/sim/fluid"
)

// NoLimit is a number of places without bound.
const NoLimit = fluid.NoLimit

// Shape is what targets that are alike serve requests with, and how those are divided among
// them.
type Shape struct {
	fluid.Station
	fluid.Split
	Choices  int  // targets that a load balancer chooses among, these with them
	Sharing  bool // all in service share the servers
	Finishes bool // they work on for clients that have left
}

// Cohort is targets that are alike. Shape and Targets may be changed between steps.
//
// How many requests a target has follows from how many came and were served, by the
// pointwise stationary fluid flow approximation (Wang, Tipper and Banerjee 1996): a target
// with so many works as one does that has as many on average, for good. So a steady load has
// the law of its station, and an overload the line that is left over, with no border between
// them.
type Cohort struct {
	Shape
	Targets int

	// Of the last step.
	Law     *fluid.Law // of the time at a target; nil: nobody has been there
	Scale   float64    // by which that is longer, since more share the servers
	Delay   sim.Time   // that the line adds to it
	Refused float64    // share of those who came
	Content float64    // requests at all targets at its end

	Number float64 // requests at each target
	Line   float64 // of these, beyond what the law of the highest load has
	Busy   float64 // work of each target so far, ns of one server

	late float64 // share of those who end whose clients have left a line; 0: the law tells
}

// Arrivals is what comes to a cohort in a step.
type Arrivals struct {
	Length   sim.Time
	Expected float64  // requests to all targets
	Patience sim.Time // that their clients have; [sim.Never]
	Other    float64  // work of each target beside them, ns of one server in this time
}

// Laws keeps the laws of the stations of a run.
type Laws struct{ known map[stationKey]*fluid.Laws }

type stationKey struct {
	fluid.Station
	fluid.Split
}

// NewLaws returns none.
func NewLaws() *Laws { return &Laws{known: map[stationKey]*fluid.Laws{}} }

// of returns the laws of a cohort's station. Their demand is a value or a pointer.
func (s *Laws) of(c *Cohort) *fluid.Laws {
	key := stationKey{c.Station, c.Split}
	l := s.known[key]
	if l == nil {
		l = fluid.New(c.Station, c.Split)
		s.known[key] = l
	}
	return l
}

// flow is a step of a cohort.
type flow struct {
	laws    *fluid.Laws
	choices int
	able    float64 // requests that a target can serve a second
	seconds float64
	delayed float64 // by the line, in the step before
	each    float64 // that come to it a second
}

// number is how many requests a target has for good under a load.
func (f *flow) number(load float64) float64 {
	l := f.laws.Law(load, f.choices)
	return load * f.able * (1 - l.Blocked()) * l.Mean()
}

// Advance plays a step.
func (c *Cohort) Advance(laws *Laws, a Arrivals) {
	delayed := c.Delay
	c.Refused, c.late, c.Delay, c.Scale = 0, 0, 0, 1
	if c.Targets == 0 || a.Length <= 0 || c.Demand == nil {
		c.Content, c.Number, c.Line = 0, 0, 0
		return
	}
	f := flow{laws: laws.of(c), choices: c.Choices, delayed: delayed.Seconds(), seconds: a.Length.Seconds()}
	f.each = a.Expected / float64(c.Targets) / f.seconds
	other := a.Other / float64(a.Length)
	f.able = f.laws.Capacity() * max(1-other/float64(c.Servers), 1e-6)
	before := c.Number
	if c.small(&f) {
		load := f.each / f.able
		c.Law = f.laws.Law(load, f.choices)
		c.Refused, c.Line = c.Law.Blocked(), 0
		c.Number = load * f.able * (1 - c.Refused) * c.Law.Mean()
	} else {
		c.follow(&f, a.Patience)
	}
	done := f.each*(1-c.Refused) - (c.Number-before)/f.seconds
	work := max(0, done) / f.laws.Capacity() * float64(c.Servers)
	c.Busy += min(work*float64(a.Length)+a.Other, float64(c.Servers)*float64(a.Length))
	c.Content = c.Number * float64(c.Targets)
}

// small reports whether a target has so little room that its number follows at once.
func (c *Cohort) small(f *flow) bool {
	if c.Places == 0 || c.Places >= NoLimit || c.Backlog >= NoLimit {
		return false
	}
	return float64(c.Places+c.Backlog) < f.able*f.seconds
}

// follow finds the number of requests at a target at the end of a step: what is there and
// what comes, less what a target with that number does.
func (c *Cohort) follow(f *flow, patience sim.Time) {
	all := c.Number + f.each*f.seconds
	most := f.number(fluid.MostLoad)
	if all-most-f.able*f.seconds*fluid.MostLoad > 0 {
		c.Law = f.laws.Law(fluid.MostLoad, f.choices)
		before := c.Line
		able := f.able
		if !c.Finishes && patience != sim.Never {
			allowed := c.allows(f, patience)
			able /= c.partOf(allowed)
			c.late = c.longer(allowed)
		}
		c.Line = max(0, all-most-able*f.seconds)
		if c.Places > 0 && c.Places < NoLimit && c.Backlog < NoLimit {
			if room := max(0, float64(c.Places+c.Backlog)-most); c.Line > room {
				c.Refused = min(1, (c.Line-room)/max(f.each*f.seconds, 1e-12))
				c.Line = room
			}
		}
		c.Number = most + c.Line
		c.lengthen(f, most, (before+c.Line)/2)
		return
	}
	load := f.solve(c.Number)
	c.Law = f.laws.Law(load, f.choices)
	c.Refused, c.Line = c.Law.Blocked(), 0
	c.Number = max(0, c.Number+(1-c.Refused)*(f.each-load*f.able)*f.seconds)
}

// allows is the longest demand that is served within a time at a target with a line: what
// asks for more leaves half served, and has cost that much.
func (c *Cohort) allows(f *flow, limit sim.Time) float64 {
	left := limit.Seconds() - f.delayed
	if !c.Sharing {
		left = limit.Seconds() - max(0, c.Number-float64(c.Servers))/f.able
		return max(left, 0) * c.speed()
	}
	inside := c.Number
	if c.Places > 0 && c.Places < NoLimit {
		inside = min(inside, float64(c.Places))
	}
	return max(left, 0) * c.speed() * min(1, float64(c.Servers)/max(inside, 1))
}

func (c *Cohort) speed() float64 {
	if c.Speed == 0 {
		return 1
	}
	return c.Speed
}

// points are those of the demand at which its parts are summed, and least the smallest part
// that is told from none.
const (
	points = 64
	least  = 0.02
)

// partOf is which part of the work that is asked for is done where no more of a demand is
// served than so much.
func (c *Cohort) partOf(most float64) float64 {
	part, all := 0.0, 0.0
	for k := range points {
		d := c.Demand.Quantile((float64(k) + 0.5) / points)
		part += min(d, most)
		all += d
	}
	return max(part/all, least)
}

// longer is the share of demands that are longer.
func (c *Cohort) longer(than float64) float64 {
	n := 0
	for k := range points {
		if c.Demand.Quantile((float64(k)+0.5)/points) > than {
			n++
		}
	}
	return float64(n) / points
}

// lengthen finds how much longer than its law a stay is where so many are in line: those
// that share the servers take longer in proportion, those behind wait.
func (c *Cohort) lengthen(f *flow, most, line float64) {
	if c.Sharing {
		inside := most + line
		if c.Places > 0 && c.Places < NoLimit {
			inside = max(most, min(inside, float64(c.Places)))
		}
		line -= inside - most
		if most > 0 {
			c.Scale = inside / most
		}
	}
	c.Delay = sim.Seconds(line / f.able)
}

// solve finds the load at the end of a step of a target that had so many: that under which it has
// what it had and what came, less what is done under that load. It looks near the load that comes, which a
// steady one is, for the law of another load takes time to find.
func (f *flow) solve(had float64) float64 {
	low, high := 0.0, fluid.MostLoad
	load := min(f.each/f.able, fluid.MostLoad)
	for range attempts {
		number := f.number(load)
		lets := 1 - f.laws.Law(load, f.choices).Blocked()
		excess := number - had + lets*(load*f.able-f.each)*f.seconds
		if excess > 0 {
			high = load
		} else {
			low = load
		}
		slope := f.able*f.seconds + number/max(load, exactly)/max(1-load, exactly)
		next := load - excess/slope
		if math.Abs(next-load) <= exactly*(1-load) {
			return min(max(next, low), high)
		}
		if next <= low || next >= high {
			next = (low + high) / 2
		}
		load = next
	}
	return load
}

// How exactly the load is found, in parts of what is left of the capacity, and how often it
// is tried.
const (
	exactly  = 1e-4
	attempts = 30
)

// Late returns the share of responses that take longer than a time.
func (c *Cohort) Late(limit sim.Time) float64 {
	if limit == sim.Never || c.Law == nil {
		return 0
	}
	if c.late > 0 {
		return c.late
	}
	return c.Law.Tail((limit - c.Delay).Seconds() / c.Scale)
}

// Waits returns the share of requests that wait until they are served, and how long those do
// on average.
func (c *Cohort) Waits() (share float64, mean sim.Time) {
	switch {
	case c.Law == nil:
		return 0, 0
	case c.Sharing:
		if c.Delay > 0 {
			share = 1
		}
		return share, c.Delay
	}
	own := c.Station.Demand.Mean() / c.speed()
	wait := max(0, c.Law.Mean()-own)
	if c.Delay > 0 {
		return 1, c.Delay + sim.Seconds(wait)
	}
	if share = c.Law.Delayed(); share == 0 {
		return 0, 0
	}
	return share, sim.Seconds(wait / share)
}

// CheckFails returns the probability that a request of a demand of its own, which is the
// time that it takes alone, takes longer than a time: one that shares the servers with the others
// is slowed down as they are, one in line waits as they do.
func (c *Cohort) CheckFails(demand, limit sim.Time) float64 {
	if c.Law == nil {
		return 0
	}
	own := c.Station.Demand.Mean() / c.Speed
	if !c.Sharing {
		return c.Late(limit - demand + sim.Seconds(own))
	}
	if c.Delay.Seconds()+demand.Seconds()*max(1, c.Law.Mean()*c.Scale/own) > limit.Seconds() {
		return 1
	}
	return 0
}

// Mean returns how long responses take on average.
func (c *Cohort) Mean() sim.Time {
	if c.Law == nil {
		return 0
	}
	return sim.Seconds(c.Law.Mean()*c.Scale) + c.Delay
}
