package fluid

import (
	"math"

	"headroom/sim"
)

// abandon has clients leave whose patience is over in a step though their target works on for them: they end then, and not when the
// target is done. Before it a target had a number.
func (c *Cohort) abandon(f *flow, a *Arrivals, number float64) {
	awaited, limit := c.awaitedShare()*number, a.Patience.Seconds()
	c.abandoned = 0
	if !c.Finishes || a.Patience == sim.Never || c.Law == nil || c.Law.Mean() < limit*mayBeLate && awaited == number {
		return
	}
	tail := c.Law.Tail(limit)
	if tail > rare {
		c.mean = c.Law.MeanBelow(limit)
		inTime := (c.mean*(1-tail) + limit*tail) / max(c.Law.Mean(), 1e-12) // of the time that each is there
		c.abandoned = 1 - min(1, c.varies*inTime+(1-c.varies)*c.recent(limit))
	}
	all := awaited + f.each*f.seconds*(1-c.Refused)
	now := c.awaitedShare() * c.Number
	if now > all { // nobody comes back whose client has left
		now, c.abandoned = all, 1-all/c.Number
	}
	c.Content = now * float64(c.Targets)
	ended := all - now
	if ended <= noFlows {
		return
	}
	inTime := min(1, c.Done*(1-tail)/ended)
	c.gaveUp = 1 - inTime/max(1-tail, 1e-9)
	c.Delay = max(c.Delay, sim.Seconds(max(0, limit-f.seconds)))
	c.Done, c.settled = ended, c.settled && tail == 0
}

// awaitedShare is for which part of the requests at a target a client waits.
func (c *Cohort) awaitedShare() float64 { return 1 - c.abandoned }

// recent is which part of the line came in so many seconds.
func (c *Cohort) recent(seconds float64) float64 {
	if c.Number <= 0 {
		return 1
	}
	served := 0.0 // who are in service came before those in line
	if c.queue < seconds {
		served = math.Min(float64(c.Servers), c.Number)
	}
	return math.Min(1, (served+c.past.within(seconds))/c.Number)
}
