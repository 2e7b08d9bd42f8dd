package fluid

import (
	"math"

	"headroom/sim"
	"headroom/sim/fluid"
	"headroom/sim/stat"
)

// mostListed is how many requests of a step have their stays listed; those of more are counted.
const mostListed = 1000

// step plays the requests that come to a cohort in a step, if it is to, and has it show what became of them;
// overloaded says what the step before was.
func (p *Player) step(c *Cohort, f *flow, a *Arrivals, overloaded bool) bool {
	c.Played = p.look(c, f, a, overloaded)
	if c.Played {
		if p.play == nil {
			p.begin(c)
		}
		r := p.play
		r.shape, r.patience = c.Shape, a.Patience
		r.shape.Speed = r.shape.speed() * max(1-a.Other/float64(a.Length)/float64(c.Servers), 1e-6)
		r.shape.Scale = 1 // which is in the speed
		r.mix(c.Kinds)
		r.resize(c.played())
		p.serve(c, a)
		p.show(c, f, a)
		p.auto.note(Span{Service: p.service, From: a.At - a.Length, To: a.At, Why: p.why, Requests: a.Came})
		r.forget()
	}
	p.each = f.each
	return c.Played
}

// begin brings targets to where the rates had them before the step.
func (p *Player) begin(c *Cohort) {
	w := &window{
		shape: c.Shape, past: c.past, begins: moment{number: c.Number, line: c.Line, targets: c.Targets},
		moments: []moment{{stay: Stay{Law: c.Law, Limit: sim.Never}, each: p.each}},
	}
	p.play = newReplay(w, p.stream.Fork(uint64(p.until)))
	switch {
	case c.Number <= 0: // nobody is there
	case c.Line > 0:
		p.play.fill(w)
	default:
		p.play.begin(w)
	}
}

// serve plays the arrivals of a step, as many as have come, at random instants of it.
func (p *Player) serve(c *Cohort, a *Arrivals) {
	r := p.play
	want := a.Came*float64(len(r.targets))/float64(c.Targets) + p.carry
	n := max(0, int(math.Floor(want)))
	p.carry = want - float64(n)
	for len(p.times) <= n {
		p.times = append(p.times, 0)
	}
	sum := 0.0
	for i := range n + 1 {
		sum += r.stream.Exponential()
		p.times[i] = sum
	}
	if r.stays, r.lists = nil, n <= mostListed; !r.lists {
		r.played.Set(&noStays)
	}
	r.forgetKinds()
	r.came, r.is, r.waits = 0, ends{}, waits{}
	begin, length := r.now, a.Length.Seconds()
	worked := r.work()
	r.counting = true
	for _, at := range p.times[:n] {
		r.now = begin + length*at/sum
		r.offer(r.pick(), 0)
	}
	r.now = begin + length
	r.worked = r.work() - worked
	r.counting = false
}

var noStays stat.Histogram

// show gives a cohort what was played.
func (p *Player) show(c *Cohort, f *flow, a *Arrivals) {
	r, n := p.play, float64(len(p.play.targets))
	there, awaited := r.inside()
	c.Number, c.Content = there/n, awaited/n*float64(c.Targets)
	h := f.holding(c.Number)
	c.there, c.Variance, c.Line, c.varies = h.Means, h.Variance, max(0, c.Number-h.most), 1
	if c.Line > 0 {
		c.varies = 0
	}
	if c.Refused = 0; r.came > 0 {
		c.Refused = r.is.refused / float64(r.came)
	}
	ended := r.is.served + r.is.late
	c.Done, c.settled, c.laws = ended/n, false, nil
	c.lined, c.lined.ended = r.waits, ended
	c.Busy += min(r.worked/n+a.Other, float64(c.Servers)*float64(a.Length))
	rate := c.speed()
	if c.Number > 0 {
		rate = min(rate, r.worked*1e-9/n/f.seconds/c.Number)
	}
	c.past.note(pastStep{seconds: f.seconds, rate: rate, came: f.each * f.seconds * (1 - c.Refused)})
	p.law(c, f, ended)
}

// law gives a cohort the law of the stays that were played. Where nobody left the one that it had stays.
func (p *Player) law(c *Cohort, f *flow, ended float64) {
	r := p.play
	switch {
	case ended == 0 && c.Law == nil:
		c.Law = f.laws.Law(f.each/f.able, f.choices)
		return
	case ended == 0:
		return
	}
	c.gaveUp = r.is.late / ended
	c.tail = c.gaveUp
	if r.is.served == 0 {
		return
	}
	c.Law = p.observed()
	c.seen = r.observeKinds(c.Law)
	c.mean = c.Law.Mean()
	c.Delay = sim.Seconds(max(0, c.mean-f.seconds))
}

// observed is the law of the stays of a step.
func (p *Player) observed() *fluid.Law {
	if p.play.lists {
		return fluid.Among(p.play.stays)
	}
	return fluid.Observed(&p.play.played)
}
