package analytic

import "math"

// MD1 is one server with Poisson arrivals and constant services, first come,
// first served.
type MD1 struct {
	lambda, service float64
	decay           float64 // P(W > t) tends to scale·exp(−decay·t/service)
	scale           float64
	waiting         []float64 // waiting[i]: at most i wait, for i < near
}

// near is the number of services up to which the distribution of the wait is
// summed; beyond, its slowest exponential alone is right. The next one falls by
// exp(−2.08) a service or faster, to 1e-18 here.
const near = 20

// NewMD1 returns the queue of arrival rate lambda and constant service. It is an
// error if lambda is negative, service is not positive, or either is not finite.
func NewMD1(lambda, service float64) (MD1, error) {
	if err := checkRate("arrival rate", lambda); err != nil {
		return MD1{}, err
	}
	if err := checkPositive("service", service); err != nil {
		return MD1{}, err
	}
	q := MD1{lambda: lambda, service: service}
	if rho := q.Load(); 0 < rho && rho < 1 {
		q.decay = md1Decay(rho)
		q.scale = (1 - rho) / (q.decay - (1 - rho))
		q.waiting = md1Waiting(rho)
	}
	return q, nil
}

// Load returns rho = lambda·service.
func (q MD1) Load() float64 { return q.lambda * q.service }

// MeanWait returns rho·service / (2·(1−rho)).
func (q MD1) MeanWait() float64 { return MG1{lambda: q.lambda, mean: q.service}.MeanWaitFCFS() }

// WaitTail returns P(W > t), 1 for t < 0, within 1e-14 in absolute terms.
//
// Erlang's and Crommelin's alternating series loses all digits after some ten
// services; this is the sum of positive terms of Franx (2001), "A simple solution
// for the M/D/c waiting time distribution", Operations Research Letters 29: with
// k the smallest integer above t/service and u = k·service − t,
//
//	P(W ≤ t) = Σ_{j<k} Q(k−1−j) · Poisson(j; lambda·u)
//
// where Q(i) is the probability that at most i wait. From 20 services on it is
// the pole of the transform (1−rho)·s / (s − lambda·(1−exp(−s·service))) that
// is nearest to 0.
func (q MD1) WaitTail(t float64) float64 {
	services := t / q.service
	switch {
	case t < 0 || q.Load() >= 1:
		return 1
	case q.lambda == 0:
		return 0
	case services >= near:
		return q.scale * math.Exp(-q.decay*services)
	}
	k := int(services) + 1
	mean := q.Load() * (float64(k) - services)
	poisson := math.Exp(-mean)
	atMost := 0.0
	for j := range k {
		atMost += q.waiting[k-1-j] * poisson
		poisson *= mean / float64(j+1)
	}
	return max(0, 1-atMost)
}

// WaitQuantile returns the t with P(W ≤ t) = quantile, or 0 if more than that do
// not wait, by bisection.
func (q MD1) WaitQuantile(quantile float64) float64 {
	if q.Load() >= 1 && 0 <= quantile && quantile <= 1 {
		return math.Inf(1)
	}
	return invertTail(q.WaitTail, quantile, q.service)
}

// md1Decay returns the x > 0 with rho·(eˣ−1) = x, that is (eˣ−1)/x − 1 = 1/rho − 1,
// by bisection.
func md1Decay(rho float64) float64 {
	excess := func(x float64) float64 {
		if x > 1 {
			return math.Expm1(x)/x - 1
		}
		sum, term := 0.0, x/2 // Σ xⁿ/(n+1)!: nothing cancels near 0
		for n := 2; sum+term != sum; n++ {
			sum += term
			term *= x / float64(n+1)
		}
		return sum
	}
	target := (1 - rho) / rho
	return bisect(func(x float64) bool { return excess(x) < target }, 1-rho)
}

// md1Waiting returns the probabilities that at most 0, 1, …, near−1 wait. The
// number p of customers at departures, which is that at any time, balances what
// crosses each level upwards and downwards, in positive terms only:
// p(j)·a(0) = p(0)·A(j−1) + Σ_{0<i<j} p(i)·A(j−i), with a the Poisson law of the
// arrivals during a service and A(k) the probability of more than k.
func md1Waiting(rho float64) []float64 {
	more := poissonTails(rho)
	var p [near + 1]float64
	waiting := make([]float64, near)
	p[0] = 1 - rho
	total := p[0]
	for j := 1; j <= near; j++ {
		up := p[0] * more[j-1]
		for i := 1; i < j; i++ {
			up += p[i] * more[j-i]
		}
		p[j] = up * math.Exp(rho) // a(0) = exp(−rho)
		total += p[j]
		waiting[j-1] = total // one in service, at most j−1 waiting
	}
	return waiting
}

// poissonTails returns P(A > k) for k < near and a Poisson law of mean below 1.
func poissonTails(mean float64) [near]float64 {
	const terms = 2 * near // 1/40! is 1e-48
	var law [terms]float64
	law[0] = math.Exp(-mean)
	for k := 1; k < terms; k++ {
		law[k] = law[k-1] * mean / float64(k)
	}
	var more [near]float64
	tail := 0.0
	for k := terms - 1; k > 0; k-- {
		tail += law[k]
		if k <= near {
			more[k-1] = tail
		}
	}
	return more
}
