package spot

import "headroom/sim"

// Lead is how long before its interruption notice the cloud recommends to replace an
// instance.
type Lead struct {
	Longest sim.Time // a recommendation comes at most so long before
	Share   float64  // of them that come before at all; the others come with the notice
}

// Draw draws the time from a recommendation to the notice: uniform up to the longest
// with the probability Share, else 0. It takes one draw, or none if no recommendation
// ever comes before.
func (l Lead) Draw(draws Draws) sim.Time {
	if l.Longest == 0 || l.Share == 0 {
		return 0
	}
	u := draws.Uniform() / l.Share
	if u >= 1 {
		return 0
	}
	return sim.Time(u * float64(l.Longest))
}
