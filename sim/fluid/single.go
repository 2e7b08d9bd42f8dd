package fluid

import (
	"math"
	"math/cmplx"
	"sync"

	"gonum.org/v1/gonum/dsp/fourier"

	"headroom/sim/rng"
)

// single is the wait at one server, first come, first served, for arrivals and
// services of any law (GI/G/1), in mean services.
type single struct {
	waits    float64 // share of those who wait
	mean     float64 // of all waits
	cepstrum []float64
	step     float64 // of the lattice
	sum      float64 // of the cepstrum
}

// Numbers of points of a lattice, and how many of its slowest decays it spans.
const (
	fewPoints  = 1 << 14
	manyPoints = 1 << 16
	decays     = 16
	finerBody  = 1024
	finerTail  = 48
)

// The tilt of a lattice is at most so many times its slowest decay: what comes round is less by exp(−2·decays) to that power. Sums of
// less than rounding are nothing.
const (
	mostTilt = 1.25
	rounding = 1e-11
)

// newSingle solves W = max(0, W + U) for U = service − interval, on a lattice, by
// Spitzer's identity: the transform of W is exp Σ cₖ(zᵏ−1) over k > 0, where cₖ is the
// coefficient of zᵏ in −log(1 − E zᵁ) (Ackroyd 1980, "Computing the waiting time
// distribution for the G/G/1 queue by signal processing methods"). The load is below 1.
//
// Coefficients are taken on a circle of radius r > 1, on which E rᵁ < 1, and not on that of radius 1: what comes round from the other
// side of the lattice is less by r to the power of its length. Intervals that are nearly regular have coefficients of negative powers
// that hardly fall, and the longer they are by themselves the more of them would be taken for waits.
func newSingle(services, intervals []part, load, scv float64) *single {
	scale := 3 + (scv+1)/2/(1-load) // an upper bound of the slowest decay, or nearly
	scale = max(scale, 1/load)      // nor do what is left of intervals, the longer the lower the load, come round to the other side
	points := fewPoints
	if scale > 40 {
		points = manyPoints
	}
	h := 2 * decays * scale / float64(points)
	tilt := tiltOf(services, intervals, load, mostTilt/scale)
	u := convolve(lattice(services, 1/h, tilt*h, points), lattice(intervals, -1/(load*h), tilt*h, points))
	c := cepstrum(u, tilt*h, (1/load-1)/h)
	s := &single{}
	sum := 0.0
	for k, ck := range c {
		sum += ck
		s.mean += float64(k) * ck * h
	}
	if sum < rounding { // nobody waits
		c, s.mean, sum = make([]float64, len(c)), 0, 0
	}
	s.mean = max(s.mean, 0)
	s.waits = -math.Expm1(-sum)
	s.cepstrum, s.step, s.sum = c, h, sum
	return s
}

// tiltOf is an exponent, up to a limit, at which a step down is no rarer than a step up where each is counted by its exponential: so is
// all below the saddle point of E exp(tilt·U), on which it is least. Of 0 there is no better one to speak of.
func tiltOf(services, intervals []part, load, limit float64) float64 {
	const step, least = 0.8, 1e-4
	mean := func(parts []part, factor, tilt float64) float64 {
		sum, all := 0.0, 0.0
		for _, p := range parts {
			x := factor * p.demand
			w := p.share * math.Exp(tilt*x)
			sum, all = sum+w*x, all+w
		}
		return sum / all
	}
	for tilt := limit; tilt > least*limit; tilt *= step {
		if mean(services, 1, tilt)+mean(intervals, -1/load, tilt) < 0 {
			return tilt
		}
	}
	return 0
}

// law returns, of those who wait, the share who do so at most so long, in their mean waits.
func (s *single) law() *table {
	below, h := exponentiate(s.cepstrum, s.sum), s.step
	typical := s.mean / max(s.waits, 1e-12)
	return tabulate(1, func(d float64) float64 {
		place := d*typical/h + 0.5 // each point stands for half a step on both sides
		i := int(place)
		if i >= len(below)-1 {
			return 1
		}
		at := below[i]
		if i > 0 {
			at = below[i-1] + (place-float64(i))*(below[i]-below[i-1])
		}
		return min(1, max(0, (at-below[0])/max(1-below[0], 1e-12)))
	})
}

