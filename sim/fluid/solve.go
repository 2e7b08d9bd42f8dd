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

// basis is the number of jobs at each of so many targets for exponential services, and by how much
// the delay is longer for those of the station.
type basis struct {
	chain   *chain
	targets int
	stages  int
	load    float64
	longer  float64
	by      ratio // first come, first served
}

// basis works that out for a load and a number of targets.
//
// The number of jobs is that of exponential services, exactly. For others the share of
// those who wait, and the mean wait, change as they do at one server under the same load
// and arrivals, where they are known (the ratio is exact for one server, and for any in heavy
// traffic: Whitt 1993, "Approximations for the GI/G/m queue"). Shared servers keep the mean for
// any law of the demand if arrivals are random; if they are not, their work in hand is that of one
// server in order, and its mean is the number of jobs times what is left of one.
func (l *Laws) basis(load float64, targets int) *basis {
	b := &basis{load: load, targets: targets, stages: 1, longer: 1}
	if l.split.Rule == InTurn {
		b.stages = targets
	}
	b.chain = l.chain(load, targets, b.stages)
	b.by = ratio{waits: 1, mean: 1}
	switch inOrder := l.inOrder(); {
	case l.demand.exponential:
	case l.fewest(targets):
		b.longer = l.calmer(b.chain, targets, load)
		if inOrder {
			b.longer *= (1 + l.demand.scv) / 2
		}
	case inOrder:
		b.by = l.compare(load, b.stages)
		b.longer = b.by.mean
	case b.stages > 1:
		b.by = l.compare(load, b.stages)
		b.longer = b.by.mean * 2 / (1 + l.demand.scv)
	}
	if l.room > 0 && load > saturating {
		b.saturate(min(1, (load-saturating)/(saturated-saturating)))
	}
	return b
}

// Loads between which the room comes to say how many are there, whatever the law of the demand.
const (
	saturating = 0.95
	saturated  = 1.02
)

// saturate goes a part of the way to a station that is always full: of exponential services.
func (b *basis) saturate(part float64) {
	b.longer += part * (1 - b.longer)
	b.by.waits += part * (1 - b.by.waits)
	b.by.mean += part * (1 - b.by.mean)
	if part == 1 {
		b.by.law = nil
	}
}

// inOrder reports whether requests are served first come, first served.
func (l *Laws) inOrder() bool { return l.station.Places == l.station.Servers }

// solve works out the law of the stays at each of so many targets.
func (l *Laws) solve(load float64, targets int) *Law {
	if l.taken(targets) {
		return l.solveInTurns(load, targets)
	}
	return l.solveOne(load, targets)
}

// solveOne is that of targets to which one node sends, if they are sent to in turn.
func (l *Laws) solveOne(load float64, targets int) *Law {
	b := l.basis(max(load, leastLoad), targets)
	var law *Law
	switch {
	case l.inOrder() && l.fewest(targets) && !l.demand.exponential:
		law = newLaw(l.demand, newResidualWait(b.chain, l.demand, b.longer))
	case l.inOrder():
		law = newLaw(l.demand, newWait(b.chain).vary(b.by))
	default:
		law = newLaw(l.demand, l.share(b))
	}
	law.blocked = b.chain.blocked
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
func (l *Laws) share(b *basis) delay {
	few := b.chain
	if b.stages > fewStages {
		few = newChain(l.station.Servers, l.room, fewStages, b.load)
	}
	parts := l.demand.parts
	late := newSharing(few, parts[len(parts)-1].demand)
	late.fit(parts, b.by.waits, b.chain.delay()*b.longer)
	return late
}

// calmer is by what the delay at shared servers of the fewest changes for demands that
// vary less than exponential ones. With constant demands the fewest is who is next in turn, and its
// delay is twice the wait in order; the exponent is fitted to fleets of 2 and 10 played.
func (l *Laws) calmer(c *chain, targets int, load float64) float64 {
	const exponent, nothing = 6, 1e-4
	calms := math.Pow(max(0, 1-l.demand.scv), exponent)
	if calms < nothing || load < idle || c.delay() <= 0 {
		return 1
	}
	load = min(load, MostLoad)
	turns := newChain(l.station.Servers, l.room, targets, load).delay()
	constant := turns * l.between(load, targets, l.constantly).mean
	return 1 - max(0, 1-2*constant/c.delay())*calms
}

// ratio is by how much the share of those who wait, and the mean wait, at one server
// are larger than with exponential services; and the law of the wait of those who do, over
// its mean.
type ratio struct {
	waits, mean float64
	law         *table
}

// Ratios are worked out at nodes of load, and lie between them.
const (
	ratioStep = 0.25
	lastRatio = 18
)

// compare returns that for the demand.
func (l *Laws) compare(load float64, stages int) ratio {
	if l.demand.exponential || load < idle {
		return ratio{waits: 1, mean: 1}
	}
	r := l.between(min(load, MostLoad), stages, l.variedly)
	if stages == 1 { // who comes at random waits in the share of the time that is the load
		r.waits = 1
	}
	return r
}

// between is a ratio between its neighbours.
func (l *Laws) between(load float64, stages int, of func(load float64, stages int) ratio) ratio {
	place := max(0, min(-math.Log1p(-load)/ratioStep, lastRatio-1e-9))
	i := int(place)
	w := place - float64(i)
	a, b := of(ratioLoad(i), stages), of(ratioLoad(i+1), stages)
	r := ratio{waits: a.waits + w*(b.waits-a.waits), mean: a.mean + w*(b.mean-a.mean)}
	if a.law != nil {
		r.law = a.law.mix(b.law, w)
	}
	return r
}

// ratioLoad is the load of a node.
func ratioLoad(i int) float64 { return max(idle, -math.Expm1(-ratioStep*float64(i))) }

// variedly is the ratio for the demand, constantly that for a constant one.
func (l *Laws) variedly(load float64, stages int) ratio {
	key := node{int(math.Round(-math.Log1p(-load) / ratioStep)), stages}
	r, known := l.ratios[key]
	if !known {
		if l.pieces == nil {
			l.pieces = even(cut(l.station.Demand, finerBody, finerTail))
		}
		s := newSingle(l.pieces, l.gaps.of(stages), load, l.demand.scv)
		r = s.than(decay(stages, load))
		r.law = s.law()
		l.ratios[key] = r
	}
	return r
}

func (l *Laws) constantly(load float64, stages int) ratio {
	key := node{-1 - int(math.Round(-math.Log1p(-load)/ratioStep)), stages}
	r, known := l.ratios[key]
	if !known {
		r = newSingle([]part{{1, 1}}, l.gaps.of(stages), load, 0).than(decay(stages, load))
		l.ratios[key] = r
	}
	return r
}

// than compares with exponential services, of which the root of [decay] says all.
func (s *single) than(root float64) ratio {
	return ratio{waits: s.waits / root, mean: s.mean * (1 - root) / root}
}

// vary returns the wait for services that are not exponential; its law is that of a
// single server.
func (w wait) vary(by ratio) wait {
	late := min(1, (1-w.none)*by.waits)
	if by.law == nil || late <= 0 || w.mean <= 0 {
		return w
	}
	mean := w.mean * by.mean
	w.none, w.mean = 1-late, mean
	typical := mean / late
	w.within = func(d float64) float64 { return by.law.at(d / typical) }
	return w
}
