package fluid

import "math"

// fewStages is how many stages the arrivals have at most by which the others of a
// sharing come; what that leaves out of the mean is made good.
const fewStages = 4

// leastLoad stands for no load at all; below idle nobody waits to speak of.
const (
	leastLoad = 1e-9
	idle      = 0.02
)

// solve works out the law of the stays at each of so many targets.
//
// The number of jobs is that of exponential services, exactly. For others the share of
// those who wait, and the mean wait, change as they do at one server under the same load
// and arrivals, where they are known (the ratio is exact for one server, and for any in heavy
// traffic: Whitt 1993, "Approximations for the GI/G/m queue"). Shared servers keep the mean for
// any law of the demand if arrivals are random; if they are not, their work in hand is that of one
// server in order, and its mean is the number of jobs times what is left of one.
func (l *Laws) solve(load float64, targets int) *Law {
	load = max(load, leastLoad)
	stages := 1
	if l.split.Rule == InTurn {
		stages = targets
	}
	c := l.chain(load, targets, stages)
	var law *Law
	switch inOrder := l.station.Places == l.station.Servers; {
	case inOrder && l.fewest(targets) && !l.demand.exponential:
		law = newLaw(l.demand, newResidualWait(c, l.demand, l.calmer(c, targets, load)))
	case inOrder:
		one := l.compare(load, stages)
		law = newLaw(l.demand, newWait(c).vary(one))
	default:
		law = newLaw(l.demand, l.share(c, targets, stages, load))
	}
	law.blocked = c.blocked
	return law
}

// fewest reports whether targets take requests by who has the fewest.
func (l *Laws) fewest(targets int) bool { return l.split.Rule == LeastWaiting && targets > 1 }

// chain returns the number of jobs at each of so many targets, for exponential services.
func (l *Laws) chain(load float64, targets, stages int) *chain {
	if l.fewest(targets) {
		return newPool(l.station.Servers, l.room, targets, load)
	}
	return newChain(l.station.Servers, l.room, stages, load)
}

// share returns the delay at shared servers.
func (l *Laws) share(c *chain, targets, stages int, load float64) delay {
	few := c
	if stages > fewStages {
		few = newChain(l.station.Servers, l.room, fewStages, load)
	}
	parts := l.demand.parts
	late := newSharing(few, parts[len(parts)-1].demand)
	rarer, mean := 1.0, 1.0
	switch {
	case l.demand.exponential:
	case l.fewest(targets):
		mean = l.calmer(c, targets, load)
	case stages > 1:
		than := l.compare(load, stages)
		rarer, mean = than.waits, than.mean*2/(1+l.demand.scv)
	}
	late.fit(parts, rarer, c.delay()*mean)
	return late
}

// calmer is by what the delay at shared servers of the fewest changes for demands that
// vary less than exponential ones. With constant demands the fewest is who is next in turn, and its
// delay is twice the wait in order; the exponent is fitted to fleets of 2 and 10 played.
func (l *Laws) calmer(c *chain, targets int, load float64) float64 {
	if l.demand.scv >= 1 || load < idle || c.delay() <= 0 {
		return 1
	}
	load = min(load, MostLoad)
	turns := newChain(l.station.Servers, l.room, targets, load).delay()
	constant := turns * newSingle([]part{{1, 1}}, l.gaps.of(targets), load, 0).than(decay(targets, load)).mean
	const exponent = 6
	return 1 - max(0, 1-2*constant/c.delay())*math.Pow(1-l.demand.scv, exponent)
}

// ratio is by how much the share of those who wait, and the mean wait, at one server
// are larger than with exponential services; and that server, if it is not the same.
type ratio struct {
	waits, mean float64
	one         *single
}

// compare returns that for the demand.
func (l *Laws) compare(load float64, stages int) ratio {
	if l.demand.exponential || load < idle {
		return ratio{waits: 1, mean: 1}
	}
	load = min(load, MostLoad)
	if l.pieces == nil {
		l.pieces = even(cut(l.station.Demand, finerBody, finerTail))
	}
	r := newSingle(l.pieces, l.gaps.of(stages), load, l.demand.scv).than(decay(stages, load))
	if stages == 1 { // who comes at random waits in the share of the time that is the load
		r.waits = 1
	}
	return r
}

// than compares with exponential services, of which the root of [decay] says all.
func (s *single) than(root float64) ratio {
	return ratio{waits: s.waits / root, mean: s.mean * (1 - root) / root, one: s}
}

// vary returns the wait for services that are not exponential; its law is that of a
// single server.
func (w wait) vary(by ratio) wait {
	late := min(1, (1-w.none)*by.waits)
	if by.one == nil || late <= 0 || w.mean <= 0 || by.one.waits <= 0 || by.one.mean <= 0 {
		return w
	}
	mean := w.mean * by.mean
	longer := by.one.mean / by.one.waits * late / mean
	w.none, w.mean = 1-late, mean
	within := by.one.law()
	w.within = func(d float64) float64 { return within.at(d * longer) }
	return w
}
