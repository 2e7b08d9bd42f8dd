package analytic

import (
	"errors"
	"fmt"
	"math"

	"headroom/sim"
)

// PowerOfD returns the mean response, in mean services, of Poisson arrivals that
// join the shortest of d queues drawn at random among very many servers of load
// rho, each exponential and first come, first served: the mean-field limit, which
// n servers approach like 1/n. It is Σ_{i≥1} rho^((dⁱ−d)/(d−1)), the mean number
// at a server, Σ rho^((dⁱ−1)/(d−1)), over rho (Mitzenmacher 2001, "The power of
// two choices in randomized load balancing"). It is +Inf if rho ≥ 1, and an error
// if d < 1 or rho is negative or not finite.
func PowerOfD(d int, rho float64) (float64, error) {
	if d < 1 {
		return 0, fmt.Errorf("analytic: choices must be at least 1, got %d", d)
	}
	if err := checkRate("load", rho); err != nil {
		return 0, err
	}
	switch {
	case rho >= 1:
		return math.Inf(1), nil
	case d == 1: // the geometric series of M/M/1
		return 1 / (1 - rho), nil
	}
	mean, exponent := 1.0, float64(d)
	for {
		term := math.Pow(rho, exponent)
		if mean+term == mean {
			return mean, nil
		}
		mean += term
		exponent = float64(d) * (exponent + 1)
	}
}

// KieferWolfowitz returns the wait of each customer of one line before c servers,
// first come, first served, given when each arrives and how long its service
// takes: the exact sample path of G/G/c, whatever the laws. It is the recursion of
// Kiefer and Wolfowitz (1955) in absolute time: each takes the server that is
// free first. It takes O(log c) a customer. It is an error if the lengths differ,
// c < 1, arrivals decrease, or one arrival or service is negative.
func KieferWolfowitz(arrivals, services []sim.Time, c int) ([]sim.Time, error) {
	if err := checkPath(arrivals, services, c); err != nil {
		return nil, err
	}
	waits := make([]sim.Time, len(arrivals))
	free := make([]sim.Time, c) // when each server is free: a heap, the first at its root
	for i, arrival := range arrivals {
		start := max(arrival, free[0])
		waits[i] = start - arrival
		replaceFirst(free, start+services[i])
	}
	return waits, nil
}

// checkPath checks the arguments of [KieferWolfowitz].
func checkPath(arrivals, services []sim.Time, c int) error {
	if c < 1 {
		return fmt.Errorf("analytic: servers must be at least 1, got %d", c)
	}
	if len(arrivals) != len(services) {
		return fmt.Errorf("analytic: %d arrivals but %d services", len(arrivals), len(services))
	}
	var last sim.Time
	for i, arrival := range arrivals {
		if arrival < last {
			return errors.New("analytic: arrivals must neither decrease nor be negative")
		}
		if services[i] < 0 {
			return fmt.Errorf("analytic: service %d must not be negative, got %v", i, services[i])
		}
		last = arrival
	}
	return nil
}

// replaceFirst puts t in place of the root of a binary min-heap.
func replaceFirst(heap []sim.Time, t sim.Time) {
	at := 0
	for {
		child := 2*at + 1
		if child >= len(heap) {
			break
		}
		if right := child + 1; right < len(heap) && heap[right] < heap[child] {
			child = right
		}
		if heap[child] >= t {
			break
		}
		heap[at] = heap[child]
		at = child
	}
	heap[at] = t
}
