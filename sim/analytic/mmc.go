package analytic

import (
	"fmt"
	"math"
)

// MMc is the queue with Poisson arrivals, exponential services, c servers, one
// line served first come, first served, and unlimited room. Formulas:
// Gross et al., Fundamentals of Queueing Theory (4th ed.), section 2.3.
type MMc struct {
	lambda, mu float64
	servers    float64
	waits      float64 // Erlang C
	relief     float64 // c·mu − lambda: the rate at which the wait decays; ≤ 0 if unstable
}

// NewMMc returns the queue of arrival rate lambda, service rate mu a server and
// c servers. It takes O(c). It is an error if lambda is negative, mu is not
// positive, either is not finite, or c < 1.
func NewMMc(lambda, mu float64, c int) (MMc, error) {
	if err := checkRate("arrival rate", lambda); err != nil {
		return MMc{}, err
	}
	if err := checkPositive("service rate", mu); err != nil {
		return MMc{}, err
	}
	waits, err := ErlangC(c, lambda/mu)
	if err != nil {
		return MMc{}, err
	}
	servers := float64(c)
	relief := servers*mu - lambda
	if relief <= 0 { // lambda/mu may have rounded to just below c
		waits = 1
	}
	return MMc{lambda: lambda, mu: mu, servers: servers, waits: waits, relief: relief}, nil
}

// WaitProbability returns P(W > 0).
func (q MMc) WaitProbability() float64 { return q.waits }

// MeanWait returns E[W] = C / (c·mu − lambda).
func (q MMc) MeanWait() float64 {
	if q.relief <= 0 {
		return math.Inf(1)
	}
	return q.waits / q.relief
}

// MeanResponse returns E[W] + 1/mu.
func (q MMc) MeanResponse() float64 { return q.MeanWait() + 1/q.mu }

// MeanNumber returns the mean number waiting or in service.
func (q MMc) MeanNumber() float64 { return Little(q.lambda, q.MeanResponse()) }

// WaitTail returns P(W > t) = C·exp(−(c·mu − lambda)·t), 1 for t < 0.
func (q MMc) WaitTail(t float64) float64 {
	if q.relief <= 0 || t < 0 {
		return 1
	}
	return q.waits * math.Exp(-q.relief*t)
}

// WaitQuantile returns the t with P(W ≤ t) = q, or 0 if more than that do not
// wait at all.
func (q MMc) WaitQuantile(quantile float64) float64 {
	switch {
	case !(0 <= quantile && quantile <= 1):
		return math.NaN()
	case q.relief <= 0:
		return math.Inf(1)
	case 1-quantile >= q.waits:
		return 0
	}
	return math.Log(q.waits/(1-quantile)) / q.relief
}

// ResponseTail returns P(W + S > t), 1 for t < 0. Who waits stays for the sum of
// two exponentials, of rates c·mu − lambda and mu; who does not, for one.
func (q MMc) ResponseTail(t float64) float64 {
	if q.relief <= 0 || t < 0 {
		return 1
	}
	slow, fast := min(q.relief, q.mu), max(q.relief, q.mu)
	both := slow * t // the limit for equal rates
	if gap := fast - slow; gap > 0 {
		both = slow * -math.Expm1(-gap*t) / gap
	}
	sum := math.Exp(-slow*t) * (1 + both)
	return (1-q.waits)*math.Exp(-q.mu*t) + q.waits*sum
}

// ResponseQuantile returns the t with P(W + S ≤ t) = q, by bisection.
func (q MMc) ResponseQuantile(quantile float64) float64 {
	if q.relief <= 0 && 0 <= quantile && quantile <= 1 {
		return math.Inf(1)
	}
	return invertTail(q.ResponseTail, quantile, 1/q.mu)
}

// ApproximateGGcWait returns the approximation of Allen and Cunneen for the mean
// wait if arrivals and services were general, of these squared coefficients of
// variation: E[W]·(scvArrival + scvService)/2 (Allen, Probability, Statistics and
// Queueing Theory, 2nd ed.). It is exact for M/M/c and M/G/1 only; elsewhere take
// [KieferWolfowitz] to see how far it is off.
func (q MMc) ApproximateGGcWait(scvArrival, scvService float64) float64 {
	return q.MeanWait() * (scvArrival + scvService) / 2
}

// MM1ResponseQuantile returns the q-quantile of the response of M/M/1, which is
// exponential: −ln(1−q) / (mu − lambda).
func MM1ResponseQuantile(lambda, mu, quantile float64) (float64, error) {
	if err := checkRate("arrival rate", lambda); err != nil {
		return 0, err
	}
	if err := checkPositive("service rate", mu); err != nil {
		return 0, err
	}
	if !(0 <= quantile && quantile <= 1) {
		return 0, fmt.Errorf("analytic: quantile must be in [0, 1], got %v", quantile)
	}
	if lambda >= mu {
		return math.Inf(1), nil
	}
	return -math.Log1p(-quantile) / (mu - lambda), nil
}

// invertTail returns the t at which a decreasing tail falls to 1−q, starting the
// search at a typical time; NaN if q is outside [0, 1].
func invertTail(tail func(t float64) float64, quantile, typical float64) float64 {
	switch {
	case !(0 <= quantile && quantile <= 1):
		return math.NaN()
	case quantile == 1:
		return math.Inf(1)
	case tail(0) <= 1-quantile:
		return 0
	}
	return bisect(func(t float64) bool { return tail(t) > 1-quantile }, typical)
}

// bisect returns the x > 0 up to which below holds, to the last bits. The search
// starts at a typical x.
func bisect(below func(x float64) bool, typical float64) float64 {
	low, high := 0.0, typical
	for below(high) {
		low, high = high, 2*high
	}
	for {
		middle := low + (high-low)/2
		if middle <= low || middle >= high {
			return high
		}
		if below(middle) {
			low = middle
		} else {
			high = middle
		}
	}
}
