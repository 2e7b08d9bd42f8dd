package scaling

import (
	"math"

	"headroom/sim"
)

// thrashWindow is how long after a change of capacity another in the other direction is
// said to undo it.
const thrashWindow = sim.Hour

// Thrash measures flapping: capacity that was changed and soon changed back. Each change
// that undoes earlier ones counts once, with the share of the capacity before it that it
// undoes of what was changed within the hour before; no change is undone twice. So it is 0
// for a capacity that only rises or only falls, the sum over disjoint windows of time is
// that of the whole, and a group of twice the size has the same. The zero value has seen
// no change.
type Thrash struct {
	Reversals int64   // changes that undid others
	Share     float64 // Σ of their shares

	recent []swing
}

// swing is a change of capacity, and what of it is not undone.
type swing struct {
	at    sim.Time
	delta int
}

// Change takes a change of capacity, and returns the share that it undoes.
func (t *Thrash) Change(now sim.Time, before, after int) float64 {
	for len(t.recent) > 0 && t.recent[0].at < now-thrashWindow {
		t.recent = t.recent[1:]
	}
	delta, undone := after-before, 0
	kept := t.recent[:0]
	for i := len(t.recent) - 1; i >= 0; i-- { // the newest first
		s := &t.recent[i]
		if delta < 0 && s.delta > 0 {
			n := min(-delta, s.delta)
			s.delta, delta, undone = s.delta-n, delta+n, undone+n
		} else if delta > 0 && s.delta < 0 {
			n := min(delta, -s.delta)
			s.delta, delta, undone = s.delta+n, delta-n, undone+n
		}
	}
	for _, s := range t.recent {
		if s.delta != 0 {
			kept = append(kept, s)
		}
	}
	t.recent = kept
	t.recent = append(t.recent, swing{now, after - before})
	if undone == 0 {
		return 0
	}
	share := float64(undone) / float64(max(1, before))
	t.Reversals++
	t.Share += share
	return share
}

// Elasticity says how well the capacity of a group followed its load: what the load
// would have needed at a utilization of reference beside what was in service (N. Herbst
// et al., "Ready for Rain? A View from SPEC Research on the Future of Cloud Metrics",
// SPEC RG, 2016: accuracy and timeshare).
type Elasticity struct {
	Under, Over sim.Time // Σ instances missing, and too many, × time
	UnderTime   sim.Time // with too few
	OverTime    sim.Time // with too many
}

// Stretch is some time of a group at a steady size.
type Stretch struct {
	Time             sim.Time
	InService, Least int     // instances, and the fewest that the group may have
	Utilization      float64 // of their CPU, from 0 to 1
	Reference        float64 // the utilization at which they are just enough
}

// Add takes a stretch of time.
func (e *Elasticity) Add(s Stretch) {
	needed := max(s.Least, int(math.Ceil(float64(s.InService)*s.Utilization/s.Reference-1e-9)))
	switch {
	case needed > s.InService:
		e.Under += s.Time * sim.Time(needed-s.InService)
		e.UnderTime += s.Time
	case needed < s.InService:
		e.Over += s.Time * sim.Time(s.InService-needed)
		e.OverTime += s.Time
	}
}
