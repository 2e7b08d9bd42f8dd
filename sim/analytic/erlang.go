package analytic

import (
	"fmt"
	"math"
)

// ErlangB returns the share of arrivals lost by c servers without a queue, under
// offered load a in Erlangs (M/G/c/c; only the mean service matters). It takes
// O(c) by the stable recursion B(k) = a·B(k−1) / (k + a·B(k−1)), B(0) = 1.
// It is an error if c is negative or a is negative or not finite.
func ErlangB(c int, a float64) (float64, error) {
	if c < 0 {
		return 0, fmt.Errorf("analytic: servers must not be negative, got %d", c)
	}
	if err := checkRate("offered load", a); err != nil {
		return 0, err
	}
	b := 1.0
	for k := 1; k <= c; k++ {
		b = a * b / (float64(k) + a*b)
	}
	return b, nil
}

// ErlangC returns the share of arrivals that wait for one of c servers, under
// offered load a in Erlangs (M/M/c): c·B / (c − a·(1−B)) with B of [ErlangB]. It
// is 1 if a ≥ c. It is an error if c < 1 or a is negative or not finite.
func ErlangC(c int, a float64) (float64, error) {
	if c < 1 {
		return 0, fmt.Errorf("analytic: servers must be at least 1, got %d", c)
	}
	b, err := ErlangB(c, a)
	if err != nil {
		return 0, err
	}
	if a >= float64(c) {
		return 1, nil
	}
	return float64(c) * b / (float64(c) - a*(1-b)), nil
}

// Little returns the mean number in a system that is entered at the given rate
// and in which each stays for the mean time given: L = λ·W.
func Little(rate, meanTime float64) float64 { return rate * meanTime }

// checkRate demands a finite number that is not negative.
func checkRate(name string, v float64) error {
	if !(v >= 0) || math.IsInf(v, 1) {
		return fmt.Errorf("analytic: %s must be finite and not negative, got %v", name, v)
	}
	return nil
}

// checkPositive demands a finite number above 0.
func checkPositive(name string, v float64) error {
	if !(v > 0) || math.IsInf(v, 1) {
		return fmt.Errorf("analytic: %s must be finite and positive, got %v", name, v)
	}
	return nil
}
