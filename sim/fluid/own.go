package fluid

import "headroom/sim/rng"

// ownLaw is the law of the stays of those requests of a station that have a demand of their own.
type ownLaw struct {
	demand *demand
	law    *Law
}

// For returns the law of those stays of a law of these stations that are of requests with a demand of their own: a
// part of those of which the demand of the stations is the mixture. They meet what all meet: in order of arrival they
// wait as long as others, at shared servers they are delayed as are all who ask for as much. So the laws of all parts
// together are the law. Of stays that were only seen it is the law itself.
func (l *Laws) For(of *Law, own rng.Distribution) *Law {
	if own == l.station.Demand {
		return of
	}
	d := l.owns[own]
	if d == nil {
		d = newDemand(own, l.station.Speed).in(l.demand.mean)
		if l.owns == nil {
			l.owns = map[rng.Distribution]*demand{}
		}
		l.owns[own] = d
	}
	return of.own(d)
}

// own is the law of those with a demand in mean services of the law's.
func (l *Law) own(d *demand) *Law {
	if l.of == nil {
		return l
	}
	for _, o := range l.owned {
		if o.demand == d {
			return o.law
		}
	}
	law := l.of(d)
	law.blocked = l.blocked
	l.owned = append(l.owned, ownLaw{d, law})
	return law
}

// in is a demand in mean services that take so many seconds.
func (d *demand) in(seconds float64) *demand {
	for i := range d.parts {
		d.parts[i].demand *= d.mean / seconds
	}
	d.mean = seconds
	return d
}

// owning are the laws of those with a demand of their own.
func owning(laws []*Law, d *demand) []*Law {
	own := make([]*Law, len(laws))
	for i, l := range laws {
		own[i] = l.own(d)
	}
	return own
}

// Cells of each demand in a mixture, as [demand] has them of one.
const (
	mixtureBody = 2 * bodyParts
	mixtureTail = tailParts
)

// Mixture returns the demand of requests of which each kind has its weight: at points of each, which keep its mean.
func Mixture(kinds []rng.Distribution, weights []float64) (rng.Distribution, error) {
	var values, shares []float64
	for i, kind := range kinds {
		for _, p := range merged(even(cut(kind, mixtureBody, mixtureTail))) {
			values = append(values, p.demand*kind.Mean())
			shares = append(shares, p.share*weights[i])
		}
	}
	return rng.Empirical(values, shares)
}
