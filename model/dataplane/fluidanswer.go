package dataplane

import (
	"math"

	"headroom/sim"
	law "headroom/sim/fluid"
)

// lately is how many requests of a current were answered in the time for which its balancers keep a
// connection open, and when the last of them was.
type lately struct {
	n    float64
	last sim.Time
	upto sim.Time // what is counted
}

// follow takes those of a step of some length that ends at an instant, before which there may have been none.
func (l *lately) follow(n int64, at, length, idle sim.Time) {
	if idle == 0 {
		return
	}
	if l.upto > 0 {
		length = max(1, at-l.upto)
	}
	l.n += (float64(n)*float64(idle)/float64(length) - l.n) * min(1, float64(length)/float64(idle))
	if l.upto = at; n > 0 {
		l.last = at
	}
}

// noteAnswer notes when a target answered last, which decides whether its balancer keeps a connection to it:
// drawn from how often requests come to one target of the cohort, in turn or by chance.
func (p *Plane) noteAnswer(t *target) {
	c, now := p.fluid.places[t.server].cohort, p.kernel.Now()
	if c == nil || c.key.reach != serves || c.servers == 0 {
		return
	}
	idle, often, last := p.targetGroups[t.group].idle, 0.0, sim.Time(-1)
	for _, u := range c.currents {
		if u.group == t.group && u.lately.n > 0 {
			often += u.lately.n / float64(c.servers)
			last = max(last, u.lately.last)
		}
	}
	if last < 0 || often < rareCalls {
		return
	}
	age := p.fluid.answers.Uniform()
	if c.Rule != law.InTurn {
		age = -math.Log(age)
	}
	if at := min(now-sim.Time(min(age/often, 2)*float64(idle)), last); now-at <= idle {
		t.answered = max(t.answered, at)
	}
}

// answersNow notes when a target that is to leave its group answered last, and returns how long those that
// are inside will still be, where no balancer keeps a connection.
func (p *Plane) answersNow(t *target) sim.Time {
	f := p.fluid
	if f == nil || f.places[t.server].cohort == nil {
		return 0
	}
	p.playFluid(p.kernel.Now() - 1)
	p.noteAnswer(t)
	c := f.places[t.server].cohort
	for _, u := range c.currents {
		if u.group == t.group && c.key.reach == serves && u.inside > 0 && p.targetGroups[t.group].idle == 0 {
			return c.Mean()
		}
	}
	return 0
}
