package rng

import "math"

// manyEvents is the mean from which counts are drawn by rejection instead of by inversion.
const manyEvents = 10

// Poisson returns a Poisson count of that mean, 0 if it is not positive. The numbers that it
// consumes depend on what is drawn: about one for a small mean, and 2.3 for a large one.
func (s *Stream) Poisson(mean float64) int64 {
	switch {
	case !(mean > 0):
		return 0
	case mean < manyEvents:
		return s.fewEvents(mean)
	}
	return s.rejectEvents(mean)
}

// fewEvents inverts the distribution function from 0 on.
func (s *Stream) fewEvents(mean float64) int64 {
	u, p := s.Uniform(), math.Exp(-mean)
	k := int64(0)
	for u > p && p > 0 {
		u -= p
		k++
		p *= mean / float64(k)
	}
	return k
}

// rejectEvents is PTRS, the transformed rejection with squeeze of W. Hörmann, "The
// transformed rejection method for generating Poisson random variables" (1993), which is
// exact.
func (s *Stream) rejectEvents(mean float64) int64 {
	logMean := math.Log(mean)
	b := 0.931 + 2.53*math.Sqrt(mean)
	a := -0.059 + 0.02483*b
	inverse := 1.1239 + 1.1328/(b-3.4)
	squeeze := 0.9277 - 3.6224/(b-2)
	for {
		u, v := s.Uniform()-0.5, s.Uniform()
		side := 0.5 - math.Abs(u)
		k := math.Floor((2*a/side+b)*u + mean + 0.43)
		switch {
		case side >= 0.07 && v <= squeeze:
			return int64(k)
		case k < 0 || side < 0.013 && v > side:
			continue
		}
		factorial, _ := math.Lgamma(k + 1)
		if math.Log(v)+math.Log(inverse)-math.Log(a/(side*side)+b) <= k*logMean-mean-factorial {
			return int64(k)
		}
	}
}
