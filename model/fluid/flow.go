package fluid

import (
	"math"

	"headroom/sim"
	"headroom/sim/fluid"
)

// flow is a step of a cohort.
type flow struct {
	laws     *fluid.Laws
	worth    *worth
	choices  int
	whole    float64 // requests that a target can serve a second, with nothing beside them
	able     float64 // those with it
	seconds  float64
	each     float64 // that come to it a second
	patience float64 // seconds that clients have, if they do not leave work behind; 0: any time
	relative float64 // variance over what it is for good, before
	fewer    float64 // come to all targets in a second, for each request that is there
}

// alike reports whether another step brings the same to the same targets.
func (f *flow) alike(o *flow) bool {
	return f.laws == o.laws && f.choices == o.choices && f.able == o.able && f.each == o.each && f.patience == o.patience && f.fewer == o.fewer
}

// follow finds the number of requests at a target at the end of a step: what is there and
// what comes, less what a target with that number does.
func (c *Cohort) follow(f *flow) {
	came := f.each * f.seconds
	if c.settled && c.came.alike(f) {
		c.past.note(pastStep{seconds: f.seconds, rate: c.past.steps[c.past.last].rate, came: came})
		return
	}
	c.came = *f
	before, varied := c.Number, c.Variance
	f.relative = 1
	if c.Variance > 0 {
		f.relative = max(leastRelative, min(c.Variance/c.holds(f).Variance, mostRelative))
	}
	c.Number = c.balance(f, came)
	if c.Number < rare {
		c.Number = 0
	}
	c.makeRoom(f, came)
	now := c.holds(f)
	c.vary(f, now)
	c.there = now.Means
	c.Line = max(0, c.Number-now.most)
	c.remember(f, now, came)
	c.findLaw(f, now)
	c.settled = math.Abs(c.Number-before) <= exactly*min(before, came) && math.Abs(c.Variance-varied) <= exactly*varied &&
		c.varies == 1 && c.tail == 0 && c.Refused == 0
}

// vary finds how much the number varies at the end of a step. Chance adds to it as much as it does for good,
// but for how many more come than do then; that a target does more the more it has takes from it, and that
// more of their clients give up.
func (c *Cohort) vary(f *flow, now *held) {
	pace := f.able / now.Slope
	chance := 2 * pace * now.Variance * (1 + f.each/(f.able*now.Load)) / 2
	if f.worth != nil && c.Number > 0 && !c.suffices(f, now) {
		more := f.holding(c.Number * (1 + small))
		here := c.served(f, c.allowsAlways(f, now))
		there := c.served(f, c.allowsAlways(f, &more))
		pace += f.able * max(0, 1/there-1/here) / (c.Number * small)
	}
	if c.calmed = 0; f.fewer > 0 { // what chance brings to one of them takes from what comes to all
		c.calmed = f.fewer / (pace + f.fewer) / float64(max(1, c.Targets))
		pace /= 1 - c.calmed
	}
	c.pace = pace
	c.Variance = (c.Variance + chance*f.seconds) / (1 + 2*pace*f.seconds)
	if c.Number == 0 {
		c.Variance = 0
	}
}

// small is a small part of a number.
const small = 0.05

// How much numbers vary over what they do for good, at least and at most.
const (
	leastRelative = 1e-4
	mostRelative  = 2
)

// held is what is there for good at a number; beyond that of the highest load as if it went on.
type held struct {
	fluid.Means
	most     float64 // number under the highest load
	beyond   float64 // how many times that, or 1
	relative float64 // for which used is known; 0: for none
	used     float64 // see works
}

// holding is that at any number.
func (f *flow) holding(number float64) held {
	h := held{Means: f.laws.Holding(number, f.choices), beyond: 1}
	h.most = h.Number
	if number > h.Number*(1+rounding) {
		h.beyond = number / h.Number
		h.Variance *= h.beyond * h.beyond
		h.Slope *= h.beyond * h.beyond
		h.Number = number
	} else {
		h.most = math.Inf(1)
	}
	return h
}

// rounding is by how much the number that a load holds may be off of the one it was looked up by: no line.
const rounding = 1e-9

// holdingNow is the number that is there, and what is there for good at it.
type holdingNow struct {
	held
	laws    *fluid.Laws
	choices int
	number  float64
}

// holds is what is there for good at the number that is there.
func (c *Cohort) holds(f *flow) *held {
	if n := &c.holdsNow; n.laws != f.laws || n.choices != f.choices || n.number != c.Number {
		*n = holdingNow{f.holding(c.Number), f.laws, f.choices, c.Number}
	}
	return &c.holdsNow.held
}

