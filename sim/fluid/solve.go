package fluid

// fewStages is how many stages the arrivals have at most by which the others of a
// sharing come; what that leaves out of the mean is made good.
const fewStages = 4

// leastLoad stands for no load at all.
const leastLoad = 1e-9

// solve works out the law of the stays at each of so many targets.
//
// The number of jobs is that of exponential services, exactly. For others the share of
// those who wait and the mean wait change as they do at one server under the same load
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
	inOrder := l.station.Places == l.station.Servers
	var one *single
	waits, mean := 1.0, 1.0 // compared with exponential services
	switch {
	case l.demand.exponential:
	case l.split.Rule == LeastWaiting && targets > 1:
		if inOrder { // what is left of a service that is met
			mean = (1 + l.demand.scv) / 2
		}
	case inOrder || stages > 1:
		waits, mean, one = l.compare(min(load, MostLoad), stages)
	}
	var law *Law
	if inOrder {
		law = newLaw(l.demand, newWait(c).vary(one, waits, mean))
	} else {
		few := c
		if stages > fewStages {
			few = newChain(l.station.Servers, l.room, fewStages, load)
		}
		late := newSharing(few, l.demand.parts[len(l.demand.parts)-1].demand)
		if one != nil {
			mean *= 2 / (1 + l.demand.scv)
		}
		late.fit(l.demand.parts, waits, c.delay()*mean)
		law = newLaw(l.demand, late)
	}
	law.blocked = c.blocked
	return law
}

// chain returns the number of jobs at each of so many targets, for exponential services.
func (l *Laws) chain(load float64, targets, stages int) *chain {
	if l.split.Rule == LeastWaiting && targets > 1 {
		return newPool(l.station.Servers, l.room, targets, load)
	}
	return newChain(l.station.Servers, l.room, stages, load)
}

// compare returns by how much the share of those who wait, and the mean wait, at one
// server are larger than with exponential services; and that server.
func (l *Laws) compare(load float64, stages int) (waits, mean float64, one *single) {
	if l.pieces == nil {
		l.pieces = even(cut(l.station.Demand, finerBody, finerTail))
	}
	one = newSingle(l.pieces, interval(stages), load, l.demand.scv)
	root := decay(stages, load)
	waits = one.waits / root
	if stages == 1 { // who comes at random waits in the share of the time that is the load
		waits = 1
	}
	return waits, one.mean / (root / (1 - root)), one
}

// vary returns a wait that is so many times as probable and, all in all, as long as
// that of exponential services; its law is that of a single server, if there is one.
func (w wait) vary(one *single, waits, mean float64) wait {
	late := min(1, (1-w.none)*waits)
	if late <= 0 || w.mean <= 0 {
		return w
	}
	stretch := mean * (1 - w.none) / late
	of := w.within
	varied := longer{none: 1 - late, mean: w.mean * mean, within: func(d float64) float64 { return of(d / stretch) }}
	if one != nil && one.waits > 0 {
		longer := one.mean / one.waits * late / varied.mean
		varied.within = func(d float64) float64 { return one.within.at(d * longer) }
	}
	return wait{varied}
}
