package analytic

import "fmt"

// MMcK is [MMc] with room for K in all, waiting or in service: who finds it full
// is lost. It has a steady state under any load. With K = c it is the loss
// system of [ErlangB].
type MMcK struct {
	lambda, mu float64
	blocking   float64
	number     float64 // mean number in the system
	waiting    float64 // mean number in line
}

// NewMMcK returns the queue of arrival rate lambda, service rate mu a server, c
// servers and room for k. It is an error if lambda is negative, mu is not
// positive, either is not finite, c < 1 or k < c.
//
// It takes O(k) and nothing cancels. Room for n instead of n−1 adds a state of
// probability B(n) = r·B(n−1) / (1 + r·B(n−1)), r = lambda/(min(n, c)·mu), and
// scales the others by 1−B(n), so any mean L(n) = L(n−1) + (n − L(n−1))·B(n).
func NewMMcK(lambda, mu float64, c, k int) (MMcK, error) {
	if err := checkRate("arrival rate", lambda); err != nil {
		return MMcK{}, err
	}
	if err := checkPositive("service rate", mu); err != nil {
		return MMcK{}, err
	}
	if c < 1 {
		return MMcK{}, fmt.Errorf("analytic: servers must be at least 1, got %d", c)
	}
	if k < c {
		return MMcK{}, fmt.Errorf("analytic: room must not be below the servers (%d), got %d", c, k)
	}
	q := MMcK{lambda: lambda, mu: mu, blocking: 1}
	for n := 1; n <= k; n++ {
		r := lambda / (float64(min(n, c)) * mu) * q.blocking
		q.blocking = r / (1 + r)
		q.number += (float64(n) - q.number) * q.blocking
		q.waiting += (float64(max(n-c, 0)) - q.waiting) * q.blocking
	}
	return q, nil
}

// Blocking returns the share of arrivals that find the system full.
func (q MMcK) Blocking() float64 { return q.blocking }

// Throughput returns the rate of accepted arrivals, lambda·(1−Blocking), which is
// that of departures, mu times the busy servers.
func (q MMcK) Throughput() float64 { return q.mu * (q.number - q.waiting) }

// MeanNumber returns the mean number waiting or in service.
func (q MMcK) MeanNumber() float64 { return q.number }

// MeanWait returns the mean wait of accepted arrivals.
func (q MMcK) MeanWait() float64 {
	if q.lambda == 0 {
		return 0
	}
	return q.waiting / q.Throughput()
}

// MeanResponse returns the mean response of accepted arrivals.
func (q MMcK) MeanResponse() float64 { return q.MeanWait() + 1/q.mu }
