package fluid

import "math"

// stagesOf is how many stages the arrivals have at most by which the others of a sharing come, the fewer the higher the load, for
// then there are more of them; what that leaves out of the mean is made good.
func stagesOf(load float64) int {
	const most, least, upTo = 12, 4, 0.8
	return max(least, min(most, int(most*math.Sqrt((1-upTo)/max(1-load, 0.01)))&^1))
}

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
	steady  ratio // as if all asked for the same, in the share alike of their delays
	alike   float64
	turns   int // stations in whose turn those come
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
	case l.split.Among != nil:
		if inOrder {
			b.longer = l.queued(l.station.Servers, min(load, MostLoad))
		}
	case l.fewest(targets):
		l.calm(b)
		if inOrder {
			b.longer *= l.queued(l.station.Servers*targets, min(load, MostLoad))
		}
	case inOrder:
		b.by = l.compare(load, b.stages)
		b.longer = b.by.mean
	default:
		l.spread(b)
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
	b.alike *= 1 - part
	if part == 1 {
		b.by.law = nil
	}
}

// inOrder reports whether requests are served first come, first served.
func (l *Laws) inOrder() bool { return l.station.Places == l.station.Servers }

// solve works out the law of the stays at each of so many targets.
func (l *Laws) solve(load float64, targets int) *Law {
	if load = max(load, leastLoad); l.taken(targets) {
		return l.solveInTurns(load, targets)
	}
	return l.solveOne(load, targets)
}

// solveOne is that of targets to which one node sends, if they are sent to in turn.
func (l *Laws) solveOne(load float64, targets int) *Law {
	b := l.basis(load, targets)
	var law *Law
	switch {
	case l.inOrder() && l.fewest(targets) && !l.demand.exponential:
		law = newLaw(l.demand, b.with(newResidualWait(b.chain, l.demand, b.longer), true))
	case l.inOrder():
		law = newLaw(l.demand, newWait(b.chain).vary(b.by))
	default:
		law = newLaw(l.demand, b.with(l.share(b), false))
	}
	law.blocked = b.chain.blocked
	return law
}

// fewest reports whether targets take requests by who has the fewest.
func (l *Laws) fewest(targets int) bool {
	return l.split.Rule == LeastWaiting && (targets > 1 || l.split.Among != nil)
}

// chain returns the number of jobs at each of so many targets, for exponential services.
func (l *Laws) chain(load float64, targets, stages int) *chain {
	if a := l.split.Among; a != nil {
		return newAmong(a, l.station.Servers, l.room, load)
	}
	if l.fewest(targets) {
		return newPool(l.station.Servers, l.room, targets, load)
	}
	return newChain(l.station.Servers, l.room, stages, load)
}

// share returns the delay at shared servers. Of many stages it lies beyond those of few and of half as many, by what is left of
// the variance of the intervals.
func (l *Laws) share(b *basis) delay {
	var late sharing
	switch few := stagesOf(b.load); {
	case l.fewest(b.targets):
		late = *newSharing(b.chain, l.demand.longest())
	case b.stages <= few:
		late = *l.sharing(b.load, b.stages)
	default:
		late = l.sharing(b.load, few).beyond(l.sharing(b.load, few/2), 1-float64(few)/float64(b.stages))
	}
	late.fit(l.demand.parts, b.by.waits, b.chain.delay()*b.longer)
	if b.stages > 1 && l.leans() {
		late.lean(l.demand.parts)
	}
	return &late
}

// leans reports whether shared demands vary, and less than exponential ones.
func (l *Laws) leans() bool { return l.demand.scv > 0 && l.demand.scv < 1 && !l.demand.exponential }

// sharingKey is a load and a number of stages.
type sharingKey struct {
	load   float64
	stages int
}

// sharing returns that of exponential demands under a load: those of few stages are asked for by all numbers of stations.
func (l *Laws) sharing(load float64, stages int) *sharing {
	key := sharingKey{load, stages}
	s := l.sharings[key]
	if s == nil {
		longest := l.demand.longest()
		if l.leans() {
			longest = max(longest, settles/max(1-load, 1-MostLoad))
		}
		s = newSharing(newChain(l.station.Servers, l.room, stages, load), longest)
		l.sharings[key] = s
	}
	return s
}

// ratio is by how much the share of those who wait, and the mean wait, at one server
// are larger than with exponential services; and the law of the wait of those who do, over
// its mean.
type ratio struct {
	waits, mean float64
	shared      float64 // the mean delay at shared servers
	asOthers    float64 // that of constant demands as it is worked out for others
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
	if stages == 1 && l.station.Servers == 1 { // who comes at random waits in the share of the time that is the load
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
	r := ratio{waits: geometric(a.waits, b.waits, w), mean: geometric(a.mean, b.mean, w), shared: geometric(a.shared, b.shared, w), asOthers: geometric(a.asOthers, b.asOthers, w)}
	if a.law != nil {
		r.law = a.law.mix(b.law, w)
	}
	return r
}

// geometric is between two shares, which may be as small as none.
func geometric(from, to, w float64) float64 {
	const none = 1e-12
	return math.Exp((1-w)*math.Log(max(from, none)) + w*math.Log(max(to, none)))
}

// ratioLoad is the load of a node.
func ratioLoad(i int) float64 { return max(idle, -math.Expm1(-ratioStep*float64(i))) }

// variedly is the ratio for the demand.
func (l *Laws) variedly(load float64, stages int) ratio {
	at := ratioNode(load)
	key := node{at, stages}
	r, known := l.ratios[key]
	switch root := decay(stages, load); {
	case known:
		return r
	case root < hardly && at < lastRatio:
		r = l.variedly(ratioLoad(at+1), stages)
	case l.demand.constant():
		r = constantOf(load, stages).than(root, l.station.Servers)
		l.several(&r, r.waits, load, stages)
	default:
		s := newSingle(l.cells(), intervalOf(stages), load, l.demand.scv)
		r = s.than(root)
		r.law = s.law()
		l.several(&r, s.waits, load, stages)
		if !l.inOrder() {
			r.shared = shared(s, l.pieces, l.station.Servers, root)
		}
	}
	l.ratios[key] = r
	return r
}

// cells are the demand, finely cut.
func (l *Laws) cells() []part {
	if l.pieces == nil {
		l.pieces = even(cut(l.station.Demand, finerBody, finerTail))
	}
	return l.pieces
}

// than compares with exponential services, of which the root of [decay] says all.
func (s *single) than(root float64) ratio {
	return ratio{waits: s.waits / root, mean: s.mean * (1 - root) / root}
}

// shared is by how much the mean delay at shared servers is larger than with exponential services, between light and heavy traffic (as
// Reiman and Simon 1988, "An interpolation approximation for queueing systems with Poisson input", go). If few come, who
// finds all servers busy is delayed, and delays others, until the first of them is done: at c servers each of c+1 loses a c-th of that time,
// which is 1/(c+1) for exponential services. If many, their work in hand is that of
// one server in order, and its mean is the number of jobs times what is left of one (state space collapse: Gromoll 2004, "Diffusion
// approximation for a processor sharing queue in heavy traffic"). For exponential services the sum is exact at any load.
func shared(s *single, services []part, servers int, root float64) float64 {
	if s.waits <= 0 {
		return 0
	}
	second := 0.0
	for _, p := range services {
		second += p.share * p.demand * p.demand
	}
	left := s.remnant()
	few := float64(servers+1) * overlap(left[:len(left)/2], s.step, services, servers)
	many := s.mean * 2 / second
	return s.waits / root * (1 - root) * (few + many)
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