// lattice puts a law on whole numbers, times a factor, and keeps its mean; each counts by the exponential of so much for a step. What is
// below 0 stands at the end.
func lattice(parts []part, factor, tilt float64, points int) []float64 {
	law := make([]float64, points)
	for _, p := range parts {
		x := math.Max(-float64(points/2-1), math.Min(p.demand*factor, float64(points/2-2)))
		floor := math.Floor(x)
		i := (int(floor) + points) % points
		here := p.share * math.Exp(tilt*floor)
		law[i] += here * (1 - (x - floor))
		law[(i+1)%points] += here * math.Exp(tilt) * (x - floor)
	}
	return law
}

// plans are what transforms of a length need, from one to the next.
var plans = map[int]*sync.Pool{fewPoints: {}, manyPoints: {}}

// plan returns one that nobody else has.
func plan(points int) *fourier.FFT {
	if fft, ok := plans[points].Get().(*fourier.FFT); ok {
		return fft
	}
	return fourier.NewFFT(points)
}

// convolve returns the transform of the sum of two.
func convolve(a, b []float64) []complex128 {
	fft := plan(len(a))
	defer plans[len(a)].Put(fft)
	both := fft.Coefficients(nil, a)
	for k, other := range fft.Coefficients(nil, b) {
		both[k] *= other
	}
	return both
}

// cepstrum returns the coefficients of −log(1 − φ) at positive powers, φ the transform on a circle of radius exp(tilt)
// of a law whose mean is −drift. The zero of 1 − φ at 1 goes with the factor 1 − 1/z,
// which has no part in them. The real parts of both are positive on the circle, and so the phase is between those of both.
func cepstrum(u []complex128, tilt, drift float64) []float64 {
	points := 2 * (len(u) - 1)
	if tilt == 0 {
		u[0] = complex(-math.Log(drift), 0) // the limit
	} else {
		u[0] = complex(-math.Log((1-real(u[0]))/-math.Expm1(-tilt)), 0)
	}
	for k := 1; k < len(u); k++ {
		mass := 1 - u[k]
		zero := 1 - cmplx.Exp(complex(-tilt, -2*math.Pi*float64(-k)/float64(points)))
		u[k] = complex(-math.Log(cmplx.Abs(mass)/cmplx.Abs(zero)), cmplx.Phase(zero)-cmplx.Phase(mass))
	}
	fft := plan(points)
	c := fft.Sequence(nil, u)[:points/2]
	plans[points].Put(fft)
	for k := range c {
		c[k] *= math.Exp(-tilt*float64(k)) / float64(points)
	}
	c[0] = 0
	return c
}

// exponentiate returns the distribution function of which c is the cepstrum.
func exponentiate(c []float64, sum float64) []float64 {
	points := 2 * len(c)
	fft := plan(points)
	defer plans[points].Put(fft)
	whole := make([]float64, points)
	copy(whole, c)
	coefficients := fft.Coefficients(nil, whole)
	for k := range coefficients {
		coefficients[k] = cmplx.Exp(coefficients[k] - complex(sum, 0))
	}
	below := fft.Sequence(nil, coefficients)
	total := 0.0
	for k := range below {
		total += max(0, below[k]/float64(points))
		below[k] = min(1, total)
	}
	return below
}

// interval returns the law of the time between every stages-th of random arrivals, of mean 1. The shortest are cut as finely as the
// longest: under a low load nobody waits but who comes after one of them.
func interval(stages int) []part {
	law, err := rng.Gamma(1, 1/math.Sqrt(float64(stages)))
	if err != nil {
		panic("fluid: " + err.Error())
	}
	var shortest []part
	upTo := 1 - bodyShare
	for to := upTo; to > leastTail; {
		from := to * math.Pow(10, -1./finerTail)
		if from < leastTail {
			from = 0
		}
		shortest = append(shortest, part{to - from, law.Quantile((from + to) / 2)})
		to = from
	}
	longest := cut(law, finerBody, finerTail)
	for upTo > longest[0].share { // these are the shortest
		upTo -= longest[0].share
		longest = longest[1:]
	}
	longest[0].share -= upTo
	return even(append(longest, shortest...))
}
