package fluid

import (
	"math"

	"headroom/sim"
	"headroom/sim/fluid"
	"headroom/sim/rng"
)

// Requests that share the servers of a target which has far more of them than it can serve are a [Crowd]: how many leave, and
// who, follows from what each asks for and from when it came. As many leave as come of those who ask for no more than each
// has had: from an empty target hardly anybody at first if all ask for the same, and more than it can serve
// in the mean if some ask for little. A target whose places are few is no crowd: who has one is served at
// the same pace, however long the line is.

// roomy is how many times those who come while their clients wait a target has places for, if all of a crowd are served.
const roomy = 2

// critical is by how much a load differs from 1 under which chance makes of a line what it likes: its law is that of a number which varies.
const critical = 0.1

// becomesCrowd reports whether the requests of a target are a crowd in a step, and begins and ends it.
func (c *Cohort) becomesCrowd(f *flow, a *Arrivals) bool {
	load := f.each / f.able
	if goesOn := c.crowd != nil && c.crowd.Short && load > 1; !c.Sharing || c.Line <= 0 && !goesOn || math.Abs(load-1) < critical {
		c.crowd = nil
		return false
	}
	if c.Places > 0 && c.Places < NoLimit {
		if a.Patience == sim.Never || float64(c.Places) < roomy*f.each*a.Patience.Seconds() {
			c.crowd = nil
			return false
		}
	}
	if c.crowd != nil && !c.knows() {
		c.crowd = nil
	}
	if c.crowd == nil {
		kinds := make([]CrowdKind, max(1, len(c.Kinds)))
		for i := range kinds {
			kinds[i] = CrowdKind{Name: i, Size: c.demandOf(i), Came: c.partOf(i), Finishes: c.Finishes}
			if wait := c.waitOf(i, a.Patience); wait != sim.Never {
				kinds[i].Patience = max(wait, 1).Seconds()
			}
		}
		c.crowd = c.past.crowd(kinds, c.Number, c.units())
	}
	return true
}

// knows reports whether the kinds of a crowd are those of its target.
func (c *Cohort) knows() bool {
	for i := range c.crowd.Kinds {
		if len(c.crowd.Kinds) != max(1, len(c.Kinds)) || c.crowd.Kinds[i].Size != c.demandOf(i) {
			return false
		}
	}
	return true
}

// demandOf is what those of a kind ask for, and partOf which part of all they are.
func (c *Cohort) demandOf(kind int) rng.Distribution {
	if len(c.Kinds) == 0 {
		return c.Demand
	}
	return c.Kinds[kind].Demand
}

func (c *Cohort) partOf(kind int) float64 {
	if len(c.Kinds) == 0 {
		return 1
	}
	return c.Kinds[kind].Part
}

// units is how many of the units that a crowd counts service in are one of those of the past: the seconds of what each kind
// asks for, and of Demand.
func (c *Cohort) units() float64 {
	if len(c.Kinds) == 0 {
		return 1
	}
	return c.scale()
}

// crowd returns one of so many who came as the past says, and have had what it says.
func (p *past) crowd(kinds []CrowdKind, number, units float64) *Crowd {
	c := NewCrowd(kinds, 0, 1)
	longest := 0.0
	for i := range c.Kinds {
		longest = max(longest, c.Kinds[i].sizes.most())
		c.Kinds[i].cut = -c.Kinds[i].waits()
	}
	var back []wave
	at, had := 0.0, 0.0
	for k := range pastSteps {
		s := &p.steps[(p.last+pastSteps-k)%pastSteps]
		if s.seconds == 0 {
			break
		}
		w := wave{from: at - s.seconds, to: at, had0: had - s.seconds*s.rate*units, had1: had, came: make([]float64, len(kinds))}
		for i := range kinds {
			w.came[i] = s.came * kinds[i].Came
		}
		at, had, back = w.from, w.had0, append(back, w)
	}
	if last := len(back) - 1; last == pastSteps-1 && back[last].had1 > had { // and so it was before
		w := &back[last]
		more := longest / (w.had1 - w.had0)
		w.from, w.had0 = w.from-more*(w.to-w.from), w.had0-longest
		for i := range w.came {
			w.came[i] *= 1 + more
		}
	}
	for k := len(back) - 1; k >= 0; k-- {
		c.waves = append(c.waves, back[k])
	}
	c.tally()
	if n := c.held(); n > 0 {
		c.Scale(number / n)
	}
	return c
}

// tally counts who is there.
func (c *Crowd) tally() {
	for i := range c.Kinds {
		k := &c.Kinds[i]
		k.Number = c.numberOf(i, c.had, k.cut)
		if k.Held = k.Number; k.Finishes {
			k.Held = c.numberOf(i, c.had, math.Inf(-1))
		}
	}
}