// works is which part of its capacity a target uses that has a number that varies as much as
// it does: what one server would, whose number has a negative binomial law.
func (h *held) works(relative float64) float64 {
	if h.relative != relative {
		h.relative, h.used = relative, 1-math.Exp(-math.Log1p(h.line()*relative)/relative)
	}
	return h.used
}

// line is the mean of that law.
func (h *held) line() float64 { return h.Load / (1 - h.Load) * h.beyond }

// steeper is by how much works grows with the number.
func (h *held) steeper(relative float64) float64 {
	line := h.line()
	grows := h.beyond / ((1 - h.Load) * (1 - h.Load)) / h.Slope
	if h.beyond > 1 {
		grows = line / h.Number
	}
	return (1 - h.works(relative)) / (1 + line*relative) * grows
}

// balance finds the number at the end of a step, where what is there and what came is what is there then and what was done.
// It goes by the slope that is known, then by that between the last two (secants), and halves what is left where neither helps: two steps
// nearly always.
func (c *Cohort) balance(f *flow, came float64) float64 {
	all := c.Number + came
	if all <= 0 {
		return 0
	}
	few, many := 0.0, all
	number, last, lastExcess := c.Number, 0.0, 0.0
	if number == 0 {
		number = min(all/2, f.each/f.able*float64(c.Servers)) // all are served at once
	}
	for try := range attempts {
		var h *held
		if number == c.Number {
			h = c.holds(f)
		} else {
			other := f.holding(number)
			h = &other
		}
		done := f.able * f.seconds / c.workedAt(f, h)
		excess := number - all + done*h.works(f.relative)
		slope := 1 + done*h.steeper(f.relative)
		if try > 0 {
			slope = (excess - lastExcess) / (number - last)
		}
		if excess > 0 {
			many = number
		} else {
			few = number
		}
		next, near := number-excess/slope, exactly*min(number, came+f.able*f.seconds)
		if !(next >= few && next <= many) || try > goodAttempts && try%2 == 0 {
			next, near = (few+many)/2, near*exactly
		}
		if math.Abs(next-number) <= near {
			return next
		}
		number, last, lastExcess = next, number, excess
	}
	return number
}

// How exactly the number is found, and how often it is tried.
const (
	exactly  = 1e-4
	attempts = 60

	goodAttempts = 8 // beyond these every other one halves what is left
)

// workedAt is which part of the work that requests ask for is done for those who leave, at a
// number: clients that give up leave some of it.
func (c *Cohort) workedAt(f *flow, h *held) float64 {
	if f.worth == nil {
		return 1
	}
	work := 0.0
	if c.varies > 0 {
		work = c.varies * max(f.worth.without(c.tail), c.least())
	}
	if c.varies < 1 {
		work += (1 - c.varies) * c.served(f, c.allows(f, h))
	}
	return work
}

// served is which part of the work that is asked for is done where no more of a demand is served than so much.
func (c *Cohort) served(f *flow, most float64) float64 {
	part, _ := f.worth.upto(most)
	return max(part, c.least())
}

// least is the smallest part that is told from none. In a line who is served at all is served as a rule; where servers
// are shared by clients who want far more than they wait for, each gets a small part, and leaves all the same.
func (c *Cohort) least() float64 {
	if c.Sharing {
		return 1e-6
	}
	return 0.02
}

// worked is that at the number that is there.
func (c *Cohort) worked(f *flow) float64 {
	return c.workedAt(f, c.holds(f))
}

// allows is the longest demand that is served in the time that clients have, at a number.
func (c *Cohort) allows(f *flow, h *held) float64 {
	left := f.patience - c.waited(f, h.Number)
	if !c.Sharing {
		return max(0, left) * c.speed()
	}
	now := min(f.seconds, max(left, 0))
	return now*c.rate(f, h) + c.past.attained(max(0, left-now), f.worth.most())
}

// allowsAlways is the same if the number has been there for as long as clients wait.
func (c *Cohort) allowsAlways(f *flow, h *held) float64 {
	if c.waiting(h.Number) > 0 {
		return c.allows(f, h)
	}
	return f.patience * c.rate(f, h)
}

// suffices reports whether clients surely wait for as long as the longest demand takes at the number, and at small more.
func (c *Cohort) suffices(f *flow, now *held) bool {
	return c.waiting(c.Number*(1+small)) <= 0 && f.patience*c.rate(f, now) > f.worth.most()*(1+small)
}

