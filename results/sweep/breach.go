package sweep

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"headroom/model"
	"headroom/results"
)

// Breach is what a point showed of the thresholds.
type Breach struct {
	// Thresholds are those that the means over replications breach, as a person
	// reads them: "latency.p99 < 1s". What nobody observed meets none.
	Thresholds []string
	// Probability that a run breaches one, from the replications that did, with
	// the interval of Clopper and Pearson, which holds it in 95 % of cases or more,
	// however few the replications.
	Probability Share
	Count, N    int // replications that breach a threshold, of so many
}

// Breach judges a point by thresholds. A point without replications has none.
func (r *Row) Breach(thresholds []model.Threshold) Breach {
	b := Breach{N: len(r.Values), Probability: Share{Value: math.NaN(), Low: math.NaN(), High: math.NaN()}}
	if b.N == 0 {
		return b
	}
	for _, t := range thresholds {
		if e, ok := r.Estimate(t.Key); !ok || !t.Holds(e.Value) {
			b.Thresholds = append(b.Thresholds, t.Key+" "+t.Text)
		}
	}
	for replication := range r.Values {
		for _, t := range thresholds {
			if v, ok := r.Value(t.Key, replication); !ok || !t.Holds(v) {
				b.Count++
				break
			}
		}
	}
	b.Probability = proportion(b.Count, b.N)
	return b
}

// proportion estimates a probability from so many of n trials: C. J. Clopper, E. S.
// Pearson, The use of confidence or fiducial limits illustrated in the case of the
// binomial, Biometrika 26, 1934.
func proportion(count, n int) Share {
	k, m, tail := float64(count), float64(n), (1-results.Confidence)/2
	s := Share{Value: k / m, Low: 0, High: 1}
	if count > 0 {
		s.Low = distuv.Beta{Alpha: k, Beta: m - k + 1}.Quantile(tail)
	}
	if count < n {
		s.High = distuv.Beta{Alpha: k + 1, Beta: m - k}.Quantile(1 - tail)
	}
	return s
}
