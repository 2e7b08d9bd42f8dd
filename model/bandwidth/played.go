package bandwidth

import "headroom/sim"

// Terms returns what a link can do.
func (l *Link) Terms() *Terms { return &l.terms }

// Played is what happened to a link on which rates passed, and no flows.
type Played struct {
	Left, Least float64 // credits, of 1
	Most        Rate
	Throttled   sim.Time
	Overloaded  sim.Time // with more to pass than it carries
}

// Note notes what rates did to a link that rests, up to an instant: they leave it these credits, and it has been
// throttled for so much longer.
func (l *Link) Note(at sim.Time, p Played) {
	l.most = max(l.most, p.Most)
	l.throttled += p.Throttled
	l.overloaded += p.Overloaded
	if !l.bursts {
		return
	}
	l.weigh()
	full := float64(l.terms.credits())
	l.bucket.Put(at, int64(p.Left*full)-l.bucket.At(at))
	l.least = min(l.least, int64(p.Least*full))
}

// Overloaded returns for how long rates had more to pass than the link carries. Flows know no
// such thing: they take what they get.
func (l *Link) Overloaded() sim.Time { return l.overloaded }

// Full returns the credits of a full link, in thousands of bytes; 0: it has none.
func (t *Terms) Full() float64 { return float64(t.credits()) }

// Lone returns what a flow has that has a link with credits to itself.
func (t *Terms) Lone(way Way) Rate { return t.loneRate(way) }
