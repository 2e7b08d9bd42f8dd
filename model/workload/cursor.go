package workload

import (
	"math"

	"headroom/sim"
)

// cursor walks along a rate. It measures areas within a piece and instants from
// its start, so that it is as exact after a year as after a second.
type cursor struct {
	rate    *Rate
	index   int      // of the piece
	base    sim.Time // what is added to its start
	seconds float64  // since the start of the piece
	left    float64  // area ahead in the piece
	last    sim.Time // what advance returned
	done    bool
}

func newCursor(r *Rate) cursor {
	return cursor{rate: r, left: r.pieces[0].area}
}

// advance moves on by an area and returns where that is; false from when the
// rate has ended or the horizon is reached. Amortised over the pieces, it takes
// constant time.
func (c *cursor) advance(area float64) (at sim.Time, ok bool) {
	for area > c.left || c.left == 0 {
		area = max(0, area-c.left)
		if !c.enter(&area) {
			return sim.Never, false
		}
	}
	p := &c.rate.pieces[c.index]
	c.left -= area
	c.seconds = p.solve(c.seconds, area)
	at = c.base + p.start + sim.Time(c.seconds*float64(sim.Second)+0.5)
	if at >= sim.Horizon {
		c.stop()
		return sim.Never, false
	}
	c.last = max(c.last, at) // a long piece's end is rounded
	return c.last, true
}

// enter moves to the start of the next piece. Where the pieces begin again, it
// skips the whole periods in area.
func (c *cursor) enter(area *float64) bool {
	r := c.rate
	if c.done {
		return false
	}
	c.index++
	if c.index == len(r.pieces) {
		if !r.repeats() {
			c.stop()
			return false
		}
		c.index = r.loop
		laps := 1.0
		if *area > r.lap {
			more := math.Floor(*area / r.lap)
			laps += more
			*area = max(0, *area-more*r.lap)
		}
		if laps*float64(r.period) >= float64(sim.Horizon-c.base) {
			c.stop()
			return false
		}
		c.base += sim.Time(laps) * r.period
	}
	c.seconds, c.left = 0, r.pieces[c.index].area
	return true
}

// stop ends the walk.
func (c *cursor) stop() { c.done, c.left, c.index = true, 0, len(c.rate.pieces)-1 }
