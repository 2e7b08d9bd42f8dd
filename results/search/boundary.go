package search

import "math"

// nominal returns the level at which a one-sided test may be taken at each of some looks at growing numbers of
// replications, so that it is wrong at any of them with no more than a risk: Pocock (1977), for looks
// wherever they are. What has come since the last look is independent of what was there, so the mean of normal values
// goes as a Brownian motion, of which the probability to cross is found from look to look
// (Armitage, McPherson and Rowe 1969). Student's quantile of the level does for values of unknown deviation
// (Jennison and Turnbull 2000, section 4.4). It lies between the risk divided by the looks, which is Bonferroni's, and the risk.
func nominal(looks []int, risk float64) float64 {
	at := math.Log(risk / float64(len(looks)))
	for range 2 { // the logarithm of the probability to cross is nearly a line in that of the level
		low, high := crossing(looks, quantile(math.Exp(at))), crossing(looks, quantile(math.Exp(at+step)))
		at += step * math.Log(risk/low) / math.Log(high/low)
	}
	return min(math.Exp(at), risk)
}

// step is that by which the slope of a logarithm is found.
const step = 0.05

// quantile is the standard normal value that is exceeded with a probability.
func quantile(p float64) float64 { return -math.Sqrt2 * math.Erfinv(2*p-1) }

// Numbers of the integral over what a mean may be at a look without having crossed, in standard deviations.
const (
	intervals = 48 // of Simpson's rule, even
	lowest    = -6 // below it nothing comes to cross
)

// crossing is the probability that the mean of standard normal values is more than z of its standard deviations
// above its expectation at one look at least.
func crossing(looks []int, z float64) float64 {
	width := (z - lowest) / intervals
	density, next := make([]float64, intervals+1), make([]float64, intervals+1)
	for i := range density {
		density[i] = normalDensity(lowest + float64(i)*width)
	}
	crossed := chance(-z)
	for k := 1; k < len(looks); k++ {
		before, now := math.Sqrt(float64(looks[k-1])), math.Sqrt(float64(looks[k]))
		come := math.Sqrt(float64(looks[k] - looks[k-1]))
		for j := range next {
			next[j] = 0
		}
		for i, d := range density {
			weight := d * width / 3 * simpson(i)
			was := (lowest + float64(i)*width) * before
			crossed += weight * chance((was-z*now)/come)
			for j := range next {
				next[j] += weight * normalDensity(((lowest+float64(j)*width)*now-was)/come) * now / come
			}
		}
		density, next = next, density
	}
	return crossed
}

// simpson is the weight of a point in Simpson's rule.
func simpson(i int) float64 {
	switch {
	case i == 0 || i == intervals:
		return 1
	case i%2 == 1:
		return 4
	default:
		return 2
	}
}

func normalDensity(z float64) float64 { return math.Exp(-z*z/2) / math.Sqrt(2*math.Pi) }
