package fluid

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Where all ask for the same each of the servers has every so many-th request in order of arrival, of one station or, where each
// request goes to who has the fewest, of all of them: what comes to one is more regular by their number, and its wait is
// that of a single server, exactly. Where servers are shared, who is not delayed comes when one of them is free, and as
// many come only after it has left; those who are have the law of that wait. The mean of their delay is twice that of the wait if many come. If
// few do it is once that for each of those who share the servers until the first is done, and in between by how many wait. Demands that
// are nearly alike part from it by their coefficient of variation and not by its square: who would have come just after one has left comes just
// before, and half of them do, however little demands vary (stations played: 0.84 to 0.93 of the way at 0.12, 0.6 to 0.8 at 0.25, 0.3 to 0.5 at 0.5).

// calmPower is by which power demands that vary less than exponential ones have what is between them and constant ones where the fewest is
// chosen; fitted to fleets of 2 and 10 played.
const calmPower = 6

// These are how near the law of a delay of constant demands at a shared server, or at several, is to that of the wait, and not to that
// among exponential ones; fitted to stations played.
const (
	steadyShare          = 0.6
	steadyShareOfSeveral = 0.33
	steadyPower          = 4      // of what demands vary less than exponential ones
	byWaits              = 1. / 3 // power with which the mean delay follows how many wait
)

// steadily is the ratio for constant demands at all servers, by nodes of load.
func (l *Laws) steadily(load float64, stages int) ratio {
	return l.constantly(load, stages, l.station.Servers)
}

// single is that at one server.
func (l *Laws) single(load float64, stages int) ratio { return l.constantly(load, stages, 1) }

func (l *Laws) constantly(load float64, stages, servers int) ratio {
	at := ratioNode(load)
	key := node{-servers<<16 - at, stages}
	r, known := l.ratios[key]
	if known {
		return r
	}
	chain := newChain(servers, 0, stages, load)
	if chain.waits() < hardly && at < lastRatio {
		r = l.constantly(ratioLoad(at+1), stages, servers)
		l.ratios[key] = r
		return r
	}
	c := constantOf(load, stages*servers)
	r = ratio{waits: c.waits / chain.waits(), mean: c.mean / chain.delay(), law: c.law}
	between := (1-c.waits)*(1+1/float64(servers)) + 2*c.waits
	r.shared = c.mean * math.Pow(between, byWaits) / chain.delay()
	if stages > 1 && servers > 1 {
		r.shared /= l.constantly(load, 1, servers).shared                               // which is known: random arrivals are delayed as long whatever they ask for
		r.asOthers = constantOf(load, stages).than(decay(stages, load), servers).shared // as it is worked out for demands that differ
	}
	l.ratios[key] = r
	return r
}

// hardly is a share of requests that wait, of exponential demands, of which there is no telling by how much others wait less: they are
// taken to do so as they do under a higher load. It is more than what intervals leave out at their shortest.
const hardly = 100 * leastTail

// spread is shared servers to which requests come at random or in turn.
func (l *Laws) spread(b *basis) {
	if b.stages > 1 {
		b.by = l.compare(b.load, b.stages)
		b.longer = b.by.shared
	}
	b.alike = 1 - l.demand.scv
	if b.alike < 1-nearConstant || b.load < idle {
		b.alike = 0
		return
	}
	b.steady = l.between(min(b.load, MostLoad), b.stages, l.steadily)
	b.steady.waits *= b.chain.waits()
	b.turns = b.stages
	if b.stages > 1 && l.station.Servers > 1 {
		b.longer = max(0, b.longer+(1-math.Sqrt(l.demand.scv))*(b.steady.shared-b.steady.asOthers))
	}
	b.alike = math.Pow(b.alike, steadyPower)
	if b.chain.servers > 1 {
		b.alike *= steadyShareOfSeveral
	} else {
		b.alike *= steadyShare
	}
}

// calm is the fewest, for demands that vary less than exponential ones.
func (l *Laws) calm(b *basis) {
	const nothing = 1e-4
	calms := math.Pow(max(0, 1-l.demand.scv), calmPower)
	if calms < nothing || b.load < idle || b.chain.delay() <= 0 {
		return
	}
	load := min(b.load, MostLoad)
	b.alike, b.turns, b.steady = calms, b.targets, l.between(load, b.targets, l.steadily)
	turns := newChain(l.station.Servers, l.room, b.targets, load)
	b.steady.waits *= turns.waits()
	constant := turns.delay() * b.steady.shared
	if l.inOrder() {
		constant = 2 * turns.delay() * b.steady.mean
	}
	b.longer = 1 - max(0, 1-constant/b.chain.delay())*calms
}

// with is a delay in which the demands that are alike have their part.
func (b *basis) with(late delay, inOrder bool) delay {
	if b.alike <= 0 || b.steady.law == nil || b.steady.waits <= 0 {
		return late
	}
	mean := b.chain.delay() * b.longer
	alike := steadyDelay{waits: min(1, b.steady.waits), mean: mean, load: b.load, stages: float64(b.turns * b.chain.servers), law: b.steady.law, inOrder: inOrder}
	return partly{late, alike, b.alike}
}

// steadyDelay is the delay where all ask for a mean service.
type steadyDelay struct {
	waits, mean float64
	load        float64
	stages      float64 // of the interval between requests to one server
	law         *table
	inOrder     bool
}

// given implements [delay].
func (s steadyDelay) given(x float64) longer {
	late, mean := s.waits, s.mean
	if !s.inOrder {
		late = 1 - (1-late)*mathext.GammaIncRegComp(s.stages, s.stages*s.load*x)
		mean *= x
	}
	if mean <= 0 {
		return longer{none: 1, within: func(float64) float64 { return 1 }}
	}
	typical := mean / max(late, 1e-12)
	return longer{none: 1 - late, mean: mean, within: func(d float64) float64 { return s.law.at(d / typical) }}
}

// partly is two delays, of the second of which requests have a part.
type partly struct {
	of, other delay
	part      float64
}

// given implements [delay].
func (p partly) given(x float64) longer {
	a, b := p.of.given(x), p.other.given(x)
	lateA, lateB := (1-p.part)*(1-a.none), p.part*(1-b.none)
	late := lateA + lateB
	return longer{none: 1 - late, mean: (1-p.part)*a.mean + p.part*b.mean, within: func(d float64) float64 {
		return (lateA*a.within(d) + lateB*b.within(d)) / max(late, 1e-12)
	}}
}
