package fluid

import (
	"math"
	"math/cmplx"

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

// newSingle solves W = max(0, W + U) for U = service − interval, on a lattice, by
// Spitzer's identity: the transform of W is exp Σ cₖ(zᵏ−1) over k > 0, where cₖ is the
// coefficient of zᵏ in −log(1 − E zᵁ) (Ackroyd 1980, "Computing the waiting time
// distribution for the G/G/1 queue by signal processing methods"). The load is below 1.
func newSingle(services, intervals []part, load, scv float64) *single {
	scale := 3 + (scv+1)/2/(1-load) // an upper bound of the slowest decay, or nearly
	scale = max(scale, 1/load)      // nor do what is left of intervals, the longer the lower the load, come round to the other side
	points := fewPoints
	if scale > 40 {
		points = manyPoints
	}
	h := 2 * decays * scale / float64(points)
	u := convolve(lattice(services, 1/h, points), lattice(intervals, -1/(load*h), points))
	c := cepstrum(u, (1/load-1)/h)
	s := &single{}
	sum := 0.0
	for k, ck := range c {
		sum += ck
		s.mean += float64(k) * ck * h
	}
	s.mean, sum = max(s.mean, 0), max(sum, 0) // where next to nobody waits rounding decides
	s.waits = -math.Expm1(-sum)
	s.cepstrum, s.step, s.sum = c, h, sum
	return s
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

// lattice puts a law on whole numbers, times a factor, and keeps its mean. What is
// below 0 stands at the end.
func lattice(parts []part, factor float64, points int) []float64 {
	law := make([]float64, points)
	for _, p := range parts {
		x := math.Max(-float64(points/2-1), math.Min(p.demand*factor, float64(points/2-2)))
		floor := math.Floor(x)
		i := (int(floor) + points) % points
		law[i] += p.share * (1 - (x - floor))
		law[(i+1)%points] += p.share * (x - floor)
	}
	return law
}

// convolve returns the transform of the sum of two.
func convolve(a, b []float64) []complex128 {
	fft := fourier.NewFFT(len(a))
	both := fft.Coefficients(nil, a)
	for k, other := range fft.Coefficients(nil, b) {
		both[k] *= other
	}
	return both
}

// cepstrum returns the coefficients of −log(1 − φ) at positive powers, φ the transform
// of a law whose mean is −drift. The zero of 1 − φ at 1 goes with the factor 1 − 1/z,
// which has no part in them.
func cepstrum(u []complex128, drift float64) []float64 {
	points := 2 * (len(u) - 1)
	u[0] = complex(-math.Log(drift), 0) // the limit
	phase := 0.0
	for k := 1; k < len(u); k++ {
		r := (1 - u[k]) / (1 - cmplx.Exp(complex(0, 2*math.Pi*float64(k)/float64(points))))
		turn := cmplx.Phase(r) - phase
		phase += turn - 2*math.Pi*math.Round(turn/(2*math.Pi))
		u[k] = complex(-math.Log(cmplx.Abs(r)), -phase)
	}
	c := fourier.NewFFT(points).Sequence(nil, u)
	c = c[:points/2]
	for k := range c {
		c[k] /= float64(points)
	}
	c[0] = 0
	return c
}

// exponentiate returns the distribution function of which c is the cepstrum.
func exponentiate(c []float64, sum float64) []float64 {
	points := 2 * len(c)
	fft := fourier.NewFFT(points)
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

// intervals are known laws of the time between arrivals.
type intervals map[int][]part

// of returns one, worked out once.
func (known intervals) of(stages int) []part {
	if known[stages] == nil {
		known[stages] = interval(stages)
	}
	return known[stages]
}

// interval returns the law of the time between every stages-th of random arrivals, of mean 1.
func interval(stages int) []part {
	law, err := rng.Gamma(1, 1/math.Sqrt(float64(stages)))
	if err != nil {
		panic("fluid: " + err.Error())
	}
	return even(cut(law, finerBody, finerTail))
}
