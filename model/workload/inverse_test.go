package workload

import (
	"math"
	"sort"

	"headroom/sim"
)

// inverse is the dumb twin of the cursor. It returns the first instant at which the expected arrivals reach area,
// or [sim.Never] if that is not before the horizon. It takes logarithmic time.
func (r *Rate) inverse(area float64) sim.Time {
	if !(area > 0) {
		return 0
	}
	base := sim.Time(0)
	if r.repeats() {
		if rest := area - r.pieces[r.loop].before; rest > 0 {
			laps := math.Ceil(rest/r.lap) - 1 // the end of a lap belongs to it
			if laps > 0 {
				if laps*r.period.Seconds() >= sim.Horizon.Seconds() {
					return sim.Never
				}
				base = sim.Time(laps) * r.period
				area -= laps * r.lap
			}
		}
	}
	i := sort.Search(len(r.pieces), func(i int) bool { return r.pieces[i].before+r.pieces[i].area >= area })
	if i == len(r.pieces) {
		if !r.repeats() {
			return sim.Never
		}
		i-- // by rounding
	}
	p := &r.pieces[i]
	at := base + p.start + sim.Seconds(p.solve(0, area-p.before))
	if at >= sim.Horizon {
		return sim.Never
	}
	return at
}
