package fluid

import (
	"math"

	"headroom/sim"
)

// CheckFails returns the probability that one more request, which takes a time of its own where nobody else
// is there, takes longer than a limit: one that shares the servers with the others is slowed down as they are, one in line
// waits as they do.
func (c *Cohort) CheckFails(alone, limit sim.Time) float64 {
	if c.Law == nil {
		return 0
	}
	if !c.Sharing {
		return c.Late(limit - alone + sim.Seconds(c.Station.Demand.Mean()/c.speed()))
	}
	own, left := alone.Seconds(), limit.Seconds()
	most := left / max(own, 1e-9) * float64(c.Servers) // others, and it, with whom it is as slow as that
	places := math.Inf(1)
	if c.Places > 0 && c.Places < NoLimit {
		places = float64(c.Places)
	}
	if most <= places {
		return c.exceeds(most-1, left)
	}
	left -= own * max(1, places/float64(c.Servers)) // for the line
	return c.varies*c.waitsLonger(left) + (1-c.varies)*c.lineExceeds(left)
}

// exceeds is the probability that the mean number over a time is larger than so many.
func (c *Cohort) exceeds(number, seconds float64) float64 {
	variance := c.Variance
	if x := c.pace * seconds; x > small {
		variance *= 2 / x * (1 - (1-math.Exp(-x))/x)
	}
	if variance <= 0 {
		if c.Number > number {
			return 1
		}
		return 0
	}
	return math.Erfc((number-c.Number)/math.Sqrt(2*variance)) / 2
}

// waitsLonger is the probability that a place is not free for so long, where the number is that of the load: the
// wait of those who wait is about exponential.
func (c *Cohort) waitsLonger(seconds float64) float64 {
	if c.there.Load <= 0 || c.there.Waits <= 0 {
		return 0
	}
	busy := c.there.Load * float64(c.Servers) * c.speed()
	mean := c.there.Queue / busy * c.Station.Demand.Mean() / c.there.Waits
	return c.there.Waits * math.Exp(-seconds/max(mean, 1e-12))
}

// lineExceeds is the same where the line is what the past has left.
func (c *Cohort) lineExceeds(seconds float64) float64 {
	waiting := c.waiting(c.Number)
	if waiting <= 0 || c.queue <= 0 {
		return 0
	}
	line := c.Number - waiting + seconds*waiting/c.queue
	return c.exceeds(line, 0)
}
