package rng

import "math"

// law is a continuous law on the positive numbers whose quantile has no closed
// form.
type law interface {
	// tail returns the probability of a value below x, or above it, and the
	// density at x.
	tail(x float64, above bool) (probability, density float64)
}

const (
	lowestLog   = -690 // logarithms beyond these count as these
	highestLog  = 690
	solverSteps = 200
	solverLimit = 1e-13 // relative error of the tail's probability of a solution
)

// logInverse is the logarithm of the quantile of a law.
type logInverse struct{ law law }

func (i logInverse) at(v float64, above bool, guess float64) (y, slope float64) {
	y = solve(i.law, v, above, guess)
	if y <= lowestLog || y >= highestLog {
		return y, 0
	}
	x := math.Exp(y)
	_, density := i.law.tail(x, above)
	if above {
		return y, -1 / (density * x)
	}
	return y, 1 / (density * x)
}

// solve returns the logarithm of the value beyond which the tail has the
// probability v, by Newton's method on logarithms, inside a bracket that halves
// when Newton leaves it.
func solve(l law, v float64, above bool, guess float64) float64 {
	low, high := float64(lowestLog), float64(highestLog)
	y := guess
	for range solverSteps {
		if !(y > low && y < high) {
			y = low + (high-low)/2
		}
		x := math.Exp(y)
		p, density := l.tail(x, above)
		off := math.Log(p / v)
		if math.Abs(off) < solverLimit {
			return y
		}
		if (off > 0) == above {
			low = y
		} else {
			high = y
		}
		if high <= lowestLog*(1-1e-12) {
			return lowestLog
		}
		if high-low < 1e-15*math.Abs(y) {
			return y
		}
		step := off * p / (density * x)
		if above {
			step = -step
		}
		y -= step
	}
	return y
}
