package analytic

import "math"

// MG1 is one server with Poisson arrivals and services of any law, known by mean
// and scv, under two disciplines: first come, first served (FCFS) and processor
// sharing (PS).
type MG1 struct{ lambda, mean, scv float64 }

// NewMG1 returns the queue of arrival rate lambda and services of that mean and
// squared coefficient of variation. It is an error if one is negative or not
// finite, or mean is 0.
func NewMG1(lambda, mean, scv float64) (MG1, error) {
	if err := checkRate("arrival rate", lambda); err != nil {
		return MG1{}, err
	}
	if err := checkPositive("mean service", mean); err != nil {
		return MG1{}, err
	}
	if err := checkRate("scv", scv); err != nil {
		return MG1{}, err
	}
	return MG1{lambda: lambda, mean: mean, scv: scv}, nil
}

// Load returns rho = lambda·mean.
func (q MG1) Load() float64 { return q.lambda * q.mean }

// MeanWaitFCFS returns lambda·E[S²] / (2·(1−rho)), by Pollaczek and Khinchine.
func (q MG1) MeanWaitFCFS() float64 {
	rho := q.Load()
	if rho >= 1 {
		return math.Inf(1)
	}
	return rho * q.mean * (1 + q.scv) / (2 * (1 - rho))
}

// MeanResponsePS returns mean / (1−rho), whatever the scv (insensitivity).
func (q MG1) MeanResponsePS() float64 { return q.ResponsePS(q.mean) }

// ResponsePS returns the mean response under PS of a request whose service takes
// the given time on an idle server: service / (1−rho). Kleinrock, Queueing
// Systems, vol. 2, section 4.4.
func (q MG1) ResponsePS(service float64) float64 {
	rho := q.Load()
	if rho >= 1 {
		return math.Inf(1)
	}
	return service / (1 - rho)
}