// advanceCrowd plays a step of a crowd.
func (c *Cohort) advanceCrowd(f *flow, a *Arrivals) {
	w, units := c.crowd, c.units()
	for i := range w.Kinds {
		k := &w.Kinds[i]
		k.Came, k.Finishes, k.Patience = f.each*f.seconds*c.partOf(i), c.Finishes, 0
		if wait := c.waitOf(i, a.Patience); wait != sim.Never {
			k.Patience = max(wait, 1).Seconds()
			k.Late = k.Patience
		}
	}
	w.Fastest = c.speed() * units
	w.Advance(f.seconds, f.able*c.Demand.Mean()*units)
	passed, ended, number, done := 0.0, 0.0, c.Number, 0.0
	c.Number, c.Content = 0, 0
	for i := range w.Kinds {
		k := &w.Kinds[i]
		passed += k.Passed
		done += k.Done
		ended += k.Done + k.Dropped
		c.Number += k.Held
		c.Content += k.Number * float64(c.Targets)
	}
	c.abandoned = 0
	if c.Number > noFlows {
		c.abandoned = 1 - c.Content/float64(c.Targets)/c.Number
	}
	c.Done, c.settled, c.varies, c.queue, c.there = ended, false, 0, 0, fluid.Means{}
	h := f.holding(c.Number)
	f.relative = max(leastRelative, min(c.Variance/f.holding(number).Variance, mostRelative))
	c.vary(f, &h)
	c.Line = max(0, c.Number-h.most)
	work := passed / units / (f.whole * c.Demand.Mean()) * float64(c.Servers) * 1e9
	c.Busy += min(work+a.Other, float64(c.Servers)*float64(a.Length))
	c.past.note(pastStep{seconds: f.seconds, rate: w.pace / units, came: f.each * f.seconds})
	c.crowdLaw(f, ended, done)
}

// waitOf is how long the clients of a kind wait, if those of all wait so long at most.
func (c *Cohort) waitOf(kind int, most sim.Time) sim.Time {
	if len(c.Kinds) == 0 || c.Kinds[kind].Patience == 0 {
		return most
	}
	return min(most, c.Kinds[kind].Patience)
}

// crowdLaw has the stays be those of a crowd who leave it in time; where nobody does they stay what they were.
func (c *Cohort) crowdLaw(f *flow, ended, done float64) {
	w := c.crowd
	var laws []*fluid.Law
	var parts []float64
	c.seen = c.seen[:0]
	for i := range w.Kinds {
		k := &w.Kinds[i]
		law := k.lawOfDone()
		if law == nil {
			law = c.Law
		}
		one := seenKind{law: law}
		if k.Done+k.Dropped > noFlows {
			one.gaveUp = k.Dropped / (k.Done + k.Dropped)
		}
		c.seen = append(c.seen, one)
		if k.Done > noFlows {
			laws, parts = append(laws, law), append(parts, k.Done/done)
		}
		if k.Dropped > noFlows {
			c.Delay = max(c.Delay, sim.Seconds(max(0, k.Late-f.seconds)))
		}
	}
	switch {
	case len(laws) == 1:
		c.Law = laws[0]
	case len(laws) > 1:
		c.Law = fluid.Mix(laws, parts)
	}
	if ended > noFlows {
		c.gaveUp = max(0, 1-done/ended)
	}
	c.tail, c.laws = c.gaveUp, nil
	if c.Law != nil {
		c.mean = c.Law.Mean()
		c.Delay = max(c.Delay, sim.Seconds(max(0, c.mean-f.seconds)))
	}
}

// lawOfDone is the law of the stays of those of a kind who left in time in the last step in which some did; nil: there was none.
func (k *CrowdKind) lawOfDone() *fluid.Law {
	if k.lawFor == k.Stay || k.inTime == 0 {
		return k.law
	}
	stays, shares := k.shown[:k.inTime], k.shares[:k.inTime]
	sum := 0.0
	for _, share := range shares {
		sum += share
	}
	points := make([]float64, 0, crowdPoints)
	i, before := 0, 0.0
	for n := range crowdPoints { // each lies in the middle of its share, and those between on the line between
		at := (float64(n) + 0.5) / crowdPoints * sum
		for i < len(stays)-1 && before+shares[i]/2 < at {
			before += shares[i]
			i++
		}
		stay := stays[i]
		if middle := before + shares[i]/2; i > 0 && at < middle {
			below := before - shares[i-1]/2
			stay += (stays[i-1] - stay) * (middle - at) / math.Max(middle-below, noFlows)
		}
		points = append(points, stay)
	}
	k.law, k.lawFor = fluid.Among(points), k.Stay
	return k.law
}

// crowdPoints is how many stays make the law of those who leave a crowd.
const crowdPoints = 1000
