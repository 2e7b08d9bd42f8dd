package fluid

import (
	"math"
)

// sharing is the delay where all in service share the servers. For a request of demand
// x it is ∫ (1/r − 1) over the service that it attains, from 0 to x, where r = min(1, c/n)
// is its rate among n: the others are a Markov chain as seen by the clock of its own
// service. Its first two moments and the probability that it is 0 are those of that
// chain, for any x; between them it is taken for a gamma law.
type sharing struct {
	at    []float64 // demands
	none  []float64 // for each
	first []float64 // moments
	more  []float64 // second moments
	scale float64   // of the delays, if they have no slope
	rarer float64   // of the probability that there is one
	slope float64   // of the delay by the demand, where that is long; 0: it makes no difference
	less  float64   // part of what shorter ones are delayed less than that
}

// Demands at which a sharing is worked out: from least on, each a step more.
const (
	leastDemand = 1e-2
	demandStep  = 1.22
	largeDemand = 1e6
)

// newSharing returns the delay at the station of a chain, of requests that are at
// most so long.
func newSharing(c *chain, longest float64) *sharing {
	s := &sharing{scale: 1, rarer: 1}
	o := newOthers(c)
	for x := leastDemand; ; x *= demandStep {
		last := 0.0
		if len(s.at) > 0 {
			last = s.at[len(s.at)-1]
		}
		o.serve(x - last)
		s.at = append(s.at, x)
		s.none = append(s.none, o.mean(o.none))
		s.first = append(s.first, o.mean(o.first))
		s.more = append(s.more, o.mean(o.more))
		if x > longest || x > largeDemand {
			return s
		}
	}
}

// beyond is what lies beyond this one by a part of the way that another is before it.
func (s *sharing) beyond(before *sharing, by float64) sharing {
	of := func(from, to []float64, most float64) []float64 {
		on := make([]float64, len(to))
		for k := range to {
			on[k] = min(most, max(0, to[k]+by*(to[k]-from[k])))
		}
		return on
	}
	on := *s
	on.none = of(before.none, s.none, 1)
	on.first, on.more = of(before.first, s.first, math.MaxFloat64), of(before.more, s.more, math.MaxFloat64)
	return on
}

// given implements [delay].
func (s *sharing) given(x float64) longer {
	i, w := s.place(x)
	mix := func(of []float64) float64 { return of[i] + w*(of[i+1]-of[i]) }
	none, more := min(1, max(0, mix(s.none))), mix(s.more)
	if x < s.at[0] { // nothing to speak of
		none, more = 1-(1-s.none[0])*x/s.at[0], s.more[0]*x/s.at[0]
	}
	among := s.among(x)
	mean, late := s.fitted(x, among), (1-none)*s.rarer
	if late < 1e-9 || mean <= 0 || among <= 0 {
		return longer{none: 1, mean: mean, within: func(float64) float64 { return 1 }}
	}
	by := mean / among
	more *= by * by / s.rarer
	typical := mean / late
	spread := max(more/late-typical*typical, typical*typical*1e-4)
	law := gammaLaw(typical*typical/spread, typical)
	return longer{none: 1 - late, mean: mean, within: law.at}
}

// among is the mean delay of a demand among exponential ones.
func (s *sharing) among(x float64) float64 {
	if x < s.at[0] {
		return s.first[0] * x / s.at[0]
	}
	i, w := s.place(x)
	return s.first[i] + w*(s.first[i+1]-s.first[i])
}

// fitted is that among the demands that there are.
func (s *sharing) fitted(x, among float64) float64 {
	if s.slope == 0 {
		return among * s.scale
	}
	return max(0, s.slope*x-s.less*max(0, s.slope*x-among))
}

// fit makes delays that many times as rare and gives all together a mean.
func (s *sharing) fit(parts []part, rarer, mean float64) {
	now := s.meanOf(parts)
	if now <= 0 || mean <= 0 {
		return
	}
	s.rarer = min(1, rarer)
	s.scale = mean / now
}

// meanOf is the mean delay of all.
func (s *sharing) meanOf(parts []part) float64 {
	mean := 0.0
	for _, p := range parts {
		mean += p.share * s.fitted(p.demand, s.among(p.demand))
	}
	return mean
}

// settles is how many demands, over the capacity left, a request asks for whose delay grows as that of any longer one does.
const settles = 8