// waited is how long ago the first of those came who wait at a number: who leaves the line is the next to be
// served.
func (c *Cohort) waited(f *flow, number float64) float64 {
	waiting, came := c.waiting(number), f.each*f.seconds
	switch {
	case waiting <= 0:
		return 0
	case waiting <= came:
		return waiting / f.each
	}
	return f.seconds + c.past.since(waiting-came)
}

// waiting is how many of a number wait for a place.
func (c *Cohort) waiting(number float64) float64 {
	if !c.Sharing {
		return number - float64(c.Servers)
	}
	return number - c.inside(number)
}

// inside is how many of a number are served.
func (c *Cohort) inside(number float64) float64 {
	if c.Places > 0 && c.Places < NoLimit {
		return min(number, float64(c.Places))
	}
	return number
}

// rate is how much service each gets that is served, in a second, at a number.
func (c *Cohort) rate(f *flow, h *held) float64 {
	if !c.Sharing || h.Number <= 0 {
		return c.speed()
	}
	return min(c.speed(), c.Demand.Mean()*f.able*h.works(f.relative)/c.inside(h.Number))
}

// makeRoom refuses what finds no room, and lets go who has waited in line for too long.
func (c *Cohort) makeRoom(f *flow, came float64) {
	if c.Places > 0 && c.Places < NoLimit && c.Backlog < NoLimit {
		if room := float64(c.Places + c.Backlog); c.Number > room {
			c.Refused = min(1, (c.Number-room)/max(came, 1e-12))
			c.Number = room
		}
	}
	if f.patience > 0 && !c.Sharing {
		now := min(f.seconds, f.patience)
		most := float64(c.Servers) + now*f.each + c.past.within(f.patience-now)
		if over := c.Number - most; over > 0 {
			c.gaveUp = min(1, over/max(over+f.able*f.seconds, 1e-12))
			c.Number = most
		}
	}
}

// remember notes what happened in a step.
func (c *Cohort) remember(f *flow, now *held, came float64) {
	rate := c.rate(f, now)
	c.past.note(pastStep{seconds: f.seconds, rate: rate, came: came * (1 - c.Refused)})
	c.queue = 0
	if waiting := c.waiting(c.Number); waiting > 0 {
		c.queue = c.past.since(waiting)
		if f.patience > 0 {
			c.queue = min(c.queue, f.patience)
		}
	}
}

// full finds out whether a target has as many as it has room for while more come than it can serve: then its
// number varies no more than its room allows, and what is there follows at once from what comes.
func (c *Cohort) full(f *flow) bool {
	load := f.each / f.able
	if c.Places == 0 || c.Places >= NoLimit || c.Backlog >= NoLimit || load <= fluid.MostLoad {
		return false
	}
	there := f.laws.Means(load, f.choices)
	if c.Number < there.Number*(1-small) || f.worth != nil && c.worked(f) < 1-small { // those who give up make room
		return false
	}
	c.there, c.Number, c.Variance = there, there.Number, there.Variance
	c.Law, c.varies = f.laws.Law(load, f.choices), 1
	c.Refused = c.Law.Blocked()
	c.keepLaw(f)
	return true
}

// findLaw finds the law of the stays of those who leave.
func (c *Cohort) findLaw(f *flow, now *held) {
	if c.full(f) {
		return
	}
	c.varies = min(1, c.Variance/max(now.Variance, 1e-12))
	if c.varies > steady || c.Number == 0 {
		c.varies = 1
	}
	law := f.laws.Law(now.Load, f.choices)
	if now.beyond > 1 {
		law = law.Stretched(now.beyond)
	}
	if c.varies < 1 {
		w := walk{past: &c.past}
		took := f.laws.Taking(func(demand float64) float64 {
			if c.Sharing {
				return c.queue + w.took(demand)
			}
			return c.queue + demand/c.speed()
		})
		if law := c.walkedWaits(f); law != nil {
			took = law
		}
		law = fluid.Mix([]*fluid.Law{law, took}, []float64{c.varies, 1 - c.varies})
		c.Delay = sim.Seconds(max(0, took.Mean()-f.seconds))
	}
	c.Law = law
	c.keepLaw(f)
}

// keepLaw finds out what the law means for clients who do not wait for ever.
func (c *Cohort) keepLaw(f *flow) {
	c.laws, c.tail, c.mean = f.laws, 0, c.Law.Mean()
	if f.patience > 0 && c.mean > f.patience*mayBeLate {
		c.tail = c.Law.Tail(f.patience)
	}
	if c.tail > rare {
		c.mean = c.Law.MeanBelow(f.patience)
	}
}

// From steady on numbers vary as for good; where stays are shorter than mayBeLate of the time that
// clients have, the few who give up leave no work to speak of.
const (
	steady    = 0.95
	mayBeLate = 0.04
)
