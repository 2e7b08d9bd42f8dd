package fluid

import (
	"math"

	"headroom/sim"
)

// CheckFails returns the probability that one more request, which takes a time of its own where nobody else
// is there, takes longer than a limit: one that shares the servers with the others is slowed down as they are, one in line
// waits until those before it are served or have given up.
func (c *Cohort) CheckFails(alone, limit sim.Time) float64 {
	if c.Law == nil {
		return 0
	}
	varies := c.varies
	if c.Variance < fewVary*c.Number*c.Number { // as at a target that is full: it always has about as many
		varies = 0
	}
	own, left := alone.Seconds(), limit.Seconds()
	if !c.Sharing {
		late := c.Late(limit - alone + sim.Seconds(c.Station.Demand.Mean()/c.speed()))
		return varies*late + (1-varies)*c.lineExceeds(left-own)
	}
	most := left / max(own, 1e-9) * float64(c.Servers) // others, and it, with whom it is as slow as that
	places := math.Inf(1)
	if c.Places > 0 && c.Places < NoLimit {
		places = float64(c.Places)
	}
	if most <= places {
		return c.exceeds(most-1, left)
	}
	left -= own * max(1, places/float64(c.Servers)) // for the line
	return varies*c.waitsLonger(left) + (1-varies)*c.lineExceeds(left)
}

// CheckTakes returns how long one more request takes that succeeds, which takes a time of its own where nobody else is there.
func (c *Cohort) CheckTakes(alone sim.Time) sim.Time {
	own := alone.Seconds()
	if c.Sharing {
		own *= max(1, c.inside(c.Number)/float64(c.Servers))
	}
	return sim.Seconds(own + max(0, c.waiting(c.Number))/max(c.moves(), 1e-12))
}

// fewVary is the squared coefficient of variation of a number below which a wait is no exponential one.
const fewVary = 0.1

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

// lineExceeds is the same where the line is what the past has left. It is not that those who leave it now have waited for
// so long: it was shorter when they came. Clients who give up before do not hold up who waits longer than they.
func (c *Cohort) lineExceeds(seconds float64) float64 {
	waiting := c.waiting(c.Number)
	if waiting <= 0 || c.patience > 0 && c.patience < seconds {
		return 0
	}
	return c.exceeds(c.Number-waiting+c.moves()*max(0, seconds), 0)
}

// moves is how many leave a line in a second: as many as a target is done with, or more, where those before the end of it are given
// up. A place that its client has left is as free as one of which the target is done.
func (c *Cohort) moves() float64 { return max(c.able, c.left) }
