package fluid

import (
	"math"
	"math/cmplx"
	"sort"
	"sync"
)

// Several servers of requests in order of arrival have the ratios of one, put right. Constant services are exact: each
// server has every so many-th request. Those that vary less than exponential ones lie in between by their squared coefficient of
// variation (Kimura 1986, "A two-moment approximation for the mean waiting time in the GI/G/s queue", goes between the same ends), those
// that vary as much are right in light and in heavy traffic: the mean wait over that of exponential ones is (1−ρ) c γ + ρ (1+scv)/2, γ the
// mean of the shortest of what is left at random of c services (Tijms, van Hoorn and Federgruen 1981, "Approximations for the steady-state
// probabilities in the M/G/c queue"; Tijms 2003, section 9.6). Those that vary more are as those of two kinds.
const (
	mostKindServers = 8 // of more the ratios are those of these at a load at which as many are free by the root of their number
	mostKindStages  = 4
	nearConstant    = 0.99

	leastLikeExponential = 0.9 // squared coefficients of variation of which only light traffic tells
	mostLikeExponential  = 1.3
)

// several puts right the ratio of one server for those of the station.
func (l *Laws) several(r *ratio, waits, load float64, stages int) {
	c := l.station.Servers
	switch {
	case c == 1 || waits <= 0 || !l.inOrder():
	case l.demand.scv > mostLikeExponential:
		l.likeTwoKinds(r, load, stages)
	case l.demand.scv > leastLikeExponential:
		heavy := (1 + l.demand.scv) / 2
		r.mean *= (1-load)*float64(c)*l.first()/heavy + load
	default:
		all, one := l.steadily(load, stages), l.single(load, stages)
		part := 1 - l.demand.scv
		r.waits = max(0, r.waits+part*(all.waits-one.waits))
		r.mean = max(0, r.mean+part*(all.mean-one.mean))
		if part > nearConstant {
			r.law = all.law
		} else if all.waits > rarely && one.waits > rarely {
			r.law = r.law.moved(one.law, all.law, part)
		}
	}
}

// first is how long it takes until the first of all servers is free, if all are at work.
func (l *Laws) first() float64 {
	if l.frees == 0 {
		l.frees = shortest(l.cells(), l.station.Servers)
	}
	return l.frees
}

// kinds are two that are as good as the services at so many servers, and the load at which they are: that of the servers, if there are
// not too many.
func (l *Laws) kinds(servers int, load float64) (*twoKinds, float64) {
	if servers > mostKindServers {
		servers, load = mostKindServers, 1-(1-load)*math.Sqrt(float64(servers)/mostKindServers)
	}
	if load < idle {
		return nil, 0
	}
	if l.twoKinds[servers] == nil {
		l.twoKinds[servers] = newTwoKinds(l.demand.scv, shortest(l.cells(), servers), servers)
	}
	return l.twoKinds[servers], load
}

// queued is by what the mean wait of random arrivals at so many servers is longer than with exponential services.
func (l *Laws) queued(servers int, load float64) float64 {
	heavy := (1 + l.demand.scv) / 2
	if l.demand.scv <= mostLikeExponential {
		return heavy
	}
	if of, at := l.kinds(servers, load); of != nil {
		return min(of.under(at, 1).ratio().mean, heavy)
	}
	return 1
}

// likeTwoKinds takes from those by what several servers change the ratios of one.
func (l *Laws) likeTwoKinds(r *ratio, load float64, stages int) {
	of, load := l.kinds(l.station.Servers, load)
	if of == nil {
		return
	}
	by := of.by(load, min(stages, mostKindStages))
	if stages > mostKindStages { // and beyond, as the variance of the intervals falls
		half := of.by(load, mostKindStages/2)
		on := 1 - mostKindStages/float64(stages)
		by.waits += on * (by.waits - half.waits)
		by.mean += on * (by.mean - half.mean)
		by.second += on * (by.second - half.second)
	}
	r.waits *= by.waits
	r.mean *= by.mean
	varies := r.law.second()
	part := (varies*by.second - 2) / (varies - 2) // 2: of exponential waits
	r.law = exponentialTable().mix(r.law, min(1, max(0, part)))
}

// exponentialTable is an exponential law of mean 1.
var exponentialTable = sync.OnceValue(func() *table {
	return tabulate(1, func(x float64) float64 { return -math.Expm1(-x) })
})

// remnant is what is left, as a wait begins at one server, of the service under way (the ladder heights of its wait), on
// the lattice of the wait: the share that lasts for so many steps.
func (s *single) remnant() []float64 {
	points := 2 * len(s.cepstrum)
	fft := plan(points)
	defer plans[points].Put(fft)
	whole := make([]float64, points)
	copy(whole, s.cepstrum)
	coefficients := fft.Coefficients(nil, whole)
	for k, c := range coefficients {
		coefficients[k] = 1 - cmplx.Exp(-c)
	}
	left := fft.Sequence(nil, coefficients)
	for k := range left {
		left[k] = max(0, left[k]/float64(points)/s.waits)
	}
	return left
}

// remains goes through services by their length.
type remains struct {
	services     []part
	i            int
	longer, more float64 // of the services, the share that is longer than where it is and what those ask for
}

func remainsOf(services []part) *remains {
	sort.Slice(services, func(a, b int) bool { return services[a].demand < services[b].demand })
	return &remains{services: services, longer: 1, more: 1}
}

// beyond is the share of services, and of what is left of them at random, that last for longer than x, which does not decrease.
func (r *remains) beyond(x float64) (service, left float64) {
	for ; r.i < len(r.services) && r.services[r.i].demand <= x; r.i++ {
		r.longer -= r.services[r.i].share
		r.more -= r.services[r.i].share * r.services[r.i].demand
	}
	return max(0, r.longer), max(0, r.more-x*r.longer)
}

// shortest is the mean of the shortest of what is left at random of so many services.
func shortest(services []part, servers int) float64 {
	const steps, long = 1 << 16, 64.0
	r, mean := remainsOf(services), 0.0
	for k := range steps { // finer where it is short
		from, to := long*math.Pow(float64(k)/steps, 2), long*math.Pow(float64(k+1)/steps, 2)
		_, left := r.beyond((from + to) / 2)
		mean += (to - from) * math.Pow(left, float64(servers))
	}
	return mean
}

// overlap is the mean of the shortest of a service that begins and what is left of those at so many servers: of one
// the remnant, of the others what is left at random.
func overlap(left []float64, step float64, services []part, servers int) float64 {
	r, beyond, mean := remainsOf(services), 1.0, 0.0
	for k, share := range left {
		beyond -= share
		service, random := r.beyond((float64(k) + 0.5) * step)
		mean += step * max(0, beyond) * service * math.Pow(random, float64(servers-1))
	}
	return mean
}
