package calibrate

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"headroom/sim/stat"
)

// Law is the distribution of a demand that was fitted to latencies.
type Law struct {
	Name   string // of the dist in a scenario
	Mean   stat.Estimate
	CV     stat.Estimate
	Rivals []string // that fit nearly as well
}

const (
	// quiet is the utilization up to which waiting is a few percent of a latency: under
	// processor sharing a request takes D/(1-U).
	quiet = 0.1
	// leastLatencies tell laws apart.
	leastLatencies = 200
	// rival is the difference of Akaike's information criterion that decides.
	rival = 10
	// most that a mean latency may be beyond the demand for it to be computing.
	mostBeyond = 1.3
)

// candidate is a law with the logarithm of the likelihood of what was seen.
type candidate struct {
	name       string
	parameters float64
	likelihood float64
	cv         float64
}

// FitLaw fits the law of a demand to latencies, in seconds, of requests that came while
// the share of busy vCPUs was as given. The demand is what [Utilization] found, 0 if it
// was not asked. The error says why the law cannot be told.
func FitLaw(latencies []float64, busy, demand float64) (Law, error) {
	var xs []float64
	for _, x := range latencies {
		if x > 0 {
			xs = append(xs, x)
		}
	}
	if len(xs) < leastLatencies {
		return Law{}, fmt.Errorf("not identifiable: needs at least %d latencies above 0 at low load, got %d", leastLatencies, len(xs))
	}
	mean := stat.Interval(xs, 0.95)
	if !(busy <= quiet) {
		return Law{}, fmt.Errorf("not identifiable: the CPU was %.0f %% busy, so that latencies have waiting in them, and under processor sharing "+
			"their mean is the same for every law; take latencies of hours below %.0f %%", 100*busy, 100*quiet)
	}
	if demand > 0 && mean.Value*(1-busy) > mostBeyond*demand {
		return Law{}, fmt.Errorf("not identifiable: requests take %s and compute %s: the rest is waiting for something else (a disk, a database); "+
			"give the service steps, and a pause or a call of %s", seconds(mean.Value), seconds(demand), seconds(mean.Value*(1-busy)-demand))
	}
	all := candidates(xs)
	slices.SortFunc(all, func(a, b candidate) int { return cmp.Compare(a.criterion(), b.criterion()) })
	best := all[0]
	law := Law{Name: best.name, Mean: mean, CV: stat.Estimate{Value: best.cv, N: len(xs), HalfWidth: halfOfCV(best, len(xs))}}
	for _, c := range all[1:] {
		if c.criterion()-best.criterion() < rival {
			law.Rivals = append(law.Rivals, c.name)
		}
	}
	return law, nil
}

// criterion is Akaike's.
func (c candidate) criterion() float64 { return 2*c.parameters - 2*c.likelihood }

// candidates fits each law by maximum likelihood.
func candidates(xs []float64) []candidate {
	n := float64(len(xs))
	mean, logs, squares := 0.0, 0.0, 0.0
	for _, x := range xs {
		mean += x / n
		logs += math.Log(x) / n
	}
	for _, x := range xs {
		squares += (math.Log(x) - logs) * (math.Log(x) - logs) / n
	}
	squares = max(squares, 1e-12)
	exponential := candidate{"exponential", 1, -n * (math.Log(mean) + 1), 1}
	lognormal := candidate{"lognormal", 2, -n * (logs + 0.5*math.Log(2*math.Pi*squares) + 0.5), math.Sqrt(math.Expm1(min(squares, 100)))}
	shape := gammaShape(math.Log(mean) - logs)
	scale := mean / shape
	lg, _ := math.Lgamma(shape)
	gamma := candidate{"gamma", 2, n * ((shape-1)*logs - mean/scale - shape*math.Log(scale) - lg), 1 / math.Sqrt(shape)}
	return []candidate{exponential, lognormal, gamma}
}

// gammaShape solves log k - ψ(k) = s by Newton's method from a close start.
// Source: T. P. Minka, Estimating a Gamma distribution, 2002.
func gammaShape(s float64) float64 {
	s = max(s, 1e-9)
	k := (3 - s + math.Sqrt((s-3)*(s-3)+24*s)) / (12 * s)
	for range 20 {
		k = 1 / (1/k + (math.Log(k)-digamma(k)-s)/(k*k*(1/k-trigamma(k))))
	}
	return k
}

// digamma is the derivative of the logarithm of the gamma function.
func digamma(x float64) float64 {
	result := 0.0
	for ; x < 8; x++ {
		result -= 1 / x
	}
	f := 1 / (x * x)
	return result + math.Log(x) - 0.5/x - f*(1.0/12-f*(1.0/120-f*(1.0/252-f/240)))
}

// trigamma is the derivative of [digamma].
func trigamma(x float64) float64 {
	result := 0.0
	for ; x < 8; x++ {
		result += 1 / (x * x)
	}
	f := 1 / (x * x)
	return result + 1/x + f/2 + f/x*(1.0/6-f*(1.0/30-f/42))
}

// halfOfCV is the half-width of the 95 % interval of a coefficient of variation, from
// Fisher's information; 0 where the law fixes it.
func halfOfCV(c candidate, n int) float64 {
	const z = 1.959964
	switch c.name {
	case "lognormal": // the variance of logs has a standard error of √(2/n) of itself
		variance := math.Log1p(c.cv * c.cv)
		return z * variance * math.Sqrt(2/float64(n)) * math.Exp(variance) / (2 * c.cv)
	case "gamma":
		k := 1 / (c.cv * c.cv)
		deviation := math.Sqrt(k / (float64(n) * (k*trigamma(k) - 1)))
		return z * deviation / (2 * math.Pow(k, 1.5))
	}
	return 0
}