// lean gives all together the mean that they were fitted to, and leaves long demands the slope of their delay: who stays for long meets
// as many as come, and is delayed by what they ask for, however evenly they come. So regular arrivals, and demands that are nearly
// alike, delay the shorter ones less. Where that is more than these are delayed all keep what they were fitted to.
func (s *sharing) lean(parts []part) {
	const rounds, exact = 20, 1e-6
	last, mean := len(s.at)-1, s.meanOf(parts)
	s.slope, s.less = (s.first[last]-s.first[last-1])/(s.at[last]-s.at[last-1]), 1
	for range rounds { // of those who would be delayed less than not at all others have their part
		now := s.meanOf(parts)
		if math.Abs(now-mean) <= exact*mean {
			return
		}
		if now >= s.slope || mean >= s.slope {
			break
		}
		s.less *= (s.slope - mean) / (s.slope - now)
	}
	s.slope = 0
}

// place finds a demand between those at hand.
func (s *sharing) place(x float64) (i int, w float64) {
	if x <= s.at[0] {
		return 0, 0
	}
	i = min(int(math.Log(x/leastDemand)/math.Log(demandStep)), len(s.at)-2)
	return i, min(1, max(0, (x-s.at[i])/(s.at[i+1]-s.at[i])))
}

// rarely is the share of requests who meet more than an others knows.
const rarely = 1e-7

// others is the chain of those who share with a request, by the clock of the service
// that it attains: while it has attained one mean service, each of the others leaves with the rate
// 1, and 1/r as many come as in a mean service.
type others struct {
	stages int
	weight []float64 // how many are there when it comes, and how many stages have passed: none
	rise   []float64 // rate of the next stage, 0 in the last state
	fall   []float64 // rate of departures
	slow   []float64 // 1/r − 1
	none   []float64 // for each state, of the delay from there on
	first  []float64
	more   []float64
	solver banded
}

func newOthers(c *chain) *others {
	o := &others{stages: c.stages, weight: c.seen}
	for rest := 0.0; len(o.weight) > c.servers+1; o.weight = o.weight[:len(o.weight)-1] {
		if rest += o.weight[len(o.weight)-1]; rest > rarely {
			break
		}
	}
	n := len(o.weight) * c.stages
	for _, of := range []*[]float64{&o.rise, &o.fall, &o.slow, &o.none, &o.first, &o.more} {
		*of = make([]float64, n)
	}
	for j := range n {
		i := j / c.stages
		slower := max(1, float64(i+1)/float64(c.servers))
		o.slow[j] = slower - 1
		o.fall[j] = float64(i)
		if slower == 1 {
			o.none[j] = 1
		}
		if j < n-1 {
			o.rise[j] = c.up(i+1) * float64(c.stages) * slower
		}
	}
	return o
}

// mean is over what an arrival sees.
func (o *others) mean(of []float64) float64 {
	sum := 0.0
	for i, w := range o.weight {
		sum += w * of[i*o.stages]
	}
	return sum
}

// serve goes on for a time of service.
func (o *others) serve(h float64) {
	o.solver.decompose(o, gamma*h, nil)
	n := len(o.none)
	then := make([]float64, n)
	o.step(o.first, h, func(j int, _ bool) float64 { return o.slow[j] }, then)
	o.step(o.more, h, func(j int, end bool) float64 {
		if end {
			return 2 * o.slow[j] * o.first[j]
		}
		return 2 * o.slow[j] * then[j]
	}, make([]float64, n))
	o.solver.decompose(o, gamma*h, o.slow)
	o.step(o.none, h, func(int, bool) float64 { return 0 }, make([]float64, n))
}

// gamma makes two implicit steps of the second order that damp all that is fast
// (Alexander 1977, "Diagonally implicit Runge-Kutta methods").
const gamma = 1 - math.Sqrt2/2

// step takes a moment y from one instant to another a time h later: its derivative is A
// y and what is gained in each state. It leaves y at the first of the two steps in then.
func (o *others) step(y []float64, h float64, gain func(j int, end bool) float64, then []float64) {
	for j := range y {
		then[j] = y[j] + gamma*h*gain(j, false)
	}
	o.solver.solve(then)
	for j := range y {
		slope := (then[j] - y[j]) / (gamma * h)
		y[j] += (1-gamma)*h*slope + gamma*h*gain(j, true)
	}
	o.solver.solve(y)
}
