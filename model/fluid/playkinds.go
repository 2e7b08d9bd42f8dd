package fluid

import (
	"headroom/sim/fluid"
	"headroom/sim/rng"
	"headroom/sim/stat"
)

// playedKind is requests of a kind that are played.
type playedKind struct {
	demand rng.Distribution
	upTo   float64 // share of the requests of this kind and those before it
	stays  stat.Histogram
	late   float64    // those who gave up
	law    *fluid.Law // of the last step in which some of them ended; nil: there was none
}

// mix has what comes be of several kinds, each a part of it.
func (r *replay) mix(kinds []Ask) {
	if len(r.kinds) != len(kinds) {
		r.kinds = make([]playedKind, len(kinds))
	}
	upTo := 0.0
	for i := range kinds {
		upTo += kinds[i].Part
		r.kinds[i].demand, r.kinds[i].upTo = kinds[i].Demand, upTo
	}
}

// draw says of which kind the next request is, and what that asks for.
func (r *replay) draw() (law rng.Distribution, kind uint8) {
	last := len(r.kinds) - 1
	if last < 0 {
		return r.shape.Demand, 0
	}
	at := r.stream.Uniform() * r.kinds[last].upTo
	for int(kind) < last && at >= r.kinds[kind].upTo {
		kind++
	}
	return r.kinds[kind].demand, kind
}

// forgetKinds forgets the stays of a step.
func (r *replay) forgetKinds() {
	for i := range r.kinds {
		r.kinds[i].stays.Set(&noStays)
		r.kinds[i].late = 0
	}
}

// observeKinds returns the law of the stays of each kind in a step; where nobody of one left, of the last step in
// which somebody did, or else that of all.
func (r *replay) observeKinds(all *fluid.Law) (seen []seenKind) {
	for i := range r.kinds {
		k := &r.kinds[i]
		if k.stays.Count() > 0 {
			k.law = fluid.Observed(&k.stays)
		}
		one := seenKind{law: k.law}
		if one.law == nil {
			one.law = all
		}
		if ended := k.late + float64(k.stays.Count()); ended > 0 {
			one.gaveUp = k.late / ended
		}
		seen = append(seen, one)
	}
	return seen
}

// seenKind is how those of a kind fared who left in a step: the law of the stays, and which share gave up.
type seenKind struct {
	law    *fluid.Law
	gaveUp float64
}
